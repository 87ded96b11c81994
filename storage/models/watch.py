"""Sensitive words that were found, and messages that they held back."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId, Json, UtcDateTime


class WordHitRow(Base):
    """That a word of a list stood in a message; kept for the audit when the list is gone."""

    __tablename__ = "word_hits"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    list_id: Mapped[int] = mapped_column(BigId, index=True)
    list_name: Mapped[str] = mapped_column(String(128))
    about: Mapped[str] = mapped_column(String(8))
    word: Mapped[str] = mapped_column(String(512))
    action: Mapped[str] = mapped_column(String(8))
    direction: Mapped[str] = mapped_column(String(8))
    account: Mapped[str] = mapped_column(String(64))
    conversation_id: Mapped[int] = mapped_column(BigId)
    staff_id: Mapped[int | None] = mapped_column(BigId)
    """Who wrote it; ``None`` for a customer."""
    message_key: Mapped[str] = mapped_column(String(128))
    """The transcript line's external id; of a blocked message the staff chat's message id."""
    blocked_text: Mapped[str | None] = mapped_column(String(4096))
    """What was held back: it stands in no transcript. ``None`` for a message that was sent."""
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Draft(Base):
    """An agent's message that was not sent, kept until it is changed and sent, or thrown away."""

    __tablename__ = "drafts"

    staff_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    message_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The staff chat's id of the message."""
    conversation_id: Mapped[int] = mapped_column(BigId)
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    quotes: Mapped[str | None] = mapped_column(String(128))
    """The customer's message that it answers; ``None`` for none."""
    words: Mapped[list[str]] = mapped_column(Json)
    """What it was held back for."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
