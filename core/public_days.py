"""Public holidays as they are published, turned into what stands in a calendar."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from core.calendar import STANDARD_WEEK, Holiday, SpecialDays, Week, WorkingDays

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PublicDay:
    """One day off, as published.

    Args:
        day: The day.
        name: Of the holiday, without a word about the day being moved.
        instead: It is off only because another day is worked; the name says no more than that.
    """

    day: date
    name: str
    instead: bool = False


@dataclass(frozen=True, slots=True)
class PublicYear:
    """What a country has published for one year.

    Args:
        days: Days off, in any order; a day may have several names.
        weekend: Weekdays that are off anyway, 0 is Monday.
        worked: Days of the weekend that are worked (make-up days).
        estimated: Some of the days depend on the moon and may still move.
        undecided: The country has make-up days in other years, and none are known for this one.
    """

    days: tuple[PublicDay, ...]
    weekend: frozenset[int] = frozenset({5, 6})
    worked: frozenset[date] = frozenset()
    estimated: bool = False
    undecided: bool = False


def periods(year: PublicYear) -> list[Holiday]:
    """Return the holidays of a year, each as one period, by their first day.

    Days of one name that follow each other are one holiday; a weekend between them, unless it is
    worked, belongs to it. A day that is off instead of another belongs to the holiday that it
    lengthens.
    """
    found: list[Holiday] = []
    for name in dict.fromkeys(one.name for one in year.days if not one.instead):
        run: list[Holiday] = []
        for day in sorted({d.day for d in year.days if d.name == name and not d.instead}):
            if run and _follows(year, run[-1].last, day):
                run[-1] = replace(run[-1], last=day)
            else:
                run.append(Holiday(name, day, day))
        found += run
    lengthened = _lengthen(year, found)
    return sorted(lengthened, key=lambda one: (one.first, one.last, one.name))


def _lengthen(year: PublicYear, found: list[Holiday]) -> list[Holiday]:
    """Give the days that are off instead of others to the holidays beside them."""
    instead = {one.day: one for one in year.days if one.instead}
    left = []
    for day in sorted(instead):
        behind = [one for one in found if _follows(year, one.last, day)]
        if behind:
            # Of several that end there the longest: that is the one which is being lengthened.
            longest = min(behind, key=lambda one: (one.first, found.index(one)))
            found[found.index(longest)] = replace(longest, last=day)
        else:
            left.append(day)
    for day in reversed(left):
        before = [one for one in found if _follows(year, day, one.first)]
        if before:
            longest = max(before, key=lambda one: (one.last, -found.index(one)))
            found[found.index(longest)] = replace(longest, first=day)
        else:
            found.append(Holiday(instead[day].name, day, day))
    return found


def _follows(year: PublicYear, last: date, day: date) -> bool:
    """Say whether nothing but a weekend that is off lies between *last* and the later *day*."""
    if not last < day <= last + 8 * _DAY:
        return False
    between = (last + step * _DAY for step in range(1, (day - last).days))
    return all(one.weekday() in year.weekend and one not in year.worked for one in between)


def make_up_days(year: PublicYear, week: Week, name: str) -> list[WorkingDays]:
    """Return the days of the weekend that are worked, by their date.

    They are worked like the first day of the week that is worked at all. Days on which the week
    says just that are left out.

    Args:
        year: What was published.
        week: The weekly pattern that counts.
        name: What admins call such a day.
    """
    usual = next((spans for spans in week if spans), STANDARD_WEEK[0])
    return [
        WorkingDays(name, day, day, usual)
        for day in sorted(year.worked)
        if week[day.weekday()] != usual
    ]


def missing(days: Iterable[SpecialDays], there: Iterable[SpecialDays]) -> list[SpecialDays]:
    """Return those of *days* that *there* does not hold already, in their order.

    Make-up days are held by make-up days, a holiday by holidays, when all of its dates are: the
    shorter of two holidays counts, so a public one would take the place of an own, longer one.
    """
    known = list(there)
    return [
        one
        for one in days
        if not all(
            any(
                isinstance(other, WorkingDays) is isinstance(one, WorkingDays)
                and other.owner == one.owner
                and other.first <= day <= other.last
                for other in known
            )
            for day in _dates(one)
        )
    ]


def _dates(days: SpecialDays) -> list[date]:
    return [days.first + step * _DAY for step in range((days.last - days.first).days + 1)]


def shortened(name: str, longest: int) -> str:
    """Return a name in at most *longest* characters; what is in brackets goes first."""
    if len(name) > longest:
        name = name.partition(" (")[0].partition("（")[0].strip()
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"
