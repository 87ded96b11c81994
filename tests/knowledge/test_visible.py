"""Who sees which part of the knowledge base."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.visible import hidden_from, sees, with_node, without_node
from core.messages import text
from core.playbook import Category, FaqEntry, Playbook, Scope, Shelf
from core.tree import Tree

# 1 ─ 2 ─ 3      4
NODES = [
    Category(1, Shelf.FAQ, None, "delivery", 1),
    Category(4, Shelf.FAQ, None, "returns", 2),
    Category(2, Shelf.FAQ, 1, "abroad", 1),
    Category(3, Shelf.FAQ, 2, "customs", 1),
]
TREE = Tree(NODES)


def entry(
    number: int,
    node: int | None,
    scope: Scope = Scope.PUBLIC,
    owner: int | None = None,
) -> FaqEntry:
    return FaqEntry(
        number, "", "q", (), (), text("a"), category_id=node, scope=scope, owner_id=owner
    )


ENTRIES = (entry(10, None), entry(11, 1), entry(12, 2), entry(13, 3), entry(14, 4))


@pytest.mark.requirement("KBF-24")
@pytest.mark.requirement("KBF-16")
@pytest.mark.parametrize(
    ("assigned", "hidden"),
    [
        pytest.param({}, set(), id="a group that was never narrowed gets everything"),
        pytest.param({7: {1}}, {10, 14}, id="a node includes all below it"),
        pytest.param({7: {2}}, {10, 11, 14}, id="what stands above it is not included"),
        pytest.param({7: {3, 4}}, {10, 11, 12}, id="several nodes add up"),
        pytest.param({7: set()}, {10, 11, 12, 13, 14}, id="nothing assigned, nothing given"),
        pytest.param({8: {4}}, set(), id="another group's assignment does not count"),
        pytest.param({7: {99}}, {10, 11, 12, 13, 14}, id="a node that is gone gives nothing"),
    ],
)
def test_customers_of_a_group_get_what_is_assigned_to_it(
    assigned: dict[int, set[int]], hidden: set[int]
) -> None:
    book = Playbook(
        faq=ENTRIES,
        categories=tuple(NODES),
        assigned={group: frozenset(nodes) for group, nodes in assigned.items()},
    )

    assert hidden_from(7, book) == hidden
    assert hidden_from(None, book) == frozenset()


@pytest.mark.requirement("KBF-23")
@pytest.mark.parametrize(
    ("groups", "assigned", "seen"),
    [
        pytest.param((7,), {7: {1}}, {11, 12, 13}, id="the assigned tree is what agents see"),
        pytest.param((7, 8), {7: {3}, 8: {4}}, {13, 14}, id="several groups add up"),
        pytest.param((7, 8), {7: {3}}, {10, 11, 12, 13, 14}, id="one group sees everything"),
        pytest.param((), {7: {3}}, {10, 11, 12, 13, 14}, id="in no group"),
    ],
)
def test_agents_see_what_is_assigned_to_their_groups(
    groups: tuple[int, ...], assigned: dict[int, set[int]], seen: set[int]
) -> None:
    asked = sees(1, groups, (), NODES, {g: frozenset(n) for g, n in assigned.items()})

    assert {one.id for one in ENTRIES if asked(one)} == seen


@pytest.mark.parametrize(
    ("scope", "owner", "seen"),
    [
        (Scope.PERSONAL, 1, True),
        (Scope.PERSONAL, 2, False),
        (Scope.GROUP, 7, True),
        (Scope.GROUP, 8, False),
        (Scope.DEPARTMENT, 5, True),
        (Scope.DEPARTMENT, 6, False),
    ],
)
def test_what_belongs_to_somebody_is_seen_by_them_alone(
    scope: Scope, owner: int, seen: bool
) -> None:
    asked = sees(1, (7,), (5,), NODES, {7: frozenset()})

    assert asked(entry(20, None, scope, owner)) is seen


@pytest.mark.requirement("KBF-23")
@given(st.lists(st.sampled_from([1, 2, 3, 4])))
def test_pressing_nodes_gives_them_with_all_below_and_takes_them_away(presses: list[int]) -> None:
    chosen: frozenset[int] = frozenset()
    for node in presses:
        whole, had = TREE.whole([node]), TREE.whole(chosen)
        if node in had:
            chosen = without_node(TREE, chosen, node)
            line = {one.id for one in TREE.line(node)}
            # Those above lose what is theirs alone; nothing beside the line changes.
            assert TREE.whole(chosen) == had - whole - line
        else:
            chosen = with_node(TREE, chosen, node)
            assert TREE.whole(chosen) == had | whole
