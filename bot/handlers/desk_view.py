"""What our people may see of the line and of conversations. Reads only."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot import access
from bot.access import Permission
from bot.dialog.spoken import hidden
from bot.naming import nameable
from bot.seeing import masked
from bot.telling import Party, Voice, parties
from core.errors import NotAllowed, NotFound
from core.states import Author
from storage.repos.conversations import Talk
from storage.repos.messages import TranscriptLine
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

ROWS = 20
"""Waiting conversations on a page. Source: requirement OTH-01."""
LINES = 10
"""Transcript lines on a page."""


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """A page of the line, longest waiting first; pages count from 1."""

    rows: tuple[Party, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Details:
    """Everything about a conversation that its card has no room for.

    ``group`` and ``agent`` are names, ``None`` where there is none; ``messages`` counts the
    transcript's lines; ``mine`` tells that the viewer serves it, ``may_take`` that they may pick
    it by hand. ``categories`` and ``remark`` are what it was about, as its agent said;
    ``nameable`` tells that its group has categories.
    """

    party: Party
    group: str | None
    agent: str | None
    messages: int
    last_message: datetime | None
    mine: bool
    may_take: bool
    categories: tuple[str, ...] = ()
    remark: str = ""
    nameable: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """A page of a transcript, oldest line first; page 1 holds the newest lines."""

    party: Party
    lines: tuple[TranscriptLine, ...]
    page: int
    pages: int
    total: int


async def waiting_page(
    uow: UnitOfWork, actor: StaffMember, page: int, *, voice: Voice
) -> WaitingPage:
    """Return one page of who waits, in all groups; a page that is not there gives the nearest.

    What is masked in messages is masked in what customers are called too.

    Raises:
        NotAllowed: They may not see the line.
    """
    access.require(actor.role, Permission.SEE_LINE)
    groups = [g.id for g in await uow.staffing.groups()]
    total = sum((await uow.line.lengths(groups)).values())
    page, pages = _within(page, total, ROWS)
    found = await uow.line.oldest(groups, ROWS, offset=(page - 1) * ROWS)
    talks = await uow.conversations.by_ids(w.conversation_id for w in found)
    around = await parties(uow, talks.values())
    rows = tuple(masked(around[w.conversation_id], actor, voice) for w in found)
    return WaitingPage(rows, page, pages, total)


async def details(
    uow: UnitOfWork, actor: StaffMember, conversation_id: int | None, *, voice: Voice
) -> Details:
    """Return what is known of a conversation and its customer. Source: requirement AGT-03.

    Agents see the conversations they serve or have served; who may see the line sees all. What
    is masked in messages is masked in what a customer is called too: on some platforms that is
    a phone number.

    Args:
        uow: An open unit of work.
        actor: Who asks.
        conversation_id: Which one; ``None`` for the one in front.
        voice: Whose mask it is that hides parts, and the words for what cannot be shown.

    Raises:
        NotAllowed: It is not theirs to see.
        NotFound: There is no such conversation, or none is in front.
    """
    access.require(actor.role, Permission.SERVE)
    talk = await _visible(uow, actor, conversation_id)
    party = masked((await parties(uow, [talk]))[talk.id], actor, voice)
    groups = {g.id: g.name for g in await uow.staffing.groups()}
    agents = await uow.staffing.by_ids([talk.agent_id] if talk.agent_id else [])
    newest, messages = await uow.messages.page(talk.id, offset=0, limit=1)
    tree, offered = await nameable(uow, talk)
    chosen, remark = await uow.categories.of_conversation(talk.id)
    named = await uow.categories.named(chosen)
    return Details(
        party=party,
        group=groups.get(talk.group_id or 0),
        agent=agents[talk.agent_id].name if talk.agent_id else None,
        messages=messages,
        last_message=newest[-1].sent_at if newest else None,
        mine=talk.agent_id == actor.id,
        may_take=access.may(actor.role, Permission.SEE_LINE),
        categories=tuple(tree.path(one) or named[one].name for one in chosen),
        remark=remark,
        nameable=bool(offered),
    )


async def history(
    uow: UnitOfWork,
    actor: StaffMember,
    conversation_id: int | None,
    page: int,
    *,
    voice: Voice,
) -> History:
    """Return one page of a transcript; a page that is not there gives the nearest.

    The same people may see it as may see ``details``. What customers wrote is masked here; the
    transcript itself keeps the original.

    Raises:
        NotAllowed: It is not theirs to see.
        NotFound: There is no such conversation, or none is in front.
    """
    access.require(actor.role, Permission.SERVE)
    talk = await _visible(uow, actor, conversation_id)
    party = (await parties(uow, [talk]))[talk.id]
    _, total = await uow.messages.page(talk.id, offset=0, limit=1)
    page, pages = _within(page, total, LINES)
    lines, _ = await uow.messages.page(talk.id, offset=(page - 1) * LINES, limit=LINES)
    say = voice.texts_for(actor.language)
    shown = tuple(
        replace(line, content=hidden(line.content, voice.mask, say))
        if line.author is Author.CUSTOMER
        else line
        for line in lines
    )
    return History(masked(party, actor, voice), shown, page, pages, total)


async def _visible(uow: UnitOfWork, actor: StaffMember, conversation_id: int | None) -> Talk:
    number = await _front(uow, actor) if conversation_id is None else conversation_id
    if number is None:
        raise NotFound("desk.none_in_front")
    talk = (await uow.conversations.by_ids([number])).get(number)
    if talk is None:
        raise NotFound("desk.no_such_conversation", number=number)
    if talk.agent_id == actor.id or access.may(actor.role, Permission.SEE_LINE):
        return talk
    # Who leads the group is told of overdue answers, and must be able to look.
    if talk.group_id not in await uow.staffing.led_by(actor.id):
        raise NotAllowed
    return talk


async def _front(uow: UnitOfWork, actor: StaffMember) -> int | None:
    # The actor was loaded before this unit of work began.
    return (await uow.staffing.by_ids([actor.id]))[actor.id].front_conversation_id


def _within(page: int, total: int, size: int) -> tuple[int, int]:
    """Return the nearest page that is there, and how many there are (at least one)."""
    pages = max(1, -(-total // size))
    return min(max(page, 1), pages), pages
