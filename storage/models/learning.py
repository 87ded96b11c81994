"""What the desk could learn from its own messages, until an admin decides."""

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId, Json, UtcDateTime


class Suggestion(Base):
    """Messages that ask the same and got no good answer."""

    __tablename__ = "suggestions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    run: Mapped[str] = mapped_column(String(32), index=True)
    """The run of the job that found it; a new run replaces what nobody has decided on."""
    why: Mapped[str] = mapped_column(String(16))
    """``unanswered`` or ``same_reply``."""
    asked: Mapped[int] = mapped_column(Integer)
    """How many messages it stands for."""
    question: Mapped[str] = mapped_column(Text)
    """The message in the middle: the one most like all others."""
    examples: Mapped[list[str]] = mapped_column(Json)
    answer: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What agents answered; ``None`` where they gave no common answer."""
    entry_id: Mapped[int | None] = mapped_column(BigId)
    """The entry that it is nearest to; ``None`` where none is near."""
    state: Mapped[str] = mapped_column(String(12))
    """``open``, ``taken``, ``dismissed``."""
    decided_by: Mapped[str] = mapped_column(String(64), default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Cursor(Base):
    """How far a job has read a table that only grows."""

    __tablename__ = "cursors"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    reached: Mapped[int] = mapped_column(BigId, default=0)
