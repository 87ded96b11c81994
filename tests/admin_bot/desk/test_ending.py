"""Ending by command: with categories where they are needed, or afterwards."""

import pytest

from bot.handlers import categories
from core.states import Role, State
from storage.repos.staffing import StaffMember
from tests.admin_bot.desk.room import Room


async def topics(room: Room, *titles: str) -> dict[str, int]:
    """Let Sales name these categories."""
    olga = await room.agent("Olga", role=Role.OWNER, groups=())
    found = {}
    for title in titles:
        topic = await room.do(categories.add, olga, 0, title, room.now)
        await room.do(categories.toggle, olga, room.sales, topic.id, room.now)
        found[title] = topic.id
    return found


async def ask_for_categories(room: Room) -> None:
    await room.do(lambda uow: uow.policies.put("", {"ask_category": True}))
    await room.do(lambda uow: uow.taught.touch())
    await room.desk.playbook.refresh()


async def is_over(room: Room, number: int) -> bool:
    return (await room.talk(number)).state is State.ENDED


@pytest.mark.requirement("QUE-18")
@pytest.mark.requirement("PRM-17")
async def test_ending_without_a_category_opens_the_picker_and_ends_nothing(room: Room) -> None:
    new = await topics(room, "Money", "Delivery")
    await ask_for_categories(room)
    bo = await room.agent("Bo")
    ann = await room.serves(bo, "Ann")

    told = await room.types(bo, f"/end {ann}")

    assert not await is_over(room, ann)
    assert f"#{ann} has not ended yet: say first what it was about." in told
    assert "One category at least, or a remark, is needed" in told
    assert room.paper.buttons == {
        "▫ Money": f"cat_tick:{ann}:{new['Money']}:1:",
        "▫ Delivery": f"cat_tick:{ann}:{new['Delivery']}:1:",
        "🔍 Search": f"cat_find:{ann}",
        "📝 Remark": f"cat_note:{ann}:1:",
        "End the conversation": f"end:{ann}",
    }
    await room.presses(bo, f"end:{ann}")
    assert not await is_over(room, ann)

    await room.presses(bo, f"cat_tick:{ann}:{new['Money']}:1:")
    assert "✅ Money" in room.paper.buttons
    assert "is needed" not in room.paper.text
    await room.presses(bo, f"end:{ann}")
    assert await is_over(room, ann)
    assert room.paper.text == f"Ended: Ann (#{ann})."


@pytest.mark.requirement("QUE-17")
async def test_the_picker_has_a_search_several_ticks_and_a_remark(room: Room) -> None:
    new = await topics(room, "Money back", "Money sent", "Delivery")
    bo = await room.agent("Bo")
    ann = await room.serves(bo, "Ann")

    await room.answers(bo, f"cat_found:{ann}", text="MONEY")
    assert [b for b in room.paper.buttons if b[0] == "▫"] == ["▫ Money back", "▫ Money sent"]
    for title in ("Money back", "Money sent"):
        await room.presses(bo, f"cat_tick:{ann}:{new[title]}:1:money")
    assert "With “money”: 2" in room.paper.text
    await room.answers(bo, f"cat_noted:{ann}:1:", text="called twice")
    assert room.paper.text.splitlines()[1:] == [
        "Categories: Money back, Money sent",
        "Remark: called twice",
    ]
    shown = await room.types(bo, f"/info {ann}")
    assert "Consultation categories: Money back, Money sent" in shown
    assert "Remark at the end: called twice" in shown
    await room.answers(bo, f"cat_noted:{ann}:1:", text="-")
    assert "Remark: none" in room.paper.text


@pytest.mark.requirement("QUE-17")
async def test_where_none_is_needed_they_can_be_named_for_30_minutes_afterwards(
    room: Room,
) -> None:
    new = await topics(room, "Money")
    bo = await room.agent("Bo")
    ann = await room.serves(bo, "Ann")

    await room.types(bo, f"/end {ann}")
    assert room.paper.buttons["🏷 Name categories"] == f"cats:{ann}:1:"
    room.later(minutes=30)
    await room.presses(bo, f"cats:{ann}:1:")
    assert "End the conversation" not in room.paper.buttons
    await room.presses(bo, f"cat_tick:{ann}:{new['Money']}:1:")
    assert "Categories: Money" in room.paper.text
    await room.types(bo, f"/info {ann}")
    assert f"cats:{ann}:1:" in room.paper.buttons.values()

    room.later(seconds=1)
    assert await room.presses(bo, f"cats:{ann}:1:") == [
        "Categories can be named until 30 minutes after the end."
    ]
    await room.types(bo, f"/info {ann}")
    assert f"cats:{ann}:1:" not in room.paper.buttons.values()


async def test_a_group_without_categories_is_offered_none(room: Room) -> None:
    bo = await room.agent("Bo")
    ann = await room.serves(bo, "Ann")
    await ask_for_categories(room)

    await room.types(bo, f"/end {ann}")

    assert await is_over(room, ann)
    assert not any("cats" in data for data in room.paper.buttons.values())


async def test_a_long_search_and_path_still_fit_into_a_button(room: Room) -> None:
    new = await topics(room, "物" * 64)
    bo: StaffMember = await room.agent("Bo")
    ann = await room.serves(bo, "Ann")

    await room.answers(bo, f"cat_found:{ann}", text="物" * 60)

    assert any(
        data.startswith(f"cat_tick:{ann}:{new['物' * 64]}") for data in room.paper.buttons.values()
    )
    assert all(len(data.encode()) <= 64 for data in room.paper.buttons.values())
