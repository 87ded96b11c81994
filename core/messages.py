"""What travels through the desk: one message, whatever the platform."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Kind(StrEnum):
    """What sort of thing a message is."""

    TEXT = "text"
    PHOTO = "photo"
    VOICE = "voice"
    AUDIO = "audio"
    VIDEO = "video"
    VIDEO_NOTE = "video_note"
    DOCUMENT = "document"
    ANIMATION = "animation"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    VENUE = "venue"
    DICE = "dice"
    POLL = "poll"
    LINK = "link"
    """An address with a title, perhaps a text and a cover picture; ``data["url"]`` is where to."""
    FAQ_CARD = "faq_card"
    """Stands for the FAQ card; the desk puts the card in its place before anything is sent."""
    PRESS = "press"
    """A button of ours was pressed; ``text`` is the button's data."""
    BLOCKED = "blocked"
    """The customer shut us out."""
    UNBLOCKED = "unblocked"
    """The customer let us in again."""
    UNKNOWN = "unknown"
    """A kind that we cannot render; ``data["type"]`` is the platform's own name for it."""


@dataclass(frozen=True, slots=True)
class Media:
    """A file that lives at a platform until somebody needs it.

    ``file_id`` means something only to ``account``; another account has to download the file
    there and upload it again.
    """

    account: str
    file_id: str
    file_name: str | None = None
    mime: str | None = None
    size_bytes: int | None = None
    duration_seconds: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the fields that are set, under their own names."""
        full = {
            "account": self.account,
            "file_id": self.file_id,
            "file_name": self.file_name,
            "mime": self.mime,
            "size_bytes": self.size_bytes,
            "duration_seconds": self.duration_seconds,
        }
        return {name: value for name, value in full.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Button:
    """One button under a message: pressed it sends ``data`` back, or it opens ``url``."""

    label: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says.

    Args:
        kind: Sort of message.
        text: Text or caption; for ``PRESS`` the button's data. Empty when there is none.
        media: The file, for the kinds that have one.
        buttons: Rows of buttons, top to bottom.
        title: A line shown in bold above the text (who wrote, a card's heading). Empty for none.
        data: The kind's own facts (``latitude``, ``emoji``, ``phone_number`` ...).
    """

    kind: Kind
    text: str = ""
    media: Media | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()
    title: str = ""
    data: Mapping[str, Any] = field(default_factory=lambda: NOTHING)

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object without the parts that are empty."""
        out: dict[str, Any] = {"kind": self.kind.value}
        if self.text:
            out["text"] = self.text
        if self.media is not None:
            out["media"] = self.media.to_json()
        if self.buttons:
            out["buttons"] = [
                [{"label": b.label, "data": b.data, "url": b.url} for b in row]
                for row in self.buttons
            ]
        if self.title:
            out["title"] = self.title
        if self.data:
            out["data"] = dict(self.data)
        return out

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Content":
        """Read what ``to_json`` wrote.

        Raises:
            KeyError, ValueError: The object was not written by ``to_json``.
        """
        media = raw.get("media")
        return cls(
            kind=Kind(raw["kind"]),
            text=raw.get("text", ""),
            media=Media(**media) if media else None,
            buttons=tuple(tuple(Button(**b) for b in row) for row in raw.get("buttons", ())),
            title=raw.get("title", ""),
            data=raw.get("data", NOTHING),
        )


def text(words: str, *rows: tuple[Button, ...]) -> Content:
    """Return a plain text message with *rows* of buttons."""
    return Content(Kind.TEXT, words, buttons=rows)


@dataclass(frozen=True, slots=True)
class Sender:
    """How one account knows the person who wrote.

    ``region`` is a territory code (``PT``), ``None`` when the platform does not tell.
    """

    external_id: str
    name: str
    username: str | None = None
    language: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One thing that a person did on a platform.

    Args:
        account: Name of our account, as in the configuration.
        external_id: The platform's id of this event; with ``account`` it is unique for ever.
        sender: Who wrote.
        chat: The platform's id of the chat to answer in.
        content: What was said.
        sent_at: When, by the platform's clock, UTC.
        message_id: The platform's id of the message itself, ``None`` for events that have none.
        reply_to: ``message_id`` of the quoted message, ``None`` when nothing is quoted.
        edited: Whether this is a new version of message ``message_id``.
        source: Where the conversation came from (``/start payload``), ``None`` when not told.
        press_id: What the platform wants back to stop a pressed button's spinner.
        raw: The body as it arrived; kept only when the message turns out to be poison.
    """

    account: str
    external_id: str
    sender: Sender
    chat: str
    content: Content
    sent_at: datetime
    message_id: str | None = None
    reply_to: str | None = None
    edited: bool = False
    source: str | None = None
    press_id: str | None = None
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message that we owe somebody.

    Args:
        account: Name of the account that sends.
        chat: The platform's id of the chat.
        content: What to say.
        key: Names this message for ever; a platform with idempotency keys gets it.
        reply_to: Platform id of the message to quote, ``None`` for none.
        edits: Platform ids of the messages that this one replaces, oldest first; empty to send
            a new message.
    """

    account: str
    chat: str
    content: Content
    key: str
    reply_to: str | None = None
    edits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the platform answered: the ids it gave, oldest first (a long text becomes several)."""

    message_ids: tuple[str, ...]
