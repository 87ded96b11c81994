"""Admins arrange the tree of the knowledge base and assign it, on both databases."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.bell import PLAYBOOK
from bot.handlers import assign_library, grouping, library, teach_faq
from bot.handlers.teach_faq import Wishes
from core.errors import BadRequestText, Conflict, DeskError, NotAllowed, NotFound
from core.messages import text
from core.playbook import Category, FaqEntry, Playbook, Scope, Shelf
from core.states import Role
from core.tree import LOOSE, ROOT
from storage.uow import UnitOfWork
from tests.handlers.library_house import DESK, FAQ, NOON, House, open_house


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with open_house(database_url) as opened:
        yield opened


@pytest.mark.requirement("KBF-02")
@pytest.mark.requirement("KBF-27")
async def test_the_tree_has_four_levels_until_a_setting_says_otherwise(house: House) -> None:
    above = ROOT
    for level in range(1, 5):
        above = (await house.folder(f"level {level}", above)).id

    with pytest.raises(BadRequestText, match=r"folder\.too_deep"):
        await house.folder("level 5", above)
    with pytest.raises(BadRequestText, match=r"folder\.too_deep"):
        await house.add("q", "a/b/c/d/e")

    async def deeper(uow: UnitOfWork) -> None:
        await uow.taught.set_answering(replace(await uow.taught.answering(), depth=5))

    await house.does(deeper)
    await house.folder("level 5", above)
    assert (await house.paths())[-1].count("/") == 4


@pytest.mark.requirement("KBF-03")
@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("分" * 30, None),
        ("分" * 31, "folder.long_name"),
        ("", "folder.no_name"),
        ("  ", "folder.no_name"),
        ("a/b", "folder.slash"),
        ("Delivery", "folder.known"),
        (" Delivery ", "folder.known"),
    ],
)
async def test_a_name_has_thirty_characters_at_most_and_is_its_own(
    house: House, name: str, error: str | None
) -> None:
    await house.folder("Delivery")

    if error is None:
        assert (await house.folder(name)).name == name
    else:
        with pytest.raises(DeskError, match=error):
            await house.folder(name)
        assert await house.paths() == ["Delivery"]


@pytest.mark.requirement("KBF-04")
async def test_every_node_but_the_two_fixed_ones_is_renamed_and_deleted(house: House) -> None:
    node = await house.folder("Delivery")
    await house.add("q", "Delivery")

    await house.does(lambda uow: library.rename_folder(uow, house.admin, node.id, "Post", NOON))
    assert (await house.book()).faq[0].category == "Post"
    for fixed in (ROOT, LOOSE):
        with pytest.raises(BadRequestText, match=r"folder\.fixed"):
            await house.does(
                lambda uow, n=fixed: library.rename_folder(uow, house.admin, n, "x", NOON)
            )
        with pytest.raises(BadRequestText, match=r"folder\.fixed"):
            await house.does(
                lambda uow, n=fixed: library.delete_folder(uow, house.admin, n, NOON, whole=True)
            )
    with pytest.raises(BadRequestText, match=r"folder\.fixed"):
        await house.folder("child", LOOSE)


@pytest.mark.requirement("KBF-05")
@pytest.mark.requirement("KBF-28")
async def test_a_node_that_holds_something_is_deleted_only_with_all_of_it(house: House) -> None:
    await house.add("q1", "A/B")
    await house.add("q2", "A")
    node = (await house.stock()).tree.children(ROOT)[0]

    with pytest.raises(Conflict, match=r"folder\.holds") as refused:
        await house.does(lambda uow: library.delete_folder(uow, house.admin, node.id, NOON))
    assert refused.value.facts == {"name": "A", "nodes": 1, "entries": 2}
    assert await house.paths() == ["A", "A/B"]

    held = await house.does(
        lambda uow: library.delete_folder(uow, house.admin, node.id, NOON, whole=True)
    )

    assert {entry.question for entry in held.entries} == {"q1", "q2"}
    assert await house.paths() == []
    assert (await house.book()).faq == ()


async def test_an_empty_node_is_deleted_at_once(house: House) -> None:
    node = await house.folder("A")

    await house.does(lambda uow: library.delete_folder(uow, house.admin, node.id, NOON))

    assert await house.paths() == []


@pytest.mark.requirement("KBF-13")
async def test_a_node_moves_up_and_down_and_under_another(house: House) -> None:
    a, b, c = [await house.folder(name) for name in "abc"]
    await house.folder("below", b.id)

    await house.does(lambda uow: library.shift_folder(uow, house.admin, c.id, True, NOON))
    assert await house.paths() == ["a", "c", "b", "b/below"]
    await house.does(lambda uow: library.shift_folder(uow, house.admin, a.id, False, NOON))
    assert await house.paths() == ["c", "a", "b", "b/below"]
    await house.does(lambda uow: library.move_folder(uow, house.admin, b.id, a.id, NOON))
    assert await house.paths() == ["c", "a", "a/b", "a/b/below"]
    await house.does(lambda uow: library.move_folder(uow, house.admin, b.id, ROOT, NOON))
    assert await house.paths() == ["c", "a", "b", "b/below"]


async def test_at_the_end_a_node_stays_where_it_is(house: House) -> None:
    a = await house.folder("a")
    version = (await house.book()).version

    await house.does(lambda uow: library.shift_folder(uow, house.admin, a.id, True, NOON))

    assert (await house.book()).version == version


async def test_a_node_never_moves_into_itself_nor_too_deep(house: House) -> None:
    a = await house.folder("a")
    b = await house.folder("b", a.id)
    c = await house.folder("c", b.id)
    d = await house.folder("d")
    await house.folder("e", d.id)

    for target in (a, b, c):
        with pytest.raises(BadRequestText, match=r"folder\.into_itself"):
            await house.does(
                lambda uow, t=target: library.move_folder(uow, house.admin, a.id, t.id, NOON)
            )
    with pytest.raises(BadRequestText, match=r"folder\.too_deep"):
        await house.does(lambda uow: library.move_folder(uow, house.admin, d.id, c.id, NOON))
    with pytest.raises(NotFound):
        await house.does(lambda uow: library.move_folder(uow, house.admin, d.id, 999, NOON))
    assert await house.paths() == ["a", "a/b", "a/b/c", "d", "d/e"]


async def test_a_path_is_added_with_all_that_is_missing(house: House) -> None:
    await house.folder("a")

    node = await house.does(lambda uow: library.add_path(uow, house.admin, FAQ, "a / b/c", NOON))

    assert node.name == "c"
    assert await house.paths() == ["a", "a/b", "a/b/c"]
    with pytest.raises(Conflict, match=r"folder\.known"):
        await house.does(lambda uow: library.add_path(uow, house.admin, FAQ, "a/b", NOON))
    with pytest.raises(BadRequestText, match=r"folder\.no_name"):
        await house.does(lambda uow: library.add_path(uow, house.admin, FAQ, "a//x", NOON))


@pytest.mark.requirement("KBF-01")
async def test_all_questions_holds_everything_and_uncategorised_what_has_no_node(
    house: House,
) -> None:
    loose = await house.add("q1")
    await house.add("q2", "A/B")
    stock = await house.stock()
    (top,) = stock.tree.children(ROOT)

    assert [e.question for e in stock.lying_in(ROOT)] == ["q1", "q2"]
    assert [e.id for e in stock.lying_in(LOOSE)] == [loose.id]
    assert stock.lying_in(top.id) == []
    assert stock.counts()[top.id] == 1
    assert stock.counts()[LOOSE] == 1


async def test_a_shelf_shows_what_belongs_to_everybody_only(house: House) -> None:
    mine = FaqEntry(0, "mine", "q", (), (), text("a"), shelf=DESK, scope=Scope.PERSONAL, owner_id=1)
    (number,) = await house.does(lambda uow: uow.library.add([mine], NOON))
    await house.add("q", "A", DESK)

    assert await house.paths(DESK) == ["A"]
    assert len((await house.stock(DESK)).entries) == 1
    with pytest.raises(NotFound):
        await house.does(lambda uow: teach_faq.remove(uow, house.admin, number, NOON, shelf=None))


@pytest.mark.parametrize(("shelf", "rung"), [(FAQ, True), (DESK, False)])
async def test_only_what_customers_get_changes_the_playbook(
    house: House, shelf: Shelf, rung: bool
) -> None:
    node = await house.folder("a", shelf=shelf)
    entry = await house.add("q", "a", shelf)
    await house.does(lambda uow: library.rename_folder(uow, house.admin, node.id, "b", NOON))
    await house.amend(entry.id, title="t")

    assert ((await house.book()).version > 0) is rung
    assert (PLAYBOOK in house.rings) is rung


@pytest.mark.requirement("KBF-13")
async def test_agents_may_not_arrange_the_knowledge_base(house: House) -> None:
    agent = house.people[Role.AGENT]
    node = await house.folder("a")
    acts: list[Callable[[UnitOfWork], Awaitable[Any]]] = [
        lambda uow: library.stock(uow, agent, DESK),
        lambda uow: library.add_folder(uow, agent, DESK, ROOT, "x", NOON),
        lambda uow: library.rename_folder(uow, agent, node.id, "x", NOON),
        lambda uow: library.move_folder(uow, agent, node.id, ROOT, NOON),
        lambda uow: library.shift_folder(uow, agent, node.id, True, NOON),
        lambda uow: library.delete_folder(uow, agent, node.id, NOON),
        lambda uow: teach_faq.amend(uow, agent, 1, Wishes(), Playbook(), NOON),
        lambda uow: assign_library.give_nothing(uow, agent, house.group, FAQ, NOON),
    ]

    for act in acts:
        with pytest.raises(NotAllowed):
            await house.does(act)


# -- assignment -----------------------------------------------------------------------------------


@pytest.mark.requirement("KBF-16")
@pytest.mark.requirement("KBF-23")
async def test_a_group_is_given_nodes_and_loses_them(house: House) -> None:
    a = await house.folder("a")
    b = await house.folder("b", a.id)
    c = await house.folder("c", a.id)
    d = await house.folder("d")
    admin, group = house.admin, house.group

    async def toggle(node: Category) -> set[str]:
        found = await house.does(
            lambda uow: assign_library.toggle(uow, admin, group, FAQ, node.id, NOON)
        )
        return {one.name for one in found.tree if found.gets(one.id)}

    assert await toggle(b) == {"c", "d"}
    assert await toggle(d) == {"c"}
    assert await toggle(a) == {"a", "b", "c"}
    assert (await house.book()).assigned[group] == {a.id}
    await house.add("late", "d")
    assert (await house.book()).assigned[group] == {a.id}
    assert await toggle(c) == {"b"}
    everything = await house.does(
        lambda uow: assign_library.give_everything(uow, admin, group, FAQ, NOON)
    )
    assert everything.chosen is None
    assert (await house.book()).assigned == {}
    await house.does(lambda uow: assign_library.give_nothing(uow, admin, group, FAQ, NOON))
    assert (await house.book()).assigned[group] == frozenset()
    await house.takes_back()
    assert (await house.book()).assigned == {}


async def test_the_two_shelves_are_assigned_apart(house: House) -> None:
    await house.does(
        lambda uow: assign_library.give_nothing(uow, house.admin, house.group, DESK, NOON)
    )

    assert (await house.book()).assigned == {}
    with pytest.raises(NotFound):
        await house.does(lambda uow: assign_library.assigned(uow, house.admin, 99, FAQ))
    with pytest.raises(NotFound):
        await house.does(
            lambda uow: assign_library.toggle(uow, house.admin, house.group, FAQ, 99, NOON)
        )


async def test_a_group_is_deleted_with_its_assignment(house: House) -> None:
    node = await house.folder("a")
    owner = house.people[Role.OWNER]
    number = await house.does(
        lambda uow: uow.staffing.add_group("Second", "second", None, "owner", NOON)
    )
    await house.does(lambda uow: assign_library.toggle(uow, owner, number, FAQ, node.id, NOON))

    await house.does(lambda uow: grouping.remove(uow, owner, number, NOON))

    assert (await house.book()).assigned == {}
