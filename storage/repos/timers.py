"""Questions about what is to happen at a time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.many import among
from storage.models.reception import Timer as TimerRow


@dataclass(frozen=True, slots=True)
class Timer:
    """Something that is to happen once.

    Args:
        kind: What; see ``core.timers``.
        due_at: When.
        conversation_id: About which conversation; 0 for none.
        staff_id: About whom of our people; 0 for nobody.
        data: What it must remember; ``None`` for nothing.
        id: Number in storage; 0 before it is stored.
    """

    kind: str
    due_at: datetime
    conversation_id: int = 0
    staff_id: int = 0
    data: Mapping[str, Any] | None = None
    id: int = 0


_CANCEL = delete(TimerRow).where(among(TimerRow.conversation_id, "ids", of_numbers=True))
_CANCEL_KINDS = _CANCEL.where(among(TimerRow.kind, "kinds", of_numbers=False))


class Timers:
    """The timers table.

    A kind, a conversation and a person have one timer together: setting it again moves it. Whoever
    works on a conversation locks it before its timers, so that nobody waits in a circle.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def set(self, timers: Iterable[Timer], *, keep: bool = False) -> None:
        """Set timers.

        Args:
            timers: Which.
            keep: Whether one that is set already stays as it is; otherwise it is moved.
        """
        rows = [
            {
                "kind": t.kind,
                "conversation_id": t.conversation_id,
                "staff_id": t.staff_id,
                "due_at": t.due_at,
                "data": None if t.data is None else dict(t.data),
            }
            for t in timers
        ]
        if not rows:
            return
        # One order in every process: unique keys are locks too.
        rows.sort(key=lambda r: (r["conversation_id"], r["kind"], r["staff_id"]))
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(TimerRow)
        key = ["kind", "conversation_id", "staff_id"]
        becomes = {"due_at": statement.excluded.due_at, "data": statement.excluded.data}
        await self._connection.execute(
            statement.on_conflict_do_nothing(index_elements=key)
            if keep
            else statement.on_conflict_do_update(index_elements=key, set_=becomes),
            rows,
        )

    async def cancel(self, conversations: Iterable[int], kinds: Iterable[str] | None) -> None:
        """Forget timers of conversations.

        Args:
            conversations: Their numbers.
            kinds: Which; ``None`` for all.
        """
        wanted = set(conversations)
        if not wanted:
            return
        values: dict[str, object] = {"ids": wanted}
        if kinds is None:
            await self._connection.execute(_CANCEL, values)
        else:
            await self._connection.execute(_CANCEL_KINDS, values | {"kinds": set(kinds)})

    async def cancel_of_staff(self, staff_id: int, kinds: Iterable[str]) -> None:
        """Forget timers of those *kinds* that are about one of our people."""
        await self._connection.execute(
            delete(TimerRow).where(
                TimerRow.staff_id == staff_id, among(TimerRow.kind, "kinds", of_numbers=False)
            ),
            {"kinds": set(kinds)},
        )

    async def of_conversation(self, conversation_id: int) -> list[Timer]:
        """Return the timers of a conversation, the next first."""
        return await self._many(
            select(*_FIELDS)
            .where(TimerRow.conversation_id == conversation_id)
            .order_by(TimerRow.due_at, TimerRow.id)
        )

    async def of_staff(self, staff_id: int, kind: str) -> Timer | None:
        """Return the timer of a kind that is about one of our people and no conversation."""
        found = await self._many(
            select(*_FIELDS).where(
                TimerRow.staff_id == staff_id,
                TimerRow.kind == kind,
                TimerRow.conversation_id == 0,
            )
        )
        return found[0] if found else None

    async def due(self, now: datetime, limit: int) -> list[Timer]:
        """Return timers whose time has come, the oldest first; they stay until ``take``."""
        return await self._many(
            select(*_FIELDS)
            .where(TimerRow.due_at <= now)
            .order_by(TimerRow.due_at, TimerRow.id)
            .limit(limit)
        )

    async def next_due(self) -> datetime | None:
        """Return when the next timer is due; ``None`` where none is set."""
        found: datetime | None = await self._connection.scalar(select(func.min(TimerRow.due_at)))
        return found

    async def take(self, timers: Iterable[Timer], now: datetime) -> list[Timer]:
        """Take due timers away and return those that this caller got: each happens once.

        The caller holds locked what they are about. One that was moved or cancelled meanwhile is
        not returned.
        """
        wanted = {t.id: t for t in timers}
        if not wanted:
            return []
        rows = await self._connection.execute(
            delete(TimerRow)
            .where(
                among(TimerRow.id, "ids", of_numbers=True), TimerRow.due_at <= bindparam("now", now)
            )
            .returning(TimerRow.id),
            {"ids": set(wanted)},
        )
        return [wanted[id_] for id_ in sorted(rows.scalars())]

    async def postpone(self, timer: Timer, until: datetime) -> None:
        """Move a due timer that cannot happen now; one that is gone or was moved stays so."""
        await self._connection.execute(
            update(TimerRow)
            .where(TimerRow.id == timer.id, TimerRow.due_at == timer.due_at)
            .values(due_at=until)
        )

    async def _many(self, question: Any) -> list[Timer]:
        return [
            Timer(row.kind, row.due_at, row.conversation_id, row.staff_id, row.data, row.id)
            for row in await self._connection.execute(question)
        ]


_FIELDS = (
    TimerRow.id,
    TimerRow.kind,
    TimerRow.due_at,
    TimerRow.conversation_id,
    TimerRow.staff_id,
    TimerRow.data,
)
