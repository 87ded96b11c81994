"""Calls of the platform are repeated where that helps and cannot be seen."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

import admin_bot.turn  # noqa: F401  durations become timedelta
from admin_bot.rate import LONGEST_WAIT_SECONDS, MOST_TRIES, PatientLimiter


def timed_out(cause: Exception) -> TimedOut:
    error = TimedOut()
    error.__cause__ = cause
    return error


class Platform:
    """A platform that fails with the given errors before it answers."""

    def __init__(self, *errors: TelegramError) -> None:
        self.errors = list(errors)
        self.calls = 0

    async def __call__(self) -> Any:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return True


class Naps:
    """Waits without taking time, and remembers how long."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


async def call(platform: Platform, naps: Naps, method: str = "sendMessage") -> Any:
    return await PatientLimiter(naps).process_request(platform, (), {}, method, {}, None)


async def test_a_limit_is_waited_out_as_long_as_the_platform_says() -> None:
    platform, naps = Platform(RetryAfter(timedelta(seconds=7))), Naps()

    assert await call(platform, naps)

    assert naps.seconds == [pytest.approx(7.1)]


async def test_nobody_waits_longer_than_half_a_minute_in_all() -> None:
    platform = Platform(*(RetryAfter(timedelta(seconds=20)) for _ in range(3)))
    naps = Naps()

    with pytest.raises(RetryAfter):
        await call(platform, naps)

    assert sum(naps.seconds) <= LONGEST_WAIT_SECONDS
    assert platform.calls == 2


@pytest.mark.parametrize(
    ("method", "error", "repeated"),
    [
        ("sendMessage", lambda: NetworkError("Bad Gateway"), True),
        ("sendMessage", lambda: timed_out(httpx.ConnectTimeout("")), True),
        ("sendMessage", lambda: timed_out(httpx.PoolTimeout("")), True),
        ("sendMessage", lambda: timed_out(httpx.ReadTimeout("")), False),
        ("sendDocument", lambda: timed_out(httpx.WriteTimeout("")), False),
        ("editMessageText", lambda: timed_out(httpx.ReadTimeout("")), True),
        ("getFile", lambda: timed_out(httpx.ReadTimeout("")), True),
        ("sendMessage", lambda: BadRequest("chat not found"), False),
        ("sendMessage", lambda: Forbidden("blocked"), False),
    ],
)
async def test_only_what_surely_shows_once_is_repeated(
    method: str, error: Callable[[], TelegramError], repeated: bool
) -> None:
    platform = Platform(error())

    if repeated:
        assert await call(platform, Naps(), method)
        assert platform.calls == 2
    else:
        with pytest.raises(TelegramError):
            await call(platform, Naps(), method)
        assert platform.calls == 1


async def test_a_lasting_outage_is_raised_after_growing_pauses() -> None:
    platform, naps = Platform(*(NetworkError("down") for _ in range(9))), Naps()

    with pytest.raises(NetworkError):
        await call(platform, naps)

    assert platform.calls == MOST_TRIES
    assert naps.seconds == sorted(naps.seconds)
    assert len(naps.seconds) == MOST_TRIES - 1
