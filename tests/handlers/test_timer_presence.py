"""Shifts that end, agents who are away or give no sign, and what becomes of their customers."""

from datetime import timedelta

import pytest

from bot.attendance import is_due, sign
from bot.handlers.desk_presence import set_presence, set_push
from core.errors import Conflict
from core.states import Presence, State
from core.timers import PLACE, REMIND, RETURN, SHIFT, SILENT
from tests.handlers.ticking import Ticking

OFFLINE, ONLINE, BREAK = Presence.OFFLINE, Presence.ONLINE, Presence.BREAK


async def test_presence_remembers_since_when_and_forgets_missed_offers(ticking: Ticking) -> None:
    bo = await ticking.agent("Bo", presence=OFFLINE, missed_offers=2)
    began = ticking.now

    await ticking.says(set_presence, bo, ONLINE)
    ticking.later(minutes=5)
    await ticking.says(set_presence, bo, ONLINE)

    after = await ticking.member(bo)
    assert (after.presence_since, after.seen_at, after.missed_offers) == (began, ticking.now, 0)


async def test_a_shift_ends_by_itself_and_the_agent_is_told(ticking: Ticking) -> None:
    """A break in between does not end it; being online again keeps it."""
    bo = await ticking.agent("Bo", presence=OFFLINE)
    until = ticking.now + timedelta(hours=6)
    assert (await ticking.says(set_presence, bo, ONLINE, until=until)).until == until
    ticking.later(hours=3)
    await ticking.says(set_presence, bo, BREAK)
    assert (await ticking.says(set_presence, bo, ONLINE)).until == until
    bells: set[str] = set()
    ticking.database.on_commit = bells.update

    await ticking.tick(hours=2, minutes=59)
    assert (await ticking.member(bo)).presence is ONLINE
    await ticking.tick(minutes=1)

    assert (await ticking.member(bo)).presence is OFFLINE
    (notice,) = await ticking.told(bo)
    assert notice.words == "Your shift is over: you are offline now."
    assert notice.presses == ["online"]
    assert "line" in bells


async def test_who_goes_offline_before_their_shift_ends_has_none_any_more(
    ticking: Ticking,
) -> None:
    bo = await ticking.agent("Bo", presence=OFFLINE)
    await ticking.says(set_presence, bo, ONLINE, until=ticking.now + timedelta(hours=6))

    assert (await ticking.says(set_presence, bo, OFFLINE)).until is None

    assert await ticking.of_staff(bo, SHIFT) is None


async def test_by_default_conversations_stay_with_who_goes_offline(ticking: Ticking) -> None:
    bo = await ticking.agent("Bo")
    ann = await ticking.serves(bo, "Ann")

    found = await ticking.says(set_presence, bo, OFFLINE)
    await ticking.tick(hours=24)

    assert (found.open, found.returned) == (1, 0)
    assert await ticking.held(bo) == [ann]


async def test_at_once_they_return_to_the_head_of_the_line(ticking: Ticking) -> None:
    """In the same unit of work: the customer is told, nothing is in front, the line is rung."""
    await ticking.policy(return_minutes=0, remind=True)
    bo = await ticking.agent("Bo")
    ann, ben = await ticking.serves(bo, "Ann"), await ticking.serves(bo, "Ben")
    await ticking.answers(bo, ann)
    since = (await ticking.talk(ann)).waiting_since
    ticking.later(minutes=3)
    cid = await ticking.waits("Cid")
    bells: set[str] = set()
    ticking.database.on_commit = bells.update

    found = await ticking.says(set_presence, bo, OFFLINE)

    assert (found.open, found.returned) == (0, 2)
    talk = await ticking.talk(ann)
    assert (talk.state, talk.agent_id, talk.waiting_since) == (State.WAITING, None, since)
    assert (await ticking.member(bo)).front_conversation_id is None
    assert "You have kept your place".lower() in (await ticking.heard(ann))[-1].lower()
    assert "number 2 in line" in (await ticking.heard(ben))[-1]
    assert "Bo is not available" in (await ticking.system_lines(ann))[-1]
    assert REMIND not in await ticking.timers(ann)
    assert PLACE in await ticking.timers(ann)
    assert "line" in bells
    async with ticking.unit() as uow:
        order = [w.conversation_id for w in await uow.line.oldest([ticking.sales], 9)]
        handed = (await uow.handoffs.of_conversations([ben]))[ben]
    assert order == [ann, ben, cid]
    assert [(h.kind, h.by_id, h.from_agent_id) for h in handed] == [("return", bo.id, bo.id)]


async def test_after_some_minutes_they_return_each_by_its_own_policy(ticking: Ticking) -> None:
    """The group's word counts over the account's, and that over the desk's."""
    await ticking.policy(return_minutes=10)
    await ticking.policy("account:site", return_minutes=25)
    await ticking.policy(f"group:{ticking.repairs}", return_minutes=-1)
    bo = await ticking.agent("Bo", groups=(ticking.sales, ticking.repairs))
    ann = await ticking.serves(bo, "Ann")
    ben = await ticking.serves(bo, "Ben", account="site")
    cid = await ticking.serves(bo, "Cid", group=ticking.repairs)
    await ticking.says(set_presence, bo, OFFLINE)
    assert await ticking.of_staff(bo, RETURN) == 10

    held = []
    for minutes in (9, 1, 14, 1, 1000):
        await ticking.tick(minutes=minutes)
        held.append(await ticking.held(bo))

    assert held == [[ann, ben, cid], [ben, cid], [ben, cid], [cid], [cid]]
    assert await ticking.of_staff(bo, RETURN) is None


