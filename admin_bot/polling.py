"""Asks Telegram for the staff bot's updates, for a machine without a public address."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
import telegram
from telegram.error import RetryAfter, TelegramError

log = structlog.get_logger(__name__)

HOLD_SECONDS = 50
LONGEST_PAUSE_SECONDS = 30.0
TRIES = 4
"""How often one update is tried before the next one is looked at."""


async def poll(bot: telegram.Bot, work: Callable[[Mapping[str, Any]], Awaitable[None]]) -> None:
    """Work on the bot's updates for ever, one after the other.

    An update is acknowledged by asking for the next ones, so one whose work was not committed comes
    again.

    Args:
        bot: The staff bot, initialised.
        work: Works on one update; returns when its work is committed.
    """
    offset: int | None = None
    pause = 1.0
    while True:
        try:
            updates = await bot.get_updates(
                offset=offset,
                timeout=HOLD_SECONDS,
                read_timeout=HOLD_SECONDS + 10,
                allowed_updates=[
                    *("message", "edited_message", "callback_query"),
                    *("inline_query", "chosen_inline_result"),
                ],
            )
        except RetryAfter as error:
            wait = error.retry_after
            await asyncio.sleep(wait if isinstance(wait, int | float) else wait.total_seconds())
            continue
        except TelegramError as error:
            log.warning("staff.poll_failed", error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            continue
        pause = 1.0
        for update in updates:
            await _work_on(update, work)
            offset = update.update_id + 1


async def _work_on(
    update: telegram.Update, work: Callable[[Mapping[str, Any]], Awaitable[None]]
) -> None:
    for attempt in range(TRIES):
        try:
            await work(update.to_dict())
            return
        except Exception:
            log.exception("staff.update_failed", update=update.update_id, attempt=attempt)
            await asyncio.sleep(min(2.0**attempt, LONGEST_PAUSE_SECONDS))
