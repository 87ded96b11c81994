"""Messages that we owe somebody, and where a staff chat's messages belong."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId, Json, UtcDateTime

DUE = text("state = 'due'")
DEAD = text("state = 'dead'")


class OutboxRow(Base):
    """One message that we owe somebody.

    A row is ``due`` until it is ``sent``, ``dead`` (it will never arrive) or ``cancelled``. A
    process that works on it holds a lease; a lease that has run out makes the row due again.
    Rows of one ``lane`` (account and chat) go out in the order of their ids.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "due_at", "id", sqlite_where=DUE, postgresql_where=DUE),
        Index("ix_outbox_lane", "lane", "id", sqlite_where=DUE, postgresql_where=DUE),
        Index("ix_outbox_dead", "id", sqlite_where=DEAD, postgresql_where=DEAD),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    account: Mapped[str] = mapped_column(String(64))
    """Name of the sending account; ``staff`` for the staff bot."""
    chat: Mapped[str] = mapped_column(String(128))
    lane: Mapped[str] = mapped_column(String(200))
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    reply_to: Mapped[str | None] = mapped_column(String(128))
    shows: Mapped[str | None] = mapped_column(String(128))
    """For a mirror, the platform id of the customer's message that it shows."""
    edits_key: Mapped[str | None] = mapped_column(String(64))
    """Key of the earlier row whose message this one replaces; ``None`` for a new message."""
    conversation_id: Mapped[int | None] = mapped_column(BigId, index=True)
    purpose: Mapped[str] = mapped_column(String(16))
    """``reply`` to a customer, ``mirror`` or ``card`` or ``notice`` to a member of staff."""
    staff_id: Mapped[int | None] = mapped_column(BigId)
    """Who is told when it dies; ``None`` for nobody."""
    state: Mapped[str] = mapped_column(String(10), default="due")
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str | None] = mapped_column(Text)
    platform_ids: Mapped[list[str] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffBinding(Base):
    """Which conversation a message in a staff chat belongs to. Never read from its text."""

    __tablename__ = "staff_bindings"

    chat: Mapped[str] = mapped_column(String(128), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    customer_message: Mapped[str | None] = mapped_column(String(128))
    """The customer's message it shows, so that a reply can quote it; ``None`` for cards."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PhrasingRow(Base):
    """An answer that a language model may put into words before it is sent."""

    __tablename__ = "phrasings"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    outbox_key: Mapped[str] = mapped_column(String(64), unique=True)
    """Key of the outbox row and of the transcript line that hold the entry's own answer."""
    account_id: Mapped[int] = mapped_column(BigId)
    conversation_id: Mapped[int] = mapped_column(BigId)
    question: Mapped[str] = mapped_column(Text)
    entry_ids: Mapped[list[int]] = mapped_column(Json)
    """What the matcher found, best first; the first is the entry whose answer is owed."""
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    send_by: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the entry's own answer goes out if nothing better has come."""
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
