"""Lets happen what was set to happen at a time, once, whatever process gets to it first."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.bell import heard
from bot.compiled import Compiled
from bot.handlers import (
    absent_agent,
    missed_response,
    passed_offer,
    silent_customer,
    snooze,
    tell_place,
    unanswered_given,
    unread_push,
)
from bot.telling import Voice
from bot.wiring import Desk, new_key
from core.timers import (
    END,
    OFFER,
    PLACE,
    REASSIGN,
    REMIND,
    RESPONSE,
    RETURN,
    SHIFT,
    SILENT,
    SNOOZE,
    UNREAD,
)
from storage.repos.timers import Timer
from storage.uow import UnitOfWork

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 5.0
"""How often the table is looked at in case a bell was lost."""
GAP_SECONDS = 0.1
"""The least time between two looks: a busy desk rings with every batch."""
AT_ONCE = 200
"""Timers that are worked on in one look."""
AGAIN = timedelta(minutes=5)
"""When a timer that failed is tried again."""


class Fire(Protocol):
    """What happens when timers of one kind are due."""

    def __call__(
        self,
        uow: UnitOfWork,
        timers: Sequence[Timer],
        *,
        voice: Voice,
        book: Compiled,
        now: datetime,
    ) -> Awaitable[None]:
        """Lock what *timers* are about, take them (``bot.due.caught``), and let them happen.

        Whether it is still right to is looked at then: what they are about may have changed.
        The caller commits.
        """


FIRES: Mapping[str, Fire] = {
    REMIND: silent_customer.remind,
    END: silent_customer.end,
    UNREAD: unread_push.fire,
    RESPONSE: missed_response.fire,
    SNOOZE: snooze.fire,
    OFFER: passed_offer.fire,
    REASSIGN: unanswered_given.fire,
    RETURN: absent_agent.away,
    SHIFT: absent_agent.shift_over,
    SILENT: absent_agent.silent,
    PLACE: tell_place.fire,
}
"""What each kind of timer leads to."""


class TimerWatch:
    """Looks at the timers in one process; several processes share the work.

    Args:
        desk: The desk.
        rung: Set when a timer was set.
        fires: What each kind of timer leads to.
    """

    def __init__(self, desk: Desk, rung: asyncio.Event, fires: Mapping[str, Fire] = FIRES) -> None:
        self._desk = desk
        self._rung = rung
        self._fires = fires
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to watch."""
        self._task = asyncio.create_task(self._run(), name="timers")

    async def stop(self) -> None:
        """Stop watching."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        while True:
            wait = SWEEP_SECONDS
            try:
                following = await self.look()
                if following is not None:
                    left = (following - self._desk.clock()).total_seconds()
                    wait = min(SWEEP_SECONDS, max(0.0, left))
            except Exception:
                log.exception("timers.not_looked_at")
            await asyncio.sleep(GAP_SECONDS)
            if wait:
                await heard(self._rung, wait)

    async def look(self) -> datetime | None:
        """Let everything happen whose time has come.

        The cost is that of the timers that are due; those that are not are never read.

        Returns:
            When the next timer is due, ``None`` when none is set.
        """
        now = self._desk.clock()
        async with self._desk.reading() as uow:
            due = await uow.timers.due(now, AT_ONCE)
        by_kind: dict[str, list[Timer]] = {}
        for timer in due:
            by_kind.setdefault(timer.kind, []).append(timer)
        for kind, timers in by_kind.items():
            await self._happen(kind, timers, now)
        async with self._desk.reading() as uow:
            return await uow.timers.next_due()

    async def _happen(self, kind: str, timers: Sequence[Timer], now: datetime) -> None:
        """Let timers of one kind happen together; where that fails, each alone."""
        try:
            await self._fire(kind, timers, now)
        except Exception as error:
            if len(timers) > 1:
                log.warning("timers.one_by_one", kind=kind, error=type(error).__name__)
                for timer in timers:
                    await self._happen(kind, [timer], now)
                return
            await self._put_away(timers[0], now)

    async def _put_away(self, timer: Timer, now: datetime) -> None:
        """Try a timer that failed again in a while, so that it stands in nobody's way."""
        log.exception(
            "timers.failed",
            timer=timer.id,
            kind=timer.kind,
            conversation=timer.conversation_id,
            staff=timer.staff_id,
        )
        async with self._desk.unit() as uow:
            await uow.timers.postpone(timer, now + AGAIN)
            await uow.commit()

    async def _fire(self, kind: str, timers: Sequence[Timer], now: datetime) -> None:
        book = self._desk.playbook.now
        voice = Voice(
            self._desk.texts,
            self._desk.config.zone,
            new_key,
            words=book.words,
            mask=book.mask,
            policies=book.playbook.policies,
        )
        async with self._desk.unit() as uow:
            await self._fires[kind](uow, timers, voice=voice, book=book, now=now)
            await uow.commit()
