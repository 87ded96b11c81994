"""An index of ended conversations, newest first.

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ENDED = sa.text("state = 4")


def upgrade() -> None:
    """Go one version up."""
    op.create_index(
        "ix_conversations_ended",
        "conversations",
        ["serving_since", "id"],
        sqlite_where=ENDED,
        postgresql_where=ENDED,
    )


def downgrade() -> None:
    """Go one version down."""
    op.drop_index("ix_conversations_ended", table_name="conversations")
