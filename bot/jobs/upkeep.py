"""What the clock lets RQ do over and over."""

import os
from datetime import timedelta
from pathlib import Path

from bot import wiring
from bot.handlers.settle_line import settle
from core.clock import utc_now
from core.config import load
from core.i18n.texts import spoken
from storage.uow import UnitOfWork

KEEP_SEEN_UPDATES = timedelta(days=3)
"""Platforms repeat an update for a day at the most."""
KEEP_PHRASINGS = timedelta(hours=1)
"""Answers that nobody put into words; what was owed has gone out long ago."""
KEEP_DONE_ROWS = timedelta(days=30)
"""Notices to staff and withdrawn cards; messages to customers are never dropped here."""


def config_path() -> Path:
    """Return where the configuration is: ``FRONTDESK_CONFIG``, else ``config.yaml``."""
    return Path(os.environ.get("FRONTDESK_CONFIG", "config.yaml"))


async def settle_lines() -> None:
    """Match people who wait with agents who are free, in case a bell was lost."""
    config = load(config_path())
    database = wiring.job_desk(config)
    try:
        async with UnitOfWork(database) as uow:
            await settle(
                uow,
                await uow.line.groups_waiting(),
                mode=config.desk.assignment,
                texts_for=lambda language: spoken(language, config.language),
                now=utc_now(),
                new_key=wiring.new_key,
                zone=config.zone,
            )
            await uow.commit()
    finally:
        await database.close()


async def forget() -> None:
    """Drop rows that nobody will ask for again."""
    database = wiring.job_desk(load(config_path()))
    now = utc_now()
    try:
        async with UnitOfWork(database) as uow:
            await uow.letters.forget_updates(now - KEEP_SEEN_UPDATES)
            await uow.outbox.forget(now - KEEP_DONE_ROWS)
            await uow.phrasings.forget(now - KEEP_PHRASINGS)
            await uow.commit()
    finally:
        await database.close()