@pytest.mark.parametrize("back", [ONLINE, BREAK])
async def test_who_comes_back_in_time_keeps_them(ticking: Ticking, back: Presence) -> None:
    await ticking.policy(return_minutes=10)
    bo = await ticking.agent("Bo")
    ann = await ticking.serves(bo, "Ann")
    await ticking.says(set_presence, bo, OFFLINE)
    ticking.later(minutes=9)

    await ticking.says(set_presence, bo, back)
    assert await ticking.of_staff(bo, RETURN) is None
    await ticking.set_timer(RETURN, staff=bo.id)  # as if it had been about to happen
    await ticking.tick(hours=1)

    assert await ticking.held(bo) == [ann]


async def test_the_end_of_a_shift_returns_conversations_too(ticking: Ticking) -> None:
    """Of everybody whose shift ends at that moment, in one go."""
    await ticking.policy(return_minutes=0)
    agents = [await ticking.agent(name, presence=OFFLINE) for name in ("Bo", "Cy", "Di")]
    for agent in agents:
        await ticking.says(set_presence, agent, ONLINE, until=ticking.now + timedelta(hours=1))
        await ticking.serves(agent, f"of {agent.name}")

    await ticking.tick(hours=1)

    assert [await ticking.held(agent) for agent in agents] == [[], [], []]
    async with ticking.unit() as uow:
        assert (await uow.line.lengths([ticking.sales])) == {ticking.sales: 3}


# -- signs -----------------------------------------------------------------------------------------


async def test_who_gives_no_sign_while_customers_wait_is_put_on_a_break(ticking: Ticking) -> None:
    await ticking.policy(break_after_minutes=10)
    bo = await ticking.agent("Bo", presence=OFFLINE)
    await ticking.says(set_presence, bo, ONLINE)
    await ticking.waits("Ann")

    await ticking.tick(minutes=9, seconds=59)
    assert (await ticking.member(bo)).presence is ONLINE
    await ticking.tick(seconds=1)

    assert (await ticking.member(bo)).presence is BREAK
    (notice,) = await ticking.told(bo)
    assert (
        notice.words
        == "You gave no sign for 10 min while customers wait, so you are on a break now."
    )
    assert notice.presses == ["online"]
    assert await ticking.of_staff(bo, SILENT) is None


async def test_a_sign_or_an_empty_line_keeps_them_online(ticking: Ticking) -> None:
    await ticking.policy(break_after_minutes=10)
    bo = await ticking.agent("Bo", presence=OFFLINE)
    await ticking.says(set_presence, bo, ONLINE)
    await ticking.waits("Elsewhere", group=ticking.repairs)
    ticking.later(minutes=6)
    await ticking.do(sign, await ticking.member(bo), ticking.book.playbook.policies, ticking.now)

    await ticking.tick(minutes=4)
    assert await ticking.of_staff(bo, SILENT) == 6
    await ticking.tick(minutes=6)
    assert (await ticking.member(bo)).presence is ONLINE
    await ticking.waits("Ann")
    await ticking.tick(minutes=1)

    assert (await ticking.member(bo)).presence is BREAK


async def test_nobody_watches_for_signs_where_nothing_is_set(ticking: Ticking) -> None:
    bo = await ticking.agent("Bo", presence=OFFLINE)
    await ticking.says(set_presence, bo, ONLINE)
    assert await ticking.of_staff(bo, SILENT) is None

    await ticking.policy(f"group:{ticking.sales}", break_after_minutes=5)
    await ticking.do(sign, await ticking.member(bo), ticking.book.playbook.policies, ticking.now)

    assert await ticking.of_staff(bo, SILENT) == 5


@pytest.mark.parametrize(
    ("missed", "seconds_ago", "due"), [(0, None, True), (0, 59, False), (0, 60, True), (1, 1, True)]
)
async def test_a_sign_is_written_down_at_most_once_a_minute(
    ticking: Ticking, missed: int, seconds_ago: int | None, due: bool
) -> None:
    seen = None if seconds_ago is None else ticking.now - timedelta(seconds=seconds_ago)
    bo = await ticking.agent("Bo", missed_offers=missed, seen_at=seen)

    assert is_due(bo, ticking.now) is due


# -- the agent's own switch ------------------------------------------------------------------------


@pytest.mark.requirement("AGT-19")
@pytest.mark.requirement("QUE-32")
async def test_the_own_switch_can_be_turned_on_only_while_the_desk_s_is(
    ticking: Ticking,
) -> None:
    """Turning it off is always possible; both are in the record of changes."""
    bo = await ticking.agent("Bo")
    off = ticking.book.playbook.policies
    await ticking.policy(push=True)
    on = ticking.book.playbook.policies

    with pytest.raises(Conflict) as refusal:
        await ticking.do(set_push, bo, True, policies=off, now=ticking.now)
    assert refusal.value.key == "push.not_allowed"
    assert (await ticking.member(bo)).push_unread is False
    await ticking.do(set_push, bo, True, policies=on, now=ticking.now)
    assert (await ticking.member(bo)).push_unread is True
    await ticking.do(set_push, bo, False, policies=off, now=ticking.now)

    assert (await ticking.member(bo)).push_unread is False
    async with ticking.unit() as uow:
        changes = await uow.audit.newest(9, subject="push_unread")
    assert [c.after for c in changes] == [{"push_unread": False}, {"push_unread": True}]
