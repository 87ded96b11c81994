"""Owners arrange departments with buttons."""

from collections.abc import AsyncIterator

import pytest

from admin_bot.commands import department_add, department_list
from admin_bot.commands.all import COMMANDS
from storage.repos.departments import Branch
from tests.admin_bot.office import BO, Office, Person, open_office


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    known = {command.name for command in COMMANDS}
    commands = (department_add.COMMAND, department_list.COMMAND)
    extra = [command for command in commands if command.name not in known]
    async with open_office(sqlite_url, extra_commands=extra) as opened:
        yield opened


def labels(person: Person) -> list[str]:
    return [button["text"] for button in person.buttons()]


async def branches(office: Office) -> list[Branch]:
    async with office.unit() as uow:
        return await uow.departments.all()


async def test_departments_are_added_by_path_and_shown_as_a_tree(office: Office) -> None:
    assert "Department “Sales” was added." in await office.olga.says("/department_add Sales")
    await office.olga.says("/department_add Sales > South team")
    await office.olga.says("/department_add Sales＞South team＞Old town")

    shown = await office.olga.says("/department_list")

    assert shown.splitlines() == [
        "Departments (3)",
        "Sales: 0 people, head: none",
        "　South team: 0 people, head: none",
        "　　Old town: 0 people, head: none",
    ]


async def test_a_wrong_path_or_name_is_explained(office: Office) -> None:
    assert "There is no department “Shop” there." in await office.olga.says(
        "/department_add Shop > South"
    )
    assert "/department_add <name>" in await office.olga.says("/department_add Shop >")
    assert "must not hold any of" in await office.olga.says("/department_add a|b")
    assert await branches(office) == []


async def test_a_department_is_renamed_described_and_gets_one_below_it(office: Office) -> None:
    olga = office.olga
    await olga.says("/department_list")
    await olga.presses("Add a department")
    await olga.says("Sales")
    await olga.presses("✏ Name")
    await olga.says("a:b")
    assert "must not hold any of" in olga.heard[-1]
    await olga.says("Shop")
    await olga.presses("Remark")
    await olga.says("since May")
    assert "Remark: since May" in olga.heard[-1]
    await olga.presses("Add one below")
    await olga.says("South")

    found = await branches(office)
    assert [(b.name, b.remark) for b in found] == [("Shop", "since May"), ("South", "")]
    assert found[1].parent_id == found[0].id


@pytest.mark.requirement("ORG-12")
async def test_what_stands_below_moves_too_after_a_question(office: Office) -> None:
    olga = office.olga
    for path in ("Sales", "Sales > South", "Shop"):
        await olga.says(f"/department_add {path}")
    await olga.says("/department_list")
    await olga.presses("Sales")
    await olga.presses("Move")

    question = await olga.presses("Shop")
    assert "All departments below “Sales” move with it." in question
    assert [b.parent_id for b in await branches(office) if b.name == "Sales"] == [None]
    await olga.presses("Yes, move them all")

    assert [b.name for b in await branches(office)] == ["Shop", "Sales", "South"]
    await olga.presses("Move")
    await olga.presses("On the first level")
    await olga.presses("Yes, move them all")
    assert {b.name for b in await branches(office) if b.parent_id is None} == {"Shop", "Sales"}


async def test_people_are_put_in_and_taken_out_and_one_of_them_leads(office: Office) -> None:
    olga = office.olga
    await olga.says("/department_add Sales")
    await olga.presses("People")
    await olga.presses("Bo")
    assert "✅ Bo" in labels(olga)
    (sales,) = await branches(office)
    assert (await office.member(BO)).department_id == sales.id
    await olga.presses("Back")
    await olga.presses("Head")
    shown = await olga.presses("Bo")
    assert "Head: Bo" in shown
    assert "People: Bo" in shown

    await olga.presses("Head")
    assert "Head: none" in await olga.presses("✅ Bo")
    await olga.presses("People")
    await olga.presses("✅ Bo")
    assert (await office.member(BO)).department_id is None


@pytest.mark.requirement("ORG-13")
async def test_a_department_is_deleted_after_a_question_and_only_when_it_is_empty(
    office: Office,
) -> None:
    olga = office.olga
    await olga.says("/department_add Sales")
    await olga.says("/department_add Sales > South")
    await olga.says("/department_list")
    await olga.presses("Sales")
    await olga.presses("Delete")
    await olga.presses("Yes, delete")
    assert "“Sales” is not empty: 1 departments below it" in olga.notice
    assert len(await branches(office)) == 2

    await olga.says("/department_list")
    await olga.presses("South")
    await olga.presses("Delete")
    assert len(await branches(office)) == 2
    await olga.presses("Yes, delete")
    assert [b.name for b in await branches(office)] == ["Sales"]


@pytest.mark.requirement("ORG-15")
async def test_the_last_top_department_is_kept(office: Office) -> None:
    olga = office.olga
    await olga.says("/department_add Sales\nsince May")
    assert "Remark: since May" in olga.heard[-1]
    await olga.presses("Delete")
    await olga.presses("Yes, delete")
    assert "“Sales” is the last one" in olga.notice
    assert [(b.name, b.remark) for b in await branches(office)] == [("Sales", "since May")]


@pytest.mark.requirement("ORG-12")
async def test_neighbours_are_put_in_another_order(office: Office) -> None:
    olga = office.olga
    await olga.says("/department_add A")
    await olga.says("/department_add B")
    await olga.presses("⬆ Earlier")
    assert [b.name for b in await branches(office)] == ["B", "A"]
    await olga.presses("B")
    await olga.presses("⬇ Later")
    assert [b.name for b in await branches(office)] == ["A", "B"]


async def test_admins_and_agents_may_not(office: Office) -> None:
    for person in (office.ada, office.bo):
        await person.says("/department_add Sales")
        await person.says("/department_list")
    assert await branches(office) == []
    await office.olga.says("/department_add Sales")
    await office.olga.says("/department_list")
    await office.ada.says("/help")
    await office.ada.presses_data("dept_drop_yes:1", office.ada.chat[-1])
    assert len(await branches(office)) == 1


async def test_buttons_that_are_too_old_do_no_harm(office: Office) -> None:
    await office.olga.says("/department_add Sales")
    for data in (
        *("dept:99", "dept:", "dept_to:1:99", "dept_put:7:99", "dept_ask:nothing:1"),
        *("dept_people:what:1:1", "dept_head:1:99:1", "dept_in:1:99:1", "dept_drop:x"),
    ):
        await office.olga.presses_data(data)
        assert office.olga.notice

    assert [b.name for b in await branches(office)] == ["Sales"]
