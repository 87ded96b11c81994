from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.folding import Folding
from bot.rules.sensitive import WordBook, WordHit, blocked
from core.errors import BadRequestText
from core.playbook import BannedWords, WordAction, WordDirection


def banned(*words: str, **facts: Any) -> BannedWords:
    defaults = {"name": "abuse", "action": "block", "direction": "staff", "enabled": True}
    return BannedWords(words=words, **{**defaults, **facts})


def found(
    lists: Sequence[BannedWords],
    text: str,
    direction: WordDirection = WordDirection.STAFF,
    account: str = "shop",
    folding: Folding | None = None,
) -> list[str]:
    return [hit.word for hit in WordBook.compile(lists, folding).find(text, direction, account)]


@pytest.mark.requirement("SEN-04")
@pytest.mark.parametrize(
    ("match", "text", "words"),
    [
        pytest.param("contains", "加我微信吧", ["微信"], id="inside"),
        pytest.param("contains", "微信 QQ", ["微信", "qq"], id="two words, in their order"),
        pytest.param("contains", "QQ 微信", ["微信", "qq"], id="two words, the other way round"),
        pytest.param("contains", "qqmail", [], id="part of a Latin word"),
        pytest.param("contains", "微店信用", [], id="half a word each"),
        pytest.param("equals", "微信", ["微信"], id="is the whole message"),
        pytest.param("equals", " ＱＱ ", ["qq"], id="but for case, width and spaces"),
        pytest.param("equals", "微信吧", [], id="is not the whole message"),
    ],
)
def test_one_word_suffices_and_is_matched_completely(
    match: str, text: str, words: list[str]
) -> None:
    assert found([banned("微信", "qq", match=match)], text) == words


@pytest.mark.parametrize(
    "text",
    [
        "微\u200b信",
        "\u202d微\u2066信\u2069",
        "\u202e信微",
        "价 \u202e信微\u202c 格",
        "微\ufe0f信",
        "微\U000e0101信",
        "微\u034f信",
        "微\u0336信\u0336",
        "微\u20dd信\u20dd",
        "微\x00信",
        "ＷＥＩＸＩＮ",
        "wеiхin",
        "w\u0336eixin",
    ],
)
def test_no_trick_hides_a_word(text: str) -> None:
    assert len(found([banned("微信", "weixin")], text)) == 1


@pytest.mark.parametrize("text", ["微 信", "微.信", "w e i x i n", "W-E-I-X-I-N!", "加 微 信"])
def test_spacing_hides_a_word_unless_it_is_ignored(text: str) -> None:
    lists = [banned("微信", "weixin")]
    assert found(lists, text) == []
    assert len(found(lists, text, folding=Folding(ignore_spacing=True))) == 1


def test_letters_of_two_words_are_none_when_spacing_is_ignored() -> None:
    lists = [banned("art")]
    assert found(lists, "st art", folding=Folding(ignore_spacing=True)) == ["art"]
    assert found(lists, "a rt", folding=Folding(ignore_spacing=True)) == ["art"]
    assert found(lists, "start, a round", folding=Folding(ignore_spacing=True)) == []


@pytest.mark.parametrize(
    ("of_list", "asked", "there"),
    [
        ("staff", WordDirection.STAFF, True),
        ("staff", WordDirection.CUSTOMER, False),
        ("customer", WordDirection.CUSTOMER, True),
        ("customer", WordDirection.STAFF, False),
        ("both", WordDirection.CUSTOMER, True),
        ("both", WordDirection.STAFF, True),
        ("staff", WordDirection.BOTH, True),
    ],
)
def test_a_list_watches_its_direction(of_list: str, asked: WordDirection, there: bool) -> None:
    assert (found([banned("x", direction=of_list)], "x", asked) == ["x"]) is there


@pytest.mark.requirement("SEN-05")
def test_a_list_that_is_off_is_not_watched() -> None:
    new = BannedWords("new", ("x",), "block", "both")
    assert found([new, banned("y", enabled=False)], "x y") == []


@pytest.mark.requirement("SEN-03")
@pytest.mark.parametrize("about", ["positive", "neutral", "negative"])
def test_a_list_is_watched_whatever_its_class(about: str) -> None:
    assert found([banned("x", about=about)], "x") == ["x"]


@pytest.mark.requirement("SEN-34")
def test_a_list_watches_its_accounts() -> None:
    lists = [banned("x", accounts=("oa",)), banned("y")]
    assert found(lists, "x y") == ["y"]
    assert found(lists, "x y", account="oa") == ["x", "y"]


@pytest.mark.requirement("SEN-34")
def test_hits_tell_list_word_and_action_in_the_order_of_the_lists() -> None:
    first = banned("Ｘ", "y", "Ｘ", name="warn", action="warn", id=1)
    second = banned("x", name="block", id=2)
    hits = WordBook.compile([first, second]).find("y x x", WordDirection.STAFF, "shop")
    assert hits == (
        WordHit(first, "Ｘ", WordAction.WARN),
        WordHit(first, "y", WordAction.WARN),
        WordHit(second, "x", WordAction.BLOCK),
    )
    assert [hit.list.id for hit in hits] == [1, 1, 2]
    assert blocked(hits)
    assert not blocked(hits[:2])
    assert not blocked(())


def test_a_word_with_nothing_visible_is_refused() -> None:
    with pytest.raises(BadRequestText) as caught:
        WordBook.compile([banned("x", "\u200b")])
    assert caught.value.key == "screening.blank_word"


def test_an_empty_book_finds_nothing() -> None:
    assert found([], "x") == []


@pytest.mark.parametrize(
    "before",
    ["好" * 1_000_000, "x " * 500_000, "\u200b" * 1_000_000, " " * 1_000_000],
    ids=["one word", "many words", "invisible", "white"],
)
def test_nothing_is_smuggled_behind_a_million_characters(before: str) -> None:
    lists = [banned("微信", *("好" * n for n in range(2, 32)))]
    assert "微信" in found(lists, before + "微信", folding=Folding(ignore_spacing=True))


@given(
    st.lists(st.text("ab信 ", min_size=1, max_size=3), max_size=4), st.text("ab信 .", max_size=9)
)
def test_equal_lists_find_equally(words: list[str], text: str) -> None:
    """A word is found among others exactly when it is found alone."""
    words = [word for word in dict.fromkeys(words) if word.strip()]
    together = found([banned(*words)], text) if words else []
    assert together == [word for word in words if found([banned(word)], text)]
