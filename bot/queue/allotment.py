"""Decides whose a new customer is: the allocation rules, from top to bottom. Pure.

Source: requirements QUE-33 to QUE-39.
"""

import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

from core.line import AccountSeats, AllocationRule, Allotment, RuleOrder, Source, Target, Waiting

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whom a rule has chosen."""

    staff_id: int
    rule: AllocationRule


class Allotter:
    """Asks the rules for one customer after the other, and remembers whose turn it is.

    Args:
        facts: The rules and what they look at.
    """

    def __init__(self, facts: Allotment) -> None:
        self._facts = facts
        self._rules = tuple(rule for rule in facts.rules if rule.enabled)
        self._turns = dict(facts.turns)
        self._next_turn = max(self._turns.values(), default=0) + 1
        self._today = {id_: one.allocated_today for id_, one in facts.candidates.items()}
        self._below: dict[int, list[int]] = {}
        for department, parent in sorted(facts.parents.items()):
            if parent is not None:
                self._below.setdefault(parent, []).append(department)

    @property
    def rules(self) -> tuple[AllocationRule, ...]:
        """Those that are on, in the order in which they are asked."""
        return self._rules

    def applies(self, rule: AllocationRule, waits: Waiting) -> bool:
        """Say whether a rule is about this customer. Source: requirement QUE-34."""
        match rule.source:
            case Source.ALL:
                return True
            case Source.ACCOUNTS:
                return waits.account in rule.sources
            case Source.INSTITUTIONS:
                return self._account(waits).institution in rule.sources
            case Source.SHARED:
                return len(waits.accounts) > 1

    def targets(self, rule: AllocationRule, waits: Waiting) -> frozenset[int]:
        """Return to whom a rule may give this customer. Source: requirement QUE-35."""
        people = self._facts.candidates
        keeper = people.get(self._account(waits).keeper_id or 0)
        match rule.target:
            case Target.ALL:
                return frozenset(people)
            case Target.KEEPER:
                return frozenset() if keeper is None else frozenset({keeper.staff_id})
            case Target.FOLLOWER:
                follower = waits.follower_id
                return frozenset({follower}) & people.keys() if follower else frozenset()
            case Target.DEPARTMENTS:
                return self._of(rule.targets)
        home = None if keeper is None else keeper.department_id
        if home is None:
            return frozenset()
        match rule.target:
            case Target.KEEPER_DEPARTMENT:
                return self._of((home,))
            case Target.KEEPER_TREE:
                return self._of(self._tree(home))
            case Target.KEEPER_BELOW:
                return self._of(set(self._tree(home)) - {home})

    def full_today(self, staff_id: int) -> bool:
        """Say whether as many customers became theirs today as may. Source: QUE-39."""
        one = self._facts.candidates[staff_id]
        return one.daily_limit is not None and self._today[staff_id] >= one.daily_limit

    def choose(
        self,
        rule: AllocationRule,
        waits: Waiting,
        online: Collection[int],
        able: Collection[int] | None = None,
    ) -> int | None:
        """Return whom a rule that applies chooses; ``None`` for nobody.

        Args:
            rule: The rule.
            waits: The customer.
            online: Who is there.
            able: Who could serve the customer at once; ``None``: that does not matter. A rule
                for those who are online only chooses among them.
        """
        people = {p for p in self.targets(rule, waits) if not self.full_today(p)}
        if rule.online_only:
            people &= set(online if able is None else able)
        if not people:
            return None
        if rule.order is RuleOrder.SEQUENTIAL:
            return min(people, key=lambda p: (self._turns.get((rule.id, p), 0), p))
        return min(people, key=lambda p: self._preference(p, waits, p in online))

    def first(
        self, waits: Waiting, online: Collection[int], able: Collection[int] | None = None
    ) -> Chosen | None:
        """Return whom the first rule that applies and finds somebody chooses.

        See ``choose`` for the arguments.
        """
        for rule in self._rules:
            if self.applies(rule, waits):
                staff_id = self.choose(rule, waits, online, able)
                if staff_id is not None:
                    return Chosen(staff_id, rule)
        return None

    def given(self, staff_id: int, rule: AllocationRule | None) -> None:
        """Remember that a customer became somebody's; *rule* ``None``: the desk itself did it."""
        if staff_id in self._today:
            self._today[staff_id] += 1
        if rule is not None:
            self._turns[rule.id, staff_id] = self._next_turn
            self._next_turn += 1

    def _account(self, waits: Waiting) -> AccountSeats:
        return self._facts.accounts.get(waits.account) or AccountSeats(waits.account)

    def _of(self, departments: Iterable[int]) -> frozenset[int]:
        wanted = set(departments)
        return frozenset(
            id_ for id_, one in self._facts.candidates.items() if one.department_id in wanted
        )

    def _tree(self, department: int) -> Iterator[int]:
        yield department
        for below in self._below.get(department, ()):
            yield from self._tree(below)

    def _preference(
        self, staff_id: int, waits: Waiting, online: bool
    ) -> tuple[datetime, int, bool, float, int]:
        """Return what the smallest of is preferred. Source: requirement QUE-36."""
        tie = self._facts.ties.get((waits.customer_id, staff_id))
        weight = self._facts.candidates[staff_id].weight
        return (
            _NEVER if tie is None else tie.since,
            0 if tie is None else -tie.chats,
            not online,
            lot(waits.conversation_id, staff_id, weight),
            staff_id,
        )


def lot(conversation_id: int, staff_id: int, weight: int) -> float:
    """Return somebody's lot for a conversation; the smallest wins.

    Drawn from the numbers themselves, so that the same facts always give the same answer, and
    over many conversations each wins in proportion to their weight.

    Raises:
        ValueError: The weight is below 1.
    """
    if weight < 1:
        raise ValueError("a weight is at least 1")
    digest = blake2b(f"{conversation_id}:{staff_id}".encode(), digest_size=7).digest()
    # Halfway between two steps, so never 0 or 1.
    share = (int.from_bytes(digest, "big") + 0.5) / 2**56
    return -math.log(share) / weight
