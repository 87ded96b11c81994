"""When the desk is open: weekly hours, make-up days and holidays.

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one version up."""
    op.create_table(
        "calendars",
        sa.Column("owner", sa.String(length=96), nullable=False),
        sa.Column("week", JSON, nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_calendars")),
    )
    op.create_table(
        "calendar_days",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("owner", sa.String(length=96), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("spans", JSON, nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_days")),
    )


def downgrade() -> None:
    """Go one version down."""
    op.drop_table("calendar_days")
    op.drop_table("calendars")
