"""What people have chosen so far in something that takes several presses."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any

PATIENCE = timedelta(minutes=30)
"""How long something half done is kept after the last press."""
_MOST = 1000


class Drafts:
    """By person and by what it is about, one thing half done.

    Kept in this process only: after a restart, or after half an hour, the person begins anew and
    is told so.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, str], tuple[Any, datetime]] = OrderedDict()

    def keep(self, staff_id: int, about: str, thing: Any, now: datetime) -> None:
        """Keep *thing* for a person, instead of what was kept about it."""
        self._kept.pop((staff_id, about), None)
        self._kept[staff_id, about] = (thing, now)
        if len(self._kept) > _MOST:
            self._kept.popitem(last=False)

    def kept(self, staff_id: int, about: str, now: datetime) -> Any | None:
        """Return what is kept for a person; ``None`` for nothing, or for too long ago."""
        thing, since = self._kept.get((staff_id, about), (None, now))
        return thing if now - since <= PATIENCE else None

    def drop(self, staff_id: int, about: str) -> None:
        """Forget what is kept for a person."""
        self._kept.pop((staff_id, about), None)
