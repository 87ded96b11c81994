import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.scripts import simplified

HAN = st.text(st.characters(min_codepoint=0x2E80, max_codepoint=0x323AF), max_size=30)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        pytest.param("這個多少錢", "这个多少钱", id="traditional"),
        pytest.param("这个多少钱", "这个多少钱", id="simplified already"),
        pytest.param("後來乾淨裡面", "后来干净里面", id="one character for several"),
        pytest.param("How much？ 多少錢 ok", "How much？ 多少钱 ok", id="mixed"),
        pytest.param("ありがとう 감사", "ありがとう 감사", id="other scripts"),
        pytest.param("退貨😀\U0010ffff", "退货😀\U0010ffff", id="beyond all scripts"),
        pytest.param("", "", id="empty"),
    ],
)
def test_traditional_characters_become_simplified(typed: str, plain: str) -> None:
    assert simplified(typed) == plain


@given(HAN)
def test_the_length_is_kept_and_twice_is_once(text: str) -> None:
    once = simplified(text)
    assert len(once) == len(text)
    assert simplified(once) == once


def test_every_character_is_replaced_by_itself_wherever_it_stands() -> None:
    """
    OpenCC reads phrases; here a character must not depend on its neighbours, or a keyword would
    read differently from the message around it.
    """
    han = [chr(code) for code in range(0x4E00, 0xA000)]
    assert simplified("".join(han)) == "".join(map(simplified, han))


def test_what_is_replaced_needs_no_more_folding() -> None:
    changed = [
        plain
        for plain in map(simplified, map(chr, range(0x3400, 0x323B0)))
        if not unicodedata.is_normalized("NFKC", plain) and simplified(plain) != plain
    ]
    assert changed == []
