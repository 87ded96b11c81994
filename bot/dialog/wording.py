"""How messages, times and places are put into words for our people. Pure."""

from datetime import datetime, timedelta, tzinfo

from babel import Locale

from core.i18n.texts import LANGUAGES, Texts
from core.messages import Content, Kind

NOT_KNOWN = "–"
"""Stands where we do not know something."""
_WORDLESS = frozenset({Kind.PRESS, Kind.BLOCKED, Kind.UNBLOCKED})


def in_words(content: Content, say: Texts, most: int | None = None) -> str:
    """Return a message of any kind on one line.

    Kinds without words are named, with what tells one from another: a file's name, a sticker's
    emoji, how long a recording is. A kind that we cannot render gets the fixed placeholder.
    Source: requirement CHN-02.

    Args:
        content: The message.
        say: Texts in the reader's language.
        most: Characters at the most, ``None`` for all of them.
    """
    text = "" if content.kind in _WORDLESS else content.text
    line = " ".join(f"{kind_name(content, say)} {text}".split())
    return line if most is None or len(line) <= most else line[: most - 1].rstrip() + "…"


def kind_name(content: Content, say: Texts) -> str:
    """Return what sort of thing a message is, in brackets; empty for a text."""
    if content.kind is Kind.TEXT:
        return ""
    if content.kind is Kind.PRESS:
        return say("kind.press", button=content.data.get("label") or content.text)
    parts = [say(f"kind.{content.kind.value}"), *_details(content)]
    return f"[{' '.join(parts)}]"


def _details(content: Content) -> list[str]:
    data, media = content.data, content.media
    match content.kind:
        case Kind.STICKER | Kind.DICE:
            found = [data.get("emoji"), data.get("value")]
        case Kind.CONTACT:
            found = [data.get("first_name"), data.get("last_name"), data.get("phone_number")]
        case Kind.VENUE:
            found = [data.get("title"), data.get("address")]
        case Kind.POLL:
            found = [data.get("question")]
        case Kind.DOCUMENT | Kind.AUDIO:
            found = [media.file_name if media else None]
        case Kind.VOICE | Kind.VIDEO | Kind.VIDEO_NOTE:
            seconds = media.duration_seconds if media else None
            found = [None if seconds is None else f"{seconds // 60}:{seconds % 60:02}"]
        case _:
            found = []
    return [str(fact) for fact in found if fact]


def how_long(span: timedelta, say: Texts) -> str:
    """Return how long somebody has waited, in minutes, or in hours and minutes."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 1:
        return say("span.moment")
    if minutes < 60:
        return say("span.minutes", minutes=minutes)
    return say("span.hours", hours=minutes // 60, minutes=minutes % 60)


def clock_time(at: datetime, zone: tzinfo) -> str:
    """Return *at* as HH:MM in the tenant's time zone."""
    return at.astimezone(zone).strftime("%H:%M")


def day_and_time(at: datetime | None, zone: tzinfo) -> str:
    """Return *at* to the second in the tenant's time zone. Source: requirement OTH-04."""
    return NOT_KNOWN if at is None else at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def place(region: str | None, say: Texts) -> str | None:
    """Return a region in the reader's language.

    Args:
        region: A territory code (``PT``), or words of a platform's own, which stay as they are;
            ``None`` when unknown.
        say: Texts in the reader's language.

    Returns:
        Its name; ``None`` when unknown.
    """
    if not region:
        return None
    names = Locale.parse(LANGUAGES[say.language]).territories
    return str(names.get(region.upper(), region))
