"""A staff bot with quick replies, and what tests look at there."""

import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from admin_bot.commands import undo
from admin_bot.commands.all import COMMANDS
from admin_bot.desk import quick, quick_sheet, quick_write, reply
from admin_bot.desk.all import COMMANDS as AGENT_COMMANDS
from core.messages import Content
from core.playbook import FaqEntry, Scope, Shelf
from core.states import Direction
from storage.repos.messages import TranscriptLine
from tests.admin_bot.office import BO, NOON, Office, Person, open_office

QUICK = (quick.COMMAND, quick_write.COMMAND, quick_sheet.COMMAND, undo.COMMAND)


@asynccontextmanager
async def open_counter(url: str) -> AsyncIterator[Office]:
    """Open an office whose agents have quick replies, and write to customers."""
    known = {command.name for command in COMMANDS}
    extra = {c.name: c for c in (*AGENT_COMMANDS, *QUICK) if c.name not in known}
    async with open_office(url, extra_commands=list(extra.values()), fallback=reply.run) as opened:
        yield opened


async def kept(office: Office) -> list[FaqEntry]:
    async with office.unit() as uow:
        return await uow.library.entries(Shelf.DESK)


async def add(office: Office, title: str, content: Content, category: str = "", **more: Any) -> int:
    """Put a reply onto the agents' shelf; return its number."""
    entry = FaqEntry(0, category, title, (), (), content, shelf=Shelf.DESK, **more)
    async with office.unit() as uow:
        (number,) = await uow.library.add([entry], NOON)
        await uow.commit()
    return number


async def owned(office: Office) -> dict[str, Any]:
    return {"scope": Scope.PERSONAL, "owner_id": (await office.member(BO)).id}


async def said(office: Office, conversation: int) -> list[TranscriptLine]:
    """Return what went out to the customer."""
    async with office.unit() as uow:
        lines, _ = await uow.messages.page(conversation, offset=0, limit=50)
    return [line for line in lines if line.direction is Direction.OUT]


def labels(person: Person) -> list[str]:
    return [button["text"] for button in person.buttons()]


def wav(seconds: float, rate: int = 8000) -> bytes:
    """Return a mono recording of silence."""
    body = bytes(int(seconds * rate))
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate, 1, 8)
    data = struct.pack("<4sI", b"data", len(body)) + body
    return struct.pack("<4sI4s", b"RIFF", 4 + len(head) + len(data), b"WAVE") + head + data
