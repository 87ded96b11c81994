"""Questions that lists and boards ask: many conversations at a glance, in a few statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from core.messages import Content
from core.states import Author, Direction, Presence, State
from storage.many import among
from storage.models.conversation import Conversation
from storage.models.message import Message
from storage.models.staff import Membership, Staff
from storage.repos.line import in_state


@dataclass(frozen=True, slots=True)
class Stretch:
    """The line of a group: how many wait, and since when the first of them."""

    waiting: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Crewman:
    """A member of staff in a group; somebody in two groups is two of these."""

    staff_id: int
    group_id: int
    name: str
    presence: Presence
    capacity: int


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest message of a conversation.

    Args:
        content: What it says.
        author: Who it is from.
        at: When it was sent.
        unread: The customer wrote after our people did; what the robot says is no answer.
    """

    content: Content
    author: Author
    at: datetime
    unread: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """Which conversations a list holds.

    Args:
        groups: Of these groups; ``None``: of any, and of none.
        agent_id: Only those that this agent serves or has served; ``None``: anybody's.
        and_of: Those of this agent as well, whatever their group; ``None``: no more.
    """

    groups: frozenset[int] | None
    agent_id: int | None = None
    and_of: int | None = None

    def conditions(self, state: State) -> list[ColumnElement[bool]]:
        """Return what a conversation in a state must fulfil."""
        found: list[ColumnElement[bool]] = []
        if self.agent_id is not None:
            found.append(Conversation.agent_id == self.agent_id)
        if self.groups is not None:
            # Few are in session. The index of a group's conversations holds all that are over, so
            # it is kept out of sight: SQLite would prefer it.
            group = Conversation.group_id + 0 if state is State.SERVING else Conversation.group_id
            own = among(group, "groups", of_numbers=True)
            found.append(
                own if self.and_of is None else or_(own, Conversation.agent_id == self.and_of)
            )
        return found

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of the conditions."""
        return {} if self.groups is None else {"groups": set(self.groups)}


_Said = aliased(Message)
# Whoever spoke last of the two who talk to each other. The index of the transcript is read from its
# end, so this looks at a few lines however long the conversation is.
_SPEAKER = (
    select(_Said.author)
    .where(
        _Said.conversation_id == Conversation.id,
        _Said.author.in_((Author.CUSTOMER.value, Author.AGENT.value)),
    )
    .order_by(_Said.id.desc())
    .limit(1)
    .correlate(Conversation)
    .scalar_subquery()
)
_NEWEST_ID = (
    select(_Said.id)
    .where(_Said.conversation_id == Conversation.id, _Said.direction != Direction.SYSTEM.value)
    .order_by(_Said.id.desc())
    .limit(1)
    .correlate(Conversation)
    .scalar_subquery()
)


def _unread() -> ColumnElement[bool]:
    """Return the condition that the customer spoke last."""
    return _SPEAKER.in_((Author.CUSTOMER.value,))


class Views:
    """Conversations and our people as lists and boards show them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def line(self, groups: Iterable[int]) -> dict[int, Stretch]:
        """Return the line of each of *groups*; those in which nobody waits are left out."""
        rows = await self._connection.execute(
            select(
                Conversation.group_id,
                func.count(),
                func.min(Conversation.waiting_since, type_=Conversation.waiting_since.type),
            )
            .where(in_state(State.WAITING), among(Conversation.group_id, "groups", of_numbers=True))
            .group_by(Conversation.group_id),
            {"groups": set(groups)},
        )
        return {group: Stretch(count, since) for group, count, since in rows if group and since}

    async def crew(self) -> list[Crewman]:
        """Return who works in which group, in the order of people and groups."""
        rows = await self._connection.execute(
            select(Staff.id, Membership.group_id, Staff.name, Staff.presence, Staff.capacity)
            .join(Membership, Membership.staff_id == Staff.id)
            .where(Staff.active)
            .order_by(Staff.id, Membership.group_id)
        )
        return [Crewman(id_, g, name, Presence(p), most) for id_, g, name, p, most in rows]

    async def held(self) -> dict[tuple[int, int], int]:
        """Return how many conversations each agent serves of each group; 0 stands for no group."""
        rows = await self._connection.execute(
            select(Conversation.agent_id, Conversation.group_id, func.count())
            .where(in_state(State.SERVING))
            .group_by(Conversation.agent_id, Conversation.group_id)
        )
        return {(agent, group or 0): count for agent, group, count in rows if agent}

    async def unread(self, scope: Scope) -> dict[int, int]:
        """Return how many customers in session or waiting have unread messages, by group.

        "Unread": the customer wrote last and none of our people has answered since, nor put the
        conversation off. 0 stands for
        conversations without a group. Source: requirement QUE-07.
        """
        # Two questions instead of one about two states: each has its own index.
        parts = [
            select(Conversation.group_id).where(
                in_state(state),
                *scope.conditions(state),
                Conversation.snoozed.is_(False),
                _unread(),
            )
            for state in (State.WAITING, State.SERVING)
        ]
        both = union_all(*parts).subquery()
        rows = await self._connection.execute(
            select(both.c.group_id, func.count()).group_by(both.c.group_id), scope.values
        )
        return {group or 0: count for group, count in rows}

    async def count(self, scope: Scope, state: State) -> int:
        """Return how many conversations of a state a list holds."""
        return int(
            await self._connection.scalar(
                select(func.count()).where(in_state(state), *scope.conditions(state)), scope.values
            )
            or 0
        )

    async def page(self, scope: Scope, state: State, *, limit: int, offset: int) -> list[int]:
        """Return the numbers of conversations on a page of a list.

        Those in session come in the order of their numbers, those who wait in the order in which
        they will be served, ended ones newest first; an ended one was served.
        """
        question: Select[int] = select(Conversation.id).where(
            in_state(state), *scope.conditions(state)
        )
        match state:
            case State.WAITING:
                question = question.order_by(
                    Conversation.rank, Conversation.waiting_since, Conversation.id
                )
            case State.ENDED:
                question = question.where(Conversation.serving_since.is_not(None)).order_by(
                    Conversation.serving_since.desc(), Conversation.id.desc()
                )
            case _:
                # A sum has no index: all conversations would be gone through in this order.
                question = question.order_by(Conversation.id + 0)
        rows = await self._connection.scalars(question.limit(limit).offset(offset), scope.values)
        return list(rows)

    async def newest(self, conversations: Iterable[int]) -> dict[int, Newest]:
        """Return the newest message of each of *conversations*, but for lines of the desk's own.

        Conversations in which nobody has said anything are left out.
        """
        rows = await self._connection.execute(
            select(
                Conversation.id,
                Message.kind,
                Message.text,
                Message.extra,
                Message.author,
                Message.sent_at,
                _SPEAKER,
            )
            .join(Message, Message.id == _NEWEST_ID)
            .where(among(Conversation.id, "ids", of_numbers=True)),
            {"ids": set(conversations)},
        )
        return {
            id_: Newest(
                Content.from_json({**(extra or {}), "kind": kind, "text": text}),
                Author(author),
                at,
                speaker == Author.CUSTOMER.value,
            )
            for id_, kind, text, extra, author, at, speaker in rows
        }
