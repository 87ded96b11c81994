"""What the clock lets RQ do over and over."""

import os
from datetime import timedelta
from pathlib import Path

import structlog
from rq import get_current_job

from bot import wiring
from bot.bell import TIMERS, ring_from_outside
from bot.compiled import mask_of
from bot.handlers.settle_line import settle
from core.clock import utc_now
from core.config import load
from core.i18n.texts import spoken
from storage.uow import UnitOfWork

log = structlog.get_logger(__name__)

OVERDUE = timedelta(seconds=5)
"""How late a timer may be before whoever watches them is woken."""
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
                mask=mask_of((await uow.taught.answering()).mask_desk),
            )
            await uow.commit()
    finally:
        await database.close()


async def wake_timers() -> None:
    """Wake whoever watches the timers, where one should have happened already.

    What timers lead to needs the compiled playbook, which the ``deliver`` process has in memory;
    here it would have to be compiled for every run. So the job only rings. Inside a desk that is
    one process nobody listens at Redis: there the watch looks by itself every few seconds.
    """
    database = wiring.job_desk(load(config_path()))
    try:
        async with UnitOfWork(database, reading=True) as uow:
            due = await uow.timers.next_due()
    finally:
        await database.close()
    late = None if due is None else utc_now() - due
    if late is None or late <= OVERDUE:
        return
    log.warning("timers.overdue", seconds=round(late.total_seconds()))
    job = get_current_job()
    if job is not None:
        ring_from_outside(job.connection, TIMERS)


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
