"""Who gets which waiting conversation: the policy as tables, and what must hold for any input."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from bot.queue.assignment import assign, explain
from bot.queue.decisions import Assign, Decision, Offer, Own, Why, Withdraw
from bot.queue.floor import Floor
from bot.queue.steps import Step, Verdict
from core.line import (
    AccountSeats,
    AllocationRule,
    Allotment,
    Candidate,
    RuleOrder,
    Seat,
    Source,
    Target,
    Tie,
    Waiting,
)
from core.policy import Mode, Order, Policies, Policy

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Lies(NamedTuple):
    conversation_id: int
    staff_id: int


def w(id: int, *, group: int = 1, minute: int = 0, **facts: Any) -> Waiting:
    """Return a conversation that waits; its customer has the number 100 higher."""
    since = NOON + timedelta(minutes=minute)
    return Waiting(id, group, since, **{"account": "shop", "customer_id": 100 + id, **facts})


def s(
    id: int, *, group: int = 1, capacity: int = 2, serving: int = 0, idle: int = 0, **facts: Any
) -> Seat:
    return Seat(id, group, capacity, serving, NOON + timedelta(minutes=idle), **facts)


def under(mode: Mode, **more: Any) -> Policies:
    """Return policies by which everybody is received in the same way."""
    return Policies(base=Policy(mode=mode, **more))


def deal(
    waiting: Sequence[Waiting], seats: Sequence[Seat], cards: Collection[Lies], mode: Mode
) -> Sequence[Decision]:
    return assign(waiting, Floor(seats, under(mode), cards=tuple(cards))).decisions


def given(decisions: Iterable[object]) -> list[tuple[int, int]]:
    """Return what was given to whom: (conversation, agent), in order."""
    return [(d.conversation_id, d.staff_id) for d in decisions if isinstance(d, Assign)]


@pytest.mark.parametrize(
    ("waiting", "seats", "cards", "decided"),
    [
        pytest.param([], [s(1)], [], [], id="nobody waits"),
        pytest.param([w(1)], [], [], [], id="nobody is on duty"),
        pytest.param([w(1)], [s(1), s(2)], [], [Offer(1, 1), Offer(1, 2)], id="a card to each"),
        pytest.param([w(1)], [s(1, group=2)], [], [], id="another group's agent gets nothing"),
        pytest.param([w(1)], [s(1, serving=2)], [], [], id="full hands get nothing"),
        pytest.param([w(1)], [s(1, serving=3)], [], [], id="nor do overfull ones"),
        pytest.param(
            [w(1, minute=2), w(2, minute=1), w(3, minute=3)],
            [s(1)],
            [],
            [Offer(2, 1), Offer(1, 1)],
            id="one card for each free seat, the oldest",
        ),
        pytest.param(
            [w(2), w(1)], [s(1, capacity=1)], [], [Offer(1, 1)], id="at the same moment: lower id"
        ),
        pytest.param([w(1)], [s(1)], [Lies(1, 1)], [], id="no card is laid twice"),
        pytest.param(
            [w(1), w(2)], [s(1)], [Lies(1, 1)], [Offer(2, 1)], id="the missing card is laid"
        ),
        pytest.param(
            [w(1, group=1, minute=2), w(2, group=2, minute=1)],
            [s(1, group=1, capacity=1), s(1, group=2, capacity=1)],
            [],
            [Offer(2, 1)],
            id="seats are shared by all groups of an agent",
        ),
        pytest.param(
            [w(1), w(2)],
            [s(1, serving=1)],
            [Lies(1, 1), Lies(2, 1)],
            [Withdraw(2, 1)],
            id="a seat that is gone takes the youngest card along",
        ),
        pytest.param(
            [w(1, minute=5), w(2, minute=1)],
            [s(1, capacity=1)],
            [Lies(1, 1)],
            [Withdraw(1, 1), Offer(2, 1)],
            id="somebody older takes a younger one's place",
        ),
        pytest.param([w(1)], [], [Lies(1, 7)], [Withdraw(1, 7)], id="off duty: the card goes"),
        pytest.param([], [s(1)], [Lies(9, 1)], [Withdraw(9, 1)], id="waits no longer: it goes"),
    ],
)
def test_offers(
    waiting: Sequence[Waiting],
    seats: Sequence[Seat],
    cards: Sequence[Lies],
    decided: Sequence[object],
) -> None:
    assert decided == list(deal(waiting, seats, cards, Mode.OFFER))


@pytest.mark.parametrize(
    ("waiting", "seats", "decided"),
    [
        pytest.param([w(1)], [], [], id="nobody is on duty"),
        pytest.param([w(1)], [s(1, serving=2)], [], id="nobody is free"),
        pytest.param(
            [w(1)], [s(1, serving=1), s(2, serving=0)], [(1, 2)], id="fewest conversations"
        ),
        pytest.param([w(1)], [s(1, idle=2), s(2, idle=1)], [(1, 2)], id="longest idle"),
        pytest.param([w(1)], [s(2), s(1)], [(1, 1)], id="lowest number"),
        pytest.param(
            [w(1, minute=2), w(2, minute=1)],
            [s(1, capacity=1)],
            [(2, 1)],
            id="the oldest goes first",
        ),
        pytest.param(
            [w(1), w(2), w(3)],
            [s(1), s(2, serving=1)],
            [(1, 1), (2, 2), (3, 1)],
            id="what was given in this round counts, and its taker is idle no more",
        ),
        pytest.param(
            [w(1, group=1, minute=0), w(2, group=2, minute=1)],
            [s(5, group=2)],
            [(2, 5)],
            id="a line without agents does not hold up another",
        ),
        pytest.param(
            [w(1, group=1), w(2, group=2)],
            [s(5, group=1, capacity=1), s(5, group=2, capacity=1)],
            [(1, 5)],
            id="one seat serves one of two groups",
        ),
    ],
)
def test_assigns(
    waiting: Sequence[Waiting], seats: Sequence[Seat], decided: Sequence[tuple[int, int]]
) -> None:
    assert decided == given(deal(waiting, seats, [], Mode.AUTO))


@st.composite
def lines(draw: st.DrawFn) -> list[Waiting]:
    ids = draw(st.lists(st.integers(1, 30), unique=True, max_size=12))
    return [w(i, group=draw(st.integers(1, 3)), minute=draw(st.integers(0, 4))) for i in ids]


@st.composite
def rooms(draw: st.DrawFn) -> list[Seat]:
    seats = []
    for staff_id in draw(st.lists(st.integers(1, 9), unique=True, max_size=6)):
        capacity, serving = draw(st.integers(1, 4)), draw(st.integers(0, 5))
        idle = draw(st.integers(0, 3))
        for group in draw(st.sets(st.integers(1, 3), min_size=1)):
            seats.append(s(staff_id, group=group, capacity=capacity, serving=serving, idle=idle))
    return seats


CARDS = st.sets(st.builds(Lies, st.integers(1, 30), st.integers(1, 12)), max_size=12)


def free(seats: Sequence[Seat]) -> dict[int, int]:
    return {seat.staff_id: max(0, seat.capacity - seat.serving) for seat in seats}


def may(seats: Sequence[Seat], staff_id: int, group_id: int) -> bool:
    return any(seat.staff_id == staff_id and seat.group_id == group_id for seat in seats)


@drawn(lines(), rooms(), CARDS)
def test_after_a_deal_each_agent_has_cards_for_exactly_the_oldest_they_could_serve(
    waiting: list[Waiting], seats: list[Seat], cards: set[Lies]
) -> None:
    lying = {(c.conversation_id, c.staff_id) for c in cards}

    for decision in deal(waiting, seats, cards, Mode.OFFER):
        pair = (decision.conversation_id, decision.staff_id)
        if isinstance(decision, Withdraw):
            lying.remove(pair)
        else:
            assert isinstance(decision, Offer)
            assert pair not in lying, "the same card twice"
            lying.add(pair)

    room = free(seats)
    assert {staff for _, staff in lying} <= set(room), "a card before somebody off duty"
    for staff_id, most in room.items():
        theirs = sorted(
            (x for x in waiting if may(seats, staff_id, x.group_id)),
            key=lambda x: (x.since, x.conversation_id),
        )
        oldest = {x.conversation_id for x in theirs[:most]}
        assert oldest == {id_ for id_, staff in lying if staff == staff_id}


@drawn(lines(), rooms(), CARDS)
def test_dealing_again_changes_nothing(
    waiting: list[Waiting], seats: list[Seat], cards: set[Lies]
) -> None:
    lying = {(c.conversation_id, c.staff_id) for c in cards}
    for decision in deal(waiting, seats, cards, Mode.OFFER):
        lying ^= {(decision.conversation_id, decision.staff_id)}

    assert list(deal(waiting, seats, [Lies(*pair) for pair in lying], Mode.OFFER)) == []


@drawn(lines(), rooms())
def test_assignment_fills_seats_and_never_more_than_there_are(
    waiting: list[Waiting], seats: list[Seat]
) -> None:
    decided = deal(waiting, seats, [], Mode.AUTO)

    group_of = {x.conversation_id: x.group_id for x in waiting}
    room = free(seats)
    for decision in decided:
        assert isinstance(decision, Assign)
        assert may(seats, decision.staff_id, group_of[decision.conversation_id])
        room[decision.staff_id] -= 1
    assert all(left >= 0 for left in room.values()), "above capacity"
    given_ids = [d.conversation_id for d in decided]
    assert len(given_ids) == len(set(given_ids))
    for x in waiting:
        if x.conversation_id not in given_ids:
            assert not any(left and may(seats, id_, x.group_id) for id_, left in room.items()), (
                "somebody waits although somebody is free"
            )


@drawn(lines(), rooms())
def test_nobody_is_passed_by_somebody_younger_of_the_same_group(
    waiting: list[Waiting], seats: list[Seat]
) -> None:
    given_ids = {d.conversation_id for d in deal(waiting, seats, [], Mode.AUTO)}

    for x in waiting:
        if x.conversation_id not in given_ids:
            younger = [
                y.conversation_id
                for y in waiting
                if y.group_id == x.group_id
                and (y.since, y.conversation_id) > (x.since, x.conversation_id)
            ]
            assert given_ids.isdisjoint(younger)


@drawn(lines(), rooms(), CARDS, st.sampled_from([Mode.OFFER, Mode.AUTO]), st.randoms())
def test_the_order_of_the_input_does_not_matter(
    waiting: list[Waiting], seats: list[Seat], cards: set[Lies], mode: Mode, chance: object
) -> None:
    decided = list(deal(waiting, seats, cards, mode))
    shuffled_line, shuffled_seats, shuffled_cards = list(waiting), list(seats), list(cards)
    for things in (shuffled_line, shuffled_seats, shuffled_cards):
        chance.shuffle(things)  # type: ignore[attr-defined]

    assert decided == list(deal(shuffled_line, shuffled_seats, shuffled_cards, mode))


# -- who comes first -------------------------------------------------------------------------------

SHOP = "shop"


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


ALL_FIVE = [s(id_, serving=0, idle=id_) for id_ in range(1, 6)]


@pytest.mark.requirement("QUE-49")
@pytest.mark.parametrize(
    ("waits", "policy", "gets"),
    [
        pytest.param(
            w(1, owner_id=3, last_agent_id=2),
            {"owner_first": True, "last_agent": True},
            (3, Why.OWNER),
            id="the owner before who served last",
        ),
        pytest.param(
            w(1, owner_id=9, last_agent_id=2),
            {"owner_first": True, "last_agent": True},
            (2, Why.LAST_AGENT),
            id="who served last where the owner is not there",
        ),
        pytest.param(
            w(1, last_agent_id=2), {"last_agent": True}, (2, Why.LAST_AGENT), id="returning: QUE-24"
        ),
        pytest.param(w(1, last_agent_id=2), {}, (5, Why.RULE), id="off: not who served last"),
        pytest.param(w(1), {"last_agent": True}, (5, Why.RULE), id="then the rules"),
        pytest.param(w(1, owner_id=2), {}, (1, Why.FEWEST), id="owned: the rules are not asked"),
        pytest.param(
            w(1, owner_id=2), {"mode": Mode.OWN}, (2, Why.OWNER), id="mode own: owners come first"
        ),
    ],
)
def test_the_precedence(waits: Waiting, policy: dict[str, Any], gets: tuple[int, Why]) -> None:
    """Owner, last agent, rules, order: each only where those before it find nobody."""
    rule = AllocationRule(1, "east", target=Target.DEPARTMENTS, targets=(20,))

    assert who(waits, ALL_FIVE, allotment=facts(rule), **policy) == [(1, *gets)]


@pytest.mark.requirement("QUE-24")
@pytest.mark.parametrize(
    ("seats", "passed", "gets"),
    [
        pytest.param([s(1), s(2, serving=1)], [], (2, Why.LAST_AGENT), id="there, a seat free"),
        pytest.param([s(1), s(2, serving=2)], [], (1, Why.FEWEST), id="no seat free"),
        pytest.param([s(1)], [], (1, Why.FEWEST), id="not there"),
        pytest.param([s(1), s(2, group=2)], [], (1, Why.FEWEST), id="not in the group any more"),
        pytest.param([s(1), s(2)], [(1, 2)], (1, Why.FEWEST), id="let it pass"),
    ],
)
@pytest.mark.parametrize("known", ["owner_id", "last_agent_id"])
def test_a_returning_customer_gets_who_served_them_last_if_they_can(
    seats: Sequence[Seat], passed: Collection[tuple[int, int]], gets: tuple[int, Why], known: str
) -> None:
    why = Why.OWNER if gets[1] is Why.LAST_AGENT and known == "owner_id" else gets[1]

    found = who(w(1, **{known: 2}), seats, passed=passed, last_agent=True, owner_first=True)

    assert found == [(1, gets[0], why)]


@pytest.mark.requirement("QUE-23")
@pytest.mark.parametrize(
    ("order", "expected"),
    [
        pytest.param(Order.ROUND_ROBIN, [1, 2, 3, 1, 2, 3, 1], id="in turn, longest idle first"),
        pytest.param(Order.FEWEST, [2, 2, 3, 2, 1, 3, 2], id="fewest first, then longest idle"),
    ],
)
def test_the_two_orders(order: Order, expected: list[int]) -> None:
    """轮流分配 goes by turns, 空闲分配 by the fewest current conversations."""
    seats = [
        s(3, capacity=9, serving=2, idle=3),
        s(2, capacity=9, serving=0, idle=2),
        s(1, capacity=9, serving=3, idle=1),
    ]
    line = [w(id_, minute=id_) for id_ in range(1, 8)]

    found = who(line, seats, order=order)

    assert [agent for _, agent, _ in found] == expected
    assert {why.value for *_, why in found} == {order.value}


def test_the_first_in_line_is_who_has_the_higher_priority_then_who_waited_longest() -> None:
    line = [w(1, minute=1), w(2, minute=2, priority=5), w(3, minute=0), w(4, minute=3, priority=5)]

    assert [c for c, *_ in who(line, [s(1, capacity=9)])] == [2, 4, 3, 1]


@pytest.mark.requirement("QUE-25")
@pytest.mark.parametrize(
    ("own", "seat", "gets"),
    [
        pytest.param({}, s(1, capacity=50, serving=49), [1], id="an agent's own 50"),
        pytest.param({}, s(1, capacity=50, serving=50), [], id="not a 51st"),
        pytest.param(
            {"account:shop": {"limit": 3}},
            s(1, capacity=9, serving=3, by_account={"shop": 2, "site": 1}),
            [1],
            id="two of three of the account",
        ),
        pytest.param(
            {"account:shop": {"limit": 3}},
            s(1, capacity=9, serving=3, by_account={"shop": 3}),
            [],
            id="as many of the account as may",
        ),
        pytest.param(
            {"": {"limit": 2}},
            s(1, capacity=9, serving=2, by_account={"shop": 2}),
            [],
            id="the desk's limit counts for each account",
        ),
        pytest.param(
            {"": {"limit": 2}, "account:shop": {"limit": 3}},
            s(1, capacity=9, serving=2, by_account={"shop": 2}),
            [1],
            id="an account's own limit counts over it",
        ),
        pytest.param(
            {"group:1": {"limit": 1}},
            s(1, capacity=9, serving=1, by_group={1: 1}),
            [],
            id="as many of the group as may",
        ),
        pytest.param(
            {"group:1": {"limit": 1}},
            s(1, capacity=9, serving=1, by_group={2: 1}),
            [1],
            id="another group's do not count",
        ),
    ],
)
@pytest.mark.parametrize("mode", [Mode.AUTO, Mode.OFFER])
def test_limits_of_the_agent_the_account_and_the_group(
    own: dict[str, dict[str, int]], seat: Seat, gets: list[int], mode: Mode
) -> None:
    """Whoever has as many as they may gets nothing, and the customer stays in line."""
    policies = Policies(own, Policy(mode=mode))

    found = assign([w(1)], Floor([seat], policies)).decisions

    assert [d.conversation_id for d in found] == gets


@pytest.mark.requirement("QUE-26")
def test_only_chosen_people_serve_an_account() -> None:
    accounts = {SHOP: AccountSeats(SHOP, receivers=frozenset({2}))}

    found = who([w(1), w(2, account="site")], [s(1), s(2)], allotment=Allotment(accounts=accounts))

    assert [(c, a) for c, a, _ in found] == [(1, 2), (2, 1)]


def test_who_let_it_pass_is_asked_again_when_everybody_has() -> None:
    seats = [s(1), s(2)]

    assert [a for _, a, _ in who(w(1), seats, passed=[(1, 1)])] == [2]
    assert [a for _, a, _ in who(w(1), seats, passed=[(1, 1), (1, 2)])] == [1]
    offers = assign([w(1)], Floor(seats, under(Mode.OFFER), passed=[(1, 1)])).decisions
    assert offers == (Offer(1, 2),)


# -- allocation rules ------------------------------------------------------------------------------


@pytest.mark.requirement("QUE-34")
@pytest.mark.parametrize(
    ("source", "names", "waits", "about"),
    [
        pytest.param(Source.ALL, (), w(1), True, id="all"),
        pytest.param(Source.ACCOUNTS, ("shop", "site"), w(1), True, id="one of the accounts"),
        pytest.param(Source.ACCOUNTS, ("site",), w(1), False, id="another account"),
        pytest.param(Source.INSTITUTIONS, ("south",), w(1), True, id="of the institution"),
        pytest.param(Source.INSTITUTIONS, ("north",), w(1), False, id="of another"),
        pytest.param(
            Source.SHARED,
            (),
            w(1, accounts=frozenset({"shop", "site"})),
            True,
            id="on two accounts",
        ),
        pytest.param(Source.SHARED, (), w(1, accounts=frozenset({"shop"})), False, id="on one"),
    ],
)
def test_whose_customers_a_rule_is_about(
    source: Source, names: tuple[str, ...], waits: Waiting, about: bool
) -> None:
    rule = AllocationRule(1, "rule", source, names, Target.DEPARTMENTS, (20,))

    ((_, agent, why),) = who(waits, ALL_FIVE, allotment=facts(rule))

    assert (agent, why) == ((5, Why.RULE) if about else (1, Why.FEWEST))


@pytest.mark.requirement("QUE-35")
@pytest.mark.parametrize(
    ("target", "departments", "facts_of", "people"),
    [
        pytest.param(Target.ALL, (), {}, [1, 2, 3, 4, 5], id="all agents"),
        pytest.param(Target.KEEPER, (), {}, [3], id="the keeper"),
        pytest.param(Target.KEEPER_DEPARTMENT, (), {}, [3], id="the keeper's department"),
        pytest.param(Target.KEEPER_TREE, (), {}, [3, 4], id="and what is below it"),
        pytest.param(Target.KEEPER_BELOW, (), {}, [4], id="only what is below it"),
        pytest.param(Target.DEPARTMENTS, (10, 20), {}, [1, 2, 5], id="chosen departments"),
        pytest.param(Target.FOLLOWER, (), {"follower_id": 4}, [4], id="who has them elsewhere"),
        pytest.param(Target.FOLLOWER, (), {}, [], id="nobody has them elsewhere"),
    ],
)
def test_to_whom_a_rule_gives(
    target: Target, departments: tuple[int, ...], facts_of: dict[str, Any], people: list[int]
) -> None:
    """Giving the same kind of customer again and again reaches exactly the people of the rule."""
    rule = AllocationRule(1, "rule", target=target, targets=departments)
    line = [w(id_, **facts_of) for id_ in range(1, 11)]
    seats = [s(id_, capacity=10) for id_ in range(1, 6)]

    found = who(line, seats, allotment=facts(rule, keeper=3), mode=Mode.OFFER)

    assert sorted({agent for _, agent, _ in found}) == people


def test_a_rule_about_a_keeper_finds_nobody_where_there_is_none() -> None:
    for target in (Target.KEEPER, Target.KEEPER_DEPARTMENT, Target.KEEPER_TREE):
        found = who(w(1), ALL_FIVE, allotment=facts(AllocationRule(1, "rule", target=target)))
        assert [why for *_, why in found] == [Why.FEWEST]


@pytest.mark.requirement("QUE-33")
def test_rules_are_asked_from_top_to_bottom() -> None:
    """The first that is about the customer and finds somebody decides, and gives an owner too."""
    off = AllocationRule(1, "off", target=Target.DEPARTMENTS, targets=(10,), enabled=False)
    empty = AllocationRule(2, "empty", target=Target.DEPARTMENTS, targets=(99,))
    east = AllocationRule(3, "east", target=Target.DEPARTMENTS, targets=(20,))
    everybody = AllocationRule(4, "all")
    floor = Floor(ALL_FIVE, under(Mode.OFFER), facts(off, empty, east, everybody))

    first, second = assign([w(1)], floor).decisions[:2]

    assert first == Own(1, 101, 5, 3)
    assert isinstance(second, Assign)
    assert (second.staff_id, second.rule) == (5, east)
    swapped = Floor(ALL_FIVE, under(Mode.OFFER), facts(off, empty, everybody, east))
    assert assign([w(1)], swapped).decisions[0] == Own(1, 101, 1, 4)


@pytest.mark.requirement("QUE-36")
def test_in_sequence_everybody_gets_one_each_in_turn() -> None:
    """The turn goes on where the last allocation left it, across rounds."""
    rule = AllocationRule(7, "turns", target=Target.DEPARTMENTS, targets=(10, 20))
    seats = [s(id_, capacity=9) for id_ in range(1, 6)]
    line = [w(id_) for id_ in range(1, 8)]

    found = who(line, seats, allotment=facts(rule, turns={(7, 1): 40, (7, 2): 41}))

    assert [agent for _, agent, _ in found] == [5, 1, 2, 5, 1, 2, 5]


@pytest.mark.requirement("QUE-36")
@pytest.mark.parametrize(
    ("ties", "gets"),
    [
        pytest.param({(101, 2): Tie(NOON, 1)}, 2, id="who follows the customer"),
        pytest.param(
            {(101, 2): Tie(NOON, 9), (101, 4): Tie(NOON - timedelta(days=1), 1)},
            4,
            id="of two, the longest",
        ),
        pytest.param(
            {(101, 2): Tie(NOON, 2), (101, 4): Tie(NOON, 3)}, 4, id="as long: most conversations"
        ),
    ],
)
def test_by_lot_whoever_knows_the_customer_is_preferred(
    ties: dict[tuple[int, int], Tie], gets: int
) -> None:
    rule = AllocationRule(1, "lot", order=RuleOrder.RANDOM)

    assert who(w(1), ALL_FIVE, allotment=facts(rule, ties=ties)) == [(1, gets, Why.RULE)]


@pytest.mark.requirement("QUE-36")
def test_by_lot_everybody_gets_a_share_by_weight() -> None:
    """Over many customers who are equal to all, shares follow the weights; the lot is no dice."""
    rule = AllocationRule(1, "lot", order=RuleOrder.RANDOM)
    weights = {1: 1, 2: 1, 3: 2, 4: 4}
    people = {id_: Candidate(id_, None, weight=weight) for id_, weight in weights.items()}
    seats = [s(id_, capacity=10_000) for id_ in weights]
    line = [w(id_) for id_ in range(1, 4001)]

    found = who(line, seats, allotment=facts(rule, candidates=people))
    again = who(list(reversed(line)), seats, allotment=facts(rule, candidates=people))

    for id_, weight in weights.items():
        share = sum(agent == id_ for _, agent, _ in found) / len(found)
        assert share == pytest.approx(weight / 8, abs=0.03)
    assert found == again


@pytest.mark.requirement("QUE-37")
def test_only_those_who_are_online_or_anybody() -> None:
    """Without the tick a customer becomes somebody's who is away, and is served meanwhile."""
    seats = [s(1), s(2)]
    online = AllocationRule(1, "here", target=Target.DEPARTMENTS, targets=(20,))
    anybody = replace(online, online_only=False)
    here = assign([w(1)], Floor(seats, under(Mode.AUTO), facts(online))).decisions
    away = assign([w(1)], Floor(seats, under(Mode.AUTO), facts(anybody))).decisions

    assert [type(d) for d in here] == [Assign]
    assert away[0] == Own(1, 101, 5, 1)
    assert given(away) == [(1, 1)]


