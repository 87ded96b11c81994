"""Indexes of ended conversations, newest first, and of messages that will never arrive.

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ENDED, DEAD = sa.text("state = 4"), sa.text("state = 'dead'")


def upgrade() -> None:
    """Go one version up."""
    op.create_index(
        "ix_conversations_ended",
        "conversations",
        ["serving_since", "id"],
        sqlite_where=ENDED,
        postgresql_where=ENDED,
    )
    op.create_index("ix_outbox_dead", "outbox", ["id"], sqlite_where=DEAD, postgresql_where=DEAD)


def downgrade() -> None:
    """Go one version down."""
    op.drop_index("ix_outbox_dead", table_name="outbox")
    op.drop_index("ix_conversations_ended", table_name="conversations")
