"""Hours, make-up days and holidays are kept, on each kind of database."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

from core.calendar import STANDARD_WEEK, TENANT, Calendar, Holiday, WorkingDays, of_group
from storage.uow import UnitOfWork

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SPANS = ((time(9), time(12)), (time(22, 30), time(0)))
WORK = WorkingDays("补班", date(2026, 10, 10), date(2026, 10, 11), SPANS)
REST = Holiday("国庆", date(2026, 10, 1), date(2026, 10, 7), "放假", owner="account:shop")


async def test_a_week_is_kept_as_it_is_replaced_and_dropped(uow: UnitOfWork) -> None:
    week = (SPANS, *STANDARD_WEEK[1:])
    assert await uow.calendars.week(TENANT) is None

    await uow.calendars.set_week(TENANT, STANDARD_WEEK)
    await uow.calendars.set_week(of_group(3), STANDARD_WEEK)
    await uow.calendars.set_week(TENANT, week)

    assert await uow.calendars.week(TENANT) == week
    assert await uow.calendars.week(of_group(3)) == STANDARD_WEEK
    await uow.calendars.set_week(TENANT, None)
    assert await uow.calendars.week(TENANT) is None
    assert list(await uow.calendars.all()) == [of_group(3)]


async def test_days_are_kept_changed_hidden_and_brought_back(uow: UnitOfWork) -> None:
    work = replace(WORK, id=await uow.calendars.add(WORK, NOON))
    rest = replace(REST, id=await uow.calendars.add(REST, NOON))

    assert await uow.calendars.days() == [rest, work]
    assert await uow.calendars.one(rest.id) == rest
    assert await uow.calendars.one(99) is None

    longer = replace(work, name="Late", last=date(2026, 10, 12), spans=SPANS[:1])
    await uow.calendars.change(longer)
    await uow.calendars.delete([rest.id], NOON)
    assert await uow.calendars.days() == [longer]
    assert await uow.calendars.one(rest.id) is None

    await uow.calendars.restore([rest.id])
    assert await uow.calendars.days() == [rest, longer]


async def test_the_playbook_holds_the_calendar_of_every_owner(uow: UnitOfWork) -> None:
    await uow.calendars.set_week(TENANT, STANDARD_WEEK)
    work = replace(WORK, id=await uow.calendars.add(WORK, NOON))
    rest = replace(REST, id=await uow.calendars.add(REST, NOON))

    calendars = (await uow.taught.playbook()).calendars

    assert calendars == {
        TENANT: Calendar(STANDARD_WEEK, (work,)),
        "account:shop": Calendar(None, (), (rest,)),
    }


async def test_with_a_group_its_calendar_goes(uow: UnitOfWork) -> None:
    """Its number may be given to another group, which must not inherit it."""
    group = await uow.staffing.add_group("VIP", "vip", None, "Olga", NOON)
    await uow.calendars.set_week(of_group(group), STANDARD_WEEK)
    await uow.calendars.set_week(TENANT, STANDARD_WEEK)
    await uow.calendars.add(replace(WORK, owner=of_group(group)), NOON)

    await uow.staffing.delete_group(group)

    assert list(await uow.calendars.all()) == [TENANT]
