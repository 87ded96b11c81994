import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.automaton import LONGEST_SCANNED, RuleBook, RuleHit, Verdict, occurs
from bot.rules.folding import fold
from core.errors import BadRequestText
from core.messages import text
from core.playbook import Match, Rule


def rule(
    match: str,
    *words: str,
    name: str = "price",
    reply: str = "100 块",
    accounts: Sequence[str] = (),
    enabled: bool = True,
) -> Rule:
    return Rule(0, name, Match(match), words, (text(reply),), tuple(accounts), enabled)


def answer(rules: Sequence[Rule], message: str, account: str = "shop") -> str | None:
    hit = RuleBook.compile(rules).match(account, message)
    return None if hit is None else hit.rule.replies[0].text


@pytest.mark.requirement("ARP-05")
@pytest.mark.parametrize("match", ["all", "any"])
@pytest.mark.parametrize(
    "message", ["多少钱", "请问这个多少钱？", "多少钱\u200b一斤", "这件\n多少钱 啊", "多少钱多少钱"]
)
def test_a_message_with_the_word_gets_exactly_the_text(match: str, message: str) -> None:
    assert answer([rule(match, "多少钱", reply="100 块")], message) == "100 块"


@pytest.mark.requirement("ARP-05")
@pytest.mark.parametrize("match", ["all", "any", "exact"])
@pytest.mark.parametrize("message", ["how much", "HOW MUCH", "Ｈｏｗ　ｍｕｃｈ", " how  much "])
def test_case_and_width_make_no_difference(match: str, message: str) -> None:
    assert answer([rule(match, "How Much", reply="100 yuan")], message) == "100 yuan"


@pytest.mark.requirement("ARP-04")
@pytest.mark.parametrize(
    ("match", "message", "fires"),
    [
        pytest.param("all", "红色的裙子多少钱", True, id="all words, any order"),
        pytest.param("all", "多少钱", False, id="one of all words"),
        pytest.param("all", "多少钱多少钱", False, id="the same word twice is one word"),
        pytest.param("any", "多少钱", True, id="one of any words"),
        pytest.param("any", "有裙子吗", True, id="the other of any words"),
        pytest.param("any", "有裤子吗", False, id="none of any words"),
        pytest.param("exact", "裙子", True, id="the message is a word"),
        pytest.param("exact", "　多少钱 ", True, id="but for white space"),
        pytest.param("exact", "裙子多少钱", False, id="the message is more than a word"),
        pytest.param("exact", "裙", False, id="the message is less than a word"),
        pytest.param("exact", "", False, id="the message is empty"),
    ],
)
def test_three_ways_to_match(match: str, message: str, fires: bool) -> None:
    assert answer([rule(match, "多少钱", "裙子")], message) == ("100 块" if fires else None)


@pytest.mark.parametrize(
    ("word", "message", "fires"),
    [
        pytest.param("wifi", "wifi密码", True, id="Chinese neighbour"),
        pytest.param("wifi", "有WiFi吗", True, id="Chinese on both sides"),
        pytest.param("wifi", "wifis", False, id="longer word"),
        pytest.param("wifi", "my_wifi!", True, id="punctuation"),
        pytest.param("art", "start art", True, id="inside one word and alone"),
        pytest.param("art", "start party", False, id="inside words only"),
        pytest.param("100", "1000块", False, id="longer number"),
        pytest.param("100", "100块", True, id="number before Chinese"),
        pytest.param("5g套餐", "办5G套餐吧", True, id="mixed word"),
        pytest.param("5g套餐", "15g套餐", False, id="mixed word, longer number"),
        pytest.param("café", "cafe\u0301s", False, id="accents are letters"),
        pytest.param("цена", "цена?", True, id="Cyrillic"),
        pytest.param("цена", "оценав", False, id="Cyrillic inside a word"),
        pytest.param("phở", "phởn", False, id="Vietnamese inside a word"),
        pytest.param("가격", "가격이 얼마", True, id="Korean with a particle"),
        pytest.param("c++", "learn C++now", True, id="ends with a sign"),
        pytest.param("钱", "多少钱呢", True, id="Chinese inside a phrase"),
        pytest.param("how much", "how\nmuch", True, id="line break inside"),
        pytest.param("😀", "hi😀😀", True, id="emoji"),
    ],
)
def test_where_a_word_begins_and_ends(word: str, message: str, fires: bool) -> None:
    assert (answer([rule("any", word)], message) is not None) is fires
    assert occurs(fold(word), fold(message)) is fires


