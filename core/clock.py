"""Time as an argument, so that a test can own it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Answers the present moment as an aware UTC datetime."""


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


class ShiftedClock:
    """A clock that runs like another one, but ahead of it or behind it.

    Only a desk with the playground has one: there hours, reminders and timeouts can be played.

    Args:
        base: The clock that it runs like.

    Attributes:
        shift: How far it is ahead; it may be set at any moment.
    """

    def __init__(self, base: Clock = utc_now) -> None:
        self._base = base
        self.shift = timedelta(0)

    def __call__(self) -> datetime:
        """Return the present moment as this clock shows it, in UTC."""
        return self._base() + self.shift

    def set(self, moment: datetime) -> None:
        """Let it show *moment* now and run on from there."""
        self.shift = moment - self._base()
