import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.wording import (
    LONGEST_COMPARED,
    LONGEST_UNIT,
    MOST_UNITS,
    Said,
    normalised,
    plain,
    units,
    without_courtesy,
)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("你好", "你好"),
        ("你好请问多久发货", "多久发货"),
        ("您好,我想问一下,多久发货 谢谢", "多久发货"),
        ("亲,在吗 多久发货呢", "多久发货"),
        ("亲子票多少钱", "亲子票多少钱"),
        ("客服电话", "客服电话"),
        ("急用钱", "急用钱"),
        ("你好像没发货", "你好像没发货"),
        ("hi there where is my card thanks", "where is my card"),
        ("history of thanks giving", "history of thanks giving"),
        ("good morning, please help me: my card is lost, asap!!", "my card is lost"),
        ("thanks", "thanks"),
        ("谢谢 谢谢 谢谢", "谢谢 谢谢 谢谢"),
    ],
)
def test_greetings_and_thanks_go_and_something_stays(said: str, left: str) -> None:
    assert without_courtesy(said) == left


@pytest.mark.parametrize(
    ("typed", "one_form"),
    [
        ("ＡＢＣ　１２", "abc 12"),
        ("What's THIS", "whats this"),
        ("What’s this", "whats this"),
        ("甚麼時候發貨", "什么时候发货"),
        ("pay\u200bpal \u202eabc\u202c", "paypal abc"),
        ("  x  ", "x"),
    ],
)
def test_one_form(typed: str, one_form: str) -> None:
    assert normalised(typed) == one_form


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Wi-Fi密码？", "wi fi 密码"),
        ("ＡＢＣ　１２", "abc 12"),
        ("  5G套餐，多少钱!", "5g 套餐 多少钱"),
        ("!?", ""),
    ],
)
def test_plain(typed: str, words: str) -> None:
    assert plain(typed) == words


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("怎么 refund 5块?", ["怎", "么", "refund", "5", "块"]),
        ("wi-fi, ok", ["wi", "fi", "ok"]),
        ("환불 ก", ["환", "불", "ก"]),
        ("...", []),
    ],
)
def test_units_are_words_or_characters(said: str, found: list[str]) -> None:
    assert units(said) == found


def test_a_long_text_keeps_both_ends() -> None:
    said = Said.of("头" * 5_000 + "尾" * 5_000)
    assert len(said.whole) <= LONGEST_COMPARED
    assert said.units == ["头"] * (MOST_UNITS // 2) + ["尾"] * (MOST_UNITS // 2)
    assert Said.of("x" * 100).units == ["x" * LONGEST_UNIT]


@given(st.text())
def test_any_text_becomes_a_bounded_form_that_stays_the_same(text: str) -> None:
    said = Said.of(text * 40)
    assert len(said.whole) <= LONGEST_COMPARED
    assert len(said.units) <= MOST_UNITS
    assert units(normalised(said.whole)) == units(said.whole)
    assert len(plain(text * 40)) <= LONGEST_COMPARED
