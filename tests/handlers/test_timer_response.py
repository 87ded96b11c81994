"""Agents who miss a response target: the group's leads are told, once for each answer."""

from contextlib import nullcontext
from datetime import time

import pytest

from bot.handlers.desk_view import details
from core.calendar import Calendar
from core.errors import NotAllowed
from core.states import Role, State
from core.timers import RESPONSE
from tests.handlers.ticking import Ticking


async def _lead(ticking: Ticking, name: str, role: Role = Role.AGENT, group: int = 0):  # type: ignore[no-untyped-def]
    group = group or ticking.sales
    lead = await ticking.agent(name, role=role, groups=(group,))
    await ticking.do(lambda uow: uow.staffing.set_lead(lead.id, group, True))
    return lead


async def test_the_leads_and_the_agent_are_told_of_a_missed_first_response(
    ticking: Ticking,
) -> None:
    """Who, how long, and a button to look, which works; nobody of another group."""
    await ticking.policy(first_response_minutes=2)
    bo, cy = await ticking.agent("Bo"), await ticking.agent("Cy")
    lea, max_ = await _lead(ticking, "Lea", Role.ADMIN), await _lead(ticking, "Max")
    far = await _lead(ticking, "Far", group=ticking.repairs)
    ann = await ticking.serves(bo, "Ann")
    await ticking.set_timer(RESPONSE, ann, first=True)

    await ticking.tick()
    await ticking.tick(minutes=9)

    theirs = [await ticking.told(agent) for agent in (lea, max_, bo)]
    assert [len(rows) for rows in theirs] == [1, 1, 1]
    assert theirs[0][0].words == "Ann · #1 has had no answer from Bo within 2 min."
    assert [rows[0].presses for rows in theirs] == [[f"info:{ann}"]] * 3
    assert await ticking.told(cy) == await ticking.told(far) == []
    for reader, sees in ((lea, True), (max_, True), (bo, True), (cy, False), (far, False)):
        with nullcontext() if sees else pytest.raises(NotAllowed):
            await ticking.do(details, reader, ann, voice=ticking.voice)
    (event,) = [e.data for e in await ticking.events(ann) if e.kind == "timer"]
    assert event == {"kind": RESPONSE, "first": True, "agent": bo.id, "leads": [lea.id, max_.id]}


async def test_a_missed_answer_is_told_once_however_often_the_customer_asks(
    ticking: Ticking,
) -> None:
    """The agent's answer begins anew."""
    await ticking.policy(next_response_minutes=4)
    bo, lea = await ticking.agent("Bo"), await _lead(ticking, "Lea")
    ann = await ticking.serves(bo, "Ann")

    for _ in range(3):
        await ticking.writes(ann)
        await ticking.tick(minutes=4)
    assert len(await ticking.told(lea)) == 1

    await ticking.answers(bo, ann)
    assert await ticking.timers(ann) == {}
    await ticking.writes(ann)
    await ticking.tick(minutes=3, seconds=59)
    assert len(await ticking.told(lea)) == 1
    await ticking.tick(seconds=1)

    assert len(await ticking.told(lea)) == 2


async def test_an_agent_who_leads_the_group_is_told_once(ticking: Ticking) -> None:
    await ticking.policy(next_response_minutes=1)
    lea = await _lead(ticking, "Lea")
    ann = await ticking.serves(lea, "Ann")
    await ticking.writes(ann)

    await ticking.tick(minutes=1)

    assert len(await ticking.told(lea)) == 1


@pytest.mark.parametrize("first", [True, False])
async def test_a_target_that_was_lifted_is_not_missed(ticking: Ticking, first: bool) -> None:
    await ticking.policy(
        first_response_minutes=0 if first else 1, next_response_minutes=1 if first else 0
    )
    bo, lea = await ticking.agent("Bo"), await _lead(ticking, "Lea")
    ann, ben = await ticking.serves(bo, "Ann"), await ticking.waits("Ben")
    for number in (ann, ben):
        await ticking.set_timer(RESPONSE, number, first=first)

    await ticking.tick()

    assert await ticking.told(lea) == []
    assert (await ticking.talk(ben)).state is State.WAITING


async def test_only_the_time_within_the_hours_counts(ticking: Ticking) -> None:
    """What was asked ten minutes before closing is due twenty minutes after opening."""
    await ticking.policy(next_response_minutes=30)
    ticking.teach(calendar=Calendar((((time(9), time(20, 10)),),) * 7))  # it is 20:00 in Shanghai
    bo, lea = await ticking.agent("Bo"), await _lead(ticking, "Lea")
    ann = await ticking.serves(bo, "Ann")
    await ticking.writes(ann)

    await ticking.tick(minutes=30)
    assert await ticking.told(lea) == []
    await ticking.tick(hours=12, minutes=49, seconds=59)
    assert await ticking.told(lea) == []
    await ticking.tick(seconds=1)

    assert len(await ticking.told(lea)) == 1
