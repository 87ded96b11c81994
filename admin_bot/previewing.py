"""Shows admins and agents what would be sent, as it would arrive."""

from collections.abc import Awaitable, Callable
from typing import Any

import telegram
from telegram.constants import MessageLimit

from admin_bot.turn import STAFF_ACCOUNT, Turn, keyboard
from core.errors import NotFound
from core.messages import Button, Content, Kind

Send = Callable[..., Awaitable[Any]]


def _sender(bot: telegram.Bot, kind: Kind) -> Send | None:
    senders: dict[Kind, Send] = {
        Kind.PHOTO: bot.send_photo,
        Kind.LINK: bot.send_photo,
        Kind.VOICE: bot.send_voice,
        Kind.AUDIO: bot.send_audio,
        Kind.VIDEO: bot.send_video,
        Kind.VIDEO_NOTE: bot.send_video_note,
        Kind.DOCUMENT: bot.send_document,
        Kind.ANIMATION: bot.send_animation,
        Kind.STICKER: bot.send_sticker,
    }
    return senders.get(kind)


_WORDLESS = frozenset({Kind.VIDEO_NOTE, Kind.STICKER})


async def preview(turn: Turn, what: Content) -> None:
    """Send the person a new message with *what*; a picture is shown as a picture.

    Source: requirement KBF-25.

    Raises:
        NotFound: Its file lies at another bot, which alone can send it.
    """
    rows: list[tuple[Button, ...]] = []
    address = what.data.get("url")
    if what.kind is Kind.LINK and address:
        rows.append((Button(what.title or str(address), url=str(address)),))
    media = what.media
    send = _sender(turn.bot, what.kind)
    if media is None or send is None:
        await turn.write(what.text or str(address or ""), rows, title=what.title)
        return
    if media.account != STAFF_ACCOUNT:
        raise NotFound("entry.file_elsewhere", account=media.account)
    words = "\n".join(part for part in (what.title, what.text) if part)
    caption = {} if what.kind in _WORDLESS else {"caption": words[: MessageLimit.CAPTION_LENGTH]}
    await send(turn.staff.chat, media.file_id, reply_markup=keyboard(rows), **caption)
