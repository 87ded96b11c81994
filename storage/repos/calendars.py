"""Questions about when the desk is open."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.calendar import Calendar, Holiday, Span, SpecialDays, Week, WorkingDays
from storage.many import among
from storage.models.calendar import CalendarDaysRow, CalendarRow

WORK, HOLIDAY = "work", "holiday"


def spans_json(spans: Iterable[Span]) -> list[list[str]]:
    """Return parts of a day as JSON."""
    return [[start.isoformat(), end.isoformat()] for start, end in spans]


def spans_from(raw: Iterable[Sequence[str]]) -> tuple[Span, ...]:
    """Read what ``spans_json`` wrote."""
    return tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in raw)


def week_json(week: Week) -> list[list[list[str]]]:
    """Return a week as JSON."""
    return [spans_json(spans) for spans in week]


def week_from(raw: Iterable[Iterable[Sequence[str]]]) -> Week:
    """Read what ``week_json`` wrote."""
    return tuple(spans_from(spans) for spans in raw)


def _days(row: Any) -> SpecialDays:
    if row.kind == WORK:
        spans = spans_from(row.spans)
        return WorkingDays(row.name, row.first, row.last, spans, row.id, row.owner)
    return Holiday(row.name, row.first, row.last, row.reply, row.id, row.owner)


def _days_values(days: SpecialDays) -> dict[str, Any]:
    working = isinstance(days, WorkingDays)
    return {
        "owner": days.owner,
        "kind": WORK if working else HOLIDAY,
        "name": days.name,
        "first": days.first,
        "last": days.last,
        "spans": spans_json(days.spans) if isinstance(days, WorkingDays) else [],
        "reply": days.reply if isinstance(days, Holiday) else "",
    }


class Calendars:
    """The calendars and calendar_days tables; part of the playbook, see ``Taught``.

    Deleted days stay, hidden, so that a deletion can be taken back.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> dict[str, Calendar]:
        """Return the calendar of every owner that has one, without those they override."""
        rows = await self._connection.execute(select(CalendarRow.owner, CalendarRow.week))
        weeks = {row.owner: week_from(row.week) for row in rows}
        days = await self.days()
        return {
            owner: Calendar(
                weeks.get(owner),
                tuple(d for d in days if isinstance(d, WorkingDays) and d.owner == owner),
                tuple(d for d in days if isinstance(d, Holiday) and d.owner == owner),
            )
            for owner in {*weeks, *(one.owner for one in days)}
        }

    async def week(self, owner: str) -> Week | None:
        """Return an owner's weekly hours; ``None`` when it has none of its own."""
        raw = await self._connection.scalar(
            select(CalendarRow.week).where(CalendarRow.owner == owner)
        )
        return None if raw is None else week_from(raw)

    async def set_week(self, owner: str, week: Week | None) -> None:
        """Store an owner's weekly hours; ``None`` drops them."""
        await self._connection.execute(delete(CalendarRow).where(CalendarRow.owner == owner))
        if week is not None:
            await self._connection.execute(
                insert(CalendarRow).values(owner=owner, week=week_json(week))
            )

    async def days(self) -> list[SpecialDays]:
        """Return the working days and holidays of all owners, by their first day."""
        rows = await self._connection.execute(
            select(CalendarDaysRow.__table__)
            .where(CalendarDaysRow.deleted_at.is_(None))
            .order_by(CalendarDaysRow.first, CalendarDaysRow.last, CalendarDaysRow.id)
        )
        return [_days(row) for row in rows]

    async def one(self, days_id: int) -> SpecialDays | None:
        """Return working days or a holiday; ``None`` when there is none of that number."""
        row = (
            await self._connection.execute(
                select(CalendarDaysRow.__table__).where(
                    CalendarDaysRow.id == days_id, CalendarDaysRow.deleted_at.is_(None)
                )
            )
        ).first()
        return _days(row) if row else None

    async def add(self, days: SpecialDays, now: datetime) -> int:
        """Store working days or a holiday and return the number."""
        found = await self._connection.scalar(
            insert(CalendarDaysRow)
            .values(**_days_values(days), created_at=now)
            .returning(CalendarDaysRow.id)
        )
        return int(found or 0)

    async def change(self, days: SpecialDays) -> None:
        """Write working days or a holiday back under its number."""
        await self._connection.execute(
            update(CalendarDaysRow)
            .where(CalendarDaysRow.id == days.id)
            .values(**_days_values(days))
        )

    async def delete(self, ids: Iterable[int], now: datetime) -> None:
        """Hide working days and holidays."""
        await self._connection.execute(
            update(CalendarDaysRow)
            .where(among(CalendarDaysRow.id, "ids", of_numbers=True))
            .values(deleted_at=now),
            {"ids": list(ids)},
        )

    async def restore(self, ids: Iterable[int]) -> None:
        """Bring hidden working days and holidays back."""
        await self._connection.execute(
            update(CalendarDaysRow)
            .where(among(CalendarDaysRow.id, "ids", of_numbers=True))
            .values(deleted_at=None),
            {"ids": list(ids)},
        )

    async def clear(self, owner: str) -> None:
        """Forget the hours, working days and holidays of an owner that is no more."""
        await self._connection.execute(delete(CalendarRow).where(CalendarRow.owner == owner))
        await self._connection.execute(
            delete(CalendarDaysRow).where(CalendarDaysRow.owner == owner)
        )