@pytest.mark.requirement("QUE-39")
def test_the_daily_limit_stops_rules_and_the_desk_itself() -> None:
    """At the limit the next one gets the customer; owners and last agents are no allocation."""
    full = {
        1: Candidate(1, 10, daily_limit=3, allocated_today=2),
        2: Candidate(2, 10, daily_limit=5),
    }
    rule = AllocationRule(1, "turns", order=RuleOrder.SEQUENTIAL)
    seats = [s(1, capacity=9), s(2, capacity=9, idle=1)]
    line = [w(id_) for id_ in (1, 2, 3, 4)]

    by_rule = who(line, seats, allotment=facts(rule, candidates=full))
    by_desk = who(line, seats, allotment=facts(candidates=full), mode=Mode.OWN)
    owned = who(
        [w(id_, owner_id=1) for id_ in (1, 2, 3)],
        seats,
        allotment=facts(candidates=full),
        mode=Mode.OWN,
    )

    assert [agent for _, agent, _ in by_rule] == [1, 2, 2, 2]
    assert [agent for _, agent, _ in by_desk] == [1, 2, 2, 2]
    assert [agent for _, agent, _ in owned] == [1, 1, 1]


def test_in_mode_own_who_gets_a_customer_of_nobody_keeps_them() -> None:
    floor = Floor([s(1), s(2, idle=1)], under(Mode.OWN), facts())

    decided = assign([w(1), w(2, owner_id=2)], floor).decisions

    assert [d for d in decided if isinstance(d, Own)] == [Own(1, 101, 1, None)]
    assert given(decided) == [(1, 1), (2, 2)]


