"""The sweep that wakes whoever watches the timers, when a ring was lost."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
import redis
import yaml
from rq import Queue

from bot.bell import TIMERS, Bell, heard
from bot.jobs.clock import QUEUE, SCHEDULE, JobThread
from bot.wiring import open_redis
from core.clock import utc_now
from core.timers import SHIFT
from storage.engine import Database
from storage.repos.timers import Timer
from storage.uow import UnitOfWork

JOB = "bot.jobs.upkeep.wake_timers"


async def test_a_timer_that_is_overdue_rings_in_the_processes_that_watch(
    sqlite_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is only just due does not: whoever watches is about to look."""
    path = tmp_path / "config.yaml"
    path.write_text(
        yaml.safe_dump(
            {
                "storage": {"url": sqlite_url},
                "staff": {"token": "1:A", "secret": "s"},
                "accounts": {"shop": {"channel": "telegram", "token": "2:B", "secret": "t"}},
            }
        ),
        encoding="utf-8",
    )
    monkeypatch.setenv("FRONTDESK_CONFIG", str(path))
    assert SCHEDULE[JOB] <= 15
    database, listening = Database(sqlite_url), open_redis(redis_url)
    bell = Bell(listening)
    rung = bell.listener(TIMERS)
    await bell.start()
    client = redis.Redis.from_url(redis_url)
    queue = Queue(QUEUE, connection=client)
    worker = JobThread(lambda: redis.Redis.from_url(redis_url))
    await worker.start()

    async def runs(late: timedelta) -> bool:
        """Let a timer be *late*, run the job, and say whether it rang."""
        async with UnitOfWork(database) as uow:
            await uow.timers.set([Timer(SHIFT, utc_now() - late, staff_id=1)])
            await uow.commit()
        job = await asyncio.to_thread(queue.enqueue, JOB, result_ttl=60)
        async with asyncio.timeout(20):
            while not await asyncio.to_thread(lambda: job.get_status(refresh=True) == "finished"):
                await asyncio.sleep(0.05)
        return await heard(rung, 0.3)

    async with asyncio.timeout(20):
        while not (await listening.pubsub_numsub("frontdesk:bell"))[0][1]:
            await asyncio.sleep(0.02)
    assert [await runs(timedelta(seconds=n)) for n in (-60, 0, 30)] == [False, False, True]

    await worker.stop()
    client.close()
    await bell.stop()
    await listening.aclose()
    await database.close()
