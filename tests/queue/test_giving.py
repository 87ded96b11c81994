"""Who is given a conversation: whom customers know, the orders, the limits."""

from collections.abc import Collection, Sequence
from typing import Any

import pytest

from bot.queue.assignment import assign
from bot.queue.decisions import Offer, Own, Why
from bot.queue.floor import Floor
from core.line import AccountSeats, AllocationRule, Allotment, Seat, Target, Waiting
from core.policy import Mode, Order, Policies, Policy
from tests.queue.shift import ALL_FIVE, SHOP, deal, facts, given, s, under, w, who


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
    accounts = {SHOP: AccountSeats(SHOP, receivers={1: frozenset({2})})}

    found = who([w(1), w(2, account="site")], [s(1), s(2)], allotment=Allotment(accounts=accounts))

    assert [(c, a) for c, a, _ in found] == [(1, 2), (2, 1)]


def test_in_a_group_that_has_none_of_the_chosen_people_everybody_serves() -> None:
    accounts = {SHOP: AccountSeats(SHOP, receivers={1: frozenset({2})})}

    found = who([w(1, group=3)], [s(7, group=3)], allotment=Allotment(accounts=accounts))

    assert [(c, a) for c, a, _ in found] == [(1, 7)]


def test_who_let_it_pass_is_asked_again_when_everybody_has() -> None:
    seats = [s(1), s(2)]

    assert [a for _, a, _ in who(w(1), seats, passed=[(1, 1)])] == [2]
    assert [a for _, a, _ in who(w(1), seats, passed=[(1, 1), (1, 2)])] == [1]
    offers = assign([w(1)], Floor(seats, under(Mode.OFFER), passed=[(1, 1)])).decisions
    assert offers == (Offer(1, 2),)


def test_in_mode_own_who_gets_a_customer_of_nobody_keeps_them() -> None:
    floor = Floor([s(1), s(2, idle=1)], under(Mode.OWN), facts())

    decided = assign([w(1), w(2, owner_id=2)], floor).decisions

    assert [d for d in decided if isinstance(d, Own)] == [Own(1, 101, 1, None)]
    assert given(decided) == [(1, 1), (2, 2)]
