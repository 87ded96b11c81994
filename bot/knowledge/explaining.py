"""What the matcher did with a message, stage by stage, for those who ask why."""

from dataclasses import dataclass

from bot.knowledge.answering import Thresholds
from bot.knowledge.found import FaqMatch
from core.playbook import FaqEntry


@dataclass(frozen=True, slots=True)
class Worded:
    """First: the message in one form.

    Args:
        normalised: Case, width, script and apostrophes in one form.
        compared: What is compared: without courtesy and punctuation, units parted by blanks.
        repaired: The same as it was probably meant; ``None``: it seems to be spelt right.
    """

    normalised: str
    compared: str
    repaired: str | None


@dataclass(frozen=True, slots=True)
class SameWords:
    """Second: the entries with a question in the very same words, possibly none."""

    entries: tuple[FaqEntry, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry among the nearest.

    Args:
        entry: The entry.
        sentence: Its nearest question, as typed.
        share: How strongly it is meant, as a share of the first's; 0 to 1.
    """

    entry: FaqEntry
    sentence: str
    share: float


@dataclass(frozen=True, slots=True)
class Compared:
    """Third: the nearest entries, and the evidence that the first is right.

    Args:
        candidates: Best first.
        likeness: Highest cosine over the nearest questions, 0 to 1.
        letters: Highest share of letters in the same order, 0 to 1.
        covered: Highest share of the message that a question has, 0 to 1.
        margin: How far the first leads the second; 0: they are equal, from 3 on: clearly.
        chance: What the evidence comes to: the chance that the first is right, 0 to 1.
        keywords: Entries that a keyword hints at, with the keyword.
    """

    candidates: tuple[Candidate, ...]
    likeness: float
    letters: float
    covered: float
    margin: float
    chance: float
    keywords: tuple[tuple[FaqEntry, str], ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """Last: the scores, best first, and the thresholds that they are held against."""

    matches: tuple[FaqMatch, ...]
    thresholds: Thresholds


Stage = Worded | SameWords | Compared | Scored
