from collections.abc import AsyncIterator

import pytest

from storage.engine import Database
from tests.handlers.floor import Floor
from tests.handlers.ticking import Ticking


@pytest.fixture
async def floor(database: Database) -> Floor:
    return await Floor(database).open()


@pytest.fixture
async def ticking(sqlite_url: str) -> AsyncIterator[Ticking]:
    """A floor whose timers happen; what SQL could do differently is asked in ``tests.flows``."""
    database = Database(sqlite_url)
    yield await Ticking(database).open()
    await database.close()
