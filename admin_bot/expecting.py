"""What a person was asked to send next."""

from collections import OrderedDict
from datetime import datetime, timedelta

from admin_bot.drafts import Drafts

PATIENCE = timedelta(minutes=10)
"""How long a file that was asked for, or a reply to a question, is waited for."""
SOON = timedelta(minutes=2)
"""How soon after a question the next message is taken for its answer without being a reply."""
_MOST = 1000


class Expecting:
    """By person, the command that the next file is for.

    Kept in this process only: after a restart the file is sent again, with the command as its
    caption or behind the command.

    Attributes:
        drafts: What people have chosen so far in something that takes several presses.
    """

    def __init__(self) -> None:
        self.drafts = Drafts()
        self._asked: OrderedDict[int, tuple[str, datetime]] = OrderedDict()
        self._questions: OrderedDict[int, tuple[str, int, datetime]] = OrderedDict()

    def file(self, staff_id: int, command: str, now: datetime) -> None:
        """Expect a file for *command* from a person."""
        self._asked.pop(staff_id, None)
        self._asked[staff_id] = (command, now + PATIENCE)
        if len(self._asked) > _MOST:
            self._asked.popitem(last=False)

    def words(self, staff_id: int, then: str, question: int, now: datetime) -> None:
        """Expect an answer to the message *question* from a person, for the button *then*."""
        self._questions.pop(staff_id, None)
        self._questions[staff_id] = (then, question, now)
        if len(self._questions) > _MOST:
            self._questions.popitem(last=False)

    def answered(self, staff_id: int, reply_to: int | None, now: datetime) -> str | None:
        """Return the button that a person's message is for, and expect no more; ``None``: none.

        It counts when it replies to the question, or when it is the next message and comes soon:
        what an agent writes later is meant for a customer.

        Args:
            staff_id: Who wrote.
            reply_to: The message that they replied to; ``None`` for none.
            now: The moment.
        """
        then, question, asked = self._questions.pop(staff_id, ("", 0, now))
        if not then or (reply_to is not None and reply_to != question):
            return None
        patience = PATIENCE if reply_to == question else SOON
        return then if now - asked <= patience else None

    def taken(self, staff_id: int, now: datetime) -> str | None:
        """Return the command that a person's file is for, and expect nothing more.

        Call it for every message of a person: only the very next one counts. ``None`` when no
        file was asked for, or too long ago.
        """
        command, until = self._asked.pop(staff_id, (None, now))
        return command if now <= until else None
