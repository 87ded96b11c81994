"""Files in calls: uploads, ``attach://`` references, known file ids, addresses on this machine."""

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp

from playground.checks import Upload
from playground.facts import Method
from playground.filestore import UPLOAD_LIMIT, picture_size
from playground.refusal import bad
from playground.things import Bot, Json

if TYPE_CHECKING:
    from playground.world import World

KINDS = frozenset(
    ("photo", "voice", "video", "video_note", "audio", "animation", "document", "sticker")
)
_ATTACH = "attach://"
_TITLES = {"video_note": "VideoNote", "voice": "VoiceNote"}


def takes_files(method: Method) -> bool:
    """Say whether a method has parameters in which a file can stand."""
    return any(
        name in KINDS or name in ("media", "thumbnail", "certificate", "cover")
        for name in method.parameters
    )


async def settle_files(
    p: Json, uploads: dict[str, Upload], session: aiohttp.ClientSession | None
) -> None:
    """Replace every reference to a file in a call by the file itself, in place.

    Raises:
        Refusal: An ``attach://`` name without its upload, or an address that is not fetched.
    """
    for name in ("thumbnail", "cover", *KINDS):
        if name in p:
            p[name] = await _settled(p[name], uploads, session)
    media = p.get("media")
    for item in media if isinstance(media, list) else [media] if media else []:
        for name in ("media", "thumbnail", "cover"):
            if name in item:
                item[name] = await _settled(item[name], uploads, session)


async def _settled(
    value: Any, uploads: dict[str, Upload], session: aiohttp.ClientSession | None
) -> Any:
    if not isinstance(value, str):
        return value
    if value.startswith(_ATTACH):
        upload = uploads.get(value.removeprefix(_ATTACH))
        if upload is None:
            raise bad("wrong file identifier/HTTP URL specified")
        return upload
    if value.startswith(("http://", "https://")):
        return await _fetched(value, session)
    return value


async def _fetched(url: str, session: aiohttp.ClientSession | None) -> Upload:
    """Fetch a file from this machine; the stand-in does not reach out to the internet."""
    if session is None or not on_loopback(url):
        raise bad("failed to get HTTP URL content")
    try:
        async with session.get(url) as answer:
            if answer.status != 200:
                raise bad("failed to get HTTP URL content")
            data = await answer.content.read(UPLOAD_LIMIT + 1)
            while len(data) <= UPLOAD_LIMIT and (more := await answer.content.read(2**20)):
                data += more
            return Upload(urlsplit(url).path.rpartition("/")[2], answer.content_type, data)
    except (aiohttp.ClientError, TimeoutError):
        raise bad("failed to get HTTP URL content") from None


def on_loopback(url: str) -> bool:
    """Say whether an address points to this very machine."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def media_content(world: "World", bot: Bot, kind: str, value: Any, p: Json) -> Json:
    """Return the message fields for one file.

    Args:
        world: The stand-in.
        bot: The caller; file ids are its own.
        kind: ``photo``, ``voice`` ...
        value: An ``Upload`` or a file id.
        p: Where width, height, duration, performer, title, emoji, thumbnail may stand.
    """
    if isinstance(value, Upload):
        return _uploaded(world, kind, value, p)
    stored = world.files.of_bot(str(value), bot.id)
    if stored.kind != kind and {stored.kind, kind} != {"animation", "document"}:
        have, want = (_TITLES.get(k, k.title()) for k in (stored.kind, kind))
        raise bad(f"can't use file of type {have} as {want}")
    if kind == "photo":
        return {"photo": [stored.described()]}
    return {kind: stored.described()}


def _uploaded(world: "World", kind: str, upload: Upload, p: Json) -> Json:
    if kind == "photo" and upload.data and picture_size(upload.data) is None:
        raise bad("IMAGE_PROCESS_FAILED")
    details: Json = {"file_name": upload.name}
    if upload.content_type and upload.content_type != "application/octet-stream":
        details["mime_type"] = upload.content_type
    fields = {
        "voice": ("duration",),
        "video": ("width", "height", "duration"),
        "animation": ("width", "height", "duration"),
        "video_note": ("length", "duration"),
        "audio": ("duration", "performer", "title"),
        "sticker": ("emoji",),
    }.get(kind, ())
    details.update({name: p[name] for name in fields if name in p})
    content = world.keep_media(kind, upload.data, details)
    thumbnail = p.get("thumbnail")
    if isinstance(thumbnail, Upload) and kind != "photo":
        small = world.files.keep(
            "thumbnail", thumbnail.data, thumbnail.name, thumbnail.content_type
        )
        width, height = picture_size(thumbnail.data) or (90, 90)
        small.shape.update(width=width, height=height)
        content[kind]["thumbnail"] = small.described()
    return content
