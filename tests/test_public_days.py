"""Published days off become holidays: what belongs together, what is worked, what is there."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import (
    OPEN_WEEK,
    STANDARD_WEEK,
    Calendar,
    Holiday,
    Span,
    SpecialDays,
    Week,
    WorkingDays,
    of_account,
)
from core.public_days import PublicDay, PublicYear, make_up_days, missing, periods, shortened

DAY: tuple[Span, ...] = ((time(9), time(18)),)


def october(*days: tuple[int, str] | int, worked: tuple[int, ...] = ()) -> PublicYear:
    """Return days of October 2026, whose 1st is a Thursday; a bare number is off instead."""
    found = [
        PublicDay(date(2026, 10, day), "Day off", True)
        if isinstance(day, int)
        else PublicDay(date(2026, 10, day[0]), day[1])
        for day in days
    ]
    return PublicYear(tuple(found), worked=frozenset(date(2026, 10, day) for day in worked))


def national(first: int, last: int) -> list[tuple[int, str]]:
    return [(day, "National") for day in range(first, last + 1)]


@pytest.mark.parametrize(
    ("year", "rows"),
    [
        (october(), []),
        (october((1, "National")), ["1-1 National"]),
        (october(*national(1, 3)), ["1-3 National"]),
        # Over a weekend that is off, but not over one of whose days is worked.
        (october(*national(1, 2), *national(5, 6)), ["1-6 National"]),
        (october(*national(1, 2), *national(5, 6), worked=(3,)), ["1-2 National", "5-6 National"]),
        (october(*national(1, 1), *national(5, 6)), ["1-1 National", "5-6 National"]),
        (october((1, "National"), (2, "Mid-Autumn")), ["1-1 National", "2-2 Mid-Autumn"]),
        # Two on one day: each has its own days.
        (october(*national(1, 3), (1, "Mid-Autumn")), ["1-1 Mid-Autumn", "1-3 National"]),
        # What is off instead of other days lengthens a holiday, behind it or before it.
        (october(*national(1, 3), 5, 6, 7, worked=(10,)), ["1-7 National"]),
        (october(7, 8, (9, "Games")), ["7-9 Games"]),
        (october((6, "Games"), 7, (8, "Fair")), ["6-7 Games", "8-8 Fair"]),
        (october(14), ["14-14 Day off"]),
        (october(*national(1, 2), (2, "Fair"), 5), ["1-5 National", "2-2 Fair"]),
    ],
)
def test_days_that_belong_together_are_one_holiday(year: PublicYear, rows: list[str]) -> None:
    assert [f"{one.first.day}-{one.last.day} {one.name}" for one in periods(year)] == rows


@given(
    st.lists(st.tuples(st.integers(1, 31), st.sampled_from(["A", "B", "off"])), max_size=20),
    st.sets(st.sampled_from([3, 4, 10, 11, 17, 18, 24, 25])),
)
def test_every_published_day_is_off_and_no_weekday_or_worked_day_more(
    days: list[tuple[int, str]], worked: set[int]
) -> None:
    published = [(day, name) for day, name in days if day not in worked]
    year = october(
        *(day if name == "off" else (day, name) for day, name in published),
        worked=tuple(worked),
    )
    off = {
        one.first + timedelta(days=step)
        for one in periods(year)
        for step in range((one.last - one.first).days + 1)
    }
    assert off >= {one.day for one in year.days}
    assert all(day.weekday() in (5, 6) for day in off - {one.day for one in year.days})
    assert not off & year.worked
    for one in year.days:
        if not one.instead:
            assert any(h.name == one.name and h.first <= one.day <= h.last for h in periods(year))


SHOP: Week = (*((((time(8), time(12)), (time(13), time(17))),) * 5), ((time(10), time(14)),), ())


@pytest.mark.parametrize(
    ("week", "spans"),
    [
        (STANDARD_WEEK, {10: DAY, 11: DAY}),
        (SHOP, {10: SHOP[0], 11: SHOP[0]}),
        # Open anyway, just like on other days: there is nothing to add.
        (OPEN_WEEK, {}),
        ((DAY,) * 7, {}),
        (((),) * 7, {10: DAY, 11: DAY}),
        ((*((),) * 6, DAY), {10: DAY}),
    ],
)
def test_make_up_days_are_worked_like_other_days(
    week: Week, spans: dict[int, tuple[Span, ...]]
) -> None:
    found = make_up_days(october(worked=(11, 10)), week, "Make-up")
    assert [(one.first.day, one.last.day) for one in found] == [(day, day) for day in spans]
    assert {one.first.day: one.spans for one in found} == spans
    assert {one.name for one in found} <= {"Make-up"}
    calendar = Calendar(week, tuple(found))
    for day in (10, 11):
        usual = week[date(2026, 10, day).weekday()]
        assert calendar.spans_on(date(2026, 10, day)) == spans.get(day, usual)


def holiday(first: int, last: int, owner: str = "", name: str = "H") -> Holiday:
    return Holiday(name, date(2026, 10, first), date(2026, 10, last), owner=owner)


def work(day: int) -> WorkingDays:
    return WorkingDays("W", date(2026, 10, day), date(2026, 10, day), DAY)


@pytest.mark.parametrize(
    ("there", "new", "added"),
    [
        ([], [holiday(1, 3), work(10)], [holiday(1, 3), work(10)]),
        ([holiday(1, 3, name="Own")], [holiday(1, 3)], []),
        # An own one that is longer would be overruled by the shorter one.
        ([holiday(1, 7)], [holiday(1, 3)], []),
        ([holiday(1, 2), holiday(3, 4)], [holiday(1, 3)], []),
        ([holiday(1, 2)], [holiday(1, 3)], [holiday(1, 3)]),
        ([holiday(1, 3, of_account("shop"))], [holiday(1, 3)], [holiday(1, 3)]),
        ([work(10)], [work(10), holiday(10, 10)], [holiday(10, 10)]),
    ],
)
def test_what_is_there_already_is_left_alone(
    there: list[SpecialDays], new: list[SpecialDays], added: list[SpecialDays]
) -> None:
    assert missing(new, there) == added


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("元旦", "元旦"),
        ("Chinese New Year (Spring Festival)", "Chinese New Year"),
        ("Restoration of Independence Day", "Restoration of Independence D…"),
        ("春节（农历新年，全国放假，请各位同事提前安排好工作与出行，谢谢配合）", "春节"),
    ],
)
def test_long_names_lose_their_brackets_first(name: str, short: str) -> None:
    assert shortened(name, 30) == short
