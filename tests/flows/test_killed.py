"""Killing any process at any moment loses nothing that was accepted."""

import asyncio
import itertools
import random
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml
from sqlalchemy import text

from playground.world import World
from storage.engine import Database
from tests.flows.conftest import SHOP_TOKEN
from tests.flows.machine import Machine, machine_in

KILLS = 10
CUSTOMERS = range(2001, 2009)
QUESTIONS = 30


# One machine of each size: the embedded one, and one with servers of its own.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def machine(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Machine]:
    async with machine_in(tmp_path, database_url, redis_url) as made:
        yield made


async def teach(machine: Machine) -> None:
    """Teach a rule for every question, so that every message has a reply of its own."""
    rules = [
        {"name": f"q{i}", "match": "exact", "words": [f"q{i}"], "replies": [{"text": f"a{i}"}]}
        for i in range(QUESTIONS)
    ]
    path = machine.folder / "playbook.yaml"
    path.write_text(yaml.safe_dump({"rules": rules}), encoding="utf-8")
    await machine.do("playbook", "import", str(path))


def replies(world: World, customer: int) -> list[str]:
    """Return the answers a customer got; one that came twice in a row counts once, because a
    process may die between the platform's "ok" and our note of it."""
    room = world.private(world.bot(SHOP_TOKEN), world.people[customer])
    texts = [m.get("text", "") for m in room.messages.values() if m["from"]["is_bot"]]
    return [t for t, _ in itertools.groupby(t for t in texts if t.startswith("a"))]


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("database_url", "names"),
    [
        pytest.param("sqlite", ("serve",), id="one process on SQLite"),
        pytest.param(
            "postgres",
            ("web", "deliver"),
            id="web and deliver on PostgreSQL",
            marks=pytest.mark.postgres,
        ),
    ],
    indirect=["database_url"],
)
async def test_ten_kills_under_load_lose_nothing(machine: Machine, names: tuple[str, ...]) -> None:
    """Every message that got its 200 is in the database once, and its reply arrives, in order."""
    world = machine.world
    await teach(machine)
    for name in names:
        machine.start(name)
    wanted = [f"a{i}" for i in range(QUESTIONS)]
    for customer in CUSTOMERS:
        world.person(customer, f"C{customer}", language_code="en")
        world.start(customer, SHOP_TOKEN)
    await world.until(lambda: world.bot(SHOP_TOKEN).delivery.delivered > 0, seconds=30)

    async def talk(customer: int, rng: random.Random) -> None:
        for i in range(QUESTIONS):
            world.says(customer, SHOP_TOKEN, f"q{i}")
            await asyncio.sleep(rng.uniform(0, 0.9))

    async def slay() -> None:
        rng = random.Random(2)
        for kill in range(KILLS):
            await asyncio.sleep(rng.uniform(1.0, 2.0))
            name = names[kill % len(names)]
            machine.kill(name)
            machine.start(name)

    await asyncio.gather(slay(), *(talk(c, random.Random(c)) for c in CUSTOMERS))
    await world.until(
        lambda: all(replies(world, c)[-1:] == wanted[-1:] for c in CUSTOMERS), seconds=60
    )

    assert dict.fromkeys(CUSTOMERS, wanted) == {c: replies(world, c) for c in CUSTOMERS}
    database = Database(machine.config["storage"]["url"])
    async with database.engine.connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT conversation_id, text, count(*) FROM messages WHERE direction = 'in' "
                "AND text LIKE 'q%' GROUP BY conversation_id, text"
            )
        )
        counts = [count for _, _, count in rows]
    await database.close()
    assert [1] * (QUESTIONS * len(CUSTOMERS)) == counts


@on_sqlite
async def test_refusals_of_the_platform_lose_nothing_and_keep_the_order(machine: Machine) -> None:
    """429 with a delay, 500 without words, a dropped connection: all is delivered, in order."""
    world = machine.world
    await teach(machine)
    machine.start("serve")
    world.person(2001, "Ann", language_code="en")
    world.start(2001, SHOP_TOKEN)
    await world.until(lambda: bool(world.called("sendMessage", SHOP_TOKEN)), seconds=30)

    world.fail(SHOP_TOKEN, times=1, status=429, retry_after=1, method="sendMessage")
    world.fail(SHOP_TOKEN, times=1, status=500, method="sendMessage")
    world.fail(SHOP_TOKEN, times=1, drop=True, method="sendMessage")
    for i in range(5):
        world.says(2001, SHOP_TOKEN, f"q{i}")

    await world.until(lambda: replies(world, 2001)[-1:] == ["a4"], seconds=40)
    assert [f"a{i}" for i in range(5)] == replies(world, 2001)


@on_sqlite
async def test_a_repeated_webhook_is_answered_once(machine: Machine) -> None:
    world = machine.world
    await teach(machine)
    machine.start("serve")
    world.person(2001, "Ann", language_code="en")
    delivery = world.bot(SHOP_TOKEN).delivery
    await world.until(
        lambda: delivery.delivered > 0 or bool(world.called("setWebhook")), seconds=30
    )
    world.start(2001, SHOP_TOKEN)
    world.says(2001, SHOP_TOKEN, "q1")
    await world.until(lambda: replies(world, 2001) == ["a1"], seconds=20)

    async with asyncio.timeout(20):
        import aiohttp

        body = {
            "update_id": 123_456,
            "message": {
                "message_id": 77,
                "date": 1_795_000_000,
                "chat": {"id": 2001, "type": "private"},
                "from": {"id": 2001, "is_bot": False, "first_name": "Ann"},
                "text": "q2",
            },
        }
        address = f"{machine.config['server']['public_url']}/hooks/shop"
        async with aiohttp.ClientSession() as http:
            for _ in range(5):
                async with http.post(
                    address, json=body, headers={"X-Telegram-Bot-Api-Secret-Token": "t"}
                ) as answer:
                    assert 200 == answer.status
    world.says(2001, SHOP_TOKEN, "q3")
    await world.until(lambda: replies(world, 2001)[-1:] == ["a3"], seconds=20)

    room = world.private(world.bot(SHOP_TOKEN), world.people[2001])
    assert 1 == sum(m.get("text") == "a2" for m in room.messages.values())


@on_sqlite
async def test_ctrl_c_stops_everything_within_five_seconds(machine: Machine) -> None:
    machine.config["redis"] = {"url": "embedded"}
    machine.write()
    machine.start("serve")
    await machine.world.until(lambda: bool(machine.world.called("setWebhook")), seconds=30)
    process = machine.running.pop("serve")

    process.send_signal(signal.SIGINT)

    assert 0 == await asyncio.wait_for(asyncio.to_thread(process.wait), 5)
