"""How customers are received: policies, allocation, timers, hand-offs, categories, ratings.

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one version up."""
    op.create_table(
        "allocation_rules",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("sources", JSON, nullable=False),
        sa.Column("target", sa.String(length=20), nullable=False),
        sa.Column("targets", JSON, nullable=False),
        sa.Column("turn", sa.String(length=12), nullable=False),
        sa.Column("online_only", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation_rules")),
    )
    op.create_table(
        "allocations",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("customer_id", BIG_ID, nullable=False),
        sa.Column("staff_id", BIG_ID, nullable=False),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.Column("rule_id", BIG_ID, nullable=True),
        sa.Column("by_id", BIG_ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocations")),
    )
    with op.batch_alter_table("allocations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_allocations_customer_id"), ["customer_id"], unique=False
        )
        batch_op.create_index("ix_allocations_day", ["staff_id", "at"], unique=False)
        batch_op.create_index("ix_allocations_turn", ["rule_id", "staff_id", "id"], unique=False)

    op.create_table(
        "consult_categories",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("parent_id", BIG_ID, nullable=True),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["consult_categories.id"],
            name=op.f("fk_consult_categories_parent_id_consult_categories"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consult_categories")),
    )
    op.create_table(
        "handoffs",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("conversation_id", BIG_ID, nullable=False),
        sa.Column("customer_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("by_id", BIG_ID, nullable=True),
        sa.Column("from_agent_id", BIG_ID, nullable=True),
        sa.Column("to_agent_id", BIG_ID, nullable=True),
        sa.Column("from_group_id", BIG_ID, nullable=True),
        sa.Column("to_group_id", BIG_ID, nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoffs")),
    )
    with op.batch_alter_table("handoffs", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_handoffs_conversation_id"), ["conversation_id"], unique=False
        )
        batch_op.create_index("ix_handoffs_customer", ["customer_id", "id"], unique=False)

    op.create_table(
        "policies",
        sa.Column("owner", sa.String(length=96), nullable=False),
        sa.Column("settings", JSON, nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_policies")),
    )
    op.create_table(
        "ratings",
        sa.Column("conversation_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("agent_id", BIG_ID, nullable=True),
        sa.Column("group_id", BIG_ID, nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_ratings")),
    )
    op.create_table(
        "timers",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("conversation_id", BIG_ID, nullable=False),
        sa.Column("staff_id", BIG_ID, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", JSON, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timers")),
        sa.UniqueConstraint(
            "kind",
            "conversation_id",
            "staff_id",
            name=op.f("uq_timers_kind_conversation_id_staff_id"),
        ),
    )
    with op.batch_alter_table("timers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_timers_conversation_id"), ["conversation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_timers_due_at"), ["due_at"], unique=False)

    op.create_table(
        "group_categories",
        sa.Column("group_id", BIG_ID, nullable=False),
        sa.Column("category_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["consult_categories.id"],
            name=op.f("fk_group_categories_category_id_consult_categories"),
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_group_categories_group_id_groups")
        ),
        sa.PrimaryKeyConstraint("group_id", "category_id", name=op.f("pk_group_categories")),
    )
    op.create_table(
        "account_receivers",
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("ref_id", BIG_ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_receivers_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", "kind", "ref_id", name=op.f("pk_account_receivers")),
    )
    op.create_table(
        "conversation_categories",
        sa.Column("conversation_id", BIG_ID, nullable=False),
        sa.Column("category_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["consult_categories.id"],
            name=op.f("fk_conversation_categories_category_id_consult_categories"),
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_conversation_categories_conversation_id_conversations"),
        ),
        sa.PrimaryKeyConstraint(
            "conversation_id", "category_id", name=op.f("pk_conversation_categories")
        ),
    )
    with op.batch_alter_table("conversation_categories", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_conversation_categories_category_id"), ["category_id"], unique=False
        )

    op.create_table(
        "passes",
        sa.Column("conversation_id", BIG_ID, nullable=False),
        sa.Column("staff_id", BIG_ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_passes_conversation_id_conversations"),
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_passes_staff_id_staff")),
        sa.PrimaryKeyConstraint("conversation_id", "staff_id", name=op.f("pk_passes")),
    )
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("title", sa.String(length=16), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("institution", sa.String(length=64), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("keeper_id", BIG_ID, nullable=True))
        batch_op.add_column(sa.Column("avatar", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("avatar_type", sa.String(length=16), nullable=True))

    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("rank", sa.SmallInteger(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("waits_as", sa.String(length=8), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("timed_out_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("snoozed", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("end_remark", sa.Text(), nullable=True))
        batch_op.create_index("ix_conversations_identity", ["identity_id", "id"], unique=False)
        batch_op.create_index(
            "ix_conversations_served", ["group_id", "serving_since"], unique=False
        )

    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner_id", BIG_ID, nullable=True))
        batch_op.add_column(sa.Column("owned_since", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("client_name", sa.String(length=64), nullable=True))
        batch_op.add_column(
            sa.Column("client_shown", sa.Boolean(), nullable=False, server_default=sa.false())
        )

    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.add_column(sa.Column("last_agent_id", BIG_ID, nullable=True))

    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("lead", sa.Boolean(), nullable=False, server_default=sa.false())
        )

    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.add_column(sa.Column("presence_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("missed_offers", sa.Integer(), nullable=False, server_default="0")
        )
        batch_op.add_column(
            sa.Column("push_unread", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("daily_limit", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("weight", sa.Integer(), nullable=False, server_default="1"))
    op.drop_index("ix_conversations_line", "conversations")
    op.create_index(
        "ix_conversations_line",
        "conversations",
        ["group_id", "rank", "waiting_since", "id"],
        sqlite_where=sa.text("state = 2"),
        postgresql_where=sa.text("state = 2"),
    )


def downgrade() -> None:
    """Go one version down."""
    op.drop_index("ix_conversations_line", "conversations")
    op.create_index(
        "ix_conversations_line",
        "conversations",
        ["group_id", "waiting_since", "id"],
        sqlite_where=sa.text("state = 2"),
        postgresql_where=sa.text("state = 2"),
    )
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.drop_column("weight")
        batch_op.drop_column("daily_limit")
        batch_op.drop_column("push_unread")
        batch_op.drop_column("missed_offers")
        batch_op.drop_column("seen_at")
        batch_op.drop_column("presence_since")

    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.drop_column("lead")

    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.drop_column("last_agent_id")

    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.drop_column("client_shown")
        batch_op.drop_column("client_name")

    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.drop_column("owned_since")
        batch_op.drop_column("owner_id")

    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_index("ix_conversations_served")
        batch_op.drop_index("ix_conversations_identity")
        batch_op.drop_column("end_remark")
        batch_op.drop_column("snoozed")
        batch_op.drop_column("timed_out_at")
        batch_op.drop_column("waits_as")
        batch_op.drop_column("rank")

    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_column("avatar_type")
        batch_op.drop_column("avatar")
        batch_op.drop_column("keeper_id")
        batch_op.drop_column("institution")
        batch_op.drop_column("title")

    op.drop_table("passes")
    with op.batch_alter_table("conversation_categories", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversation_categories_category_id"))

    op.drop_table("conversation_categories")
    op.drop_table("account_receivers")
    op.drop_table("group_categories")
    with op.batch_alter_table("timers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_timers_due_at"))
        batch_op.drop_index(batch_op.f("ix_timers_conversation_id"))

    op.drop_table("timers")
    op.drop_table("ratings")
    op.drop_table("policies")
    with op.batch_alter_table("handoffs", schema=None) as batch_op:
        batch_op.drop_index("ix_handoffs_customer")
        batch_op.drop_index(batch_op.f("ix_handoffs_conversation_id"))

    op.drop_table("handoffs")
    op.drop_table("consult_categories")
    with op.batch_alter_table("allocations", schema=None) as batch_op:
        batch_op.drop_index("ix_allocations_turn")
        batch_op.drop_index("ix_allocations_day")
        batch_op.drop_index(batch_op.f("ix_allocations_customer_id"))

    op.drop_table("allocations")
    op.drop_table("allocation_rules")
