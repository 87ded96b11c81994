"""Offers that nobody takes, and conversations that whoever was given them does not answer."""

import pytest

from core.states import Presence, State
from core.timers import OFFER, REASSIGN
from storage.repos.staffing import StaffMember
from tests.handlers.ticking import Ticking


async def _passes(ticking: Ticking, number: int) -> set[int]:
    async with ticking.unit() as uow:
        return {staff for _, staff in await uow.offers.passed([number])}


async def _let_pass(ticking: Ticking, number: int, agent: StaffMember) -> None:
    """Let the time of an offer run out, as the desk sets it when it deals a card."""
    await ticking.set_timer(OFFER, number, agent.id)
    await ticking.tick(seconds=1)


async def test_a_card_that_nobody_pressed_is_taken_back_and_counts(ticking: Ticking) -> None:
    """The customer keeps their place; what lies before others stays."""
    bo, cy = await ticking.agent("Bo"), await ticking.agent("Cy")
    ann = await ticking.waits("Ann")
    since = (await ticking.talk(ann)).waiting_since
    await ticking.settle()
    await ticking.delivered()
    await ticking.do(lambda uow: uow.timers.cancel([ann], None))
    bells: set[str] = set()
    ticking.database.on_commit = bells.update

    await _let_pass(ticking, ann, bo)

    assert (await ticking.lying(bo), await ticking.lying(cy)) == ([], [ann])
    assert await _passes(ticking, ann) == {bo.id}
    assert (await ticking.member(bo)).missed_offers == 1
    talk = await ticking.talk(ann)
    assert (talk.state, talk.waiting_since) == (State.WAITING, since)
    (edited,) = [r for r in await ticking.told(bo, "card") if r.edits_key]
    assert edited.words == "Ann · #1: not taken in time, others are asked now."
    assert "line" in bells
    assert await ticking.fired(ann) == [OFFER]


async def test_a_card_lies_for_a_minute_then_the_next_is_asked(ticking: Ticking) -> None:
    bo = await ticking.agent("Bo", capacity=1)
    ann = await ticking.waits("Ann")
    await ticking.settle()

    await ticking.tick(seconds=59)
    assert await ticking.lying(bo) == [ann]
    cy = await ticking.agent("Cy", capacity=1)
    await ticking.tick(seconds=1)
    await ticking.settle()

    assert (await ticking.lying(bo), await ticking.lying(cy)) == ([], [ann])


async def test_three_offers_in_a_row_let_pass_put_an_agent_on_a_break(ticking: Ticking) -> None:
    """They are told why, with a button to come back; nothing that is open leaves them."""
    bo = await ticking.agent("Bo")
    held = await ticking.serves(bo, "Held")
    for count in range(1, 4):
        assert (await ticking.member(bo)).presence is Presence.ONLINE
        number = await ticking.waits(f"c{count}")
        await ticking.settle()
        await ticking.do(lambda uow, n=number: uow.timers.cancel([n], None))
        await _let_pass(ticking, number, bo)

    after = await ticking.member(bo)
    assert (after.presence, after.presence_since) == (Presence.BREAK, ticking.now)
    (notice,) = await ticking.told(bo)
    assert "3 offers" in notice.words
    assert notice.presses == ["online"]
    assert await ticking.held(bo) == [held]
    async with ticking.unit() as uow:
        (change,) = await uow.audit.newest(9, subject="presence")
    assert (change.staff_id, change.after) == (None, {"presence": "break"})


@pytest.mark.parametrize("most", [0, 1])
async def test_how_many_may_be_let_pass_is_a_setting(ticking: Ticking, most: int) -> None:
    await ticking.policy(break_after_offers=most)
    bo = await ticking.agent("Bo", missed_offers=50 if most == 0 else 0)
    ann = await ticking.waits("Ann")
    await ticking.settle()

    await _let_pass(ticking, ann, bo)

    expected = Presence.BREAK if most else Presence.ONLINE
    assert (await ticking.member(bo)).presence is expected


async def test_an_offer_that_was_taken_or_withdrawn_is_not_let_pass(ticking: Ticking) -> None:
    bo, cy = await ticking.agent("Bo"), await ticking.agent("Cy")
    taken, lies_no_more = await ticking.serves(cy, "Ann"), await ticking.waits("Ben")

    for number in (taken, lies_no_more):
        await _let_pass(ticking, number, bo)

    assert (await ticking.member(bo)).missed_offers == 0
    assert await _passes(ticking, lies_no_more) == set()


async def test_where_offers_last_for_ever_an_old_timer_does_nothing(ticking: Ticking) -> None:
    bo = await ticking.agent("Bo")
    ann = await ticking.waits("Ann")
    await ticking.settle()
    await ticking.policy(offer_seconds=0)

    await _let_pass(ticking, ann, bo)

    assert await ticking.lying(bo) == [ann]


async def test_who_does_not_answer_what_they_were_given_loses_it_again(ticking: Ticking) -> None:
    """It goes to the head of the line, is written down, and the customer gets a word."""
    await ticking.policy(mode="auto", reassign_minutes=6, tell_wait=False)
    ann = await ticking.waits("Ann")
    since = (await ticking.talk(ann)).waiting_since
    ticking.later(minutes=1)
    ben = await ticking.waits("Ben")
    bo = await ticking.agent("Bo", capacity=1)
    await ticking.settle("auto")
    assert await ticking.held(bo) == [ann]
    assert REASSIGN in await ticking.timers(ann)

    await ticking.tick(minutes=5, seconds=59)
    assert await ticking.held(bo) == [ann]
    await ticking.tick(seconds=1)

    talk = await ticking.talk(ann)
    assert (talk.state, talk.agent_id, talk.waiting_since) == (State.WAITING, None, since)
    assert await _passes(ticking, ann) == {bo.id}
    after = await ticking.member(bo)
    assert (after.missed_offers, after.front_conversation_id) == (1, None)
    assert "you are number 1 in line" in (await ticking.heard(ann))[-1]
    assert "back to the line" in (await ticking.system_lines(ann))[-1]
    assert await ticking.timers(ann) == {}
    assert "back in line" in (await ticking.told(bo))[-1].words
    async with ticking.unit() as uow:
        (handed,) = (await uow.handoffs.of_conversations([ann]))[ann]
        assert [w.conversation_id for w in await uow.line.oldest([ticking.sales], 9)] == [ann, ben]
    assert (handed.kind, handed.from_agent_id, handed.to_agent_id) == ("return", bo.id, None)
    moved = [e.data for e in await ticking.events(ann) if e.kind == "state"][-1]
    assert moved is not None
    assert (moved["move"], moved["why"], moved["to"]) == ("return_to_line", "no_answer", "WAITING")


async def test_who_answers_keeps_it(ticking: Ticking) -> None:
    await ticking.policy(mode="auto", reassign_minutes=6)
    bo = await ticking.agent("Bo")
    ann = await ticking.waits("Ann")
    await ticking.settle("auto")

    await ticking.answers(bo, ann)
    await ticking.tick(minutes=60)

    assert await ticking.held(bo) == [ann]
    assert (await ticking.member(bo)).missed_offers == 0


async def test_what_an_agent_took_themselves_is_never_taken_away(ticking: Ticking) -> None:
    await ticking.policy(reassign_minutes=0)
    bo = await ticking.agent("Bo")
    ann = await ticking.serves(bo, "Ann")
    await ticking.set_timer(REASSIGN, ann)

    await ticking.tick()

    assert await ticking.held(bo) == [ann]