# -- why -------------------------------------------------------------------------------------------


def test_explaining_names_each_step_and_the_outcome() -> None:
    other = AllocationRule(1, "other", Source.ACCOUNTS, ("site",))
    nobody = AllocationRule(2, "east", target=Target.DEPARTMENTS, targets=(20,))
    seats = [s(1), s(2, serving=2)]
    policies = under(Mode.AUTO, last_agent=True, owner_first=True)

    steps = explain(w(1, last_agent_id=2), Floor(seats, policies, facts(other, nobody)))

    assert steps == (
        Step("owner", Verdict.NOBODY),
        Step("last_agent", Verdict.FULL, 2),
        Step("rule", Verdict.NOT_ABOUT, None, other),
        Step("rule", Verdict.NOT_THERE, None, nobody),
        Step("order", Verdict.CHOSEN, 1),
    )


@pytest.mark.parametrize(
    ("mode", "seats", "last"),
    [
        pytest.param(Mode.AUTO, [], Step("line", Verdict.NOBODY), id="nobody: the line"),
        pytest.param(Mode.OFFER, [s(4)], Step("offer", Verdict.OFFERED, 4), id="a card"),
        pytest.param(Mode.OFFER, [], Step("line", Verdict.NOBODY), id="no card: the line"),
    ],
)
def test_explaining_ends_with_the_line_or_the_cards(
    mode: Mode, seats: Sequence[Seat], last: Step
) -> None:
    assert explain(w(1), Floor(seats, under(mode)))[-1] == last


