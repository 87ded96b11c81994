from collections.abc import AsyncIterator

import pytest

from tests.admin_bot.office import Office, open_office


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    async with open_office(sqlite_url) as opened:
        yield opened
