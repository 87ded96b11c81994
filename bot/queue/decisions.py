"""What can be decided about a conversation that waits."""

from dataclasses import dataclass
from enum import StrEnum

from core.line import AllocationRule


class Why(StrEnum):
    """Why a conversation went to somebody."""

    OWNER = "owner"
    LAST_AGENT = "last_agent"
    RULE = "rule"
    ROUND_ROBIN = "round_robin"
    FEWEST = "fewest"


@dataclass(frozen=True, slots=True)
class Offer:
    """Lay a card before an agent."""

    conversation_id: int
    staff_id: int


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take a card back: the agent has no seat for it, or it is somebody else's turn."""

    conversation_id: int
    staff_id: int


@dataclass(frozen=True, slots=True)
class Own:
    """Make a customer somebody's.

    Args:
        conversation_id: The conversation that made it so.
        customer_id: The customer.
        staff_id: Whose they become; they may not be on duty.
        rule_id: The rule that says so; ``None``: the desk itself, in mode ``own``.
    """

    conversation_id: int
    customer_id: int
    staff_id: int
    rule_id: int | None


@dataclass(frozen=True, slots=True)
class Assign:
    """Give a conversation to an agent.

    Args:
        conversation_id: Which.
        staff_id: To whom.
        why: Why to them.
        rule: The rule that chose them; ``None`` where none did.
        limits: How many conversations of the account and of the group one agent may serve; 0 for
            any number. Whoever claims checks them again.
    """

    conversation_id: int
    staff_id: int
    why: Why
    rule: AllocationRule | None = None
    limits: tuple[int, int] = (0, 0)


Decision = Offer | Withdraw | Own | Assign
