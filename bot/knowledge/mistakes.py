"""What can be wrong with a playbook file, in words that can be printed in any language."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import BadRequestText


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong with a file.

    Args:
        line: Where it stands, from 1.
        key: Message key in ``core/i18n``.
        facts: Values for the placeholders of that text; ``line`` is always among them.
    """

    line: int
    key: str
    facts: dict[str, Any]


class BadPlaybook(BadRequestText):
    """A playbook file that was not taken; nothing of it may be.

    Args:
        mistakes: All of them, at least one, from the top of the file to its end.
    """

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: mistake.line))
        super().__init__("playbook.bad", count=len(self.mistakes))


def shortened(text: str) -> str:
    """Return *text* on one line, cut to 40 characters, for quoting in a mistake."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"
