"""Brings a database to the newest version of the tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from storage.engine import Database

MIGRATION_LOCK = 7_317_045_120
"""PostgreSQL advisory lock: two processes that start together must not both migrate."""


def alembic_config() -> Config:
    """Return Alembic's settings for our migrations folder."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


async def migrate(database: Database) -> None:
    """Bring *database* to the newest version; does nothing when it is there already."""
    async with database.engine.connect() as connection:
        if not database.is_sqlite:
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK}
            )
        await connection.run_sync(_upgrade)
        await connection.commit()


def _upgrade(connection: Connection) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def make_revision(message: str, revision: str) -> None:
    """Write a new migration from the difference between the models and the migrations.

    For contributors: ``python -m storage.migrate "what changes" 0002``.
    """
    engine = create_engine("sqlite://", poolclass=NullPool)
    with engine.connect() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        command.revision(config, message, autogenerate=True, rev_id=revision)


if __name__ == "__main__":
    import sys

    make_revision(sys.argv[1], sys.argv[2])
