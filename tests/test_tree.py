"""The knowledge tree as a shape."""

from hypothesis import given
from hypothesis import strategies as st

from core.playbook import Category, Shelf
from core.tree import ROOT, Tree


def node(number: int, above: int | None = None, name: str = "") -> Category:
    return Category(number, Shelf.FAQ, above, name or f"n{number}", number)


TREE = Tree([node(1), node(2), node(3, 1), node(4, 3), node(5, 1)])


def test_the_root_stands_above_everything() -> None:
    assert [n.id for n in TREE.children(ROOT)] == [1, 2]
    assert [n.id for n in TREE] == [1, 3, 4, 5, 2]
    assert len(TREE) == 5
    assert TREE.level(ROOT) == 0
    assert TREE.path(ROOT) == ""


def test_a_node_knows_its_line_and_what_stands_below() -> None:
    assert TREE.path(4) == "n1/n3/n4"
    assert TREE.level(4) == 3
    assert TREE.levels_below(1) == 2
    assert TREE.levels_below(2) == 0
    assert TREE.whole([3, 2]) == {3, 4, 2}
    assert TREE.whole([99]) == frozenset()


def test_a_node_without_its_parent_is_left_out() -> None:
    tree = Tree([node(1), node(7, 6), node(8, 7)])

    assert [n.id for n in tree] == [1]
    assert 8 not in tree
    assert tree.get(8) is None


@given(st.lists(st.integers(0, 30), max_size=40))
def test_any_nodes_make_a_tree_that_ends(parents: list[int]) -> None:
    """Rows may name any parent, themselves and each other included."""
    tree = Tree([node(n, above or None) for n, above in enumerate(parents, 1)])

    seen = [n.id for n in tree]
    assert len(seen) == len(set(seen)) == len(tree)
    for number in seen:
        assert number not in {n.id for n in tree.below(number)}
        assert tree.level(number) == len(tree.line(number))
