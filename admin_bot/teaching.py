"""What every command that changes the playbook does around its handler."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from admin_bot.turn import Turn
from bot.compiled import Compiled
from storage.uow import UnitOfWork


@asynccontextmanager
async def teaching(turn: Turn) -> AsyncIterator[UnitOfWork]:
    """Open a unit of work; commit it and let this process answer by it when the block ends.

    Raises:
        AlreadyDone: The update's work is in the database already.
    """
    async with turn.unit() as uow:
        yield uow
        await uow.commit()
    await turn.desk.playbook.refresh()


async def newest(turn: Turn) -> Compiled:
    """Return the playbook as it is stored now, compiled."""
    await turn.desk.playbook.refresh()
    return turn.desk.playbook.now
