"""Owners say who works here: add people, switch them off, give them roles and groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot import access, bell
from bot.access import Permission
from bot.returning import back_to_line
from bot.telling import Telling, Voice, parties
from core.errors import BadRequestText, Conflict, NotFound
from core.states import Presence, Role, State
from core.timers import RETURN, SHIFT, SILENT
from storage.repos.audit import Change
from storage.repos.staffing import ServiceGroup, StaffMember
from storage.uow import UnitOfWork

CHANNEL = "telegram"
LONGEST_NAME = 64
MOST_CAPACITY = 50


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of our people, the conversations they serve now, and their groups, oldest first."""

    member: StaffMember
    serving: int
    groups: tuple[ServiceGroup, ...]


@dataclass(frozen=True, slots=True)
class Added:
    """Somebody who was added; ``returned`` when they had been switched off before."""

    colleague: Colleague
    returned: bool


async def people(uow: UnitOfWork, actor: StaffMember) -> list[Colleague]:
    """Return everybody, the switched-off last, each in the order in which they were added.

    Raises:
        NotAllowed: The actor may not manage people.
    """
    access.require(actor.role, Permission.STAFF)
    members = await uow.staffing.all(active_only=False)
    around = await _around(uow)
    return [_colleague(m, around) for m in sorted(members, key=lambda m: not m.active)]


async def person(uow: UnitOfWork, actor: StaffMember, chat: str) -> Colleague:
    """Return one of our people by their platform user id.

    Raises:
        NotFound: Nobody here has that id.
    """
    access.require(actor.role, Permission.STAFF)
    return _colleague(await _known(uow, chat), await _around(uow))


async def add(
    uow: UnitOfWork,
    actor: StaffMember,
    chat: str,
    name: str,
    role: Role | None,
    groups: Sequence[str],
    capacity: int,
    now: datetime,
) -> Added:
    """Add a person, or bring back one who was switched off.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who adds.
        chat: The person's user id on the platform.
        name: What customers and colleagues see.
        role: ``None`` for an agent, or for the role that a returning person had.
        groups: Names or identifiers; empty for the oldest group, or for the groups that a
            returning person had.
        capacity: Conversations a new person may hold at once.
        now: The moment.

    Raises:
        BadRequestText: The name is empty or longer than 64 characters.
        Conflict: The person works here already.
        NotFound: There is no such group.
    """
    access.require(actor.role, Permission.STAFF)
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadRequestText("agent.bad_name", limit=LONGEST_NAME)
    known = await uow.staffing.by_chat(CHANNEL, chat)
    if known is not None and known.active:
        raise Conflict("agent.known", name=known.name, id=chat)
    every = await uow.staffing.groups()
    wanted = [_group_named(every, one).id for one in groups]
    if known is None:
        if not wanted and every:
            wanted = [every[0].id]
        id_ = await uow.staffing.add(CHANNEL, chat, name, role or Role.AGENT, capacity, now)
    else:
        id_ = known.id
        await uow.staffing.change(id_, active=True, name=name, role=role or known.role)
        if not wanted and every and id_ not in await uow.staffing.memberships():
            wanted = [every[0].id]
    await uow.staffing.join(id_, wanted)
    colleague = _colleague(await _known(uow, chat), await _around(uow))
    await _record(
        uow,
        actor,
        "add" if known is None else "on",
        colleague.member,
        _facts(known) if known else None,
        _facts(colleague.member) | {"groups": [group.identifier for group in colleague.groups]},
        now,
    )
    uow.ring(bell.LINE)
    return Added(colleague, known is not None)


async def before_off(uow: UnitOfWork, actor: StaffMember, chat: str) -> Colleague:
    """Return the person who is to be switched off, so that the actor can look again.

    Raises:
        Conflict: It is the actor, or the last owner, or the person is switched off already.
        NotFound: Nobody here has that id.
    """
    access.require(actor.role, Permission.STAFF)
    colleague = await person(uow, actor, chat)
    await _refuse_off(uow, actor, colleague.member)
    return colleague


