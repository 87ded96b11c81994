"""Questions about the waiting line: who waits, in which place, and what they leave behind."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from core.line import Waiting
from core.states import State
from storage.many import among
from storage.models.account import Account
from storage.models.conversation import Card, Conversation, Passed
from storage.models.customer import Customer, Identity
from storage.models.reception import Handoff
from storage.models.staff import Group
from storage.repos.offers import DealtCard


def in_state(state: State, of: type[Conversation] = Conversation) -> ColumnElement[bool]:
    """Return the condition that a conversation is in a state.

    It is written into the SQL text, not sent as a parameter: a partial index is used only where the
    database can see that the condition is the index's own.
    """
    return of.state == bindparam(state.name, int(state), literal_execute=True)


WAITING = in_state(State.WAITING)
_ORDER = (Conversation.rank, Conversation.waiting_since, Conversation.id)

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
_FIRST = _WHO_WAITS.where(WAITING, Conversation.group_id == bindparam("group")).limit(
    bindparam("most")
)
_FIRST_OF_ACCOUNTS = _FIRST.where(among(Account.name, "accounts", of_numbers=False))
_ASKED = select(Conversation.group_id).where(
    WAITING, among(Conversation.id, "ids", of_numbers=True)
)
_RANKED = (
    select(
        Conversation.id,
        func.row_number().over(partition_by=Conversation.group_id, order_by=_ORDER).label("place"),
    )
    .where(WAITING, Conversation.group_id.in_(_ASKED.distinct()))
    .subquery()
)
_PLACES = select(_RANKED.c.id, _RANKED.c.place).where(among(_RANKED.c.id, "ids", of_numbers=True))
_BEFORE = aliased(Conversation)
_PLACES_OF_FEW = select(
    Conversation.id,
    select(func.count())
    .where(
        in_state(State.WAITING, _BEFORE),
        _BEFORE.group_id == Conversation.group_id,
        tuple_(_BEFORE.rank, _BEFORE.waiting_since, _BEFORE.id) <= tuple_(*_ORDER),
    )
    .correlate(Conversation)
    .scalar_subquery()
    .label("place"),
).where(WAITING, among(Conversation.id, "ids", of_numbers=True))
_FEW = 10
"""Of so many conversations the places are counted one by one."""
GROUPS_WAITING = select(Group.id).where(exists().where(Conversation.group_id == Group.id, WAITING))


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
    """Conversations that wait, and what is cleared away when they leave the line."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lengths(self, groups: Iterable[int]) -> dict[int, int]:
        """Return how many wait in each group; a group without anybody counts 0."""
        wanted = set(groups)
        rows = await self._connection.execute(
            select(Conversation.group_id, func.count())
            .where(WAITING, among(Conversation.group_id, "groups", of_numbers=True))
            .group_by(Conversation.group_id),
            {"groups": wanted},
        )
        return dict.fromkeys(wanted, 0) | {group: count for group, count in rows if group}

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
            _WHO_WAITS.where(WAITING, among(Conversation.group_id, "groups", of_numbers=True))
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
        return set((await self._connection.execute(GROUPS_WAITING)).scalars())

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

    async def collect(self, conversations: Iterable[int]) -> list[DealtCard]:
        """Take the cards of *conversations* off the tables and return them.

        Each card is returned to one caller only, however many collect at the same moment.
        """
        rows = await self._connection.execute(_COLLECT, {"ids": set(conversations)})
        return sorted(
            (DealtCard(*row) for row in rows), key=lambda c: (c.conversation_id, c.staff_id)
        )

    async def forget_passes(self, conversations: Iterable[int]) -> None:
        """Forget who has let *conversations* pass."""
        await self._connection.execute(_FORGET_PASSES, {"ids": set(conversations)})
