"""When the desk is open: a weekly pattern, make-up days and holidays, by the tenant's clocks.

A part of a day whose end is not after its start runs past midnight and belongs to the day on which
it starts; ``00:00-00:00`` is the whole day.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Protocol

Span = tuple[time, time]
Week = tuple[tuple[Span, ...], ...]
"""The parts of the seven days, Monday first; a day without any is a day off."""

ALL_DAY: tuple[Span, ...] = ((time(0), time(0)),)
STANDARD_WEEK: Week = (((time(9), time(18)),),) * 5 + ((), ())
"""What the hours begin with once they are switched on. Source: requirement PRM-10."""
OPEN_WEEK: Week = (ALL_DAY,) * 7
HORIZON = timedelta(days=60)
"""How far ahead the next opening is looked for."""

TENANT = ""
"""Whose calendar the one is that holds for the whole desk."""
_ACCOUNT, _GROUP = "account:", "group:"


def of_account(name: str) -> str:
    """Return the owner of the calendar that overrides the desk's for one account."""
    return f"{_ACCOUNT}{name}"


def of_group(group_id: int) -> str:
    """Return the owner of the calendar that overrides the others for one service group."""
    return f"{_GROUP}{group_id}"


def account_in(owner: str) -> str | None:
    """Return the account's name in an owner; ``None`` when it is no account."""
    return owner.removeprefix(_ACCOUNT) if owner.startswith(_ACCOUNT) else None


def group_in(owner: str) -> int | None:
    """Return the group's number in an owner; ``None`` when it is no group."""
    return int(owner.removeprefix(_GROUP)) if owner.startswith(_GROUP) else None


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Days that are worked whatever the week says, such as make-up days around a holiday.

    Args:
        name: What admins call them.
        first: The first day.
        last: The last day, included.
        spans: Parts of each of these days, at least one.
        id: Number in storage; 0 before it is stored.
        owner: Whose calendar they stand in.
    """

    name: str
    first: date
    last: date
    spans: tuple[Span, ...]
    id: int = 0
    owner: str = TENANT


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days off with a reply of their own, from 00:00:00 of the first to the end of the last.

    Args:
        name: What admins call it.
        first: The first day.
        last: The last day, included.
        reply: What customers are told instead of the text for outside the hours (requirement
            PRM-08); empty: that text.
        id: Number in storage; 0 before it is stored.
        owner: Whose calendar it stands in.
    """

    name: str
    first: date
    last: date
    reply: str = ""
    id: int = 0
    owner: str = TENANT


SpecialDays = WorkingDays | Holiday


@dataclass(frozen=True, slots=True)
class Open:
    """The desk is open."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The desk is closed.

    Args:
        holiday: The holiday for which; ``None``: it lies outside the hours.
        opens: The next moment at which it is open, in the zone that was asked in; ``None``: not
            within ``HORIZON``.
    """

    holiday: Holiday | None
    opens: datetime | None


@dataclass(frozen=True, slots=True)
class _Day:
    """What holds for one date.

    Args:
        spans: Its parts.
        holiday: The holiday that it is.
        working: Whether its parts come from days that override the week.
    """

    spans: tuple[Span, ...]
    holiday: Holiday | None = None
    working: bool = False


class _Period(Protocol):
    @property
    def first(self) -> date: ...
    @property
    def last(self) -> date: ...


