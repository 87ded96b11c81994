"""What our people do about hand-overs that have happened: take them back, look at the record."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import access
from bot.access import Permission
from bot.bell import LINE
from bot.dialog.lines import takes_back
from bot.dialog.machine import Move
from bot.dialog.spoken import seen
from bot.handover import begin_service
from bot.moving import asked_for_person, seat_free
from bot.telling import Party, Telling, Voice, parties
from core.errors import Conflict, NotAllowed, NotFound
from core.messages import text
from core.states import Author, Direction, Presence, State
from storage.repos.allocations import BY_TRANSFER, Allocated
from storage.repos.handoffs import AGENT, ASK, ASK_CARD, BOT, GROUP, STAYS, Handed
from storage.repos.outbox import NOTICE
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

PATIENCE = timedelta(seconds=10)
"""How long whoever handed over may take it back."""
ROWS = 20
"""Hand-overs on a page. Source: requirement OTH-01."""
_LINES = 30
"""Transcript lines in which an answer of the new agent is looked for."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A hand-over that did not happen after all."""

    conversation_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Record:
    """A page of a customer's hand-overs, newest first.

    Args:
        name: What the customer is called.
        conversation_id: The conversation from which one looks.
        rows: The hand-overs.
        people: Names of members of staff by number.
        groups: Names of service groups by number.
        page: From 1.
        pages: How many there are, at least 1.
        total: How many hand-overs there are.
    """

    name: str
    conversation_id: int
    rows: tuple[Handed, ...]
    people: dict[int, str]
    groups: dict[int, str]
    page: int
    pages: int
    total: int


