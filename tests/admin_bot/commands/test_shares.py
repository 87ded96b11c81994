"""Owners say how much work comes to each agent, and who leads a group."""

import pytest

from tests.admin_bot.office import BO, Office, Person


def labels(person: Person) -> list[str]:
    return [button["text"] for button in person.buttons()]


async def card(office: Office) -> Person:
    await office.olga.says("/agent_list")
    await office.olga.presses("Bo")
    return office.olga


@pytest.mark.requirement("QUE-39")
async def test_each_agent_has_a_daily_limit_and_a_weight(office: Office) -> None:
    olga = await card(office)
    assert "Customers a day: any number · weight: 1 · department: none" in olga.heard[-1]
    await olga.presses("✏ Customers a day")
    await olga.says("many")
    assert "from 0 to 10000" in olga.heard[-1]
    await olga.says("30")
    assert "Customers a day: 30" in olga.heard[-1]
    await olga.presses("✏ Weight")
    await olga.says("101")
    assert "from 1 to 100" in olga.heard[-1]
    await olga.says("5")
    bo = await office.member(BO)
    assert (bo.daily_limit, bo.weight) == (30, 5)
    assert "line" in office.rings
    await olga.presses("✏ Customers a day")
    await olga.says("-")
    assert (await office.member(BO)).daily_limit is None
    changes = await office.changes("agent")
    assert [c.after for c in changes[:3]] == [
        {"daily_limit": None},
        {"weight": 5},
        {"daily_limit": 30},
    ]


@pytest.mark.parametrize(("said", "capacity"), [("50", 50), ("51", 5), ("0", 5), ("1", 1)])
async def test_an_agent_holds_at_most_50_conversations(
    office: Office, said: str, capacity: int
) -> None:
    olga = await card(office)
    await olga.presses("✏ Conversations at once")
    await olga.says(said)
    assert (await office.member(BO)).capacity == capacity


async def test_the_department_is_chosen_on_the_card(office: Office) -> None:
    await office.olga.says("/department_add Sales")
    olga = await card(office)
    await olga.presses("✏ Department")
    shown = await olga.presses("Sales")
    assert "department: Sales" in shown
    await olga.presses("✏ Department")
    assert "● Sales" in labels(olga)
    shown = await olga.presses("none")
    assert "department: none" in shown
    assert (await office.member(BO)).department_id is None


async def test_leads_of_a_group_are_chosen_among_its_members(office: Office) -> None:
    olga = office.olga
    await olga.says("/group_list")
    await olga.presses("Front desk")
    await olga.presses("⭐ Leads")
    assert "Leads: none" in olga.heard[-1]
    shown = await olga.presses("▫ Bo")
    assert "Leads: Bo" in shown
    async with office.unit() as uow:
        assert [one.name for one in await uow.staffing.leads(1)] == ["Bo"]
    shown = await olga.presses("✅ Bo")
    assert "Leads: none" in shown
    await olga.presses_data("group_lead:1:99:1:1:")
    assert "not in the group" in olga.notice


async def test_a_groups_page_leads_to_its_own_rules(office: Office) -> None:
    olga = office.olga
    await olga.says("/group_list")
    await olga.presses("Front desk")
    assert "Front desk" in (await olga.presses("Reception rules")).splitlines()[0]
