import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.rules.folding import combining_marks, fold

TYPED = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "Aaß İıſ１Ａ　，？…ﬁ\u200b\u200d\ufe0f\u0345\u0301\u0323\uff9e\x00\t\ud800é"
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
