"""Our messages, turned into calls of Telegram's Bot API. Pure: data in, data out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any

from bot.channels.base import FetchedFile
from bot.channels.telegram.text import (
    MAX_CAPTION,
    MAX_LABEL,
    MAX_MESSAGE,
    as_html,
    one_line,
    printable,
    units,
)
from core.errors import WillNeverArrive
from core.messages import NOTHING, Button, Content, Kind, Media, OutboundMessage

MAX_BUTTON_DATA_BYTES = 64
MAX_BUTTONS = 100
MAX_BUTTONS_IN_ROW = 8
MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_UPLOAD_BYTES = 50 * 1024 * 1024

Params = dict[str, Any]

_CHAT_ID = re.compile(r"-?[0-9]{1,18}")
_MESSAGE_ID = re.compile(r"[0-9]{1,18}")
_ADDRESS = re.compile(r"(?:https?|tg)://\S{1,2040}", re.IGNORECASE)
_MIME = re.compile(r"[a-z0-9.+-]{1,63}/[a-z0-9.+-]{1,127}")

# Kind: method, and the name of the parameter that holds the file.
_MEDIA = {
    Kind.PHOTO: ("sendPhoto", "photo"),
    Kind.VOICE: ("sendVoice", "voice"),
    Kind.AUDIO: ("sendAudio", "audio"),
    Kind.VIDEO: ("sendVideo", "video"),
    Kind.VIDEO_NOTE: ("sendVideoNote", "video_note"),
    Kind.DOCUMENT: ("sendDocument", "document"),
    Kind.ANIMATION: ("sendAnimation", "animation"),
    Kind.STICKER: ("sendSticker", "sticker"),
}
_WITHOUT_CAPTION = frozenset({Kind.VIDEO_NOTE, Kind.STICKER})
_EXCHANGEABLE = frozenset({Kind.PHOTO, Kind.VIDEO, Kind.ANIMATION, Kind.AUDIO, Kind.DOCUMENT})

# What an upload may be to be shown as its kind; anything else goes as a document.
_TAKES = {
    Kind.PHOTO: {"image/jpeg", "image/png", "image/webp"},
    Kind.VOICE: {"audio/ogg", "audio/opus", "audio/mpeg", "audio/mp4", "audio/m4a", "audio/x-m4a"},
    Kind.AUDIO: {"audio/mpeg", "audio/mp4", "audio/m4a", "audio/x-m4a"},
    Kind.VIDEO: {"video/mp4"},
    Kind.VIDEO_NOTE: {"video/mp4"},
    Kind.ANIMATION: {"video/mp4", "image/gif"},
    Kind.STICKER: {"image/webp", "application/x-tgsticker", "video/webm"},
}


class Step(Enum):
    """What a call does to the chat, and so which message id it leaves behind."""

    SEND = auto()
    """A new message; its id is in the answer."""
    EDIT = auto()
    """The message ``params["message_id"]`` stays, with new content."""
    DELETE = auto()
    """The message ``params["message_id"]`` goes."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the Bot API.

    Args:
        step: What it does to the chat.
        method: Name in the Bot API.
        params: Parameters as JSON values.
        uploads: Files to send along, by the name that the parameters use for them.
        instead: For an edit: the new message to send when the old one is of a sort that cannot
            be edited into this one; the old one is then deleted.
    """

    step: Step
    method: str
    params: Params
    uploads: Mapping[str, FetchedFile] = field(default_factory=dict)
    instead: "Call | None" = None


@dataclass(frozen=True, slots=True)
class _Piece:
    """One message on the screen: how to send it and, where that can be done, how to edit it."""

    method: str
    params: Params
    uploads: Mapping[str, FetchedFile] = field(default_factory=dict)
    edit_method: str | None = None
    edit_params: Params = field(default_factory=dict)
    edit_uploads: Mapping[str, FetchedFile] = field(default_factory=dict)


def render(message: OutboundMessage, files: Mapping[str, FetchedFile]) -> tuple[Call, ...]:
    """Return the calls that deliver *message*, in order, at least one.

    The same message gives the same calls, so a broken delivery can go on where it stopped.

    Args:
        message: What to say; ``edits`` are the messages that it replaces.
        files: Files by ``file_id`` that belong to another account.

    Raises:
        WillNeverArrive: There is nothing to say, or Telegram could not take it, or it only stands
            for something that the desk should have put in its place.
    """
    content = _unfolded(message.content)
    pieces = _pieces(content, message.account, files)
    if not pieces:
        raise WillNeverArrive("the message is empty")
    chat = int(message.chat) if _CHAT_ID.fullmatch(message.chat) else printable(message.chat)
    keyboard = {"inline_keyboard": _keyboard(content.buttons)}
    edits = [_message_id(edit) for edit in message.edits]
    calls: list[Call] = []
    for index, piece in enumerate(pieces):
        params: Params = {"chat_id": chat, **piece.params}
        if index == 0 and not edits and _MESSAGE_ID.fullmatch(message.reply_to or ""):
            params["reply_parameters"] = {
                "message_id": _message_id(message.reply_to or ""),
                "allow_sending_without_reply": True,
            }
        mine = keyboard if index == len(pieces) - 1 else {"inline_keyboard": []}
        if mine["inline_keyboard"]:
            params["reply_markup"] = mine
        send = Call(Step.SEND, piece.method, params, piece.uploads)
        if index >= len(edits):
            calls.append(send)
        elif piece.edit_method is None:
            calls += [send, _delete(chat, edits[index])]
        else:
            where = {"chat_id": chat, "message_id": edits[index]}
            # An empty keyboard takes the old one away.
            changed = {**where, **piece.edit_params, "reply_markup": mine}
            calls.append(Call(Step.EDIT, piece.edit_method, changed, piece.edit_uploads, send))
    calls += [_delete(chat, edit) for edit in edits[len(pieces) :]]
    return tuple(calls)


def _unfolded(content: Content) -> Content:
    """Return a link as the text, or the picture with a caption, that it looks like."""
    if content.kind is Kind.FAQ_CARD:
        raise WillNeverArrive("nobody has put the FAQ card in its place")
    if content.kind is not Kind.LINK:
        return content
    url = str(content.data.get("url") or "").strip()
    kind = Kind.TEXT if content.media is None else Kind.PHOTO
    # Telegram refuses the whole message for the sake of a button that it cannot open.
    if not _ADDRESS.fullmatch(url):
        return replace(content, kind=kind, text=f"{content.text}\n{url}".strip(), data=NOTHING)
    rows = ((Button(content.title or url, url=url),), *content.buttons)
    said = content.text or ("" if content.title else url)
    return replace(content, kind=kind, text=said, buttons=rows, data=NOTHING)


def _delete(chat: int | str, message_id: int) -> Call:
    return Call(Step.DELETE, "deleteMessage", {"chat_id": chat, "message_id": message_id})


def _message_id(words: str) -> int:
    if not _MESSAGE_ID.fullmatch(words):
        raise WillNeverArrive("the message to edit has no Telegram id")
    return int(words)


def _pieces(content: Content, account: str, files: Mapping[str, FetchedFile]) -> list[_Piece]:
    if content.media is not None and content.kind in _MEDIA:
        return _media_pieces(content, content.media, account, files)
    native = _NATIVE.get(content.kind)
    piece = native(content.data) if native else None
    if piece is not None:
        return [*_texts(content.title, content.text), piece]
    return _texts(content.title, content.text or _in_words(content))


def _texts(title: str, text: str) -> list[_Piece]:
    return [_text(html) for html in as_html(title, text, MAX_MESSAGE)]


def _text(html: str) -> _Piece:
    params = {"text": html, "parse_mode": "HTML"}
    return _Piece("sendMessage", params, edit_method="editMessageText", edit_params=params)


def _media_pieces(
    content: Content, media: Media, account: str, files: Mapping[str, FetchedFile]
) -> list[_Piece]:
    kind, upload = content.kind, None
    if media.account != account:
        upload = _upload(content.kind, media, files)
        kind = _shown_as(content.kind, upload)
    title, text = content.title, content.text
    if kind in _WITHOUT_CAPTION:
        return [*_texts(title, text), _media(kind, media.file_id, upload, "")]
    if units(f"{title}\n{text}" if title else text) <= MAX_CAPTION:
        caption = as_html(title, text, MAX_CAPTION)
        return [_media(kind, media.file_id, upload, caption[0] if caption else "")]
    return [_media(kind, media.file_id, upload, ""), *_texts(title, text)]


def _media(kind: Kind, file_id: str, upload: FetchedFile | None, caption: str) -> _Piece:
    method, name = _MEDIA[kind]
    words = {"caption": caption, "parse_mode": "HTML"} if caption else {}
    params: Params = dict(words) if upload else {name: printable(file_id), **words}
    uploads = {name: upload} if upload else {}
    if kind in _EXCHANGEABLE:
        source = "attach://file" if upload else printable(file_id)
        return _Piece(
            method,
            params,
            uploads,
            edit_method="editMessageMedia",
            edit_params={"media": {"type": name, "media": source, **words}},
            edit_uploads={"file": upload} if upload else {},
        )
    if kind is Kind.VOICE:
        # A voice message keeps its recording for ever; only what is written below it changes.
        edit_params: Params = {"caption": caption, "parse_mode": "HTML"}
        return _Piece(
            method, params, uploads, edit_method="editMessageCaption", edit_params=edit_params
        )
    return _Piece(method, params, uploads)


def _upload(kind: Kind, media: Media, files: Mapping[str, FetchedFile]) -> FetchedFile:
    file = files.get(media.file_id)
    if file is None:
        raise WillNeverArrive("the file of another account was not fetched")
    if not file.data:
        raise WillNeverArrive("the file is empty")
    if len(file.data) > MAX_UPLOAD_BYTES:
        raise WillNeverArrive("the file is larger than the 50 MB that Telegram takes")
    name = one_line(file.file_name or media.file_name or kind.value, 200) or kind.value
    mime = (file.mime or media.mime or "").partition(";")[0].strip().lower()
    # A type that is no type must not reach the headers of the upload.
    return FetchedFile(file.data, name, mime if _MIME.fullmatch(mime) else None)


def _shown_as(kind: Kind, file: FetchedFile) -> Kind:
    """Return the kind that Telegram can show the upload as."""
    takes = _TAKES.get(kind)
    if takes and file.mime and file.mime not in takes:
        kind = Kind.PHOTO if file.mime in _TAKES[Kind.PHOTO] else Kind.DOCUMENT
    if kind is Kind.PHOTO and len(file.data) > MAX_PHOTO_BYTES:
        kind = Kind.DOCUMENT
    return kind


def _location(data: Mapping[str, Any]) -> _Piece | None:
    point = _point(data)
    return _Piece("sendLocation", point) if point else None


def _venue(data: Mapping[str, Any]) -> _Piece | None:
    point, title, address = _point(data), data.get("title"), data.get("address")
    if point and title and address:
        named = {"title": printable(str(title)), "address": printable(str(address))}
        return _Piece("sendVenue", {**point, **named})
    return _location(data)


def _point(data: Mapping[str, Any]) -> Params:
    latitude, longitude = data.get("latitude"), data.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return {}
    on_earth = -90 <= latitude <= 90 and -180 <= longitude <= 180
    return {"latitude": latitude, "longitude": longitude} if on_earth else {}


def _contact(data: Mapping[str, Any]) -> _Piece | None:
    phone, name = data.get("phone_number"), data.get("first_name")
    if not phone or not name:
        return None
    params = {"phone_number": printable(str(phone)), "first_name": printable(str(name))}
    for extra in ("last_name", "vcard"):
        if data.get(extra):
            params[extra] = printable(str(data[extra]))
    return _Piece("sendContact", params)


_NATIVE = {Kind.LOCATION: _location, Kind.VENUE: _venue, Kind.CONTACT: _contact}


def _in_words(content: Content) -> str:
    """Return a kind that Telegram has no message for as text in no particular language."""
    data = content.data
    match content.kind:
        case Kind.TEXT:
            return ""
        case Kind.DICE:
            return f"{data.get('emoji', '')} {data.get('value', '')}".strip()
        case Kind.POLL:
            options = data.get("options")
            lines = options if isinstance(options, list | tuple) else ()
            return "\n".join([str(data.get("question", "")), *(f"• {line}" for line in lines)])
        case Kind.CONTACT:
            names = ("first_name", "last_name", "phone_number")
            return " ".join(str(data[name]) for name in names if data.get(name)) or "[contact]"
        case Kind.VENUE | Kind.LOCATION:
            names = ("title", "address", "label")
            return "\n".join(str(data[name]) for name in names if data.get(name)) or "[location]"
        case Kind.UNKNOWN:
            return f"[{data.get('type') or 'unknown'}]"
        case kind:
            return f"[{kind.value}]"


def _keyboard(rows: tuple[tuple[Button, ...], ...]) -> list[list[Params]]:
    keyboard: list[list[Params]] = []
    for row in rows:
        drawn = [_button(button) for button in row]
        for start in range(0, len(drawn), MAX_BUTTONS_IN_ROW):
            keyboard.append(drawn[start : start + MAX_BUTTONS_IN_ROW])
    if sum(map(len, keyboard)) > MAX_BUTTONS:
        raise WillNeverArrive(f"more than {MAX_BUTTONS} buttons")
    return keyboard


def _button(button: Button) -> Params:
    label = one_line(button.label, MAX_LABEL)
    if button.url:
        return {"text": label or one_line(button.url, MAX_LABEL), "url": printable(button.url)}
    # Strict: a half character cannot come back as it was sent, so the press would be lost.
    try:
        size = len((button.data or "").encode())
    except UnicodeEncodeError:
        size = 0
    if not 1 <= size <= MAX_BUTTON_DATA_BYTES:
        raise WillNeverArrive("a button's data is not 1 to 64 bytes")
    return {"text": label or "…", "callback_data": button.data}
