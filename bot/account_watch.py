"""Keeps what a process knows of the accounts: owners change whose line each leads to."""

import asyncio

import structlog

from bot.bell import heard
from bot.wiring import Desk
from storage.repos.accounts import AccountFacts

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 30.0
"""How often the accounts are read in case a bell was lost."""


class AccountWatch:
    """Reads the accounts anew whenever something was taught.

    Args:
        desk: The desk.
        accounts: By name; changed in place, so that whoever holds it sees the newest.
        rung: Set when the playbook has a new version.
    """

    def __init__(self, desk: Desk, accounts: dict[str, AccountFacts], rung: asyncio.Event) -> None:
        self._desk = desk
        self._accounts = accounts
        self._rung = rung
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Read the accounts and begin to watch."""
        await self.look()
        self._task = asyncio.create_task(self._run(), name="accounts")

    async def stop(self) -> None:
        """Stop watching."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        while True:
            await heard(self._rung, SWEEP_SECONDS)
            try:
                await self.look()
            except Exception:
                log.exception("accounts.not_read")

    async def look(self) -> None:
        """Read the accounts once."""
        async with self._desk.reading() as uow:
            self._accounts.update({a.name: a for a in await uow.accounts.all()})