# -- what must hold whatever comes -----------------------------------------------------------------

ACCOUNTS = ("shop", "site")


@st.composite
def floors(draw: st.DrawFn) -> Floor:
    """Draw people, policies, rules and passes of every kind."""
    seats = []
    people = {}
    for staff_id in draw(st.lists(st.integers(1, 9), unique=True, max_size=6)):
        held = draw(
            st.dictionaries(
                st.tuples(st.sampled_from(ACCOUNTS), st.integers(1, 3)),
                st.integers(1, 2),
                max_size=3,
            )
        )
        by_account: dict[str, int] = {}
        by_group: dict[int, int] = {}
        for (account, group), count in held.items():
            by_account[account] = by_account.get(account, 0) + count
            by_group[group] = by_group.get(group, 0) + count
        capacity, idle = draw(st.integers(1, 6)), draw(st.integers(0, 3))
        daily = draw(st.none() | st.integers(0, 3))
        people[staff_id] = Candidate(staff_id, draw(st.integers(10, 12)), daily)
        for group in draw(st.sets(st.integers(1, 3), min_size=1)):
            seats.append(
                s(
                    staff_id,
                    group=group,
                    capacity=capacity,
                    serving=sum(by_account.values()),
                    idle=idle,
                    by_account=by_account,
                    by_group=by_group,
                )
            )
    limits = st.dictionaries(
        st.sampled_from(["", "account:shop", "account:site", "group:1", "group:2"]),
        st.fixed_dictionaries(
            {}, optional={"limit": st.integers(0, 3), "mode": st.sampled_from([*Mode]).map(str)}
        ),
        max_size=4,
    )
    base = Policy(
        mode=draw(st.sampled_from(Mode)),
        order=draw(st.sampled_from(Order)),
        last_agent=draw(st.booleans()),
        owner_first=draw(st.booleans()),
    )
    rules = draw(
        st.lists(
            st.builds(
                AllocationRule,
                st.integers(1, 5),
                st.just("rule"),
                st.sampled_from([Source.ALL, Source.ACCOUNTS]),
                st.just(("shop",)),
                st.sampled_from([Target.ALL, Target.DEPARTMENTS]),
                st.just((10, 11)),
                st.sampled_from(RuleOrder),
                st.booleans(),
            ),
            max_size=2,
            unique_by=lambda rule: rule.id,
        )
    )
    receivers = draw(st.none() | st.frozensets(st.integers(1, 9), max_size=4))
    accounts = {"shop": AccountSeats("shop", receivers=receivers)}
    passed = draw(st.sets(st.tuples(st.integers(1, 30), st.integers(1, 9)), max_size=6))
    allotment = Allotment(tuple(rules), accounts, people)
    return Floor(seats, Policies(draw(limits), base), allotment, passed=passed)


