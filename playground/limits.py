"""Why a correct call fails all the same: flood limits, and failures that a test ordered."""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playground.refusal import Refusal, too_many
from playground.things import Bot

PER_CHAT_SECONDS = 1.0
PER_BOT_PER_SECOND = 30
PER_GROUP_PER_MINUTE = 20

_COUNTED = ("send", "copymessage", "forwardmessage")
_FREE = frozenset({"sendchataction", "sendmessagedraft"})


def counts(method: str) -> bool:
    """Say whether a method puts messages into a chat and so falls under the flood limits."""
    lowered = method.lower()
    return lowered.startswith(_COUNTED) and lowered not in _FREE


class FloodLimits:
    """One message a second per chat, 30 a second per bot, 20 a minute per group.

    Args:
        burst: Messages that a chat takes at once before the limit of one a second bites.
        now: Monotonic seconds.
    """

    def __init__(self, *, burst: int = 1, now: Callable[[], float] = time.monotonic) -> None:
        self.burst = burst
        self._now = now
        self._sent: dict[tuple[int, int], deque[float]] = {}
        self._by_bot: dict[int, deque[float]] = {}

    def check(self, bot: Bot, chat_id: int, messages: int = 1) -> None:
        """Count *messages* that a bot is about to send.

        Raises:
            Refusal: 429 with the whole seconds to wait; nothing is counted then.
        """
        now = self._now()
        chat = self._sent.setdefault((bot.id, chat_id), deque())
        every = self._by_bot.setdefault(bot.id, deque())
        _expire(chat, now - 60)
        _expire(every, now - 1)
        recent = [at for at in chat if at > now - PER_CHAT_SECONDS * self.burst]
        wait = 0.0
        if len(recent) >= self.burst:
            wait = recent[-self.burst] + PER_CHAT_SECONDS * self.burst - now
        if len(every) + messages > PER_BOT_PER_SECOND:
            wait = max(wait, every[0] + 1 - now if every else 1.0)
        if chat_id < 0 and len(chat) + messages > PER_GROUP_PER_MINUTE:
            wait = max(wait, chat[0] + 60 - now if chat else 60.0)
        if wait > 0:
            raise too_many(max(1, math.ceil(wait)))
        chat.extend([now] * messages)
        every.extend([now] * messages)


def _expire(times: deque[float], before: float) -> None:
    while times and times[0] <= before:
        times.popleft()


@dataclass(slots=True)
class Fault:
    """One ordered failure.

    Attributes:
        times: Calls that are still to fail.
        status: HTTP status; 5xx answers have a body that is not JSON, as real outages do. ``None``
            means 500, or for a slow call that it goes well after all.
        retry_after: Seconds, for 429.
        method: Only calls of this method, any letter case; ``None`` for all of them.
        description: What stands in the answer; ``None`` for Telegram's usual words.
        drop: Cut the connection instead of answering.
        slow: Wait this many seconds first.
        after: Carry the call out and fail only then, as when an answer is lost.
        parameters: ``ResponseParameters`` besides ``retry_after``.
    """

    times: int = 1
    status: int | None = None
    retry_after: int | None = None
    method: str | None = None
    description: str | None = None
    drop: bool = False
    slow: float = 0.0
    after: bool = False
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def fails(self) -> bool:
        """Say whether the call fails at all; one that is only slow does not."""
        return self.drop or self.status is not None or not self.slow

    def refusal(self) -> Refusal:
        """Return the error to answer with."""
        status = self.status or 500
        words = {
            400: "Bad Request: chat not found",
            401: "Unauthorized",
            403: "Forbidden: bot was blocked by the user",
            404: "Not Found",
            409: "Conflict: terminated by other getUpdates request",
        }
        if status == 429:
            refusal = too_many(self.retry_after if self.retry_after is not None else 1)
            if self.description is not None:
                refusal.description = self.description
            return refusal
        text = self.description or words.get(status, "Internal Server Error")
        return Refusal(status, text, self.parameters or None)


class Faults:
    """Failures that are ordered per bot, used up in the order in which they were asked for."""

    def __init__(self) -> None:
        self._of: dict[int, list[Fault]] = {}

    def order(self, bot: Bot, fault: Fault) -> None:
        """Add a failure for a bot's coming calls."""
        self._of.setdefault(bot.id, []).append(fault)

    def clear(self, bot: Bot | None = None) -> None:
        """Take back what is left, for one bot or (``None``) for all."""
        if bot is None:
            self._of.clear()
        else:
            self._of.pop(bot.id, None)

    def next(self, bot: Bot, method: str) -> Fault | None:
        """Use up one failure that fits this call."""
        waiting = self._of.get(bot.id)
        if not waiting:
            return None
        for fault in waiting:
            if fault.method is None or fault.method.lower() == method.lower():
                fault.times -= 1
                if fault.times <= 0:
                    waiting.remove(fault)
                return fault
        return None
