"""Admins arrange the knowledge tree: add, rename, move, order and delete its nodes."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from bot import access, bell, facts
from bot.access import Permission
from core.errors import BadRequestText, Conflict, NotFound
from core.playbook import Category, FaqEntry, Scope, Shelf
from core.tree import LONGEST_NAME, LOOSE, ROOT, Tree
from storage.repos.audit import Change
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Holding:
    """What a node holds, with all that stands below it.

    Args:
        node: The node.
        nodes: Nodes below it, each followed by those below it.
        entries: Entries in any of them.
    """

    node: Category
    nodes: tuple[Category, ...]
    entries: tuple[FaqEntry, ...]


@dataclass(frozen=True, slots=True)
class Stock:
    """A shelf as it stands: its tree and what lies in it, of what belongs to everybody.

    Args:
        tree: The nodes.
        entries: Entries in their order; one whose node is gone counts as "uncategorised".
    """

    tree: Tree[Category]
    entries: tuple[FaqEntry, ...]

    def lying_in(self, node: int) -> list[FaqEntry]:
        """Return the entries right in a node; of ``ROOT`` ("all questions") all there are."""
        if node == ROOT:
            return list(self.entries)
        return [entry for entry in self.entries if self._place(entry) == node]

    def counts(self) -> dict[int, int]:
        """Return how many entries lie in each node and below it; for ``LOOSE`` too."""
        found: Counter[int] = Counter()
        for entry in self.entries:
            place = self._place(entry)
            for one in self.tree.line(place):
                found[one.id] += 1
            found[LOOSE] += place == LOOSE
        return dict(found)

    def _place(self, entry: FaqEntry) -> int:
        place = entry.category_id
        return LOOSE if place is None or place not in self.tree else place


async def stock(uow: UnitOfWork, actor: StaffMember, shelf: Shelf) -> Stock:
    """Return a shelf with all that belongs to everybody.

    Raises:
        NotAllowed: The actor may not teach.
    """
    access.require(actor.role, Permission.TEACH)
    entries = await uow.library.entries(shelf)
    return Stock(
        await _tree(uow, shelf), tuple(entry for entry in entries if entry.scope is Scope.PUBLIC)
    )


async def folders(uow: UnitOfWork, actor: StaffMember, shelf: Shelf) -> Tree[Category]:
    """Return the tree of a shelf.

    Raises:
        NotAllowed: The actor may not teach.
    """
    access.require(actor.role, Permission.TEACH)
    return await _tree(uow, shelf)


async def folder(uow: UnitOfWork, actor: StaffMember, number: int) -> Category:
    """Return one node.

    Raises:
        BadRequestText: It is "all questions" or "uncategorised", which always are as they are.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    if number in {ROOT, LOOSE}:
        raise BadRequestText("folder.fixed")
    node = await uow.library.category(number)
    if node is None or node.scope is not Scope.PUBLIC:
        raise NotFound("folder.unknown", number=number)
    return node


async def add_folder(
    uow: UnitOfWork, actor: StaffMember, shelf: Shelf, above: int, name: str, now: datetime
) -> Category:
    """Add a node behind its neighbours.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who arranges.
        shelf: Whom it is for.
        above: The node that it is to stand in; ``ROOT`` for the first level.
        name: What to call it.
        now: The moment.

    Raises:
        BadRequestText: The name does not fit, or the tree would get too deep.
        Conflict: A neighbour has the name.
        NotFound: The node above is not there.
    """
    access.require(actor.role, Permission.TEACH)
    tree = await _tree(uow, shelf)
    parent = await _parent(tree, above)
    name = _name(name)
    await _refuse_deep(uow, tree.level(above) + 1)
    _refuse_twin(tree, above, name)
    node = Category(0, shelf, parent, name)
    node = replace(node, id=await uow.library.add_category(node, now))
    await _changed(uow, actor, "add", None, await folder(uow, actor, node.id), now)
    return node


async def add_path(
    uow: UnitOfWork, actor: StaffMember, shelf: Shelf, path: str, now: datetime
) -> Category:
    """Add the nodes of a path with slashes that are not there, and return the last one.

    Raises:
        BadRequestText: The path or a name does not fit, or the tree would get too deep.
        Conflict: All of them are there.
    """
    access.require(actor.role, Permission.TEACH)
    names = [name.strip() for name in path.split("/")]
    above, added = ROOT, None
    for name in names:
        tree = await _tree(uow, shelf)
        there = next((node for node in tree.children(above) if node.name == name), None)
        if there is None:
            there = added = await add_folder(uow, actor, shelf, above, name, now)
        above = there.id
    if added is None:
        raise Conflict("folder.known", name=names[-1])
    return added


