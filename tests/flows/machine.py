"""A machine on which the desk's processes run, as an operator would run them."""

import asyncio
import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from aiohttp.test_utils import TestServer

from playground.app import build_app
from playground.world import World
from tests.flows.conftest import FAST, OLGA, SHOP_TOKEN, STAFF_TOKEN

ROOT = Path(__file__).parent.parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Machine:
    """A machine on which the desk's processes run, as an operator would run them."""

    folder: Path
    world: World
    config: dict[str, Any]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "FRONTDESK_CONFIG": str(self.folder / "config.yaml"),
        }

    def write(self) -> None:
        (self.folder / "config.yaml").write_text(yaml.safe_dump(self.config), encoding="utf-8")

    async def do(self, *words: str) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *words, cwd=self.folder, env=self.environment
        )
        assert 0 == await process.wait()

    def start(self, name: str, *, port: int | None = None) -> None:
        """Start a process; a second one of a kind takes another *port*."""
        environment = self.environment
        label = name
        if port is not None:
            environment["FRONTDESK__SERVER__PORT"] = str(port)
            label = f"{name}-{port}"
        with (self.folder / f"{label}.log").open("ab") as log:
            self.running[label] = subprocess.Popen(
                [sys.executable, "-m", "bot", name],
                cwd=self.folder,
                env=environment,
                stdout=log,
                stderr=log,
            )

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            process.wait(10)


@contextlib.asynccontextmanager
async def machine_in(folder: Path, database_url: str, redis_url: str) -> AsyncIterator[Machine]:
    """Give a machine with a stand-in platform; what runs on it ends with the block."""
    world = World(retry_scale=0.05, rng=random.Random(1))
    for token, name in ((SHOP_TOKEN, "shop"), (STAFF_TOKEN, "staff")):
        world.add_bot(token, name)
    server = TestServer(build_app(world), host="127.0.0.1")
    await server.start_server()
    port = free_port()
    bot = {
        "channel": "telegram",
        "api_url": f"http://127.0.0.1:{server.port}",
        "limits": FAST,
    }
    made = Machine(
        folder,
        world,
        {
            "server": {"port": port, "public_url": f"http://127.0.0.1:{port}"},
            "storage": {"url": database_url},
            "redis": {"url": redis_url},
            "language": "en",
            "staff": {**bot, "token": STAFF_TOKEN, "secret": "s", "owners": [OLGA]},
            "accounts": {"shop": {**bot, "token": SHOP_TOKEN, "secret": "t"}},
        },
    )
    made.write()
    try:
        yield made
    finally:
        made.stop()
        await server.close()
