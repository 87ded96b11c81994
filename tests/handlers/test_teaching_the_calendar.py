"""Owners teach when the desk is open, and take it back, on both databases."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from bot.bell import PLAYBOOK
from bot.handlers import teach_calendar
from bot.handlers.teach_calendar import Wishes
from core.calendar import (
    ALL_DAY,
    STANDARD_WEEK,
    TENANT,
    Calendar,
    Holiday,
    Week,
    WorkingDays,
    of_account,
    of_group,
)
from core.errors import BadRequestText, Conflict, NotAllowed, NotFound
from core.states import Role
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork
from tests.handlers.library_house import NOON, House, open_house

MORNING = (time(9), time(12))
AFTERNOON = (time(13), time(18))
WORK = WorkingDays("Make-up", date(2026, 10, 10), date(2026, 10, 11), (MORNING,))
REST = Holiday("Autumn", date(2026, 10, 1), date(2026, 10, 7), "We rest.")


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with open_house(database_url) as opened:
        await opened.does(lambda uow: uow.accounts.keep({"shop": "telegram"}, NOON))
        yield opened


async def calendars(house: House) -> dict[str, Calendar]:
    return dict((await house.book()).calendars)


def owner(house: House) -> StaffMember:
    return house.people[Role.OWNER]


async def sets(house: House, week: Week | None, whose: str = TENANT) -> None:
    await house.does(lambda uow: teach_calendar.set_week(uow, owner(house), whose, week, NOON))


async def adds(house: House, days: WorkingDays | Holiday) -> int:
    added = await house.does(lambda uow: teach_calendar.add(uow, owner(house), days, NOON))
    return int(added.id)


async def test_hours_are_set_for_the_desk_an_account_and_a_group(house: House) -> None:
    whose = [TENANT, of_account("shop"), of_group(house.group)]
    for number, one in enumerate(whose):
        house.rings.clear()
        before = (await house.book()).version
        await sets(house, ((((time(number), time(18)),),) * 7), one)
        assert house.rings == [PLAYBOOK]
        assert (await house.book()).version == before + 1

    stored = await calendars(house)

    assert [stored[one].pattern[0][0][0].hour for one in whose] == [0, 1, 2]


async def test_the_same_hours_once_more_change_nothing(house: House) -> None:
    await sets(house, STANDARD_WEEK)
    version = (await house.book()).version

    await sets(house, STANDARD_WEEK)

    assert (await house.book()).version == version


@pytest.mark.parametrize("whose", ["account:nobody", "group:99"])
async def test_nobody_else_has_hours_or_holidays(house: House, whose: str) -> None:
    with pytest.raises(NotFound, match=r"hours\.unknown_owner"):
        await sets(house, STANDARD_WEEK, whose)
    with pytest.raises(NotFound, match=r"hours\.unknown_owner"):
        await adds(house, replace(REST, owner=whose))
    assert await calendars(house) == {}


async def test_a_day_that_is_set_first_begins_the_usual_week(house: House) -> None:
    await house.does(
        lambda uow: teach_calendar.set_day(uow, owner(house), TENANT, 5, (AFTERNOON, MORNING), NOON)
    )

    week = (await calendars(house))[TENANT].week

    assert week == (*STANDARD_WEEK[:5], (MORNING, AFTERNOON), ())


async def test_an_account_begins_with_the_hours_of_the_desk(house: House) -> None:
    await sets(house, (ALL_DAY,) * 7)
    shop = of_account("shop")

    await house.does(lambda uow: teach_calendar.set_day(uow, owner(house), shop, 0, (), NOON))

    assert (await calendars(house))[shop].week == ((), *((ALL_DAY,) * 6))
    shown = await house.does(lambda uow: teach_calendar.show(uow, owner(house), shop))
    assert shown.calendar.wider.week == (ALL_DAY,) * 7


@pytest.mark.parametrize(
    ("spans", "why"),
    [
        ((MORNING, (time(11, 59), time(18))), "hours.overlap"),
        ((MORNING, MORNING), "hours.overlap"),
        (((time(22), time(2)), (time(23), time(23, 30))), "hours.overlap"),
        ((*ALL_DAY, MORNING), "hours.overlap"),
        (tuple((time(n), time(n, 30)) for n in range(11)), "hours.too_many"),
    ],
)
async def test_parts_that_do_not_fit_a_day_are_refused(
    house: House, spans: tuple[tuple[time, time], ...], why: str
) -> None:
    for act in (sets(house, (spans, *STANDARD_WEEK[1:])), adds(house, replace(WORK, spans=spans))):
        with pytest.raises(BadRequestText) as refused:
            await act
        assert refused.value.key == why
    assert await calendars(house) == {}


@pytest.mark.parametrize(
    ("days", "why"),
    [
        (replace(REST, name=" "), "holiday.bad_name"),
        (replace(REST, name="n" * 31), "holiday.bad_name"),
        (replace(REST, last=date(2026, 9, 30)), "holiday.bad_period"),
        (replace(REST, reply="r" * 4097), "holiday.long_reply"),
        (replace(WORK, spans=()), "holiday.no_times"),
    ],
)
async def test_days_that_do_not_fit_are_refused(
    house: House, days: WorkingDays | Holiday, why: str
) -> None:
    with pytest.raises(BadRequestText) as refused:
        await adds(house, days)
    assert refused.value.key == why
    assert await calendars(house) == {}


async def test_the_longest_that_fits_is_taken(house: House) -> None:
    longest = replace(REST, name="n" * 30, reply="r" * 4096, last=REST.first)

    number = await adds(house, longest)

    assert (await calendars(house))[TENANT].holidays == (replace(longest, id=number),)


async def test_each_part_of_days_is_changed_by_itself(house: House) -> None:
    rest, work = await adds(house, REST), await adds(house, WORK)
    period = (date(2027, 1, 1), date(2027, 1, 3))

    async def edits(number: int, **wishes: Any) -> Any:
        return await house.does(
            lambda uow: teach_calendar.edit(uow, owner(house), number, Wishes(**wishes), NOON)
        )

    assert await edits(rest, name=" New  year ") == replace(REST, id=rest, name="New year")
    assert (await edits(rest, reply="Bye")).reply == "Bye"
    assert ((days := await edits(rest, period=period)).first, days.last) == period
    assert (await edits(work, spans=(AFTERNOON,))).spans == (AFTERNOON,)
    with pytest.raises(NotFound, match=r"holiday\.unknown"):
        await edits(99, name="x")


Act = Callable[[UnitOfWork, StaffMember], Awaitable[Any]]
ACTS: dict[str, Act] = {
    "set hours": lambda uow, who: teach_calendar.set_week(uow, who, TENANT, (ALL_DAY,) * 7, NOON),
    "set hours of the shop": lambda uow, who: teach_calendar.set_week(
        uow, who, of_account("shop"), STANDARD_WEEK, NOON
    ),
    "set a day": lambda uow, who: teach_calendar.set_day(uow, who, TENANT, 6, ALL_DAY, NOON),
    "hours off": lambda uow, who: teach_calendar.set_week(uow, who, TENANT, None, NOON),
    "add working days": lambda uow, who: teach_calendar.add(uow, who, WORK, NOON),
    "add a holiday": lambda uow, who: teach_calendar.add(uow, who, REST, NOON),
    "change a holiday": lambda uow, who: teach_calendar.edit(
        uow, who, 1, Wishes(name="x", reply="y", period=(REST.first, REST.first)), NOON
    ),
    "change working days": lambda uow, who: teach_calendar.edit(
        uow, who, 2, Wishes(spans=ALL_DAY), NOON
    ),
    "delete a holiday": lambda uow, who: teach_calendar.remove(uow, who, 1, NOON),
    "delete working days": lambda uow, who: teach_calendar.remove(uow, who, 2, NOON),
}


@pytest.mark.parametrize("name", ACTS)
async def test_every_change_is_taken_back_whole_and_once(house: House, name: str) -> None:
    await sets(house, STANDARD_WEEK)
    await adds(house, REST)
    await adds(house, WORK)
    before = await calendars(house)
    await house.does(lambda uow: ACTS[name](uow, owner(house)))
    assert await calendars(house) != before

    await house.takes_back(Role.OWNER, after=30)

    assert await calendars(house) == before
    with pytest.raises((Conflict, NotFound), match="undo"):
        await house.takes_back(Role.OWNER)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AGENT])
@pytest.mark.parametrize(
    "act",
    [
        *ACTS.values(),
        lambda uow, who: teach_calendar.show(uow, who, TENANT),
        lambda uow, who: teach_calendar.owners(uow, who),
        lambda uow, who: teach_calendar.special_days(uow, who),
        lambda uow, who: teach_calendar.one(uow, who, 1),
    ],
)
async def test_only_owners_see_and_change_the_time_plan(house: House, role: Role, act: Act) -> None:
    with pytest.raises(NotAllowed):
        await house.does(lambda uow: act(uow, house.people[role]))


async def test_who_is_no_owner_any_more_takes_nothing_back(house: House) -> None:
    await sets(house, STANDARD_WEEK)
    house.people[Role.OWNER] = replace(owner(house), role=Role.ADMIN)

    with pytest.raises(NotAllowed):
        await house.takes_back(Role.OWNER)
