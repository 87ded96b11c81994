import pytest

from bot.knowledge.answering import Answer, Nothing, Offer, Thresholds, judge
from bot.knowledge.matcher import FaqMatch
from core.messages import text
from core.playbook import FaqEntry

A, B, C, D = (FaqEntry(n, "", f"question {n}", (), (), text("x")) for n in range(4))
STRICT = Thresholds(answer=0.75, offer=0.5, floor=0.25)


def matches(*scores: float) -> list[FaqMatch]:
    return [FaqMatch(entry, score, "") for entry, score in zip((A, B, C, D), scores, strict=False)]


@pytest.mark.parametrize(
    ("scores", "decision"),
    [
        pytest.param((), Nothing(), id="no match"),
        pytest.param((0.49,), Nothing(), id="below the offer"),
        pytest.param((0.3, 0.1, 0.1), Nothing(), id="several below the offer"),
        pytest.param((0.3, 0.25), Offer((A, B)), id="two that reach the offer together"),
        pytest.param((0.5,), Offer((A,)), id="just an offer"),
        pytest.param((0.74, 0.25), Offer((A, B)), id="just not an answer"),
        pytest.param((0.74, 0.24), Offer((A,)), id="the second below the floor"),
        pytest.param((0.75,), Answer(A, 0.75), id="just an answer"),
        pytest.param((0.75, 0.25), Answer(A, 0.75), id="the second is no rival"),
        pytest.param((0.75, 0.75, 0.2), Offer((A, B)), id="the second is as good"),
        pytest.param((1.0, 1.0), Offer((A, B)), id="two that are the same"),
        pytest.param((0.7, 0.3, 0.3, 0.3), Offer((A, B, C)), id="three at most"),
        pytest.param((1.0, 1.0, 1.0, 1.0), Offer((A, B, C)), id="three at most when equal"),
    ],
)
def test_judge(scores: tuple[float, ...], decision: Answer | Offer | Nothing) -> None:
    assert judge(matches(*scores), STRICT) == decision


@pytest.mark.parametrize(
    ("answer", "offer", "floor"),
    [(0.5, 0.6, 0.1), (1.1, 0.5, 0.1), (0.7, 0.4, -0.1), (0.7, 0.4, 0.5)],
)
def test_thresholds_out_of_order_are_refused(answer: float, offer: float, floor: float) -> None:
    with pytest.raises(ValueError, match="thresholds"):
        Thresholds(answer, offer, floor)


def test_the_defaults_are_in_order() -> None:
    usual = Thresholds()
    assert 0 < usual.floor < usual.offer < usual.answer < 1
