from collections.abc import AsyncIterator

import pytest

from storage.engine import Database
from tests.admin_bot.desk.room import Room


@pytest.fixture
async def room(sqlite_url: str) -> AsyncIterator[Room]:
    database = Database(sqlite_url)
    yield await Room(database).open()
    await database.close()
