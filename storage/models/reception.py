"""How customers are received: policies, allocation, categories, timers, hand-offs, ratings."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId, Json, UtcDateTime


class PolicyRow(Base):
    """What was set for the whole desk, an account or a group; see ``core.policy``."""

    __tablename__ = "policies"

    owner: Mapped[str] = mapped_column(String(96), primary_key=True)
    """Empty for the whole desk, ``account:<name>``, ``group:<id>``."""
    settings: Mapped[dict[str, Any]] = mapped_column(Json)
    """By name; what is not there is as it is for whom this one overrides."""


class AllocationRuleRow(Base):
    """An allocation rule (分配规则); asked in the order of ``position``, then ``id``."""

    __tablename__ = "allocation_rules"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(16))
    sources: Mapped[list[str]] = mapped_column(Json)
    target: Mapped[str] = mapped_column(String(20))
    targets: Mapped[list[int]] = mapped_column(Json)
    turn: Mapped[str] = mapped_column(String(12))
    """``sequential`` or ``random``."""
    online_only: Mapped[bool] = mapped_column(Boolean)
    enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Allocation(Base):
    """That a customer became somebody's. Grows only."""

    __tablename__ = "allocations"
    __table_args__ = (
        Index("ix_allocations_day", "staff_id", "at"),
        Index("ix_allocations_turn", "rule_id", "staff_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    customer_id: Mapped[int] = mapped_column(BigId, index=True)
    staff_id: Mapped[int] = mapped_column(BigId)
    how: Mapped[str] = mapped_column(String(10))
    """``rule``, ``desk`` (the desk itself), ``hand`` (an admin), ``transfer``, ``card``."""
    rule_id: Mapped[int | None] = mapped_column(BigId)
    by_id: Mapped[int | None] = mapped_column(BigId)
    """Who did it; ``None`` for the desk itself."""


class Handoff(Base):
    """One hand-over of a conversation. Source: requirements QUE-47, QUE-48."""

    __tablename__ = "handoffs"
    __table_args__ = (Index("ix_handoffs_customer", "customer_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    conversation_id: Mapped[int] = mapped_column(BigId, index=True)
    customer_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(10))
    """``agent``, ``group``, ``switch`` (the customer chose), ``card``, ``bot``, ``return``."""
    by_id: Mapped[int | None] = mapped_column(BigId)
    from_agent_id: Mapped[int | None] = mapped_column(BigId)
    to_agent_id: Mapped[int | None] = mapped_column(BigId)
    from_group_id: Mapped[int | None] = mapped_column(BigId)
    to_group_id: Mapped[int | None] = mapped_column(BigId)
    remark: Mapped[str] = mapped_column(Text, default="")
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Timer(Base):
    """Something that is to happen at a time, once. A row is gone when it has happened."""

    __tablename__ = "timers"
    __table_args__ = (UniqueConstraint("kind", "conversation_id", "staff_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    conversation_id: Mapped[int] = mapped_column(BigId, default=0, index=True)
    """0 where it is about no conversation."""
    staff_id: Mapped[int] = mapped_column(BigId, default=0)
    """0 where it is about nobody of our people."""
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    data: Mapped[dict[str, Any] | None] = mapped_column(Json)


class ConsultCategory(Base):
    """A consultation category (咨询分类); they stand in a tree. Source: requirement QUE-19."""

    __tablename__ = "consult_categories"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("consult_categories.id"))
    name: Mapped[str] = mapped_column(String(64))
    position: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Deleted rows stay: conversations name them, and a deletion can be taken back."""


class GroupCategory(Base):
    """That a node, and with it all below it, was assigned to a service group."""

    __tablename__ = "group_categories"

    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), primary_key=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("consult_categories.id"), primary_key=True)


class ConversationCategory(Base):
    """What a conversation was about, as its agent said at the end. Source: QUE-17."""

    __tablename__ = "conversation_categories"

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    category_id: Mapped[int] = mapped_column(
        ForeignKey("consult_categories.id"), primary_key=True, index=True
    )


class Rating(Base):
    """What a customer thought of a conversation."""

    __tablename__ = "ratings"

    conversation_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    agent_id: Mapped[int | None] = mapped_column(BigId)
    group_id: Mapped[int | None] = mapped_column(BigId)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    score: Mapped[int | None] = mapped_column(SmallInteger)
    """1 to 5; ``None`` until they press."""
    remark: Mapped[str] = mapped_column(Text, default="")
    rated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
