"""Owners say which service groups there are."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from bot import access, bell
from bot.access import Permission
from core.errors import BadRequestText, Conflict, NotFound
from storage.repos.audit import Change
from storage.repos.staffing import ServiceGroup, StaffMember
from storage.uow import UnitOfWork

LONGEST_NAME = 64
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{1,30}", re.ASCII)
_NOT_IN_IDENTIFIER = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class GroupWishes:
    """What is to change about a group; ``None`` leaves it.

    An empty phone takes it away, and an empty client name too: customers then read the name.
    ``client_shown`` gives customers of other groups a button into this one (requirement QUE-03).
    """

    name: str | None = None
    identifier: str | None = None
    phone: str | None = None
    client_name: str | None = None
    client_shown: bool | None = None


async def groups(uow: UnitOfWork, actor: StaffMember) -> list[ServiceGroup]:
    """Return every group, oldest first.

    Raises:
        NotAllowed: The actor may not manage groups.
    """
    access.require(actor.role, Permission.STAFF)
    return await uow.staffing.groups()


async def group(uow: UnitOfWork, actor: StaffMember, number: int) -> ServiceGroup:
    """Return one group.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.STAFF)
    for one in await uow.staffing.groups():
        if one.id == number:
            return one
    raise NotFound("group.unknown", name=f"#{number}")


async def add(
    uow: UnitOfWork,
    actor: StaffMember,
    name: str,
    identifier: str | None,
    phone: str | None,
    now: datetime,
) -> ServiceGroup:
    """Add a group.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who adds.
        name: For people.
        identifier: For client requests; ``None`` to make one up.
        phone: ``None`` for none.
        now: The moment.

    Raises:
        BadRequestText: The name, the identifier or the phone number does not fit.
        Conflict: Another group has the name or the identifier.
    """
    access.require(actor.role, Permission.STAFF)
    there = await uow.staffing.groups()
    name = _name(name)
    identifier = _identifier(identifier) if identifier else _made_up(name, there)
    phone = _phone(phone)
    _refuse_taken(there, None, name, identifier)
    try:
        number = await uow.staffing.add_group(name, identifier, phone, actor.name, now)
    except IntegrityError as error:
        raise Conflict("group.taken", name=name) from error
    added = ServiceGroup(number, name, identifier, phone, actor.name, now)
    await _record(uow, actor, "add", number, None, _facts(added), now)
    return added


async def edit(
    uow: UnitOfWork, actor: StaffMember, number: int, wishes: GroupWishes, now: datetime
) -> ServiceGroup:
    """Change a group's name, identifier or phone, or what customers see of it.

    Raises:
        BadRequestText: A value does not fit.
        Conflict: Another group has the name or the identifier.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.STAFF)
    before = await group(uow, actor, number)
    after = ServiceGroup(
        number,
        before.name if wishes.name is None else _name(wishes.name),
        before.identifier if wishes.identifier is None else _identifier(wishes.identifier),
        before.phone if wishes.phone is None else _phone(wishes.phone),
        before.added_by,
        before.created_at,
        before.client_name if wishes.client_name is None else _client_name(wishes.client_name),
        before.client_shown if wishes.client_shown is None else wishes.client_shown,
    )
    if after == before:
        return before
    _refuse_taken(await uow.staffing.groups(), number, after.name, after.identifier)
    try:
        await uow.staffing.change_group(
            number,
            name=after.name,
            identifier=after.identifier,
            phone=after.phone,
            client_name=after.client_name,
            client_shown=after.client_shown,
        )
    except IntegrityError as error:
        raise Conflict("group.taken", name=after.name) from error
    await _record(uow, actor, "change", number, _facts(before), _facts(after), now)
    return after


async def before_removal(uow: UnitOfWork, actor: StaffMember, number: int) -> ServiceGroup:
    """Return the group that is to be deleted, so that the actor can look again.

    Raises:
        Conflict: It is in use, or the only one.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.STAFF)
    found = await group(uow, actor, number)
    members, accounts, talks = await uow.staffing.group_uses(number)
    if members or accounts or talks:
        raise Conflict(
            "group.in_use", name=found.name, members=members, accounts=accounts, talks=talks
        )
    if len(await uow.staffing.groups()) == 1:
        # Accounts without a group of their own lead to the oldest one, so one there must be.
        raise Conflict("group.last", name=found.name)
    return found


async def remove(uow: UnitOfWork, actor: StaffMember, number: int, now: datetime) -> ServiceGroup:
    """Delete a group that nothing uses and return what it was. Source: requirement QUE-04.

    Raises:
        Conflict: It is in use, or the only one.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.STAFF)
    found = await before_removal(uow, actor, number)
    try:
        await uow.staffing.delete_group(number)
    except IntegrityError as error:
        # Somebody has begun to use it since we looked.
        raise Conflict("group.used_now", name=found.name) from error
    await _record(uow, actor, "delete", number, _facts(found), None, now)
    return found


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadRequestText("group.bad_name", limit=LONGEST_NAME)
    return name


def _client_name(name: str) -> str | None:
    return _name(name) if name.strip() else None


def _identifier(identifier: str) -> str:
    if not _IDENTIFIER.fullmatch(identifier):
        raise BadRequestText("group.bad_identifier")
    return identifier


def _phone(phone: str | None) -> str | None:
    if not phone:
        return None
    if not _PHONE.fullmatch(phone):
        raise BadRequestText("group.bad_phone")
    return phone


def _made_up(name: str, there: list[ServiceGroup]) -> str:
    """Return an identifier from the name's Latin letters and digits, else ``group``, with a number
    behind it where it is taken."""
    stem = _NOT_IN_IDENTIFIER.sub("-", name.lower()).strip("-")[:50].strip("-") or "group"
    taken = {one.identifier.casefold() for one in there}
    identifier, number = stem, 1
    while identifier in taken:
        number += 1
        identifier = f"{stem}-{number}"
    return identifier


def _refuse_taken(
    there: list[ServiceGroup], number: int | None, name: str, identifier: str
) -> None:
    for one in there:
        if one.id != number and one.name.casefold() == name.casefold():
            raise Conflict("group.taken", name=name)
        if one.id != number and one.identifier.casefold() == identifier.casefold():
            raise Conflict("group.taken", name=identifier)


def _facts(one: ServiceGroup) -> dict[str, Any]:
    return {
        "name": one.name,
        "identifier": one.identifier,
        "phone": one.phone,
        "client_name": one.client_name,
        "client_shown": one.client_shown,
    }


async def _record(
    uow: UnitOfWork,
    actor: StaffMember,
    action: str,
    number: int,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    now: datetime,
) -> None:
    await uow.audit.record(
        Change(now, actor.id, actor.name, action, "group", str(number), before=before, after=after)
    )
    # What customers see of groups is part of the playbook.
    await uow.taught.touch()
    uow.ring(bell.PLAYBOOK)
