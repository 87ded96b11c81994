"""Files that bots and people sent: bytes in memory, with Telegram's two kinds of identifiers."""

import struct
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from playground.refusal import bad

UPLOAD_LIMIT = 50 * 1024 * 1024
PHOTO_LIMIT = 10 * 1024 * 1024
DOWNLOAD_LIMIT = 20 * 1024 * 1024
KEPT_BYTES = 512 * 1024 * 1024

_FOLDERS = {
    "photo": ("photos", "jpg"), "voice": ("voice", "oga"), "video": ("videos", "mp4"),
    "video_note": ("video_notes", "mp4"), "audio": ("music", "mp3"),
    "animation": ("animations", "mp4"), "document": ("documents", "bin"),
    "sticker": ("stickers", "webp"), "thumbnail": ("thumbnails", "jpg"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file. ``unique`` is its ``file_unique_id``; bots see ``<unique>-<bot id>`` as file_id.

    ``shape`` is what messages say about it besides its size: width, duration, file name.
    """

    unique: str
    kind: str
    data: bytes
    name: str
    mime: str
    path: str
    shape: dict[str, Any] = field(default_factory=dict)

    def described(self) -> dict[str, Any]:
        """Return the object that a message carries; its ``file_id`` is still nobody's."""
        return {
            "file_id": self.unique,
            "file_unique_id": self.unique,
            **self.shape,
            "file_size": len(self.data),
        }


class Files:
    """All files of the stand-in. The oldest are forgotten when they take too much memory."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, StoredFile] = OrderedDict()
        self._bytes = 0
        self._count = 0

    def keep(self, kind: str, data: bytes, name: str, mime: str) -> StoredFile:
        """Remember a file.

        Raises:
            Refusal: It is empty or larger than Telegram takes for its kind.
        """
        if not data:
            raise bad("file must be non-empty")
        if len(data) > UPLOAD_LIMIT:
            raise bad("file is too big")
        if kind == "photo" and len(data) > PHOTO_LIMIT:
            raise bad(f"too big for a photo; the maximum is {PHOTO_LIMIT} bytes")
        self._count += 1
        folder, extension = _FOLDERS[kind]
        ending = name.rsplit(".", 1)[-1].lower() if "." in name else extension
        if not (ending.isascii() and ending.isalnum() and len(ending) <= 8):
            ending = extension
        unique = f"AQAD{self._count:08x}"
        path = f"{folder}/file_{self._count}.{ending}"
        stored = StoredFile(unique, kind, data, name or f"file_{self._count}.{ending}", mime, path)
        self._files[unique] = stored
        self._bytes += len(data)
        while self._bytes > KEPT_BYTES and len(self._files) > 1:
            _, oldest = self._files.popitem(last=False)
            self._bytes -= len(oldest.data)
        return stored

    def get(self, unique: str) -> StoredFile | None:
        """Return a file by its ``file_unique_id``."""
        return self._files.get(unique)

    def of_bot(self, file_id: str, bot_id: int) -> StoredFile:
        """Return the file that *bot_id* knows as *file_id*.

        Raises:
            Refusal: No such file, or the identifier belongs to another bot.
        """
        unique, _, owner = file_id.rpartition("-")
        stored = self._files.get(unique)
        if stored is None or owner != str(bot_id):
            raise bad("wrong file identifier/HTTP URL specified")
        return stored

    def at(self, path: str) -> StoredFile | None:
        """Return a file by the ``file_path`` of ``getFile``."""
        number = path.rpartition("/file_")[2].partition(".")[0]
        if not number.isdigit():
            return None
        stored = self._files.get(f"AQAD{int(number):08x}")
        return stored if stored is not None and stored.path == path else None


def faced(message: dict[str, Any], bot_id: int) -> dict[str, Any]:
    """Return *message* as one bot sees it: with file ids that only this bot can use.

    Stored messages carry the bare ``file_unique_id`` as ``file_id``. A message without any file
    comes back as the same object, which keeps plain text cheap.
    """
    copy: dict[str, Any] | None = None
    for key, value in message.items():
        if key in _MEDIA:
            seen = _named(value, bot_id)
        elif key in ("reply_to_message", "pinned_message"):
            seen = faced(value, bot_id)
            if seen is value:
                continue
        else:
            continue
        copy = copy if copy is not None else dict(message)
        copy[key] = seen
    return message if copy is None else copy


def _named(value: Any, bot_id: int) -> Any:
    if isinstance(value, list):
        return [_named(item, bot_id) for item in value]
    named = {**value, "file_id": f"{value['file_unique_id']}-{bot_id}"}
    if "thumbnail" in value:
        named["thumbnail"] = _named(value["thumbnail"], bot_id)
    return named


_MEDIA = frozenset(
    ("photo", "voice", "video", "video_note", "audio", "animation", "document", "sticker")
)


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels of a PNG, GIF, JPEG or WebP; ``None`` for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP" and len(data) >= 30:
        return _webp_size(data)
    if data.startswith(b"\xff\xd8"):
        return _jpeg_size(data)
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    kind = data[12:16]
    if kind == b"VP8X":
        return (
            int.from_bytes(data[24:27], "little") + 1,
            int.from_bytes(data[27:30], "little") + 1,
        )
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            at += 1
            continue
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        if marker == 0xFF or 0xD0 <= marker <= 0xD9 or marker == 0x01:
            at += 1 if marker == 0xFF else 2
            continue
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return None
