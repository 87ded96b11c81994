"""What happens when an agent writes something that is not a command."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot import access
from bot.access import Permission
from bot.bell import OUTBOX
from bot.queue.rearming import agent_wrote
from bot.rules.sensitive import WordHit, blocked
from bot.telling import Party, Voice, parties
from bot.timing import rearm
from bot.watching import found_in, hold_back, recorded
from core.errors import BadRequestText
from core.messages import Content, Kind
from core.playbook import WordAction, WordDirection
from core.states import Author, Direction, State
from storage.repos.conversations import Talk
from storage.repos.messages import TranscriptLine
from storage.repos.outbox import REPLY, Binding, Owed
from storage.repos.staffing import StaffMember
from storage.repos.watch import KeptDraft
from storage.uow import UnitOfWork

STAFF_MESSAGE = "staff_message"
"""Under this name a transcript line keeps the staff chat's id of what the agent wrote."""
_NOT_SENT_ON = frozenset({Kind.UNKNOWN, Kind.PRESS, Kind.BLOCKED, Kind.UNBLOCKED, Kind.POLL})
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Written:
    """What an agent wrote in their chat with the staff bot.

    Args:
        content: What they wrote; files belong to the staff bot's account.
        message_id: The staff chat's id of it.
        reply_to: The staff chat's id of the message they replied to; ``None`` for none.
        sent_at: When, by the platform's clock, UTC.
    """

    content: Content
    message_id: str
    reply_to: str | None
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """It is owed to this customer now."""

    conversation_id: int
    name: str


@dataclass(frozen=True, slots=True)
class NotTheirs:
    """It answered a conversation that the agent does not serve; nothing was sent.

    ``agent`` serves it now, ``None`` when nobody does; ``open`` are those that the writer serves.
    """

    conversation_id: int
    name: str
    state: State
    agent: str | None
    open: tuple[Party, ...]


@dataclass(frozen=True, slots=True)
class Unclear:
    """It is not clear whom it is for; nothing was sent. ``open`` are those they serve."""

    open: tuple[Party, ...]


@dataclass(frozen=True, slots=True)
class NeverSent:
    """The edited message had not gone to any customer, so nor does its new version."""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """It has words that may not be sent; nothing was sent, and it is kept as a draft.

    Args:
        conversation_id: Whom it was for.
        name: What that customer is called.
        words: The words, as they stand in the lists.
        message_id: The staff chat's id of the message, under which the draft is kept.
        edited: Whether the customer still has an earlier version of it.
    """

    conversation_id: int
    name: str
    words: tuple[str, ...]
    message_id: str
    edited: bool = False


Unsent = NotTheirs | Unclear | NeverSent | HeldBack
"""Why nothing was sent."""


async def reply(
    uow: UnitOfWork, actor: StaffMember, written: Written, *, voice: Voice, now: datetime
) -> Sent | NotTheirs | Unclear | HeldBack:
    """Send what *actor* wrote to the customer it is for.

    A reply goes to the conversation of the message it answers; anything else to the one in
    front, or to the only one they serve. Which conversation a message belongs to is looked up by
    its id and never read from its text, and only who serves a conversation can write in it. A
    reply to a message that belongs to none is not sent to the one in front while they serve
    several: they meant a certain customer, and a guess could tell another one.

    A message with a sensitive word whose list says ``block`` is not sent: the attempt is
    recorded and the message kept as a draft, which an edit of it sends (requirement SEN-07).

    Args:
        uow: An open unit of work; the caller commits, and opens it once for each update.
        actor: Who wrote.
        written: What.
        voice: Keys are made with it, and it knows the words that may not be said.
        now: The moment.

    Raises:
        NotAllowed: They may not serve customers.
        BadRequestText: Messages of this kind cannot be sent on.
    """
    access.require(actor.role, Permission.SERVE)
    if written.content.kind in _NOT_SENT_ON:
        raise BadRequestText("reply.kind_refused")
    me = await _locked(uow, actor)
    bound = None
    number: int | None
    if written.reply_to is not None:
        bound = await uow.outbox.bound_to(me.chat, written.reply_to)
    if bound is not None:
        number = bound.conversation_id
    else:
        number = await _meant(uow, me, guess=written.reply_to is None)
    if number is None:
        return Unclear(await _open(uow, actor))
    talk = (await uow.conversations.lock([number]))[number]
    party = (await parties(uow, [talk]))[number]
    if not _served_by(actor, talk):
        return await _not_theirs(uow, actor, party)
    quotes = bound.customer_message if bound else None
    # So that a later reply to, or edit of, this message finds its conversation.
    await uow.outbox.bind([Binding(actor.chat, written.message_id, number, None)], now)
    return await _send_or_keep(uow, actor, party, written, voice, now, quotes=quotes)