@st.composite
def queues(draw: st.DrawFn) -> list[Waiting]:
    ids = draw(st.lists(st.integers(1, 30), unique=True, max_size=12))
    return [
        w(
            id_,
            group=draw(st.integers(1, 3)),
            minute=draw(st.integers(0, 4)),
            priority=draw(st.integers(0, 1)),
            account=draw(st.sampled_from(ACCOUNTS)),
            owner_id=draw(st.none() | st.integers(1, 9)),
            last_agent_id=draw(st.none() | st.integers(1, 9)),
        )
        for id_ in ids
    ]


@drawn(queues(), floors())
def test_never_above_a_limit_never_off_duty_never_twice(
    waiting: list[Waiting], floor: Floor
) -> None:
    by_id = {x.conversation_id: x for x in waiting}
    agents = {seat.staff_id: seat for seat in floor.seats}
    capacity = {id_: seat.capacity - seat.serving for id_, seat in agents.items()}
    of_account = {id_: dict(seat.by_account) for id_, seat in agents.items()}
    of_group = {id_: dict(seat.by_group) for id_, seat in agents.items()}

    decided = assign(waiting, floor).decisions

    seen = set()
    for d in decided:
        if not isinstance(d, Assign):
            continue
        x = by_id[d.conversation_id]
        assert d.conversation_id not in seen, "given twice"
        seen.add(d.conversation_id)
        assert may(floor.seats, d.staff_id, x.group_id), "not on duty in the group"
        chosen = floor.allotment.accounts.get(x.account)
        if chosen is not None and chosen.receivers is not None:
            assert d.staff_id in chosen.receivers
        capacity[d.staff_id] -= 1
        assert capacity[d.staff_id] >= 0, "above capacity"
        for counts, key, limit in zip(
            (of_account, of_group),
            (x.account, x.group_id),
            floor.policies.limits(x.account, x.group_id),
            strict=True,
        ):
            mine: dict[Any, int] = counts[d.staff_id]  # type: ignore[assignment]
            mine[key] = mine.get(key, 0) + 1
            assert not limit or mine[key] <= limit, "above the account's or group's limit"


