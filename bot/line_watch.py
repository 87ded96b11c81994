"""Matches people who wait with agents who are free, whenever something has happened."""

import asyncio

import structlog

from bot.bell import heard
from bot.handlers.settle_line import settle
from bot.wiring import Desk, new_key

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 5.0
"""How often the line is looked at in case a bell was lost."""


class LineWatch:
    """Settles the waiting lines in one process; several processes do not disturb each other.

    Args:
        desk: The desk.
        rung: Set when somebody waits or an agent has become free.
    """

    def __init__(self, desk: Desk, rung: asyncio.Event) -> None:
        self._desk = desk
        self._rung = rung
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to watch."""
        self._task = asyncio.create_task(self._run(), name="line")

    async def stop(self) -> None:
        """Stop watching."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("line.not_settled")
                await asyncio.sleep(0.2)
            await heard(self._rung, SWEEP_SECONDS)

    async def look(self) -> None:
        """Settle every line in which somebody waits while an agent has a seat free."""
        desk = self._desk
        ready: set[int] | None = None
        if desk.database.is_sqlite:
            # The right to write is one for everybody: it is asked for only where it is needed.
            async with desk.reading() as uow:
                ready = await uow.seats.groups_ready()
            if not ready:
                return
        async with desk.unit() as uow:
            if ready is None:
                ready = await uow.seats.groups_ready()
            if not ready:
                return
            await settle(
                uow,
                ready,
                mode=desk.config.desk.assignment,
                texts_for=desk.texts,
                now=desk.clock(),
                new_key=new_key,
                zone=desk.config.zone,
                mask=desk.playbook.now.mask,
            )
            await uow.commit()
