"""Things that arrived and could not be handled, and updates that are done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.models.message import DeadLetter, SeenUpdate

MAX_WHY = 512


@dataclass(frozen=True, slots=True)
class Letter:
    """Something kept for a person to look at; ``body`` is what arrived, byte for byte."""

    account: str
    external_id: str | None
    why: str
    body: bytes


class Letters:
    """The dead_letters and seen_updates tables."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep(self, letters: Iterable[Letter], now: datetime) -> None:
        """Keep letters that nobody could read."""
        rows = [
            {
                "account": letter.account,
                "external_id": letter.external_id,
                "why": letter.why[:MAX_WHY],
                "body": letter.body,
                "created_at": now,
            }
            for letter in letters
        ]
        if rows:
            await self._connection.execute(insert(DeadLetter), rows)

    async def newest(self, limit: int) -> list[Letter]:
        """Return the newest dead letters first."""
        rows = await self._connection.execute(
            select(DeadLetter.account, DeadLetter.external_id, DeadLetter.why, DeadLetter.body)
            .order_by(DeadLetter.id.desc())
            .limit(limit)
        )
        return [Letter(*row) for row in rows]

    async def count(self) -> int:
        """Return how many dead letters are kept."""
        return int(await self._connection.scalar(select(func.count()).select_from(DeadLetter)) or 0)

    async def first_time(self, account: str, external_id: str, now: datetime) -> bool:
        """Remember that an update is being worked on, and say whether it is new.

        Works with the transaction: rolled back, the update counts as never seen.
        """
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        result = await self._connection.execute(
            dialect.insert(SeenUpdate)
            .values(account=account, external_id=external_id, seen_at=now)
            .on_conflict_do_nothing()
        )
        return bool(result.rowcount == 1)

    async def forget_updates(self, before: datetime) -> int:
        """Drop what was seen before *before*; platforms repeat for a day at the most."""
        result = await self._connection.execute(
            delete(SeenUpdate).where(SeenUpdate.seen_at < before)
        )
        return int(result.rowcount)
