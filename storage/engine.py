"""Opens the database: SQLite in one file, or PostgreSQL."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, cast

import orjson
from sqlalchemy import Dialect, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.util import LRUCache

from storage.inline import InlineEngine

SQLITE_BUSY_SECONDS = 30
STATEMENT_TIMEOUT_MS = 30_000


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


def driver_url(url: str) -> URL:
    """Return *url* with the driver that we use for its database.

    Raises:
        ValueError: The database is neither SQLite nor PostgreSQL.
    """
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return parsed.set(drivername="sqlite")
        case "postgresql":
            return parsed.set(drivername="postgresql+asyncpg")
        case other:
            raise ValueError(f"{other}: use sqlite:/// or postgresql://")


class Database:
    """One database and the pool of connections to it.

    Args:
        url: ``sqlite:///path`` or ``postgresql://user:password@host/database``.
        on_commit: Called after each commit with the names of the bells to ring.
        pooled: Whether connections are kept; a job in its own event loop must not keep them.
    """

    def __init__(
        self,
        url: str,
        *,
        on_commit: Callable[[Iterable[str]], None] | None = None,
        pooled: bool = True,
    ) -> None:
        self.url = driver_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.on_commit = on_commit
        options: dict[str, Any] = {
            "json_serializer": _dumps,
            "json_deserializer": orjson.loads,
            # Errors must not carry messages into the logs.
            "hide_parameters": True,
        }
        if not pooled:
            options["poolclass"] = NullPool
        if self.is_sqlite:
            if self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            options["connect_args"] = {
                "timeout": SQLITE_BUSY_SECONDS,
                "check_same_thread": False,
            }
        else:
            options["connect_args"] = {
                "server_settings": {
                    "timezone": "UTC",
                    "statement_timeout": str(STATEMENT_TIMEOUT_MS),
                }
            }
            if pooled:
                options["pool_size"] = 8
        # The inline engine has every part of AsyncEngine that the repositories use.
        self.engine: AsyncEngine = (
            cast("AsyncEngine", InlineEngine(create_engine(self.url, **options)))
            if self.is_sqlite
            else create_async_engine(self.url, **options)
        )
        _share_what_is_compiled(self.engine.sync_engine)
        self.writer = asyncio.Lock()
        """Within one process SQLite's writers queue here instead of polling for the file lock."""
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


_DIALECTS: dict[str, Dialect] = {}
_COMPILED: dict[str, LRUCache[Any, Any]] = {}


def _share_what_is_compiled(engine: Engine) -> None:
    """Let every database of a kind in this process use the same compiled statements.

    A job opens its database anew; compiling its statements again would be most of its work.
    """
    kind = engine.dialect.name
    engine.dialect = _DIALECTS.setdefault(kind, engine.dialect)
    engine._compiled_cache = _COMPILED.setdefault(kind, LRUCache(1000))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions of its own: a unit of work opens them as writers
    # (BEGIN IMMEDIATE), so that two processes never deadlock while upgrading a read lock.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        # FULL: an answered webhook survives a power cut, not only a killed process.
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        # A checkpoint copies a page once, however often it changed since the last one.
        "wal_autocheckpoint=4000",
        "cache_size=-16000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
