import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.masking import Mask
from core.errors import BadRequestText

PHONES = r"([0-9]{3}\u202a?[-\s]?[0-9]{3,4}\u202a?[-\s]?[0-9]{0,4})"


@pytest.mark.requirement("SEN-28")
@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        pytest.param("13812345678", "*" * 11, id="alone"),
        pytest.param("电话138 1234 5678谢谢", f"电话{'*' * 13}谢谢", id="with spaces"),
        pytest.param("138-1234-5678", "*" * 13, id="with dashes"),
        pytest.param("138\u202a 1234\u202a 5678", "*" * 15, id="with direction marks"),
        pytest.param("010-1234567 和 020-7654321", f"{'*' * 11} 和 {'*' * 11}", id="two"),
        pytest.param("买 12 件", "买 12 件", id="too few digits"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_the_printed_expression_hides_phone_numbers(text: str, hidden: str) -> None:
    assert Mask.compile(PHONES).hide(text) == hidden


@pytest.mark.requirement("SEN-28")
@given(st.text(max_size=50))
def test_an_empty_expression_hides_nothing(text: str) -> None:
    assert Mask.compile("").hide(text) == text


def test_a_short_match_does_not_tell_its_length() -> None:
    assert Mask.compile("[0-9]").hide("a1b") == "a***b"


def test_a_match_of_nothing_changes_nothing() -> None:
    assert Mask.compile("x*").hide("axxb") == "a***b"


@pytest.mark.parametrize("expression", ["(", "[a", "*", "(?<=a+", "a{99999999999999999999}{"])
def test_what_is_no_expression_is_refused(expression: str) -> None:
    with pytest.raises(BadRequestText) as caught:
        Mask.compile(expression)
    assert caught.value.key in ("screening.mask_not_an_expression", "screening.mask_too_slow")


def test_500_characters_are_the_most() -> None:
    assert Mask.compile("a" * 500).hide("b") == "b"
    with pytest.raises(BadRequestText) as caught:
        Mask.compile("a" * 501)
    assert caught.value.key == "screening.mask_too_long"
    assert caught.value.facts == {"count": 501, "limit": 500}


@pytest.mark.parametrize(
    "expression",
    [
        "(a+)+$",
        "(a|aa)+$",
        "(?:1|1)*$",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
        "(a?){500}a{500}",
        "(?:(?:a{1000}){1000}){1000}",
        "(?:a{1000})(?#between){1000}",
        "(?x)(?:a{1000} # (\n) {1000}",
        "[ab]{1000000000}",
        "((a{1,500}){1,500}){1,500}$",
    ],
)
def test_an_expression_made_to_hang_is_refused_at_once(expression: str) -> None:
    with pytest.raises(BadRequestText) as caught:
        Mask.compile(expression)
    assert caught.value.key == "screening.mask_too_slow"


def test_a_message_that_takes_too_long_is_not_shown_at_all() -> None:
    """An expression can hang on a text that no trial could foresee."""
    mask = Mask.compile("(Q+)+$")
    assert mask.hide("Q" * 20) == "*" * 20
    assert mask.hide("Q" * 5_000 + "!") is None
    assert mask.hide("Q" * 1_000_000 + "!") is None
