"""The people, bots and instruments of the playground's tests."""

import asyncio
import struct
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN = "123:AAA"
STAFF_TOKEN = "900:STAFF"
ANN, BO, OLGA = 2001, 1002, 1001
GROUP = -1001000000001


def png(width: int = 120, height: int = 80, colour: tuple[int, int, int] = (60, 120, 200)) -> bytes:
    """Return a real one-colour PNG."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        whole = kind + body
        return struct.pack(">I", len(body)) + whole + struct.pack(">I", zlib.crc32(whole))

    row = b"\0" + bytes(colour) * width
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * height)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@dataclass
class Answer:
    status: int
    body: dict[str, Any]
    headers: Any

    @property
    def result(self) -> Any:
        assert self.body.get("ok"), self.body
        return self.body["result"]

    @property
    def error(self) -> str:
        assert self.body.get("ok") is False, self.body
        assert self.body["error_code"] == self.status
        description: str = self.body["description"]
        return description


Api = Callable[..., Awaitable[Answer]]


async def soon(met: Callable[[], bool]) -> None:
    """Wait until *met*; fail after five seconds."""
    async with asyncio.timeout(5):
        while not met():
            await asyncio.sleep(0.005)


@dataclass
class Hook:
    """A webhook. ``answers`` are used up one per call; afterwards it says 200."""

    url: str = ""
    updates: list[dict[str, Any]] = field(default_factory=list)
    accepted: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)
    refuse: Callable[[dict[str, Any]], bool] = lambda update: False
    hold: asyncio.Event | None = None
    open: int = 0
    most_open: int = 0

    async def got(self, many: int) -> list[dict[str, Any]]:
        await soon(lambda: len(self.accepted) >= many)
        return self.accepted

    async def handle(self, request: web.Request) -> web.StreamResponse:
        update = await request.json()
        self.updates.append(update)
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.at.append(asyncio.get_running_loop().time())
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        if self.hold is not None:
            await self.hold.wait()
        self.open -= 1
        if self.refuse(update):
            return web.Response(status=500)
        answer = self.answers.pop(0) if self.answers else web.Response()
        if answer.status < 300:
            self.accepted.append(update)
        return answer
