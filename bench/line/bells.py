"""Two processes with a Redis between them, which stops in the middle and comes back.

What happens, happens in one process; the other one watches the line. While there is no Redis no
bell gets through, and the watch must find what there is to do with its sweep.
"""

import asyncio
import contextlib
import tempfile
import time
from pathlib import Path

from redis.exceptions import RedisError

from bench.line.house import House, Process, opened
from bench.line.plan import Plan
from bench.line.simulate import Played, Simulation
from bot.bell import LINE
from bot.embedded_redis import EmbeddedRedis
from bot.line_watch import SWEEP_SECONDS, LineWatch
from bot.wiring import open_redis

PATIENCE_SECONDS = SWEEP_SECONDS * 3
DEAF = 3
"""So many are assigned while there is no Redis; each takes up to one sweep of real time."""


class _Apart(Simulation):
    """Things happen in the first process, and only the second one watches."""

    def __init__(self, house: House, plan: Plan, server: EmbeddedRedis) -> None:
        super().__init__(house, plan)
        self._server = server
        self._redis = open_redis(server.url)
        self._middle = len(plan.visits) // 2
        self._down = False
        self.swept: list[float] = []
        """Milliseconds to each assignment while there was no Redis."""

    def _comes_through(self) -> Process:
        return self.house.processes[0]

    async def _settle_down(self, committed: float) -> None:
        desk = self.house.processes[0].desk
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                async with desk.reading() as uow:
                    waiting = await uow.seats.groups_ready()
                fresh = await self._read()
                took = [(time.perf_counter() - committed) * 1_000] * fresh
                self.played.waits += took
                if self._down:
                    self.swept += took
                if not waiting:
                    break
                await asyncio.sleep(0.002)
        if not self._down and not self.swept and self.played.conversations >= self._middle:
            self._down = True
            with contextlib.suppress(RedisError, OSError):
                await self._redis.shutdown(nosave=True)
        if self._down and len(self.swept) >= DEAF:
            self._down = False
            await self._server.start()
            # The processes try to reach it again once a second.
            await asyncio.sleep(1.5)

    async def close(self) -> None:
        await self._redis.aclose()


async def play_with_redis(plan: Plan, url: str) -> Played:
    """Play *plan* with the Redis restarted in the middle."""
    with tempfile.TemporaryDirectory(prefix="fdredis") as folder:
        server = EmbeddedRedis(Path(folder))
        await server.start()
        clients = [open_redis(server.url) for _ in range(2)]
        try:
            async with opened(plan, url, processes=2, redis=clients) as house:
                other = house.processes[1].desk
                watch = LineWatch(other, other.bell.listener(LINE))
                simulation = _Apart(house, plan, server)
                await watch.start()
                # Until both listen: a ring before that is lost, and found by the sweep.
                await asyncio.sleep(0.5)
                try:
                    return await simulation.run()
                finally:
                    await watch.stop()
                    await simulation.close()
        finally:
            for client in clients:
                await client.aclose()
            await server.stop()
