"""Time as an argument, so that a test can own it."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Answers the present moment as an aware UTC datetime."""


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)
