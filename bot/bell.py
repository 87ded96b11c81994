"""Bells wake a process that waits for work. A ring may be lost: the tables are the truth."""

import asyncio
import contextlib
from collections.abc import Iterable

import structlog
from redis import Redis as SyncRedis
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

OUTBOX = "outbox"
"""Somebody is owed a message."""
LINE = "line"
"""Somebody waits, or an agent has become free."""
PLAYBOOK = "playbook"
"""The playbook has a new version."""
PHRASING = "phrasing"
"""An answer waits to be put into words."""
TIMERS = "timers"
"""A timer was set."""
BELLS = (OUTBOX, LINE, PLAYBOOK, PHRASING, TIMERS)
_CHANNEL = "frontdesk:bell"
_RECONNECT_SECONDS = 1.0


class Bell:
    """Rings between the tasks of a process and, through Redis, between processes.

    Args:
        redis: Where other processes listen; ``None`` when this is the only one.
    """

    def __init__(self, redis: "Redis | None" = None) -> None:
        self._redis = redis
        self._waiters: dict[str, set[asyncio.Event]] = {name: set() for name in BELLS}
        self._to_publish: set[str] = set()
        self._publisher = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to listen for the bells of other processes."""
        if self._redis is not None:
            self._tasks = [
                asyncio.create_task(self._listen(self._redis), name="bell-listen"),
                asyncio.create_task(self._publish(self._redis), name="bell-publish"),
            ]

    async def stop(self) -> None:
        """Stop listening."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def ring(self, names: Iterable[str]) -> None:
        """Wake whoever waits for *names*, here and in other processes."""
        for name in names:
            self._wake(name)
            if self._redis is not None:
                self._to_publish.add(name)
                self._publisher.set()

    def listener(self, name: str) -> asyncio.Event:
        """Return an event that is set at every ring of *name*; the caller clears it."""
        event = asyncio.Event()
        self._waiters[name].add(event)
        return event

    def _wake(self, name: str) -> None:
        for event in self._waiters.get(name, ()):
            event.set()

    async def _publish(self, redis: "Redis") -> None:
        while True:
            await self._publisher.wait()
            self._publisher.clear()
            names, self._to_publish = self._to_publish, set()
            for name in names:
                try:
                    await redis.publish(_CHANNEL, name)
                except (RedisError, OSError) as error:
                    # The other process finds the work with its sweep.
                    log.warning("bell.lost", bell=name, error=type(error).__name__)

    async def _listen(self, redis: "Redis") -> None:
        while True:
            try:
                async with redis.pubsub() as channel:
                    await channel.subscribe(_CHANNEL)
                    async for message in channel.listen():
                        if message["type"] == "message":
                            self._wake(bytes(message["data"]).decode())
            except (RedisError, OSError) as error:
                log.warning("bell.deaf", error=type(error).__name__)
                await asyncio.sleep(_RECONNECT_SECONDS)


def ring_from_outside(redis: "SyncRedis", name: str) -> None:
    """Ring in every process that listens at *redis*, from one that has no bell of its own."""
    redis.publish(_CHANNEL, name)


async def heard(event: asyncio.Event, seconds: float) -> bool:
    """Wait for a ring for at most *seconds*, and say whether there was one."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
            event.clear()
            return True
    return False
