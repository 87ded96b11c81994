"""What admins have taught the desk; together these rows are the playbook."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId, Json, UtcDateTime


class RuleRow(Base):
    """A keyword rule. Rules are tried in the order of ``position``, then ``id``."""

    __tablename__ = "rules"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(128))
    match: Mapped[str] = mapped_column(String(8))
    words: Mapped[list[str]] = mapped_column(Json)
    replies: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    accounts: Mapped[list[str]] = mapped_column(Json)
    enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FaqRow(Base):
    """A FAQ entry."""

    __tablename__ = "faq_entries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    category: Mapped[str] = mapped_column(String(256))
    question: Mapped[str] = mapped_column(Text)
    similar: Mapped[list[str]] = mapped_column(Json)
    keywords: Mapped[list[str]] = mapped_column(Json)
    answer: Mapped[dict[str, Any]] = mapped_column(Json)
    enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    is_new: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BannedWordsRow(Base):
    """A list of banned or sensitive words."""

    __tablename__ = "banned_words"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(128), unique=True)
    words: Mapped[list[str]] = mapped_column(Json)
    action: Mapped[str] = mapped_column(String(8))
    direction: Mapped[str] = mapped_column(String(8))


class PromptRow(Base):
    """A prompt; ``account`` is empty for the one that all accounts fall back to."""

    __tablename__ = "prompts"
    __table_args__ = (UniqueConstraint("kind", "account"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    account: Mapped[str] = mapped_column(String(64), default="")
    enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    body: Mapped[str] = mapped_column(Text)
    menu: Mapped[list[dict[str, Any]]] = mapped_column(Json)


class PlaybookVersion(Base):
    """One row that counts changes to the tables above; processes compare it to what they hold."""

    __tablename__ = "playbook_version"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer, default=0)
