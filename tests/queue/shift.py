"""A shift in few words: who waits, who is on duty, by which rules, and who gets what."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from bot.queue.assignment import assign
from bot.queue.decisions import Assign, Decision, Why
from bot.queue.floor import Floor
from core.line import AccountSeats, AllocationRule, Allotment, Candidate, Seat, Waiting
from core.policy import Mode, Policies, Policy

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHOP = "shop"


class Lies(NamedTuple):
    """A card that lies before an agent."""

    conversation_id: int
    staff_id: int


def w(id: int, *, group: int = 1, minute: int = 0, **facts: Any) -> Waiting:
    """Return a conversation that waits; its customer has the number 100 higher."""
    since = NOON + timedelta(minutes=minute)
    return Waiting(id, group, since, **{"account": "shop", "customer_id": 100 + id, **facts})


def s(
    id: int, *, group: int = 1, capacity: int = 2, serving: int = 0, idle: int = 0, **facts: Any
) -> Seat:
    """Return an agent on duty in a group; who has a higher *idle* was given work later."""
    return Seat(id, group, capacity, serving, NOON + timedelta(minutes=idle), **facts)


ALL_FIVE = [s(id_, serving=0, idle=id_) for id_ in range(1, 6)]


def under(mode: Mode, **more: Any) -> Policies:
    """Return policies by which everybody is received in the same way."""
    return Policies(base=Policy(mode=mode, **more))


def facts(*rules: AllocationRule, keeper: int | None = None, **more: Any) -> Allotment:
    """Return five agents: 1 and 2 in department 10, 3 in 11 below it, 4 in 12 below that, 5 in 20.

    The account's institution is "south"; *keeper* keeps it.
    """
    departments = {1: 10, 2: 10, 3: 11, 4: 12, 5: 20}
    people = {id_: Candidate(id_, department) for id_, department in departments.items()}
    given_facts: dict[str, Any] = {
        "candidates": people,
        "accounts": {SHOP: AccountSeats(SHOP, "south", keeper)},
        "parents": {10: None, 11: 10, 12: 11, 20: None},
    }
    return Allotment(rules, **{**given_facts, **more})


def deal(
    waiting: Sequence[Waiting], seats: Sequence[Seat], cards: Collection[Lies], mode: Mode
) -> Sequence[Decision]:
    """Return what is decided where cards lie and everybody is received in one way."""
    return assign(waiting, Floor(seats, under(mode), cards=tuple(cards))).decisions


def who(
    waits: Waiting | Sequence[Waiting],
    seats: Sequence[Seat],
    *,
    allotment: Allotment | None = None,
    policies: Policies | None = None,
    passed: Collection[tuple[int, int]] = (),
    **policy: Any,
) -> list[tuple[int, int, Why]]:
    """Return who gets what, and why; everybody is pushed unless told otherwise."""
    line = [waits] if isinstance(waits, Waiting) else waits
    rules = policies or under(policy.pop("mode", Mode.AUTO), **policy)
    floor = Floor(seats, rules, allotment or Allotment(), passed=passed)
    found = assign(line, floor).decisions
    return [(d.conversation_id, d.staff_id, d.why) for d in found if isinstance(d, Assign)]


def given(decisions: Iterable[object]) -> list[tuple[int, int]]:
    """Return what was given to whom: (conversation, agent), in order."""
    return [(d.conversation_id, d.staff_id) for d in decisions if isinstance(d, Assign)]


def free(seats: Sequence[Seat]) -> dict[int, int]:
    """Return how many conversations more each agent may hold."""
    return {seat.staff_id: max(0, seat.capacity - seat.serving) for seat in seats}


def may(seats: Sequence[Seat], staff_id: int, group_id: int) -> bool:
    """Say whether an agent is on duty in a group."""
    return any(seat.staff_id == staff_id and seat.group_id == group_id for seat in seats)
