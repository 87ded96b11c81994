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
    group_name: Mapped[str] = mapped_column(String(64), default="")
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    hours: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """When of the week it fires; ``None`` for always."""
    uses: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Deleted rows stay, so that a deletion can be taken back."""


class BannedWordsRow(Base):
    """A list of banned or sensitive words. Source: requirements SEN-01 to SEN-07, SEN-34."""

    __tablename__ = "banned_words"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(128), index=True)
    words: Mapped[list[str]] = mapped_column(Json)
    action: Mapped[str] = mapped_column(String(8))
    direction: Mapped[str] = mapped_column(String(8))
    about: Mapped[str] = mapped_column(String(8))
    match: Mapped[str] = mapped_column(String(8))
    accounts: Mapped[list[str]] = mapped_column(Json)
    enabled: Mapped[bool] = mapped_column(Boolean, default=False)
    hits: Mapped[int] = mapped_column(Integer, default=0)
    added_by: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


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
    more: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """Messages behind the first, in order."""


class PlaybookVersion(Base):
    """One row that counts changes to the tables above; processes compare it to what they hold."""

    __tablename__ = "playbook_version"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer, default=0)


class SettingRow(Base):
    """One setting that admins change with a command; the names are those of ``Answering``."""

    __tablename__ = "desk_settings"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[dict[str, Any]] = mapped_column(Json)
    """``{"is": value}``: SQLite makes a number of a bare one, which is no JSON text."""
