"""Telegram's updates, turned into our messages. Pure: bytes in, data out."""

import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime

import orjson

from bot.channels.base import InboundBatch, Webhook
from bot.channels.telegram.content import (
    MAX_ID,
    Raw,
    content_of,
    fits,
    integer,
    kept,
    words,
)
from core.errors import BadPayload, BadSignature
from core.messages import Content, InboundMessage, Kind, Sender

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the header's name
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
INLINE_UPDATES = ("inline_query", "chosen_inline_result")
"""What a bot with inline mode gets besides."""
"""The updates that we ask Telegram for; every other one gives an empty batch."""

MAX_UPDATE_ID = 2**63 - 1
MAX_DATE = 2**32 - 1

NO_MESSAGES = InboundBatch(())

_START = re.compile(r"/start(?:@[A-Za-z0-9_]{1,64})?\s+([A-Za-z0-9_-]{1,64})\s*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,4}")


def read(hook: Webhook, *, account: str, secret: bytes, now: datetime) -> InboundBatch:
    """Turn one webhook call into at most one message.

    Args:
        hook: The call; nothing in it is trusted.
        account: Our name for the bot.
        secret: What ``setWebhook`` was given; empty refuses everything.
        now: Stands in for the time of a button press, which Telegram does not tell.

    Returns:
        One message, or none for an update that we know and do not handle.

    Raises:
        BadSignature: The secret header is missing or wrong.
        BadPayload: The body is not an update.
    """
    # Over bytes, because a header may hold characters that compare_digest refuses as text.
    given = hook.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogatepass")
    if not hmac.compare_digest(given, secret) or not secret:
        raise BadSignature
    try:
        update = orjson.loads(hook.body)
    except orjson.JSONDecodeError:
        # The parser's own words may quote the body.
        raise BadPayload("not JSON") from None
    return parse_update(update, hook.body, account=account, now=now)


def parse_update(update: object, raw: bytes, *, account: str, now: datetime) -> InboundBatch:
    """Turn one decoded update into at most one message.

    Args:
        update: A value that ``orjson.loads`` returned.
        raw: The same as bytes, kept with the message.
        account: Our name for the bot.
        now: Stands in for the time of a button press.

    Raises:
        BadPayload: A field that is needed is missing or has the wrong shape.
    """
    if type(update) is not dict:
        raise BadPayload("update: not an object")
    external_id = str(integer(update, "update_id", 0, MAX_UPDATE_ID))
    for name, reader in _READERS:
        event = update.get(name)
        if event is not None:
            if type(event) is not dict:
                raise BadPayload(f"{name}: not an object")
            message = reader(event, account, external_id, raw, now)
            return NO_MESSAGES if message is None else InboundBatch((message,))
    return NO_MESSAGES


def _message(
    event: Raw, account: str, external_id: str, raw: bytes, _now: datetime, *, edited: bool = False
) -> InboundMessage | None:
    chat = _private_chat(event)
    sender = _sender(event) if chat else None
    if chat is None or sender is None:
        return None
    message_id = str(integer(event, "message_id", 1, MAX_ID))
    sent_at = _date(event)
    if edited and fits(event.get("edit_date"), 1, MAX_DATE):
        sent_at = _moment(event["edit_date"])
    content = content_of(event, account)
    source = None
    if content.kind is Kind.TEXT and not edited and content.text.startswith("/start"):
        found = _START.fullmatch(content.text)
        source = found[1] if found else None
    return InboundMessage(
        account=account,
        external_id=external_id,
        sender=sender,
        chat=chat,
        content=content,
        sent_at=sent_at,
        message_id=message_id,
        reply_to=_reply_to(event),
        edited=edited,
        source=source,
        raw=raw,
    )


def _edited_message(
    event: Raw, account: str, external_id: str, raw: bytes, now: datetime
) -> InboundMessage | None:
    return _message(event, account, external_id, raw, now, edited=True)


