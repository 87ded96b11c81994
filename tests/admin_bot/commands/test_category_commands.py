"""Owners arrange the consultation categories with buttons."""

import pytest

from tests.admin_bot.office import Office, Person


def labels(person: Person) -> list[str]:
    return [button["text"] for button in person.buttons()]


async def paths(office: Office) -> list[tuple[str, int | None]]:
    async with office.unit() as uow:
        return [(topic.name, topic.parent_id) for topic in await uow.categories.all()]


@pytest.mark.requirement("QUE-19")
async def test_categories_grow_by_the_plus_and_by_path(office: Office) -> None:
    """A title is asked for until one fits: it is required."""
    olga = office.olga
    assert "There are no consultation categories yet." in await olga.says("/category_list")
    await olga.presses("Add a category")
    await olga.says("x" * 65)
    assert "The title has 65 characters; at most 64 are allowed." in olga.heard[-1]
    await olga.says("Delivery")
    assert "Category “Delivery” was added." in olga.heard[-1]

    await olga.says("/category_list")
    await olga.presses("➕")
    await olga.says("Late")
    assert "Category “Lost” was added." in await olga.says("/category_add Delivery > Lost")
    assert "There is no category “Money” there." in await olga.says("/category_add Money > Back")
    assert "/category_add <title>" in await olga.says("/category_add >")

    async with office.unit() as uow:
        first = (await uow.categories.all())[0].id
    assert await paths(office) == [("Delivery", None), ("Late", first), ("Lost", first)]
    await olga.says("/category_list")
    assert labels(olga)[:6] == ["Delivery", "➕", "　Late", "➕", "　Lost", "➕"]
    await olga.says("/category_list los")
    assert labels(olga)[:2] == ["Delivery/Lost", "➕"]


@pytest.mark.requirement("QUE-19")
async def test_a_category_is_renamed_moved_and_deleted_after_a_question(office: Office) -> None:
    olga = office.olga
    for path in ("Delivery", "Delivery > Late", "Delivery > Lost"):
        await olga.says(f"/category_add {path}")
    await olga.presses("⬆")
    assert [name for name, _ in await paths(office) if name != "Delivery"] == ["Lost", "Late"]
    await olga.presses("✏")
    await olga.says("Gone")
    assert "Changed." in olga.heard[-1]
    assert "Place: Delivery / Gone" in olga.heard[-1]

    await olga.says("/category_list")
    await olga.presses("Delivery")
    asked = await olga.presses("Delete")
    assert "Delete “Delivery”?" in asked
    assert "With it go categories below: 2" in asked
    assert len(await paths(office)) == 3
    assert "Category “Delivery” was deleted." in await olga.presses("Yes")
    assert await paths(office) == []


@pytest.mark.requirement("QUE-19")
async def test_a_group_is_given_a_category_with_all_below_it(office: Office) -> None:
    olga = office.olga
    for path in ("Delivery", "Delivery > Late", "Money"):
        await olga.says(f"/category_add {path}")

    await olga.says("/category_assign")
    await olga.presses("Front desk (0)")
    await olga.presses("▫ Delivery")
    assert labels(olga)[:3] == ["✅ Delivery", "✅ 　Late", "▫ Money"]
    await olga.presses("✅ 　Late")
    assert labels(olga)[:3] == ["▫ Delivery", "▫ 　Late", "▫ Money"]
    await olga.presses("▫ Money")
    await olga.says("/category_assign")
    assert "Front desk (1)" in labels(olga)
    (newest, *_) = await office.changes("consult_assignment")
    assert (newest.actor, newest.after is not None) == ("Olga", True)


@pytest.mark.requirement("QUE-19")
async def test_admins_and_agents_have_none_of_it(office: Office) -> None:
    await office.olga.says("/category_add Money")
    for person in (office.ada, office.bo):
        for command in ("/category_list", "/category_add More", "/category_assign"):
            assert "not allowed" in await person.says(command)
    assert await paths(office) == [("Money", None)]
