"""When the desk is open: precedence, parts of days, and what clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.calendar import (
    ALL_DAY,
    HORIZON,
    OPEN_WEEK,
    STANDARD_WEEK,
    TENANT,
    Calendar,
    Closed,
    Holiday,
    Open,
    Span,
    Week,
    WorkingDays,
    account_in,
    group_in,
    of_account,
    of_group,
)
from core.playbook import Playbook, calendar_for

SHANGHAI = ZoneInfo("Asia/Shanghai")
LISBON = ZoneInfo("Europe/Lisbon")
NEW_YORK = ZoneInfo("America/New_York")
DAY: tuple[Span, ...] = ((time(9), time(18)),)
SPLIT: tuple[Span, ...] = ((time(9), time(12)), (time(13), time(18)))
NIGHT: tuple[Span, ...] = ((time(22), time(6)),)
NEVER: Week = ((),) * 7


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def says(calendar: Calendar, text: str, zone: ZoneInfo = SHANGHAI) -> str:
    """Return ``open``, ``closed`` or the name of the holiday at a moment."""
    state = calendar.state_at(at(text, zone))
    if isinstance(state, Open):
        return "open"
    return state.holiday.name if state.holiday else "closed"


def opens(calendar: Calendar, text: str, zone: ZoneInfo = SHANGHAI) -> str | None:
    """Return the wall clock of the next opening."""
    state = calendar.state_at(at(text, zone))
    assert isinstance(state, Closed)
    return state.opens.strftime("%Y-%m-%d %H:%M %z") if state.opens else None


NATIONAL = Holiday("National", date(2026, 10, 1), date(2026, 10, 7), "We rest.", 1)
MAKE_UP = WorkingDays("Make-up", date(2026, 10, 10), date(2026, 10, 10), SPLIT, 2)
INVENTORY = WorkingDays("Inventory", date(2026, 10, 5), date(2026, 10, 5), NIGHT, 3)
YEAR = Calendar(STANDARD_WEEK, (MAKE_UP, INVENTORY), (NATIONAL,))


@pytest.mark.requirement("PRM-13")
@pytest.mark.parametrize(
    ("when", "state"),
    [
        ("2026-09-28 08:59:59", "closed"),  # a Monday
        ("2026-09-28 09:00", "open"),
        ("2026-10-02 12:00", "National"),
        ("2026-09-25 17:59:59", "open"),  # a Friday
        ("2026-09-25 18:00", "closed"),
        ("2026-09-26 12:00", "closed"),
        ("2026-09-27 12:00", "closed"),
        # The holiday lasts from the first second of its first day to the last of its last.
        ("2026-09-30 23:59:59", "closed"),
        ("2026-10-01 00:00", "National"),
        ("2026-10-07 23:59:59", "National"),
        ("2026-10-08 00:00", "closed"),
        ("2026-10-08 09:00", "open"),
        # A Saturday that is worked, with a break at noon.
        ("2026-10-10 08:59", "closed"),
        ("2026-10-10 11:59", "open"),
        ("2026-10-10 12:00", "closed"),
        ("2026-10-10 13:00", "open"),
        # Working days come before the holiday around them, also past midnight; outside their parts
        # it is an ordinary evening, not the holiday.
        ("2026-10-05 12:00", "closed"),
        ("2026-10-05 22:00", "open"),
        ("2026-10-06 05:59", "open"),
        ("2026-10-06 06:00", "National"),
    ],
)
def test_working_days_come_before_holidays_and_those_before_the_week(when: str, state: str) -> None:
    assert says(YEAR, when) == state


@pytest.mark.parametrize(
    ("when", "next_opening"),
    [
        ("2026-09-28 08:59:59", "2026-09-28 09:00 +0800"),
        ("2026-09-28 18:00", "2026-09-29 09:00 +0800"),
        ("2026-09-25 18:00", "2026-09-28 09:00 +0800"),
        ("2026-09-30 18:00", "2026-10-05 22:00 +0800"),
        ("2026-10-06 06:00", "2026-10-08 09:00 +0800"),
        ("2026-10-09 18:00", "2026-10-10 09:00 +0800"),
        ("2026-10-10 12:30", "2026-10-10 13:00 +0800"),
    ],
)
def test_the_next_opening_is_told(when: str, next_opening: str) -> None:
    assert opens(YEAR, when) == next_opening


def test_the_next_opening_is_looked_for_sixty_days_ahead() -> None:
    def with_day(day: date) -> Calendar:
        return Calendar(NEVER, (WorkingDays("w", day, day, ((time(12), time(13)),)),))

    now = "2026-01-01 12:00"
    day = date(2026, 1, 1) + timedelta(days=60)

    assert opens(with_day(day), now) == f"{day} 12:00 +0800"
    assert opens(with_day(day), "2026-01-01 11:59") is None
    assert opens(Calendar(NEVER), now) is None


@pytest.mark.parametrize(
    ("when", "state"),
    [
        ("2026-11-20 21:59", "closed"),  # a Friday
        ("2026-11-20 22:00", "open"),
        ("2026-11-21 00:00", "open"),
        ("2026-11-21 05:59", "open"),
        ("2026-11-21 06:00", "closed"),
        ("2026-11-21 22:30", "closed"),
        # Sunday night runs into Monday, over the end of the week.
        ("2026-11-22 23:00", "open"),
        ("2026-11-23 05:59", "open"),
        # The night before a holiday ends where the holiday begins.
        ("2026-11-24 23:59", "open"),
        ("2026-11-25 00:00", "Day off"),
        ("2026-11-26 01:00", "closed"),
    ],
)
def test_what_runs_past_midnight_belongs_to_the_day_on_which_it_starts(
    when: str, state: str
) -> None:
    week = (*((NIGHT,) * 5), (), NIGHT)
    off = Holiday("Day off", date(2026, 11, 25), date(2026, 11, 25))

    assert says(Calendar(week, (), (off,)), when) == state


def test_of_several_holidays_the_shortest_counts_and_of_equal_ones_the_first() -> None:
    first, last = date(2026, 12, 20), date(2027, 1, 5)
    long = Holiday("Long", first, last, id=1)
    short = Holiday("Short", date(2026, 12, 24), date(2026, 12, 26), id=2)
    twin = Holiday("Twin", date(2026, 12, 25), date(2026, 12, 27), id=3)
    calendar = Calendar(None, (), (long, twin, short))

    assert says(calendar, "2026-12-23 12:00") == "Long"
    assert says(calendar, "2026-12-25 12:00") == "Short"
    assert says(calendar, "2026-12-27 12:00") == "Twin"


def test_of_several_working_days_all_parts_count() -> None:
    day = date(2026, 11, 21)
    one, two = WorkingDays("a", day, day, SPLIT[1:]), WorkingDays("b", day, day, SPLIT[:1])

    assert Calendar(NEVER, (one, two)).spans_on(day) == SPLIT


@pytest.mark.parametrize(
    ("calendar", "limited"),
    [
        (Calendar(), False),
        (Calendar(None, (MAKE_UP,)), False),
        (Calendar(STANDARD_WEEK), True),
        (Calendar(None, (), (NATIONAL,)), True),
        (Calendar().above(Calendar(STANDARD_WEEK)), True),
    ],
)
def test_without_hours_and_holidays_it_is_always_open(calendar: Calendar, limited: bool) -> None:
    assert calendar.limited is limited
    if not limited:
        assert says(calendar, "2026-11-22 03:00") == "open"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        Calendar().state_at(datetime(2026, 11, 22, 12))  # noqa: DTZ001


# -- the whole desk, accounts and groups -----------------------------------------------------------


def test_owners_are_read_back() -> None:
    assert account_in(of_account("shop")) == "shop"
    assert group_in(of_group(12)) == 12
    for owner in (TENANT, of_group(12)):
        assert account_in(owner) is None
    for owner in (TENANT, of_account("group")):
        assert group_in(owner) is None


@pytest.mark.requirement("PRM-14")
def test_the_groups_calendar_comes_before_the_accounts_and_that_before_the_desks() -> None:
    evening: Week = ((SPLIT[0], (time(20), time(22))),) * 7
    book = Playbook(
        calendars={
            TENANT: Calendar(STANDARD_WEEK, (MAKE_UP,), (NATIONAL,)),
            of_account("shop"): Calendar(evening),
            of_group(7): Calendar(OPEN_WEEK, (INVENTORY,)),
            of_group(8): Calendar(None, (), (Holiday("Ours", MAKE_UP.first, MAKE_UP.last),)),
        }
    )

    def state(account: str, group: int | None, when: str) -> str:
        return says(calendar_for(book, account, group), when)

    assert state("club", None, "2026-11-23 15:00") == "open"
    assert state("club", None, "2026-11-23 21:00") == "closed"
    assert state("shop", None, "2026-11-23 15:00") == "closed"
    assert state("shop", None, "2026-11-23 10:00") == "open"  # several parts a day
    assert state("shop", None, "2026-11-23 21:00") == "open"
    assert state("shop", 7, "2026-11-23 03:00") == "open"
    # A group without hours has the account's.
    assert state("shop", 8, "2026-11-23 21:00") == "open"
    # Days of the whole desk count for all who say nothing about them ...
    assert state("shop", 7, "2026-10-02 12:00") == "National"
    assert state("shop", None, "2026-10-10 15:00") == "open"
    # ... and those of the group come first, a holiday before the desk's working day too.
    assert state("shop", 7, "2026-10-05 23:00") == "open"
    assert state("shop", 8, "2026-10-10 15:00") == "Ours"


def test_a_desk_that_never_set_hours_is_always_open() -> None:
    calendar = calendar_for(Playbook(), "shop", 3)

    assert says(calendar, "2026-11-22 03:00") == "open"
    assert not calendar.limited


# -- clocks that are put forward and back ----------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "spans", "when", "next_opening"),
    [
        # Lisbon leaps from 01:00 to 02:00 on 2026-03-29, New York from 02:00 to 03:00 on 03-08.
        (LISBON, ((time(9), time(18)),), "2026-03-29 00:30", "2026-03-29 09:00 +0100"),
        (LISBON, ((time(1, 30), time(3)),), "2026-03-29 00:30", "2026-03-29 02:00 +0100"),
        (LISBON, ((time(1, 10), time(1, 50)),), "2026-03-29 00:30", "2026-03-30 01:10 +0100"),
        (NEW_YORK, ((time(2, 30), time(4)),), "2026-03-08 01:30", "2026-03-08 03:00 -0400"),
        # They show an hour twice on 2026-10-25 (01:00 to 02:00) and 2026-11-01 (01:00 to 02:00).
        (LISBON, ((time(1, 15), time(1, 45)),), "2026-10-25 00:30", "2026-10-25 01:15 +0100"),
        (NEW_YORK, ((time(0, 30), time(1, 30)),), "2026-11-01 01:40", "2026-11-01 01:00 -0500"),
        (NEW_YORK, ((time(9), time(18)),), "2026-10-31 18:00", "2026-11-01 09:00 -0500"),
    ],
)
def test_the_wall_clock_decides_when_it_is_put_forward_or_back(
    zone: ZoneInfo, spans: tuple[Span, ...], when: str, next_opening: str
) -> None:
    assert opens(Calendar((spans,) * 7), when, zone) == next_opening


def test_a_part_is_open_both_times_that_the_clock_shows_it() -> None:
    calendar = Calendar((((time(1, 15), time(1, 45)),),) * 7)
    twice = at("2026-10-25 01:30", LISBON)

    assert calendar.state_at(twice) == calendar.state_at(twice.replace(fold=1)) == Open()
    between = calendar.state_at(at("2026-10-25 01:50", LISBON))
    assert isinstance(between, Closed)
    assert between.opens is not None
    assert between.opens.astimezone(UTC) == datetime(2026, 10, 25, 1, 15, tzinfo=UTC)


def test_a_date_that_a_place_has_leapt_over_is_no_day() -> None:
    """Samoa went from the evening of 2011-12-29 to the morning of 2011-12-31."""
    calendar = Calendar((DAY,) * 7)

    state = calendar.state_at(at("2011-12-29 20:00", ZoneInfo("Pacific/Apia")))

    assert isinstance(state, Closed)
    assert state.opens == at("2011-12-31 09:00", ZoneInfo("Pacific/Apia"))


# -- whatever is taught ----------------------------------------------------------------------------

QUARTERS = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30, 45)))
SPANS = st.lists(st.tuples(QUARTERS, QUARTERS), max_size=3).map(tuple)
WEEKS = st.lists(SPANS, min_size=7, max_size=7).map(tuple)
ZONES = st.sampled_from((SHANGHAI, LISBON, NEW_YORK, ZoneInfo("America/Havana")))
AROUND = st.sampled_from(
    (date(2026, 3, 7), date(2026, 3, 28), date(2026, 10, 24), date(2026, 10, 31))
)


@st.composite
def calendars(draw: st.DrawFn, first: date) -> Calendar:
    def period() -> tuple[date, date]:
        start = first + timedelta(days=draw(st.integers(-2, 6)))
        return start, start + timedelta(days=draw(st.integers(0, 3)))

    def own() -> Calendar:
        working = [
            WorkingDays(f"w{n}", *period(), draw(SPANS)) for n in range(draw(st.integers(0, 2)))
        ]
        holidays = [Holiday(f"h{n}", *period(), id=n) for n in range(draw(st.integers(0, 2)))]
        return Calendar(draw(st.none() | WEEKS), tuple(working), tuple(holidays))

    return own().above(own()) if draw(st.booleans()) else own()


def _is_open(calendar: Calendar, moment: datetime) -> bool:
    """Ask the parts themselves, not the state: whether a wall clock lies in one of them."""
    clock, today = moment.time(), moment.date()
    yesterday = today - timedelta(days=1)
    if any(
        start <= clock and (clock < end or end <= start) for start, end in _parts(calendar, today)
    ):
        return True
    if calendar.holiday_on(today) and not _worked(calendar, yesterday):
        return False
    return any(clock < end <= start for start, end in _parts(calendar, yesterday))


def _worked(calendar: Calendar | None, day: date) -> bool:
    while calendar is not None:
        if any(one.first <= day <= one.last for one in calendar.working):
            return True
        if any(one.first <= day <= one.last for one in calendar.holidays):
            return False
        calendar = calendar.wider
    return False


def _parts(calendar: Calendar, day: date) -> tuple[Span, ...]:
    """Return what the highest word about *day* says."""
    one: Calendar | None = calendar
    while one is not None:
        worked = [w for w in one.working if w.first <= day <= w.last]
        if worked:
            return tuple(span for days in worked for span in days.spans)
        if any(h.first <= day <= h.last for h in one.holidays):
            return ()
        one = one.wider
    one = calendar
    while one is not None:
        if one.week is not None:
            return one.week[day.weekday()]
        one = one.wider
    return ALL_DAY


@settings(max_examples=150, deadline=None)
@given(st.data(), AROUND, ZONES)
def test_at_any_moment_there_is_one_state_and_nothing_before_the_next_opening_is_open(
    data: st.DataObject, first: date, zone: ZoneInfo
) -> None:
    calendar = data.draw(calendars(first))
    minutes = data.draw(st.integers(0, 5 * 24 * 60))
    now = datetime.combine(first, time(0), UTC) + timedelta(minutes=minutes)
    local = now.astimezone(zone)

    state = calendar.state_at(local)

    assert isinstance(state, Open) is _is_open(calendar, local)
    if isinstance(state, Open):
        return
    assert state.holiday == calendar.holiday_on(local.date())
    last = now + min(HORIZON, timedelta(days=9))
    if state.opens is not None:
        assert now < state.opens.astimezone(UTC) <= now + HORIZON
        assert calendar.state_at(state.opens) == Open()
        last = min(last, state.opens.astimezone(UTC))
    step = now.replace(minute=now.minute // 15 * 15) + timedelta(minutes=15)
    while step < last:
        assert not _is_open(calendar, step.astimezone(zone))
        step += timedelta(minutes=15)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.dates(date(2026, 5, 1), date(2026, 8, 1)), ZONES)
def test_the_open_time_is_the_sum_of_the_open_moments(
    data: st.DataObject, first: date, zone: ZoneInfo
) -> None:
    """Counted in quarters of an hour, on days without a clock change: all parts begin with one."""
    calendar = data.draw(calendars(first))
    start = datetime.combine(first, time(0), zone) + timedelta(
        minutes=15 * data.draw(st.integers(0, 2 * 96))
    )
    quarters = data.draw(st.integers(0, 3 * 96))
    steps = [start + timedelta(minutes=15) * n for n in range(quarters)]

    found = calendar.open_time(start, start + timedelta(minutes=15) * quarters)

    assert found == timedelta(minutes=15) * sum(_is_open(calendar, step) for step in steps)


@pytest.mark.parametrize(
    ("when", "until", "hours"),
    [
        pytest.param("2026-03-29 00:00", "2026-03-29 06:00", 5, id="an hour is leapt over"),
        pytest.param("2026-10-25 00:00", "2026-10-25 06:00", 7, id="an hour comes twice"),
        pytest.param("2026-10-25 06:00", "2026-10-25 06:00", 0, id="no time at all"),
        pytest.param("2026-10-25 06:00", "2026-10-25 05:00", 0, id="backwards"),
    ],
)
def test_the_open_time_is_real_time_when_clocks_change(when: str, until: str, hours: int) -> None:
    open_always = Calendar()

    assert open_always.open_time(at(when, LISBON), at(until, LISBON)) == timedelta(hours=hours)


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), WEEKS)
@example(date(2026, 11, 21), STANDARD_WEEK)
@example(date(2026, 11, 20), STANDARD_WEEK)
def test_the_parts_of_a_day_are_those_of_its_weekday(day: date, week: Week) -> None:
    assert Calendar(week).spans_on(day) == tuple(sorted(week[day.weekday()]))
    assert Calendar(week).holiday_on(day) is None
