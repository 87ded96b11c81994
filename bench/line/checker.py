"""Looks over what a simulated desk did and counts what must never happen. Pure.

It knows nothing of the engine: it is told, one after the other, who joined which line, who was
given what, what was over and who came and went, keeps its own books of it, and says where a rule
of the house was broken.
"""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

TAKEN, HANDED = "taken", "handed"
"""How an agent gets a conversation otherwise than from the engine: by their own choice out of the
line, or from a colleague."""


@dataclass(frozen=True, slots=True)
class Worker:
    """An agent as the simulation has made them."""

    id: int
    capacity: int
    groups: frozenset[int]


@dataclass(frozen=True, slots=True)
class Rules:
    """What nobody may exceed, as the simulation has set it.

    Args:
        account_limits: Conversations of an account that one agent may serve; those without are
            left out.
        group_limits: The same of a group.
        pushes: Whether conversations are given out; otherwise agents choose, and neither the
            order nor whether somebody waits beside a free agent is looked at.
    """

    account_limits: Mapping[str, int] = field(default_factory=dict)
    group_limits: Mapping[int, int] = field(default_factory=dict)
    pushes: bool = True


@dataclass(frozen=True, slots=True)
class Joins:
    """A conversation is in a line; *since* is when its customer began to wait."""

    at: datetime
    conversation_id: int
    group_id: int
    account: str
    since: datetime
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Gets:
    """An agent serves a conversation; *why* is the engine's reason, ``TAKEN`` or ``HANDED``."""

    at: datetime
    conversation_id: int
    agent_id: int
    why: str


@dataclass(frozen=True, slots=True)
class Leaves:
    """A conversation neither waits nor is served any more."""

    at: datetime
    conversation_id: int


@dataclass(frozen=True, slots=True)
class Comes:
    """An agent is online from now on, or is not any more."""

    at: datetime
    agent_id: int
    online: bool


Fact = Joins | Gets | Leaves | Comes


@dataclass(slots=True)
class Found:
    """What was broken, each with the numbers of conversation and agent, and what was counted."""

    order: list[tuple[int, int]] = field(default_factory=list)
    """Given to an agent who could have served somebody who stood before it."""
    limits: list[tuple[int, int]] = field(default_factory=list)
    """Served by an agent above their own limit, the account's or the group's."""
    absent: list[tuple[int, int]] = field(default_factory=list)
    """Given to somebody who was not online, or is not of the group."""
    doubles: list[tuple[int, int]] = field(default_factory=list)
    """Given to an agent while another served it, or when it did not wait."""
    forgotten: list[tuple[int, int]] = field(default_factory=list)
    """Still waiting when everything was settled, beside an agent who could have served it."""
    lost: list[tuple[int, int]] = field(default_factory=list)
    """Not where it must be in the end, or not all that was said about it was written down."""
    given: Counter[int] = field(default_factory=Counter)
    """How many conversations each agent was given by the engine."""

    @property
    def violations(self) -> int:
        """How often anything was broken."""
        broken = (
            self.order,
            self.limits,
            self.absent,
            self.doubles,
            self.forgotten,
            self.lost,
        )
        return sum(map(len, broken))


@dataclass(slots=True)
class _Talk:
    group_id: int
    account: str
    place: tuple[int, datetime, int]
    agent_id: int | None = None
    waits: bool = False


@dataclass(slots=True)
class _Agent:
    worker: Worker
    online: bool = False
    held: set[int] = field(default_factory=set)
    by_account: Counter[str] = field(default_factory=Counter)
    by_group: Counter[int] = field(default_factory=Counter)


