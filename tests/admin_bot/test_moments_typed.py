"""Moments as people type them, in both languages."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from admin_bot.moments_typed import moment
from core.errors import BadRequestText

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 20, 0, tzinfo=SHANGHAI)
"""A Sunday evening."""


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("10m", "22 20:10"),
        ("90 minutes", "22 21:30"),
        ("10分钟", "22 20:10"),
        ("2h", "22 22:00"),
        ("2小时", "22 22:00"),
        ("1h30m", "22 21:30"),
        ("1小时30分", "22 21:30"),
        ("3 d", "25 20:00"),
        ("2天", "24 20:00"),
        ("21:00", "22 21:00"),
        ("until 21:00", "22 21:00"),
        ("到 21:00", "22 21:00"),
        ("21：30", "22 21:30"),
        ("21点", "22 21:00"),
        ("18:00", "23 18:00"),
        ("24:00", "23 00:00"),
        ("tomorrow 9:00", "23 09:00"),
        ("Tomorrow 21:00", "23 21:00"),
        ("明天 9:00", "23 09:00"),
        ("明天9点", "23 09:00"),
        ("后天 9:00", "24 09:00"),
        ("today 21:00", "22 21:00"),
    ],
)
def test_spans_and_times_of_day_are_understood(typed: str, told: str) -> None:
    found = moment(typed, NOW)

    assert f"{found.astimezone(SHANGHAI):%d %H:%M}" == told
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "typed",
    ["", "soon", "0m", "31 d", "today 19:00", "25:00", "9", "12:75", "10", "5 x", "10m later"],
)
def test_what_is_no_moment_ahead_is_refused(typed: str) -> None:
    with pytest.raises(BadRequestText) as refusal:
        moment(typed, NOW)

    assert refusal.value.key == "moment.bad"


def test_a_span_counts_real_time_over_a_change_of_the_clock() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 10, 25, 1, 30, tzinfo=berlin)

    assert moment("3h", before) == datetime(2026, 10, 25, 2, 30, tzinfo=UTC)
    assert moment("9:00", before) == datetime(2026, 10, 25, 8, 0, tzinfo=UTC)
