"""What happens when an agent puts a conversation off, and when it comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import access
from bot.access import Permission
from bot.compiled import Compiled
from bot.due import caught, spoken, unanswered, who
from bot.queue.rearming import came_back, put_off
from bot.telling import Party, Telling, Voice, parties
from bot.timing import rearm
from core.errors import Conflict, NotFound
from core.messages import Button, text
from core.states import State
from core.timers import SNOOZE
from storage.repos.outbox import NOTICE
from storage.repos.staffing import StaffMember
from storage.repos.timers import Timer
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class PutOff:
    """A conversation that is out of its agent's way; ``until`` ``None``: the customer writes."""

    conversation_id: int
    name: str
    until: datetime | None


async def held(uow: UnitOfWork, actor: StaffMember, conversation_id: int | None) -> Party:
    """Return the conversation that *actor* would put off; nothing is locked.

    Raises:
        NotAllowed: They may not serve customers.
        NotFound: There is no such conversation, or none is in front.
        Conflict: They do not serve it.
    """
    access.require(actor.role, Permission.SERVE)
    me = (await uow.staffing.by_ids([actor.id]))[actor.id]
    number = _number(me, conversation_id)
    talk = (await uow.conversations.by_ids([number])).get(number)
    if talk is None:
        raise NotFound("desk.no_such_conversation", number=number)
    party = (await parties(uow, [talk]))[number]
    return _own(me, party)


async def snooze(
    uow: UnitOfWork,
    actor: StaffMember,
    conversation_id: int | None,
    until: datetime | None,
    *,
    voice: Voice,
    now: datetime,
) -> PutOff:
    """Put a conversation off; meanwhile nobody is reminded of it and nothing ends it.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who serves it.
        conversation_id: Which one; ``None`` for the one in front.
        until: When it comes back at the latest; ``None``: when the customer writes.
        voice: Texts, time zone, keys.
        now: The moment.

    Raises:
        NotAllowed: They may not serve customers.
        NotFound: There is no such conversation, or none is in front.
        Conflict: They do not serve it.
    """
    me, party = await _locked(uow, actor, conversation_id)
    talk = party.talk
    talk.snoozed = True
    await uow.conversations.update([talk])
    if me.front_conversation_id == talk.id:
        await uow.staffing.change(me.id, front_conversation_id=None)
    await rearm(uow, [(talk, put_off(None if until is None else until - now))], now)
    tell = Telling(uow, voice, now)
    tell.event(talk, "snooze", me.id, {"until": None if until is None else until.isoformat()})
    await tell.remember()
    return PutOff(talk.id, party.person.name, until)


async def bring_back(
    uow: UnitOfWork, actor: StaffMember, conversation_id: int, *, voice: Voice, now: datetime
) -> PutOff:
    """Take a conversation up again that *actor* has put off; it is in front then.

    Raises:
        NotAllowed: They may not serve customers.
        NotFound: There is no such conversation.
        Conflict: They do not serve it.
    """
    me, party = await _locked(uow, actor, conversation_id)
    if party.talk.snoozed:
        tell = Telling(uow, voice, now)
        await _back(uow, tell, [party])
        tell.event(party.talk, "snooze", me.id, {"over": True})
        await tell.remember()
    await uow.staffing.change(me.id, front_conversation_id=party.talk.id)
    return PutOff(party.talk.id, party.person.name, None)


async def fire(
    uow: UnitOfWork, timers: Sequence[Timer], *, voice: Voice, book: Compiled, now: datetime
) -> None:
    """Bring conversations back whose time has come, and tell their agents.

    Args:
        uow: An open unit of work; the caller commits.
        timers: Due ones of kind ``SNOOZE``.
        voice: Texts, time zone, keys, policies.
        book: The compiled playbook; not asked.
        now: The moment.
    """
    due = await caught(uow, timers, now)
    tell = Telling(uow, voice, now)
    back: list[Party] = []
    for timer in due.timers:
        party = due.parties.get(timer.conversation_id)
        if party is None or not party.talk.snoozed or party.talk.state is not State.SERVING:
            continue
        back.append(party)
        tell.event(party.talk, "timer", None, {"kind": SNOOZE})
        agent = due.members[party.talk.agent_id or 0]
        say = voice.texts_for(agent.language)
        words = say("snooze.back", who=who(party, voice, say))
        to_front = (Button(say("timer.answer"), f"switch:{party.talk.id}"),)
        tell.staff(agent, text(words, to_front), NOTICE, party.talk.id)
    await _back(uow, tell, back)
    await tell.remember()


async def _back(uow: UnitOfWork, tell: Telling, back: Sequence[Party]) -> None:
    said = await spoken(uow, back)
    for party in back:
        party.talk.snoozed = False
    await uow.conversations.update([party.talk for party in back])
    await rearm(
        uow,
        [
            (
                party.talk,
                came_back(tell.voice.policy(party), owed=bool(unanswered(said[party.talk.id]))),
            )
            for party in back
        ],
        tell.now,
    )


async def _locked(
    uow: UnitOfWork, actor: StaffMember, conversation_id: int | None
) -> tuple[StaffMember, Party]:
    access.require(actor.role, Permission.SERVE)
    me = (await uow.staffing.lock([actor.id]))[actor.id]
    number = _number(me, conversation_id)
    talk = (await uow.conversations.lock([number])).get(number)
    if talk is None:
        raise NotFound("desk.no_such_conversation", number=number)
    return me, _own(me, (await parties(uow, [talk]))[number])


def _number(me: StaffMember, conversation_id: int | None) -> int:
    number = me.front_conversation_id if conversation_id is None else conversation_id
    if number is None:
        raise NotFound("desk.none_in_front")
    return number


def _own(me: StaffMember, party: Party) -> Party:
    if party.talk.state is not State.SERVING or party.talk.agent_id != me.id:
        raise Conflict("desk.not_yours", number=party.talk.id)
    return party
