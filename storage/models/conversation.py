"""What one customer and one account say to each other, from the first message to the end."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, SmallInteger, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from core.states import State
from storage.models.base import Base, BigId, Json, UtcDateTime

OPEN = text(f"state <> {int(State.ENDED)}")


LEARNT_FROM = text("kind IN ('no_answer', 'offer', 'faq', 'rule', 'unhelpful')")
"""Events by which the desk learns and counts uses."""


class Conversation(Base):
    """One conversation; at most one is open for an account and an identity."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index(
            "uq_conversations_open",
            "account_id",
            "identity_id",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        Index(
            "ix_conversations_line",
            "group_id",
            "rank",
            "waiting_since",
            "id",
            sqlite_where=text(f"state = {int(State.WAITING)}"),
            postgresql_where=text(f"state = {int(State.WAITING)}"),
        ),
        Index(
            "ix_conversations_seat",
            "agent_id",
            sqlite_where=text(f"state = {int(State.SERVING)}"),
            postgresql_where=text(f"state = {int(State.SERVING)}"),
        ),
        Index("ix_conversations_served", "group_id", "serving_since"),
        Index(
            "ix_conversations_ended",
            "serving_since",
            "id",
            sqlite_where=text(f"state = {int(State.ENDED)}"),
            postgresql_where=text(f"state = {int(State.ENDED)}"),
        ),
        Index("ix_conversations_identity", "identity_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    identity_id: Mapped[int] = mapped_column(ForeignKey("identities.id"))
    state: Mapped[int] = mapped_column(SmallInteger, default=int(State.NEW))
    source: Mapped[str | None] = mapped_column(String(128))
    region: Mapped[str | None] = mapped_column(String(64))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id"))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    hinted: Mapped[bool] = mapped_column(Boolean, default=False)
    """The customer has been told how to reach a human since the bot last knew an answer."""
    rank: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    """Minus the priority: the line is sorted by it first, lowest first."""
    waits_as: Mapped[str] = mapped_column(String(8), default="", server_default="")
    """Empty; ``callback`` or ``message``: the customer waits without watching the line."""
    timed_out_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the customer's silence was marked; ``None``: they are not silent. Source: QUE-30."""
    snoozed: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Its agent has put it off until a time or until the customer writes."""
    end_remark: Mapped[str | None] = mapped_column(Text)
    """What was noted with the consultation categories at the end. Source: QUE-17."""
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    waiting_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    serving_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ConversationEvent(Base):
    """One thing that happened to a conversation: a move, a rule hit, a hand-off."""

    __tablename__ = "conversation_events"
    __table_args__ = (
        Index(
            "ix_conversation_events_learning",
            "at",
            sqlite_where=LEARNT_FROM,
            postgresql_where=LEARNT_FROM,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(BigId, index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(32))
    staff_id: Mapped[int | None] = mapped_column(BigId)
    """Who did it; ``None`` for the customer and the desk itself."""
    data: Mapped[dict[str, Any] | None] = mapped_column(Json)


class Card(Base):
    """That a waiting conversation was offered to a member of staff; gone when it is taken."""

    __tablename__ = "cards"

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    outbox_key: Mapped[str] = mapped_column(String(64))
    """The outbox row that carried the card, so that it can be edited."""
    chat: Mapped[str] = mapped_column(String(128))
    dealt_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Passed(Base):
    """That an agent let an offered conversation pass; others are asked before they are again."""

    __tablename__ = "passes"

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
