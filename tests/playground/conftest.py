"""A playground over real HTTP on loopback, and a webhook that tests can misbehave with."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from playground.app import build_app
from playground.things import Bot, Seat
from playground.world import World
from tests.playground.stage import ANN, BO, OLGA, STAFF_TOKEN, TOKEN, Answer, Api, Hook


@pytest.fixture
def world() -> World:
    stage = World(retry_scale=0.01)
    stage.add_bot(TOKEN, "shop")
    stage.add_bot(STAFF_TOKEN, "staff")
    stage.person(ANN, "Ann", language_code="en")
    stage.person(BO, "Bo")
    stage.person(OLGA, "Olga")
    stage.seats = [
        Seat("Customer", ANN, TOKEN),
        Seat("Agent", BO, STAFF_TOKEN, "agent"),
        Seat("Admin", OLGA, STAFF_TOKEN, "admin"),
    ]
    return stage


@pytest.fixture
def shop(world: World) -> Bot:
    return world.bot("shop")


@pytest.fixture
def staff(world: World) -> Bot:
    return world.bot("staff")


@pytest.fixture
async def url(world: World) -> AsyncIterator[str]:
    root = web.Application()
    root.add_subapp("/playground/", build_app(world))
    server = TestServer(root, host="127.0.0.1")
    await server.start_server()
    yield str(server.make_url("/playground"))
    await server.close()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as client:
        yield client


@pytest.fixture
def api(url: str, session: aiohttp.ClientSession, world: World) -> Api:
    """Call a method with a JSON body; every result is checked against the facts."""

    async def call(method: str, token: str = TOKEN, **params: Any) -> Answer:
        async with session.post(f"{url}/bot{token}/{method}", json=params) as response:
            body = orjson.loads(await response.read())
            known = world.facts.method(method)
            if body["ok"] and known is not None:
                assert world.facts.complaint(known.returns, body["result"]) is None
            return Answer(response.status, body, response.headers)

    return call


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    receiver = Hook()
    app = web.Application()
    app.router.add_post("/hook", receiver.handle)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    receiver.url = str(server.make_url("/hook"))
    yield receiver
    await server.close()
