"""Whether a match is good enough to be sent, to be offered, or to be kept quiet about."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.knowledge.matcher import OFFER_SCORE, FaqMatch
from core.playbook import FaqEntry

MOST_OFFERED = 3
"""Questions in one offer: what fits under a message without scrolling."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How sure the robot has to be.

    The defaults were read off public question sets: BANKING77 and CrossWOZ with five sentences an
    entry, Tatoeba Mandarin with one. Between a fifth and two thirds of the messages had no right
    answer. A wrong answer costs more than none: with 0.70 of BANKING77's answers 89% were right,
    of the Chinese ones 98%; with 0.60 it was 85% and 90%. With 0.40 the right entry was among the
    three offered for 55% to 79% of the messages that have one, and something was offered to 4% to
    17% of the Chinese messages that have none, to 56% of the English ones.
    """

    answer: float = 0.7
    """Score from which the best entry is sent as the answer. 0 to 1."""

    offer: float = OFFER_SCORE
    """Score from which entries are offered as buttons. Not above ``answer``."""

    margin: float = 0.1
    """How far ahead of the second the best entry must be; closer ones are offered together.
    On the sets above it lifts the share of right answers by up to 5 points."""

    def __post_init__(self) -> None:
        """Refuse thresholds that make no sense.

        Raises:
            ValueError: One is not between 0 and 1, or ``offer`` is above ``answer``.
        """
        if not (0 <= self.offer <= self.answer <= 1 and 0 <= self.margin <= 1):
            raise ValueError(f"thresholds out of order: {self}")


@dataclass(frozen=True, slots=True)
class Answer:
    """Send this entry's answer."""

    entry: FaqEntry
    score: float


@dataclass(frozen=True, slots=True)
class Offer:
    """Ask which of these was meant: one to three entries, best first."""

    entries: tuple[FaqEntry, ...]


@dataclass(frozen=True, slots=True)
class Nothing:
    """No entry is near enough."""


def judge(matches: Sequence[FaqMatch], thresholds: Thresholds) -> Answer | Offer | Nothing:
    """Decide what to do with what the matcher found.

    The best entry is the answer when it reaches ``answer`` and leads by ``margin``. Otherwise up
    to three entries that reach ``offer`` are offered, and nothing when there is none.

    Args:
        matches: Of one message, best first, possibly none. At least two are needed to see that
            the second is close.
        thresholds: How sure to be.
    """
    near = [match for match in matches[:MOST_OFFERED] if match.score >= thresholds.offer]
    if not near:
        return Nothing()
    best = near[0]
    ahead = best.score - matches[1].score if len(matches) > 1 else best.score
    if best.score >= thresholds.answer and ahead >= thresholds.margin:
        return Answer(best.entry, best.score)
    return Offer(tuple(match.entry for match in near))
