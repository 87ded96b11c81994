"""What the matcher found, and how it came to it."""

from dataclasses import dataclass

from core.playbook import FaqEntry


@dataclass(frozen=True, slots=True)
class FaqMatch:
    """An entry that may answer a message.

    Args:
        entry: The entry.
        score: The chance, 0 to 1, that it is the right one; 1 only for the same words.
        sentence: What matched, as typed: the question, a similar question, or a keyword.
    """

    entry: FaqEntry
    score: float
    sentence: str
