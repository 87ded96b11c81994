"""Whether a match is good enough to be sent, to be offered, or to be kept quiet about."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.knowledge.found import FaqMatch
from core.playbook import FaqEntry

MOST_OFFERED = 3
"""Questions in one offer: what fits under a message without scrolling."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How sure the robot has to be. Scores are chances of being right.

    ``answer`` is not for anybody to guess: ``FaqMatcher.thresholds`` holds what a base says about
    itself. The default is for bases that are too small to say anything.
    """

    answer: float = 0.87
    """Score from which the best entry is sent as the answer. 0 to 1."""

    offer: float = 0.2
    """Chance that the right entry is among the choices, from which they are offered. Not above
    ``answer``. What is right in fewer than one of five cases is more in the way than a help."""

    floor: float = 0.1
    """Score that an entry needs to be one of the choices. Not above ``offer``."""

    def __post_init__(self) -> None:
        """Refuse thresholds that make no sense.

        Raises:
            ValueError: They are not in order, or not between 0 and 1.
        """
        if not 0 <= self.floor <= self.offer <= self.answer <= 1:
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

    The best entry is the answer when it reaches ``answer`` and no other is just as good. Else up
    to three entries that reach ``floor`` are offered, if together they reach ``offer``: entries
    that are alike share a chance between them, and a customer can tell them apart.

    Args:
        matches: Of one message, best first, possibly none. At least two are needed to see that
            the second is as good.
        thresholds: How sure to be.
    """
    near = [match for match in matches[:MOST_OFFERED] if match.score >= thresholds.floor]
    if sum(match.score for match in near) < thresholds.offer:
        return Nothing()
    best = matches[0]
    tied = len(matches) > 1 and matches[1].score >= best.score
    if best.score >= thresholds.answer and not tied:
        return Answer(best.entry, best.score)
    return Offer(tuple(match.entry for match in near))
