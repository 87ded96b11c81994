"""Questions about messages that we owe somebody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from core.messages import Content
from storage.bulk import BulkInsert, BulkUpdate
from storage.many import among
from storage.models.outbox import OutboxRow, StaffBinding

REPLY, MIRROR, CARD, NOTICE = "reply", "mirror", "card", "notice"
"""What an outbox row is for: a customer, or a member of staff in one of three ways."""


@dataclass(slots=True)
class Owed:
    """A message that we owe somebody, before it is stored.

    Args:
        key: Unique for ever; the transcript line of the same message carries it too.
        account: Name of the sending account, ``staff`` for the staff bot.
        chat: Platform id of the chat.
        content: What to say.
        purpose: ``REPLY``, ``MIRROR``, ``CARD`` or ``NOTICE``.
        conversation_id: The conversation it belongs to, ``None`` for none.
        reply_to: Platform id of the message to quote, ``None`` for none.
        edits_key: Key of the earlier row whose message it replaces, ``None`` for a new message.
        staff_id: Who is told when it will never arrive, ``None`` for nobody.
        shows: For a mirror, the platform id of the customer's message it shows.
        due_at: Not to be sent before; ``None`` for now.
    """

    key: str
    account: str
    chat: str
    content: Content
    purpose: str
    conversation_id: int | None = None
    reply_to: str | None = None
    edits_key: str | None = None
    staff_id: int | None = None
    shows: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that this process has leased and must send now.

    ``edits`` are the platform ids behind ``edits_key``: ``None`` when it edits nothing, empty when
    the message to edit was never delivered.
    """

    id: int
    owed: Owed
    attempts: int
    created_at: datetime
    edits: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A row that the platform has accepted, with the ids it gave, at which attempt."""

    id: int
    platform_ids: tuple[str, ...]
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Postponed:
    """A row that must be tried again at ``due_at``; its whole lane waits with it.

    ``tried`` tells whether the platform refused it, or it was our own limit.
    """

    id: int
    lane: str
    due_at: datetime
    error: str | None
    tried: bool


@dataclass(frozen=True, slots=True)
class Died:
    """A row that will never arrive."""

    id: int
    error: str


@dataclass(frozen=True, slots=True)
class Binding:
    """That a message in a staff chat belongs to a conversation."""

    chat: str
    message_id: str
    conversation_id: int
    customer_message: str | None


def lane(account: str, chat: str) -> str:
    """Return the lane of a chat: rows of one lane go out in order."""
    return f"{account}:{chat}"


_ADD = BulkInsert(
    cast("Table", OutboxRow.__table__),
    "key",
    "account",
    "chat",
    "lane",
    "content",
    "reply_to",
    "shows",
    "edits_key",
    "conversation_id",
    "purpose",
    "staff_id",
    "state",
    "due_at",
    "attempts",
    "created_at",
)
_EARLIER = aliased(OutboxRow)
_IS_DUE = OutboxRow.state == bindparam("is_due", "due", literal_execute=True)
_IS_DEAD = OutboxRow.state == bindparam("is_dead", "dead", literal_execute=True)
_HEADS = (
    select(OutboxRow.id)
    .where(
        _IS_DUE,
        OutboxRow.due_at <= bindparam("now"),
        or_(OutboxRow.lease_until.is_(None), OutboxRow.lease_until < bindparam("now")),
        # Only the head of each lane: what comes behind waits until the head is settled.
        ~select(_EARLIER.id)
        .where(
            _EARLIER.lane == OutboxRow.lane,
            _EARLIER.id < OutboxRow.id,
            _EARLIER.state == bindparam("earlier_due", "due", literal_execute=True),
        )
        .exists(),
    )
    .order_by(OutboxRow.due_at, OutboxRow.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(OutboxRow)
    .where(OutboxRow.id.in_(_HEADS.scalar_subquery()))
    .values(lease_until=bindparam("lease"))
    .returning(
        OutboxRow.id,
        OutboxRow.key,
        OutboxRow.account,
        OutboxRow.chat,
        OutboxRow.content,
        OutboxRow.purpose,
        OutboxRow.conversation_id,
        OutboxRow.reply_to,
        OutboxRow.edits_key,
        OutboxRow.staff_id,
        OutboxRow.shows,
        OutboxRow.attempts,
        OutboxRow.created_at,
    )
)
_SENT = BulkUpdate(
    cast("Table", OutboxRow.__table__),
    "state",
    "platform_ids",
    "sent_at",
    "lease_until",
    "attempts",
    "id",
)
_DIED = (
    update(OutboxRow)
    .where(OutboxRow.id == bindparam("row"))
    .values(
        state="dead",
        error=bindparam("why"),
        sent_at=bindparam("at"),
        lease_until=None,
        attempts=OutboxRow.attempts + 1,
    )
)
_DROPPED = (
    update(OutboxRow)
    .where(OutboxRow.id == bindparam("row"))
    .values(state="cancelled", lease_until=None)
)
_POSTPONED = (
    update(OutboxRow)
    .where(OutboxRow.id == bindparam("row"))
    .values(
        due_at=bindparam("at"),
        error=func.coalesce(bindparam("why", type_=OutboxRow.error.type), OutboxRow.error),
        lease_until=None,
        attempts=OutboxRow.attempts + bindparam("tries", type_=OutboxRow.attempts.type),
    )
)
_LANE_WAITS = (
    update(OutboxRow)
    .where(
        OutboxRow.lane == bindparam("waiting_lane"),
        _IS_DUE,
        OutboxRow.due_at < bindparam("until"),
    )
    .values(due_at=bindparam("until"))
)


def _untouched(key: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        OutboxRow.key == key,
        OutboxRow.state == "due",
        OutboxRow.attempts == 0,
        or_(OutboxRow.lease_until.is_(None), OutboxRow.lease_until < now),
    )


class Outbox:
    """The outbox and staff_bindings tables."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, owed: Iterable[Owed], now: datetime) -> None:
        """Owe messages, in order.

        Raises:
            sqlalchemy.exc.IntegrityError: One of the keys is there already.
        """
        rows = [
            (
                o.key,
                o.account,
                o.chat,
                lane(o.account, o.chat),
                o.content.to_json(),
                o.reply_to,
                o.shows,
                o.edits_key,
                o.conversation_id,
                o.purpose,
                o.staff_id,
                "due",
                o.due_at or now,
                0,
                now,
            )
            for o in owed
        ]
        await _ADD.run(self._connection, rows)

    async def reword(self, key: str, content: Content, now: datetime) -> bool:
        """Say something else in a row that nobody has begun to send, and make it due.

        Returns:
            Whether it was still there to be changed.
        """
        result = await self._connection.execute(
            update(OutboxRow)
            .where(*_untouched(key, now))
            .values(content=content.to_json(), due_at=now)
        )
        return result.rowcount == 1

    async def hasten(self, key: str, now: datetime) -> bool:
        """Make a row due that nobody has begun to send; say whether it was not due yet."""
        result = await self._connection.execute(
            update(OutboxRow)
            .where(*_untouched(key, now), OutboxRow.due_at > now)
            .values(due_at=now)
        )
        return result.rowcount == 1

    async def claim(self, limit: int, now: datetime, lease_until: datetime) -> list[Claimed]:
        """Lease the heads of at most *limit* lanes that are due, oldest first.

        Two processes never get the same row while its lease lasts.
        """
        rows = (
            await self._connection.execute(
                _CLAIM, {"now": now, "limit": limit, "lease": lease_until}
            )
        ).all()
        edited = {row.edits_key for row in rows if row.edits_key is not None}
        ids_of = await self.platform_ids(edited) if edited else {}
        claimed = [
            Claimed(
                id=row.id,
                owed=Owed(
                    row.key,
                    row.account,
                    row.chat,
                    Content.from_json(row.content),
                    row.purpose,
                    row.conversation_id,
                    row.reply_to,
                    row.edits_key,
                    row.staff_id,
                    row.shows,
                ),
                attempts=row.attempts,
                created_at=row.created_at,
                edits=None if row.edits_key is None else ids_of.get(row.edits_key, ()),
            )
            for row in rows
        ]
        return sorted(claimed, key=lambda c: c.id)

    async def platform_ids(self, keys: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the platform's message ids by outbox key; what was never sent is left out."""
        rows = await self._connection.execute(
            select(OutboxRow.key, OutboxRow.platform_ids).where(
                among(OutboxRow.key, "keys", of_numbers=False)
            ),
            {"keys": set(keys)},
        )
        return {key: tuple(ids) for key, ids in rows if ids}

    async def renew(self, ids: Iterable[int], lease_until: datetime) -> None:
        """Lengthen the leases of rows that are still being delivered."""
        await self._connection.execute(
            update(OutboxRow)
            .where(among(OutboxRow.id, "ids", of_numbers=True), _IS_DUE)
            .values(lease_until=lease_until),
            {"ids": set(ids)},
        )

    async def release_all(self) -> int:
        """End every lease: for a process that knows that it is the only one."""
        result = await self._connection.execute(
            update(OutboxRow)
            .where(_IS_DUE, OutboxRow.lease_until.is_not(None))
            .values(lease_until=None)
        )
        return int(result.rowcount)

    async def settle(
        self,
        *,
        sent: Sequence[Sent] = (),
        postponed: Sequence[Postponed] = (),
        died: Sequence[Died] = (),
        dropped: Sequence[int] = (),
        now: datetime,
    ) -> None:
        """Write down how leased rows fared; *dropped* are ids that nobody needs any more."""
        if sent:
            await _SENT.run(
                self._connection,
                [("sent", list(s.platform_ids), now, None, s.attempts, s.id) for s in sent],
            )
        if died:
            await self._connection.execute(
                _DIED, [{"row": d.id, "why": d.error, "at": now} for d in died]
            )
        if dropped:
            await self._connection.execute(_DROPPED, [{"row": id_} for id_ in dropped])
        if postponed:
            await self._connection.execute(
                _POSTPONED,
                [
                    {"row": p.id, "at": p.due_at, "why": p.error, "tries": int(p.tried)}
                    for p in postponed
                ],
            )
            # The rows behind it cannot go before it: left due they would only be looked at again
            # and again by every claim.
            await self._connection.execute(
                _LANE_WAITS, [{"waiting_lane": p.lane, "until": p.due_at} for p in postponed]
            )

    async def cancel(self, keys: Iterable[str], now: datetime) -> None:
        """Withdraw rows that nobody works on yet; those under a lease go out."""
        await self._connection.execute(
            update(OutboxRow)
            .where(
                among(OutboxRow.key, "keys", of_numbers=False),
                OutboxRow.state == "due",
                or_(OutboxRow.lease_until.is_(None), OutboxRow.lease_until < now),
            )
            .values(state="cancelled"),
            {"keys": set(keys)},
        )

    async def due_and_dead(self) -> tuple[int, int]:
        """Return how many rows are owed now and how many will never arrive."""
        due = await self._connection.scalar(select(func.count()).where(_IS_DUE))
        dead = await self._connection.scalar(select(func.count()).where(_IS_DEAD))
        return int(due or 0), int(dead or 0)

    async def bind(self, bindings: Iterable[Binding], now: datetime) -> None:
        """Remember which conversation messages in staff chats belong to."""
        rows = [
            {
                "chat": b.chat,
                "message_id": b.message_id,
                "conversation_id": b.conversation_id,
                "customer_message": b.customer_message,
                "created_at": now,
            }
            for b in bindings
        ]
        if rows:
            dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
            await self._connection.execute(
                dialect.insert(StaffBinding).on_conflict_do_nothing(), rows
            )

    async def bound_to(self, chat: str, message_id: str) -> Binding | None:
        """Return what a staff chat's message belongs to; ``None`` for messages of no customer."""
        row = (
            await self._connection.execute(
                select(
                    StaffBinding.chat,
                    StaffBinding.message_id,
                    StaffBinding.conversation_id,
                    StaffBinding.customer_message,
                ).where(and_(StaffBinding.chat == chat, StaffBinding.message_id == message_id))
            )
        ).first()
        return Binding(*row) if row else None

    async def states(self, keys: Iterable[str]) -> Mapping[str, tuple[str, str | None]]:
        """Return state and error by key."""
        rows = await self._connection.execute(
            select(OutboxRow.key, OutboxRow.state, OutboxRow.error).where(
                among(OutboxRow.key, "keys", of_numbers=False)
            ),
            {"keys": set(keys)},
        )
        return {key: (state, error) for key, state, error in rows}

    async def forget(self, before: datetime) -> int:
        """Drop cancelled rows and sent notices from before *before*; return how many."""
        result: Any = await self._connection.execute(
            delete(OutboxRow).where(
                OutboxRow.created_at < before,
                or_(
                    OutboxRow.state == "cancelled",
                    and_(OutboxRow.state == "sent", OutboxRow.purpose == NOTICE),
                ),
            )
        )
        return int(result.rowcount)
