"""Questions about the waiting line: who waits, who could serve, who was offered what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from core.states import Presence, State
from storage.many import among
from storage.models.conversation import Card, Conversation, Passed
from storage.models.staff import Membership, Staff

# Written into the SQL text, not sent as parameters: a partial index is used only where the
# database can see that the condition is the index's own.
_WAITING = Conversation.state == bindparam("waiting", int(State.WAITING), literal_execute=True)
_SERVING = Conversation.state == bindparam("serving", int(State.SERVING), literal_execute=True)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A conversation in the line of a group."""

    conversation_id: int
    group_id: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Seat:
    """An agent who is on duty for a group, and how full their hands are."""

    staff_id: int
    group_id: int
    chat: str
    name: str
    capacity: int
    serving: int
    idle_since: datetime
    language: str | None


@dataclass(frozen=True, slots=True)
class DealtCard:
    """A card that lies before a member of staff."""

    conversation_id: int
    staff_id: int
    outbox_key: str
    chat: str


class Line:
    """Conversations that wait, seats that are free, cards that were dealt."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lengths(self, groups: Iterable[int]) -> dict[int, int]:
        """Return how many wait in each group; a group without anybody counts 0."""
        wanted = set(groups)
        rows = await self._connection.execute(
            select(Conversation.group_id, func.count())
            .where(_WAITING, among(Conversation.group_id, "groups", of_numbers=True))
            .group_by(Conversation.group_id),
            {"groups": wanted},
        )
        return dict.fromkeys(wanted, 0) | {group: count for group, count in rows if group}

    async def position(self, group_id: int, since: datetime, conversation_id: int) -> int:
        """Return the place in the line, 1 for the next to be served."""
        ahead = await self._connection.scalar(
            select(func.count()).where(
                _WAITING,
                Conversation.group_id == group_id,
                or_(
                    Conversation.waiting_since < since,
                    and_(Conversation.waiting_since == since, Conversation.id < conversation_id),
                ),
            )
        )
        return int(ahead or 0) + 1

    async def places(self, conversations: Iterable[int]) -> dict[int, int]:
        """Return the place in its group's line for each of *conversations* that waits."""
        ranked = (
            select(
                Conversation.id,
                func.row_number()
                .over(
                    partition_by=Conversation.group_id,
                    order_by=(Conversation.waiting_since, Conversation.id),
                )
                .label("place"),
            )
            .where(_WAITING)
            .subquery()
        )
        rows = await self._connection.execute(
            select(ranked.c.id, ranked.c.place).where(among(ranked.c.id, "ids", of_numbers=True)),
            {"ids": set(conversations)},
        )
        return {row.id: row.place for row in rows}

    async def oldest(self, groups: Iterable[int], limit: int, *, offset: int = 0) -> list[Waiting]:
        """Return who waits in *groups*, longest first, without the first *offset* of them."""
        rows = await self._connection.execute(
            select(Conversation.id, Conversation.group_id, Conversation.waiting_since)
            .where(_WAITING, among(Conversation.group_id, "groups", of_numbers=True))
            .order_by(Conversation.waiting_since, Conversation.id)
            .limit(limit)
            .offset(offset),
            {"groups": set(groups)},
        )
        return [Waiting(id_, group or 0, since) for id_, group, since in rows if since]

    async def oldest_of_each(self, groups: Iterable[int], limit: int) -> list[Waiting]:
        """Return the *limit* who have waited longest in each of *groups*, longest first."""
        ranked = (
            select(
                Conversation.id,
                Conversation.group_id,
                Conversation.waiting_since,
                func.row_number()
                .over(
                    partition_by=Conversation.group_id,
                    order_by=(Conversation.waiting_since, Conversation.id),
                )
                .label("place"),
            )
            .where(_WAITING, among(Conversation.group_id, "groups", of_numbers=True))
            .subquery()
        )
        rows = await self._connection.execute(
            select(ranked.c.id, ranked.c.group_id, ranked.c.waiting_since)
            .where(ranked.c.place <= limit)
            .order_by(ranked.c.waiting_since, ranked.c.id),
            {"groups": set(groups)},
        )
        return [Waiting(id_, group or 0, since) for id_, group, since in rows if since]

    async def groups_waiting(self) -> set[int]:
        """Return the groups in whose line somebody waits."""
        rows = await self._connection.execute(
            select(Conversation.group_id).where(_WAITING).distinct()
        )
        return {group for group in rows.scalars() if group is not None}

    async def seats(self, groups: Iterable[int]) -> list[Seat]:
        """Return the agents on duty in *groups*, a row for each group they are in."""
        serving = (
            select(func.count())
            .where(_SERVING, Conversation.agent_id == Staff.id)
            .correlate(Staff)
            .scalar_subquery()
        )
        rows = await self._connection.execute(
            select(
                Staff.id,
                Membership.group_id,
                Staff.external_id,
                Staff.name,
                Staff.capacity,
                serving,
                Staff.idle_since,
                Staff.language,
            )
            .join(Membership, Membership.staff_id == Staff.id)
            .where(
                Staff.active,
                Staff.presence == Presence.ONLINE.value,
                among(Membership.group_id, "groups", of_numbers=True),
            )
            .order_by(Staff.id, Membership.group_id),
            {"groups": set(groups)},
        )
        return [Seat(*row) for row in rows]

    async def claim(self, conversation_id: int, staff_id: int, now: datetime) -> bool:
        """Give a waiting conversation to an agent; the first claim wins, in one statement.

        The caller holds the agent's row locked, so that the capacity cannot be exceeded.

        Returns:
            Whether the conversation was still waiting and the agent had a seat free.
        """
        mine = Conversation.__table__.alias("mine")
        held = (
            select(func.count())
            .select_from(mine)
            .where(mine.c.agent_id == staff_id, mine.c.state == int(State.SERVING))
        )
        capacity = select(Staff.capacity).where(Staff.id == staff_id, Staff.active)
        result = await self._connection.execute(
            update(Conversation)
            .where(
                Conversation.id == conversation_id,
                _WAITING,
                held.scalar_subquery() < capacity.scalar_subquery(),
            )
            .values(state=int(State.SERVING), agent_id=staff_id, serving_since=now)
        )
        return bool(result.rowcount == 1)

    async def cards(self, conversations: Iterable[int]) -> list[DealtCard]:
        """Return the cards that lie on the tables for *conversations*."""
        rows = await self._connection.execute(
            select(Card.conversation_id, Card.staff_id, Card.outbox_key, Card.chat)
            .where(among(Card.conversation_id, "ids", of_numbers=True))
            .order_by(Card.conversation_id, Card.staff_id),
            {"ids": set(conversations)},
        )
        return [DealtCard(*row) for row in rows]

    async def deal(self, cards: Iterable[DealtCard], now: datetime) -> None:
        """Remember that cards were dealt."""
        rows = [
            {
                "conversation_id": c.conversation_id,
                "staff_id": c.staff_id,
                "outbox_key": c.outbox_key,
                "chat": c.chat,
                "dealt_at": now,
            }
            for c in cards
        ]
        if rows:
            await self._connection.execute(insert(Card), rows)

    async def collect(self, conversations: Iterable[int]) -> list[DealtCard]:
        """Take the cards of *conversations* off the tables and return them.

        Each card is returned to one caller only, however many collect at the same moment.
        """
        rows = await self._connection.execute(
            delete(Card)
            .where(among(Card.conversation_id, "ids", of_numbers=True))
            .returning(Card.conversation_id, Card.staff_id, Card.outbox_key, Card.chat),
            {"ids": set(conversations)},
        )
        return sorted(
            (DealtCard(*row) for row in rows), key=lambda c: (c.conversation_id, c.staff_id)
        )

    async def take_back(self, cards: Iterable[DealtCard]) -> list[DealtCard]:
        """Take single cards off the tables and return those that were still there.

        The caller holds their conversations locked.
        """
        gone = []
        for card in cards:
            result = await self._connection.execute(
                delete(Card).where(
                    Card.conversation_id == card.conversation_id, Card.staff_id == card.staff_id
                )
            )
            if result.rowcount == 1:
                gone.append(card)
        return gone

    async def lying(self, groups: Iterable[int]) -> list[DealtCard]:
        """Return the cards that lie before anybody for conversations of *groups*.

        Those whose conversation waits no longer are among them.
        """
        rows = await self._connection.execute(
            select(Card.conversation_id, Card.staff_id, Card.outbox_key, Card.chat)
            .join(Conversation, Conversation.id == Card.conversation_id)
            .where(among(Conversation.group_id, "groups", of_numbers=True))
            .order_by(Card.conversation_id, Card.staff_id),
            {"groups": set(groups)},
        )
        return [DealtCard(*row) for row in rows]

    async def passed(self, conversations: Iterable[int]) -> set[tuple[int, int]]:
        """Return who has let which of *conversations* pass: (conversation, member of staff)."""
        rows = await self._connection.execute(
            select(Passed.conversation_id, Passed.staff_id).where(
                among(Passed.conversation_id, "ids", of_numbers=True)
            ),
            {"ids": set(conversations)},
        )
        return {(conversation, staff) for conversation, staff in rows}

    async def let_pass(self, conversation_id: int, staff_id: int, now: datetime) -> None:
        """Remember that somebody let an offered conversation pass."""
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        await self._connection.execute(
            dialect.insert(Passed)
            .values(conversation_id=conversation_id, staff_id=staff_id, at=now)
            .on_conflict_do_nothing()
        )

    async def forget_passes(self, conversations: Iterable[int]) -> None:
        """Forget who has let *conversations* pass."""
        await self._connection.execute(
            delete(Passed).where(among(Passed.conversation_id, "ids", of_numbers=True)),
            {"ids": set(conversations)},
        )

    async def cards_of(self, staff_id: int) -> list[DealtCard]:
        """Return the cards that lie before one member of staff."""
        rows = await self._connection.execute(
            select(Card.conversation_id, Card.staff_id, Card.outbox_key, Card.chat).where(
                Card.staff_id == staff_id
            )
        )
        return [DealtCard(*row) for row in rows]
