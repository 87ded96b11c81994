"""Models and migrations tell the same story."""

import asyncio
import sys
from asyncio.subprocess import PIPE

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.engine import Database
from storage.migrate import alembic_config, migrate, newest_version
from storage.models.all import Base


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


async def test_migrations_lead_exactly_to_the_models(database: Database) -> None:
    """Migrating an empty database gives the tables that the models describe."""
    async with database.engine.connect() as connection:
        differences = await connection.run_sync(_differences)

    assert differences == []


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    await migrate(database)

    async with database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


def test_the_newest_version_is_where_the_migrations_lead() -> None:
    """A database at that version is left alone without asking Alembic."""
    assert newest_version() == ScriptDirectory.from_config(alembic_config()).get_current_head()


ASKED = """
import asyncio, sys
from storage.engine import Database
from storage.migrate import migrate

async def main():
    database = Database(sys.argv[1])
    await migrate(database)
    await database.close()

asyncio.run(main())
print("alembic" in sys.modules)
"""


async def test_a_process_whose_tables_are_the_newest_does_not_load_alembic(sqlite_url: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ASKED, sqlite_url, stdout=PIPE
    )
    said, _ = await process.communicate()
    assert (0, b"False\n") == (process.returncode, said)