@pytest.mark.requirement("ARP-04")
def test_the_first_rule_in_order_wins() -> None:
    rules = [
        rule("all", "裙子", "多少钱", reply="both"),
        rule("any", "多少钱", reply="price"),
        rule("exact", "裙子多少钱", reply="too late"),
    ]
    assert answer(rules, "多少钱 裙子") == "both"
    assert answer(rules, "裙子多少钱") == "both"
    assert answer(rules[::-1], "裙子多少钱") == "too late"
    assert answer(rules, "裤子多少钱") == "price"


def test_a_rule_that_is_off_or_of_another_account_is_passed_over() -> None:
    rules = [
        rule("any", "钱", reply="off", enabled=False),
        rule("exact", "钱", reply="exact elsewhere", accounts=["oa"]),
        rule("any", "钱", reply="here", accounts=["shop", "site"]),
        rule("any", "钱", reply="everywhere"),
    ]
    assert answer(rules, "钱", "shop") == "here"
    assert answer(rules, "钱", "site") == "here"
    assert answer(rules, "钱", "oa") == "exact elsewhere"
    assert answer(rules, "钱", "new account") == "everywhere"


@pytest.mark.requirement("ARP-03")
def test_a_rule_has_several_words_one_mode_and_several_replies() -> None:
    taught = Rule(7, "ask", Match.ANY, ("价格", "多少钱"), (text("100 块"), text("包邮")))
    book = RuleBook.compile([taught])
    for word in taught.words:
        hit = book.match("shop", f"问{word}")
        assert hit == RuleHit(taught, (word,))
        assert [reply.text for reply in hit.rule.replies] == ["100 块", "包邮"]
    edited = Rule(7, "ask", Match.EXACT, ("价格",), (text("200 块"),))
    again = RuleBook.compile([edited])
    assert again.match("shop", "问价格") is None
    assert again.match("shop", "价格") == RuleHit(edited, ("价格",))


def test_a_hit_names_the_words_as_they_were_typed() -> None:
    book = RuleBook.compile([rule("all", "ＷｉＦｉ", "密码", "WIFI")])
    hit = book.match("shop", "wifi 密码")
    assert hit is not None
    assert hit.words == ("ＷｉＦｉ", "密码", "WIFI")


def test_nothing_taught_matches_nothing() -> None:
    assert RuleBook.compile([]).match("shop", "hello") is None
    assert RuleBook.compile([]).explain("shop", "hello") == []
    assert answer([rule("any", "hello", enabled=False)], "hello") is None


@pytest.mark.parametrize("word", ["", "  ", "\u200b", "\u202e\ufe0f"])
@pytest.mark.parametrize("match", ["all", "any", "exact"])
@pytest.mark.parametrize("enabled", [True, False])
def test_a_word_without_anything_visible_is_refused(word: str, match: str, enabled: bool) -> None:
    with pytest.raises(BadRequestText) as caught:
        RuleBook.compile(
            [rule("any", "fine"), rule(match, "ok", word, name="bad", enabled=enabled)]
        )
    assert caught.value.key == "playbook.rule_word_blank"
    assert caught.value.facts["rule"] == "bad"