def _press(
    event: Raw, account: str, external_id: str, raw: bytes, now: datetime
) -> InboundMessage | None:
    press_id = event.get("id")
    if type(press_id) is not str or not 1 <= len(press_id) <= 64 or not press_id.isascii():
        raise BadPayload("callback_query.id: not an id")
    carrier = event.get("message")
    if carrier is None:
        # A button under an inline message, which we never send, has no chat to answer in.
        return None
    if type(carrier) is not dict:
        raise BadPayload("callback_query.message: not an object")
    chat = _private_chat(carrier)
    sender = _sender(event) if chat else None
    if chat is None or sender is None:
        return None
    text, data = kept(event.get("data"))
    return InboundMessage(
        account=account,
        external_id=external_id,
        sender=sender,
        chat=chat,
        content=Content(Kind.PRESS, text, data=data),
        # Only the carrying message has a date, and it is 0 once that message is out of reach.
        sent_at=now,
        message_id=str(integer(carrier, "message_id", 1, MAX_ID)),
        press_id=press_id,
        raw=raw,
    )


def _membership(
    event: Raw, account: str, external_id: str, raw: bytes, _now: datetime
) -> InboundMessage | None:
    chat = _private_chat(event)
    sender = _sender(event) if chat else None
    if chat is None or sender is None:
        return None
    member = event.get("new_chat_member")
    if type(member) is not dict or type(member.get("status")) is not str:
        raise BadPayload("new_chat_member.status: missing")
    # In a private chat Telegram reports these two and nothing else.
    kind = {"kicked": Kind.BLOCKED, "member": Kind.UNBLOCKED}.get(member["status"])
    if kind is None:
        return None
    return InboundMessage(
        account=account,
        external_id=external_id,
        sender=sender,
        chat=chat,
        content=Content(kind),
        sent_at=_date(event),
        raw=raw,
    )


_Reader = Callable[[Raw, str, str, bytes, datetime], InboundMessage | None]
_READERS: tuple[tuple[str, _Reader], ...] = (
    ("message", _message),
    ("callback_query", _press),
    ("edited_message", _edited_message),
    ("my_chat_member", _membership),
)


def _private_chat(event: Raw) -> str | None:
    """Return the id of the private chat, or ``None`` when the event is from another sort."""
    chat = event.get("chat")
    if type(chat) is not dict:
        raise BadPayload("chat: not an object")
    chat_id = integer(chat, "id", -MAX_ID, MAX_ID)
    sort = chat.get("type")
    if type(sort) is not str:
        raise BadPayload("chat.type: not a string")
    return str(chat_id) if sort == "private" else None


def _sender(event: Raw) -> Sender | None:
    """Return who wrote, or ``None`` for a bot."""
    person = event.get("from")
    if type(person) is not dict:
        raise BadPayload("from: not an object")
    external_id = str(integer(person, "id", 1, MAX_ID))
    if person.get("is_bot") is True:
        return None
    name = words(person.get("first_name"), 128)
    last = words(person.get("last_name"), 128)
    if last:
        name = f"{name} {last}"
    language = person.get("language_code")
    if type(language) is not str or not _LANGUAGE.fullmatch(language):
        language = None
    return Sender(
        external_id=external_id,
        name=name.strip(),
        username=words(person.get("username"), 64) or None,
        language=language,
        region=region_of(language) if language else None,
    )


def region_of(language: str) -> str | None:
    """Return the territory in a language tag (``pt-BR`` gives ``BR``), ``None`` without one."""
    for part in language.replace("_", "-").split("-")[1:]:
        if len(part) == 1:  # what follows a single letter is an extension (BCP 47, 2.2.6)
            return None
        if len(part) == 2 and part.isalpha():
            return part.upper()
        if len(part) == 3 and part.isdigit():
            return part
    return None


def _reply_to(event: Raw) -> str | None:
    quoted = event.get("reply_to_message")
    # A message in a topic may "reply" to the topic's own creation; nobody quoted that.
    if type(quoted) is not dict or "forum_topic_created" in quoted:
        return None
    quoted_id = quoted.get("message_id")
    return str(quoted_id) if fits(quoted_id, 1, MAX_ID) else None


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _date(event: Raw) -> datetime:
    return _moment(integer(event, "date", 1, MAX_DATE))
