"""What an admin changes in one process answers in every other."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from playground.world import World
from tests.flows.conftest import OLGA, SHOP_TOKEN, STAFF_TOKEN
from tests.flows.machine import Machine, free_port, machine_in

ANN = 2001
_updates = itertools.count(900_000)


@pytest.fixture
async def machine(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Machine]:
    async with machine_in(tmp_path, database_url, redis_url) as made:
        yield made


def heard(world: World, person: int, token: str) -> list[str]:
    room = world.private(world.bot(token), world.people[person])
    return [m.get("text", "") for m in room.messages.values() if m["from"]["is_bot"]]


async def writes(port: int, words: str) -> int:
    """Bring a customer's message to one of the web processes; return the HTTP status."""
    number = next(_updates)
    person = {"id": ANN, "is_bot": False, "first_name": "Ann", "language_code": "en"}
    body = {
        "update_id": number,
        "message": {
            "message_id": number,
            "date": 1_795_000_000,
            "chat": {"id": ANN, "type": "private", "first_name": "Ann"},
            "from": person,
            "text": words,
        },
    }
    address = f"http://127.0.0.1:{port}/hooks/shop"
    headers = {"X-Telegram-Bot-Api-Secret-Token": "t"}
    try:
        async with (
            aiohttp.ClientSession() as http,
            http.post(address, json=body, headers=headers) as answer,
        ):
            return answer.status
    except aiohttp.ClientError:
        return 0


@pytest.mark.timeout(120)
@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_rule_is_live_in_two_web_processes_within_a_second(machine: Machine) -> None:
    """Added, changed and switched off by an admin whom the first serves; asked at the second."""
    world = machine.world
    second = free_port()
    await machine.do("migrate")
    machine.start("web")
    machine.start("web", port=second)
    machine.start("deliver")
    for person, name in ((ANN, "Ann"), (OLGA, "Olga")):
        world.person(person, name, language_code="en")
    world.start(ANN, SHOP_TOKEN)
    world.start(OLGA, STAFF_TOKEN)

    async def up() -> None:
        while await writes(second, "hello") != 200:
            await asyncio.sleep(0.1)

    await asyncio.wait_for(up(), 60)
    await world.until(lambda: bool(heard(world, OLGA, STAFF_TOKEN)), seconds=30)

    async def olga_says(words: str, until: str) -> None:
        said = len(heard(world, OLGA, STAFF_TOKEN))
        world.says(OLGA, STAFF_TOKEN, words)
        await world.until(
            lambda: any(until in t for t in heard(world, OLGA, STAFF_TOKEN)[said:]), seconds=20
        )
        await asyncio.sleep(1.0)

    async def ann_hears(answer: str, times: int) -> None:
        assert await writes(second, "price?") == 200
        await world.until(lambda: heard(world, ANN, SHOP_TOKEN).count(answer) == times, seconds=20)

    await olga_says("/rule_add any price = It costs 100.", "price")
    await ann_hears("It costs 100.", 1)
    await olga_says("/rule_edit 1 any price = It costs 200.", "200")
    await ann_hears("It costs 200.", 1)
    await olga_says("/rule_off 1", "#1")
    assert await writes(second, "price?") == 200
    await olga_says("/rule_add exact marker = seen", "marker")
    assert await writes(second, "marker") == 200
    await world.until(lambda: "seen" in heard(world, ANN, SHOP_TOKEN), seconds=20)
    assert heard(world, ANN, SHOP_TOKEN).count("It costs 200.") == 1
