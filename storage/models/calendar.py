"""When the desk is open: weekly patterns, make-up days and holidays."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId, Json, UtcDateTime


class CalendarRow(Base):
    """The weekly hours of one owner; an owner without a row has none of its own."""

    __tablename__ = "calendars"

    owner: Mapped[str] = mapped_column(String(96), primary_key=True)
    """Empty for the whole desk, ``account:<name>``, ``group:<id>``."""
    week: Mapped[list[Any]] = mapped_column(Json)
    """Seven lists of ``[start, end]``, Monday first."""


class CalendarDaysRow(Base):
    """Make-up days or a holiday. Source: requirements PRM-11, PRM-12."""

    __tablename__ = "calendar_days"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner: Mapped[str] = mapped_column(String(96), default="")
    kind: Mapped[str] = mapped_column(String(8))
    """``work`` or ``holiday``."""
    name: Mapped[str] = mapped_column(String(64))
    first: Mapped[date] = mapped_column(Date)
    last: Mapped[date] = mapped_column(Date)
    spans: Mapped[list[Any]] = mapped_column(Json)
    reply: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Deleted rows stay, so that a deletion can be taken back."""