async def record(
    uow: UnitOfWork, actor: StaffMember, conversation_id: int, page: int, *, voice: Voice
) -> Record:
    """Return a page of the hand-overs of a conversation's customer (requirement QUE-48).

    All their conversations count, with whichever account. The same people may see it as may see
    the conversation's details; a page that is not there gives the nearest.

    Raises:
        NotAllowed: It is not theirs to see.
        NotFound: There is no such conversation.
    """
    access.require(actor.role, Permission.SERVE)
    talk = (await uow.conversations.by_ids([conversation_id])).get(conversation_id)
    if talk is None:
        raise NotFound("desk.no_such_conversation", number=conversation_id)
    if talk.agent_id != actor.id and not access.may(actor.role, Permission.SEE_LINE):
        raise NotAllowed
    party = (await parties(uow, [talk]))[talk.id]
    customer = party.person.customer_id
    _, total = await uow.handoffs.of_customer(customer, 1, 0)
    pages = max(1, -(-total // ROWS))
    page = min(max(page, 1), pages)
    rows, _ = await uow.handoffs.of_customer(customer, ROWS, (page - 1) * ROWS)
    named = {n for h in rows for n in (h.by_id, h.from_agent_id, h.to_agent_id) if n is not None}
    return Record(
        seen(party.person.name, voice.mask, voice.texts_for(actor.language)),
        talk.id,
        tuple(rows),
        {m.id: m.name for m in (await uow.staffing.by_ids(named)).values()},
        {g.id: g.name for g in await uow.staffing.groups()},
        page,
        pages,
        total,
    )


async def undo(
    uow: UnitOfWork, actor: StaffMember, handoff_id: int, *, voice: Voice, now: datetime
) -> TakenBack:
    """Take back a hand-over that *actor* did less than ten seconds ago.

    Everything is as it was before: who serves it, its group, whose the customer is. Only where
    nothing else has happened meanwhile.

    Raises:
        NotAllowed: They may not serve customers.
        NotFound: They have done no such hand-over.
        Conflict: It is too late, it was taken back, or something else has happened since.
    """
    access.require(actor.role, Permission.SERVE)
    me = (await uow.staffing.lock([actor.id]))[actor.id]
    handed = await uow.handoffs.get(handoff_id)
    if handed is None or handed.at is None or handed.by_id != me.id:
        raise NotFound("transfer.nothing_to_undo")
    if now - handed.at > PATIENCE:
        raise Conflict("transfer.undo_too_late", seconds=int(PATIENCE.total_seconds()))
    talk = (await uow.conversations.lock([handed.conversation_id]))[handed.conversation_id]
    party = (await parties(uow, [talk]))[talk.id]
    all_of_it = (await uow.handoffs.of_conversations([talk.id]))[talk.id]
    if any(later.id > handed.id and later.undone_at is None for later in all_of_it):
        raise Conflict("transfer.undo_changed")
    # Read again behind the lock: two presses of the button take it back once.
    if not await uow.handoffs.undo(handed.id, now):
        raise Conflict("transfer.undone_already")
    tell = Telling(uow, voice, now)
    if handed.kind in STAYS:
        await _take_offer_back(uow, party, handed, now)
        tell.line(talk, takes_back(me.name, now, voice.zone, voice.texts_for(None)))
    else:
        await _take_service_back(uow, tell, party, handed, me)
    tell.event(talk, "handoff_undone", me.id, {"handoff": handed.id, "how": handed.kind})
    await tell.remember()
    return TakenBack(talk.id, party.person.name)


async def _take_offer_back(uow: UnitOfWork, party: Party, handed: Handed, now: datetime) -> None:
    """Undo what has moved nothing: a button that was sent, or a new owner."""
    talk = party.talk
    if handed.kind in (ASK, ASK_CARD):
        if talk.state is not State.SERVING or talk.agent_id != handed.by_id:
            raise Conflict("transfer.undo_changed")
        return
    customer = handed.customer_id
    if (await uow.allocations.owners([customer])).get(customer) != handed.to_agent_id:
        raise Conflict("transfer.undo_changed")
    if handed.from_agent_id is None:
        await uow.allocations.release([customer])
    else:
        back = Allocated(customer, handed.from_agent_id, BY_TRANSFER, by_id=handed.by_id)
        await uow.allocations.allocate([back], now)


async def _take_service_back(
    uow: UnitOfWork, tell: Telling, party: Party, handed: Handed, me: StaffMember
) -> None:
    """Let *me* serve a conversation again that has gone to a colleague, a group or the bot."""
    talk, was = party.talk, party.talk.state
    stands = {
        AGENT: was is State.SERVING and talk.agent_id == handed.to_agent_id,
        GROUP: was is State.WAITING and talk.group_id == handed.to_group_id,
        BOT: was is State.BOT,
    }
    if not stands.get(handed.kind, False):
        raise Conflict("transfer.undo_changed")
    if handed.kind == AGENT and await _answered(uow, talk.id):
        raise Conflict("transfer.undo_answered")
    talk.group_id = handed.from_group_id
    held = await uow.conversations.of_agent(me.id)
    if me.presence is Presence.OFFLINE or not seat_free(me, held, party, tell):
        raise Conflict("transfer.undo_full")
    talk.state, talk.agent_id, talk.serving_since = State.SERVING, me.id, tell.now
    await uow.conversations.update([talk])
    tell.line(talk, takes_back(me.name, tell.now, tell.voice.zone, tell.voice.texts_for(None)))
    if handed.kind == AGENT and handed.to_agent_id is not None:
        colleague = (await uow.staffing.by_ids([handed.to_agent_id]))[handed.to_agent_id]
        say = tell.voice.texts_for(colleague.language)
        name = seen(party.person.name, tell.voice.mask, say)
        words = say("transfer.taken_back_from_you", name=name, number=talk.id, by=me.name)
        tell.staff(colleague, text(words), NOTICE, talk.id)
    if was is State.BOT:
        was = asked_for_person(tell, talk, was, me)
    await begin_service(uow, tell, [(party, me)], came_from=was, move=Move.TAKE, by=me.id)
    await uow.staffing.change(me.id, front_conversation_id=talk.id)
    uow.ring(LINE)


async def _answered(uow: UnitOfWork, conversation_id: int) -> bool:
    """Say whether an agent has written since the desk's last line: the one that began service."""
    for line in reversed((await uow.messages.last([conversation_id], _LINES))[conversation_id]):
        if line.direction is Direction.SYSTEM:
            return False
        if line.author is Author.AGENT:
            return True
    return False
