"""When a customer counts as interrupted, and as woken again; reports ask it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

INTERRUPTED_AFTER = timedelta(hours=6)
"""So long without a word of the customer interrupts what they asked.

Source: requirements PRM-19, STA-12.
"""


@dataclass(frozen=True, slots=True)
class Silence:
    """A time in which a customer counts as interrupted.

    Args:
        since: Their last word before it.
        until: Their next word, with which they are woken; ``None``: not yet.
    """

    since: datetime
    until: datetime | None

    @property
    def woken(self) -> bool:
        """Say whether they have come back."""
        return self.until is not None


def silences(written: Iterable[datetime], now: datetime) -> list[Silence]:
    """Return the times in which a customer was interrupted, oldest first.

    Args:
        written: When they wrote, in any order.
        now: The moment.
    """
    moments = sorted(written)
    found = [
        Silence(before, after)
        for before, after in pairwise(moments)
        if after - before >= INTERRUPTED_AFTER
    ]
    if moments and now - moments[-1] >= INTERRUPTED_AFTER:
        found.append(Silence(moments[-1], None))
    return found
