"""Owners say how much work comes to each of our people, and who leads a group."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot import access, bell
from bot.access import Permission
from core.errors import BadRequestText, NotFound
from storage.repos.audit import Change
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

CHANNEL = "telegram"
MOST_A_DAY = 10_000
MOST_WEIGHT = 100


async def set_daily_limit(
    uow: UnitOfWork, actor: StaffMember, chat: str, limit: int | None, now: datetime
) -> StaffMember:
    """Say how many customers may become a person's in a day. Source: requirement QUE-39.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who says so.
        chat: The person's user id on the platform.
        limit: ``None``: any number.
        now: The moment.

    Raises:
        BadRequestText: The number is out of range.
        NotFound: Nobody here has that id.
    """
    access.require(actor.role, Permission.STAFF)
    if limit is not None and not 0 <= limit <= MOST_A_DAY:
        raise BadRequestText("policy.bad_number", least=0, most=MOST_A_DAY)
    before = await _known(uow, chat)
    if before.daily_limit != limit:
        await uow.staffing.change(before.id, daily_limit=limit)
        facts = {"daily_limit": before.daily_limit}, {"daily_limit": limit}
        await _record(uow, actor, before, *facts, now)
    return replace(before, daily_limit=limit)


async def set_weight(
    uow: UnitOfWork, actor: StaffMember, chat: str, weight: int, now: datetime
) -> StaffMember:
    """Say how large a person's share is where an allocation rule draws lots: 1 to 100.

    Raises:
        BadRequestText: The number is out of range.
        NotFound: Nobody here has that id.
    """
    access.require(actor.role, Permission.STAFF)
    if not 1 <= weight <= MOST_WEIGHT:
        raise BadRequestText("policy.bad_number", least=1, most=MOST_WEIGHT)
    before = await _known(uow, chat)
    if before.weight != weight:
        await uow.staffing.change(before.id, weight=weight)
        await _record(uow, actor, before, {"weight": before.weight}, {"weight": weight}, now)
    return replace(before, weight=weight)


async def leads(uow: UnitOfWork, actor: StaffMember, group_id: int) -> list[StaffMember]:
    """Return who leads a group: they are told when its customers wait too long for an answer."""
    access.require(actor.role, Permission.STAFF)
    return await uow.staffing.leads(group_id)


async def set_lead(
    uow: UnitOfWork,
    actor: StaffMember,
    staff_id: int,
    group_id: int,
    now: datetime,
    *,
    lead: bool,
) -> None:
    """Let a member of a group be one of its leads, or no longer.

    Raises:
        NotFound: They are not in the group.
    """
    access.require(actor.role, Permission.STAFF)
    member = (await uow.staffing.by_ids([staff_id])).get(staff_id)
    inside = (await uow.staffing.memberships()).get(staff_id, [])
    if member is None or group_id not in inside:
        raise NotFound("shares.not_inside")
    was = staff_id in {one.id for one in await uow.staffing.leads(group_id)}
    if was is not lead:
        await uow.staffing.set_lead(staff_id, group_id, lead)
        before, after = {"group": group_id, "lead": was}, {"group": group_id, "lead": lead}
        await _record(uow, actor, member, before, after, now)


async def _known(uow: UnitOfWork, chat: str) -> StaffMember:
    member = await uow.staffing.by_chat(CHANNEL, chat)
    if member is None:
        raise NotFound("agent.unknown", id=chat)
    return member


async def _record(
    uow: UnitOfWork,
    actor: StaffMember,
    member: StaffMember,
    before: Mapping[str, object],
    after: Mapping[str, object],
    now: datetime,
) -> None:
    await uow.audit.record(
        Change(
            now,
            actor.id,
            actor.name,
            "change",
            "agent",
            str(member.id),
            before=dict(before),
            after=dict(after),
        )
    )
    uow.ring(bell.LINE)
