"""What assignment looks at besides the line."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from core.line import Allotment, Seat
from core.policy import Policies


class Lies(Protocol):
    """A card that lies before an agent."""

    @property
    def conversation_id(self) -> int:
        """The conversation that it offers."""

    @property
    def staff_id(self) -> int:
        """The agent before whom it lies."""


@dataclass(frozen=True, slots=True)
class Floor:
    """Everything that assignment looks at besides the line.

    Args:
        seats: Agents on duty. An agent who is not here gets nothing.
        policies: How conversations reach agents.
        allotment: The allocation rules and what they look at.
        cards: The cards that lie on the tables.
        passed: Who has let which conversation pass: (conversation, agent).
    """

    seats: Sequence[Seat]
    policies: Policies = field(default_factory=Policies)
    allotment: Allotment = field(default_factory=Allotment)
    cards: Sequence[Lies] = ()
    passed: Collection[tuple[int, int]] = frozenset()
