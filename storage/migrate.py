"""Brings a database to the newest version of the tables."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from storage.engine import Database

if TYPE_CHECKING:
    # A desk whose tables are the newest never loads Alembic: it takes a tenth of a second and 8 MB.
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 7_317_045_120
"""PostgreSQL advisory lock: two processes that start together must not both migrate."""


def alembic_config() -> "Config":
    """Return Alembic's settings for our migrations folder."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def newest_version() -> str:
    """Return the number of the newest version of the tables, as the migrations are named."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


async def migrate(database: Database) -> None:
    """Bring *database* to the newest version; does nothing when it is there already."""
    async with database.engine.connect() as connection:
        if not database.is_sqlite:
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK}
            )
        if await connection.run_sync(_version) != newest_version():
            await connection.run_sync(_upgrade)
        await connection.commit()


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _upgrade(connection: Connection) -> None:
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def make_revision(message: str, revision: str) -> None:
    """Write a new migration from the difference between the models and the migrations.

    For contributors: ``python -m storage.migrate "what changes" 0002``.
    """
    from alembic import command

    engine = create_engine("sqlite://", poolclass=NullPool)
    with engine.connect() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        command.revision(config, message, autogenerate=True, rev_id=revision)


if __name__ == "__main__":
    import sys

    make_revision(sys.argv[1], sys.argv[2])
