"""What the desk learns from its own conversations, done by RQ."""

import asyncio

from bot import wiring
from bot.compiled import Compiled
from bot.handlers import count_uses as uses
from bot.handlers import find_suggestions as suggestions
from bot.handlers.find_suggestions import Suggested
from bot.jobs.upkeep import config_path
from core.clock import utc_now
from core.config import load
from storage.uow import UnitOfWork

MOST_BATCHES = 100
"""A desk that was off for long catches up over several runs."""


async def find_suggestions() -> None:
    """Look for what customers asked and nobody has taught yet."""
    config = load(config_path())
    database = wiring.job_desk(config)
    now = utc_now()
    try:
        async with UnitOfWork(database, reading=True) as uow:
            gathered = await suggestions.gather(uow, now)
            playbook = await uow.taught.playbook()
        suggested = Suggested()
        if gathered.worth:
            book = await asyncio.to_thread(Compiled.build, playbook)
            local = now.astimezone(config.zone)
            suggested = await asyncio.to_thread(suggestions.suggest, gathered, book, local)
        async with UnitOfWork(database) as uow:
            await suggestions.keep(uow, suggested, wiring.new_key(), now)
            await uow.commit()
    finally:
        await database.close()


async def count_uses() -> None:
    """Bring the use counts of rules and entries up to date."""
    database = wiring.job_desk(load(config_path()))
    now = utc_now()
    try:
        for _ in range(MOST_BATCHES):
            async with UnitOfWork(database) as uow:
                more = await uses.count(uow, now)
                await uow.commit()
            if not more:
                return
    finally:
        await database.close()
