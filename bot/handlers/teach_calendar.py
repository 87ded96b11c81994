"""Owners teach when the desk is open: weekly hours, make-up days and holidays."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot import access, bell, facts, whose
from bot.access import Permission
from bot.facts import Facts
from bot.whose import Whose
from core.calendar import (
    STANDARD_WEEK,
    TENANT,
    Calendar,
    Holiday,
    Span,
    SpecialDays,
    Week,
    WorkingDays,
)
from core.errors import BadRequestText, NotFound
from core.public_days import missing
from storage.repos.audit import Change
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

LONGEST_NAME = 30
"""Characters of the name of make-up days or a holiday."""
LONGEST_REPLY = 4096
"""Characters of a holiday's reply: what one message can hold."""
MOST_SPANS = 10
"""Parts of one day."""
HOURS, HOLIDAY = "hours", "holiday"
"""What the record of changes calls weekly hours, and make-up days or a holiday."""


@dataclass(frozen=True, slots=True)
class Shown:
    """When one owner is open.

    Args:
        whose: Whose calendar it is.
        own: The weekly hours that the owner has itself; ``None`` for none.
        calendar: What counts, with everything that it overrides.
        all: Everything that may have a calendar: the desk, then the accounts, then the groups.
    """

    whose: Whose
    own: Week | None
    calendar: Calendar
    all: tuple[Whose, ...]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to change about make-up days or a holiday; ``None`` leaves it as it is.

    Args:
        name: At most 30 characters.
        period: First and last day.
        spans: Parts of each day; of make-up days alone.
        reply: What customers are told; of a holiday alone.
    """

    name: str | None = None
    period: tuple[date, date] | None = None
    spans: tuple[Span, ...] | None = None
    reply: str | None = None


# -- weekly hours ----------------------------------------------------------------------------------


async def show(uow: UnitOfWork, actor: StaffMember, owner: str) -> Shown:
    """Return when *owner* is open.

    Raises:
        NotAllowed: The actor is no owner of the desk (requirement PRM-09).
        NotFound: There is no such account or group.
    """
    access.require(actor.role, Permission.STAFF)
    return await _shown(uow, owner, await owners(uow, actor))


async def owners(uow: UnitOfWork, actor: StaffMember) -> tuple[Whose, ...]:
    """Return everything that may have a calendar: the desk, then the accounts, then the groups."""
    access.require(actor.role, Permission.STAFF)
    return await whose.everybody(uow)


async def set_week(
    uow: UnitOfWork, actor: StaffMember, owner: str, week: Week | None, now: datetime
) -> Shown:
    """Give *owner* these weekly hours; ``None``: none of its own.

    The desk without any is always open; an account or group then has those that it overrides.

    Raises:
        BadRequestText: Parts of a day overlap, or there are too many.
        NotFound: There is no such account or group.
    """
    access.require(actor.role, Permission.STAFF)
    everybody = await owners(uow, actor)
    whose.known(everybody, owner)
    if week is not None:
        week = tuple(_checked(spans) for spans in week)
    await _write_week(uow, actor, owner, week, now)
    return await _shown(uow, owner, everybody)


async def set_day(
    uow: UnitOfWork,
    actor: StaffMember,
    owner: str,
    weekday: int,
    spans: tuple[Span, ...],
    now: datetime,
) -> Shown:
    """Give one day of *owner*'s week these parts; none: a day off.

    An owner without hours of its own begins with those that count for it, the desk with Monday to
    Friday from 09:00 to 18:00.

    Args:
        uow: An open unit of work.
        actor: Who changes it.
        owner: Whose week.
        weekday: 0 is Monday.
        spans: Parts of that day.
        now: The moment.

    Raises:
        BadRequestText: The parts overlap, or there are too many.
        NotFound: There is no such account or group.
    """
    access.require(actor.role, Permission.STAFF)
    everybody = await owners(uow, actor)
    week = list(starting_week(await _shown(uow, owner, everybody)))
    week[weekday] = _checked(spans)
    await _write_week(uow, actor, owner, tuple(week), now)
    return await _shown(uow, owner, everybody)


def starting_week(shown: Shown) -> Week:
    """Return the week that *shown* has, or begins with once its hours are switched on."""
    calendar: Calendar | None = shown.calendar
    while calendar is not None:
        if calendar.week is not None:
            return calendar.week
        calendar = calendar.wider
    return STANDARD_WEEK


# -- make-up days and holidays ---------------------------------------------------------------------


async def special_days(uow: UnitOfWork, actor: StaffMember) -> list[SpecialDays]:
    """Return the make-up days and holidays of all owners, by their first day."""
    access.require(actor.role, Permission.STAFF)
    return await uow.calendars.days()


async def one(uow: UnitOfWork, actor: StaffMember, number: int) -> SpecialDays:
    """Return make-up days or a holiday.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.STAFF)
    found = await uow.calendars.one(number)
    if found is None:
        raise NotFound("holiday.unknown", number=number)
    return found


async def add(uow: UnitOfWork, actor: StaffMember, days: SpecialDays, now: datetime) -> SpecialDays:
    """Add make-up days or a holiday and return it with its number.

    Raises:
        BadRequestText: Something about it does not fit.
        NotFound: There is no such account or group.
    """
    access.require(actor.role, Permission.STAFF)
    whose.known(await owners(uow, actor), days.owner)
    made = _made(days)
    made = replace(made, id=await uow.calendars.add(made, now))
    after = facts.of_special_days(made)
    await _changed(uow, actor, "add", HOLIDAY, str(made.id), None, after, now)
    return made


