"""Answers of the staff bot respect the platform's limits and survive its hiccups."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any

import httpx
import structlog
from telegram.error import BadRequest, NetworkError, RetryAfter, TimedOut
from telegram.ext import BaseRateLimiter

log = structlog.get_logger(__name__)

MOST_TRIES = 4
LONGEST_WAIT_SECONDS = 30.0
"""A person who waits longer than this for an answer has given up; the error is raised instead."""
_FIRST_PAUSE_SECONDS = 0.3
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_ADDS = ("send", "copy", "forward")
"""Methods of which a repetition would show: they add a message each time."""


ONCE = "once"
"""For a call that is not worth a repetition: the next one will say more."""


class PatientLimiter(BaseRateLimiter[str]):
    """Tries again where the platform asks for patience or the network fails.

    Nothing is held back before the platform refuses: direct answers to one person are few, and
    everything else goes through the outbox, which keeps the limits itself.

    Args:
        sleep: Waits for some seconds.
    """

    __slots__ = ("_sleep",)

    def __init__(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._sleep = sleep

    async def initialize(self) -> None:
        """Do nothing: there is nothing to open."""

    async def shutdown(self) -> None:
        """Do nothing: there is nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: str | None,
    ) -> Any:
        """Call the platform, up to four times; with ``ONCE`` only once.

        Raises:
            telegram.error.RetryAfter: The platform wants more than 30 seconds in all.
            telegram.error.NetworkError: It could not be reached, or it is not known whether it
                took a message, so that repeating could send it twice.
        """
        if rate_limit_args == ONCE:
            return await callback(*args, **kwargs)
        waited = 0.0
        for tries in range(1, MOST_TRIES + 1):
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                pause = _seconds(error.retry_after) + 0.1
                reason = "limit"
                if tries == MOST_TRIES or waited + pause > LONGEST_WAIT_SECONDS:
                    raise
            except BadRequest:
                # The library calls it a kind of network error; repeating it is of no use.
                raise
            except NetworkError as error:
                pause = _FIRST_PAUSE_SECONDS * 2 ** (tries - 1)
                reason = type(error).__name__
                if tries == MOST_TRIES or not _safe_to_repeat(endpoint, error):
                    raise
            log.warning("staff.call_again", method=endpoint, reason=reason, seconds=round(pause, 1))
            await self._sleep(pause)
            waited += pause
        raise AssertionError("the last try returns or raises")  # pragma: no cover


def _seconds(pause: int | timedelta) -> float:
    return pause.total_seconds() if isinstance(pause, timedelta) else float(pause)


def _safe_to_repeat(endpoint: str, error: NetworkError) -> bool:
    if not endpoint.lower().startswith(_ADDS):
        return True
    # No answer in time: the message may stand in the chat already.
    return not isinstance(error, TimedOut) or isinstance(error.__cause__, _NEVER_SENT)
