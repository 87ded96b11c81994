"""What a message can carry besides text, as the fields of the Bot API's ``Message``."""

from playground.entities import formatted
from playground.filestore import picture_size
from playground.ledger import Ledger
from playground.things import Json, Room

_MIME = {
    "photo": "image/jpeg", "voice": "audio/ogg", "video": "video/mp4", "video_note": "video/mp4",
    "audio": "audio/mpeg", "animation": "video/mp4", "document": "application/octet-stream",
    "sticker": "image/webp",
}  # fmt: skip
_NAMED = frozenset({"document", "audio", "video", "animation"})
_SHAPES: dict[str, Json] = {
    "voice": {"duration": 3},
    "video": {"width": 640, "height": 360, "duration": 5},
    "video_note": {"length": 240, "duration": 5},
    "audio": {"duration": 60},
    "animation": {"width": 320, "height": 240, "duration": 2},
    "sticker": {"width": 512, "height": 512, "type": "regular", "is_animated": False,
                "is_video": False},
}  # fmt: skip


class Contents(Ledger):
    """Turns bytes and details into message fields, keeping the files."""

    def content_of(self, kind: str, data: bytes | None, details: Json) -> Json:
        """Return the fields of a message of this kind; used for what people send."""
        content: Json = {}
        details = dict(details)
        caption = details.pop("caption", None)
        if caption:
            content["caption"], entities = formatted(caption, None, None)
            if entities:
                content["caption_entities"] = entities
        if "media_group_id" in details:
            content["media_group_id"] = details.pop("media_group_id")
        if kind in _MIME:
            if data is None:
                raise ValueError(f"a {kind} needs its bytes")
            content.update(self.keep_media(kind, data, details))
        elif kind == "location":
            content["location"] = _pick(details, "latitude", "longitude")
        elif kind == "venue":
            content["location"] = _pick(details, "latitude", "longitude")
            content["venue"] = {
                "location": content["location"],
                "title": str(details.get("title", "")),
                "address": str(details.get("address", "")),
            }
        elif kind == "contact":
            if "phone_number" not in details:
                raise ValueError("a contact needs phone_number")
            content["contact"] = {"first_name": "Contact", **details}
        elif kind == "dice":
            content["dice"] = {
                "emoji": details.get("emoji", "🎲"),
                "value": self.rng.randint(1, 6),
            }
        else:
            raise ValueError(f"people cannot send {kind!r} here")
        return content

    def keep_media(self, kind: str, data: bytes, details: Json) -> Json:
        """Keep a file and return the message field that carries it.

        Args:
            kind: One of Telegram's file kinds.
            data: The bytes.
            details: ``file_name``, ``mime_type`` and the fields of the kind's object.
        """
        details = dict(details)
        name = str(details.pop("file_name", "") or "")
        mime = str(details.pop("mime_type", "") or _MIME[kind])
        if kind == "photo":
            return {"photo": self._photo_sizes(data, name, mime)}
        stored = self.files.keep(kind, data, name, mime)
        stored.shape.update(_SHAPES.get(kind, {}))
        stored.shape.update({k: v for k, v in details.items() if v is not None})
        if kind == "sticker":
            size = picture_size(data)
            if size:
                stored.shape.update(width=size[0], height=size[1])
        elif kind != "video_note":
            stored.shape["mime_type"] = mime
        if kind in _NAMED:
            stored.shape["file_name"] = stored.name
        content = {kind: stored.described()}
        if kind == "animation":
            # Telegram repeats an animation as a document for clients that know only those.
            content["document"] = {
                k: v for k, v in content[kind].items() if k not in ("width", "height", "duration")
            }
        return content

    def _photo_sizes(self, data: bytes, name: str, mime: str) -> list[Json]:
        """Return the sizes of a photo, smallest first.

        The small one has its own identifiers and Telegram's dimensions, but the same bytes: this
        stand-in does not scale pictures.
        """
        width, height = picture_size(data) or (1280, 960)
        sizes = []
        for longest in (90, 0):
            if longest and max(width, height) <= longest:
                continue
            scale = longest / max(width, height) if longest else 1.0
            stored = self.files.keep("photo", data, name, mime)
            stored.shape["width"] = max(1, round(width * scale))
            stored.shape["height"] = max(1, round(height * scale))
            sizes.append(stored.described())
        return sizes


def quoted(room: Room, message_id: int) -> Json:
    """Return a message as it stands inside ``reply_to_message``: without its own quote."""
    message = room.messages.get(message_id)
    if message is None:
        raise ValueError("the message to reply to is gone")
    return {k: v for k, v in message.items() if k != "reply_to_message"}


def summed(reactions: dict[int, list[Json]]) -> dict[str, int]:
    """Count the reactions of a message by emoji."""
    count: dict[str, int] = {}
    for given in reactions.values():
        for reaction in given:
            emoji = reaction.get("emoji", "★")
            count[emoji] = count.get(emoji, 0) + 1
    return count


def _pick(details: Json, *names: str) -> Json:
    missing = [name for name in names if name not in details]
    if missing:
        raise ValueError(f"missing: {', '.join(missing)}")
    return {name: float(details[name]) for name in names}
