"""An OpenAI-compatible endpoint on loopback that answers what the test tells it to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class Said:
    """One answer of the endpoint, after *seconds*."""

    body: bytes
    status: int = 200
    seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)


def completion(content: object, **choice: Any) -> Said:
    """Return a chat completion whose message holds *content*."""
    message = {"role": "assistant", "content": content, **choice.pop("message", {})}
    body = {"choices": [{"index": 0, "message": message, "finish_reason": "stop", **choice}]}
    return Said(orjson.dumps(body))


def answer(text: str, *entries: object) -> Said:
    """Return a completion as it should be: the answer and the entries it was made from."""
    return completion(orjson.dumps({"answer": text, "entries": list(entries)}).decode())


def refuses() -> Said:
    return completion(None, message={"refusal": "I cannot help with that."})


def fails(status: int) -> Said:
    return Said(b'{"error": {"message": "no"}}', status)


def hangs(seconds: float = 30.0) -> Said:
    return Said(b"{}", seconds=seconds)


@dataclass
class Endpoint:
    """What was asked, and what it will answer: the script first, then always the same."""

    always: Said = field(default_factory=lambda: answer("", 0))
    script: list[Said] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""
    echo: Callable[[dict[str, Any]], Said] | None = None
    """Makes the answer from what the model was shown, where a test wants that."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        asked = orjson.loads(await request.read())
        self.asked.append(asked)
        self.paths.append(request.path)
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        said = self.script.pop(0) if self.script else self.always
        if self.echo is not None:
            said = self.echo(self.shown)
        await asyncio.sleep(said.seconds)
        return web.Response(body=said.body, status=said.status, headers=said.headers)

    @property
    def shown(self) -> dict[str, Any]:
        """What the model saw last: the message and the entries."""
        found: dict[str, Any] = orjson.loads(self.asked[-1]["messages"][-1]["content"])
        return found


@asynccontextmanager
async def endpoint() -> AsyncIterator[Endpoint]:
    """Run an endpoint while the block lasts."""
    there = Endpoint()
    app = web.Application()
    app.router.add_post("/{path:.*}", there.handle)
    # What hangs is cut off at the end of the test.
    server = TestServer(app, host="127.0.0.1", handler_cancellation=True, shutdown_timeout=0.1)
    await server.start_server()
    there.url = str(server.make_url("/v1"))
    yield there
    await server.close()
