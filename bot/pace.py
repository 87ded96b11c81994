"""Keeps platforms' rate limits before the platform has to refuse.

A limit is "at most N in any window of W seconds", kept as the times of the last N sends. One
process keeps them in memory; several processes share them in Redis.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.channels.base import Limits

log = structlog.get_logger(__name__)

MARGIN = 1.03
"""Windows are kept this much longer: what we send evenly may arrive bunched."""


@dataclass(frozen=True, slots=True)
class Window:
    """At most ``count`` sends in any ``seconds``, for whatever ``key`` names."""

    key: str
    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Ask:
    """One send that wants to go out, and the windows that it must fit."""

    account: str
    windows: tuple[Window, ...]


def windows(account: str, chat: str, limits: Limits, *, group: bool) -> tuple[Window, ...]:
    """Return the windows that a send to *chat* must fit."""
    wanted = [
        (account, limits.per_second, 1.0),
        (f"{account}:{chat}", limits.per_chat_per_second, 1.0),
    ]
    if group:
        wanted.append((f"{account}:{chat}:group", limits.per_group_per_minute, 60.0))
    return tuple(
        # A rate below one a window is one in a longer window.
        Window(key, max(1, int(rate)), seconds * max(1, int(rate)) / rate)
        for key, rate, seconds in wanted
        if rate is not None
    )


class Pace(Protocol):
    """Says when a send may go out."""

    async def ask(self, asks: Sequence[Ask]) -> list[float]:
        """Return for each send 0 when it may go now (and count it), else the seconds to wait."""

    async def pause(self, account: str, seconds: float) -> None:
        """Let nothing of *account* go out for *seconds*: the platform has said so."""


class LocalPace:
    """Limits of a process that is alone.

    Args:
        monotonic: Seconds that only ever grow.
    """

    _FORGET_EVERY = 10_000

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._sent: dict[str, deque[float]] = {}
        self._until: dict[str, float] = {}
        self._asked = 0

    async def ask(self, asks: Sequence[Ask]) -> list[float]:
        """Return for each send 0 when it may go now (and count it), else the seconds to wait."""
        now = self._monotonic()
        self._asked += len(asks)
        if self._asked > self._FORGET_EVERY:
            self._asked = 0
            self._forget(now)
        return [self._one(ask, now) for ask in asks]

    async def pause(self, account: str, seconds: float) -> None:
        """Let nothing of *account* go out for *seconds*."""
        self._until[account] = max(self._until.get(account, 0), self._monotonic() + seconds)

    def _one(self, ask: Ask, now: float) -> float:
        wait = self._until.get(ask.account, 0) - now
        for window in ask.windows:
            sent = self._sent.get(window.key)
            if sent is not None and len(sent) >= window.count:
                wait = max(wait, sent[-window.count] + window.seconds * MARGIN - now)
        if wait > 0:
            return wait
        for window in ask.windows:
            sent = self._sent.get(window.key)
            if sent is None or sent.maxlen != window.count:
                sent = self._sent[window.key] = deque(sent or (), maxlen=window.count)
            sent.append(now)
        return 0.0

    def _forget(self, now: float) -> None:
        """Drop chats that nothing was sent to for longer than any window."""
        self._sent = {key: sent for key, sent in self._sent.items() if now - sent[-1] < 120}


_SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local waits = {}
local arg, key = 1, 1
while arg <= #ARGV do
  local many = tonumber(ARGV[arg])
  local wait = 0
  local until_ = tonumber(redis.call('GET', KEYS[key]) or '0')
  if until_ - now > wait then wait = until_ - now end
  for i = 1, many do
    local count = tonumber(ARGV[arg + 2 * i - 1])
    local span = tonumber(ARGV[arg + 2 * i])
    local at = redis.call('LINDEX', KEYS[key + i], -count)
    if at and tonumber(at) + span - now > wait then wait = tonumber(at) + span - now end
  end
  if wait <= 0 then
    for i = 1, many do
      local count = tonumber(ARGV[arg + 2 * i - 1])
      local span = tonumber(ARGV[arg + 2 * i])
      redis.call('RPUSH', KEYS[key + i], now)
      redis.call('LTRIM', KEYS[key + i], -count, -1)
      redis.call('PEXPIRE', KEYS[key + i], span)
    end
    wait = 0
  end
  waits[#waits + 1] = wait
  arg = arg + 1 + 2 * many
  key = key + 1 + many
end
return waits
"""


class SharedPace:
    """Limits that several processes share in Redis; alone while Redis is away.

    Args:
        redis: The server.
    """

    _PREFIX = "frontdesk:pace:"

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        self._script = redis.register_script(_SCRIPT)
        self._alone = LocalPace()

    async def ask(self, asks: Sequence[Ask]) -> list[float]:
        """Return for each send 0 when it may go now (and count it), else the seconds to wait."""
        if not asks:
            return []
        keys: list[str] = []
        args: list[int] = []
        for ask in asks:
            keys.append(f"{self._PREFIX}pause:{ask.account}")
            args.append(len(ask.windows))
            for window in ask.windows:
                keys.append(self._PREFIX + window.key)
                args += [window.count, int(window.seconds * MARGIN * 1000)]
        try:
            waits = await self._script(keys=keys, args=args)
        except (RedisError, OSError) as error:
            # Sending on at our own pace beats not sending: the platform refuses what is too much.
            log.warning("pace.alone", error=type(error).__name__)
            return await self._alone.ask(asks)
        return [wait / 1000 for wait in waits]

    async def pause(self, account: str, seconds: float) -> None:
        """Let nothing of *account* go out for *seconds*."""
        await self._alone.pause(account, seconds)
        milliseconds = max(1, int(seconds * 1000))
        try:
            clock_seconds, micros = await self._redis.time()
            now = clock_seconds * 1000 + micros // 1000
            await self._redis.set(
                f"{self._PREFIX}pause:{account}", now + milliseconds, px=milliseconds
            )
        except (RedisError, OSError) as error:
            log.warning("pace.alone", error=type(error).__name__)
