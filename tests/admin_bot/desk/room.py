"""Agents at the staff bot's commands, with paper in place of the platform."""

from dataclasses import dataclass, field
from itertools import count
from types import SimpleNamespace
from typing import Any, cast

import telegram

from admin_bot.command import Run
from admin_bot.desk import reply
from admin_bot.desk.all import COMMANDS
from admin_bot.turn import AlreadyDone, Turn
from bot.bell import PLAYBOOK, Bell
from bot.current_playbook import CurrentPlaybook
from bot.wiring import Desk
from core.config import Config
from core.errors import DeskError
from storage.repos.staffing import StaffMember
from tests.handlers.floor import Floor


@dataclass
class Paper:
    """A platform that writes down what it is told to show."""

    shown: list[dict[str, Any]] = field(default_factory=list)

    async def send_message(self, chat_id: str, text: str, **more: Any) -> SimpleNamespace:
        self.shown.append({"chat": chat_id, "text": text, **more})
        return SimpleNamespace(message_id=len(self.shown))

    async def edit_message_text(self, text: str, **more: Any) -> None:
        self.shown.append({"text": text, **more})

    @property
    def text(self) -> str:
        """The newest text."""
        words: str = self.shown[-1]["text"]
        return words

    @property
    def buttons(self) -> dict[str, str]:
        """The newest keyboard: data by label."""
        markup = self.shown[-1]["reply_markup"]
        return (
            {b.text: b.callback_data for row in markup.inline_keyboard for b in row}
            if (markup)
            else {}
        )


@dataclass
class Pressed:
    """A press of a button."""

    answers: list[str | None] = field(default_factory=list)

    async def answer(self, text: str | None = None, **_: Any) -> None:
        self.answers.append(text)


class Room(Floor):
    """A floor whose agents have the staff bot before them."""

    paper: Paper
    updates: count  # type: ignore[type-arg]

    async def open(self) -> "Room":
        await super().open()
        self.paper, self.updates = Paper(), count(1)
        bell = Bell()
        account = {"channel": "telegram", "token": "1:A", "secret": "s"}
        config = Config(
            language="en",
            staff={**account, "token": "2:B"},
            accounts={"shop": account, "site": account},
        )
        self.desk = Desk(
            config,
            self.database,
            lambda: self.now,
            bell,
            CurrentPlaybook(lambda: self.unit(), bell.listener(PLAYBOOK)),
            {},
        )
        return self

    def message(self, id: int = 1, **raw: Any) -> telegram.Message:
        """Return a message as the library reads it."""
        stamp = int(self.now.timestamp())
        plain = {"message_id": id, "date": stamp, "chat": {"id": 1, "type": "private"}, **raw}
        return telegram.Message.de_json(plain, None)

    async def types(self, agent: StaffMember, command: str) -> str:
        """Let *agent* type a command; return the newest text that is shown."""
        name, _, words = command.removeprefix("/").partition(" ")
        run = {c.name: c.run for c in COMMANDS}[name]
        await self._do(await self._turn(agent, words.strip(), self.message(text=command)), run)
        return self.paper.text if self.paper.shown else ""

    async def answers(self, agent: StaffMember, then: str, **raw: Any) -> None:
        """Let *agent* write what they were asked for; *then* is the button it is for."""
        name, _, words = then.partition(":")
        run = {n: r for c in COMMANDS for n, r in c.presses.items()}[name]
        turn = await self._turn(agent, words, self.message(**raw))
        turn.said = raw.get("text", raw.get("caption", ""))
        await self._do(turn, run)

    async def presses(self, agent: StaffMember, data: str, on: int = 1) -> list[str | None]:
        """Let *agent* press a button under message *on*; return what the press was answered."""
        name, _, words = data.partition(":")
        run = {n: r for c in COMMANDS for n, r in c.presses.items()}[name]
        press = Pressed()
        turn = await self._turn(agent, words, self.message(on, text="with buttons"))
        turn.press = cast("telegram.CallbackQuery", press)
        await self._do(turn, run)
        return press.answers

    async def writes(self, agent: StaffMember, *, update: int | None = None, **raw: Any) -> None:
        """Let *agent* write something that is no command."""
        turn = await self._turn(agent, raw.get("text", ""), self.message(**raw))
        if update is not None:
            turn.update_id = str(update)
        await self._do(turn, reply.run)

    async def _turn(self, agent: StaffMember, words: str, message: telegram.Message) -> Turn:
        staff = await self.member(agent)
        return Turn(
            desk=self.desk,
            bot=cast("telegram.Bot", self.paper),
            update_id=str(1_000_000 + next(self.updates)),
            staff=staff,
            say=self.desk.texts(staff.language),
            words=words,
            message=message,
        )

    @staticmethod
    async def _do(turn: Turn, run: Run) -> None:
        """Run it as the staff bot does, with refusals in words."""
        try:
            await run(turn)
        except AlreadyDone:
            return
        except DeskError as error:
            words = turn.say(error.key, **error.facts)
            if turn.press is not None:
                await turn.notice(words)
            else:
                await turn.write(words)
