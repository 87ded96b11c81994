"""What every test may ask for: a database of each kind, a Redis, the requirement marker."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from bot.embedded_redis import EmbeddedRedis
from storage.engine import Database
from storage.uow import UnitOfWork
from tests.servers import Postgres, Sqlite

# No test is gated by time: on a busy machine a single example may take long.
settings.register_profile("frontdesk", deadline=None)
settings.load_profile("frontdesk")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.close()


@pytest.fixture(scope="session")
def sqlite_files() -> Iterator[Sqlite]:
    files = Sqlite()
    yield files
    files.close()


@pytest.fixture(
    params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)],
)
async def database_url(
    request: pytest.FixtureRequest, sqlite_files: Sqlite, tmp_path: Path
) -> AsyncIterator[str]:
    """The URL of a fresh, migrated database; the test runs once on each kind."""
    if request.param == "sqlite":
        yield await sqlite_files.new_database(tmp_path)
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    url = await server.new_database()
    yield url
    await server.drop(url)


@pytest.fixture
async def sqlite_url(sqlite_files: Sqlite, tmp_path: Path) -> str:
    return await sqlite_files.new_database(tmp_path)


@pytest.fixture
async def postgres_url(postgres_server: Postgres) -> AsyncIterator[str]:
    url = await postgres_server.new_database()
    yield url
    await postgres_server.drop(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def uow(database: Database) -> AsyncIterator[UnitOfWork]:
    async with UnitOfWork(database) as unit:
        yield unit


@pytest.fixture
async def redis_url(tmp_path: Path) -> AsyncIterator[str]:
    """A real Redis of the test's own."""
    server = EmbeddedRedis(tmp_path / "redis")
    await server.start()
    yield server.url
    await server.stop()


_CLAIMED: dict[str, list[str]] = {}


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome = yield
    report: pytest.TestReport = outcome.get_result()  # type: ignore[attr-defined]
    claimed = [number for mark in item.iter_markers("requirement") for number in mark.args]
    if report.when == "call" and report.passed and claimed:
        # Travels from a worker process to the one that prints.
        report.user_properties.append(("requirements", claimed))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    for name, numbers in report.user_properties:
        if name == "requirements" and isinstance(numbers, list):
            for number in numbers:
                _CLAIMED.setdefault(number, []).append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave behind which requirements passing tests have claimed, for ``make requirements``."""
    if not hasattr(session.config, "workerinput"):
        target = session.config.rootpath / ".requirements.json"
        target.write_text(json.dumps(_CLAIMED, indent=0, sort_keys=True), encoding="utf-8")
