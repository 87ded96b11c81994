"""The knowledge base: one tree of categories, the entries in it, and who sees which part."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId, Json, UtcDateTime


class CategoryRow(Base):
    """A node of the tree. The root and "uncategorised" are no rows: they always exist."""

    __tablename__ = "library_categories"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shelf: Mapped[str] = mapped_column(String(8))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("library_categories.id"))
    name: Mapped[str] = mapped_column(String(64))
    position: Mapped[int] = mapped_column(Integer)
    scope: Mapped[str] = mapped_column(String(12))
    owner_id: Mapped[int | None] = mapped_column(BigId)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EntryRow(Base):
    """An entry: a question with its answer, a phrase, a link, a file or a card."""

    __tablename__ = "library_entries"
    __table_args__ = (Index("ix_library_entries_shelf", "shelf", "position", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shelf: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(8))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("library_categories.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(128), default="")
    question: Mapped[str] = mapped_column(Text)
    similar: Mapped[list[str]] = mapped_column(Json)
    keywords: Mapped[list[str]] = mapped_column(Json)
    answer: Mapped[dict[str, Any]] = mapped_column(Json)
    enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    is_new: Mapped[bool] = mapped_column(Boolean, default=False)
    scope: Mapped[str] = mapped_column(String(12))
    owner_id: Mapped[int | None] = mapped_column(BigId)
    uses: Mapped[int] = mapped_column(Integer, default=0)
    added_by: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Assignment(Base):
    """That a node, and with it all below it, was assigned to a service group."""

    __tablename__ = "library_assignments"

    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), primary_key=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("library_categories.id"), primary_key=True)
