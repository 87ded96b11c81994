"""Telegram's updates, asked for instead of pushed: for a machine without a public address."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import orjson
import structlog

from bot.channels.base import InboundBatch
from bot.channels.telegram.parse import ALLOWED_UPDATES, parse_update
from bot.channels.telegram.send import Api, Unreadable
from core.clock import Clock
from core.errors import BadPayload, DeliveryError, TryLater
from core.messages import InboundMessage

MOST_UPDATES = 100
LONGEST_PAUSE_SECONDS = 30.0
_UPDATE_ID = re.compile(rb'"update_id"\s*:\s*([0-9]{1,18})')

log = structlog.get_logger()


async def updates(
    api: Api, *, clock: Clock, timeout_seconds: int, backoff_seconds: float
) -> AsyncIterator[InboundBatch]:
    """Yield what Telegram holds for the bot, for ever, oldest first and never an empty batch.

    Asking for the next updates tells Telegram that the last ones are ours, so a caller that
    stops in between gets them again. No answer of Telegram ends the line: an outage is waited
    out, and an update that makes no sense is logged by its id and passed over.

    Args:
        api: The bot's line to Telegram.
        clock: Tells the time of button presses.
        timeout_seconds: How long Telegram may hold a call open while nothing happens.
        backoff_seconds: First pause after a failure; doubled each time up to 30 seconds.
    """
    offset: int | None = None
    limit = MOST_UPDATES
    pause = backoff_seconds
    while True:
        try:
            found = await api.ask(
                "getUpdates",
                {
                    "limit": limit,
                    "timeout": timeout_seconds,
                    "allowed_updates": ALLOWED_UPDATES,
                    **({} if offset is None else {"offset": offset}),
                },
                seconds=timeout_seconds + 15.0,
            )
            after = _after(found)
        except DeliveryError as error:
            skipped = _first_id(error) if limit == 1 else None
            if skipped is not None:
                log.error("telegram.update_unreadable", account=api.account, update=skipped)
                offset, limit = skipped + 1, MOST_UPDATES
                continue
            # One by one, until the answer that cannot be read holds a single update.
            limit = 1 if _first_id(error) is not None else MOST_UPDATES
            seconds = error.seconds if isinstance(error, TryLater) else None
            log.warning(
                "telegram.poll_failed",
                account=api.account,
                reason=getattr(error, "reason", error.key),
            )
            await asyncio.sleep(pause if seconds is None else seconds)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            continue
        pause, limit = backoff_seconds, MOST_UPDATES
        offset = offset if after is None else after
        messages = _good_ones(found, api.account, clock)
        if messages:
            yield InboundBatch(messages)


def _after(found: Any) -> int | None:
    """Return the offset that acknowledges *found*, ``None`` for nothing to acknowledge.

    Raises:
        TryLater: It cannot be acknowledged, so asking again at once would give the same.
    """
    if type(found) is not list:
        raise TryLater(None, "getUpdates: the result is not a list")
    ids = [u.get("update_id") for u in found if type(u) is dict]
    numbers = [number for number in ids if type(number) is int]
    if found and not numbers:
        raise TryLater(None, "getUpdates: updates without an id")
    return max(numbers) + 1 if numbers else None


def _good_ones(found: list[Any], account: str, clock: Clock) -> tuple[InboundMessage, ...]:
    messages: list[InboundMessage] = []
    for update in found:
        try:
            batch = parse_update(update, orjson.dumps(update), account=account, now=clock())
        except BadPayload as error:
            number = update.get("update_id") if type(update) is dict else None
            log.error("telegram.update_skipped", account=account, update=number, why=error.why)
        else:
            messages += batch.messages
    return tuple(messages)


def _first_id(error: DeliveryError) -> int | None:
    """Return the id of the first update in an answer that could not be read, if it has one."""
    found = _UPDATE_ID.search(error.body) if isinstance(error, Unreadable) else None
    return int(found[1]) if found else None
