"""Our people and the groups in which they share a waiting line."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, BigId, Json, UtcDateTime


class Staff(Base):
    """An agent, admin or owner, as the staff bot's platform knows them."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("channel", "external_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str] = mapped_column(String(32))
    external_id: Mapped[str] = mapped_column(String(128))
    name: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(8))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    presence: Mapped[str] = mapped_column(String(8), default="offline")
    capacity: Mapped[int] = mapped_column(Integer)
    """Conversations this person may hold at once."""
    auto_reply: Mapped[bool] = mapped_column(Boolean, default=False)
    """Keyword rules keep answering while this person serves. Source: requirement ARP-02."""
    front_conversation_id: Mapped[int | None] = mapped_column(BigId)
    """Where plain text of this person goes; ``None`` when nothing is in front."""
    idle_since: Mapped[datetime] = mapped_column(UtcDateTime)
    """When this person was last given work; the longest idle goes first among equals."""
    language: Mapped[str | None] = mapped_column(String(8))
    department_id: Mapped[int | None] = mapped_column(BigId)
    """``None``: in none. No foreign key: SQLite could add one only by copying the table."""
    confirm_quick: Mapped[bool] = mapped_column(Boolean, default=True)
    """A quick reply is shown and confirmed before it is sent."""
    presence_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When ``presence`` last changed; ``None``: never."""
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When this person last did anything in the staff bot; ``None``: not yet."""
    missed_offers: Mapped[int] = mapped_column(Integer, default=0)
    """Offers let pass in a row."""
    push_unread: Mapped[bool] = mapped_column(Boolean, default=False)
    """Wants to be told of unread messages. Source: requirement AGT-19."""
    daily_limit: Mapped[int | None] = mapped_column(Integer)
    """Customers who may become theirs in a day; ``None``: any number. Source: QUE-39."""
    weight: Mapped[int] = mapped_column(Integer, default=1)
    """Their share where an allocation rule goes by weight."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Group(Base):
    """A service group (客服组): the unit of the waiting line."""

    __tablename__ = "groups"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    identifier: Mapped[str] = mapped_column(String(64), unique=True)
    """What client requests call it; the name is only for display."""
    phone: Mapped[str | None] = mapped_column(String(32))
    client_name: Mapped[str | None] = mapped_column(String(64))
    """What customers read; ``None``: the name. Source: requirement QUE-03."""
    client_shown: Mapped[bool] = mapped_column(Boolean, default=False)
    """Customers of other groups see a button to switch to this one. Source: QUE-03, QUE-22."""
    added_by: Mapped[str] = mapped_column(String(64))
    narrowed: Mapped[list[str]] = mapped_column(Json, default=list)
    """Shelves of the knowledge base of which this group sees only what was assigned to it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Department(Base):
    """A department (部门); departments stand in a tree."""

    __tablename__ = "departments"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"))
    name: Mapped[str] = mapped_column(String(32))
    remark: Mapped[str] = mapped_column(String(256), default="")
    head_id: Mapped[int | None] = mapped_column(BigId)
    """The member of staff who leads it; ``None`` for nobody."""
    position: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Membership(Base):
    """That a member of staff works in a group; one person may be in many."""

    __tablename__ = "memberships"

    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, index=True)
    lead: Mapped[bool] = mapped_column(Boolean, default=False)
    """Is told when customers of the group wait too long for an answer."""
