"""Every table, imported once, so that the metadata is complete."""

from storage.models import (
    account,
    audit,
    calendar,
    conversation,
    customer,
    learning,
    library,
    message,
    outbox,
    reception,
    staff,
    taught,
    watch,
)
from storage.models.base import Base

__all__ = [
    "Base",
    "account",
    "audit",
    "calendar",
    "conversation",
    "customer",
    "learning",
    "library",
    "message",
    "outbox",
    "reception",
    "staff",
    "taught",
    "watch",
]
