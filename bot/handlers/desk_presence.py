"""What happens when members of staff say whether they take conversations."""

from datetime import datetime

from bot import access
from bot.access import Permission
from bot.bell import LINE
from core.states import Presence
from storage.repos.audit import Change
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork


async def set_presence(
    uow: UnitOfWork, actor: StaffMember, presence: Presence, now: datetime
) -> int:
    """Remember whether *actor* takes conversations now.

    Conversations that are open stay with them.

    Returns:
        How many conversations they serve now.

    Raises:
        NotAllowed: They may not serve customers.
    """
    access.require(actor.role, Permission.SERVE)
    me = (await uow.staffing.lock([actor.id]))[actor.id]
    if me.presence is not presence:
        await uow.staffing.change(me.id, presence=presence)
        await uow.audit.record(_change(me, "presence", me.presence.value, presence.value, now))
        uow.ring(LINE)
    return len(await uow.conversations.of_agent(me.id))


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
