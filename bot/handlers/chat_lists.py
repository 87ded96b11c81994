"""Our people's lists of conversations: in session, queued and ended, group by group. Reads only."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot import access
from bot.access import Permission
from bot.dialog.spoken import hidden
from bot.seeing import masked
from bot.telling import Party, Voice, parties
from core.messages import Content
from core.states import Author, State
from storage.repos.staffing import StaffMember
from storage.repos.views import Newest, Scope
from storage.uow import UnitOfWork

ROWS = {0: 20, 1: 20, 2: 10, 3: 6}
"""Rows of a list, by how many lists are unfolded: together they must fit into one message.

Source: requirement OTH-01.
"""
ALL = 0
"""The tab of all groups."""


class Kind(StrEnum):
    """One list. Source: requirement QUE-06."""

    SESSION = "session"
    QUEUED = "queued"
    ENDED = "ended"


STATES = {Kind.SESSION: State.SERVING, Kind.QUEUED: State.WAITING, Kind.ENDED: State.ENDED}


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see.

    Args:
        tab: Number of a group; ``ALL`` for all of theirs.
        unfolded: The lists whose rows are shown.
        mine: The lists that are narrowed down to the viewer's own.
        pages: Which page of each list, from 1.
    """

    tab: int = ALL
    unfolded: frozenset[Kind] = frozenset({Kind.SESSION})
    mine: frozenset[Kind] = frozenset({Kind.SESSION, Kind.ENDED})
    pages: dict[Kind, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tab:
    """A group of the viewer's; ``unread`` counts customers with unread messages (QUE-07)."""

    group_id: int
    name: str
    unread: int


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation in a list.

    Args:
        party: The conversation and the customer, as the viewer may see them.
        agent: Display name of the agent who received it; ``None`` for nobody.
        said: The newest message, as the viewer may see it; ``None`` where there is none.
        said_at: When it was sent.
        unread: The customer wrote last, and none of our people has answered since.
        front: The viewer's plain text goes there.
        mine: The viewer serves it, or did when it was ended.
        opens: The viewer may see all of it.
    """

    party: Party
    agent: str | None
    said: Content | None
    said_at: datetime | None
    unread: bool
    front: bool
    mine: bool
    opens: bool


@dataclass(frozen=True, slots=True)
class ChatList:
    """One list.

    Args:
        kind: Which.
        count: How many conversations are in it; ``None`` for ended ones, of which there is no end.
        rows: The page that is shown; empty where the list is folded or only numbers may be seen.
        page: Which page, from 1.
        pages: How many there are; for ended ones, one more than ``page`` where there are more.
        secret: The viewer learns the number only. Source: requirement QUE-12.
    """

    kind: Kind
    count: int | None
    rows: tuple[Row, ...] = ()
    page: int = 1
    pages: int = 1
    secret: bool = False


@dataclass(frozen=True, slots=True)
class ChatLists:
    """What somebody sees.

    Args:
        tabs: Their groups, all of them together first.
        tab: The one that is open.
        lists: The lists of that one.
        in_reception: How many are in session or queued there, whoever serves them (QUE-06).
    """

    tabs: tuple[Tab, ...]
    tab: int
    lists: tuple[ChatList, ...]
    in_reception: int


async def chat_lists(
    uow: UnitOfWork, actor: StaffMember, asked: Asked, *, voice: Voice
) -> ChatLists:
    """Return the lists, with a constant number of statements for any number of conversations.

    Agents see the groups they are in, and whatever they serve themselves; who may see the line
    sees all groups; who leads a group may open what others serve there. A tab that is not theirs
    gives all of theirs, a page that is not there the nearest.

    Raises:
        NotAllowed: They may not serve customers.
    """
    access.require(actor.role, Permission.SERVE)
    sees_line = access.may(actor.role, Permission.SEE_LINE)
    groups = await uow.staffing.groups()
    if not sees_line:
        own = set((await uow.staffing.memberships()).get(actor.id, ()))
        groups = [g for g in groups if g.id in own]
    everything = (
        Scope(None) if sees_line else Scope(frozenset(g.id for g in groups), and_of=actor.id)
    )
    unread = await uow.views.unread(everything)
    tab = asked.tab if asked.tab in {g.id for g in groups} else ALL
    scope = everything if tab == ALL else Scope(frozenset({tab}))
    found, shown = [], []
    size = ROWS[len(asked.unfolded)]
    for kind in Kind:
        narrowed = Scope(scope.groups, actor.id) if kind in asked.mine else scope
        if narrowed.agent_id is not None and tab == ALL:
            # One's own conversations are one's own, whatever their group.
            narrowed = Scope(None, actor.id)
        secret = kind is Kind.QUEUED and not sees_line
        wanted = kind in asked.unfolded and not secret
        numbers, made = await _list(uow, kind, narrowed, asked.pages.get(kind, 1), size, wanted)
        found.append((made, numbers, secret))
        shown += numbers
    in_reception = 0
    for state in (State.SERVING, State.WAITING):
        in_reception += await uow.views.count(scope, state)
    rows = await _rows(uow, actor, shown, sees_line=sees_line, voice=voice)
    return ChatLists(
        (
            Tab(ALL, "", sum(unread.values())),
            *(Tab(g.id, g.name, unread.get(g.id, 0)) for g in groups),
        ),
        tab,
        tuple(
            ChatList(
                made.kind,
                made.count,
                tuple(rows[number] for number in numbers),
                made.page,
                made.pages,
                secret,
            )
            for made, numbers, secret in found
        ),
        in_reception,
    )


async def _list(
    uow: UnitOfWork, kind: Kind, scope: Scope, page: int, size: int, wanted: bool
) -> tuple[list[int], ChatList]:
    """Return the numbers on a page of a list, and the list without its rows."""
    state = STATES[kind]
    if kind is Kind.ENDED:
        # They are not counted: their number grows for ever, and nobody asked for it.
        if not wanted:
            return [], ChatList(kind, None)
        page = max(1, page)
        numbers = await uow.views.page(scope, state, limit=size + 1, offset=(page - 1) * size)
        return numbers[:size], ChatList(kind, None, (), page, page + (len(numbers) > size))
    count = await uow.views.count(scope, state)
    pages = max(1, -(-count // size))
    page = min(max(1, page), pages)
    numbers = []
    if wanted and count:
        numbers = await uow.views.page(scope, state, limit=size, offset=(page - 1) * size)
    return numbers, ChatList(kind, count, (), page, pages)


async def _rows(
    uow: UnitOfWork, actor: StaffMember, numbers: list[int], *, sees_line: bool, voice: Voice
) -> dict[int, Row]:
    if not numbers:
        return {}
    talks = await uow.conversations.by_ids(numbers)
    around = await parties(uow, talks.values())
    newest = await uow.views.newest(numbers)
    agents = {t.agent_id for t in talks.values() if t.agent_id is not None}
    # The actor was loaded before this unit of work began; the front may be another by now.
    people = await uow.staffing.by_ids({*agents, actor.id})
    front = people[actor.id].front_conversation_id
    led: frozenset[int] = frozenset() if sees_line else await uow.staffing.led_by(actor.id)
    found = {}
    for number, talk in talks.items():
        last, mine = newest.get(number), talk.agent_id == actor.id
        found[number] = Row(
            party=masked(around[number], actor, voice),
            agent=people[talk.agent_id].name if talk.agent_id is not None else None,
            said=None if last is None else _seen(last, actor, voice),
            said_at=None if last is None else last.at,
            unread=last is not None and last.unread and not talk.snoozed,
            front=number == front,
            mine=mine,
            opens=mine or sees_line or talk.group_id in led,
        )
    return found


def _seen(last: Newest, actor: StaffMember, voice: Voice) -> Content:
    if last.author is not Author.CUSTOMER:
        return last.content
    return hidden(last.content, voice.mask, voice.texts_for(actor.language))
