"""The clock puts jobs on the queue once, and the worker does them, failed ones included."""

import asyncio
from pathlib import Path

import pytest
import redis
import yaml
from rq import Queue
from sqlalchemy import select

from bot.jobs.clock import QUEUE, SCHEDULE, JobThread, enqueue_due
from core.playbook import Answering
from storage.engine import Database
from storage.models.outbox import OutboxRow
from storage.uow import UnitOfWork
from tests.people import Shop, said


@pytest.fixture
def client(redis_url: str) -> redis.Redis:
    return redis.Redis.from_url(redis_url)


async def test_two_clocks_put_each_job_once(client: redis.Redis) -> None:
    first = await asyncio.to_thread(enqueue_due, client)
    second = await asyncio.to_thread(enqueue_due, client)

    assert list(SCHEDULE) == first
    assert [] == second
    assert len(SCHEDULE) == Queue(QUEUE, connection=client).count
    client.close()


async def test_a_job_comes_again_after_its_time(client: redis.Redis) -> None:
    await asyncio.to_thread(enqueue_due, client)
    name = "bot.jobs.upkeep.settle_lines"
    client.pexpire(f"frontdesk:clock:{name}", 1)
    await asyncio.sleep(0.05)

    assert [name] == await asyncio.to_thread(enqueue_due, client)
    client.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_worker_settles_the_line_that_every_bell_missed(
    database: Database,
    database_url: str,
    redis_url: str,
    client: redis.Redis,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody rang; the job finds who waits and deals a card, masked as agents see it."""
    path = tmp_path / "config.yaml"
    path.write_text(
        yaml.safe_dump(
            {
                "storage": {"url": database_url},
                "staff": {"token": "1:A", "secret": "s"},
                "accounts": {"shop": {"channel": "telegram", "token": "2:B", "secret": "t"}},
            }
        ),
        encoding="utf-8",
    )
    monkeypatch.setenv("FRONTDESK_CONFIG", str(path))
    shop = await Shop(database).open()
    await shop.nobody_is_online()
    await shop.agent(presence="online")
    await shop.hears(said("my number is 13800000000"), said("human"))
    assert [] == await shop.owed("staff")
    async with shop.unit() as uow:
        await uow.taught.set_answering(Answering(mask_desk=r"\d{11}"))
        await uow.commit()
    queue = Queue(QUEUE, connection=client)
    await asyncio.to_thread(queue.enqueue, "bot.jobs.no_such_job")
    await asyncio.to_thread(queue.enqueue, "bot.jobs.upkeep.settle_lines")
    await asyncio.to_thread(queue.enqueue, "bot.jobs.upkeep.forget")

    worker = JobThread(lambda: redis.Redis.from_url(redis_url))
    await worker.start()
    async with asyncio.timeout(20):
        while True:
            async with UnitOfWork(database, reading=True) as uow:
                cards = await uow.offers.cards([1])
            if cards:
                break
            await asyncio.sleep(0.05)
    async with asyncio.timeout(10):
        while await asyncio.to_thread(lambda: queue.count):
            await asyncio.sleep(0.05)
    await worker.stop()

    assert 1 == len(cards)
    async with shop.unit() as uow:
        (card,) = await uow.connection.scalars(
            select(OutboxRow.content).where(OutboxRow.account == "staff")
        )
    assert "my number is" in card["text"]
    assert "13800000000" not in card["text"]
    client.close()
