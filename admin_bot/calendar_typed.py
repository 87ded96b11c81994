"""Weekly hours, periods and whose they are, as people type and read them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from admin_bot.hours_typed import ALWAYS_WORDS, hours, hours_words
from bot.whose import Whose
from core.calendar import ALL_DAY, Span, Week
from core.errors import BadRequestText, NotFound
from core.i18n.texts import Texts
from core.playbook import Hours

_CLOSED = frozenset(
    {"closed", "rest", "none", "day off", "休息", "不营业", "不上班", "放假", "关闭"}
)
_PARTS = re.compile(r"[;；\n]+")
_REST = re.compile(r"(.*?)\s*(?:closed|rest|休息|不营业|不上班|放假)", re.IGNORECASE)
_DAY = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
_PERIOD = re.compile(
    rf"(?<!\d)({_DAY})(?:(?:\s*(?:\.\.|~|～|–|—|至|到)\s*|\s+-\s+)({_DAY}))?(?!\d)"
)
_EXPLICIT = re.compile(
    r"(account|账号|group|组|客服组)\s*[=＝]\s*(?:\"([^\"]*)\"|“([^”]*)”|(\S+))\s*",
    re.IGNORECASE,
)


def week(text: str) -> Week:
    """Read a whole week: parts between semicolons or on lines of their own.

    ``mon-fri 09:00-12:00 13:00-18:00; sat 10:00-14:00``: a day that no part names is a day off, a
    part without days is for every day, one without times for the whole day.

    Raises:
        BadRequestText: Something in it is neither a day nor a time.
    """
    found: list[tuple[Span, ...]] = [()] * 7
    parts = [part.strip() for part in _PARTS.split(text) if part.strip()]
    if not parts:
        raise BadRequestText("rule.bad_hours")
    for part in parts:
        rest = _REST.fullmatch(part)
        if rest is not None:
            if hours(rest[1]).spans:
                raise BadRequestText("rule.bad_hours")
            for weekday in _weekdays(hours(rest[1])):
                found[weekday] = ()
            continue
        meant = hours(part)
        for weekday in _weekdays(meant):
            found[weekday] += meant.spans or ALL_DAY
    return tuple(found)


def spans(text: str) -> tuple[Span, ...]:
    """Read the parts of one day: ``09:00-12:00 13:00-18:00``, ``always``, ``closed``.

    Raises:
        BadRequestText: It is none of these.
    """
    words = text.strip().lower()
    if words in _CLOSED:
        return ()
    if words in ALWAYS_WORDS:
        return ALL_DAY
    meant = hours(words)
    if meant.weekdays or not meant.spans:
        raise BadRequestText("hours.bad_times")
    return meant.spans


def _weekdays(meant: Hours) -> Sequence[int]:
    return sorted(meant.weekdays) or range(7)


def week_words(say: Texts, of: Week) -> str:
    """Return a week in words, days alike on one line; what ``week`` reads again."""
    lines = []
    for parts in dict.fromkeys(of):
        alike = frozenset(weekday for weekday in range(7) if of[weekday] == parts)
        lines.append(f"{hours_words(say, Hours(alike))} {spans_words(say, parts)}")
    return "\n".join(lines)


def spans_words(say: Texts, of: Sequence[Span]) -> str:
    """Return the parts of a day in words; what ``spans`` reads again."""
    if not of:
        return say("hours.word_closed")
    # Midnight at the end of a part is the end of that day.
    return ", ".join(
        f"{start:%H:%M}-{end:%H:%M}" if end.hour or end.minute else f"{start:%H:%M}-24:00"
        for start, end in of
    )


@dataclass(frozen=True, slots=True)
class Dated:
    """Words around a period.

    Args:
        before: What stands before it.
        first: The first day.
        last: The last day.
        after: What stands behind it.
    """

    before: str
    first: date
    last: date
    after: str


def dated(text: str) -> Dated | None:
    """Find a period, or one day, in *text*; ``None`` where there is none.

    ``国庆 2026-10-01..2026-10-07``, ``2026-10-10 09:00-18:00``.

    Raises:
        BadRequestText: There is no such day, or the last lies before the first.
    """
    found = _PERIOD.search(text)
    if found is None:
        return None
    try:
        first = _date(found[1])
        last = _date(found[2]) if found[2] else first
    except ValueError as error:
        raise BadRequestText("holiday.bad_period") from error
    if last < first:
        raise BadRequestText("holiday.bad_period")
    return Dated(text[: found.start()].strip(), first, last, text[found.end() :].strip())


def _date(text: str) -> date:
    year, month, day = re.split("[-/.]", text)
    return date(int(year), int(month), int(day))


def period_words(first: date, last: date) -> str:
    """Return a period, or one day; what ``dated`` reads again."""
    return f"{first}" if first == last else f"{first}..{last}"


def explicit(everybody: Sequence[Whose], text: str) -> tuple[Whose, str]:
    """Take ``account=shop`` or ``group=frontdesk`` off the front; without it: the whole desk's.

    Raises:
        NotFound: There is no such account or group.
    """
    found = _EXPLICIT.match(text)
    if found is None:
        return everybody[0], text.strip()
    name = (found[2] or found[3] or found[4] or "").strip()
    kind = "a" if found[1].lower() in {"account", "账号"} else "g"
    for whose in everybody:
        if whose.ref.startswith(kind) and name.casefold() in _called(whose):
            return whose, text[found.end() :].strip()
    raise NotFound("hours.unknown_owner", name=name, known=_names(everybody, kind))


def named(everybody: Sequence[Whose], text: str) -> tuple[Whose, str]:
    """Take the owner off the front, also when only its name stands there.

    An account's name comes before a group's, a longer name before a shorter one.

    Raises:
        NotFound: ``account=`` or ``group=`` names one that does not exist.
    """
    if _EXPLICIT.match(text):
        return explicit(everybody, text)
    words = text.strip()
    folded = words.casefold()
    best: tuple[int, Whose] | None = None
    for whose in everybody:
        for name in _called(whose):
            begins = folded == name or (folded.startswith(name) and folded[len(name)].isspace())
            if begins and (best is None or len(name) > best[0]):
                best = len(name), whose
    if best is None:
        return everybody[0], words
    return best[1], words[best[0] :].strip()


def _called(whose: Whose) -> set[str]:
    return {name.casefold() for name in (whose.name, whose.identifier) if name}


def _names(everybody: Sequence[Whose], kind: str) -> str:
    known = [one.identifier or one.name for one in everybody if one.ref.startswith(kind)]
    return ", ".join(known) or "–"
