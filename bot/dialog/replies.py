"""What a message that the desk keeps, to send it of its own accord, may be."""

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from core.errors import BadRequestText
from core.messages import Content, Kind, Media

LONGEST_TEXT = 4096
LONGEST_TITLE = 100
LONGEST_ADDRESS = 2048
MOST_SECONDS = 60
"""Longest voice message. Source: requirement ARP-08."""
MOST_VOICE_BYTES = MOST_VIDEO_BYTES = 10 * 1024 * 1024
"""Largest recording and film. Source: requirements ARP-08, ARP-09."""
MOST_FILE_BYTES = 20 * 1024 * 1024
"""Largest file that one account can fetch from another. Source: Bot API, getFile."""
WAV = frozenset({"audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"})
_SCHEMES = ("http", "https", "tg")
_FILMS = (Kind.VIDEO, Kind.VIDEO_NOTE, Kind.ANIMATION)
_SENT = frozenset(
    {
        Kind.TEXT,
        Kind.PHOTO,
        Kind.VOICE,
        Kind.VIDEO,
        Kind.VIDEO_NOTE,
        Kind.ANIMATION,
        Kind.DOCUMENT,
        Kind.AUDIO,
        Kind.STICKER,
        Kind.CONTACT,
        Kind.LOCATION,
        Kind.VENUE,
        Kind.LINK,
        Kind.FAQ_CARD,
    }
)


def is_wav(content: Content) -> bool:
    """Say whether a file calls itself a wav recording, by its type or its name."""
    media = content.media
    if media is None:
        return False
    mime = (media.mime or "").partition(";")[0].strip().lower()
    return mime in WAV or PurePosixPath((media.file_name or "").lower()).suffix == ".wav"


def is_sound(content: Content) -> bool:
    """Say whether a content is an uploaded sound of any format, so that it can only be a voice."""
    mime = ((content.media.mime if content.media else None) or "").lower()
    return content.kind is Kind.AUDIO or (
        content.kind is Kind.DOCUMENT and (mime.startswith("audio/") or is_wav(content))
    )


def check(content: Content) -> None:
    """Make sure that a content can be kept and sent.

    The length of an uploaded recording must stand in ``content.media.duration_seconds``.

    Raises:
        BadRequestText: It is too long, too large, of a kind or format that is not sent, or empty;
            the text says what is accepted.
    """
    if content.kind not in _SENT:
        raise BadRequestText("rules.reply_kind_not_sent")
    if len(content.text) > LONGEST_TEXT:
        raise BadRequestText("rule.long_reply", count=len(content.text), limit=LONGEST_TEXT)
    if len(content.title) > LONGEST_TITLE:
        raise BadRequestText(
            "rules.reply_long_title", count=len(content.title), limit=LONGEST_TITLE
        )
    if content.kind is Kind.TEXT and not content.text.strip():
        raise BadRequestText("rules.reply_empty")
    if content.kind is Kind.LINK:
        _check_link(content)
    if content.media is not None:
        _check_file(content, content.media)


def _check_link(content: Content) -> None:
    address = str(content.data.get("url") or "")
    if not is_address(address):
        raise BadRequestText("rules.reply_bad_address")
    if not content.title:
        raise BadRequestText("rules.reply_link_without_title")
    if content.media is not None and (content.media.mime or "image/").partition("/")[0] != "image":
        raise BadRequestText("rules.reply_cover_not_picture")


def is_address(words: str) -> bool:
    """Say whether *words* is an address that a button can open."""
    if len(words) > LONGEST_ADDRESS or len(words.split()) != 1:
        return False
    try:
        parts = urlsplit(words)
    except ValueError:
        return False
    return parts.scheme.lower() in _SCHEMES and bool(parts.netloc)


def _check_file(content: Content, media: Media) -> None:
    size, seconds = media.size_bytes or 0, media.duration_seconds or 0
    limit = MOST_FILE_BYTES
    if content.kind is Kind.VOICE:
        limit = MOST_VOICE_BYTES
        if seconds > MOST_SECONDS:
            raise BadRequestText("rules.reply_long_voice", seconds=seconds, limit=MOST_SECONDS)
    elif is_sound(content):
        raise BadRequestText(
            "rules.reply_not_wav", limit=MOST_VOICE_BYTES // 2**20, seconds=MOST_SECONDS
        )
    elif content.kind in _FILMS:
        limit = MOST_VIDEO_BYTES
    if size > limit:
        raise BadRequestText(
            "rules.reply_large_file", size=f"{size / 2**20:.1f}", limit=limit // 2**20
        )
