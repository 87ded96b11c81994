"""Taking SQLite's write lock: at once where it is free, and without holding the loop up."""

import asyncio
import sqlite3
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.engine import Database
from storage.inline import InlineConnection
from storage.uow import UnitOfWork


@pytest.fixture
async def database(tmp_path: Path) -> Database:
    database = Database(f"sqlite:///{tmp_path / 'lock.db'}")
    async with UnitOfWork(database) as uow:
        await uow.connection.exec_driver_sql("CREATE TABLE notes (words TEXT)")
        await uow.commit()
    return database


async def _note(database: Database, words: str) -> None:
    async with UnitOfWork(database) as uow:
        await uow.connection.exec_driver_sql("INSERT INTO notes VALUES (?)", (words,))
        await uow.commit()


async def _patience(database: Database) -> int:
    async with UnitOfWork(database, reading=True) as uow:
        found = await uow.connection.exec_driver_sql("PRAGMA busy_timeout")
        return int(found.scalar_one())


class NoThreads(ThreadPoolExecutor):
    """Has no thread for anybody."""

    def submit(self, *args: object, **named: object) -> Future[None]:  # type: ignore[override]
        raise AssertionError(f"a thread was asked for: {args} {named}")


async def test_a_free_lock_is_taken_without_a_thread(database: Database) -> None:
    threads = NoThreads()
    async with InlineConnection(database.engine.sync_engine, threads) as connection:
        await connection.begin_writing(lasting=False)
        await connection.exec_driver_sql("INSERT INTO notes VALUES ('one')")
        await connection.commit()
    threads.shutdown()
    async with UnitOfWork(database, reading=True) as uow:
        assert await uow.connection.scalar(text("SELECT words FROM notes")) == "one"


async def test_while_another_process_writes_the_loop_goes_on(database: Database) -> None:
    patience = await _patience(database)
    other = sqlite3.connect(database.url.database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(_note(database, "ours"))
    longest = last = 0.0
    for _ in range(20):
        last = time.perf_counter()
        await asyncio.sleep(0.01)
        longest = max(longest, time.perf_counter() - last)
    assert not writing.done()
    other.execute("INSERT INTO notes VALUES ('theirs')")
    other.execute("COMMIT")
    await asyncio.wait_for(writing, 10)
    found = other.execute("SELECT words FROM notes").fetchall()
    other.close()
    assert [words for (words,) in found] == ["theirs", "ours"]
    # Waiting for the lock on the loop would have taken all of the 0.2 s at once.
    assert longest < 0.15
    assert await _patience(database) == patience > 0
