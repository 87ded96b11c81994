"""What a Telegram message says: every kind, read straight from its dict. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

from core.errors import BadPayload
from core.messages import NOTHING, Content, Kind, Media

MAX_TEXT = 65_536
"""Characters of text that are kept. Telegram sends 4,096 at most; more is hostile."""

MAX_ID = 2**52 - 1  # Bot API: identifiers have at most 52 significant bits
MAX_SIZE = 2**63 - 1
MAX_SECONDS = 2**31 - 1
MAX_SIDE = 2**31 - 1

Raw = dict[str, Any]

# Animation before document: an animation carries its file under both names.
_FILES: tuple[tuple[str, Kind, str | None], ...] = (
    ("voice", Kind.VOICE, "audio/ogg"),
    ("animation", Kind.ANIMATION, None),
    ("document", Kind.DOCUMENT, None),
    ("video", Kind.VIDEO, None),
    ("audio", Kind.AUDIO, None),
    ("video_note", Kind.VIDEO_NOTE, "video/mp4"),
)

# What surrounds a message's content, so that any other key must name a kind.
_ENVELOPE_KEYS = (
    "message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count "
    "sender_business_bot sender_tag date business_connection_id chat forward_origin forward_from "
    "forward_from_chat forward_from_message_id forward_signature forward_sender_name forward_date "
    "guest_bot_caller_chat guest_bot_caller_user guest_query_id "
    "is_topic_message is_automatic_forward reply_to_message external_reply quote reply_to_story "
    "reply_to_checklist_task_id reply_to_poll_option_id via_bot edit_date has_protected_content "
    "is_from_offline is_paid_post media_group_id author_signature paid_star_count text entities "
    "link_preview_options suggested_post_info effect_id caption caption_entities "
    "show_caption_above_media has_media_spoiler reply_markup"
)
_ENVELOPE = frozenset(_ENVELOPE_KEYS.split())

# Kinds that Telegram documents and that we only name.
_NAMED_KEYS = (
    "story game invoice paid_media checklist live_photo giveaway giveaway_winners "
    "giveaway_created giveaway_completed successful_payment refunded_payment users_shared "
    "chat_shared user_shared gift unique_gift gift_upgrade_sent web_app_data passport_data "
    "connected_website write_access_allowed proximity_alert_triggered pinned_message "
    "message_auto_delete_timer_changed chat_background_set boost_added checklist_tasks_done "
    "checklist_tasks_added direct_message_price_changed paid_message_price_changed "
    "forum_topic_created forum_topic_edited forum_topic_closed forum_topic_reopened "
    "new_chat_members left_chat_member new_chat_title new_chat_photo delete_chat_photo "
    "group_chat_created supergroup_chat_created channel_chat_created migrate_to_chat_id "
    "chat_owner_changed chat_owner_left general_forum_topic_hidden general_forum_topic_unhidden "
    "managed_bot_created poll_option_added poll_option_deleted rich_message "
    "suggested_post_approval_failed "
    "migrate_from_chat_id video_chat_scheduled video_chat_started video_chat_ended "
    "video_chat_participants_invited suggested_post_approved suggested_post_declined "
    "suggested_post_paid suggested_post_refunded"
)
_NAMED = frozenset(_NAMED_KEYS.split())
_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")


def content_of(event: Raw, account: str) -> Content:
    """Return what a ``message`` object says; a kind without a reader becomes ``UNKNOWN``.

    Raises:
        BadPayload: The kind's own fields are missing or have the wrong shape.
    """
    if "text" in event:
        if type(event["text"]) is not str:
            raise BadPayload("text: not a string")
        text, data = kept(event["text"])
        return Content(Kind.TEXT, text, data=data)
    text, data = kept(event.get("caption"))
    album = event.get("media_group_id")
    if type(album) is str:
        data = {**data, "album": words(album, 64)}
    if "photo" in event:
        return Content(Kind.PHOTO, text, _largest(event["photo"], account), data=data)
    for name, kind, mime in _FILES:
        if name in event:
            return Content(kind, text, _media(event[name], name, account, mime), data=data)
    for name, facts in _FACTS:
        if name in event:
            if type(event[name]) is not dict:
                raise BadPayload(f"{name}: not an object")
            return facts(event[name], account)
    return Content(Kind.UNKNOWN, text, data={**data, "type": _type_of(event)})


def _largest(sizes: object, account: str) -> Media:
    if type(sizes) is not list:
        raise BadPayload("photo: not a list")
    best, most = None, -1
    for size in sizes:
        if type(size) is not dict:
            raise BadPayload("photo: not a list of objects")
        width, height = size.get("width"), size.get("height")
        area = width * height if fits(width, 0, MAX_SIDE) and fits(height, 0, MAX_SIDE) else 0
        if area >= most:
            best, most = size, area
    return _media(best, "photo", account, "image/jpeg")


def _media(file: object, name: str, account: str, mime: str | None) -> Media:
    if type(file) is not dict:
        raise BadPayload(f"{name}: not an object")
    file_id = file.get("file_id")
    if type(file_id) is not str or not 1 <= len(file_id) <= 512 or "\0" in file_id:
        raise BadPayload(f"{name}.file_id: not an id")
    size, duration = file.get("file_size"), file.get("duration")
    return Media(
        account=account,
        file_id=file_id,
        file_name=words(file.get("file_name"), 255) or None,
        mime=words(file.get("mime_type"), 127) or mime,
        size_bytes=size if fits(size, 0, MAX_SIZE) else None,
        duration_seconds=duration if fits(duration, 0, MAX_SECONDS) else None,
    )


def _sticker(sticker: Raw, account: str) -> Content:
    moving = sticker.get("is_animated") is True
    film = sticker.get("is_video") is True
    mime = "application/x-tgsticker" if moving else "video/webm" if film else "image/webp"
    emoji = words(sticker.get("emoji"), 32)
    data = {"emoji": emoji} if emoji else NOTHING
    return Content(Kind.STICKER, media=_media(sticker, "sticker", account, mime), data=data)


def _venue(venue: Raw, _account: str) -> Content:
    place = venue.get("location")
    if type(place) is not dict:
        raise BadPayload("venue.location: not an object")
    title, address = words(venue.get("title"), 1024), words(venue.get("address"), 1024)
    return Content(Kind.VENUE, data={**_point(place), "title": title, "address": address})


def _location(place: Raw, _account: str) -> Content:
    data = _point(place)
    live = place.get("live_period")
    if fits(live, 1, MAX_SECONDS):
        data["live_seconds"] = live
    return Content(Kind.LOCATION, data=data)


def _point(place: Raw) -> dict[str, Any]:
    point: dict[str, Any] = {}
    for name, limit in (("latitude", 90), ("longitude", 180)):
        value = place.get(name)
        # isinstance() would let True pass as a number.
        if value is None or type(value) not in (int, float) or not -limit <= value <= limit:
            raise BadPayload(f"location.{name}: not a coordinate")
        point[name] = float(value)
    return point


def _contact(contact: Raw, _account: str) -> Content:
    phone = words(contact.get("phone_number"), 64)
    if not phone:
        raise BadPayload("contact.phone_number: missing")
    data: dict[str, Any] = {"phone_number": phone}
    for name, most in (("first_name", 128), ("last_name", 128), ("vcard", 2048)):
        part = words(contact.get(name), most)
        if part:
            data[name] = part
    if fits(contact.get("user_id"), 1, MAX_ID):
        data["user_id"] = contact["user_id"]
    return Content(Kind.CONTACT, data=data)


def _dice(dice: Raw, _account: str) -> Content:
    emoji = words(dice.get("emoji"), 32)
    return Content(Kind.DICE, data={"emoji": emoji, "value": integer(dice, "value", 0, 64)})


def _poll(poll: Raw, _account: str) -> Content:
    options = poll.get("options")
    if type(options) is not list:
        raise BadPayload("poll.options: not a list")
    choices = [words(o.get("text"), 512) for o in options[:100] if type(o) is dict]
    question = words(poll.get("question"), 1024)
    return Content(Kind.POLL, data={"question": question, "options": choices})


# Venue before location: a venue carries its place under both names.
_FACTS: tuple[tuple[str, Callable[[Raw, str], Content]], ...] = (
    ("sticker", _sticker),
    ("venue", _venue),
    ("location", _location),
    ("contact", _contact),
    ("dice", _dice),
    ("poll", _poll),
)


def _type_of(event: Raw) -> str:
    for name in event:
        if name in _NAMED:
            return name
    # Something newer than this list: its own key is the best name that there is.
    for name in event:
        if name not in _ENVELOPE and _KEY.fullmatch(name):
            return name
    return "unknown"


def kept(value: object) -> tuple[str, Mapping[str, Any]]:
    """Return a text as it is kept, and its former length where it was cut.

    NUL is removed, because PostgreSQL cannot store it. Anything but a string is an empty text.
    """
    if type(value) is not str:
        return "", NOTHING
    text = value.replace("\0", "") if "\0" in value else value
    if len(text) <= MAX_TEXT:
        return text, NOTHING
    return text[:MAX_TEXT], {"cut": len(value)}


def words(value: object, most: int) -> str:
    """Return a short text without NUL, at most *most* characters; empty for anything else."""
    if type(value) is not str:
        return ""
    return value[:most].replace("\0", "").strip()


def fits(value: object, low: int, high: int) -> TypeGuard[int]:
    """Say whether *value* is a whole number from *low* to *high*; ``True`` is no number here."""
    return type(value) is int and low <= value <= high


def integer(raw: Raw, name: str, low: int, high: int) -> int:
    """Return the whole number under *name*.

    Raises:
        BadPayload: It is missing, of another type, or out of its range.
    """
    value = raw.get(name)
    if not fits(value, low, high):
        raise BadPayload(f"{name}: not a whole number in its range")
    return value
