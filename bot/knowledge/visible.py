"""Who sees which part of the knowledge base. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from core.playbook import Category, FaqEntry, Playbook, Scope
from core.tree import Node, Tree

Sees = Callable[[FaqEntry], bool]


def hidden_from(group_id: int | None, playbook: Playbook) -> frozenset[int]:
    """Return the entries that customers of a service group do not get.

    A group to which nothing was ever assigned gets everything. Where something was, its customers
    get what lies in the assigned nodes and below them, and nothing else: an entry that is added
    elsewhere, or is in no category, reaches them once its node is assigned.
    Source: requirements KBF-16, KBF-23, KBF-24.

    Args:
        group_id: The group; ``None`` for a customer of none, who gets everything.
        playbook: The playbook.

    Returns:
        Numbers of entries; whether they are on and valid is not looked at.
    """
    assigned = None if group_id is None else playbook.assigned.get(group_id)
    if assigned is None:
        return frozenset()
    nodes = Tree(playbook.categories).whole(assigned)
    return frozenset(entry.id for entry in playbook.faq if entry.category_id not in nodes)


def sees(
    member_id: int,
    groups: Iterable[int],
    departments: Iterable[int],
    categories: Sequence[Category],
    assigned: Mapping[int, frozenset[int]],
) -> Sees:
    """Return a question: does a member of staff see this entry?

    Personal entries are seen by their owner, those of a department or a service group by whoever
    belongs to it. Of what belongs to everybody they see what is assigned to one of their groups:
    everything, where a group of theirs was never narrowed, or where they are in no group.
    Source: requirements KBF-23, MAT-01, MAT-24.

    Args:
        member_id: Who.
        groups: Service groups that they are in.
        departments: Their department and whatever else of departments they belong to.
        categories: Nodes of the agents' shelf.
        assigned: By group the nodes assigned to it, as ``library.assigned`` returns them.

    Returns:
        The question; whether an entry is on and valid is left to ``FaqEntry.offered_on``.
    """
    theirs = frozenset(groups)
    owners = {
        Scope.PERSONAL: frozenset({member_id}),
        Scope.GROUP: theirs,
        Scope.DEPARTMENT: frozenset(departments),
    }
    everything = not theirs or any(group not in assigned for group in theirs)
    nodes = Tree(categories).whole(node for group in theirs for node in assigned.get(group, ()))

    def asked(entry: FaqEntry) -> bool:
        if entry.scope is Scope.PUBLIC:
            return everything or entry.category_id in nodes
        return entry.owner_id in owners[entry.scope]

    return asked


def with_node(tree: Tree[Node], chosen: Iterable[int], node: int) -> frozenset[int]:
    """Return what is chosen once *node* is chosen too: it stands for all below it."""
    if node in tree.whole(chosen):
        return frozenset(chosen)
    return frozenset(chosen) - tree.whole([node]) | {node}


def without_node(tree: Tree[Node], chosen: Iterable[int], node: int) -> frozenset[int]:
    """Return what is chosen once *node* and all below it are not.

    Where a node above it was chosen, the others below that one stay chosen.
    """
    rest = set(chosen) - tree.whole([node])
    line = [one.id for one in tree.line(node)]
    split = False
    for above, next_one in pairwise(line):
        # From the chosen one down, each node on the way is given up for its other children.
        split = split or above in rest
        if split:
            rest.discard(above)
            rest |= {child.id for child in tree.children(above) if child.id != next_one}
    return frozenset(rest)
