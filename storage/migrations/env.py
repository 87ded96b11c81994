"""Alembic's door to our tables; the connection comes from ``storage.migrate``."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, BigInteger

from storage.models.all import Base
from storage.models.base import UtcDateTime


def render(kind: str, thing: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types by the short names that the migration template defines."""
    if kind == "type":
        if isinstance(thing, UtcDateTime):
            return "sa.DateTime(timezone=True)"
        if isinstance(thing, JSON):
            return "JSON"
        if isinstance(thing, BigInteger):
            return "BIG_ID"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    # SQLite changes a table by copying it.
    render_as_batch=True,
    compare_type=True,
    render_item=render,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
