"""The desk's clock in the playground: hours, reminders and timeouts can be played by moving it.

Only a desk that is one process has one. The stand-in's own dates (when a message was sent, flood
limits) stay in real time, as a platform's would.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.calendar import HORIZON, Calendar, Closed, Open
from core.clock import ShiftedClock

LARGEST_SHIFT = timedelta(days=3660)
"""How far the clock can be moved: a year's holidays can be looked at, a date cannot overflow."""
OPENING, CLOSING, NOW = "opening", "closing", "now"
"""Moments that the clock can be set to by name."""


@dataclass(frozen=True, slots=True)
class Timepiece:
    """The clock on the page.

    Args:
        clock: The desk's own.
        zone: The tenant's time zone.
        calendar: Returns when the whole desk is open.
        moved: Called when the clock was moved; wakes everything that waits for a moment.
    """

    clock: ShiftedClock
    zone: ZoneInfo
    calendar: Callable[[], Calendar]
    moved: Callable[[], None]

    def face(self) -> dict[str, Any]:
        """Return what the page shows.

        ``now`` and ``changes`` are seconds since 1970; ``changes`` is when the desk opens or
        closes next, null where it never does.
        """
        now = self.clock()
        changes = self.next_change()
        return {
            "now": now.timestamp(),
            "shift_seconds": self.clock.shift.total_seconds(),
            "zone": self.zone.key,
            "open": self._open(now.astimezone(self.zone)),
            "changes": changes.timestamp() if changes is not None else None,
        }

    def move(self, *, by: timedelta | None = None, to: timedelta | None = None) -> None:
        """Move the clock by so much from where it is, or to so much ahead of the real time.

        Raises:
            ValueError: That would be more than ten years away from it.
        """
        shift = self.clock.shift + by if by is not None else to or timedelta(0)
        if abs(shift) > LARGEST_SHIFT:
            raise ValueError("the clock can be moved by ten years at the most")
        self.clock.shift = shift
        self.moved()

    def set(self, moment: datetime) -> None:
        """Set the clock to a moment.

        Raises:
            ValueError: It is more than ten years away from the real time.
        """
        real = self.clock() - self.clock.shift
        self.move(to=moment - real)

    def set_to(self, name: str) -> None:
        """Set the clock to the next opening, the next closing, the real time, or an ISO moment.

        A moment without an offset is on the tenant's clocks.

        Raises:
            ValueError: It is none of these, or there is no such moment within sixty days.
        """
        if name == NOW:
            self.move(to=timedelta(0))
        elif name in (OPENING, CLOSING):
            moment = self.next_change(opening=name == OPENING)
            if moment is None:
                raise ValueError(f"there is no {name} within {HORIZON.days} days")
            self.set(moment)
        else:
            moment = datetime.fromisoformat(name)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=self.zone)
            self.set(moment.astimezone(UTC))

    def next_change(self, *, opening: bool | None = None) -> datetime | None:
        """Return when the desk opens or closes next, in UTC; ``None``: not within sixty days.

        Args:
            opening: ``True`` only an opening counts, ``False`` only a closing; ``None``: whichever
                comes first.
        """
        calendar = self.calendar()
        local = self.clock().astimezone(self.zone)
        if not calendar.limited:
            return None
        before = self._open(local)
        if opening is not False and not before:
            state = calendar.state_at(local)
            return (
                state.opens.astimezone(UTC) if isinstance(state, Closed) and state.opens else None
            )
        for moment in self._turns(calendar, local):
            after = self._open(moment.astimezone(self.zone))
            if after != before and (opening is None or after is opening):
                return moment
            before = after
        return None

    def _open(self, local: datetime) -> bool:
        return isinstance(self.calendar().state_at(local), Open)

    def _turns(self, calendar: Calendar, local: datetime) -> Iterator[datetime]:
        """Yield the moments after *local*, in UTC, at which it may open or close, in order."""
        now = local.astimezone(UTC)
        found: set[datetime] = set()
        for step in range(-1, HORIZON.days + 1):
            day = local.date() + timedelta(days=step)
            found.add(self._moment(day, time(0)))
            for start, end in calendar.spans_on(day):
                found.add(self._moment(day, start))
                found.add(self._moment(day + timedelta(days=end <= start), end))
        yield from sorted(moment for moment in found if moment > now)

    def _moment(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)