async def add_missing(
    uow: UnitOfWork, actor: StaffMember, days: Sequence[SpecialDays], now: datetime
) -> list[SpecialDays]:
    """Add those of *days* that are not there already, and return them with their numbers.

    Raises:
        BadRequestText: Something about one of them does not fit.
        NotFound: There is no such account or group.
    """
    access.require(actor.role, Permission.STAFF)
    everybody = await owners(uow, actor)
    added: list[SpecialDays] = []
    for one_of_them in missing(days, await uow.calendars.days()):
        whose.known(everybody, one_of_them.owner)
        made = _made(one_of_them)
        made = replace(made, id=await uow.calendars.add(made, now))
        after = facts.of_special_days(made)
        await _record(uow, actor, "add", HOLIDAY, str(made.id), None, after, now)
        added.append(made)
    if added:
        await _taught(uow)
    return added


async def edit(
    uow: UnitOfWork, actor: StaffMember, number: int, wishes: Wishes, now: datetime
) -> SpecialDays:
    """Change make-up days or a holiday.

    Raises:
        BadRequestText: Something about it does not fit.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.STAFF)
    before = await one(uow, actor, number)
    days = before
    if wishes.name is not None:
        days = replace(days, name=wishes.name)
    if wishes.period is not None:
        days = replace(days, first=wishes.period[0], last=wishes.period[1])
    if wishes.spans is not None and isinstance(days, WorkingDays):
        days = replace(days, spans=wishes.spans)
    if wishes.reply is not None and isinstance(days, Holiday):
        days = replace(days, reply=wishes.reply)
    days = _made(days)
    if days != before:
        await uow.calendars.change(days)
        was, after = facts.of_special_days(before), facts.of_special_days(days)
        await _changed(uow, actor, "change", HOLIDAY, str(number), was, after, now)
    return days


async def remove(uow: UnitOfWork, actor: StaffMember, number: int, now: datetime) -> SpecialDays:
    """Delete make-up days or a holiday and return what it was.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.STAFF)
    days = await one(uow, actor, number)
    await uow.calendars.delete([number], now)
    was = facts.of_special_days(days)
    await _changed(uow, actor, "delete", HOLIDAY, str(number), was, None, now)
    return days


# -- checks ----------------------------------------------------------------------------------------


def _made(days: SpecialDays) -> SpecialDays:
    name = " ".join(days.name.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadRequestText("holiday.bad_name", limit=LONGEST_NAME)
    if days.last < days.first:
        raise BadRequestText("holiday.bad_period")
    if isinstance(days, WorkingDays):
        spans = _checked(days.spans)
        if not spans:
            raise BadRequestText("holiday.no_times")
        return replace(days, name=name, spans=spans)
    reply = days.reply.strip()
    if len(reply) > LONGEST_REPLY:
        raise BadRequestText("holiday.long_reply", count=len(reply), limit=LONGEST_REPLY)
    return replace(days, name=name, reply=reply)


def _checked(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return parts of a day in order.

    Raises:
        BadRequestText: Two of them overlap, or there are too many.
    """
    ordered = tuple(sorted(spans))
    if len(ordered) > MOST_SPANS:
        raise BadRequestText("hours.too_many", limit=MOST_SPANS)
    for number, (_, end) in enumerate(ordered[:-1]):
        later, _ = ordered[number + 1]
        # What runs past midnight must be the last part of its day.
        if end > later or end <= ordered[number][0]:
            raise BadRequestText("hours.overlap")
    return ordered


# -- what is stored --------------------------------------------------------------------------------


async def _shown(uow: UnitOfWork, owner: str, everybody: tuple[Whose, ...]) -> Shown:
    shown = whose.known(everybody, owner)
    calendars = await uow.calendars.all()
    own = calendars.get(owner, Calendar())
    # Over a group stands the account of the conversation, which nobody knows here.
    counts = own if owner == TENANT else own.above(calendars.get(TENANT))
    return Shown(shown, own.week, counts, everybody)


async def _write_week(
    uow: UnitOfWork, actor: StaffMember, owner: str, week: Week | None, now: datetime
) -> None:
    before = await uow.calendars.week(owner)
    if week == before:
        return
    await uow.calendars.set_week(owner, week)
    was = facts.of_week(before) if before is not None else None
    after = facts.of_week(week) if week is not None else None
    await _changed(uow, actor, "off" if week is None else "change", HOURS, owner, was, after, now)


async def _changed(
    uow: UnitOfWork,
    actor: StaffMember,
    action: str,
    subject: str,
    subject_id: str,
    before: Facts | None,
    after: Facts | None,
    now: datetime,
) -> None:
    await _record(uow, actor, action, subject, subject_id, before, after, now)
    await _taught(uow)


async def _record(
    uow: UnitOfWork,
    actor: StaffMember,
    action: str,
    subject: str,
    subject_id: str,
    before: Facts | None,
    after: Facts | None,
    now: datetime,
) -> None:
    await uow.audit.record(
        Change(now, actor.id, actor.name, action, subject, subject_id, before, after)
    )


async def _taught(uow: UnitOfWork) -> None:
    await uow.taught.touch()
    uow.ring(bell.PLAYBOOK)
