"""Agents are told of messages that nobody has read: in line, and of their own customers."""

from datetime import time

import pytest
from sqlalchemy import event

from core.calendar import Calendar
from core.messages import Content, Kind
from core.states import Presence
from core.timers import UNREAD
from tests.handlers.ticking import Ticking

# It is 20:00 on a Sunday by the tenant's clocks.
CLOSED_NOW = Calendar(week=(*[((time(9), time(18)),)] * 5, (), ()))


@pytest.mark.requirement("QUE-31")
async def test_only_the_agent_of_the_conversation_is_told_after_three_minutes(
    ticking: Ticking,
) -> None:
    """Counted from the first message without an answer; each wait is told once."""
    await ticking.policy(push=True)
    bo = await ticking.agent("Bo", push_unread=True)
    cy = await ticking.agent("Cy", push_unread=True)
    ann = await ticking.serves(bo, "Ann")
    await ticking.answers(bo, ann)
    await ticking.writes(ann, "first")
    ticking.later(minutes=1)
    await ticking.writes(ann, "second")

    await ticking.tick(minutes=1, seconds=59)
    assert await ticking.fired(ann) == []
    await ticking.tick(seconds=1)
    await ticking.tick(minutes=9)

    assert await ticking.fired(ann) == [UNREAD]
    (notice,) = await ticking.told(bo)
    assert notice.words == "Unread: Ann · #1 has waited for your answer for 3 min."
    assert notice.presses == [f"switch:{ann}"]
    assert await ticking.told(cy) == []


@pytest.mark.requirement("QUE-31")
async def test_an_answer_in_time_leaves_nothing_to_tell(ticking: Ticking) -> None:
    await ticking.policy(push=True)
    bo = await ticking.agent("Bo", push_unread=True)
    ann = await ticking.serves(bo, "Ann")
    await ticking.writes(ann)
    assert await ticking.timers(ann) == {UNREAD: 3}

    ticking.later(minutes=2)
    await ticking.answers(bo, ann)
    await ticking.tick(minutes=9)

    assert await ticking.told(bo) == []
    assert await ticking.fired(ann) == []


@pytest.mark.requirement("QUE-32")
@pytest.mark.requirement("AGT-19")
@pytest.mark.parametrize(
    ("desk", "own", "told"), [(True, True, 1), (True, False, 0), (False, True, 0)]
)
async def test_it_takes_the_desk_s_switch_and_the_agent_s_own(
    ticking: Ticking, desk: bool, own: bool, told: int
) -> None:
    await ticking.policy(push=desk)
    bo = await ticking.agent("Bo", push_unread=own)
    ann, ben = await ticking.serves(bo, "Ann"), await ticking.waits("Ben", said=())
    await ticking.set_timer(UNREAD, ann)

    await ticking.tick()
    assert len(await ticking.told(bo)) == told
    await ticking.writes(ben)

    assert len(await ticking.told(bo)) == 2 * told


@pytest.mark.requirement("QUE-32")
@pytest.mark.parametrize("outside", [True, False])
async def test_outside_the_hours_only_where_that_is_switched_on_too(
    ticking: Ticking, outside: bool
) -> None:
    """What waits is told when the desk opens."""
    ticking.teach(calendar=CLOSED_NOW)
    await ticking.policy(push=True, push_outside=outside)
    bo = await ticking.agent("Bo", push_unread=True)
    ann, ben = await ticking.serves(bo, "Ann"), await ticking.waits("Ben", said=())
    await ticking.writes(ann)
    await ticking.writes(ben)

    await ticking.tick(minutes=3)
    assert len(await ticking.told(bo)) == (2 if outside else 0)
    await ticking.tick(hours=12, minutes=56)
    assert len(await ticking.told(bo)) == (2 if outside else 0)
    await ticking.tick(minutes=1)

    notices = [r.words for r in await ticking.told(bo) if r.conversation_id == ann]
    assert len(notices) == 1
    assert ("13 h 0 min" in notices[0]) is not outside


@pytest.mark.requirement("QUE-31")
async def test_every_message_of_who_waits_is_told_to_all_of_the_group_who_asked_for_it(
    ticking: Ticking,
) -> None:
    """Wherever they are just now; nobody of another group, and nobody who was switched off."""
    await ticking.policy(push=True)
    mine = [await ticking.agent(p.value, push_unread=True, presence=p) for p in Presence]
    others = [
        await ticking.agent("Far", push_unread=True, groups=(ticking.repairs,)),
        await ticking.agent("Off", push_unread=True, active=False),
        await ticking.agent("Quiet", push_unread=False),
    ]
    ann = await ticking.waits("Ann", said=())

    await ticking.writes(ann, "where is it?")
    await ticking.writes(ann, Content(Kind.PRESS, "c:human"))
    await ticking.writes(ann, Content(Kind.BLOCKED))

    for agent in mine:
        first, second = await ticking.told(agent)
        assert first.words == "In line, Ann · #1: where is it?"
        assert (first.conversation_id, first.presses) == (ann, ["next"])
        assert "Ann" in second.words
    for agent in others:
        assert await ticking.told(agent) == []


async def test_pushing_costs_one_statement_however_many_write(ticking: Ticking) -> None:
    await ticking.policy(push=True)
    for name in ("Bo", "Cy"):
        await ticking.agent(name, push_unread=True)
    numbers = [await ticking.waits(f"c{n}", said=()) for n in range(3)]
    asked: list[str] = []
    engine = ticking.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda _c, _k, s, *_: asked.append(s))
    counts = []
    for batch in (numbers[:1], numbers):
        asked.clear()
        await ticking.write_at_once(batch)
        counts.append(len(asked))

    assert len(await ticking.rows(account="staff", purpose="notice")) == 8
    assert counts[0] == counts[1]
