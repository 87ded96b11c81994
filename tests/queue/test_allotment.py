"""Whose a new customer is: what the allocation rules say."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.queue.assignment import assign
from bot.queue.decisions import Assign, Offer, Own, Why
from bot.queue.floor import Floor
from core.line import AllocationRule, Candidate, RuleOrder, Source, Target, Tie, Waiting
from core.policy import Mode
from tests.queue.shift import ALL_FIVE, NOON, facts, given, s, under, w, who


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


def test_whom_a_rule_gives_to_somebody_busy_waits_for_them_and_the_next_is_served() -> None:
    """The rule takes its people in turn, whether they have a seat free or not."""
    rule = AllocationRule(1, "rule", online_only=False)
    seats = [s(1, capacity=1, serving=1), s(2)]
    two = facts(rule, candidates={1: Candidate(1), 2: Candidate(2)})

    decided = assign([w(1), w(2)], Floor(seats, under(Mode.OFFER), two)).decisions

    assert {(d.conversation_id, d.staff_id) for d in decided if isinstance(d, Own)} == {
        (1, 1),
        (2, 2),
    }
    assert given(decided) == [(2, 2)]
    assert [d for d in decided if isinstance(d, Offer)] == [Offer(1, 2)]
