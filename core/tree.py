"""Trees as a shape, of the knowledge base and of consultation categories: what is below what."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar

ROOT = 0
"""Stands for "all questions", the root: it always exists and is no stored node."""
LOOSE = -1
"""Stands for "uncategorised", the first node of the first level: likewise."""
LONGEST_NAME = 30
"""Characters that a node's name may have. Source: requirement KBF-03."""


class Kin(Protocol):
    """What a tree must know of a node."""

    @property
    def id(self) -> int:
        """Its number; none is 0."""

    @property
    def parent_id(self) -> int | None:
        """The node above it; ``None``: it stands on the first level."""

    @property
    def name(self) -> str:
        """What it is called."""


Node = TypeVar("Node", bound=Kin)


class Tree(Generic[Node]):
    """Nodes by their numbers.

    Args:
        nodes: Neighbours in their order; a node whose parent is not among them is left out.
    """

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._below: dict[int, list[Node]] = {}
        for node in nodes:
            self._below.setdefault(node.parent_id or ROOT, []).append(node)
        self._nodes: dict[int, Node] = {}
        self._paths: dict[int, tuple[int, ...]] = {ROOT: ()}
        level = [ROOT]
        while level:
            deeper = []
            for above in level:
                for node in self._below.get(above, ()):
                    self._nodes[node.id] = node
                    self._paths[node.id] = (*self._paths[above], node.id)
                    deeper.append(node.id)
            level = deeper

    def __contains__(self, number: int) -> bool:
        return number in self._nodes

    def __iter__(self) -> Iterator[Node]:
        """Go through every node: each is followed by what stands below it."""
        yield from self.below(ROOT)

    def __len__(self) -> int:
        return len(self._nodes)

    def get(self, number: int) -> Node | None:
        """Return a node; ``None`` for the root and for what is not there."""
        return self._nodes.get(number)

    def children(self, number: int) -> tuple[Node, ...]:
        """Return the nodes right below one (``ROOT``: the first level), in their order."""
        return tuple(self._below.get(number, ()))

    def below(self, number: int) -> list[Node]:
        """Return all that stands below a node, each followed by what stands below it."""
        found: list[Node] = []
        waiting = list(reversed(self.children(number)))
        while waiting:
            node = waiting.pop()
            found.append(node)
            waiting += reversed(self.children(node.id))
        return found

    def line(self, number: int) -> tuple[Node, ...]:
        """Return the nodes from the first level down to a node, itself included."""
        return tuple(self._nodes[one] for one in self._paths.get(number, ()))

    def path(self, number: int) -> str:
        """Return the names along the line with slashes; empty for the root."""
        return "/".join(node.name for node in self.line(number))

    def level(self, number: int) -> int:
        """Return on which level a node stands: 1 for the first, 0 for the root."""
        return len(self._paths.get(number, ()))

    def levels_below(self, number: int) -> int:
        """Return how many levels there are below a node: 0 where it has no children."""
        deepest = max((self.level(node.id) for node in self.below(number)), default=0)
        return max(0, deepest - self.level(number))

    def whole(self, numbers: Iterable[int]) -> frozenset[int]:
        """Return *numbers* and all that stands below them."""
        return frozenset(
            one
            for number in numbers
            if number in self._nodes
            for one in (number, *(node.id for node in self.below(number)))
        )
