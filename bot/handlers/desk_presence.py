"""What happens when members of staff say whether they take conversations."""

from dataclasses import dataclass
from datetime import datetime

from bot import access
from bot.access import Permission
from bot.attendance import become
from bot.bell import TIMERS
from bot.telling import Telling, Voice
from core.errors import Conflict
from core.policy import Policies
from core.states import Presence
from core.timers import SHIFT
from storage.repos.audit import Change
from storage.repos.staffing import StaffMember
from storage.repos.timers import Timer
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Attending:
    """How somebody takes conversations now.

    Args:
        open: Conversations that they serve.
        returned: Conversations of theirs that went back to the line just now.
        until: When their shift ends; ``None``: nobody said.
    """

    open: int
    returned: int
    until: datetime | None


async def set_presence(
    uow: UnitOfWork,
    actor: StaffMember,
    presence: Presence,
    *,
    voice: Voice,
    now: datetime,
    until: datetime | None = None,
) -> Attending:
    """Remember whether *actor* takes conversations now.

    The conversations of who goes offline return to their lines at once, later or never, as the
    policy of each says; those of who goes on a break stay with them.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who says so.
        presence: What they are now.
        voice: Texts, time zone, keys, policies.
        now: The moment.
        until: When they go offline by themselves; ``None``: as was said before, if it was.

    Raises:
        NotAllowed: They may not serve customers.
    """
    access.require(actor.role, Permission.SERVE)
    me = (await uow.staffing.lock([actor.id]))[actor.id]
    tell = Telling(uow, voice, now)
    returned = await become(uow, tell, [me], presence, by=me)
    await uow.staffing.change(me.id, seen_at=now, missed_offers=0)
    if until is not None and presence is not Presence.OFFLINE:
        await uow.timers.set([Timer(SHIFT, until, staff_id=me.id)])
        uow.ring(TIMERS)
    await tell.remember()
    shift = await uow.timers.of_staff(me.id, SHIFT)
    return Attending(
        len(await uow.conversations.of_agent(me.id)),
        returned,
        None if shift is None else shift.due_at,
    )


async def set_push(
    uow: UnitOfWork, actor: StaffMember, on: bool, *, policies: Policies, now: datetime
) -> None:
    """Let *actor* be told of unread messages, or not. Source: requirement AGT-19.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Whose own switch it is.
        on: Whether they want to be told.
        policies: They say whether the desk allows it at all.
        now: The moment.

    Raises:
        NotAllowed: They may not serve customers.
        Conflict: The desk tells nobody, so it cannot be switched on.
    """
    access.require(actor.role, Permission.SERVE)
    if on and not policies.desk.push:
        raise Conflict("push.not_allowed")
    me = (await uow.staffing.lock([actor.id]))[actor.id]
    if me.push_unread is not on:
        await uow.staffing.change(me.id, push_unread=on)
        await uow.audit.record(_change(me, "push_unread", me.push_unread, on, now))


async def set_auto_reply(uow: UnitOfWork, actor: StaffMember, on: bool, now: datetime) -> None:
    """Switch the keyword rules for *actor*'s own customers on or off.

    Source: requirement ARP-02.

    Raises:
        NotAllowed: They may not serve customers.
    """
    access.require(actor.role, Permission.SERVE)
    me = (await uow.staffing.lock([actor.id]))[actor.id]
    if me.auto_reply is not on:
        await uow.staffing.change(me.id, auto_reply=on)
        await uow.audit.record(_change(me, "auto_reply", me.auto_reply, on, now))


def _change(me: StaffMember, subject: str, was: object, becomes: object, now: datetime) -> Change:
    return Change(
        now, me.id, me.name, "change", subject, str(me.id), {subject: was}, {subject: becomes}
    )
