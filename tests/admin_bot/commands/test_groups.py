"""Owners say which service groups there are."""

import pytest

from core.playbook import GroupFace
from storage.repos.staffing import ServiceGroup
from tests.admin_bot.office import BO, NOON, Office


async def groups(office: Office) -> list[ServiceGroup]:
    async with office.unit() as uow:
        return await uow.staffing.groups()


@pytest.mark.requirement("QUE-01")
async def test_the_list_has_every_column(office: Office) -> None:
    await office.olga.says('/group_add "After sales" after 400-123-4567')

    answer = await office.olga.says("/group_list")

    assert (
        "#2 After sales\nIdentifier: after\nPhone: 400-123-4567\n"
        "Customers read: After sales\nShown to customers of other groups: off\n"
        "Added by: Olga\nAdded at: 2026-11-22 20:00"
    ) in answer
    assert "#1 Front desk\nIdentifier: default\nPhone: –\n" in answer
    assert "Added by: frontdesk" in answer
    labels = [button["text"] for button in office.olga.buttons()]
    assert labels[:3] == ["✏ Front desk", "👥 Members", "🗑 Delete"]


@pytest.mark.requirement("QUE-02")
async def test_a_group_is_added_with_name_and_identifier(office: Office) -> None:
    assert "added" in await office.olga.says("/group_add 售后 after-sales")

    group = (await groups(office))[-1]
    assert (group.name, group.identifier, group.phone) == ("售后", "after-sales", None)


@pytest.mark.parametrize(
    ("name", "identifier"),
    [('"After Sales!"', "after-sales"), ("售后", "group"), ("default", "default-2")],
)
async def test_an_identifier_is_made_up_where_none_is_given(
    office: Office, name: str, identifier: str
) -> None:
    await office.olga.says(f"/group_add {name}")

    assert (await groups(office))[-1].identifier == identifier


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("", "Write it like this"),
        ("a b c d", "Write it like this"),
        ("x" * 65, "1 to 64 characters"),
        ("New 售后", "letters, digits"),
        ("New new call-me", "A phone number has"),
        ('"front DESK"', "taken by another group"),
        ("New DEFAULT", "taken by another group"),
    ],
)
async def test_words_that_do_not_fit_are_explained_and_change_nothing(
    office: Office, words: str, answer: str
) -> None:
    assert answer in await office.olga.says(f"/group_add {words}")

    assert len(await groups(office)) == 1


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("name=Front of house", ("Front of house", "default", None)),
        ("identifier=front phone=+86 400 1", ("Front desk", "front", "+86 400 1")),
        ("名称＝前台 电话=400", ("前台", "default", "400")),
        ("phone=", ("Front desk", "default", None)),
    ],
)
async def test_a_group_is_edited_field_by_field(
    office: Office, words: str, expected: tuple[str, str, str | None]
) -> None:
    await office.olga.says(f"/group_edit 1 {words}")

    (group,) = await groups(office)
    assert (group.name, group.identifier, group.phone) == expected
    assert (group.added_by, group.created_at) == ("frontdesk", NOON)


@pytest.mark.requirement("QUE-03")
async def test_what_customers_see_is_edited_by_words_and_by_a_button(office: Office) -> None:
    """Its name for customers, its phone number, and whether others are shown a button into it."""
    await office.olga.says("/group_edit 1 phone=400 客户端组名=Our shop shown=on")

    (group,) = await groups(office)
    assert (group.name, group.shown_name, group.client_shown) == ("Front desk", "Our shop", True)
    book = office.desk.playbook.now.playbook
    assert book.groups == (GroupFace(1, "Our shop", "400", True),)

    card = await office.olga.presses("✅ Shown to customers of other groups")
    assert "Customers read: Our shop\nShown to customers of other groups: off" in card
    await office.olga.presses("▫ Shown to customers of other groups")
    await office.olga.says("/group_edit 1 client= 客户端显示=关闭")

    (group,) = await groups(office)
    assert (group.shown_name, group.client_shown) == ("Front desk", False)
    assert office.desk.playbook.now.playbook.groups == (GroupFace(1, "Front desk", "400"),)
    changes = await office.changes("group")
    assert len(changes) == 4


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("", "Write it like this"),
        ("1", "Write it like this"),
        ("1 shown=perhaps", "Write it like this"),
        ("1 client=" + "x" * 65, "1 to 64 characters"),
        ("1 colour=red", "Write it like this"),
        ("1 x name=y", "Write it like this"),
        ("9 name=y", "There is no group #9"),
        ("1 identifier=a b", "letters, digits"),
    ],
)
async def test_an_edit_that_does_not_fit_is_explained(
    office: Office, words: str, answer: str
) -> None:
    assert answer in await office.olga.says(f"/group_edit {words}")


@pytest.mark.requirement("QUE-05")
async def test_members_are_put_in_and_taken_out_by_buttons(office: Office) -> None:
    await office.olga.says("/group_add Second")
    await office.olga.presses("Members")

    await office.olga.presses("▫ Bo")
    answer = await office.olga.presses("▫ Ada")
    assert "2 members: Ada, Bo" in answer
    async with office.unit() as uow:
        bo = await office.member(BO)
        assert (await uow.staffing.memberships())[bo.id] == [1, 2]

    assert "1 members: Bo" in await office.olga.presses("✅ Ada")


@pytest.mark.requirement("QUE-04")
async def test_a_group_is_deleted_after_confirmation(office: Office) -> None:
    await office.olga.says("/group_add Second")
    await office.olga.says("/group_list")
    listed = office.olga.chat[-1]
    drop = listed["reply_markup"]["inline_keyboard"][1][2]["callback_data"]

    assert "Delete the group “Second”?" in await office.olga.presses_data(drop)
    assert len(await groups(office)) == 2
    await office.olga.presses("Yes, delete")

    assert [group.name for group in await groups(office)] == ["Front desk"]


@pytest.mark.requirement("QUE-04")
async def test_a_group_in_use_cannot_be_deleted(office: Office) -> None:
    await office.olga.says("/group_add Second")
    await office.olga.says("/group_list")

    await office.olga.presses("Delete")

    assert "is in use and cannot be deleted: 3 members" in office.olga.notice
    assert len(await groups(office)) == 2


@pytest.mark.requirement("QUE-04")
async def test_a_group_that_came_into_use_meanwhile_cannot_be_deleted(office: Office) -> None:
    await office.olga.says("/group_add Second")
    await office.olga.presses("Delete")
    question = office.olga.chat[-1]
    async with office.unit() as uow:
        await uow.staffing.join((await office.member(BO)).id, [2])
        await uow.commit()

    await office.olga.presses("Yes, delete", question)

    assert "in use" in office.olga.notice
    assert len(await groups(office)) == 2


async def test_the_only_group_stays(office: Office) -> None:
    async with office.unit() as uow:
        for member in await uow.staffing.all():
            await uow.staffing.leave(member.id, [1])
        await uow.commit()
    await office.olga.says("/group_list")

    await office.olga.presses("Delete")

    assert "only group" in office.olga.notice


@pytest.mark.requirement("OTH-09")
async def test_every_change_is_recorded_with_actor_and_time(office: Office) -> None:
    await office.olga.says("/group_add Second")
    await office.olga.says("/group_edit 2 phone=400")
    await office.olga.presses("Delete")
    await office.olga.presses("Yes, delete")

    changes = list(reversed(await office.changes("group")))

    assert [change.action for change in changes] == ["add", "change", "delete"]
    assert {(c.actor, c.at, c.subject_id) for c in changes} == {("Olga", NOON, "2")}
