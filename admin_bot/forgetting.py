"""Keeps what a process remembers of many people and updates from growing without end."""

from collections import OrderedDict
from typing import Any

MOST_REMEMBERED = 10_000


def forget_oldest(kept: OrderedDict[Any, Any]) -> None:
    """Forget the oldest where there are too many."""
    if len(kept) > MOST_REMEMBERED:
        kept.popitem(last=False)