async def switch_off(
    uow: UnitOfWork,
    actor: StaffMember,
    chat: str,
    now: datetime,
    *,
    voice: Voice,
    return_talks: bool,
) -> int:
    """Switch a person off: they are a stranger to the staff bot from now on, and offline.

    Source: requirement ORG-05.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who decides.
        chat: The person's user id on the platform.
        now: The moment.
        voice: Texts, time zone, keys, policies.
        return_talks: Whether the conversations that they serve go back to the line, in front of
            those that came later.

    Returns:
        How many conversations went back to the line.

    Raises:
        Conflict: It is the actor, or the last owner; or conversations are open and
            *return_talks* is off.
        NotFound: Nobody here has that id.
    """
    access.require(actor.role, Permission.STAFF)
    target = await _known(uow, chat)
    owners = [m.id for m in await uow.staffing.all() if m.role is Role.OWNER]
    # Every owner is locked, so that two owners cannot switch each other off at the same moment.
    locked = await uow.staffing.lock({target.id, *owners})
    member = locked[target.id]
    await _refuse_off(uow, actor, member)
    open_talks = await uow.conversations.of_agent(member.id)
    if open_talks and not return_talks:
        raise Conflict("agent.serves", name=member.name, count=len(open_talks))
    returned = await _return_to_line(uow, actor, member, voice, now)
    await uow.staffing.change(
        member.id,
        active=False,
        presence=Presence.OFFLINE,
        presence_since=now,
        front_conversation_id=None,
    )
    await uow.timers.cancel_of_staff(member.id, (RETURN, SHIFT, SILENT))
    await _record(
        uow,
        actor,
        "off",
        member,
        _facts(member),
        _facts(replace(member, active=False)) | {"returned_to_line": returned},
        now,
    )
    uow.ring(bell.LINE)
    return returned


async def switch_on(uow: UnitOfWork, actor: StaffMember, chat: str, now: datetime) -> Colleague:
    """Bring a switched-off person back, as they were; nothing happens to an active one.

    Raises:
        NotFound: Nobody here has that id.
    """
    access.require(actor.role, Permission.STAFF)
    member = await _known(uow, chat)
    if not member.active:
        await uow.staffing.change(member.id, active=True)
        back = replace(member, active=True)
        await _record(uow, actor, "on", member, _facts(member), _facts(back), now)
        uow.ring(bell.LINE)
    return await person(uow, actor, chat)


async def set_role(
    uow: UnitOfWork, actor: StaffMember, chat: str, role: Role, now: datetime
) -> Colleague:
    """Give a person another role.

    Raises:
        Conflict: It would leave the desk without an owner.
        NotFound: Nobody here has that id.
    """
    access.require(actor.role, Permission.STAFF)
    target = await _known(uow, chat)
    owners = [m.id for m in await uow.staffing.all() if m.role is Role.OWNER]
    member = (await uow.staffing.lock({target.id, *owners}))[target.id]
    if member.role is not role:
        if member.role is Role.OWNER:
            await _refuse_last_owner(uow, member)
        await uow.staffing.change(member.id, role=role)
        changed = replace(member, role=role)
        await _record(uow, actor, "change", member, _facts(member), _facts(changed), now)
    return await person(uow, actor, chat)


async def set_capacity(
    uow: UnitOfWork, actor: StaffMember, chat: str, capacity: int, now: datetime
) -> Colleague:
    """Say how many conversations a person may hold at once: 1 to 50.

    Raises:
        BadRequestText: The number is out of range.
        NotFound: Nobody here has that id.
    """
    access.require(actor.role, Permission.STAFF)
    if not 1 <= capacity <= MOST_CAPACITY:
        raise BadRequestText("agent.bad_capacity", limit=MOST_CAPACITY)
    member = await _known(uow, chat)
    if member.capacity != capacity:
        await uow.staffing.change(member.id, capacity=capacity)
        changed = replace(member, capacity=capacity)
        await _record(uow, actor, "change", member, _facts(member), _facts(changed), now)
        uow.ring(bell.LINE)
    return await person(uow, actor, chat)