async def rename_folder(
    uow: UnitOfWork, actor: StaffMember, number: int, name: str, now: datetime
) -> Category:
    """Give a node another name.

    Raises:
        BadRequestText: The name does not fit, or the node always is as it is.
        Conflict: A neighbour has the name.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    before = await folder(uow, actor, number)
    node = replace(before, name=_name(name))
    if node != before:
        _refuse_twin(await _tree(uow, node.shelf), node.parent_id or ROOT, node.name)
        await uow.library.change_category(node)
        await _changed(uow, actor, "change", before, node, now)
    return node


async def move_folder(
    uow: UnitOfWork, actor: StaffMember, number: int, above: int, now: datetime
) -> Category:
    """Put a node, with all that stands below it, into another one.

    Raises:
        BadRequestText: It would stand in itself, or the tree would get too deep, or the node
            always is where it is.
        Conflict: A neighbour has its name there.
        NotFound: One of them is not there.
    """
    access.require(actor.role, Permission.TEACH)
    before = await folder(uow, actor, number)
    tree = await _tree(uow, before.shelf)
    parent = await _parent(tree, above)
    if above in tree.whole([number]):
        raise BadRequestText("folder.into_itself")
    if parent == before.parent_id:
        return before
    await _refuse_deep(uow, tree.level(above) + 1 + tree.levels_below(number))
    _refuse_twin(tree, above, before.name)
    node = replace(before, parent_id=parent, position=_behind(tree, above))
    await uow.library.change_category(node)
    await _changed(uow, actor, "change", before, node, now)
    return node


async def shift_folder(
    uow: UnitOfWork, actor: StaffMember, number: int, up: bool, now: datetime
) -> Category:
    """Let a node trade places with the neighbour before or behind it; at the end it stays.

    Raises:
        BadRequestText: The node always is where it is.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    node = await folder(uow, actor, number)
    tree = await _tree(uow, node.shelf)
    before = [one.id for one in tree.children(node.parent_id or ROOT)]
    here = before.index(number)
    there = here - 1 if up else here + 1
    if 0 <= there < len(before):
        after = list(before)
        after[here], after[there] = after[there], after[here]
        await uow.library.order_categories(after)
        shelf = node.shelf.value
        await uow.audit.record(
            Change(
                *(now, actor.id, actor.name, "move", "category", str(number)),
                before={"shelf": shelf, "order": before},
                after={"shelf": shelf, "order": after},
            )
        )
        await _taught(uow, node.shelf)
    return node


async def holding(uow: UnitOfWork, actor: StaffMember, number: int) -> Holding:
    """Return what a node holds.

    Raises:
        BadRequestText: The node cannot be deleted, whatever it holds.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    node = await folder(uow, actor, number)
    tree = await _tree(uow, node.shelf)
    nodes = tree.whole([number])
    entries = [e for e in await uow.library.entries(node.shelf) if e.category_id in nodes]
    return Holding(node, tuple(tree.below(number)), tuple(entries))


async def delete_folder(
    uow: UnitOfWork, actor: StaffMember, number: int, now: datetime, *, whole: bool = False
) -> Holding:
    """Delete a node. Source: requirements KBF-05, KBF-28.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who deletes.
        number: The node.
        now: The moment.
        whole: Delete with it all that it holds; otherwise it must hold nothing.

    Returns:
        What was deleted.

    Raises:
        BadRequestText: The node always is there.
        Conflict: It holds something.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    held = await holding(uow, actor, number)
    if (held.nodes or held.entries) and not whole:
        raise Conflict(
            "folder.holds", name=held.node.name, nodes=len(held.nodes), entries=len(held.entries)
        )
    await uow.library.delete([entry.id for entry in held.entries], now)
    nodes = (held.node, *held.nodes)
    await uow.library.delete_categories([node.id for node in nodes], now)
    subject = "faq" if held.node.shelf is Shelf.FAQ else "entry"
    # Taken back in the opposite order: first the nodes from the top, then what lies in them.
    await uow.audit.record(
        *(
            Change(
                *(now, actor.id, actor.name, "delete", subject, str(entry.id)),
                before=facts.of_entry(entry),
            )
            for entry in held.entries
        ),
        *(
            Change(
                *(now, actor.id, actor.name, "delete", "category", str(node.id)),
                before=facts.of_category(node),
            )
            for node in reversed(nodes)
        ),
    )
    await _taught(uow, held.node.shelf)
    return held


async def _tree(uow: UnitOfWork, shelf: Shelf) -> Tree[Category]:
    return Tree([n for n in await uow.library.categories(shelf) if n.scope is Scope.PUBLIC])


async def _parent(tree: Tree[Category], above: int) -> int | None:
    if above == ROOT:
        return None
    if above == LOOSE:
        raise BadRequestText("folder.fixed")
    if above not in tree:
        raise NotFound("folder.unknown", number=above)
    return above


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise BadRequestText("folder.no_name")
    if len(name) > LONGEST_NAME:
        raise BadRequestText("folder.long_name", count=len(name), limit=LONGEST_NAME)
    if "/" in name:
        raise BadRequestText("folder.slash")
    return name


async def _refuse_deep(uow: UnitOfWork, level: int) -> None:
    depth = (await uow.taught.answering()).depth
    if level > depth:
        raise BadRequestText("folder.too_deep", limit=depth)


def _refuse_twin(tree: Tree[Category], above: int, name: str) -> None:
    if any(node.name == name for node in tree.children(above)):
        raise Conflict("folder.known", name=name)


def _behind(tree: Tree[Category], above: int) -> int:
    return max((node.position for node in tree.children(above)), default=0) + 1


async def _changed(
    uow: UnitOfWork,
    actor: StaffMember,
    action: str,
    before: Category | None,
    after: Category,
    now: datetime,
) -> None:
    await uow.audit.record(
        Change(
            *(now, actor.id, actor.name, action, "category", str(after.id)),
            before=facts.of_category(before) if before else None,
            after=facts.of_category(after),
        )
    )
    await _taught(uow, after.shelf)


async def _taught(uow: UnitOfWork, shelf: Shelf) -> None:
    """Count a change of the playbook; what only agents see is no part of it."""
    if shelf is Shelf.FAQ:
        await uow.taught.touch()
        uow.ring(bell.PLAYBOOK)
