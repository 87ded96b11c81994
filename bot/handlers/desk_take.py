"""What happens when a member of staff takes a waiting conversation."""

from dataclasses import dataclass
from datetime import datetime

from bot import access
from bot.access import Permission
from bot.bell import LINE
from bot.dialog.machine import Move
from bot.handover import begin_service
from bot.telling import Party, Telling, Voice, parties
from core.errors import Conflict, NotAllowed, NotFound
from core.states import State
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

TRIES = 5
"""How often ``take_next`` looks for the next one when colleagues are quicker."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A conversation that the actor serves now."""

    conversation_id: int
    name: str


async def take(
    uow: UnitOfWork,
    actor: StaffMember,
    conversation_id: int,
    *,
    voice: Voice,
    now: datetime,
    on_card: bool = False,
) -> Taken:
    """Give a waiting conversation to *actor*; the first to ask wins.

    Agents may take what was offered to them; who may see the line may pick anybody. It becomes
    the conversation in front, and everybody else's card says who took it.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who asks.
        conversation_id: What they ask for.
        voice: Texts, time zone, keys.
        now: The moment.
        on_card: Whether they pressed their card, which then becomes the hand-over card.

    Raises:
        NotAllowed: It was not offered to them, and they may not pick (requirement QUE-12).
        NotFound: There is no such conversation.
        Conflict: It is taken, it does not wait, or their hands are full.
    """
    access.require(actor.role, Permission.SERVE)
    me = (await uow.staffing.lock([actor.id]))[actor.id]
    talk = (await uow.conversations.by_ids([conversation_id])).get(conversation_id)
    if talk is None:
        raise NotFound("desk.no_such_conversation", number=conversation_id)
    if talk.state is not State.WAITING:
        raise await _too_late(uow, me, (await parties(uow, [talk]))[talk.id])
    if not access.may(me.role, Permission.SEE_LINE):
        cards = await uow.offers.cards([conversation_id])
        if me.id not in {c.staff_id for c in cards}:
            # Whoever took it a moment ago has collected everybody's card.
            now_talk = (await uow.conversations.lock([conversation_id]))[conversation_id]
            if now_talk.state is not State.WAITING:
                raise await _too_late(uow, me, (await parties(uow, [now_talk]))[now_talk.id])
            raise NotAllowed
    return await _claim(uow, me, conversation_id, voice=voice, now=now, on_card=on_card)


async def take_next(
    uow: UnitOfWork, actor: StaffMember, *, voice: Voice, now: datetime
) -> Taken | None:
    """Give *actor* the conversation that has waited longest in their groups.

    Returns:
        What they got; ``None`` when nobody waits.

    Raises:
        NotAllowed: They may not serve customers.
        Conflict: Their hands are full.
    """
    access.require(actor.role, Permission.SERVE)
    me = (await uow.staffing.lock([actor.id]))[actor.id]
    groups = (await uow.staffing.memberships()).get(me.id, [])
    for _ in range(TRIES):
        oldest = await uow.line.oldest(groups, 1)
        if not oldest:
            return None
        try:
            return await _claim(uow, me, oldest[0].conversation_id, voice=voice, now=now)
        except Conflict as lost:
            if lost.key in ("desk.hands_full", "desk.hands_full_of"):
                raise
    return None


async def _claim(
    uow: UnitOfWork,
    me: StaffMember,
    conversation_id: int,
    *,
    voice: Voice,
    now: datetime,
    on_card: bool = False,
) -> Taken:
    """Claim it for *me*, whose row is locked."""
    talk = (await uow.conversations.lock([conversation_id]))[conversation_id]
    party = (await parties(uow, [talk]))[talk.id]
    limits = voice.policies.limits(party.account, talk.group_id)
    if not await uow.seats.claim(conversation_id, me.id, now, limits):
        raise await _too_late(uow, me, party, limits)
    talk.state, talk.agent_id, talk.serving_since = State.SERVING, me.id, now
    await uow.staffing.change(me.id, front_conversation_id=talk.id, idle_since=now)
    tell = Telling(uow, voice, now)
    await begin_service(
        uow,
        tell,
        [(party, me)],
        came_from=State.WAITING,
        move=Move.TAKE,
        by=me.id,
        on_card=on_card,
    )
    await tell.remember()
    uow.ring(LINE)
    return Taken(talk.id, party.person.name)


async def _too_late(
    uow: UnitOfWork, me: StaffMember, party: Party, limits: tuple[int, int] = (0, 0)
) -> Conflict:
    """Return why *me* cannot have it."""
    talk = party.talk
    if talk.state is State.WAITING:
        if len(await uow.conversations.of_agent(me.id)) < me.capacity:
            limit = min(number for number in limits if number)
            return Conflict("desk.hands_full_of", account=party.account, limit=limit)
        return Conflict("desk.hands_full", capacity=me.capacity)
    if talk.state is State.SERVING and talk.agent_id == me.id:
        return Conflict("desk.yours_already", number=talk.id)
    if talk.state is State.SERVING and talk.agent_id is not None:
        other = (await uow.staffing.by_ids([talk.agent_id]))[talk.agent_id]
        return Conflict("desk.already_taken", number=talk.id, agent=other.name)
    return Conflict("desk.waits_no_longer", number=talk.id)
