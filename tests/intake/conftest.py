import pytest

from storage.engine import Database
from tests.people import Shop


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await Shop(database).open()
