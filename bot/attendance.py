"""Whether our people take conversations: what follows when that changes, whoever changes it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.bell import LINE, TIMERS
from bot.dialog.wording import how_long
from bot.returning import back_to_line
from bot.telling import Party, Telling, parties
from core.messages import Button, Content, text
from core.policy import Policies
from core.states import Presence
from core.timers import RETURN, SHIFT, SILENT
from storage.repos.audit import Change
from storage.repos.outbox import NOTICE
from storage.repos.staffing import StaffMember
from storage.repos.timers import Timer
from storage.uow import UnitOfWork

SIGN_EVERY = timedelta(minutes=1)
"""How often it is written down at the most that somebody gave a sign."""
_ENDS = {
    Presence.ONLINE: (RETURN,),
    Presence.BREAK: (RETURN, SILENT),
    Presence.OFFLINE: (RETURN, SILENT, SHIFT),
}
"""The timers about a person that a presence ends. A break does not end the shift."""


async def become(
    uow: UnitOfWork,
    tell: Telling,
    members: Sequence[StaffMember],
    presence: Presence,
    *,
    by: StaffMember | None = None,
) -> int:
    """Let people be online, on a break or offline.

    The conversations of who goes offline return to their lines at once, later or never, as the
    policy of each says.

    Args:
        uow: The unit of work that holds *members* locked, and no conversation; the caller commits.
        tell: What is told; the caller writes it down.
        members: Whose presence changes.
        presence: What it becomes.
        by: Who decided it; ``None`` for the desk itself.

    Returns:
        How many conversations have returned to their lines.
    """
    now = tell.now
    since: dict[int, datetime] = {}
    for me in members:
        await uow.timers.cancel_of_staff(me.id, _ENDS[presence])
        since[me.id] = now
        if me.presence is presence:
            since[me.id] = me.presence_since or now
            continue
        await uow.staffing.change(me.id, presence=presence, presence_since=now)
        await uow.audit.record(
            Change(
                now,
                None if by is None else by.id,
                tell.voice.texts_for(None)("robot.name") if by is None else by.name,
                "change",
                "presence",
                str(me.id),
                {"presence": me.presence.value},
                {"presence": presence.value},
            )
        )
        uow.ring(LINE)
    if presence is Presence.ONLINE:
        await watch(uow, (m.id for m in members), tell.voice.policies, now)
    if presence is Presence.OFFLINE:
        return await return_all(uow, tell, members, since, by=by)
    return 0


async def return_all(
    uow: UnitOfWork,
    tell: Telling,
    members: Sequence[StaffMember],
    since: Mapping[int, datetime],
    *,
    by: StaffMember | None = None,
) -> int:
    """Return the conversations of people who are offline, where it is time to, to their lines.

    Where it is not yet time a timer is set.

    Args:
        uow: The unit of work that holds *members* locked, and no conversation; the caller commits.
        tell: What is told; the caller writes it down.
        members: Who is offline.
        since: Since when, by number.
        by: Who decided it; ``None`` for the desk itself.

    Returns:
        How many have returned.
    """
    served = {t.id: me for me in members for t in await uow.conversations.of_agent(me.id)}
    if not served:
        return 0
    # All at once and in one order: whoever locks conversations does so.
    talks = await uow.conversations.lock(served)
    around = await parties(uow, [t for t in talks.values() if t.agent_id == served[t.id].id])
    back: list[tuple[Party, StaffMember]] = []
    later: dict[int, datetime] = {}
    for number, party in around.items():
        me, minutes = served[number], tell.voice.policy(party).return_minutes
        if minutes < 0:
            continue
        due = since[me.id] + timedelta(minutes=minutes)
        if due <= tell.now:
            back.append((party, me))
        else:
            later[me.id] = min(due, later.get(me.id, due))
    await back_to_line(uow, tell, back, why="offline", by=None if by is None else by.id)
    if later:
        await uow.timers.set(Timer(RETURN, due, staff_id=id_) for id_, due in later.items())
        uow.ring(TIMERS)
    return len(back)


async def let_pass(
    uow: UnitOfWork, tell: Telling, passed: Iterable[tuple[Party, StaffMember]]
) -> None:
    """Note that people let conversations pass; who has let too many pass goes on a break.

    Args:
        uow: The unit of work that holds the people locked; the caller commits.
        tell: What is told; the caller writes it down.
        passed: Conversations, and who let them pass.
    """
    missed: dict[int, int] = {}
    people: dict[int, StaffMember] = {}
    tired: dict[int, int] = {}
    for party, member in passed:
        await uow.offers.let_pass(party.talk.id, member.id, tell.now)
        people[member.id] = member
        missed[member.id] = missed.get(member.id, member.missed_offers) + 1
        most = tell.voice.policy(party).break_after_offers
        if most and missed[member.id] >= most and member.presence is Presence.ONLINE:
            tired[member.id] = missed[member.id]
    for id_ in sorted(missed):
        await uow.staffing.change(id_, missed_offers=missed[id_])
    await become(uow, tell, [people[id_] for id_ in sorted(tired)], Presence.BREAK)
    for id_ in sorted(tired):
        say = tell.voice.texts_for(people[id_].language)
        words = say("presence.break_offers", count=tired[id_])
        tell.staff(people[id_], back_button(words, say("presence.back")), NOTICE, None)


def back_button(words: str, label: str) -> Content:
    """Return *words* with a button by which its reader comes online again."""
    return text(words, (Button(label, Presence.ONLINE.value),))


# -- signs -----------------------------------------------------------------------------------------


def patience(policies: Policies, groups: Iterable[int]) -> dict[int, timedelta]:
    """Return after how long without a sign somebody goes on a break, by group.

    Groups that are patient for ever are left out.
    """
    minutes = {g: policies.of("", g).break_after_minutes for g in groups}
    return {g: timedelta(minutes=m) for g, m in minutes.items() if m}


async def watch(uow: UnitOfWork, people: Iterable[int], policies: Policies, now: datetime) -> None:
    """Watch whether people who are online give signs, where a policy asks for it."""
    if not any("break_after_minutes" in own for own in policies.own.values()) and (
        not policies.base.break_after_minutes
    ):
        return
    groups_of = await uow.staffing.memberships()
    timers = []
    for id_ in people:
        spans = patience(policies, groups_of.get(id_, ()))
        if spans:
            timers.append(Timer(SILENT, now + min(spans.values()), staff_id=id_))
    if timers:
        # One that is set already looks at the last sign when its time has come.
        await uow.timers.set(timers, keep=True)
        uow.ring(TIMERS)


def is_due(member: StaffMember, now: datetime) -> bool:
    """Say whether it is time to write down that *member* gave a sign."""
    return member.missed_offers > 0 or member.seen_at is None or now - member.seen_at >= SIGN_EVERY


async def sign(uow: UnitOfWork, member: StaffMember, policies: Policies, now: datetime) -> None:
    """Write down that *member* has just done something: they are there.

    Args:
        uow: An open unit of work; the caller commits.
        member: Who.
        policies: How customers are received.
        now: The moment.
    """
    await uow.staffing.change(member.id, seen_at=now, missed_offers=0)
    if member.presence is Presence.ONLINE:
        await watch(uow, [member.id], policies, now)


def silence_told(span: timedelta, tell: Telling, member: StaffMember) -> Content:
    """Return what somebody is told who was put on a break because they gave no sign."""
    say = tell.voice.texts_for(member.language)
    words = say("presence.break_silent", span=how_long(span, say))
    return back_button(words, say("presence.back"))
