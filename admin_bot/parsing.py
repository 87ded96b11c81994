"""Reads what admins type behind a command, with Latin or Chinese punctuation alike."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

import telegram

from bot.dialog.replies import LONGEST_TITLE, is_address
from core.errors import BadRequestText
from core.messages import Content, Kind, Media
from core.playbook import Match

STAFF_ACCOUNT = "staff"
_EQUALS = re.compile("[=＝]")
_COMMAS = re.compile("[,，、\n]")
_BARS = re.compile("[|｜\n]")
_BETWEEN_REPLIES = re.compile(r"^[ \t]*-{3,}[ \t]*$", re.MULTILINE)
_HEAD = re.compile(r"\s*([^\s:：=＝|｜]{1,20})[ \t]*[:：](.*)")
_TOKENS = re.compile(r'"([^"]*)"|“([^”]*)”|(\S+)')
_PERIOD = re.compile(r"(\S*?)\s*(?:\.\.|~|～|至|到)\s*(\S*)")
_MATCHES = {
    "all": Match.ALL,
    "any": Match.ANY,
    "exact": Match.EXACT,
    "全部": Match.ALL,
    "包含所有": Match.ALL,
    "任意": Match.ANY,
    "包含任意": Match.ANY,
    "完全相同": Match.EXACT,
    "完全": Match.EXACT,
}


def halves(text: str) -> tuple[str, str]:
    """Split *text* at its first ``=`` (or ``＝``); the second half is empty where there is none."""
    found = _EQUALS.search(text)
    if found is None:
        return text.strip(), ""
    return text[: found.start()].strip(), text[found.end() :].strip()


def listed(text: str) -> tuple[str, ...]:
    """Split at commas (Latin, Chinese, ``、``) and line ends; blanks and repetitions go."""
    return _parts(_COMMAS, text)


def barred(text: str) -> tuple[str, ...]:
    """Split at ``|`` (``｜``) and line ends; blanks and repetitions are left out."""
    return _parts(_BARS, text)


def _parts(at: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in at.split(text) if part.strip()))


def replies(text: str) -> tuple[str, ...]:
    """Split at lines that hold nothing but ``---``; blank replies are left out."""
    return tuple(part.strip() for part in _BETWEEN_REPLIES.split(text) if part.strip())


def heads(text: str, names: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """Take the lines ``name: value`` off the top of *text*.

    Args:
        text: What was typed.
        names: What each name (lower case) that may stand there means.

    Returns:
        The values by meaning, and the rest of the text.
    """
    values: dict[str, str] = {}
    while True:
        line, _, rest = text.partition("\n")
        found = _HEAD.fullmatch(line)
        name = names.get(found[1].lower()) if found else None
        if found is None or name is None:
            return values, text.strip()
        values[name] = found[2].strip()
        text = rest


def tokens(text: str) -> list[str]:
    """Split at spaces; what stands in quotation marks stays together, without them."""
    return [
        (found[1] or found[2] or found[3] or "").strip()
        for found in _TOKENS.finditer(text)
        if (found[1] or found[2] or found[3] or "").strip()
    ]


def match_word(text: str) -> tuple[Match, str]:
    """Take the match mode off the front of *text*.

    Raises:
        BadRequestText: There is none.
    """
    word, _, rest = text.partition(" ")
    if "\n" in word:
        word, _, rest = text.partition("\n")
    found = _MATCHES.get(word.strip().lower())
    if found is None:
        raise BadRequestText("rule.no_match")
    return found, rest.strip()


def period(text: str) -> tuple[date | None, date | None]:
    """Read ``2026-01-01..2026-12-31``; either end may be missing.

    Raises:
        BadRequestText: That is no period.
    """
    found = _PERIOD.fullmatch(text.strip())
    if found is None or not (found[1] or found[2]):
        raise BadRequestText("faq.bad_period")
    try:
        first = date.fromisoformat(found[1]) if found[1] else None
        last = date.fromisoformat(found[2]) if found[2] else None
    except ValueError as error:
        raise BadRequestText("faq.bad_period") from error
    if first is not None and last is not None and last < first:
        raise BadRequestText("faq.bad_period")
    return first, last


def media_of(message: telegram.Message) -> tuple[Kind, Media] | None:
    """Return the file of a message as something that can be sent again; ``None`` without one."""
    if message.photo:
        # The platform lists the sizes from small to large.
        return Kind.PHOTO, _media(message.photo[-1])
    # Animations are documents as well, so they come first.
    for kind, file in (
        (Kind.ANIMATION, message.animation),
        (Kind.DOCUMENT, message.document),
        (Kind.VOICE, message.voice),
        (Kind.VIDEO, message.video),
        (Kind.AUDIO, message.audio),
        (Kind.VIDEO_NOTE, message.video_note),
        (Kind.STICKER, message.sticker),
    ):
        if file is not None:
            return kind, _media(file)
    return None


def _media(file: object) -> Media:
    duration = getattr(file, "duration", None)
    if isinstance(duration, timedelta):
        duration = duration.total_seconds()
    return Media(
        account=STAFF_ACCOUNT,
        file_id=str(getattr(file, "file_id", "")),
        file_name=getattr(file, "file_name", None),
        mime=getattr(file, "mime_type", None),
        size_bytes=getattr(file, "file_size", None),
        duration_seconds=None if duration is None else int(duration),
    )


def contents(words: str, message: telegram.Message | None) -> tuple[Content, ...]:
    """Return what is to be sent: the file of *message* with the first text below it, then the rest.

    Args:
        words: The texts, see ``replies``; may be empty where there is a file.
        message: The message with the command; ``None`` when a button was pressed.

    Returns:
        Possibly none.
    """
    texts = replies(words)
    found = None if message is None else media_of(message)
    if found is None:
        return tuple(Content(Kind.TEXT, text) for text in texts)
    kind, media = found
    first = Content(kind, texts[0] if texts else "", media)
    return first, *(Content(Kind.TEXT, text) for text in texts[1:])


def contact_of(message: telegram.Message) -> Content | None:
    """Return the person, place or address that a message shares; ``None`` when it shares none."""
    if (person := message.contact) is not None:
        facts = {
            "phone_number": person.phone_number,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "vcard": person.vcard,
        }
        return Content(Kind.CONTACT, data={name: value for name, value in facts.items() if value})
    if (venue := message.venue) is not None:
        return Content(
            Kind.VENUE,
            data={**_point(venue.location), "title": venue.title, "address": venue.address},
        )
    if (place := message.location) is not None:
        return Content(Kind.LOCATION, data=_point(place))
    return None


def _point(place: telegram.Location) -> dict[str, float]:
    return {"latitude": place.latitude, "longitude": place.longitude}


def link(words: str, message: telegram.Message | None) -> Content:
    """Read a link: its title, its address on a line of its own, and a text below it.

    A picture in *message* becomes its cover. Where there is no other line, the address is its own
    title.

    Raises:
        BadRequestText: No line is an address, or the file is no picture.
    """
    lines = [line.strip() for line in words.strip().splitlines()]
    at = next((n for n, line in enumerate(lines) if is_address(line)), None)
    if at is None:
        raise BadRequestText("rules.reply_bad_address")
    head = " ".join(lines[:at])
    below = "\n".join(lines[at + 1 :]).strip()
    found = None if message is None else media_of(message)
    if found is not None and found[0] is not Kind.PHOTO:
        raise BadRequestText("rules.reply_cover_not_picture")
    return Content(
        Kind.LINK,
        below,
        found[1] if found else None,
        title=head or lines[at][:LONGEST_TITLE],
        data={"url": lines[at]},
    )
