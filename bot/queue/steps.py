"""The steps of the search for who gets a conversation, for whoever asks why."""

from dataclasses import dataclass
from enum import StrEnum

from core.line import AllocationRule


class Verdict(StrEnum):
    """What became of one step of the search."""

    CHOSEN = "chosen"
    OFF = "off"
    """This step is switched off for the account and group."""
    NOBODY = "nobody"
    """There is nobody for this step."""
    NOT_THERE = "not_there"
    """Not on duty in the group."""
    FULL = "full"
    """No seat free, or as many of the account or group as one agent may serve."""
    NOT_RECEIVER = "not_receiver"
    """Not among those who serve the account."""
    PASSED = "passed"
    """Has let it pass."""
    DAILY_LIMIT = "daily_limit"
    """As many customers became theirs today as may."""
    HAS_OWNER = "has_owner"
    """Rules are for customers who belong to nobody."""
    NOT_ABOUT = "not_about"
    """The rule is not about this customer."""
    OWNS = "owns"
    """The customer becomes theirs, but they cannot serve now."""
    OFFERED = "offered"
    """A card is laid before them."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the search, for whoever asks why.

    Args:
        stage: ``owner``, ``last_agent``, ``rule``, ``order``, ``offer`` or ``line``.
        verdict: What became of it.
        staff_id: Whom it was about; ``None`` for nobody in particular.
        rule: The rule that was asked; ``None`` in other stages.
    """

    stage: str
    verdict: Verdict
    staff_id: int | None = None
    rule: AllocationRule | None = None
