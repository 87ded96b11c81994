"""Questions about answers that a language model may put into words before they are sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.many import among
from storage.models.outbox import PhrasingRow


@dataclass(slots=True)
class Phrasing:
    """An answer that may be put into words.

    Args:
        outbox_key: Key of the outbox row and the transcript line with the entry's own answer.
        account_id: The account that sends it.
        conversation_id: The conversation.
        question: What the customer wrote.
        entry_ids: What the matcher found, best first; the first is the entry that is owed.
        asked_at: When.
        send_by: When the entry's own answer goes out if nothing better has come.
    """

    outbox_key: str
    account_id: int
    conversation_id: int
    question: str
    entry_ids: tuple[int, ...]
    asked_at: datetime
    send_by: datetime


class Phrasings:
    """The phrasings table; it is nearly empty always."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, phrasings: Sequence[Phrasing]) -> None:
        """Let answers be put into words."""
        if phrasings:
            await self._connection.execute(
                insert(PhrasingRow),
                [
                    {
                        "outbox_key": p.outbox_key,
                        "account_id": p.account_id,
                        "conversation_id": p.conversation_id,
                        "question": p.question,
                        "entry_ids": list(p.entry_ids),
                        "asked_at": p.asked_at,
                        "send_by": p.send_by,
                    }
                    for p in phrasings
                ],
            )

    async def claim(self, limit: int, now: datetime, lease_until: datetime) -> list[Phrasing]:
        """Lease at most *limit* of them, oldest first.

        Two processes never get the same one while its lease lasts.
        """
        free = (
            select(PhrasingRow.id)
            .where(or_(PhrasingRow.lease_until.is_(None), PhrasingRow.lease_until < now))
            .order_by(PhrasingRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = await self._connection.execute(
            update(PhrasingRow)
            .where(PhrasingRow.id.in_(free.scalar_subquery()))
            .values(lease_until=lease_until)
            .returning(
                PhrasingRow.id,
                PhrasingRow.outbox_key,
                PhrasingRow.account_id,
                PhrasingRow.conversation_id,
                PhrasingRow.question,
                PhrasingRow.entry_ids,
                PhrasingRow.asked_at,
                PhrasingRow.send_by,
            )
        )
        return [
            Phrasing(
                row.outbox_key,
                row.account_id,
                row.conversation_id,
                row.question,
                tuple(row.entry_ids),
                row.asked_at,
                row.send_by,
            )
            for row in sorted(rows, key=lambda row: row.id)
        ]

    async def done(self, outbox_keys: Iterable[str]) -> None:
        """Forget some of them."""
        await self._connection.execute(
            delete(PhrasingRow).where(among(PhrasingRow.outbox_key, "keys", of_numbers=False)),
            {"keys": list(outbox_keys)},
        )

    async def forget(self, before: datetime) -> int:
        """Forget those whose own answer has gone out before a moment; return how many."""
        result = await self._connection.execute(
            delete(PhrasingRow).where(PhrasingRow.send_by < before)
        )
        return result.rowcount
