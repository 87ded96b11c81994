"""Consultation categories: their tree, who names them, and when an end needs one."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.compiled import Compiled
from bot.handlers import categories, silent_customer
from bot.handlers.categories import LONGEST_TITLE, MOST_LEVELS
from bot.handlers.desk_end import Over, Unnamed, end
from bot.handlers.name_categories import LONGEST_REMARK, Naming, naming, note, tick
from bot.knowledge.visible import with_node, without_node
from core.errors import BadRequestText, Conflict, DeskError, NotAllowed, NotFound
from core.playbook import Playbook
from core.policy import Policies, Policy
from core.states import Role, State
from core.timers import END
from core.tree import Tree
from storage.engine import Database
from storage.repos.categories import Topic
from storage.repos.staffing import StaffMember
from storage.repos.timers import Timer
from tests.handlers.floor import ZONE, Floor

ON = Policies({"": {"ask_category": True}})


@pytest.fixture
async def floor(sqlite_url: str) -> AsyncIterator[Floor]:
    database = Database(sqlite_url)
    yield await Floor(database).open()
    await database.close()


@pytest.fixture
async def olga(floor: Floor) -> StaffMember:
    return await floor.agent("Olga", role=Role.OWNER, groups=())


async def grow(floor: Floor, owner: StaffMember, *paths: str) -> dict[str, int]:
    """Add categories by their paths; return their numbers."""
    found: dict[str, int] = {}
    for path in paths:
        above, _, title = path.rpartition("/")
        parent = found.get(above, 0)
        topic = await floor.do(categories.add, owner, parent, title, floor.now)
        found[path] = topic.id
    return found


async def shape(floor: Floor) -> list[str]:
    async with floor.unit() as uow:
        tree = Tree(await uow.categories.all())
    return [tree.path(topic.id) for topic in tree]


async def ask(floor: Floor, work: Any, *args: Any, policies: Policies = ON, **named: Any) -> Any:
    voice = replace(floor.voice, policies=policies)
    return await floor.do(work, *args, voice=voice, now=floor.now, **named)


# -- the tree -------------------------------------------------------------------------------------


@pytest.mark.requirement("QUE-19")
async def test_owners_grow_rename_order_and_cut_the_tree(floor: Floor, olga: StaffMember) -> None:
    new = await grow(floor, olga, "Delivery", "Delivery/Late", "Delivery/Lost", "Money")
    assert await shape(floor) == ["Delivery", "Delivery/Late", "Delivery/Lost", "Money"]

    await floor.do(categories.rename, olga, new["Money"], " Paying ", floor.now)
    assert await floor.do(categories.shift, olga, new["Delivery/Lost"], True, floor.now)
    assert await floor.do(categories.shift, olga, new["Delivery"], False, floor.now)
    assert not await floor.do(categories.shift, olga, new["Delivery"], False, floor.now)
    assert await shape(floor) == ["Paying", "Delivery", "Delivery/Lost", "Delivery/Late"]

    held = await floor.do(categories.delete, olga, new["Delivery"], floor.now)
    assert [topic.name for topic in held.below] == ["Lost", "Late"]
    assert await shape(floor) == ["Paying"]
    async with floor.unit() as uow:
        changes = await uow.audit.newest(20, subject="consult_category")
    assert [c.action for c in changes].count("delete") == 3
    assert {c.action for c in changes} == {"add", "change", "move", "delete"}


@pytest.mark.requirement("QUE-19")
@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMIN])
async def test_nobody_but_owners_arranges_them(floor: Floor, olga: StaffMember, role: Role) -> None:
    other = await floor.agent("Other", role=role)
    new = await grow(floor, olga, "Money")
    number = new["Money"]
    for work, args in (
        (categories.add, (0, "x", floor.now)),
        (categories.rename, (number, "x", floor.now)),
        (categories.shift, (number, True, floor.now)),
        (categories.delete, (number, floor.now)),
        (categories.toggle, (floor.sales, number, floor.now)),
        (categories.tree, ()),
        (categories.groups, ()),
    ):
        with pytest.raises(NotAllowed):
            await floor.do(work, other, *args)


@pytest.mark.requirement("QUE-19")
async def test_a_title_is_required_and_has_64_characters_at_most(
    floor: Floor, olga: StaffMember
) -> None:
    assert LONGEST_TITLE == 64
    for title in ("", "   ", "x" * 65):
        with pytest.raises(BadRequestText):
            await floor.do(categories.add, olga, 0, title, floor.now)
    await grow(floor, olga, "x" * 64)
    with pytest.raises(Conflict):
        await floor.do(categories.add, olga, 0, "x" * 64, floor.now)
    with pytest.raises(NotFound):
        await floor.do(categories.add, olga, 99, "below nothing", floor.now)


async def test_the_tree_is_five_levels_deep_at_most(floor: Floor, olga: StaffMember) -> None:
    path = "/".join("abcde")
    await grow(floor, olga, *(path[: 2 * n + 1] for n in range(MOST_LEVELS)))
    deepest = (await shape(floor))[-1]
    assert deepest == path
    async with floor.unit() as uow:
        number = (await uow.categories.all())[-1].id
    with pytest.raises(BadRequestText):
        await floor.do(categories.add, olga, number, "f", floor.now)


@pytest.mark.requirement("QUE-19")
async def test_a_node_is_assigned_to_a_group_with_all_below_it(
    floor: Floor, olga: StaffMember
) -> None:
    new = await grow(floor, olga, "Delivery", "Delivery/Late", "Delivery/Lost", "Money")

    given = await floor.do(categories.toggle, olga, floor.sales, new["Delivery"], floor.now)
    assert given.named == {new["Delivery"], new["Delivery/Late"], new["Delivery/Lost"]}
    less = await floor.do(categories.toggle, olga, floor.sales, new["Delivery/Late"], floor.now)
    assert less.named == {new["Delivery/Lost"]}

    bo = await floor.agent("Bo")
    ann = await floor.serves(bo, "Ann")
    found = await ask(floor, naming, bo, ann)
    assert [topic.path for topic in found.topics] == ["Delivery/Lost"]


SHAPES = st.lists(st.integers(0, 12), max_size=12).map(
    lambda above: [
        Topic(n, None if p == 0 or p >= n else p, f"n{n}") for n, p in enumerate(above, 1)
    ]
)


# A sibling two levels below the chosen one.
@example([Topic(1, None, "1"), Topic(2, 1, "2"), Topic(3, 2, "3"), Topic(4, 2, "4")], [1, 3])
@given(SHAPES, st.lists(st.integers(1, 12), max_size=8))
def test_ticking_a_node_gives_or_takes_exactly_it_and_what_stands_below(
    topics: list[Topic], ticks: list[int]
) -> None:
    """Whatever the tree and the order of ticks; and what is chosen never holds a node twice."""
    tree = Tree(topics)
    chosen: frozenset[int] = frozenset()
    for node in (n for n in ticks if n in tree):
        before = tree.whole(chosen)
        taken = node in before
        chosen = (without_node if taken else with_node)(tree, chosen, node)
        after = tree.whole(chosen)
        above = {one.id for one in tree.line(node)}
        if taken:
            # The nodes above it are no longer whole, so they are not given either.
            assert after == before - tree.whole([node]) - above
        else:
            assert after == before | tree.whole([node])
        assert not any(one in tree.whole([other]) for one in chosen for other in chosen - {one})


# -- the end --------------------------------------------------------------------------------------


@pytest.mark.requirement("QUE-18")
@pytest.mark.requirement("PRM-17")
@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize("assigned", [True, False])
async def test_a_category_is_needed_only_where_switched_on_and_assigned(
    floor: Floor, olga: StaffMember, on: bool, assigned: bool
) -> None:
    assert not Policy().ask_category
    new = await grow(floor, olga, "Money")
    if assigned:
        await floor.do(categories.toggle, olga, floor.sales, new["Money"], floor.now)
    bo = await floor.agent("Bo")
    ann = await floor.serves(bo, "Ann")
    policies = ON if on else Policies()

    if on and assigned:
        with pytest.raises(Unnamed):
            await ask(floor, end, bo, ann, policies=policies)
        assert (await floor.talk(ann)).state is State.SERVING
        assert (await ask(floor, naming, bo, ann)).owed
        await ask(floor, tick, bo, ann, new["Money"])

    over = await ask(floor, end, bo, ann, policies=policies)

    assert over == Over(ann, "Ann", assigned)
    assert (await floor.talk(ann)).state is State.ENDED


@pytest.mark.requirement("QUE-18")
async def test_a_remark_alone_satisfies(floor: Floor, olga: StaffMember) -> None:
    new = await grow(floor, olga, "Money")
    await floor.do(categories.toggle, olga, floor.sales, new["Money"], floor.now)
    bo = await floor.agent("Bo")
    ann = await floor.serves(bo, "Ann")
    await ask(floor, note, bo, ann, "   ")
    with pytest.raises(Unnamed):
        await ask(floor, end, bo, ann)

    await ask(floor, note, bo, ann, "asked for the way")
    await ask(floor, end, bo, ann)

    assert (await floor.talk(ann)).state is State.ENDED


@pytest.mark.requirement("QUE-18")
async def test_the_end_of_a_silent_customers_conversation_asks_for_none(
    floor: Floor, olga: StaffMember
) -> None:
    """Only its agent is asked: what the clock ends, ends."""
    new = await grow(floor, olga, "Money")
    await floor.do(categories.toggle, olga, floor.sales, new["Money"], floor.now)
    bo = await floor.agent("Bo")
    ann = await floor.serves(bo, "Ann", said=())
    policies = Policies({"": {"ask_category": True, "end_minutes": 5}})
    await floor.do(lambda uow: uow.timers.set([Timer(END, floor.now, ann)]))
    async with floor.unit() as uow:
        due = await uow.timers.due(floor.now, 10)

    book = Compiled.build(Playbook())
    await ask(floor, silent_customer.end, due, book=book, policies=policies)

    assert (await floor.talk(ann)).state is State.ENDED


@pytest.mark.requirement("QUE-17")
async def test_several_categories_and_a_remark_are_kept_and_counted_by_day(
    floor: Floor, olga: StaffMember
) -> None:
    """Days are the tenant's; what is deleted later still counts under its number."""
    new = await grow(floor, olga, "Delivery", "Delivery/Late", "Money")
    for node in ("Delivery", "Money"):
        await floor.do(categories.toggle, olga, floor.sales, new[node], floor.now)
    bo = await floor.agent("Bo")
    ann, dee = await floor.serves(bo, "Ann"), await floor.serves(bo, "Dee")
    for number in ("Delivery/Late", "Money", "Delivery"):
        await ask(floor, tick, bo, ann, new[number])
    found: Naming = await ask(floor, tick, bo, ann, new["Delivery"])
    assert [topic.path for topic in found.chosen] == ["Delivery/Late", "Money"]
    await ask(floor, note, bo, ann, "twice this month")
    await ask(floor, end, bo, ann)
    since = floor.now
    floor.later(hours=4)  # 20:00 in Shanghai becomes midnight
    await ask(floor, tick, bo, dee, new["Money"])
    await ask(floor, end, bo, dee)
    await floor.do(categories.delete, olga, new["Money"], floor.now)

    async with floor.unit() as uow:
        kept = await uow.categories.of_conversation(ann)
        counts = await uow.categories.counts(since, floor.now + timedelta(seconds=1), ZONE)
        before = await uow.categories.counts(since, floor.now, ZONE)

    assert kept == ([new["Delivery/Late"], new["Money"]], "twice this month")
    first, second = since.astimezone(ZONE).date(), floor.now.astimezone(ZONE).date()
    assert (second - first).days == 1
    assert counts == {
        (first, new["Delivery/Late"]): 1,
        (first, new["Money"]): 1,
        (second, new["Money"]): 1,
    }
    assert set(before) == {key for key in counts if key[0] == first}


@pytest.mark.parametrize(
    ("what", "key"),
    [
        ("another's", "desk.not_yours"),
        ("long ago", "category.too_late"),
        ("not assigned", "category.unknown"),
        ("long remark", "category.long_remark"),
        ("nowhere", "desk.no_such_conversation"),
    ],
)
async def test_what_cannot_be_named(floor: Floor, olga: StaffMember, what: str, key: str) -> None:
    new = await grow(floor, olga, "Money", "Other")
    await floor.do(categories.toggle, olga, floor.sales, new["Money"], floor.now)
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    ann = await floor.serves(bo, "Ann")
    who, number, node = bo, ann, new["Money"]
    if what == "another's":
        who = cy
    elif what == "long ago":
        await ask(floor, end, bo, ann, policies=Policies())
        floor.later(minutes=30)
        await ask(floor, tick, bo, ann, node)
        floor.later(milliseconds=1)
    elif what == "not assigned":
        node = new["Other"]
    elif what == "nowhere":
        number = 99

    with pytest.raises(DeskError) as refusal:
        if what == "long remark":
            await ask(floor, note, bo, ann, "x" * (LONGEST_REMARK + 1))
        else:
            await ask(floor, tick, who, number, node)

    assert refusal.value.key == key
