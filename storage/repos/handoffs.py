"""Questions about hand-overs: from whom to whom a customer's conversations went."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.many import among
from storage.models.reception import Handoff

AGENT, GROUP, SWITCH, CARD, BOT, RETURN = "agent", "group", "switch", "card", "bot", "return"
"""To a colleague; into another group's line; the customer chose another group; to whom a card
named; back to the bot; back to the line because its agent left."""
OWNER = "owner"
"""The customer was given to a colleague for good; the conversation stays where it is."""
ASK, ASK_CARD = "ask", "ask_card"
"""The customer was sent a button into a group, or to a person: nothing has moved yet."""
STAYS = frozenset({ASK, ASK_CARD, OWNER})
"""Kinds after which the conversation is where it was."""


@dataclass(frozen=True, slots=True)
class Handed:
    """One hand-over. Source: requirements QUE-47, QUE-48.

    Args:
        conversation_id: What was handed over.
        customer_id: Whose it is.
        kind: How; one of the words above.
        by_id: Who did it; ``None`` for the customer and the desk itself.
        from_agent_id: Who served it; for ``OWNER``: whose the customer was. ``None`` for nobody.
        to_agent_id: Who serves it then; for ``OWNER``: whose the customer is. ``None`` for nobody.
        from_group_id: Its group before.
        to_group_id: Its group then.
        remark: What whoever did it wrote.
        id: Number in storage; 0 before it is stored.
        at: When; ``None`` before it is stored.
        undone_at: When it was taken back; ``None``: it was not.
    """

    conversation_id: int
    customer_id: int
    kind: str
    by_id: int | None = None
    from_agent_id: int | None = None
    to_agent_id: int | None = None
    from_group_id: int | None = None
    to_group_id: int | None = None
    remark: str = ""
    id: int = 0
    at: datetime | None = None
    undone_at: datetime | None = None


_FIELDS = (
    Handoff.conversation_id,
    Handoff.customer_id,
    Handoff.kind,
    Handoff.by_id,
    Handoff.from_agent_id,
    Handoff.to_agent_id,
    Handoff.from_group_id,
    Handoff.to_group_id,
    Handoff.remark,
    Handoff.id,
    Handoff.at,
    Handoff.undone_at,
)


class Handoffs:
    """The handoffs table. It grows only; what was taken back is marked."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, handed: Handed, now: datetime) -> int:
        """Write down a hand-over that happens now and return its number."""
        id_: int | None = await self._connection.scalar(
            insert(Handoff)
            .values(
                at=now,
                conversation_id=handed.conversation_id,
                customer_id=handed.customer_id,
                kind=handed.kind,
                by_id=handed.by_id,
                from_agent_id=handed.from_agent_id,
                to_agent_id=handed.to_agent_id,
                from_group_id=handed.from_group_id,
                to_group_id=handed.to_group_id,
                remark=handed.remark,
            )
            .returning(Handoff.id)
        )
        assert id_ is not None  # noqa: S101  RETURNING gives a row for a row
        return id_

    async def get(self, id: int) -> Handed | None:
        """Return a hand-over; ``None`` when there is none of that number."""
        found = await self._many(select(*_FIELDS).where(Handoff.id == id))
        return found[0] if found else None

    async def undo(self, id: int, now: datetime) -> bool:
        """Mark a hand-over as taken back; only who is first gets ``True``."""
        result = await self._connection.execute(
            update(Handoff)
            .where(Handoff.id == id, Handoff.undone_at.is_(None))
            .values(undone_at=now)
        )
        return bool(result.rowcount == 1)

    async def of_customer(
        self, customer_id: int, limit: int, offset: int
    ) -> tuple[list[Handed], int]:
        """Return a customer's hand-overs over all conversations, newest first.

        Source: requirement QUE-48.

        Returns:
            *limit* of them without the first *offset*, and how many there are.
        """
        total = await self._connection.scalar(
            select(func.count()).where(Handoff.customer_id == customer_id)
        )
        found = await self._many(
            select(*_FIELDS)
            .where(Handoff.customer_id == customer_id)
            .order_by(Handoff.id.desc())
            .limit(limit)
            .offset(offset)
        )
        return found, int(total or 0)

    async def of_conversations(self, conversations: Iterable[int]) -> dict[int, list[Handed]]:
        """Return the hand-overs of *conversations* by their numbers, oldest first."""
        wanted = set(conversations)
        found: dict[int, list[Handed]] = {number: [] for number in wanted}
        for handed in await self._many(
            select(*_FIELDS)
            .where(among(Handoff.conversation_id, "ids", of_numbers=True))
            .order_by(Handoff.id),
            {"ids": wanted},
        ):
            found[handed.conversation_id].append(handed)
        return found

    async def open_offer(self, conversation_id: int, to_group_id: int) -> Handed | None:
        """Return the button into a group that a customer was sent and may still press.

        It is open until it is taken back or the conversation is handed over in any way.
        """
        return await self._open(
            conversation_id, Handoff.kind == ASK, Handoff.to_group_id == to_group_id
        )

    async def open_card(self, conversation_id: int, to_agent_id: int) -> Handed | None:
        """Return the card of a person that a customer was sent and may still press."""
        return await self._open(
            conversation_id, Handoff.kind == ASK_CARD, Handoff.to_agent_id == to_agent_id
        )

    async def _open(self, conversation_id: int, *wanted: Any) -> Handed | None:
        moved = (
            select(func.max(Handoff.id))
            .where(
                Handoff.conversation_id == conversation_id,
                Handoff.undone_at.is_(None),
                Handoff.kind.not_in(sorted(STAYS)),
            )
            .scalar_subquery()
        )
        found = await self._many(
            select(*_FIELDS)
            .where(
                Handoff.conversation_id == conversation_id,
                Handoff.undone_at.is_(None),
                Handoff.id > func.coalesce(moved, 0),
                *wanted,
            )
            .order_by(Handoff.id.desc())
            .limit(1)
        )
        return found[0] if found else None

    async def _many(self, question: Any, values: dict[str, Any] | None = None) -> list[Handed]:
        return [Handed(*row) for row in await self._connection.execute(question, values)]
