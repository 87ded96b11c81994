import pytest

from storage.engine import Database
from tests.handlers.floor import Floor


@pytest.fixture
async def floor(database: Database) -> Floor:
    return await Floor(database).open()
