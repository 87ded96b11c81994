"""Agents sort quick replies into groups, their own and those that they look after."""

from dataclasses import replace
from datetime import datetime

from bot import access, facts
from bot.access import Permission
from bot.reach import require_writing
from core.errors import BadRequestText, Conflict, NotFound
from core.playbook import Category, Shelf
from core.tree import LONGEST_NAME
from storage.repos.audit import Change
from storage.repos.library import Owner
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork


async def show(uow: UnitOfWork, actor: StaffMember, number: int) -> Category:
    """Return a group that *actor* may change.

    Raises:
        NotAllowed: They may not.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.SERVE)
    node = await uow.library.category(number)
    if node is None or node.shelf is not Shelf.DESK:
        raise NotFound("quick.no_such_group")
    await require_writing(uow, actor, (node.scope, node.owner_id))
    return node


async def add(
    uow: UnitOfWork, actor: StaffMember, owner: Owner, name: str, now: datetime
) -> Category:
    """Add a group of quick replies; there may be any number of them (requirement MAT-02).

    Raises:
        BadRequestText: The name does not fit.
        Conflict: There is one of that name.
        NotAllowed: They may not write there.
    """
    access.require(actor.role, Permission.SERVE)
    await require_writing(uow, actor, owner)
    node = Category(0, Shelf.DESK, None, _group_name(name), 0, *owner)
    await _refuse_taken(uow, node)
    number = await uow.library.add_category(node, now)
    node = await uow.library.category(number) or replace(node, id=number)
    await _record(uow, actor, "add", None, node, now)
    return node


async def rename(
    uow: UnitOfWork, actor: StaffMember, number: int, name: str, now: datetime
) -> Category:
    """Give a group another name.

    Raises:
        BadRequestText: The name does not fit.
        Conflict: There is one of that name.
        NotAllowed: They may not.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.SERVE)
    before = await show(uow, actor, number)
    node = replace(before, name=_group_name(name))
    if node != before:
        await _refuse_taken(uow, node)
        await uow.library.change_category(node)
        await _record(uow, actor, "change", before, node, now)
    return node


async def remove(uow: UnitOfWork, actor: StaffMember, number: int, now: datetime) -> Category:
    """Delete a group in which nothing is. Source: requirement MAT-10.

    Raises:
        Conflict: There are replies or groups in it.
        NotAllowed: They may not.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.SERVE)
    node = await show(uow, actor, number)
    if await uow.library.holds([number]):
        raise Conflict("quick.group_not_empty", name=node.name)
    await uow.library.delete_categories([number], now)
    await _record(uow, actor, "delete", node, None, now)
    return node


def _group_name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME or "/" in name:
        raise BadRequestText("quick.bad_group_name", limit=LONGEST_NAME)
    return name


async def _refuse_taken(uow: UnitOfWork, node: Category) -> None:
    place = (node.parent_id, node.name, node.scope, node.owner_id)
    for other in await uow.library.categories(Shelf.DESK):
        if other.id != node.id and place == (
            *(other.parent_id, other.name, other.scope, other.owner_id),
        ):
            raise Conflict("quick.group_taken", name=node.name)


async def _record(
    uow: UnitOfWork,
    actor: StaffMember,
    action: str,
    before: Category | None,
    after: Category | None,
    now: datetime,
) -> None:
    kept = after or before
    await uow.audit.record(
        Change(
            *(now, actor.id, actor.name, action, "category", str(kept.id) if kept else None),
            before=facts.of_category(before) if before else None,
            after=facts.of_category(after) if after else None,
        )
    )
