"""What the database answers about the knowledge base, on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core.messages import text
from core.playbook import Category, EntryKind, FaqEntry, Scope, Shelf
from storage.repos.library import EVERYBODY
from storage.uow import UnitOfWork

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def entry(question: str, category: str = "", **more: object) -> FaqEntry:
    return FaqEntry(0, category, question, (), (), text("a"), **more)  # type: ignore[arg-type]


async def test_an_entry_makes_the_nodes_of_its_path_once(uow: UnitOfWork) -> None:
    await uow.library.add([entry("q1", "A/B"), entry("q2", "A"), entry("q3", "A/B")], NOON)

    nodes = await uow.library.categories(Shelf.FAQ)
    entries = await uow.library.entries(Shelf.FAQ)

    assert [(node.name, node.parent_id) for node in nodes] == [("A", None), ("B", nodes[0].id)]
    assert [(e.question, e.category, e.category_id) for e in entries] == [
        ("q1", "A/B", nodes[1].id),
        ("q2", "A", nodes[0].id),
        ("q3", "A/B", nodes[1].id),
    ]
    assert await uow.library.categories(Shelf.DESK) == []


async def test_the_same_path_exists_once_for_each_owner(uow: UnitOfWork) -> None:
    mine = entry("q", "A", shelf=Shelf.DESK, scope=Scope.PERSONAL, owner_id=1)
    await uow.library.add([mine, entry("q", "A", shelf=Shelf.DESK)], NOON)

    nodes = await uow.library.categories(Shelf.DESK)

    assert [(node.scope, node.owner_id) for node in nodes] == [(Scope.PERSONAL, 1), EVERYBODY]


async def test_all_of_an_entry_is_kept(uow: UnitOfWork) -> None:
    wanted = replace(
        entry("q", "A", shelf=Shelf.DESK, kind=EntryKind.PHRASE, title="t", new=True),
        similar=("s",),
        keywords=("k",),
        valid_from=NOON.date(),
        enabled=False,
    )

    (number,) = await uow.library.add([wanted], NOON, "Ada")
    found = await uow.library.entry(number)

    assert found == replace(wanted, id=number)
    assert found is not None
    assert (found.created_at, found.updated_at, found.added_by) == (NOON, NOON, "Ada")
    await uow.library.change(replace(found, title="other"), LATER)
    changed = await uow.library.entry(number)
    assert changed is not None
    assert (changed.created_at, changed.updated_at) == (NOON, LATER)


async def test_an_entry_is_found_on_its_own_shelf_only(uow: UnitOfWork) -> None:
    (number,) = await uow.library.add([entry("q")], NOON)

    assert await uow.library.entry(number, Shelf.DESK) is None
    assert await uow.library.entry(number, Shelf.FAQ) is not None
    assert await uow.library.entry(number + 1) is None


async def test_a_deleted_entry_comes_back_to_its_place(uow: UnitOfWork) -> None:
    first, second, third = await uow.library.add([entry("1"), entry("2"), entry("3")], NOON)

    await uow.library.delete([second], LATER)
    assert [e.id for e in await uow.library.entries(Shelf.FAQ)] == [first, third]
    assert await uow.library.places([third, second, first]) == [first, third]
    await uow.library.restore([second])

    assert [e.id for e in await uow.library.entries(Shelf.FAQ)] == [first, second, third]


async def test_entries_trade_places_and_others_stay(uow: UnitOfWork) -> None:
    a, b, c = await uow.library.add([entry("1"), entry("2"), entry("3")], NOON)

    await uow.library.order([c, a])

    assert [e.id for e in await uow.library.entries(Shelf.FAQ)] == [c, b, a]
    assert await uow.library.places([a, c]) == [c, a]


async def test_a_twin_has_the_same_question_in_the_same_place(uow: UnitOfWork) -> None:
    (number,) = await uow.library.add([entry("q", "A")], NOON)

    assert await uow.library.twin(entry("q", "A")) == number
    for other in (
        entry("q"),
        entry("Q", "A"),
        entry("q", "A", shelf=Shelf.DESK),
        entry("q", "A", scope=Scope.PERSONAL, owner_id=1),
        replace(entry("q", "A"), id=number),
    ):
        assert await uow.library.twin(other) is None
    await uow.library.delete([number], NOON)
    assert await uow.library.twin(entry("q", "A")) is None


async def test_every_use_raises_the_count_and_the_most_used_come_first(uow: UnitOfWork) -> None:
    a, b, _ = await uow.library.add([entry(str(n), shelf=Shelf.DESK) for n in range(3)], NOON)

    await uow.library.used({a: 1, b: 2})
    await uow.library.used({a: 4})

    found = await uow.library.visible(Shelf.DESK, [EVERYBODY])
    assert [(e.id, e.uses) for e in found][:2] == [(a, 5), (b, 2)]


async def test_nodes_take_the_places_that_they_are_given(uow: UnitOfWork) -> None:
    ids = [
        await uow.library.add_category(Category(0, Shelf.FAQ, None, name), NOON) for name in "abc"
    ]

    await uow.library.order_categories([ids[2], ids[0], ids[1]])

    assert [n.name for n in await uow.library.categories(Shelf.FAQ)] == ["c", "a", "b"]
    assert await uow.library.category_places(ids) == [ids[2], ids[0], ids[1]]


async def test_a_node_holds_entries_and_nodes_until_they_are_deleted(uow: UnitOfWork) -> None:
    (number,) = await uow.library.add([entry("q", "A/B")], NOON)
    above, below = (node.id for node in await uow.library.categories(Shelf.FAQ))

    assert await uow.library.holds([above])
    assert await uow.library.holds([below])
    await uow.library.delete([number], NOON)
    assert not await uow.library.holds([below])
    assert await uow.library.holds([above])
    await uow.library.delete_categories([below], NOON)
    assert not await uow.library.holds([above])

    await uow.library.restore_categories([below])
    assert await uow.library.holds([above])


async def test_a_group_gets_everything_until_it_is_narrowed(uow: UnitOfWork) -> None:
    group = await uow.staffing.add_group("Front desk", "default", None, "test", NOON)
    await uow.library.add([entry("q", "A/B"), entry("q", "C", shelf=Shelf.DESK)], NOON)
    above, _ = (node.id for node in await uow.library.categories(Shelf.FAQ))
    assert await uow.library.assigned(Shelf.FAQ) == {}

    await uow.library.assign(group, Shelf.FAQ, [above])
    assert await uow.library.assigned(Shelf.FAQ) == {group: {above}}
    assert await uow.library.assigned(Shelf.DESK) == {}

    await uow.library.assign(group, Shelf.FAQ, [])
    assert await uow.library.assigned(Shelf.FAQ) == {group: frozenset()}
    await uow.library.assign(group, Shelf.FAQ, None)
    assert await uow.library.assigned(Shelf.FAQ) == {}
