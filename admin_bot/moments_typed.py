"""Moments as people type them: ``10m``, ``2h``, ``18:00``, ``tomorrow 9:00``."""

import re
from datetime import UTC, datetime, time, timedelta

from core.errors import BadRequestText

MOST = timedelta(days=30)
"""How far ahead a moment may be."""
_UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "分", "分钟"), timedelta(minutes=1)),
    **dict.fromkeys(("h", "hour", "hours", "时", "小时", "个小时"), timedelta(hours=1)),
    **dict.fromkeys(("d", "day", "days", "天"), timedelta(days=1)),
}
_DAYS = {
    "": None,
    **dict.fromkeys(("today", "今天"), 0),
    **dict.fromkeys(("tomorrow", "明天"), 1),
    "后天": 2,
}
_LEAD = re.compile(r"^(?:until|till|at|in|for|到|至|直到)\s*")
_SPAN = re.compile(r"(\d{1,5})\s*([a-z]+|[一-鿿]+?)(?=\d|\s|$)\s*")
_CLOCK = re.compile(r"([^\d\s]*)\s*(\d{1,2})(?:[:：.点](\d{2})?)")


def moment(words: str, local: datetime) -> datetime:
    """Read a span from now or a time of day; a time that is over today is tomorrow's.

    Args:
        words: What was typed.
        local: The moment by the tenant's clocks, in the tenant's time zone.

    Returns:
        The moment, UTC; it lies ahead.

    Raises:
        BadRequestText: It is neither, it is over, or it is too far ahead.
    """
    typed = _LEAD.sub("", " ".join(words.lower().split()))
    now = local.astimezone(UTC)
    span = _span(typed)
    found = _time(typed, local) if span is None else now + span
    if found is None or not now < found <= now + MOST:
        raise BadRequestText("moment.bad", days=MOST.days)
    return found


def _span(typed: str) -> timedelta | None:
    total, at = timedelta(), 0
    while at < len(typed):
        found = _SPAN.match(typed, at)
        if found is None or found[2] not in _UNITS:
            return None
        total += int(found[1]) * _UNITS[found[2]]
        at = found.end()
    return total if typed else None


def _time(typed: str, local: datetime) -> datetime | None:
    found = _CLOCK.fullmatch(typed)
    if found is None or found[1] not in _DAYS:
        return None
    hour, minute = int(found[2]), int(found[3] or 0)
    if (hour, minute) == (24, 0):
        hour, midnight = 0, 1
    else:
        midnight = 0
    if hour > 23 or minute > 59:
        return None
    ahead = _DAYS[found[1]]
    day = local.date() + timedelta(days=(ahead or 0) + midnight)
    when = datetime.combine(day, time(hour, minute), local.tzinfo).astimezone(UTC)
    if ahead is None and when <= local.astimezone(UTC):
        when = datetime.combine(
            day + timedelta(days=1), time(hour, minute), local.tzinfo
        ).astimezone(UTC)
    return when
