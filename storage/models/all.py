"""Every table, imported once, so that the metadata is complete."""

from storage.models import account, audit, conversation, customer, message, outbox, staff, taught
from storage.models.base import Base

__all__ = [
    "Base",
    "account",
    "audit",
    "conversation",
    "customer",
    "message",
    "outbox",
    "staff",
    "taught",
]
