"""Decides who is given or offered which waiting conversation. Pure.

For each conversation, the first in line first, in this order (requirement QUE-49):

1. the customer's owner, where owners come first, and who served them last, where that is on;
2. the allocation rules, from top to bottom, for customers who belong to nobody;
3. where conversations are given out: who was given work the longest ago (round-robin), or who
   serves the fewest;
4. where they are offered: a card to every free agent;
5. the line.

Nobody gets anything who is not on duty, who has no seat free, who serves as many conversations of
the account or group as one agent may, or who is not among those chosen to serve the account. Who
has let a conversation pass gets it only when all others have. Ties are broken by who has waited
longest for work, then by number: the same facts always give the same answer.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.queue.allotment import Allotter
from core.line import AllocationRule, Allotment, Seat, Waiting
from core.policy import Mode, Order, Policies, Policy


class Why(StrEnum):
    """Why a conversation went to somebody."""

    OWNER = "owner"
    LAST_AGENT = "last_agent"
    RULE = "rule"
    ROUND_ROBIN = "round_robin"
    FEWEST = "fewest"


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


@dataclass(frozen=True, slots=True)
class Dealt:
    """What was decided.

    Args:
        decisions: First what is taken back, then the rest, the first in line first.
        hungry: Groups that have an agent who could take more than the line that was given holds.
    """

    decisions: tuple[Decision, ...]
    hungry: frozenset[int]


@dataclass(slots=True)
class _Agent:
    """One agent with the groups of all their seats."""

    id: int
    capacity: int
    serving: int
    idle_since: datetime
    by_account: dict[str, int]
    by_group: dict[int, int]
    groups: set[int] = field(default_factory=set)
    given: int = 0
    """Which assignment of this round was the last to go here; 0 for none."""

    @property
    def free(self) -> int:
        return max(0, self.capacity - self.serving)

    def take(self, waits: Waiting) -> None:
        """Hold one conversation more."""
        self.serving += 1
        self.by_account[waits.account] = self.by_account.get(waits.account, 0) + 1
        self.by_group[waits.group_id] = self.by_group.get(waits.group_id, 0) + 1


def assign(waiting: Iterable[Waiting], floor: Floor) -> Dealt:
    """Decide who gets what.

    Args:
        waiting: Who waits: of each group the first in line, as many as seats are free there, and
            more where ``Dealt.hungry`` names the group.
        floor: Everything else.
    """
    dealer = _Dealer(floor)
    line = sorted(waiting, key=lambda w: w.place)
    offered = [w for w in line if not dealer.give(w, None)]
    return dealer.finish(offered)


def explain(waits: Waiting, floor: Floor) -> tuple[Step, ...]:
    """Tell, step by step, who would get a conversation if it were the first in line.

    Args:
        waits: The conversation.
        floor: Everything else; cards are not looked at.

    Returns:
        The steps in their order. The last one tells the outcome: ``CHOSEN`` with the agent,
        ``OFFERED`` once for each agent who would get a card, or the stage ``line`` with
        ``NOBODY``.
    """
    dealer = _Dealer(floor)
    steps: list[Step] = []
    if dealer.give(waits, steps):
        return tuple(steps)
    able = dealer.able(waits) if dealer.policy(waits).mode is Mode.OFFER else []
    steps += [Step("offer", Verdict.OFFERED, agent.id) for agent in able]
    if not able:
        steps.append(Step("line", Verdict.NOBODY))
    return tuple(steps)


class _Dealer:
    """One round of dealing."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._agents: dict[int, _Agent] = {}
        for seat in sorted(floor.seats, key=lambda s: (s.staff_id, s.group_id)):
            agent = self._agents.get(seat.staff_id)
            if agent is None:
                agent = self._agents[seat.staff_id] = _Agent(
                    seat.staff_id,
                    seat.capacity,
                    seat.serving,
                    seat.idle_since,
                    dict(seat.by_account),
                    dict(seat.by_group),
                )
            agent.groups.add(seat.group_id)
        self._of_group: dict[int, list[_Agent]] = {}
        for agent in self._agents.values():
            for group in agent.groups:
                self._of_group.setdefault(group, []).append(agent)
        self._allotter = Allotter(floor.allotment)
        self._policies: dict[tuple[str, int], tuple[Policy, tuple[int, int]]] = {}
        self._passed: dict[int, set[int]] = {}
        for conversation, staff in floor.passed:
            self._passed.setdefault(conversation, set()).add(staff)
        self._decided: list[Decision] = []
        self._given = 0

    def policy(self, waits: Waiting) -> Policy:
        """Return what holds for a conversation."""
        return self._rules_of(waits)[0]

    def _rules_of(self, waits: Waiting) -> tuple[Policy, tuple[int, int]]:
        key = (waits.account, waits.group_id)
        found = self._policies.get(key)
        if found is None:
            policies = self._floor.policies
            found = self._policies[key] = (policies.of(*key), policies.limits(*key))
        return found

    # -- who could -------------------------------------------------------------------------------

    def _obstacle(self, agent: _Agent, waits: Waiting) -> Verdict | None:
        """Return why somebody on duty cannot serve a conversation; ``None``: they can."""
        account = self._floor.allotment.accounts.get(waits.account)
        if (
            account is not None
            and account.receivers is not None
            and agent.id not in account.receivers
        ):
            return Verdict.NOT_RECEIVER
        of_account, of_group = self._rules_of(waits)[1]
        if (
            not agent.free
            or (of_account and agent.by_account.get(waits.account, 0) >= of_account)
            or (of_group and agent.by_group.get(waits.group_id, 0) >= of_group)
        ):
            return Verdict.FULL
        return None

    def able(self, waits: Waiting) -> list[_Agent]:
        """Return who could serve a conversation now, without those whose turn it is not again."""
        could = [
            agent
            for agent in self._of_group.get(waits.group_id, ())
            if agent.free and self._obstacle(agent, waits) is None
        ]
        passed = self._passed.get(waits.conversation_id)
        if not passed:
            return could
        return [agent for agent in could if agent.id not in passed] or could

    def _verdict(self, staff_id: int, waits: Waiting, able: Sequence[_Agent]) -> Verdict:
        """Return what to say of somebody who would come first."""
        if any(agent.id == staff_id for agent in able):
            return Verdict.CHOSEN
        agent = self._agents.get(staff_id)
        if agent is None or waits.group_id not in agent.groups:
            return Verdict.NOT_THERE
        return self._obstacle(agent, waits) or Verdict.PASSED

    # -- one conversation --------------------------------------------------------------------------

    def give(self, waits: Waiting, steps: list[Step] | None) -> bool:
        """Give a conversation to somebody, and say whether that was possible.

        Args:
            waits: The conversation.
            steps: Where each step of the search is written down; ``None``: nobody asks.
        """
        able = self.able(waits)
        policy = self.policy(waits)
        return (
            self._to_known(waits, policy, able, steps)
            or self._by_rule(waits, policy, able, steps)
            or self._in_order(waits, policy, able, steps)
        )

    def _to_known(
        self, waits: Waiting, policy: Policy, able: Sequence[_Agent], steps: list[Step] | None
    ) -> bool:
        known = (
            (Why.OWNER, policy.to_owner, waits.owner_id),
            (Why.LAST_AGENT, policy.last_agent, waits.last_agent_id),
        )
        for why, on, staff_id in known:
            if not on or staff_id is None:
                if steps is not None:
                    verdict = Verdict.NOBODY if on else Verdict.OFF
                    steps.append(Step(why.value, verdict))
                continue
            verdict = self._verdict(staff_id, waits, able)
            if steps is not None:
                steps.append(Step(why.value, verdict, staff_id))
            if verdict is Verdict.CHOSEN:
                self._assign(waits, self._agents[staff_id], why)
                return True
        return False

    def _by_rule(
        self, waits: Waiting, policy: Policy, able: Sequence[_Agent], steps: list[Step] | None
    ) -> bool:
        if not self._allotter.rules:
            return False
        if waits.owner_id is not None:
            if steps is not None:
                steps.append(Step("rule", Verdict.HAS_OWNER, waits.owner_id))
            return False
        ids = {agent.id for agent in able}
        online = {agent.id for agent in self._of_group.get(waits.group_id, ())}
        for rule in self._allotter.rules:
            if not self._allotter.applies(rule, waits):
                _note(steps, rule, Verdict.NOT_ABOUT)
                continue
            chosen = self._allotter.choose(rule, waits, online, ids)
            if chosen is None:
                _note(steps, rule, self._why_nobody(rule, waits))
                continue
            self._own(waits, chosen, rule)
            if chosen in ids:
                _note(steps, rule, Verdict.CHOSEN, chosen)
                self._assign(waits, self._agents[chosen], Why.RULE, rule)
                return True
            _note(steps, rule, Verdict.OWNS, chosen)
            return False
        return False

    def _why_nobody(self, rule: AllocationRule, waits: Waiting) -> Verdict:
        targets = self._allotter.targets(rule, waits)
        if not targets:
            return Verdict.NOBODY
        if all(self._allotter.full_today(id_) for id_ in targets):
            return Verdict.DAILY_LIMIT
        here = [self._agents[id_] for id_ in targets if id_ in self._agents]
        return Verdict.FULL if any(waits.group_id in a.groups for a in here) else Verdict.NOT_THERE

    def _in_order(
        self, waits: Waiting, policy: Policy, able: Sequence[_Agent], steps: list[Step] | None
    ) -> bool:
        if not policy.pushes:
            return False
        owns = policy.mode is Mode.OWN and waits.owner_id is None and not self._owned_now(waits)
        people = list(able)
        if owns:
            known = self._floor.allotment.candidates
            people = [a for a in able if a.id in known and not self._allotter.full_today(a.id)]
        if not people:
            if steps is not None:
                steps.append(Step("order", Verdict.NOBODY))
            return False
        # Whoever was given something in this round is the last among equals.
        if policy.order is Order.ROUND_ROBIN:
            why = Why.ROUND_ROBIN
            agent = min(people, key=lambda a: (a.given, a.idle_since, a.id))
        else:
            why = Why.FEWEST
            agent = min(people, key=lambda a: (a.serving, a.given, a.idle_since, a.id))
        if steps is not None:
            steps.append(Step("order", Verdict.CHOSEN, agent.id))
        if owns:
            self._own(waits, agent.id, None)
        self._assign(waits, agent, why)
        return True

    def _owned_now(self, waits: Waiting) -> bool:
        return any(
            isinstance(d, Own) and d.customer_id == waits.customer_id for d in self._decided[-1:]
        )

    def _own(self, waits: Waiting, staff_id: int, rule: AllocationRule | None) -> None:
        self._allotter.given(staff_id, rule)
        rule_id = rule.id if rule is not None else None
        self._decided.append(Own(waits.conversation_id, waits.customer_id, staff_id, rule_id))

    def _assign(
        self, waits: Waiting, agent: _Agent, why: Why, rule: AllocationRule | None = None
    ) -> None:
        self._given += 1
        agent.given = self._given
        agent.take(waits)
        limits = self._rules_of(waits)[1]
        self._decided.append(Assign(waits.conversation_id, agent.id, why, rule, limits))

    # -- the rest ----------------------------------------------------------------------------------

    def finish(self, left: Sequence[Waiting]) -> Dealt:
        """Lay cards for what nobody was given, and say who could take more.

        Args:
            left: Conversations that nobody was given, the first in line first.
        """
        offered = [w for w in left if self.policy(w).mode is Mode.OFFER]
        wanted = self._cards(offered)
        lying = {(card.conversation_id, card.staff_id) for card in self._floor.cards}
        place = {w.conversation_id: number for number, w in enumerate(offered)}
        back = sorted(lying - set(wanted))
        new = sorted(set(wanted) - lying, key=lambda pair: (place[pair[0]], pair[1]))
        hungry = {group for a in self._agents.values() if a.free for group in a.groups}
        decisions = [
            *(Withdraw(*pair) for pair in back),
            *self._decided,
            *(Offer(*pair) for pair in new),
        ]
        return Dealt(tuple(decisions), frozenset(hungry))

    def _cards(self, offered: Sequence[Waiting]) -> list[tuple[int, int]]:
        """Return which card lies before whom: for each free seat one, the first in line first."""
        wanted = []
        # Who holds a card is counted as if they held the conversation: they may press it.
        for waits in offered:
            for agent in self.able(waits):
                agent.take(waits)
                wanted.append((waits.conversation_id, agent.id))
        return wanted


def _note(
    steps: list[Step] | None, rule: AllocationRule, verdict: Verdict, staff_id: int | None = None
) -> None:
    if steps is not None:
        steps.append(Step("rule", verdict, staff_id, rule))
