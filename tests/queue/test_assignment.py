"""What must hold whoever waits and whoever is on duty, and how a decision is explained."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from bot.queue.assignment import assign, explain
from bot.queue.decisions import Assign, Offer, Own
from bot.queue.floor import Floor
from bot.queue.steps import Step, Verdict
from core.line import AllocationRule, Seat, Source, Target, Waiting
from core.policy import Mode
from tests.queue.drawing import CARDS, floors, lines, queues, rooms
from tests.queue.shift import Lies, deal, facts, free, given, may, s, under, w


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
        if chosen is not None and x.group_id in chosen.receivers:
            assert d.staff_id in chosen.receivers[x.group_id]
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
    """Who waits on has nobody of the same group, account and customer facts served before them.

    Whom a rule has just made somebody's waits for that person, who may be busy or away: they are
    no equal any more of whom it gives to somebody free.
    """
    decisions = assign(waiting, floor).decisions
    served = {conversation for conversation, _ in given(decisions)}
    passed = {conversation for conversation, _ in floor.passed}
    owned = {d.conversation_id for d in decisions if isinstance(d, Own)}

    for x in waiting:
        if x.conversation_id in served | owned:
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