async def edit(
    uow: UnitOfWork, actor: StaffMember, written: Written, *, voice: Voice, now: datetime
) -> Sent | NotTheirs | NeverSent | HeldBack:
    """Replace what *actor* wrote before by its new version, at the customer's as well.

    The transcript keeps both versions. The new version of a message that was held back is sent
    as the first one, or in place of the one that the customer has.

    Raises:
        NotAllowed: They may not serve customers.
        BadRequestText: Messages of this kind cannot be sent on.
    """
    access.require(actor.role, Permission.SERVE)
    if written.content.kind in _NOT_SENT_ON:
        raise BadRequestText("reply.kind_refused")
    await _locked(uow, actor)
    draft = await uow.watch.draft(actor.id, written.message_id)
    if draft is not None:
        number = draft.conversation_id
    else:
        bound = await uow.outbox.bound_to(actor.chat, written.message_id)
        if bound is None:
            return NeverSent()
        number = bound.conversation_id
    talk = (await uow.conversations.lock([number]))[number]
    earlier = await _earlier_key(uow, number, actor, written.message_id)
    if earlier is None and draft is None:
        return NeverSent()
    party = (await parties(uow, [talk]))[number]
    if not _served_by(actor, talk):
        return await _not_theirs(uow, actor, party)
    quotes = draft.quotes if draft is not None and earlier is None else None
    outcome = await _send_or_keep(
        uow, actor, party, written, voice, now, quotes=quotes, edits_key=earlier
    )
    if draft is not None and isinstance(outcome, Sent):
        await uow.watch.drop(actor.id, written.message_id)
    return outcome


async def _locked(uow: UnitOfWork, actor: StaffMember) -> StaffMember:
    """Return the writer as they are now, locked: staff before conversations, as everywhere.

    The transcript line names them, which takes a lock on their row as well; taken only then it
    could meet somebody who holds that row and waits for this conversation.
    """
    return (await uow.staffing.lock([actor.id]))[actor.id]


async def _meant(uow: UnitOfWork, me: StaffMember, *, guess: bool) -> int | None:
    """Return the only conversation, or the one in front; ``None`` when that is not clear."""
    held = {t.id for t in await uow.conversations.of_agent(me.id)}
    if len(held) == 1:
        return held.pop()
    front = me.front_conversation_id
    return front if guess and front in held else None


async def _open(uow: UnitOfWork, actor: StaffMember) -> tuple[Party, ...]:
    talks = await uow.conversations.of_agent(actor.id)
    around = await parties(uow, talks)
    return tuple(around[t.id] for t in talks)


def _served_by(actor: StaffMember, talk: Talk) -> bool:
    return talk.state is State.SERVING and talk.agent_id == actor.id


async def _not_theirs(uow: UnitOfWork, actor: StaffMember, party: Party) -> NotTheirs:
    talk = party.talk
    other = talk.agent_id if talk.state is State.SERVING else None
    people = await uow.staffing.by_ids([other] if other else [])
    return NotTheirs(
        talk.id,
        party.person.name,
        talk.state,
        people[other].name if other else None,
        await _open(uow, actor),
    )


