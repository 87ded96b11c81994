"""Who gets which waiting conversation: the policy as tables, and what must hold for any input."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.queue.deal import Assign, Mode, Offer, Withdraw, deal

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Waits(NamedTuple):
    conversation_id: int
    group_id: int
    since: datetime


class Sits(NamedTuple):
    staff_id: int
    group_id: int
    capacity: int
    serving: int
    idle_since: datetime


class Lies(NamedTuple):
    conversation_id: int
    staff_id: int


def w(id: int, *, group: int = 1, minute: int = 0) -> Waits:
    return Waits(id, group, NOON + timedelta(minutes=minute))


def s(id: int, *, group: int = 1, capacity: int = 2, serving: int = 0, idle: int = 0) -> Sits:
    return Sits(id, group, capacity, serving, NOON + timedelta(minutes=idle))


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
    waiting: Sequence[Waits],
    seats: Sequence[Sits],
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
            [w(1)], [s(1, serving=1), s(2, serving=0)], [Assign(1, 2)], id="fewest conversations"
        ),
        pytest.param([w(1)], [s(1, idle=2), s(2, idle=1)], [Assign(1, 2)], id="longest idle"),
        pytest.param([w(1)], [s(2), s(1)], [Assign(1, 1)], id="lowest number"),
        pytest.param(
            [w(1, minute=2), w(2, minute=1)],
            [s(1, capacity=1)],
            [Assign(2, 1)],
            id="the oldest goes first",
        ),
        pytest.param(
            [w(1), w(2), w(3)],
            [s(1), s(2, serving=1)],
            [Assign(1, 1), Assign(2, 2), Assign(3, 1)],
            id="what was given in this round counts, and its taker is idle no more",
        ),
        pytest.param(
            [w(1, group=1, minute=0), w(2, group=2, minute=1)],
            [s(5, group=2)],
            [Assign(2, 5)],
            id="a line without agents does not hold up another",
        ),
        pytest.param(
            [w(1, group=1), w(2, group=2)],
            [s(5, group=1, capacity=1), s(5, group=2, capacity=1)],
            [Assign(1, 5)],
            id="one seat serves one of two groups",
        ),
    ],
)
def test_assigns(
    waiting: Sequence[Waits], seats: Sequence[Sits], decided: Sequence[object]
) -> None:
    assert decided == list(deal(waiting, seats, [], Mode.AUTO))


@st.composite
def lines(draw: st.DrawFn) -> list[Waits]:
    ids = draw(st.lists(st.integers(1, 30), unique=True, max_size=12))
    return [w(i, group=draw(st.integers(1, 3)), minute=draw(st.integers(0, 4))) for i in ids]


@st.composite
def rooms(draw: st.DrawFn) -> list[Sits]:
    seats = []
    for staff_id in draw(st.lists(st.integers(1, 9), unique=True, max_size=6)):
        capacity, serving = draw(st.integers(1, 4)), draw(st.integers(0, 5))
        idle = draw(st.integers(0, 3))
        for group in draw(st.sets(st.integers(1, 3), min_size=1)):
            seats.append(s(staff_id, group=group, capacity=capacity, serving=serving, idle=idle))
    return seats


CARDS = st.sets(st.builds(Lies, st.integers(1, 30), st.integers(1, 12)), max_size=12)


def free(seats: Sequence[Sits]) -> dict[int, int]:
    return {seat.staff_id: max(0, seat.capacity - seat.serving) for seat in seats}


def may(seats: Sequence[Sits], staff_id: int, group_id: int) -> bool:
    return any(seat.staff_id == staff_id and seat.group_id == group_id for seat in seats)


@given(lines(), rooms(), CARDS)
def test_after_a_deal_each_agent_has_cards_for_exactly_the_oldest_they_could_serve(
    waiting: list[Waits], seats: list[Sits], cards: set[Lies]
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


@given(lines(), rooms(), CARDS)
def test_dealing_again_changes_nothing(
    waiting: list[Waits], seats: list[Sits], cards: set[Lies]
) -> None:
    lying = {(c.conversation_id, c.staff_id) for c in cards}
    for decision in deal(waiting, seats, cards, Mode.OFFER):
        lying ^= {(decision.conversation_id, decision.staff_id)}

    assert list(deal(waiting, seats, [Lies(*pair) for pair in lying], Mode.OFFER)) == []


@given(lines(), rooms())
def test_assignment_fills_seats_and_never_more_than_there_are(
    waiting: list[Waits], seats: list[Sits]
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


@given(lines(), rooms())
def test_nobody_is_passed_by_somebody_younger_of_the_same_group(
    waiting: list[Waits], seats: list[Sits]
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


@given(lines(), rooms(), CARDS, st.sampled_from(Mode), st.randoms())
def test_the_order_of_the_input_does_not_matter(
    waiting: list[Waits], seats: list[Sits], cards: set[Lies], mode: Mode, chance: object
) -> None:
    decided = list(deal(waiting, seats, cards, mode))
    shuffled_line, shuffled_seats, shuffled_cards = list(waiting), list(seats), list(cards)
    for things in (shuffled_line, shuffled_seats, shuffled_cards):
        chance.shuffle(things)  # type: ignore[attr-defined]

    assert decided == list(deal(shuffled_line, shuffled_seats, shuffled_cards, mode))
