"""A whole desk over real HTTP: production code, a stand-in platform, real databases and Redis."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.run import EVERYTHING, serve
from core.config import Config
from playground.setup import build_world
from playground.world import World

SHOP_TOKEN, STAFF_TOKEN = "901:SHOP", "900:STAFF"
SHOP_SECRET, STAFF_SECRET = "shop-secret", "staff-secret"
ANN, BEN, BO, CLEO, OLGA = 2001, 2002, 1002, 1003, 1001
FAST = {"per_second": 1000, "per_chat_per_second": 1000, "per_group_per_minute": 1000}


def settings(database_url: str, **changes: Any) -> Config:
    values: dict[str, Any] = {
        "server": {"port": 0, "playground": True},
        "language": "en",
        "storage": {"url": database_url},
        "staff": {
            "token": STAFF_TOKEN,
            "secret": STAFF_SECRET,
            "api_url": "playground",
            "owners": [OLGA],
            "limits": FAST,
        },
        "accounts": {
            "shop": {
                "channel": "telegram",
                "token": SHOP_TOKEN,
                "secret": SHOP_SECRET,
                "api_url": "playground",
                "limits": FAST,
            }
        },
    }
    for path, value in changes.items():
        *way, last = path.split("__")
        inner = values
        for name in way:
            inner = inner.setdefault(name, {})
        inner[last] = value
    return Config(**values)


@dataclass
class Person:
    """Somebody at the platform who talks to one bot."""

    world: World
    number: int
    token: str

    def says(self, words: str, **more: Any) -> dict[str, Any]:
        said: dict[str, Any] = self.world.says(self.number, self.token, words, **more)
        return said

    def start(self, payload: str = "") -> None:
        self.world.start(self.number, self.token, payload)

    def sends(self, kind: str, data: bytes = b"", **more: Any) -> dict[str, Any]:
        sent: dict[str, Any] = self.world.sends(self.number, self.token, kind, data, **more)
        return sent

    @property
    def chat(self) -> list[dict[str, Any]]:
        """What the bot has said, oldest first, as it stands now."""
        room = self.world.private(self.world.bot(self.token), self.world.people[self.number])
        return [m for m in room.messages.values() if m["from"]["is_bot"]]

    @property
    def heard(self) -> list[str]:
        return [m.get("text") or m.get("caption") or "" for m in self.chat]

    async def hears(self, part: str, *, times: int = 1) -> dict[str, Any]:
        """Wait until *times* messages of the bot hold *part*; return the newest."""

        def found() -> list[dict[str, Any]]:
            return [m for m in self.chat if part in (m.get("text") or m.get("caption") or "")]

        try:
            await self.world.until(lambda: len(found()) >= times, seconds=10)
        except TimeoutError:
            raise AssertionError(f"{part!r} x{times} not among {self.heard}") from None
        return found()[-1]

    async def presses(self, message: dict[str, Any], label: str) -> Any:
        """Press the button whose label holds *label*, and wait until the press is answered."""
        for row in message["reply_markup"]["inline_keyboard"]:
            for button in row:
                if label in button["text"]:
                    query = self.world.presses(
                        self.number, self.token, message["message_id"], button["callback_data"]
                    )
                    await self.world.until(lambda query=query: query.answer is not None, seconds=10)
                    return query
        raise AssertionError(f"no button {label!r} in {message['reply_markup']}")


@dataclass
class Story:
    """A running desk and the people around it."""

    world: World
    config: Config
    address: str

    def customer(self, number: int = ANN, name: str = "Ann") -> Person:
        self.world.person(number, name, language_code="en")
        return Person(self.world, number, SHOP_TOKEN)

    def staff(self, number: int, name: str) -> Person:
        self.world.person(number, name, language_code="en")
        person = Person(self.world, number, STAFF_TOKEN)
        person.start()
        return person

    async def owner(self) -> Person:
        olga = self.staff(OLGA, "Olga")
        await olga.hears("")
        return olga

    async def agent(self, owner: Person, number: int = BO, name: str = "Bo") -> Person:
        """Add an agent by command and let them come online."""
        owner.says(f"/agent_add {number} {name}")
        await owner.hears(name)
        person = self.staff(number, name)
        before = len(person.heard)
        person.says("/online")
        await self.world.until(lambda: len(person.heard) > before, seconds=10)
        return person


@contextlib.asynccontextmanager
async def running(
    config: Config, world: World | None = None, parts: frozenset[str] = EVERYTHING
) -> AsyncIterator[Story]:
    """Run a desk in this process until the block ends."""
    world = world or build_world(config)
    stop = asyncio.Event()
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(config, parts, ready=ready.set_result, stop=stop, world=world))
    done, _ = await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED, timeout=20)
    if task in done:
        await task
    assert done, "the desk did not start"
    try:
        yield Story(world, config, ready.result())
    finally:
        stop.set()
        await task


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """State such as the embedded Redis' goes to the folder that the desk runs in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
async def story(database_url: str, in_folder: Path) -> AsyncIterator[Story]:
    """A running desk on each kind of database."""
    async with running(settings(database_url)) as told:
        yield told


Wait = Callable[[], bool]
