"""People who write to us, and how each account knows them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId, Json, UtcDateTime


class Customer(Base):
    """A person, whichever accounts they write to."""

    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(256))
    owner_id: Mapped[int | None] = mapped_column(BigId)
    """The member of staff to whom this customer belongs; ``None`` for nobody. Source: QUE-33."""
    owned_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Identity(Base):
    """How one account knows one person."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("account_id", "external_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    external_id: Mapped[str] = mapped_column(String(128))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    name: Mapped[str] = mapped_column(String(256))
    username: Mapped[str | None] = mapped_column(String(128))
    language: Mapped[str | None] = mapped_column(String(35))
    region: Mapped[str | None] = mapped_column(String(64))
    chat: Mapped[str] = mapped_column(String(128))
    blocked: Mapped[bool] = mapped_column(Boolean, default=False)
    """The person has shut us out; nothing is sent until they write again."""
    device: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """``app_version``, ``brand``, ``model``, ``os_version`` from the latest consultation."""
    last_agent_id: Mapped[int | None] = mapped_column(BigId)
    """Who served this person last; ``None`` for nobody. Source: requirement QUE-24."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
