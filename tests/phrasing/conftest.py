from collections.abc import AsyncIterator

import pytest

from storage.engine import Database
from tests.handlers.floor import Floor
from tests.phrasing.room import Room
from tests.phrasing.standin import Endpoint, endpoint


@pytest.fixture
async def model() -> AsyncIterator[Endpoint]:
    async with endpoint() as there:
        yield there


@pytest.fixture
async def room(database: Database) -> Room:
    return await Room(await Floor(database).open()).open()
