"""Has answers put into words, whenever intake has left some to word."""

import asyncio
from collections.abc import Callable, Iterable

import structlog

from bot.bell import heard
from bot.handlers.phrase_answer import settle, sources, take
from bot.phrasing.client import Phraser
from core.clock import Clock
from core.playbook import FaqEntry
from storage.repos.phrasings import Phrasing
from storage.uow import UnitOfWork

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 1.0
"""How often the table is looked at in case a bell was lost; a wording has only a few seconds."""
AT_ONCE = 16
"""Questions that one process asks the endpoint at the same moment."""
_HOLD_BACK_SECONDS = 0.2
"""Kept for writing down what came back, before the entry's own answer goes out."""


class PhraseWatch:
    """Words answers in one process; several processes share the work.

    Args:
        unit: Opens a unit of work.
        entries: Gives the playbook's entries as they are now.
        phraser: The line to the endpoint; opened and closed here.
        rung: Set when intake has left something.
        clock: The time.
    """

    def __init__(
        self,
        unit: Callable[[], UnitOfWork],
        entries: Callable[[], Iterable[FaqEntry]],
        phraser: Phraser,
        rung: asyncio.Event,
        clock: Clock,
    ) -> None:
        self._unit = unit
        self._entries = entries
        self._phraser = phraser
        self._rung = rung
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._asking: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to watch."""
        await self._phraser.open()
        self._task = asyncio.create_task(self._run(), name="phrasing")

    async def stop(self) -> None:
        """Stop asking; what is under way goes out as the entries have it when its time is over."""
        for task in (self._task, *self._asking):
            if task is not None:
                task.cancel()
        await asyncio.gather(*(t for t in (self._task, *self._asking) if t), return_exceptions=True)
        self._task = None
        await self._phraser.close()

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("phrasing.not_taken")
                await asyncio.sleep(0.2)
            await heard(self._rung, SWEEP_SECONDS)

    async def look(self) -> list[asyncio.Task[None]]:
        """Take what waits, as far as there is room, and return the tasks that see to it."""
        room = AT_ONCE - len(self._asking)
        if room <= 0:
            return []
        async with self._unit() as uow:
            taken = await take(uow, room, now=self._clock())
            await uow.commit()
        tasks = [asyncio.create_task(self._word(phrasing)) for phrasing in taken]
        for task in tasks:
            self._asking.add(task)
            task.add_done_callback(self._done)
        return tasks

    def _done(self, task: asyncio.Task[None]) -> None:
        if len(self._asking) >= AT_ONCE:
            self._rung.set()  # there may be more than there was room for
        self._asking.discard(task)

    async def _word(self, phrasing: Phrasing) -> None:
        left = (phrasing.send_by - self._clock()).total_seconds() - _HOLD_BACK_SECONDS
        try:
            phrased = await self._phraser.phrase(
                phrasing.question, sources(phrasing, self._entries()), seconds=left
            )
            async with self._unit() as uow:
                await settle(uow, phrasing, phrased, now=self._clock())
                await uow.commit()
        except Exception:
            # The outbox row goes out by itself when its time has come.
            log.exception("phrasing.not_settled", conversation=phrasing.conversation_id)