def test_a_rule_without_words_is_refused() -> None:
    with pytest.raises(BadRequestText) as caught:
        RuleBook.compile([rule("all", name="bad")])
    assert caught.value.key == "playbook.rule_without_words"
    assert caught.value.facts["rule"] == "bad"


def test_only_the_first_20000_characters_are_searched() -> None:
    book = RuleBook.compile([rule("any", "钱")])
    assert LONGEST_SCANNED == 20_000
    assert book.match("shop", "x" * 19_999 + "钱") is not None
    assert book.match("shop", "x" * 20_000 + "钱") is None
    assert book.match("shop", " " * 50_000 + "x" * 19_999 + "钱") is not None
    assert book.match("shop", " " * 80_000 + "钱") is None


def test_explain_tells_why_each_rule_wins_or_not() -> None:
    rules = [
        rule("any", "钱", name="off", enabled=False),
        rule("any", "钱", name="elsewhere", accounts=["oa"]),
        rule("all", "裙子", "钱", "红色", name="half"),
        rule("any", "裤子", name="silent"),
        rule("all", "钱", "裙子", name="winner"),
        rule("any", "裙子", "衬衫", name="late"),
    ]
    traces = RuleBook.compile(rules).explain("shop", "裙子多少钱")
    assert [(t.position, t.rule.name, t.verdict, t.overtaken_by) for t in traces] == [
        (1, "off", Verdict.DISABLED, None),
        (2, "elsewhere", Verdict.OTHER_ACCOUNT, None),
        (3, "half", Verdict.INCOMPLETE, None),
        (5, "winner", Verdict.WINS, None),
        (6, "late", Verdict.OVERTAKEN, 5),
    ]
    assert (traces[2].found, traces[2].missing) == (("裙子", "钱"), ("红色",))
    assert (traces[4].found, traces[4].missing) == (("裙子",), ("衬衫",))


def naive(rules: Sequence[Rule], account: str, message: str) -> Rule | None:
    """Say the same as the book in the plainest way."""
    said = fold(message)

    def there(word: str) -> bool:
        latin = "[a-z0-9]"
        before = f"(?<!{latin})" if re.match(latin, word) else ""
        after = f"(?!{latin})" if re.search(f"{latin}$", word) else ""
        return re.search(before + re.escape(word) + after, said) is not None

    for one in rules:
        words = [fold(word) for word in one.words]
        fires = {
            Match.ALL: all(map(there, words)),
            Match.ANY: any(map(there, words)),
            Match.EXACT: said in words,
        }[one.match]
        if fires and one.enabled and (not one.accounts or account in one.accounts):
            return one
    return None


LETTERS = "abA１1钱多 "
WORDS = st.text(LETTERS, min_size=1, max_size=3).filter(lambda word: bool(fold(word)))
RULES = st.lists(
    st.builds(
        Rule,
        id=st.integers(0, 1_000_000),
        name=st.just("r"),
        match=st.sampled_from(Match),
        words=st.lists(WORDS, min_size=1, max_size=4).map(tuple),
        replies=st.just((text("x"),)),
        accounts=st.sampled_from([(), (), (), ("shop",), ("oa",), ("oa", "shop")]),
        enabled=st.sampled_from([True, True, True, False]),
    ),
    max_size=8,
)


@pytest.mark.requirement("ARP-04")
@given(RULES, st.sampled_from(["shop", "oa", "site"]), st.text(LETTERS + ".", max_size=12))
def test_the_book_agrees_with_the_plainest_reading(
    rules: list[Rule], account: str, message: str
) -> None:
    book = RuleBook.compile(rules)
    hit = book.match(account, message)
    expected = naive(rules, account, message)
    assert (None if hit is None else hit.rule) is expected
    winners = [t for t in book.explain(account, message) if t.verdict is Verdict.WINS]
    assert [t.rule for t in winners] == ([] if expected is None else [expected])
    if hit is not None:
        assert set(hit.words) <= set(winners[0].found)
