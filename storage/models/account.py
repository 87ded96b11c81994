"""Our identities on the messaging platforms."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId, UtcDateTime


class Account(Base):
    """One account of ours (客服账号), as the configuration names it."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    channel: Mapped[str] = mapped_column(String(32))
    enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id"))
    """The group whose line its customers join; ``None`` for the oldest group."""
    title: Mapped[str] = mapped_column(String(16), default="")
    """What people call it (requirement CHN-06); empty: its name serves."""
    institution: Mapped[str] = mapped_column(String(64), default="")
    """The sub-institution that it belongs to (requirement CHN-08); empty for none."""
    keeper_id: Mapped[int | None] = mapped_column(BigId)
    """Who keeps it (设备保管者); ``None`` for nobody."""
    avatar: Mapped[bytes | None] = mapped_column(LargeBinary)
    avatar_type: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AccountReceiver(Base):
    """That a person or a department serves an account; accounts without any: their whole group.

    Source: requirements QUE-26, QUE-27.
    """

    __tablename__ = "account_receivers"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    """``staff`` or ``department``."""
    ref_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
