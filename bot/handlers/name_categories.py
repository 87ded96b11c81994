"""Agents say what a conversation was about: categories and a remark, before or after its end."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import access
from bot.access import Permission
from bot.naming import nameable
from bot.telling import Voice, parties
from core.errors import BadRequestText, Conflict, NotFound
from core.states import State
from storage.repos.categories import Topic
from storage.repos.conversations import Event, Talk
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

AFTERWARDS = timedelta(minutes=30)
"""How long after the end categories can be named."""
LONGEST_REMARK = 500


@dataclass(frozen=True, slots=True)
class Offered:
    """A category that may be named: its number, its whole path, whether it is named already."""

    number: int
    path: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Naming:
    """What a conversation was about, as its agent sees it.

    Args:
        conversation_id: Number of the conversation.
        name: What the customer is called.
        topics: Every category that its group names, in the order of the tree.
        remark: What was noted; may be empty.
        owed: One of both is needed before its agent may end it.
        ended: Whether it is over.
    """

    conversation_id: int
    name: str
    topics: tuple[Offered, ...]
    remark: str
    owed: bool
    ended: bool

    @property
    def chosen(self) -> tuple[Offered, ...]:
        """What is named."""
        return tuple(topic for topic in self.topics if topic.chosen)


async def naming(
    uow: UnitOfWork, actor: StaffMember, conversation_id: int, *, voice: Voice, now: datetime
) -> Naming:
    """Return what may be said of a conversation that *actor* serves, or has just ended.

    Raises:
        NotAllowed: They may not serve customers.
        NotFound: There is no such conversation.
        Conflict: It is not theirs, or it ended more than 30 minutes ago.
    """
    access.require(actor.role, Permission.SERVE)
    talk = (await uow.conversations.by_ids([conversation_id])).get(conversation_id)
    return await _shown(uow, _own(actor, conversation_id, talk, now), voice)


async def tick(
    uow: UnitOfWork,
    actor: StaffMember,
    conversation_id: int,
    category: int,
    *,
    voice: Voice,
    now: datetime,
) -> Naming:
    """Name a category, or no longer where it was named; several may be (requirement QUE-17).

    Raises:
        NotAllowed: They may not serve customers.
        NotFound: There is no such conversation, or its group does not name that category.
        Conflict: It is not theirs, or it ended more than 30 minutes ago.
    """
    access.require(actor.role, Permission.SERVE)
    talk = await _locked(uow, actor, conversation_id, now)
    _, offered = await nameable(uow, talk)
    chosen, _ = await uow.categories.of_conversation(talk.id)
    if category not in offered and category not in chosen:
        raise NotFound("category.unknown", number=category)
    named = set(chosen) ^ {category}
    await uow.categories.name(talk.id, named)
    await uow.conversations.record(
        [Event(talk.id, now, "categories", actor.id, {"categories": sorted(named)})]
    )
    return await _shown(uow, talk, voice)


async def note(
    uow: UnitOfWork,
    actor: StaffMember,
    conversation_id: int,
    remark: str,
    *,
    voice: Voice,
    now: datetime,
) -> Naming:
    """Note something with the categories; an empty remark takes it away.

    Raises:
        NotAllowed: They may not serve customers.
        NotFound: There is no such conversation.
        BadRequestText: The remark is too long.
        Conflict: It is not theirs, or it ended more than 30 minutes ago.
    """
    access.require(actor.role, Permission.SERVE)
    remark = remark.strip()
    if len(remark) > LONGEST_REMARK:
        raise BadRequestText("category.long_remark", limit=LONGEST_REMARK)
    talk = await _locked(uow, actor, conversation_id, now)
    chosen, _ = await uow.categories.of_conversation(talk.id)
    await uow.categories.name(talk.id, chosen, remark)
    return await _shown(uow, talk, voice)


async def _locked(uow: UnitOfWork, actor: StaffMember, number: int, now: datetime) -> Talk:
    talk = (await uow.conversations.lock([number])).get(number)
    return _own(actor, number, talk, now)


def _own(actor: StaffMember, number: int, talk: Talk | None, now: datetime) -> Talk:
    if talk is None:
        raise NotFound("desk.no_such_conversation", number=number)
    if talk.agent_id != actor.id or talk.state not in (State.SERVING, State.ENDED):
        raise Conflict("desk.not_yours", number=number)
    if talk.ended_at is not None and now - talk.ended_at > AFTERWARDS:
        minutes = int(AFTERWARDS.total_seconds() // 60)
        raise Conflict("category.too_late", minutes=minutes)
    return talk


async def _shown(uow: UnitOfWork, talk: Talk, voice: Voice) -> Naming:
    party = (await parties(uow, [talk]))[talk.id]
    tree, offered = await nameable(uow, talk)
    chosen, remark = await uow.categories.of_conversation(talk.id)
    # What was named before it was taken away from the group, or deleted, can still be unticked.
    gone = await uow.categories.named(set(chosen) - offered)
    topics = [
        Offered(topic.id, tree.path(topic.id), topic.id in chosen)
        for topic in tree
        if topic.id in offered
    ]
    topics += [Offered(topic.id, topic.name, True) for topic in _in_order(gone)]
    must = voice.policy(party).ask_category and bool(offered)
    return Naming(
        talk.id,
        party.person.name,
        tuple(topics),
        remark,
        must and not chosen and not remark,
        talk.state is State.ENDED,
    )


def _in_order(topics: dict[int, Topic]) -> list[Topic]:
    return [topics[number] for number in sorted(topics)]
