"""Questions about the waiting line: who waits, who could serve, who was offered what."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    select,
    tuple_,
    union,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from core.line import Seat, Waiting
from core.states import Presence, State
from storage import claims
from storage.claims import Claim
from storage.many import among
from storage.models.account import Account
from storage.models.base import UtcDateTime
from storage.models.conversation import Card, Conversation, Passed
from storage.models.customer import Customer, Identity
from storage.models.reception import Handoff
from storage.models.staff import Group, Membership, Staff

# Written into the SQL text, not sent as parameters: a partial index is used only where the
# database can see that the condition is the index's own.
_WAITING = Conversation.state == bindparam("waiting", int(State.WAITING), literal_execute=True)
_ORDER = (Conversation.rank, Conversation.waiting_since, Conversation.id)
_SERVING = Conversation.state == bindparam("serving", int(State.SERVING), literal_execute=True)


@dataclass(frozen=True, slots=True)
class DealtCard:
    """A card that lies before a member of staff."""

    conversation_id: int
    staff_id: int
    outbox_key: str
    chat: str


# What never changes is put together once: building a statement costs more than running it.
_WHO_WAITS = (
    select(
        Conversation.id,
        Conversation.group_id,
        Conversation.waiting_since,
        Conversation.rank,
        Account.name,
        Identity.customer_id,
        Customer.owner_id,
        Identity.last_agent_id,
    )
    .join(Account, Account.id == Conversation.account_id)
    .join(Identity, Identity.id == Conversation.identity_id)
    .join(Customer, Customer.id == Identity.customer_id)
    .order_by(*_ORDER)
)
_FIRST = _WHO_WAITS.where(_WAITING, Conversation.group_id == bindparam("group")).limit(
    bindparam("most")
)
_FIRST_OF_ACCOUNTS = _FIRST.where(among(Account.name, "accounts", of_numbers=False))
_ASKED = select(Conversation.group_id).where(
    _WAITING, among(Conversation.id, "ids", of_numbers=True)
)
_RANKED = (
    select(
        Conversation.id,
        func.row_number().over(partition_by=Conversation.group_id, order_by=_ORDER).label("place"),
    )
    .where(_WAITING, Conversation.group_id.in_(_ASKED.distinct()))
    .subquery()
)
_PLACES = select(_RANKED.c.id, _RANKED.c.place).where(among(_RANKED.c.id, "ids", of_numbers=True))
_BEFORE = aliased(Conversation)
_PLACES_OF_FEW = select(
    Conversation.id,
    select(func.count())
    .where(
        _BEFORE.state == bindparam("waiting", int(State.WAITING), literal_execute=True),
        _BEFORE.group_id == Conversation.group_id,
        tuple_(_BEFORE.rank, _BEFORE.waiting_since, _BEFORE.id) <= tuple_(*_ORDER),
    )
    .correlate(Conversation)
    .scalar_subquery()
    .label("place"),
).where(_WAITING, among(Conversation.id, "ids", of_numbers=True))
_FEW = 10
"""Of so many conversations the places are counted one by one."""
_HELD = (
    select(Conversation.agent_id, func.count().label("held"))
    .where(_SERVING)
    .group_by(Conversation.agent_id)
    .subquery()
)
_FREE = (
    Staff.active,
    Staff.presence == Presence.ONLINE.value,
    Staff.capacity > func.coalesce(_HELD.c.held, 0),
)
_GROUPS_WAITING = select(Group.id).where(
    exists().where(Conversation.group_id == Group.id, _WAITING)
)
_DEALT_GROUPS = select(Conversation.group_id).join(Card, Card.conversation_id == Conversation.id)
_READY: Any = union(
    _GROUPS_WAITING.where(
        Group.id.in_(
            select(Membership.group_id)
            .join(Staff, Staff.id == Membership.staff_id)
            .outerjoin(_HELD, _HELD.c.agent_id == Staff.id)
            .where(*_FREE)
        )
    ),
    _DEALT_GROUPS,
)
_FREE_OR_CARDS: Any = union_all(
    select(literal_column("0"), Staff.id)
    .outerjoin(_HELD, _HELD.c.agent_id == Staff.id)
    .where(
        *_FREE,
        Staff.id.in_(
            select(Membership.staff_id).where(among(Membership.group_id, "groups", of_numbers=True))
        ),
    ),
    select(literal_column("1"), literal_column("0")).where(
        exists()
        .where(Card.conversation_id == Conversation.id)
        .where(among(Conversation.group_id, "groups", of_numbers=True))
    ),
)
_SEATS = (
    select(Staff.id, Membership.group_id, Staff.capacity, Staff.idle_since)
    .join(Membership, Membership.staff_id == Staff.id)
    .where(
        Staff.active,
        Staff.presence == Presence.ONLINE.value,
        among(Membership.group_id, "groups", of_numbers=True),
    )
    .order_by(Staff.id, Membership.group_id)
)
_SEATS_OF = _SEATS.where(among(Staff.id, "staff", of_numbers=True))
_HELD_BY = (
    select(Conversation.agent_id, Account.name, Conversation.group_id, func.count())
    .join(Account, Account.id == Conversation.account_id)
    .where(_SERVING, among(Conversation.agent_id, "staff", of_numbers=True))
    .group_by(Conversation.agent_id, Account.name, Conversation.group_id)
)
_LYING = (
    select(Card.conversation_id, Card.staff_id, Card.outbox_key, Card.chat)
    .join(Conversation, Conversation.id == Card.conversation_id)
    .where(among(Conversation.group_id, "groups", of_numbers=True))
    .order_by(Card.conversation_id, Card.staff_id)
)
_PASSED = select(Passed.conversation_id, Passed.staff_id).where(
    among(Passed.conversation_id, "ids", of_numbers=True)
)


def _trace(kind: str, column: Any) -> Any:
    return select(literal_column(f"'{kind}'"), column).where(among(column, "ids", of_numbers=True))


_TRACES = union_all(
    _trace("card", Card.conversation_id),
    _trace("pass", Passed.conversation_id),
    _trace("handoff", Handoff.conversation_id),
)
_COLLECT = (
    delete(Card)
    .where(among(Card.conversation_id, "ids", of_numbers=True))
    .returning(Card.conversation_id, Card.staff_id, Card.outbox_key, Card.chat)
)
_FORGET_PASSES = delete(Passed).where(among(Passed.conversation_id, "ids", of_numbers=True))


def _who_waits(rows: Iterable[Any]) -> list[Waiting]:
    return [
        Waiting(id_, group or 0, since, -rank, account, customer, owner, last)
        for id_, group, since, rank, account, customer, owner, last in rows
        if since
    ]


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

    async def position(
        self, group_id: int, since: datetime, conversation_id: int, rank: int = 0
    ) -> int:
        """Return the place in the line, 1 for the next to be served."""
        mine = tuple_(literal(rank), literal(since, UtcDateTime()), literal(conversation_id))
        ahead = await self._connection.scalar(
            select(func.count()).where(
                _WAITING, Conversation.group_id == group_id, tuple_(*_ORDER) < mine
            )
        )
        return int(ahead or 0) + 1

    async def places(self, conversations: Iterable[int]) -> dict[int, int]:
        """Return the place in its group's line for each of *conversations* that waits."""
        wanted = set(conversations)
        # Counting who stands before one walks along the index; of a whole line it is quadratic.
        question = _PLACES_OF_FEW if len(wanted) <= _FEW else _PLACES
        rows = await self._connection.execute(question, {"ids": wanted})
        return {row.id: row.place for row in rows}

    async def oldest(self, groups: Iterable[int], limit: int, *, offset: int = 0) -> list[Waiting]:
        """Return who waits in *groups*, first in line first, without the first *offset* of them."""
        rows = await self._connection.execute(
            _WHO_WAITS.where(_WAITING, among(Conversation.group_id, "groups", of_numbers=True))
            .limit(limit)
            .offset(offset),
            {"groups": set(groups)},
        )
        return _who_waits(rows)

    async def oldest_of_each(
        self, groups: Iterable[int], limit: int, accounts: Collection[str] | None = None
    ) -> list[Waiting]:
        """Return the first *limit* in line of each of *groups*, first in line first.

        A walk along the index for each group: ranking all who wait would read the whole line.

        Args:
            groups: The groups.
            limit: How many of each.
            accounts: Only of these; ``None`` for all.
        """
        found: list[Waiting] = []
        for group in sorted(set(groups)):
            values: dict[str, object] = {"group": group, "most": limit}
            if accounts is None:
                rows = await self._connection.execute(_FIRST, values)
            else:
                values["accounts"] = set(accounts)
                rows = await self._connection.execute(_FIRST_OF_ACCOUNTS, values)
            found += _who_waits(rows)
        return sorted(found, key=lambda w: w.place)

    async def waiting(self, conversation_id: int) -> Waiting | None:
        """Return a conversation as assignment sees it; ``None`` where there is none.

        It need not wait: the moment at which it was opened then counts.
        """
        found = (
            await self._connection.execute(
                _WHO_WAITS.add_columns(Conversation.opened_at).where(
                    Conversation.id == conversation_id
                )
            )
        ).first()
        if found is None:
            return None
        *rest, opened = found
        rest[2] = rest[2] or opened
        return _who_waits([tuple(rest)])[0]

    async def elsewhere(self, customers: Iterable[int]) -> dict[int, tuple[set[str], int | None]]:
        """Return, by customer, the accounts to which the same person has written, and whose they
        are there.

        The same person is who has the same id on the same platform. Of several owners it is the
        one who has had them longest; ``None``: they belong to nobody on another account.
        """
        here, there = aliased(Identity), aliased(Identity)
        mine, other = aliased(Account), aliased(Account)
        rows = await self._connection.execute(
            select(here.customer_id, there.customer_id, other.name, Customer.owner_id)
            .join(mine, mine.id == here.account_id)
            .join(there, there.external_id == here.external_id)
            .join(other, and_(other.id == there.account_id, other.channel == mine.channel))
            .join(Customer, Customer.id == there.customer_id)
            .where(among(here.customer_id, "customers", of_numbers=True))
            .order_by(here.customer_id, Customer.owned_since, Customer.id),
            {"customers": set(customers)},
        )
        found: dict[int, tuple[set[str], int | None]] = {}
        for customer, same, account, owner in rows:
            names, known = found.setdefault(customer, (set(), None))
            names.add(account)
            if known is None and owner is not None and same != customer:
                found[customer] = (names, owner)
        return found

    async def groups_waiting(self) -> set[int]:
        """Return the groups in whose line somebody waits."""
        # One look into the index for each group: reading off who waits would read the whole line.
        return set((await self._connection.execute(_GROUPS_WAITING)).scalars())

    async def groups_ready(self) -> set[int]:
        """Return the groups in which there may be something to do.

        Somebody waits there while an agent of theirs has a seat free, or cards lie on the tables.
        """
        rows = (await self._connection.execute(_READY)).scalars()
        return {group for group in rows if group is not None}

    async def free(self, groups: Iterable[int]) -> tuple[set[int], bool]:
        """Return the agents on duty in *groups* who serve fewer than they may, and whether cards
        lie on the tables for conversations of these groups."""
        rows = await self._connection.execute(_FREE_OR_CARDS, {"groups": set(groups)})
        free, cards = set(), False
        for is_card, number in rows:
            if is_card:
                cards = True
            else:
                free.add(number)
        return free, cards

    async def seats(self, groups: Iterable[int], staff: Iterable[int] | None = None) -> list[Seat]:
        """Return the agents on duty in *groups*, a row for each group they are in.

        Args:
            groups: The groups.
            staff: Of whom only; ``None`` for everybody.
        """
        values: dict[str, object] = {"groups": set(groups)}
        if staff is not None:
            values["staff"] = set(staff)
        question = _SEATS if staff is None else _SEATS_OF
        rows = (await self._connection.execute(question, values)).all()
        held = await self._held({row.id for row in rows})
        seats = []
        for id_, group, capacity, idle_since in rows:
            accounts, by_group = held.get(id_, ({}, {}))
            serving = sum(accounts.values())
            seats.append(Seat(id_, group, capacity, serving, idle_since, accounts, by_group))
        return seats

    async def _held(
        self, staff: Collection[int]
    ) -> dict[int, tuple[dict[str, int], dict[int, int]]]:
        """Return how many conversations agents hold, by account and by group."""
        if not staff:
            return {}
        rows = await self._connection.execute(_HELD_BY, {"staff": set(staff)})
        held: dict[int, tuple[dict[str, int], dict[int, int]]] = {}
        for id_, account, group, count in rows:
            accounts, groups = held.setdefault(id_ or 0, ({}, {}))
            accounts[account] = accounts.get(account, 0) + count
            groups[group or 0] = groups.get(group or 0, 0) + count
        return held

    async def claim(
        self,
        conversation_id: int,
        staff_id: int,
        now: datetime,
        limits: tuple[int, int] = (0, 0),
    ) -> bool:
        """Give a waiting conversation to an agent; the first claim wins, in one statement.

        The caller holds the agent's row locked, so that no limit can be exceeded.

        Args:
            conversation_id: Which.
            staff_id: To whom.
            now: The moment.
            limits: Conversations of its account, and of its group, that one agent may serve; 0
                for any number.

        Returns:
            Whether the conversation was still waiting and the agent had a seat free for it.
        """
        mine = aliased(Conversation)
        held = select(func.count()).where(
            mine.agent_id == staff_id, mine.state == int(State.SERVING)
        )
        capacity = select(Staff.capacity).where(Staff.id == staff_id, Staff.active)
        allowed = [held.scalar_subquery() < capacity.scalar_subquery()]
        columns = (
            (mine.account_id, Conversation.account_id),
            (mine.group_id, Conversation.group_id),
        )
        for limit, (theirs, its) in zip(limits, columns, strict=True):
            if limit:
                # Correlated by hand: the row that is updated is not in this SELECT.
                of_it = held.where(theirs == its).correlate(Conversation)
                allowed.append(of_it.scalar_subquery() < limit)
        result = await self._connection.execute(
            update(Conversation)
            .where(Conversation.id == conversation_id, _WAITING, *allowed)
            .values(state=int(State.SERVING), agent_id=staff_id, serving_since=now)
        )
        return bool(result.rowcount == 1)

    async def claim_all(self, wanted: Sequence[Claim], now: datetime) -> set[int]:
        """Give waiting conversations to agents, in one statement.

        The caller holds the agents' rows locked, so that no limit can be exceeded.

        Args:
            wanted: In the order in which they count; each conversation once.
            now: The moment.

        Returns:
            The conversations that were still waiting and whose agent had a seat free for them.
        """
        return await claims.claim_all(self._connection, wanted, now)

    async def given_work(self, first: Mapping[int, int], now: datetime) -> None:
        """Note that agents were given work; put it in front of those who have nothing there.

        A front that points at a conversation which is over, or no longer theirs, is no front.

        Args:
            first: By agent, the first of the conversations that they were given.
            now: The moment.
        """
        await claims.given_work(self._connection, first, now)

    async def traces(self, conversations: Iterable[int]) -> dict[str, set[int]]:
        """Return which of *conversations* have cards on the tables, were let pass, or were handed
        over, under ``card``, ``pass`` and ``handoff``.

        Most have none of these, and one question is cheaper than three.
        """
        found: dict[str, set[int]] = {"card": set(), "pass": set(), "handoff": set()}
        rows = await self._connection.execute(_TRACES, {"ids": set(conversations)})
        for kind, number in rows:
            found[kind].add(number)
        return found

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
        rows = await self._connection.execute(_COLLECT, {"ids": set(conversations)})
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
        rows = await self._connection.execute(_LYING, {"groups": set(groups)})
        return [DealtCard(*row) for row in rows]

    async def passed(self, conversations: Iterable[int]) -> set[tuple[int, int]]:
        """Return who has let which of *conversations* pass: (conversation, member of staff)."""
        rows = await self._connection.execute(_PASSED, {"ids": set(conversations)})
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
        await self._connection.execute(_FORGET_PASSES, {"ids": set(conversations)})

    async def cards_of(self, staff_id: int) -> list[DealtCard]:
        """Return the cards that lie before one member of staff."""
        rows = await self._connection.execute(
            select(Card.conversation_id, Card.staff_id, Card.outbox_key, Card.chat).where(
                Card.staff_id == staff_id
            )
        )
        return [DealtCard(*row) for row in rows]