async def _earlier_key(
    uow: UnitOfWork, conversation_id: int, actor: StaffMember, message_id: str
) -> str | None:
    """Return the key of the version to replace; ``None`` when none has gone or will go out.

    That is the latest that has arrived. Before any has, it is the first of those on their way:
    a later one could still be refused, and would take what edits it down with it.
    """
    keys: list[str] = []
    offset, total = 0, 1
    while offset < total:
        lines, total = await uow.messages.page(conversation_id, offset=offset, limit=_PAGE)
        keys += [
            line.external_id
            for line in reversed(lines)
            if line.staff_id == actor.id and line.content.data.get(STAFF_MESSAGE) == message_id
        ]
        offset += _PAGE
    states = await uow.outbox.states(keys)
    arrived = [key for key in keys if states.get(key, ("",))[0] == "sent"]
    on_the_way = [key for key in keys if states.get(key, ("",))[0] == "due"]
    return next(iter(arrived + on_the_way[::-1]), None)


async def _send_or_keep(
    uow: UnitOfWork,
    actor: StaffMember,
    party: Party,
    written: Written,
    voice: Voice,
    now: datetime,
    *,
    quotes: str | None = None,
    edits_key: str | None = None,
) -> Sent | HeldBack:
    """Send it, or keep it as a draft where it has words that may not be sent."""
    written = replace(written, content=_as_sent(written.content))
    hits: tuple[WordHit, ...] = ()
    if voice.words is not None:
        hits = found_in(voice.words, written.content, WordDirection.STAFF, party.account)
    if blocked(hits):
        words = tuple(dict.fromkeys(h.word for h in hits if h.action is WordAction.BLOCK))
        number, content = party.talk.id, written.content
        draft = KeptDraft(actor.id, written.message_id, number, content, quotes, words, now)
        await hold_back(uow, draft, hits, party.account)
        edited = edits_key is not None
        return HeldBack(number, party.person.name, words, written.message_id, edited)
    key = voice.new_key()
    await _send(uow, actor, party, written, key, voice, now, quotes=quotes, edits_key=edits_key)
    by = WordDirection.STAFF
    await uow.watch.add_hits(
        recorded(hits, by, party.account, party.talk.id, key, now, staff_id=actor.id)
    )
    return Sent(party.talk.id, party.person.name)


def _as_sent(content: Content) -> Content:
    # A title is for our people's eyes, except on a link, whose own it is.
    return replace(content, title=content.title if content.kind is Kind.LINK else "", buttons=())


async def _send(
    uow: UnitOfWork,
    actor: StaffMember,
    party: Party,
    written: Written,
    key: str,
    voice: Voice,
    now: datetime,
    *,
    quotes: str | None = None,
    edits_key: str | None = None,
) -> None:
    content = written.content
    kept = replace(content, data={**content.data, STAFF_MESSAGE: written.message_id})
    line = TranscriptLine(
        party.talk.id,
        party.talk.account_id,
        key,
        Direction.OUT,
        Author.AGENT,
        actor.name,
        kept,
        written.sent_at,
        staff_id=actor.id,
        reply_to=quotes,
        edited=edits_key is not None,
    )
    owed = Owed(
        key,
        party.account,
        party.person.chat,
        content,
        REPLY,
        party.talk.id,
        reply_to=quotes,
        edits_key=edits_key,
        staff_id=actor.id,
    )
    await uow.messages.add([line], now)
    await uow.outbox.add([owed], now)
    if party.talk.snoozed:
        # Whoever writes has taken it up again.
        party.talk.snoozed = False
        await uow.conversations.update([party.talk])
    await rearm(uow, [(party.talk, agent_wrote(voice.policy(party)))], now)
    uow.ring(OUTBOX)
