"""Owners put our people into departments."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import access
from bot.access import Permission
from core.errors import BadRequestText, Conflict, NotFound
from storage.repos.accounts import DEPARTMENT, Receiver
from storage.repos.audit import Change
from storage.repos.departments import Branch, above, below
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

LONGEST_NAME = 32
LONGEST_REMARK = 256
MOST_LEVELS = 5
"""Source: requirement ORG-12."""
_FORBIDDEN = re.compile(r'[\\:?"<>|]')
"""Source: requirement ORG-14."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A department as it is listed.

    Args:
        branch: The department.
        level: 1 for the first.
        head: Name of who leads it; empty for nobody.
        people: Who is in it, in the order in which they were added.
    """

    branch: Branch
    level: int
    head: str
    people: tuple[StaffMember, ...]


async def departments(uow: UnitOfWork, actor: StaffMember) -> list[Listed]:
    """Return every department, each followed by those below it.

    Raises:
        NotAllowed: The actor may not manage people.
    """
    access.require(actor.role, Permission.STAFF)
    branches = await uow.departments.all()
    inside = await uow.departments.people()
    staff = {member.id: member for member in await uow.staffing.all(active_only=False)}
    return [
        Listed(
            branch,
            len(above(branches, branch.id)),
            staff[branch.head_id].name if branch.head_id in staff else "",
            tuple(staff[person] for person in inside.get(branch.id, ())),
        )
        for branch in branches
    ]


async def add(
    uow: UnitOfWork,
    actor: StaffMember,
    name: str,
    parent_id: int | None,
    now: datetime,
    remark: str = "",
) -> Branch:
    """Add a department.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who adds.
        name: 1 to 32 characters.
        parent_id: Below which one; ``None`` for the first level.
        now: The moment.
        remark: Anything worth knowing; may be empty.

    Raises:
        BadRequestText: The name or remark does not fit, or it would stand on the sixth level.
        Conflict: A neighbour has that name.
        NotFound: There is no such department above it.
    """
    access.require(actor.role, Permission.STAFF)
    branches = await uow.departments.all()
    branch = Branch(0, parent_id, _name(name), _remark(remark))
    if parent_id is not None:
        _known(branches, parent_id)
    if len(above(branches, parent_id)) + 1 > MOST_LEVELS:
        raise BadRequestText("department.too_deep", limit=MOST_LEVELS)
    _refuse_taken(branches, branch)
    branch = replace(branch, id=await uow.departments.add(branch, now))
    await _record(uow, actor, "add", None, branch, now)
    return branch


async def change(
    uow: UnitOfWork,
    actor: StaffMember,
    number: int,
    now: datetime,
    *,
    name: str | None = None,
    remark: str | None = None,
) -> Branch:
    """Give a department another name or remark; ``None`` leaves it.

    Raises:
        BadRequestText: It does not fit.
        Conflict: A neighbour has that name.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.STAFF)
    branches = await uow.departments.all()
    before = _known(branches, number)
    after = before
    if name is not None:
        after = replace(after, name=_name(name))
    if remark is not None:
        after = replace(after, remark=_remark(remark))
    return await _store(uow, actor, branches, before, after, now)


async def move(
    uow: UnitOfWork, actor: StaffMember, number: int, parent_id: int | None, now: datetime
) -> Branch:
    """Put a department, with all that stands below it, under another one.

    Raises:
        BadRequestText: It would stand below itself, or something on the sixth level.
        Conflict: A neighbour there has its name.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.STAFF)
    branches = await uow.departments.all()
    before = _known(branches, number)
    moving = below(branches, number)
    if parent_id is not None:
        _known(branches, parent_id)
        if parent_id in moving:
            raise BadRequestText("department.under_itself")
    deepest = max(len(above(branches, one)) for one in moving) - len(above(branches, number))
    if len(above(branches, parent_id)) + 1 + deepest > MOST_LEVELS:
        raise BadRequestText("department.too_deep", limit=MOST_LEVELS)
    return await _store(uow, actor, branches, before, replace(before, parent_id=parent_id), now)


async def reorder(
    uow: UnitOfWork, actor: StaffMember, number: int, now: datetime, *, up: bool
) -> Branch:
    """Let a department trade places with its neighbour before it, or behind it.

    What stands below it goes with it. The first one cannot go further up, nor the last down:
    nothing happens then. Source: requirement ORG-12.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.STAFF)
    branches = await uow.departments.all()
    branch = _known(branches, number)
    beside = [one.id for one in branches if one.parent_id == branch.parent_id]
    at = beside.index(number)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(beside):
        return branch
    moved = [*beside]
    moved[at], moved[to] = moved[to], moved[at]
    await uow.departments.order(moved)
    await uow.audit.record(
        Change(
            now,
            actor.id,
            actor.name,
            "move",
            "department",
            str(number),
            before={"order": beside},
            after={"order": moved},
        )
    )
    return branch


