"""Which cards are laid before whom, and which are taken back."""

from collections.abc import Sequence

import pytest
from hypothesis import given as drawn

from bot.queue.decisions import Offer, Withdraw
from core.line import Seat, Waiting
from core.policy import Mode
from tests.queue.drawing import CARDS, lines, rooms
from tests.queue.shift import Lies, deal, free, may, s, w


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
