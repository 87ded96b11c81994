"""Decides who is offered or given which waiting conversation. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Mode(StrEnum):
    """How conversations reach agents."""

    OFFER = "offer"
    """A card to every free agent; the first press wins."""
    AUTO = "auto"
    """Straight to the least busy agent."""


class Waits(Protocol):
    """A conversation in a group's line."""

    @property
    def conversation_id(self) -> int:
        """Number of the conversation."""

    @property
    def group_id(self) -> int:
        """The group in whose line it is."""

    @property
    def since(self) -> datetime:
        """When the waiting began."""


class Sits(Protocol):
    """An agent who is on duty in a group; somebody in two groups has two of these."""

    @property
    def staff_id(self) -> int:
        """Number of the agent."""

    @property
    def group_id(self) -> int:
        """One group the agent is in."""

    @property
    def capacity(self) -> int:
        """Conversations the agent may hold at once."""

    @property
    def serving(self) -> int:
        """Conversations the agent holds now."""

    @property
    def idle_since(self) -> datetime:
        """When the agent was last given work."""


class Lies(Protocol):
    """A card that lies before an agent."""

    @property
    def conversation_id(self) -> int:
        """The conversation that it offers."""

    @property
    def staff_id(self) -> int:
        """The agent before whom it lies."""


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
class Assign:
    """Give a conversation to an agent."""

    conversation_id: int
    staff_id: int


@dataclass(slots=True)
class _Agent:
    """One agent with the groups of all their seats."""

    id: int
    capacity: int
    serving: int
    idle_since: datetime
    groups: set[int] = field(default_factory=set)
    given: int = 0
    """Which assignment of this round was the last to go here; 0 for none."""

    @property
    def free(self) -> int:
        return max(0, self.capacity - self.serving)


def deal(
    waiting: Iterable[Waits], seats: Iterable[Sits], cards: Iterable[Lies], mode: Mode
) -> Sequence[Offer | Withdraw | Assign]:
    """Decide who gets what, oldest first.

    ``OFFER``: before every agent lie cards for the conversations that have waited longest in
    the agent's groups, one for each free seat. A card that lies there already is not laid again;
    one that does not belong there any more is taken back.

    ``AUTO``: each conversation, the oldest first, goes to the agent of its group with a free
    seat who holds the fewest; among those to the one who was given work the longest ago; among
    those to the lowest number. Where nobody has a seat free the conversation keeps waiting, and
    the lines of other groups move on. Cards are left alone.

    The same input gives the same answer, in whatever order it comes.

    Args:
        waiting: Who waits. For ``OFFER`` at least the oldest of each group, as many as the
            largest number of free seats of one agent.
        seats: Agents on duty. An agent who is not here gets nothing.
        cards: The cards that lie on the tables.
        mode: How conversations reach agents.

    Returns:
        What to do: first what is taken back, then the rest, the oldest conversation first.
    """
    line = sorted(waiting, key=lambda w: (w.since, w.conversation_id))
    agents = _agents(seats)
    return _assign(line, agents) if mode is Mode.AUTO else _offer(line, agents, cards)


def _agents(seats: Iterable[Sits]) -> list[_Agent]:
    agents: dict[int, _Agent] = {}
    for seat in seats:
        agent = agents.setdefault(
            seat.staff_id, _Agent(seat.staff_id, seat.capacity, seat.serving, seat.idle_since)
        )
        agent.groups.add(seat.group_id)
    return [agents[id_] for id_ in sorted(agents)]


def _offer(
    line: Sequence[Waits], agents: Sequence[_Agent], cards: Iterable[Lies]
) -> list[Offer | Withdraw | Assign]:
    lying = {(card.conversation_id, card.staff_id) for card in cards}
    wanted = [
        (waits.conversation_id, agent.id)
        for agent in agents
        for waits in [w for w in line if w.group_id in agent.groups][: agent.free]
    ]
    place = {waits.conversation_id: number for number, waits in enumerate(line)}
    back = sorted(lying - set(wanted))
    new = sorted(set(wanted) - lying, key=lambda pair: (place[pair[0]], pair[1]))
    return [*(Withdraw(*pair) for pair in back), *(Offer(*pair) for pair in new)]


def _assign(line: Sequence[Waits], agents: Sequence[_Agent]) -> list[Offer | Withdraw | Assign]:
    decided: list[Offer | Withdraw | Assign] = []
    for waits in line:
        able = [a for a in agents if a.free and waits.group_id in a.groups]
        if able:
            # Whoever was given something in this round is the last among equals.
            agent = min(able, key=lambda a: (a.serving, a.given, a.idle_since, a.id))
            agent.serving += 1
            agent.given = len(decided) + 1
            decided.append(Assign(waits.conversation_id, agent.id))
    return decided
