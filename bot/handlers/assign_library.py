"""Admins say which part of the knowledge base a service group gets."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot import access, bell
from bot.access import Permission
from bot.knowledge.visible import with_node, without_node
from core.errors import NotFound
from core.playbook import Category, Scope, Shelf
from core.tree import Tree
from storage.repos.audit import Change
from storage.repos.staffing import ServiceGroup, StaffMember
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Assigned:
    """What a group gets of a shelf.

    Args:
        group: The group.
        shelf: The shelf.
        tree: Its nodes.
        chosen: The nodes that were chosen; ``None``: everything.
    """

    group: ServiceGroup
    shelf: Shelf
    tree: Tree[Category]
    chosen: frozenset[int] | None

    def gets(self, node: int) -> bool:
        """Say whether the group gets a node."""
        return self.chosen is None or node in self.tree.whole(self.chosen)


async def groups(uow: UnitOfWork, actor: StaffMember) -> list[ServiceGroup]:
    """Return the service groups, oldest first.

    Raises:
        NotAllowed: The actor may not teach.
    """
    access.require(actor.role, Permission.TEACH)
    return await uow.staffing.groups()


async def assigned(uow: UnitOfWork, actor: StaffMember, group_id: int, shelf: Shelf) -> Assigned:
    """Return what a group gets of a shelf.

    Raises:
        NotFound: There is no such group.
    """
    access.require(actor.role, Permission.TEACH)
    group = next((one for one in await uow.staffing.groups() if one.id == group_id), None)
    if group is None:
        raise NotFound("group.unknown", name=group_id)
    nodes = [n for n in await uow.library.categories(shelf) if n.scope is Scope.PUBLIC]
    chosen = (await uow.library.assigned(shelf)).get(group_id)
    return Assigned(group, shelf, Tree(nodes), chosen)


async def toggle(
    uow: UnitOfWork, actor: StaffMember, group_id: int, shelf: Shelf, node: int, now: datetime
) -> Assigned:
    """Give a group a node with all below it, or take it away where the group gets it.

    A group that gets everything keeps the other nodes. Source: requirements KBF-23, KBF-24.

    Raises:
        NotFound: There is no such group or no such node.
    """
    access.require(actor.role, Permission.TEACH)
    before = await assigned(uow, actor, group_id, shelf)
    tree = before.tree
    if node not in tree:
        raise NotFound("folder.unknown", number=node)
    chosen = before.chosen
    if chosen is None:
        chosen = frozenset(one.id for one in tree.children(0))
    change: Callable[[Tree[Category], frozenset[int], int], frozenset[int]] = (
        without_node if before.gets(node) else with_node
    )
    return await _store(uow, actor, before, change(tree, chosen, node), now)


async def give_everything(
    uow: UnitOfWork, actor: StaffMember, group_id: int, shelf: Shelf, now: datetime
) -> Assigned:
    """Give a group the whole shelf again, with what will be added later.

    Raises:
        NotFound: There is no such group.
    """
    access.require(actor.role, Permission.TEACH)
    before = await assigned(uow, actor, group_id, shelf)
    return await _store(uow, actor, before, None, now)


async def give_nothing(
    uow: UnitOfWork, actor: StaffMember, group_id: int, shelf: Shelf, now: datetime
) -> Assigned:
    """Take the whole shelf away from a group, so that it gets only what is assigned from now on.

    Raises:
        NotFound: There is no such group.
    """
    access.require(actor.role, Permission.TEACH)
    before = await assigned(uow, actor, group_id, shelf)
    return await _store(uow, actor, before, frozenset(), now)


async def _store(
    uow: UnitOfWork,
    actor: StaffMember,
    before: Assigned,
    chosen: frozenset[int] | None,
    now: datetime,
) -> Assigned:
    if chosen == before.chosen:
        return before
    await uow.library.assign(before.group.id, before.shelf, chosen)
    await uow.audit.record(
        Change(
            *(now, actor.id, actor.name, "change", "assignment", str(before.group.id)),
            before=_facts(before.shelf, before.chosen),
            after=_facts(before.shelf, chosen),
        )
    )
    if before.shelf is Shelf.FAQ:
        await uow.taught.touch()
        uow.ring(bell.PLAYBOOK)
    return Assigned(before.group, before.shelf, before.tree, chosen)


def _facts(shelf: Shelf, chosen: frozenset[int] | None) -> dict[str, object]:
    return {"shelf": shelf.value, "nodes": None if chosen is None else sorted(chosen)}
