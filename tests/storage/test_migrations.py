"""Models and migrations tell the same story."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from storage.engine import Database
from storage.migrate import migrate
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
