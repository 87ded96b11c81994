"""Owners set how customers are received with buttons, a block at a time."""

import pytest

from core.calendar import TENANT, of_account, of_group
from core.policy import Policies
from tests.admin_bot.office import Office, Person


async def policies(office: Office) -> Policies:
    async with office.unit() as uow:
        return await uow.policies.all()


def labels(person: Person) -> list[str]:
    return [button["text"] for button in person.buttons()]


async def test_every_block_stands_on_one_page_with_where_its_values_come_from(
    office: Office,
) -> None:
    shown = await office.olga.says("/limits")

    assert shown.startswith("Reception, whole desk")
    assert "▸ Silent customers\nRemind silent customers: off (preset)" in shown
    assert "Silent after: 5 min (preset)" in shown
    assert "How conversations reach agents: agents take them (preset)" in shown
    assert len(shown) < 4096
    assert len([label for label in labels(office.olga) if label.startswith("✏ ")]) == 9


@pytest.mark.requirement("PRM-18")
async def test_a_block_holds_its_changes_until_its_own_save_is_pressed(office: Office) -> None:
    """Every settings block has its own Save; nothing else is saved with it."""
    olga = office.olga
    for block in range(9):
        await olga.says("/limits")
        shown = await olga.presses_data(f"limits_block:t:{block}:")
        assert "💾 Save" in labels(olga), shown
    await olga.says("/limits")
    await olga.presses("✏ Silent customers")
    shown = await olga.presses("Remind silent customers")
    assert "Remind silent customers: off (preset) → on" in shown
    shown = await olga.presses("+")
    assert "Silent after: 5 min (preset) → 10 min" in shown
    assert "Not saved yet." in shown
    assert (await policies(office)).own == {}

    shown = await olga.presses("💾 Save")

    assert "Saved.\nRemind silent customers: off → on\nSilent after: 5 min → 10 min" in shown
    assert (await policies(office)).own == {TENANT: {"remind": True, "remind_minutes": 10}}
    assert office.desk.playbook.now.playbook.policies.desk.remind
    await olga.presses("↩ Undo")
    assert (await policies(office)).own == {}


async def test_cancel_leaves_everything_as_it_was(office: Office) -> None:
    olga = office.olga
    await olga.says("/limits")
    await olga.presses("✏ Assignment")
    await olga.presses("owner first")
    await olga.presses("Cancel")
    shown = await olga.presses("✏ Assignment")

    assert "Not saved yet." not in shown
    await olga.presses("💾 Save")
    assert olga.notice == "Nothing has changed."
    assert (await policies(office)).own == {}


@pytest.mark.requirement("QUE-25")
async def test_a_limit_is_typed_and_refused_above_50(office: Office) -> None:
    olga = office.olga
    await olga.says("/limits shop")
    await olga.presses("✏ Assignment")
    await olga.presses("in turn")
    await olga.presses("Reception limit for each agent")
    assert olga.heard[-1].startswith("Reception limit for each agent: write a number from 0 to 50.")
    await olga.says("51")
    assert "It must be a whole number from 0 to 50." in olga.heard[-1]
    shown = await olga.says("50")
    assert "→ in turn" in shown
    assert "the agent's own (preset) → 50" in shown

    await olga.presses("💾 Save")

    own = (await policies(office)).own
    assert own == {of_account("shop"): {"order": "round_robin", "limit": 50}}


async def test_an_own_value_can_be_given_up_for_the_desks(office: Office) -> None:
    olga = office.olga
    await olga.says('/group_add "VIP guests" vip')
    async with office.unit() as uow:
        group = await uow.staffing.group("vip")
        assert group is not None
        await uow.policies.put(TENANT, {"end_minutes": 90})
        await uow.policies.put(of_group(group.id), {"end_minutes": 2880, "remind": True})
        await uow.commit()

    shown = await olga.says("/limits group=vip")
    assert "End the conversation after: 2880 min (set here)" in shown
    await olga.presses("✏ Silent customers")
    reset = [b["callback_data"] for b in olga.buttons() if b["text"] == "↺"]
    assert len(reset) == 2
    shown = await olga.presses_data(reset[-1])
    assert "2880 min (set here) → 90 min (no own setting)" in shown
    await olga.presses("💾 Save")

    assert (await policies(office)).own[of_group(group.id)] == {"remind": True}
    assert "End the conversation after: 90 min (from the whole desk)" in await olga.says(
        "/limits vip"
    )


async def test_a_group_is_not_offered_what_only_the_desk_can_have(office: Office) -> None:
    shown = await office.olga.says("/limits shop")

    assert "Tell agents of unread messages" not in shown
    assert "Unread for" in shown


@pytest.mark.requirement("PRM-18")
async def test_admins_and_agents_may_not(office: Office) -> None:
    for person in (office.ada, office.bo):
        assert "not allowed" in (await person.says("/limits")).lower()
    await office.olga.says("/limits")


async def test_nonsense_is_explained(office: Office) -> None:
    assert "/limits shop" in await office.olga.says("/limits shop 7")
    await office.olga.says("/limits")
    await office.olga.presses_data("limits_block:t:99:")
    assert "no longer" in office.olga.notice or office.olga.notice
    await office.olga.presses_data("limits_ask:t:0::a")
    assert office.olga.notice
