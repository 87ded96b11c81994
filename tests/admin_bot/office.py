"""The staff bot over a real database and a stand-in platform, with people who talk to it."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from admin_bot.app import StaffBot
from admin_bot.command import Command, Run
from bot.bell import PLAYBOOK, Bell
from bot.current_playbook import CurrentPlaybook
from bot.wiring import Desk
from core.config import Config
from core.messages import Sender
from core.states import Role, State
from playground.app import build_app
from playground.things import CallbackQuery
from playground.world import World
from storage.engine import Database
from storage.repos.audit import Change
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

TOKEN = "900:STAFF"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OLGA, ADA, BO, EVE = 1001, 1003, 1002, 6666
"""An owner, an admin, an agent, and somebody who does not work here."""


def config() -> Config:
    return Config(
        language="en",
        staff={"token": TOKEN, "secret": "s", "api_url": "https://api.telegram.org"},
        accounts={
            name: {"channel": "telegram", "token": f"{number}:X", "secret": "s"}
            for number, name in ((901, "shop"), (902, "club"))
        },
    )


@dataclass
class Person:
    """Somebody who talks to the staff bot."""

    office: "Office"
    number: int

    @property
    def chat(self) -> list[dict[str, Any]]:
        """What the bot has said, oldest first, as it stands now."""
        room = self.office.world.place(self.office.world.whoever(self.number), TOKEN)
        return [m for m in room.messages.values() if m["from"]["is_bot"]]

    @property
    def heard(self) -> list[str]:
        return [m.get("text") or m.get("caption") or "" for m in self.chat]

    async def says(self, words: str, **more: Any) -> str:
        """Write something and return the bot's newest message once it has been worked on."""
        self.office.world.says(self.number, TOKEN, words, **more)
        await self.office.work()
        return self.heard[-1] if self.heard else ""

    async def sends(self, kind: str, data: bytes = b"data", **more: Any) -> str:
        self.office.world.sends(self.number, TOKEN, kind, data, **more)
        await self.office.work()
        return self.heard[-1] if self.heard else ""

    def buttons(self, message: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        message = message or self.chat[-1]
        return [
            button
            for row in message.get("reply_markup", {}).get("inline_keyboard", ())
            for button in row
        ]

    async def presses(self, label: str, message: dict[str, Any] | None = None) -> str:
        """Press the first button whose label or data holds *label*; return its message's text."""
        message = message or self.chat[-1]
        for button in self.buttons(message):
            if label in button["text"] or label == button.get("callback_data"):
                return await self.presses_data(button["callback_data"], message)
        raise AssertionError(f"no button {label!r} in {self.buttons(message)}")

    async def presses_data(self, data: str, message: dict[str, Any] | None = None) -> str:
        """Send a press with any data, also such as no button has."""
        world = self.office.world
        message = message or self.chat[-1]
        person = world.whoever(self.number)
        room = world.place(person, TOKEN)
        self.query = world.pressed(person, room, message, world.bot(TOKEN), data)
        await self.office.work()
        now = room.messages[message["message_id"]]
        return now.get("text") or ""

    query: CallbackQuery | None = None

    @property
    def notice(self) -> str:
        """What the last press was answered with."""
        assert self.query is not None
        assert self.query.answer is not None, "the press was not answered"
        text: str = self.query.answer.get("text") or ""
        return text


@dataclass
class Office:
    """A staff bot at work."""

    database: Database
    world: World
    desk: Desk
    bot: StaffBot
    new_bot: Callable[[], StaffBot]
    moment: list[datetime] = field(default_factory=lambda: [NOON])
    offset: int = 0
    rings: list[str] = field(default_factory=list)
    people: dict[int, Person] = field(default_factory=dict)

    def person(self, number: int, name: str, language: str = "en") -> Person:
        self.world.person(number, name, language_code=language)
        return self.people.setdefault(number, Person(self, number))

    def __post_init__(self) -> None:
        self.olga = self.person(OLGA, "Olga")
        self.ada = self.person(ADA, "Ada")
        self.bo = self.person(BO, "Bo")
        self.eve = self.person(EVE, "Eve")

    async def updates(self) -> list[dict[str, Any]]:
        """Take the updates that the platform holds for the bot."""
        found = await self.world.bot(TOKEN).delivery.fetch(self.offset, 100, 0)
        if found:
            self.offset = found[-1]["update_id"] + 1
        return found

    async def work(self) -> None:
        """Let the bot work on everything that has arrived."""
        for update in await self.updates():
            await self.bot.handle(update)

    def unit(self) -> UnitOfWork:
        return UnitOfWork(self.database)

    async def member(self, number: int) -> StaffMember:
        async with self.desk.reading() as uow:
            found = await uow.staffing.by_chat("telegram", str(number))
        assert found is not None
        return found

    async def changes(self, subject: str) -> list[Change]:
        """Return what was recorded about *subject*, newest first."""
        async with self.desk.reading() as uow:
            return await uow.audit.newest(50, subject=subject)

    async def restart(self) -> None:
        """Put a new bot in the place of the one that works now, as after a crash."""
        await self.bot.stop()
        self.bot = self.new_bot()
        await self.bot.start()

    async def serving(self, agent: int, *customers: str) -> list[int]:
        """Open conversations that an agent serves; return their numbers."""
        member = await self.member(agent)
        async with self.unit() as uow:
            account = (await uow.accounts.all())[0]
            people = await uow.people.add(
                {(account.id, name): (Sender(name, name), name) for name in customers}, NOON
            )
            talks = await uow.conversations.open(
                [(account.id, person.id) for person in people.values()], NOON
            )
            for talk in talks.values():
                talk.state = State.SERVING
                talk.agent_id = member.id
                talk.waiting_since = None
                talk.serving_since = NOON
            await uow.conversations.update(talks.values())
            await uow.commit()
        return sorted(talk.id for talk in talks.values())


@asynccontextmanager
async def open_office(
    url: str,
    *,
    extra_commands: Sequence[Command] = (),
    fallback: Run | None = None,
) -> AsyncIterator[Office]:
    """Open an office with an owner, an admin and an agent."""
    world = World(retry_scale=0.01)
    world.add_bot(TOKEN, "staff")
    app = web.Application()
    app.add_subapp("/playground/", build_app(world))
    async with AsyncExitStack() as stack:
        server = TestServer(app, host="127.0.0.1")
        await server.start_server()
        stack.push_async_callback(server.close)
        rings: list[str] = []
        database = Database(url, on_commit=rings.extend)
        stack.push_async_callback(database.close)
        moment = [NOON]
        bell = Bell()
        desk = Desk(
            config(),
            database,
            lambda: moment[0],
            bell,
            CurrentPlaybook(lambda: UnitOfWork(database, reading=True), bell.listener(PLAYBOOK)),
            {},
        )
        await _fill(desk)

        def new_bot() -> StaffBot:
            return StaffBot(
                desk,
                token=TOKEN,
                api_url=str(server.make_url("/playground")),
                extra_commands=extra_commands,
                fallback=fallback,
            )

        office = Office(database, world, desk, new_bot(), new_bot, moment, rings=rings)
        await office.bot.start()
        stack.push_async_callback(lambda: office.bot.stop())
        yield office


async def _fill(desk: Desk) -> None:
    async with desk.unit() as uow:
        await uow.accounts.keep({"shop": "telegram", "club": "telegram"}, NOON)
        first = await uow.staffing.add_group("Front desk", "default", None, "frontdesk", NOON)
        for number, name, role in (
            (OLGA, "Olga", Role.OWNER),
            (ADA, "Ada", Role.ADMIN),
            (BO, "Bo", Role.AGENT),
        ):
            id_ = await uow.staffing.add("telegram", str(number), name, role, 5, NOON)
            await uow.staffing.join(id_, [first])
        await uow.commit()