async def set_membership(
    uow: UnitOfWork,
    actor: StaffMember,
    chat: str,
    group_id: int,
    now: datetime,
    *,
    inside: bool,
) -> Colleague:
    """Put a person into a group or take them out of it; one person may be in many.

    Source: requirement QUE-05.

    Raises:
        NotFound: Nobody here has that id, or there is no such group.
    """
    access.require(actor.role, Permission.STAFF)
    member = await _known(uow, chat)
    group = next((g for g in await uow.staffing.groups() if g.id == group_id), None)
    if group is None:
        raise NotFound("group.unknown", name=f"#{group_id}")
    was_inside = group_id in (await uow.staffing.memberships()).get(member.id, [])
    if was_inside is not inside:
        move = uow.staffing.join if inside else uow.staffing.leave
        await move(member.id, [group_id])
        fact = {"group": group.identifier}
        await _record(
            uow,
            actor,
            "join" if inside else "leave",
            member,
            None if inside else fact,
            fact if inside else None,
            now,
        )
        uow.ring(bell.LINE)
    return await person(uow, actor, chat)


_Around = tuple[dict[int, int], dict[int, list[int]], Mapping[int, ServiceGroup]]


async def _around(uow: UnitOfWork) -> _Around:
    groups = {group.id: group for group in await uow.staffing.groups()}
    return await uow.staffing.serving_counts(), await uow.staffing.memberships(), groups


def _colleague(member: StaffMember, around: _Around) -> Colleague:
    serving, memberships, groups = around
    return Colleague(
        member,
        serving.get(member.id, 0),
        tuple(groups[number] for number in memberships.get(member.id, ())),
    )


async def _known(uow: UnitOfWork, chat: str) -> StaffMember:
    member = await uow.staffing.by_chat(CHANNEL, chat)
    if member is None:
        raise NotFound("agent.unknown", id=chat)
    return member


def _group_named(groups: Sequence[ServiceGroup], name: str) -> ServiceGroup:
    for group in groups:
        if name.casefold() in (group.identifier.casefold(), group.name.casefold()):
            return group
    known = ", ".join(group.identifier for group in groups) or "–"
    raise NotFound("agent.unknown_group", name=name, known=known)


async def _refuse_off(uow: UnitOfWork, actor: StaffMember, member: StaffMember) -> None:
    if not member.active:
        raise Conflict("agent.off_already", name=member.name)
    if member.id == actor.id:
        raise Conflict("agent.not_yourself")
    if member.role is Role.OWNER:
        await _refuse_last_owner(uow, member)


async def _refuse_last_owner(uow: UnitOfWork, member: StaffMember) -> None:
    others = [m for m in await uow.staffing.all() if m.role is Role.OWNER and m.id != member.id]
    if not others:
        raise Conflict("agent.last_owner", name=member.name)


async def _return_to_line(
    uow: UnitOfWork, actor: StaffMember, member: StaffMember, voice: Voice, now: datetime
) -> int:
    held = await uow.conversations.of_agent(member.id)
    talks = await uow.conversations.lock(talk.id for talk in held)
    # One may have ended, or somebody has taken it over, since we looked.
    still = [t for t in talks.values() if t.state is State.SERVING and t.agent_id == member.id]
    around = await parties(uow, still)
    tell = Telling(uow, voice, now)
    served = [(around[talk.id], member) for talk in still]
    await back_to_line(uow, tell, served, why="agent_off", by=actor.id)
    await tell.remember()
    return len(still)


def _facts(member: StaffMember) -> dict[str, Any]:
    return {
        "name": member.name,
        "role": member.role.value,
        "active": member.active,
        "capacity": member.capacity,
    }


async def _record(
    uow: UnitOfWork,
    actor: StaffMember,
    action: str,
    member: StaffMember,
    before: dict[str, Any] | None,
    after_: dict[str, Any] | None,
    now: datetime,
) -> None:
    await uow.audit.record(
        Change(
            now,
            actor.id,
            actor.name,
            action,
            "agent",
            str(member.id),
            before=before,
            after=after_,
        )
    )
