"""The commands by which agents put conversations off, hear of messages, come and go."""

from datetime import timedelta

import pytest

from bot.compiled import Compiled
from core.playbook import Playbook
from core.policy import Policies
from core.states import Presence
from core.timers import SHIFT, SNOOZE
from storage.repos.timers import Timer
from tests.admin_bot.desk.room import Room


def decree(room: Room, **values: bool | int) -> None:
    """Let the whole desk's policy be *values*."""
    policies = Policies({"": dict(values)})
    room.desk.playbook.now = Compiled.build(Playbook(1, policies=policies))


async def timers(room: Room, number: int) -> list[Timer]:
    async with room.unit() as uow:
        return await uow.timers.of_conversation(number)


async def test_snooze_asks_until_when_and_a_button_puts_it_off(room: Room) -> None:
    bo = await room.agent("Bo")
    ann = await room.serves(bo, "Ann")
    await room.do(lambda uow: uow.staffing.change(bo.id, front_conversation_id=ann))

    await room.types(bo, "/snooze")
    assert "Put off Ann · #1 until" in room.paper.text
    buttons = room.paper.buttons
    assert list(buttons) == ["10 min", "30 min", "1 h", "2 h", "Tomorrow 9:00", "Until they write"]
    await room.presses(bo, buttons["2 h"])

    assert "Ann · #1 is put off until 22:00." in room.paper.text
    assert [(t.kind, t.due_at - room.now) for t in await timers(room, ann)] == [
        (SNOOZE, timedelta(hours=2))
    ]
    await room.presses(bo, room.paper.buttons["Take it up again"])
    assert (await room.talk(ann)).snoozed is False
    assert await timers(room, ann) == []


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("/snooze 10m", 1 / 6),
        ("/snooze 22:00", 2),
        ("/snooze 明天 9:00", 13),
        ("/snooze #1 tomorrow 9:00", 13),
        ("/snooze until they write", None),
        ("/snooze #1 客户回复", None),
    ],
)
async def test_snooze_takes_a_time_typed(room: Room, typed: str, hours: float | None) -> None:
    bo = await room.agent("Bo")
    ann = await room.serves(bo, "Ann")
    await room.do(lambda uow: uow.staffing.change(bo.id, front_conversation_id=ann))

    await room.types(bo, typed)

    assert (await room.talk(ann)).snoozed is True
    due = [(t.due_at - room.now) / timedelta(hours=1) for t in await timers(room, ann)]
    assert due == ([] if hours is None else [pytest.approx(hours)])


async def test_snooze_says_what_it_understands(room: Room) -> None:
    bo = await room.agent("Bo")
    await room.serves(bo, "Ann")

    assert "at most 30 days" in await room.types(bo, "/snooze #1 some day")
    assert (await room.talk(1)).snoozed is False


@pytest.mark.requirement("AGT-19")
@pytest.mark.requirement("QUE-32")
async def test_push_says_that_the_desk_does_not_allow_it_and_offers_no_button(room: Room) -> None:
    bo = await room.agent("Bo")

    assert "An owner can switch that on" in await room.types(bo, "/push")
    assert room.paper.buttons == {}
    await room.types(bo, "/push on")

    assert "An owner can switch that on" in room.paper.text
    assert (await room.member(bo)).push_unread is False


@pytest.mark.requirement("AGT-19")
async def test_push_is_switched_on_and_off_by_a_button(room: Room) -> None:
    decree(room, push=True)
    bo = await room.agent("Bo")

    assert "You are not told of unread messages." in await room.types(bo, "/push")
    await room.presses(bo, room.paper.buttons["Switch on"])
    assert "unread for 3 min" in room.paper.text
    assert "Outside working hours nothing is pushed." in room.paper.text
    assert (await room.member(bo)).push_unread is True
    await room.presses(bo, room.paper.buttons["Switch off"])

    assert (await room.member(bo)).push_unread is False


async def test_online_takes_the_end_of_the_shift(room: Room) -> None:
    bo = await room.agent("Bo", presence=Presence.OFFLINE)

    await room.types(bo, "/online until 23:30")

    assert "You go offline by yourself at 23:30." in room.paper.text
    async with room.unit() as uow:
        shift = await uow.timers.of_staff(bo.id, SHIFT)
    assert shift is not None
    assert shift.due_at - room.now == timedelta(hours=3, minutes=30)
    assert "at most 30 days" in await room.types(bo, "/online until late")


async def test_offline_says_how_many_went_back_to_the_line(room: Room) -> None:
    decree(room, return_minutes=0)
    bo = await room.agent("Bo")
    await room.serves(bo, "Ann")

    assert "went back to the line: 1" in await room.types(bo, "/offline")
    assert await room.held(bo) == []