async def lead(
    uow: UnitOfWork, actor: StaffMember, number: int, person: int | None, now: datetime
) -> Branch:
    """Say who leads a department; ``None`` for nobody.

    Raises:
        NotFound: There is no such department or person.
    """
    access.require(actor.role, Permission.STAFF)
    branches = await uow.departments.all()
    before = _known(branches, number)
    if person is not None and person not in await uow.staffing.by_ids([person]):
        raise NotFound("department.no_such_person")
    return await _store(uow, actor, branches, before, replace(before, head_id=person), now)


async def place(
    uow: UnitOfWork, actor: StaffMember, person: int, number: int | None, now: datetime
) -> StaffMember:
    """Put a person into a department; ``None`` takes them out of theirs.

    Raises:
        NotFound: There is no such department or person.
    """
    access.require(actor.role, Permission.STAFF)
    if number is not None:
        _known(await uow.departments.all(), number)
    found = await uow.staffing.by_ids([person])
    if person not in found:
        raise NotFound("department.no_such_person")
    before = found[person]
    if before.department_id != number:
        await uow.staffing.change(person, department_id=number)
        await uow.audit.record(
            Change(
                now,
                actor.id,
                actor.name,
                "change",
                "agent",
                str(person),
                before={"department": before.department_id},
                after={"department": number},
            )
        )
    return replace(before, department_id=number)


async def remove(uow: UnitOfWork, actor: StaffMember, number: int, now: datetime) -> Branch:
    """Delete a department that holds nothing; one on the first level must remain (ORG-15).

    Raises:
        Conflict: Departments stand below it, people are in it, quick replies belong to it, an
            account or an allocation rule names it, or it is the last one on the first level.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.STAFF)
    branches = await uow.departments.all()
    branch = _known(branches, number)
    children = len(below(branches, number)) - 1
    people = len((await uow.departments.people()).get(number, ()))
    replies = await uow.library.owned_by_department(number)
    if children or people or replies:
        raise Conflict(
            "department.not_empty",
            name=branch.name,
            departments=children,
            people=people,
            replies=replies,
        )
    if branch.parent_id is None and sum(one.parent_id is None for one in branches) == 1:
        raise Conflict("department.last", name=branch.name)
    await _refuse_named(uow, branch)
    await uow.departments.delete(number)
    await _record(uow, actor, "delete", branch, None, now)
    return branch


async def _store(
    uow: UnitOfWork,
    actor: StaffMember,
    branches: Sequence[Branch],
    before: Branch,
    after: Branch,
    now: datetime,
) -> Branch:
    if after == before:
        return before
    _refuse_taken(branches, after)
    await uow.departments.change(after)
    await _record(uow, actor, "change", before, after, now)
    return after


async def _record(
    uow: UnitOfWork,
    actor: StaffMember,
    action: str,
    before: Branch | None,
    after: Branch | None,
    now: datetime,
) -> None:
    branch = after or before
    await uow.audit.record(
        Change(
            now,
            actor.id,
            actor.name,
            action,
            "department",
            str(branch.id) if branch else None,
            before=_facts(before),
            after=_facts(after),
        )
    )


def _facts(branch: Branch | None) -> dict[str, object] | None:
    if branch is None:
        return None
    return {
        "parent": branch.parent_id,
        "name": branch.name,
        "remark": branch.remark,
        "head": branch.head_id,
    }


async def _refuse_named(uow: UnitOfWork, branch: Branch) -> None:
    """Refuse to delete what accounts or rules name: nobody would serve their customers then."""
    receivers = await uow.accounts.receivers()
    accounts = [
        account.heading
        for account in await uow.accounts.all()
        if Receiver(DEPARTMENT, branch.id) in receivers.get(account.id, ())
    ]
    rules = [rule.name for rule in await uow.allocations.rules() if branch.id in rule.targets]
    if accounts or rules:
        raise Conflict("department.named", name=branch.name, by=", ".join([*accounts, *rules]))


def _remark(remark: str) -> str:
    if len(remark) > LONGEST_REMARK:
        raise BadRequestText("department.long_remark", limit=LONGEST_REMARK)
    return remark.strip()


def _known(branches: Sequence[Branch], number: int) -> Branch:
    for branch in branches:
        if branch.id == number:
            return branch
    raise NotFound("department.unknown", number=number)


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise BadRequestText("department.bad_length", limit=LONGEST_NAME)
    if _FORBIDDEN.search(name):
        raise BadRequestText("department.bad_name")
    return name


def _refuse_taken(branches: Sequence[Branch], wanted: Branch) -> None:
    for branch in branches:
        if branch.id != wanted.id and (branch.parent_id, branch.name) == (
            wanted.parent_id,
            wanted.name,
        ):
            raise Conflict("department.taken", name=wanted.name)
