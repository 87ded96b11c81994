import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.rules.folding import Folding, Squeezed, combining_marks, fold

TYPED = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "Aaß İıſ１Ａ　，？…ﬁаРΓνя\u034f\u3164\uffa0\U000e0101"
            "\u200b\u200d\ufe0f\u0345\u0301\u0323\uff9e\x00\t\ud800é"
        ),
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        pytest.param("多少钱", "多少钱", id="nothing to do"),
        pytest.param("How MUCH", "how much", id="case"),
        pytest.param("ＨＯＷ　ｍｕｃｈ１２", "how much12", id="full width"),
        pytest.param("多少钱？！，：；（）～…", "多少钱?!,:;()~...", id="Chinese punctuation"),
        pytest.param("Straße", "strasse", id="sharp s"),
        pytest.param("ΣΊΣΥΦΟΣ", "σίσυφοσ", id="final sigma"),
        pytest.param("cafe\u0301", "café", id="accent typed by itself"),
        pytest.param("多\u200b少\u2060钱\ufeff", "多少钱", id="zero width"),
        pytest.param("\u202e多少钱\u202c", "多少钱", id="direction marks"),
        pytest.param("多\x00少\x7f钱", "多少钱", id="control characters"),
        pytest.param("❤️", "❤", id="emoji style mark"),
        pytest.param("a\ud800b", "ab", id="half a surrogate pair"),
        pytest.param(" \t a \n\n b\u3000\u00a0 ", "a b", id="white space"),
        pytest.param("价\n格", "价 格", id="line break"),
        pytest.param("\ue000 \ue001", "\ue000 \ue001", id="private characters are kept"),
        pytest.param("微\ufe01信\U000e0101", "微信", id="variation selectors"),
        pytest.param("微\u034f信\u3164", "微信", id="joiner and filler"),
        pytest.param("раyраl", "paypal", id="Cyrillic inside a Latin word"),
        pytest.param("РАYРАL", "paypal", id="Cyrillic capitals inside a Latin word"),
        pytest.param("gοοgle νip", "google vip", id="Greek inside Latin words"),
        pytest.param("рара, ΝΑΙ και vip", "рара, ναι και vip", id="real Russian and Greek"),
        pytest.param("\u200b \u00ad", "", id="nothing visible"),
        pytest.param("", "", id="empty"),
    ],
)
def test_fold(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(TYPED)
@example("\u0345\u0301")
@example("ŉ\u0301  İ")
@example("e\u200b\u0301")
def test_folding_twice_changes_nothing_more(typed: str) -> None:
    assert fold(fold(typed)) == fold(typed)


@given(TYPED)
def test_a_folded_text_holds_nothing_invisible(typed: str) -> None:
    folded = fold(typed)
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl") for char in folded)
    assert folded == folded.strip()
    assert "  " not in folded
    assert unicodedata.is_normalized("NFKC", folded)


@given(TYPED, TYPED)
def test_case_and_width_do_not_matter(left: str, right: str) -> None:
    text = f"{left} {right}"
    assert fold(text.translate({n: n + 0xFEE0 for n in range(0x21, 0x7F)})) == fold(text)
    assert fold(text.casefold()) == fold(text)


def test_every_mark_that_stacks_is_known() -> None:
    """
    A run of marks has to be sorted, which costs the square of its length; one that is not on the
    list would let a single message stop the desk.
    """
    known = set(combining_marks())
    missing = [
        code
        for code in range(0x110000)
        if not 0xD800 <= code < 0xE000
        and unicodedata.combining(unicodedata.normalize("NFKD", chr(code))[0])
        and chr(code) not in known
    ]
    assert not missing


@pytest.mark.parametrize("marks", ["\u0301\u0323", "\uff9e\u0f71", "\u0f73\u3099"])
def test_a_tower_of_marks_is_cut(marks: str) -> None:
    assert len(fold("e" + marks * 10_000)) <= 91


@pytest.mark.parametrize(
    ("folding", "typed", "folded"),
    [
        pytest.param(Folding(), "多少錢", "多少钱", id="one script"),
        pytest.param(Folding(one_script=False), "多少錢", "多少錢", id="two scripts"),
    ],
)
def test_traditional_and_simplified_are_one_where_it_is_switched_on(
    folding: Folding, typed: str, folded: str
) -> None:
    assert folding.fold(typed) == folded


@pytest.mark.parametrize(
    ("folded", "squeezed"),
    [
        pytest.param("w e-i.x_i, n", Squeezed("weixin", (1, 2, 3, 4, 5)), id="spaced out"),
        pytest.param("微 😀 信", Squeezed("微信", (1,)), id="with a picture between"),
        pytest.param("c++", None, id="signs at an end stay"),
        pytest.param("+1 2!", Squeezed("+12!", (2,)), id="signs at the ends stay"),
        pytest.param("weixin", None, id="nothing to take out"),
    ],
)
def test_spaces_and_punctuation_inside_words_are_taken_out(
    folded: str, squeezed: Squeezed | None
) -> None:
    assert Folding(ignore_spacing=True).squeeze(folded) == squeezed
    assert Folding().squeeze(folded) is None


@given(TYPED, st.booleans())
def test_every_folding_is_done_once(typed: str, one_script: bool) -> None:
    folding = Folding(one_script, ignore_spacing=True)
    folded = folding.fold(typed)
    assert folding.fold(folded) == folded
    squeezed = folding.squeeze(folded)
    if squeezed is not None:
        assert folding.squeeze(squeezed.text) is None
        assert all(0 < place < len(squeezed.text) for place in squeezed.breaks)
