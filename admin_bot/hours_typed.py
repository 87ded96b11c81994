"""Parts of the week as people type and read them: ``mon-fri 09:00-18:00``."""

import re
from datetime import time

from core.errors import BadRequestText
from core.i18n.texts import Texts
from core.playbook import ALWAYS, Hours

_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CHINESE = "一二三四五六日"
_SPELLED = {
    **{name: number for number, name in enumerate(_NAMES)},
    **{
        name: number
        for number, name in enumerate(
            ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
        )
    },
    **{
        f"{week}{day}": number
        for number, day in enumerate(_CHINESE)
        for week in ("", "周", "星期", "礼拜")
    },
    **dict.fromkeys(("周天", "星期天", "礼拜天", "天"), 6),
}
_SETS = {
    **dict.fromkeys(("weekdays", "workdays", "工作日"), frozenset(range(5))),
    **dict.fromkeys(("weekend", "weekends", "周末"), frozenset((5, 6))),
    **dict.fromkeys(("daily", "everyday", "每天"), frozenset(range(7))),
}
ALWAYS_WORDS = frozenset(
    {"always", "any time", "总是", "长期", "长期有效", "永久", "随时", "全天", "不限"}
)
"""What people write for no limit at all."""
_BETWEEN = re.compile(r"[\s,，、;；]+")
_RANGE = re.compile(r"\s*(?:-|–|—|~|～|至|到)\s*")
_CLOCK = re.compile(r"(\d{1,2})[:：.点](\d{2})?")
MOST_SPANS = 10


def hours(text: str) -> Hours:
    """Read days and times in any order; no days means every day, no times the whole day.

    ``mon-fri 09:00-18:00, 20:00-22:00``, ``周一至周五 9:00-18:00``, ``weekend``, ``22:00-06:00``
    (past midnight), ``always``.

    Raises:
        BadRequestText: Something in it is neither a day nor a time.
    """
    words = text.strip().lower()
    if words in ALWAYS_WORDS:
        return ALWAYS
    days: set[int] = set()
    spans: list[tuple[time, time]] = []
    for part in _BETWEEN.split(_RANGE.sub("-", words)):
        if not part:
            continue
        found = _days(part)
        if found is not None:
            days |= found
        else:
            spans.append(_span(part))
    if (not days and not spans) or len(spans) > MOST_SPANS:
        raise BadRequestText("rule.bad_hours")
    return Hours(frozenset() if len(days) == 7 else frozenset(days), tuple(spans))


def _days(part: str) -> frozenset[int] | None:
    if part in _SETS:
        return _SETS[part]
    first, dash, last = part.partition("-")
    if first not in _SPELLED or (dash and last not in _SPELLED):
        return None
    start = _SPELLED[first]
    end = _SPELLED[last] if dash else start
    # "sat-mon" goes over the end of the week.
    return frozenset((start + step) % 7 for step in range((end - start) % 7 + 1))


def _span(part: str) -> tuple[time, time]:
    first, dash, last = part.partition("-")
    if not dash:
        raise BadRequestText("rule.bad_hours")
    return _clock(first), _clock(last)


def _clock(part: str) -> time:
    found = _CLOCK.fullmatch(part)
    if found is None:
        raise BadRequestText("rule.bad_hours")
    hour, minute = int(found[1]), int(found[2] or 0)
    if (hour, minute) == (24, 0):
        return time(0)
    if hour > 23 or minute > 59:
        raise BadRequestText("rule.bad_hours")
    return time(hour, minute)


def hours_words(say: Texts, of: Hours) -> str:
    """Return parts of the week in words; what ``hours`` reads again."""
    if of == ALWAYS:
        return say("word.always")
    names = say("rules.word_weekdays").split()
    days = " ".join(
        names[first] if first == last else f"{names[first]}-{names[last]}"
        for first, last in _runs(sorted(of.weekdays))
    )
    times = ", ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in of.spans)
    return f"{days} {times}".strip()


def _runs(days: list[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for day in days:
        if runs and runs[-1][1] == day - 1:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs
