"""Conversations that their agents put off, and how they come back."""

from datetime import timedelta

import pytest

from bot.handlers.desk_transfer import to_agent
from bot.handlers.snooze import bring_back, snooze
from core.errors import Conflict, NotFound
from core.timers import END, REMIND, RESPONSE, SNOOZE, UNREAD
from storage.repos.views import Scope
from tests.handlers.ticking import Ticking

EVERYTHING = {
    "remind": True,
    "end_minutes": 30,
    "push": True,
    "next_response_minutes": 4,
}


async def test_what_is_put_off_leaves_the_front_and_nothing_watches_it(ticking: Ticking) -> None:
    await ticking.policy(**EVERYTHING)
    bo = await ticking.agent("Bo", push_unread=True)
    ann = await ticking.serves(bo, "Ann")
    await ticking.writes(ann)
    await ticking.do(lambda uow: uow.staffing.change(bo.id, front_conversation_id=ann))

    done = await ticking.says(snooze, bo, None, ticking.now + timedelta(hours=2))

    assert (done.conversation_id, done.name) == (ann, "Ann")
    assert (await ticking.talk(ann)).snoozed is True
    assert (await ticking.member(bo)).front_conversation_id is None
    assert await ticking.timers(ann) == {SNOOZE: 120}
    waiting_for_bo = []
    for put_off in (True, False):
        async with ticking.unit() as uow:
            talk = (await uow.conversations.lock([ann]))[ann]
            talk.snoozed = put_off
            await uow.conversations.update([talk])
            waiting_for_bo.append(await uow.views.unread(Scope(None)))
    assert waiting_for_bo == [{}, {ticking.sales: 1}]
    await ticking.tick(minutes=119)
    assert await ticking.told(bo) == []


async def test_it_comes_back_at_the_time_and_the_last_word_counts(ticking: Ticking) -> None:
    """Where the customer had it the agent is watched, else the customer."""
    await ticking.policy(**EVERYTHING)
    bo = await ticking.agent("Bo", push_unread=True)
    ann, ben = await ticking.serves(bo, "Ann"), await ticking.serves(bo, "Ben")
    await ticking.writes(ann)
    await ticking.answers(bo, ben)
    for number in (ann, ben):
        await ticking.says(snooze, bo, number, ticking.now + timedelta(minutes=10))

    await ticking.tick(minutes=10)

    assert [(await ticking.talk(n)).snoozed for n in (ann, ben)] == [False, False]
    assert [r.words for r in await ticking.told(bo)] == [
        "Ann · #1 is back: you had put it off until now.",
        "Ben · #2 is back: you had put it off until now.",
    ]
    assert await ticking.timers(ann) == {UNREAD: 3, RESPONSE: 4}
    assert await ticking.timers(ben) == {REMIND: 5, END: 30}
    assert await ticking.fired(ann) == [SNOOZE]


@pytest.mark.parametrize("hours", [None, 2])
async def test_it_comes_back_when_the_customer_writes_and_the_agent_is_told(
    ticking: Ticking, hours: int | None
) -> None:
    await ticking.policy(**EVERYTHING)
    bo = await ticking.agent("Bo", push_unread=True)
    ann = await ticking.serves(bo, "Ann")
    until = None if hours is None else ticking.now + timedelta(hours=hours)
    await ticking.says(snooze, bo, ann, until)

    await ticking.writes(ann, "are you there?")
    await ticking.writes(ann, "hello?")

    assert (await ticking.talk(ann)).snoozed is False
    assert [r.words for r in await ticking.told(bo)] == [
        "Ann · #1 is back: the customer has written."
    ]
    assert await ticking.timers(ann) == {UNREAD: 3, RESPONSE: 4}


async def test_who_writes_in_it_or_takes_it_up_has_it_back(ticking: Ticking) -> None:
    await ticking.policy(remind=True)
    bo = await ticking.agent("Bo")
    ann, ben = await ticking.serves(bo, "Ann"), await ticking.serves(bo, "Ben")
    for number in (ann, ben):
        await ticking.answers(bo, number)
        await ticking.says(snooze, bo, number, ticking.now + timedelta(hours=2))

    await ticking.answers(bo, ann)
    await ticking.says(bring_back, bo, ben)

    for number in (ann, ben):
        assert (await ticking.talk(number)).snoozed is False
        assert await ticking.timers(number) == {REMIND: 5}
    assert (await ticking.member(bo)).front_conversation_id == ben


async def test_a_colleague_who_gets_it_does_not_get_it_put_off(ticking: Ticking) -> None:
    bo, cy = await ticking.agent("Bo"), await ticking.agent("Cy")
    ann = await ticking.serves(bo, "Ann")
    await ticking.says(snooze, bo, ann, ticking.now + timedelta(hours=2))

    await ticking.says(to_agent, bo, ann, cy.id)

    assert (await ticking.talk(ann)).snoozed is False
    assert SNOOZE not in await ticking.timers(ann)


async def test_only_who_serves_it_can_put_it_off(ticking: Ticking) -> None:
    bo, cy = await ticking.agent("Bo"), await ticking.agent("Cy")
    ann = await ticking.serves(bo, "Ann")

    for number, error in ((ann, Conflict), (999, NotFound), (None, NotFound)):
        with pytest.raises(error):
            await ticking.says(snooze, cy, number, None)

    assert (await ticking.talk(ann)).snoozed is False
