"""Weekly hours, periods and whose they are, as they are typed and shown."""

from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_bot import calendar_typed as typed
from admin_bot.commands.hours import month_view
from bot.whose import Whose
from core.calendar import ALL_DAY, OPEN_WEEK, STANDARD_WEEK, Calendar, Holiday, Week, WorkingDays
from core.errors import BadRequestText, NotFound
from core.i18n.texts import texts

DAY = ((time(9), time(18)),)
SPLIT = ((time(9), time(12)), (time(13), time(18)))
SATURDAY = ((time(10), time(14)),)
REST: tuple[()] = ()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("mon-fri 09:00-18:00", STANDARD_WEEK),
        ("周一至周五 9:00-18:00；周末 休息", STANDARD_WEEK),
        ("mon-fri 09:00-18:00; sat-sun closed", STANDARD_WEEK),
        ("daily 9:00-18:00\nsun closed\nsat rest", STANDARD_WEEK),
        ("mon-fri 09:00-12:00 13:00-18:00", ((SPLIT,) * 5) + (REST, REST)),
        ("mon-fri 9:00-18:00; sat 10:00-14:00", ((DAY,) * 5) + (SATURDAY, REST)),
        ("mon-fri 9:00-12:00; mon-fri 13:00-18:00", ((SPLIT,) * 5) + (REST, REST)),
        ("09:00-18:00", (DAY,) * 7),
        ("always", OPEN_WEEK),
        ("weekend", ((REST,) * 5) + (ALL_DAY, ALL_DAY)),
        ("fri 22:00-06:00", ((REST,) * 4) + (((time(22), time(6)),), REST, REST)),
        ("mon 00:00-24:00", (ALL_DAY, *((REST,) * 6))),
    ],
)
def test_a_week_is_read_as_people_type_it(text: str, meant: Week) -> None:
    assert typed.week(text) == meant


@pytest.mark.parametrize(
    "text", ["", ";", "closed", "noon", "mon 09:00-18:00 closed", "mon; 25:00-26:00"]
)
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(BadRequestText, match=r"rule\.bad_hours"):
        typed.week(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("09:00-12:00 13:00-18:00", SPLIT),
        ("9:00-12:00，13:00-18:00", SPLIT),
        ("always", ALL_DAY),
        ("全天", ALL_DAY),
        ("Closed", REST),
        ("休息", REST),
    ],
)
def test_the_parts_of_a_day_are_read(text: str, meant: object) -> None:
    assert typed.spans(text) == meant


@pytest.mark.parametrize("text", ["", "mon", "mon 09:00-18:00", "noon"])
def test_what_is_no_part_of_a_day_is_refused(text: str) -> None:
    with pytest.raises(BadRequestText):
        typed.spans(text)


MINUTES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
WEEKS = st.lists(
    st.lists(st.tuples(MINUTES, MINUTES), max_size=3).map(tuple), min_size=7, max_size=7
).map(tuple)


@given(WEEKS, st.sampled_from(("en", "zh-CN")))
def test_what_is_shown_can_be_typed_again(week: Week, language: str) -> None:
    assert typed.week(typed.week_words(texts(language), week)) == week


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    for read in (typed.week, typed.spans, typed.dated):
        with suppress(BadRequestText):
            read(text)


FIRST, LAST = date(2026, 10, 1), date(2026, 10, 7)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("国庆 2026-10-01..2026-10-07", ("国庆", FIRST, LAST, "")),
        ("国庆2026-10-1至2026-10-7", ("国庆", FIRST, LAST, "")),
        ("Golden week 2026/10/01 - 2026/10/07 x", ("Golden week", FIRST, LAST, "x")),
        ("2026.10.01~2026.10.07", ("", FIRST, LAST, "")),
        ("Day 2026-10-01 09:00-18:00", ("Day", FIRST, FIRST, "09:00-18:00")),
    ],
)
def test_a_period_is_found_between_words(text: str, meant: tuple[object, ...]) -> None:
    found = typed.dated(text)
    assert found is not None
    assert (found.before, found.first, found.last, found.after) == meant


def test_words_without_a_period_hold_none() -> None:
    assert typed.dated("国庆") is None
    assert typed.dated("12026-10-01") is None


@pytest.mark.parametrize("text", ["2026-13-01", "2026-02-30", "2026-10-07..2026-10-01"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(BadRequestText, match=r"holiday\.bad_period"):
        typed.dated(text)


def test_a_period_that_is_shown_can_be_typed_again() -> None:
    for first, last in ((FIRST, LAST), (FIRST, FIRST)):
        found = typed.dated(typed.period_words(first, last))
        assert found is not None
        assert (found.first, found.last) == (first, last)


DESK = Whose("", "", "t")
SHOP, FRONT = Whose("account:shop", "shop", "a1"), Whose("account:front", "front", "a2")
GROUP = Whose("group:1", "Front desk", "g1", "frontdesk")
TWIN = Whose("group:2", "shop", "g2", "shop2")
EVERYBODY = (DESK, SHOP, FRONT, GROUP, TWIN)


@pytest.mark.parametrize(
    ("text", "whose", "rest"),
    [
        ("", DESK, ""),
        ("mon-fri 09:00-18:00", DESK, "mon-fri 09:00-18:00"),
        ("shop", SHOP, ""),
        ("Shop off", SHOP, "off"),
        ("shopping off", DESK, "shopping off"),
        ("front desk off", GROUP, "off"),
        ("front off", FRONT, "off"),
        ("frontdesk\noff", GROUP, "off"),
        ("group=shop off", TWIN, "off"),
        ("account = shop off", SHOP, "off"),
        ('group="Front desk" off', GROUP, "off"),
        ("客服组＝frontdesk 关闭", GROUP, "关闭"),
    ],
)
def test_whose_hours_are_meant_stands_in_front(text: str, whose: Whose, rest: str) -> None:
    assert typed.named(EVERYBODY, text) == (whose, rest)


def test_days_name_their_owner_outright() -> None:
    """The name of a holiday may begin with that of an account."""
    assert typed.explicit(EVERYBODY, "shop closing 2026-10-01") == (DESK, "shop closing 2026-10-01")
    assert typed.explicit(EVERYBODY, "account=shop x") == (SHOP, "x")


@pytest.mark.parametrize("text", ["account=frontdesk x", "group=nobody", "账号=没有"])
def test_an_owner_that_does_not_exist_is_named(text: str) -> None:
    with pytest.raises(NotFound, match=r"hours\.unknown_owner"):
        typed.named(EVERYBODY, text)


def test_a_month_is_shown_as_a_picture() -> None:
    calendar = Calendar(
        STANDARD_WEEK,
        (WorkingDays("w", date(2026, 10, 10), date(2026, 10, 10), DAY),),
        (Holiday("h", FIRST, LAST),),
    )

    assert month_view(calendar, FIRST).splitlines() == [
        "01-04        ◆ ◆ ◆ ◆",
        "05-11  ◆ ◆ ◆ ■ ■ ■ □",
        "12-18  ■ ■ ■ ■ ■ □ □",
        "19-25  ■ ■ ■ ■ ■ □ □",
        "26-31  ■ ■ ■ ■ ■ □",
    ]
