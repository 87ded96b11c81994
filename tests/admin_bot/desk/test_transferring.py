"""Handing over by the buttons of /transfer, with remarks, undo and the record."""

import pytest

from core.states import Presence, Role, State
from tests.admin_bot.desk.room import Room


@pytest.mark.requirement("QUE-21")
async def test_a_group_is_chosen_and_a_remark_is_written(room: Room) -> None:
    bo = await room.agent("Bo")
    ann = await room.serves(bo, "Ann")
    await room.presses(bo, f"transfer:{ann}")
    assert room.paper.buttons == {
        "Group Repairs": f"to_group:{ann}:{room.repairs}",
        "Send a colleague's card …": f"to_card:{ann}:1",
        "Give the customer to … for good": f"to_owner:{ann}:1",
        "Back to the bot": f"to_bot:{ann}",
    }

    await room.presses(bo, f"to_group:{ann}:{room.repairs}")
    assert (await room.talk(ann)).state is State.SERVING
    assert room.paper.text == "What should your colleagues know? Write it in one message."
    await room.answers(bo, f"hand_said:group:{ann}:{room.repairs}", text="a broken lamp")

    assert room.paper.text == f"Ann · #{ann}: transferred to Repairs."
    assert (await room.talk(ann)).group_id == room.repairs
    assert (await room.system_lines(ann))[-1].endswith("to Repairs: a broken lamp")


@pytest.mark.requirement("QUE-21")
async def test_where_customers_are_asked_the_agent_is_told_so(room: Room) -> None:
    await room.do(lambda uow: uow.policies.put("", {"cross_group": "ask"}))
    await room.do(lambda uow: uow.taught.touch())
    await room.desk.playbook.refresh()
    bo = await room.agent("Bo")
    ann = await room.serves(bo, "Ann")

    await room.presses(bo, f"hand_go:group:{ann}:{room.repairs}")

    assert "was sent a button to Repairs. You serve them until they press it." in room.paper.text
    assert await room.held(bo) == [ann]


@pytest.mark.requirement("QUE-47")
async def test_a_transfer_is_undone_by_its_button(room: Room) -> None:
    bo, cy = await room.agent("Bo"), await room.agent("Cy")
    ann = await room.serves(bo, "Ann")
    await room.presses(bo, f"to_agent:{ann}:{cy.id}")
    undo = room.paper.buttons["↩ Undo"]
    room.later(seconds=10)

    await room.presses(bo, undo)

    assert room.paper.text == f"Ann · #{ann}: taken back. Everything is as it was."
    assert await room.held(bo) == [ann]
    room.later(seconds=1)
    assert await room.presses(bo, undo) == [
        "A transfer can be taken back for 10 seconds. That time is over."
    ]


@pytest.mark.requirement("QUE-45")
@pytest.mark.requirement("QUE-46")
async def test_cards_and_owners_are_chosen_from_all_our_people(room: Room) -> None:
    """Off duty or of another group alike; whose customer it is now is marked."""
    bo = await room.agent("Bo")
    cy = await room.agent("Cy", groups=(room.repairs,), presence=Presence.OFFLINE)
    ann = await room.serves(bo, "Ann")

    await room.presses(bo, f"to_owner:{ann}:1")
    assert room.paper.buttons == {"Cy": f"hand_ask:give:{ann}:{cy.id}"}
    await room.presses(bo, f"hand_go:give:{ann}:{cy.id}")
    assert room.paper.text == (
        f"Ann · #{ann}: the customer belongs to Cy now. This conversation stays with you."
    )
    await room.presses(bo, f"to_owner:{ann}:1")
    assert list(room.paper.buttons) == ["● Cy"]

    await room.presses(bo, f"to_card:{ann}:1")
    assert room.paper.buttons == {"Cy": f"hand_ask:card:{ann}:{cy.id}"}
    await room.presses(bo, f"hand_ask:card:{ann}:{cy.id}")
    await room.presses(bo, f"hand_go:card:{ann}:{cy.id}")
    assert (await room.rows(account="shop"))[-1].presses == [f"c:own:{cy.id}:{ann}"]

    await room.presses(bo, f"to_bot:{ann}")
    assert room.paper.text == f"Ann · #{ann}: the bot answers again."


@pytest.mark.requirement("QUE-48")
async def test_info_leads_to_the_record(room: Room) -> None:
    bo, cy = await room.agent("Bo"), await room.agent("Cy")
    ann = await room.serves(bo, "Ann")
    await room.types(bo, f"/switch {ann}")
    await room.types(bo, "/transfer Cy = knows her")
    await room.presses(bo, room.paper.buttons["↩ Undo"])
    room.later(minutes=1)
    await room.presses(bo, f"hand_go:group:{ann}:{room.repairs}")
    boss = await room.agent("Boss", role=Role.ADMIN)
    await room.types(boss, f"/info {ann}")
    assert room.paper.buttons["Transfers"] == f"handoffs:{ann}:1"
    boss = await room.agent("Chief", role=Role.OWNER)

    await room.presses(boss, f"handoffs:{ann}:1")

    assert room.paper.text.splitlines() == [
        "<b>Transfers of Ann: 2</b>",
        f"2026-11-22 20:01:00 #{ann}: Bo → group Repairs",
        f"2026-11-22 20:00:00 #{ann}: Bo → Cy: knows her (taken back)",
    ]
    assert await room.presses(cy, f"handoffs:{ann}:1") == ["You are not allowed to do that."]
