"""Parts of the week, as they are typed and shown."""

from contextlib import suppress
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_bot.hours_typed import hours, hours_words
from core.errors import BadRequestText
from core.i18n.texts import texts
from core.playbook import ALWAYS, Hours

WORK = frozenset(range(5))
DAY = ((time(9), time(18)),)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("always", ALWAYS),
        ("总是", ALWAYS),
        ("daily", ALWAYS),
        ("mon-fri 09:00-18:00", Hours(WORK, DAY)),
        ("Mon - Fri 9:00 – 18:00", Hours(WORK, DAY)),
        ("周一至周五 9:00-18:00", Hours(WORK, DAY)),
        ("工作日 9点到18点", Hours(WORK, DAY)),
        ("一-五，09：00～18：00", Hours(WORK, DAY)),
        ("weekend", Hours(frozenset({5, 6}))),
        ("sat-mon", Hours(frozenset({5, 6, 0}))),
        ("mon, wed, sunday", Hours(frozenset({0, 2, 6}))),
        ("星期天 周三", Hours(frozenset({2, 6}))),
        ("22:00-06:00", Hours(spans=((time(22), time(6)),))),
        ("8:00-24:00", Hours(spans=((time(8), time(0)),))),
        ("09:00-12:00, 13:30-18:00", Hours(spans=((time(9), time(12)), (time(13, 30), time(18))))),
    ],
)
def test_hours_are_read_as_people_type_them(typed: str, meant: Hours) -> None:
    assert hours(typed) == meant


@pytest.mark.parametrize(
    "typed",
    ["", " ", "noon", "mon-", "mon-09:00", "09:00", "25:00-26:00", "09:60-10:00", "9-18-20",
     " ".join(["09:00-10:00"] * 11)],
)  # fmt: skip
def test_what_is_no_time_of_the_week_is_refused(typed: str) -> None:
    with pytest.raises(BadRequestText) as refused:
        hours(typed)

    assert refused.value.key == "rule.bad_hours"


CLOCKS = st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None))


@given(
    st.frozensets(st.integers(0, 6), max_size=6),
    st.lists(st.tuples(CLOCKS, CLOCKS), max_size=5).map(tuple),
    st.sampled_from(["en", "zh-CN"]),
)
def test_what_is_shown_can_be_typed_again(
    weekdays: frozenset[int], spans: tuple[tuple[time, time], ...], language: str
) -> None:
    meant = Hours(weekdays, spans)

    assert hours(hours_words(texts(language), meant)) == meant


@given(st.text(max_size=40))
def test_no_text_does_harm(typed: str) -> None:
    with suppress(BadRequestText):
        assert isinstance(hours(typed), Hours)
