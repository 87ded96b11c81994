"""What a person was asked to send next."""

from collections import OrderedDict
from datetime import datetime, timedelta

PATIENCE = timedelta(minutes=10)
"""How long a file that was asked for is waited for."""
_MOST = 1000


class Expecting:
    """By person, the command that the next file is for.

    Kept in this process only: after a restart the file is sent again, with the command as its
    caption or behind the command.
    """

    def __init__(self) -> None:
        self._asked: OrderedDict[int, tuple[str, datetime]] = OrderedDict()

    def file(self, staff_id: int, command: str, now: datetime) -> None:
        """Expect a file for *command* from a person."""
        self._asked.pop(staff_id, None)
        self._asked[staff_id] = (command, now + PATIENCE)
        if len(self._asked) > _MOST:
            self._asked.popitem(last=False)

    def taken(self, staff_id: int, now: datetime) -> str | None:
        """Return the command that a person's file is for, and expect nothing more.

        Call it for every message of a person: only the very next one counts. ``None`` when no
        file was asked for, or too long ago.
        """
        command, until = self._asked.pop(staff_id, (None, now))
        return command if now <= until else None