@dataclass(frozen=True, slots=True)
class Calendar:
    """When one owner is open.

    On any date working days come before holidays, and those before the week (requirement PRM-13).
    Where several holidays meet, the shortest counts, then the first and then the oldest of them;
    where several working days meet, the parts of all of them count. What runs past midnight
    belongs to the day before: it ends where a holiday begins, unless it comes from working days.

    Args:
        week: The weekly pattern; ``None``: that of ``wider``, and without one always open.
        working: Working days.
        holidays: Holidays.
        wider: The calendar that this one overrides: its days count on the dates about which this
            one says nothing; ``None`` for none.
    """

    week: Week | None = None
    working: tuple[WorkingDays, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    wider: "Calendar | None" = None

    def above(self, wider: "Calendar | None") -> "Calendar":
        """Return this calendar as an override of *wider*."""
        return replace(self, wider=wider)

    @property
    def pattern(self) -> Week:
        """The week that counts."""
        if self.week is not None:
            return self.week
        return OPEN_WEEK if self.wider is None else self.wider.pattern

    @property
    def limited(self) -> bool:
        """Whether it can ever be closed."""
        return (
            self.week is not None
            or bool(self.holidays)
            or (self.wider is not None and self.wider.limited)
        )

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """Return the parts of *day* that are open, in order; none on a day off."""
        return tuple(sorted(self._day(day).spans))

    def holiday_on(self, day: date) -> Holiday | None:
        """Return the holiday that *day* is; ``None`` where it is worked or just a day off."""
        return self._day(day).holiday

    def state_at(self, local: datetime) -> Open | Closed:
        """Say whether it is open at a moment.

        Args:
            local: The moment by the tenant's clocks, in the tenant's time zone: its wall clock
                decides, also on the days on which it is put forward or back.

        Raises:
            ValueError: It has no time zone.
        """
        if local.tzinfo is None:
            raise ValueError("a moment without a zone is on nobody's clock")
        if self._covers(local):
            return Open()
        return Closed(self._day(local.date()).holiday, self._next_opening(local))

    def open_time(self, since: datetime, until: datetime) -> timedelta:
        """Return for how long it was open between two moments; zero where *until* is not later.

        Raises:
            ValueError: One of them has no time zone.
        """
        if since.tzinfo is None or until.tzinfo is None:
            raise ValueError("a moment without a zone is on nobody's clock")
        zone, total, counted = since.tzinfo, timedelta(0), since.astimezone(UTC)
        last = until.astimezone(zone).date()
        parts: list[tuple[datetime, datetime]] = []
        day = since.date() - timedelta(days=1)
        while day <= last:
            parts += self._intervals(day, zone)
            day += timedelta(days=1)
        for start, end in sorted(parts):
            # Parts may overlap; what was counted once is not counted again.
            start, end = max(start, counted), min(end, until.astimezone(UTC))
            if end > start:
                total += end - start
                counted = end
        return total

    def _intervals(self, day: date, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
        """Yield the open parts of *day* as moments, in UTC."""
        own, midnight = self._day(day), day + timedelta(days=1)
        cut = self._day(midnight).holiday is not None and not own.working
        for start, end in own.spans:
            stop = datetime.combine(day if end > start else midnight, end, zone)
            if cut and end <= start:
                stop = datetime.combine(midnight, time(0), zone)
            # A start that the clock shows twice counts from its first time, an end to its second.
            first = datetime.combine(day, start, zone).astimezone(UTC)
            yield first, stop.replace(fold=1).astimezone(UTC)

    def _covers(self, local: datetime) -> bool:
        clock = local.time()
        today = self._day(local.date())
        if any(start <= clock and (clock < end or end <= start) for start, end in today.spans):
            return True
        before = self._day(local.date() - timedelta(days=1))
        if today.holiday is not None and not before.working:
            return False
        return any(clock < end <= start for start, end in before.spans)

    def _day(self, day: date) -> _Day:
        return self._special(day) or _Day(self.pattern[day.weekday()])

    def _special(self, day: date) -> _Day | None:
        """Return what overrides the week on *day*; ``None`` for nothing."""
        working = [days for days in self.working if _holds(days, day)]
        if working:
            return _Day(tuple(span for days in working for span in days.spans), working=True)
        holidays = [one for one in self.holidays if _holds(one, day)]
        if holidays:
            return _Day(
                (), min(holidays, key=lambda one: (one.last - one.first, one.first, one.id))
            )
        return self.wider._special(day) if self.wider is not None else None

    def _next_opening(self, local: datetime) -> datetime | None:
        now = local.astimezone(UTC)
        for step in range(HORIZON.days + 2):
            for moment in sorted(self._openings(local, local.date() + timedelta(days=step))):
                if now < moment <= now + HORIZON:
                    there = moment.astimezone(local.tzinfo)
                    if self._covers(there):
                        return there
        return None

    def _openings(self, local: datetime, day: date) -> Iterator[datetime]:
        """Yield, in UTC, the moments of *day* at which it may become open.

        These are the starts of its parts, both times where the clock shows them twice, and the
        moment at which the clock is put forward or back: that may lead into a part.
        """
        for start, _ in self._day(day).spans:
            wall = datetime.combine(day, start, local.tzinfo)
            for fold in (0, 1):
                moment = wall.replace(fold=fold).astimezone(UTC)
                # A start that the clock leaps over is no moment of the day.
                if moment.astimezone(local.tzinfo).replace(tzinfo=None) == wall.replace(
                    tzinfo=None
                ):
                    yield moment
        midnight = datetime.combine(day, time(0), local.tzinfo)
        next_midnight = datetime.combine(day + timedelta(days=1), time(0), local.tzinfo)
        if midnight.utcoffset() != next_midnight.utcoffset():
            yield _clock_change(midnight, next_midnight)


def _holds(period: _Period, day: date) -> bool:
    return period.first <= day <= period.last


def _clock_change(before: datetime, after: datetime) -> datetime:
    """Return the first second, in UTC, at which clocks run as *after* and not as *before*."""
    zone = before.tzinfo
    start = before.astimezone(UTC) - timedelta(seconds=1)
    low, high = 0, int((after.astimezone(UTC) - start).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        moment = (start + timedelta(seconds=middle)).astimezone(zone)
        if moment.utcoffset() == before.utcoffset():
            low = middle
        else:
            high = middle
    return start + timedelta(seconds=high)
