"""What happens when an agent's shift ends, or they have been away for long."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.attendance import become, patience, return_all, silence_told
from bot.bell import TIMERS
from bot.compiled import Compiled
from bot.due import caught
from bot.telling import Telling, Voice
from core.messages import Button, text
from core.states import Presence
from core.timers import SILENT
from storage.repos.outbox import NOTICE
from storage.repos.staffing import StaffMember
from storage.repos.timers import Timer
from storage.uow import UnitOfWork

LOOK_AGAIN = timedelta(minutes=1)
"""When somebody who gives no sign is looked at again, while nobody waits for them."""


async def shift_over(
    uow: UnitOfWork, timers: Sequence[Timer], *, voice: Voice, book: Compiled, now: datetime
) -> None:
    """Put agents offline whose shift has ended, and tell them.

    Args:
        uow: An open unit of work; the caller commits.
        timers: Due ones of kind ``SHIFT``, each about an agent.
        voice: Texts, time zone, keys, policies.
        book: The compiled playbook; not asked.
        now: The moment.
    """
    due = await caught(uow, timers, now)
    tell = Telling(uow, voice, now)
    over = [m for m in _members(due.members, due.timers) if m.presence is not Presence.OFFLINE]
    await become(uow, tell, over, Presence.OFFLINE)
    for member in over:
        say = voice.texts_for(member.language)
        again = (Button(say("presence.become.online"), Presence.ONLINE.value),)
        tell.staff(member, text(say("presence.shift_over"), again), NOTICE, None)
    await tell.remember()


async def away(
    uow: UnitOfWork, timers: Sequence[Timer], *, voice: Voice, book: Compiled, now: datetime
) -> None:
    """Return conversations of agents who are still offline to their lines.

    Each goes when its own policy says so; for those that stay longer the timer is set again. The
    arguments are those of ``shift_over``, the timers of kind ``RETURN``.
    """
    due = await caught(uow, timers, now)
    tell = Telling(uow, voice, now)
    gone = [m for m in _members(due.members, due.timers) if m.presence is Presence.OFFLINE]
    await return_all(uow, tell, gone, {m.id: m.presence_since or now for m in gone})
    await tell.remember()


async def silent(
    uow: UnitOfWork, timers: Sequence[Timer], *, voice: Voice, book: Compiled, now: datetime
) -> None:
    """Put agents on a break who have given no sign while customers wait in a group of theirs.

    Who has given one is looked at again when it will be too old. The arguments are those of
    ``shift_over``, the timers of kind ``SILENT``.
    """
    due = await caught(uow, timers, now)
    online = [m for m in _members(due.members, due.timers) if m.presence is Presence.ONLINE]
    if not online:
        return
    groups_of = await uow.staffing.memberships()
    asked = {g for m in online for g in groups_of.get(m.id, ())}
    waited_for = {g for g in sorted(asked) if await uow.line.oldest([g], 1)}
    tell = Telling(uow, voice, now)
    later: list[Timer] = []
    quiet: list[tuple[StaffMember, timedelta]] = []
    for member in online:
        spans = patience(voice.policies, groups_of.get(member.id, ()))
        if not spans:
            continue
        sign = max(filter(None, (member.seen_at, member.presence_since)), default=now)
        where_they_wait = [span for group, span in spans.items() if group in waited_for]
        if where_they_wait and sign + min(where_they_wait) <= now:
            quiet.append((member, min(where_they_wait)))
            continue
        too_old = sign + min(spans.values())
        again = too_old if too_old > now else now + LOOK_AGAIN
        later.append(Timer(SILENT, again, staff_id=member.id))
    await become(uow, tell, [member for member, _ in quiet], Presence.BREAK)
    for member, span in quiet:
        tell.staff(member, silence_told(span, tell, member), NOTICE, None)
    await uow.timers.set(later)
    if later:
        uow.ring(TIMERS)
    await tell.remember()


def _members(members: dict[int, StaffMember], timers: Sequence[Timer]) -> list[StaffMember]:
    ids = sorted({t.staff_id for t in timers})
    return [members[id_] for id_ in ids if id_ in members and members[id_].active]
