"""What agents are not to see in customers' messages: an expression of the shop's own."""

import re
from dataclasses import dataclass
from typing import Any

import regex

from core.errors import BadRequestText

LONGEST_EXPRESSION = 500
SECONDS = 0.05
"""How long one message may take; some expressions would take years."""

_SHORTEST_MASK = 3
_MOST_REPEATS = 100_000
_PARTS = re.compile(r"\\.|\{(?P<least>\d*)(?:,(?P<most>\d*))?\}|\s+|.", re.DOTALL)
_COMMENTED = re.compile(r"\(\?[A-Za-z0-9]*x")
_TRIES = 3
_PROBES = (
    "a" * 3_000 + "!",
    "1" * 3_000 + "x",
    " " * 3_000 + "x",
    "请问138 1234 5678，" * 200,
    "ab12-" * 600 + "\n",
)
"""What makes the usual hanging expressions hang: many ways to read the same characters."""


@dataclass(frozen=True, slots=True)
class Mask:
    """An expression, ready to hide what it matches. Source: requirement SEN-28."""

    _pattern: Any

    @classmethod
    def compile(cls, expression: str) -> "Mask":
        """Read *expression*; an empty one hides nothing.

        It is tried on a few long texts, so that one which takes too long is refused while the
        person who wrote it is still there.

        Raises:
            BadRequestText: It is no regular expression, longer than 500 characters, or too slow.
        """
        if len(expression) > LONGEST_EXPRESSION:
            raise BadRequestText(
                "screening.mask_too_long", count=len(expression), limit=LONGEST_EXPRESSION
            )
        if not expression:
            return cls(None)
        if _repeats(expression) > _MOST_REPEATS:
            raise BadRequestText("screening.mask_too_slow")
        try:
            mask = cls(regex.compile(expression))
        except (regex.error, ValueError, OverflowError, RecursionError, MemoryError) as error:
            raise BadRequestText("screening.mask_not_an_expression", why=str(error)) from error
        # A busy machine alone must not refuse what somebody wrote: only what is slow each time is.
        if any(all(mask.hide(probe) is None for _ in range(_TRIES)) for probe in _PROBES):
            raise BadRequestText("screening.mask_too_slow")
        return mask

    def hide(self, text: str) -> str | None:
        """Return *text* with asterisks for whatever matches: as many as characters, at least 3.

        Returns:
            ``None`` when that took longer than 50 ms: nothing of the text may be shown then.
        """
        if self._pattern is None:
            return text
        try:
            hidden: str = self._pattern.sub(_asterisks, text, timeout=SECONDS)
        except (TimeoutError, MemoryError):
            return None
        return hidden


def _asterisks(found: Any) -> str:
    # An expression that may match nothing does so between any two characters.
    length = found.end() - found.start()
    return "*" * max(length, _SHORTEST_MASK) if length else ""


def _repeats(expression: str) -> int:
    """Return how often *expression* repeats its innermost part at the most, never too low.

    Counts are written out when the expression is compiled, before any time limit: ``(a{999}){999}``
    takes a gigabyte. Read without a grammar, so what is repeated counts as the largest part so far.
    """
    largest = 1
    after_group = always = _COMMENTED.search(expression) is not None
    for part in _PARTS.finditer(expression):
        if part["least"] is not None:
            count = max(int(number) for number in (part["least"], part["most"], "1") if number)
            largest = max(largest, count * (largest if after_group else 1))
            after_group = True
        elif not part[0].isspace():
            after_group = always or part[0] == ")"
    return largest
