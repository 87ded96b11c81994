"""Admins find customers, tick them, and allocate them with buttons."""

import pytest

from core.line import AllocationRule, Target
from core.states import Presence
from tests.admin_bot.office import BO, Office, Person


async def owners(office: Office) -> dict[str, str]:
    async with office.unit() as uow:
        found, _ = await uow.people.search("", limit=99)
        people = {m.id: m.name for m in await uow.staffing.all()}
    return {one.name: people[one.owner_id] for one in found if one.owner_id is not None}


def labels(person: Person) -> list[str]:
    return [button["text"] for button in person.buttons()]


async def said_to_bo(office: Office) -> list[str]:
    """Return what is owed to Bo."""
    async with office.unit() as uow:
        claimed = await uow.outbox.claim(99, office.moment[0], office.moment[0])
    return [c.owed.content.text for c in claimed if c.owed.chat == str(BO)]


@pytest.mark.requirement("QUE-41", "QUE-42")
async def test_the_ticked_are_allocated_to_a_person_of_a_department_who_is_told(
    office: Office,
) -> None:
    await office.serving(BO, "Ann", "Ben", "Cy")
    await office.olga.says("/department_add Sales")
    async with office.unit() as uow:
        (sales,) = await uow.departments.all()
        bo = await uow.staffing.by_chat("telegram", str(BO))
        assert bo is not None
        await uow.staffing.change(bo.id, department_id=sales.id)
        await uow.commit()
    ada = office.ada
    shown = await ada.says("/customers")
    assert "Ann · shop · owner: Nobody" in shown
    await ada.presses("▫ Ann")
    await ada.presses("▫ Cy")
    await ada.presses("Allocate the ticked (2)")
    await ada.presses("To a chosen person")
    await ada.presses("Sales")
    await ada.presses("Bo")
    assert "Customers to allocate: 2" in ada.heard[-1]
    assert "✅ Allocate and notify" in labels(ada)
    assert await owners(office) == {}

    shown = await ada.presses("cust_do")

    assert "2 allocated: Bo 2." in shown
    assert await owners(office) == {"Ann": "Bo", "Cy": "Bo"}
    assert await said_to_bo(office) == ["Ada assigned 2 customers to you."]


@pytest.mark.requirement("QUE-41", "QUE-42")
async def test_the_whole_search_result_is_allocated_by_rule_without_a_word(
    office: Office,
) -> None:
    await office.serving(BO, "Ann", "Anna", "Cy")
    async with office.unit() as uow:
        bo = await uow.staffing.by_chat("telegram", str(BO))
        assert bo is not None
        await uow.staffing.change(bo.id, presence=Presence.ONLINE)
        await uow.allocations.add_rule(
            AllocationRule(0, "all", target=Target.ALL), office.moment[0]
        )
        await uow.commit()
    ada = office.ada
    shown = await ada.says("/customers ann")
    assert "Customers (2)" in shown
    await ada.presses("Allocate all found (2)")
    await ada.presses("By the allocation rules")
    await ada.presses("Allocate and notify")
    assert "▫ Allocate and notify" in labels(ada)
    await ada.presses("cust_do")

    assert await owners(office) == {"Ann": "Bo", "Anna": "Bo"}
    assert await said_to_bo(office) == []
    shown = await ada.says("/customers")
    shown = await ada.presses("Nobody's only")
    assert "Customers (1)" in shown
    assert "Cy" in shown


async def test_a_single_one_is_found_by_typing(office: Office) -> None:
    await office.serving(BO, "Ann", "Ben")
    ada = office.ada
    await ada.says("/customers")
    await ada.presses("🔍 Search")
    await ada.says("be")
    assert "Customers (1)" in ada.heard[-1]
    await ada.presses("▫ Ben")
    assert "➡ Allocate the ticked (1)" in labels(ada)
    await ada.presses("Allocate the ticked")
    shown = await ada.presses("Cancel")
    assert "Customers (1)" in shown
    assert await owners(office) == {}


async def test_agents_may_not(office: Office) -> None:
    assert "not allowed" in (await office.bo.says("/customers")).lower()
