"""Questions about seats: who could serve, and who is given a conversation."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    func,
    literal_column,
    select,
    union,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from core.line import Seat
from core.states import Presence, State
from storage import claims
from storage.claims import Claim
from storage.many import among
from storage.models.account import Account
from storage.models.conversation import Card, Conversation
from storage.models.staff import Group, Membership, Staff
from storage.repos.line import GROUPS_WAITING, WAITING, in_state
from storage.repos.offers import LIES_IN_GROUPS

_SERVING = in_state(State.SERVING)

# What never changes is put together once: building a statement costs more than running it.
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
_DEALT_GROUPS = select(Conversation.group_id).join(Card, Card.conversation_id == Conversation.id)
_READY: Any = union(
    GROUPS_WAITING.where(
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
        select(Card.staff_id).where(LIES_IN_GROUPS).exists()
    ),
)
_ON_DUTY = (
    select(Staff.id, Membership.group_id, Staff.capacity, Staff.idle_since)
    .join(Membership, Membership.staff_id == Staff.id)
    .where(
        Staff.active,
        Staff.presence == Presence.ONLINE.value,
        among(Membership.group_id, "groups", of_numbers=True),
    )
    .order_by(Staff.id, Membership.group_id)
)
_ON_DUTY_OF = _ON_DUTY.where(among(Staff.id, "staff", of_numbers=True))
_HELD_BY = (
    select(Conversation.agent_id, Account.name, Conversation.group_id, func.count())
    .join(Account, Account.id == Conversation.account_id)
    .where(_SERVING, among(Conversation.agent_id, "staff", of_numbers=True))
    .group_by(Conversation.agent_id, Account.name, Conversation.group_id)
)


class Seats:
    """Agents on duty, what they hold, and the conversations that they are given."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

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

    async def on_duty(
        self, groups: Iterable[int], staff: Iterable[int] | None = None
    ) -> list[Seat]:
        """Return the agents on duty in *groups*, a row for each group they are in.

        Args:
            groups: The groups.
            staff: Of whom only; ``None`` for everybody.
        """
        values: dict[str, object] = {"groups": set(groups)}
        if staff is not None:
            values["staff"] = set(staff)
        question = _ON_DUTY if staff is None else _ON_DUTY_OF
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
            .where(Conversation.id == conversation_id, WAITING, *allowed)
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