class Checker:
    """Keeps the books.

    Facts of one moment belong to one happening; between two moments everything is settled.

    Args:
        workers: The agents.
        rules: What nobody may exceed.
        prompt: Whether nobody may wait beside a free agent between two moments; not where bells
            are lost on purpose.
    """

    def __init__(self, workers: Iterable[Worker], rules: Rules, *, prompt: bool = True) -> None:
        self.found = Found()
        self._rules = rules
        self._prompt = prompt and rules.pushes
        self._agents = {w.id: _Agent(w) for w in workers}
        self._of_group: dict[int, list[_Agent]] = {}
        for agent in self._agents.values():
            for group in agent.worker.groups:
                self._of_group.setdefault(group, []).append(agent)
        self._talks: dict[int, _Talk] = {}
        self._lines: dict[int, list[tuple[int, datetime, int]]] = {}
        self._moment: datetime | None = None

    def see(self, facts: Iterable[Fact]) -> None:
        """Look at facts, in the order in which they happened."""
        for fact in facts:
            if self._moment is not None and fact.at > self._moment:
                self._settled()
            self._moment = fact.at
            match fact:
                case Joins():
                    self._joins(fact)
                case Gets():
                    self._gets(fact)
                case Leaves():
                    self._leave(fact.conversation_id)
                    self._talks.pop(fact.conversation_id, None)
                case Comes():
                    self._agents[fact.agent_id].online = fact.online

    def end(self) -> Found:
        """Look at how everything stands at last, and return what was found."""
        self._settled()
        return self.found

    def where(self, conversation_id: int) -> str:
        """Return where a conversation stands: ``waiting``, ``serving`` or ``ended``."""
        talk = self._talks.get(conversation_id)
        if talk is None:
            return "ended"
        return "waiting" if talk.waits else "serving"

    # -- one fact ----------------------------------------------------------------------------------

    def _joins(self, fact: Joins) -> None:
        self._leave(fact.conversation_id)
        place = (-fact.priority, fact.since, fact.conversation_id)
        talk = _Talk(fact.group_id, fact.account, place, waits=True)
        self._talks[fact.conversation_id] = talk
        insort(self._lines.setdefault(fact.group_id, []), place)

    def _gets(self, fact: Gets) -> None:
        agent = self._agents[fact.agent_id]
        talk = self._talks.get(fact.conversation_id)
        pair = (fact.conversation_id, fact.agent_id)
        if (
            talk is None
            or (not talk.waits and fact.why != HANDED)
            or talk.agent_id == agent.worker.id
        ):
            self.found.doubles.append(pair)
            if talk is None:
                return
        if not agent.online or talk.group_id not in agent.worker.groups:
            self.found.absent.append(pair)
        self._leave(fact.conversation_id)
        if fact.why not in (TAKEN, HANDED):
            self.found.given[agent.worker.id] += 1
            if self._rules.pushes and self._could_serve_one_before(agent, talk):
                self.found.order.append(pair)
        if not self._has_room(agent, talk):
            self.found.limits.append(pair)
        talk.waits, talk.agent_id = False, agent.worker.id
        agent.held.add(fact.conversation_id)
        agent.by_account[talk.account] += 1
        agent.by_group[talk.group_id] += 1

    def _leave(self, conversation_id: int) -> None:
        """Take a conversation out of its line or out of its agent's hands."""
        talk = self._talks.get(conversation_id)
        if talk is None:
            return
        if talk.waits:
            line = self._lines[talk.group_id]
            line.pop(bisect_left(line, talk.place))
            talk.waits = False
        if talk.agent_id is not None:
            agent = self._agents[talk.agent_id]
            agent.held.discard(conversation_id)
            agent.by_account[talk.account] -= 1
            agent.by_group[talk.group_id] -= 1
            talk.agent_id = None

    # -- what must not be --------------------------------------------------------------------------

    def _has_room(self, agent: _Agent, talk: _Talk) -> bool:
        of_account = self._rules.account_limits.get(talk.account, 0)
        of_group = self._rules.group_limits.get(talk.group_id, 0)
        return (
            len(agent.held) < agent.worker.capacity
            and (not of_account or agent.by_account[talk.account] < of_account)
            and (not of_group or agent.by_group[talk.group_id] < of_group)
        )

    def _could_serve_one_before(self, agent: _Agent, talk: _Talk) -> bool:
        """Say whether somebody who stands before *talk* in a line of the agent's could be served.

        All of their lines count as one: who has waited longest comes first, whatever the group.
        """
        for group in agent.worker.groups:
            for place in self._lines.get(group, ()):
                if place >= talk.place:
                    break
                if self._has_room(agent, self._talks[place[2]]):
                    return True
        return False

    def _settled(self) -> None:
        """Everything of one moment has happened: nobody waits beside an agent who could serve."""
        if not self._prompt:
            return
        for group, line in self._lines.items():
            if not line:
                continue
            for agent in self._of_group.get(group, ()):
                if agent.online and len(agent.held) < agent.worker.capacity:
                    first = self._first_for(agent, line)
                    if first is not None:
                        self.found.forgotten.append((first, agent.worker.id))

    def _first_for(self, agent: _Agent, line: Iterable[tuple[int, datetime, int]]) -> int | None:
        for place in line:
            if self._has_room(agent, self._talks[place[2]]):
                return place[2]
        return None


@dataclass(frozen=True, slots=True)
class Written:
    """What the tables hold of one conversation.

    Args:
        conversation_id: Its number.
        state: ``waiting``, ``serving``, ``ended``; anything else is none of these.
        lines_in: Lines of the customer's in its transcript.
        lines_out: Lines of ours.
        owed: Messages to the customer in the outbox.
        unpaired: Of ``lines_out`` and ``owed``, those that the other does not have.
        cards: Hand-over cards in the outbox.
    """

    conversation_id: int
    state: str
    lines_in: int
    lines_out: int
    owed: int
    unpaired: int
    cards: int


@dataclass(frozen=True, slots=True)
class Expected:
    """What the simulation's own book says of one conversation: at least so much must be there."""

    state: str
    said: int
    told: int
    cards: int


def accounted(expected: Mapping[int, Expected], written: Mapping[int, Written]) -> list[int]:
    """Return the conversations that are lost: not there, not where they must be, or incomplete."""
    lost = []
    for number, wanted in expected.items():
        there = written.get(number)
        if (
            there is None
            or there.state != wanted.state
            or there.lines_in != wanted.said
            or there.unpaired
            or min(there.lines_out, there.owed) < wanted.told
            or there.cards < wanted.cards
        ):
            lost.append(number)
    return lost


def jain(shares: Iterable[float]) -> float:
    """Return Jain's index of fairness: 1 where all have the same, 1/n where one has everything.

    Raises:
        ValueError: There is nobody, or nobody has anything.
    """
    values = list(shares)
    squares = sum(v * v for v in values)
    if not squares:
        raise ValueError("nobody has anything")
    return sum(values) ** 2 / (len(values) * squares)