@drawn(queues(), floors())
def test_nobody_is_overtaken_by_an_equal(waiting: list[Waiting], floor: Floor) -> None:
    """Who waits on has nobody of the same group, account and customer facts served before them."""
    decided = given(assign(waiting, floor).decisions)
    served = {conversation for conversation, _ in decided}
    passed = {conversation for conversation, _ in floor.passed}

    for x in waiting:
        if x.conversation_id in served:
            continue
        for y in waiting:
            same = (x.group_id, x.account, x.owner_id, x.last_agent_id) == (
                y.group_id,
                y.account,
                y.owner_id,
                y.last_agent_id,
            )
            if same and y.conversation_id in served and passed.isdisjoint({x.conversation_id}):
                assert y.place < x.place, "somebody later in line was served first"


@drawn(queues(), floors(), st.randoms())
def test_the_same_facts_give_the_same_answer(
    waiting: list[Waiting], floor: Floor, chance: Any
) -> None:
    line, seats = list(waiting), list(floor.seats)
    chance.shuffle(line)
    chance.shuffle(seats)

    assert assign(waiting, floor) == assign(line, replace(floor, seats=seats))


@drawn(queues(), floors())
def test_explaining_agrees_with_what_happens(waiting: list[Waiting], floor: Floor) -> None:
    for x in waiting:
        last = explain(x, floor)[-1]
        expected = [d for d in assign([x], floor).decisions if isinstance(d, Assign | Offer)]
        if last.verdict is Verdict.CHOSEN:
            assert [d.staff_id for d in expected] == [last.staff_id]
        elif last.verdict is Verdict.NOBODY:
            assert expected == []
        else:
            assert last.staff_id in {d.staff_id for d in expected if isinstance(d, Offer)}
