"""Shows admins how customers will see what the desk says of its own accord."""

from collections.abc import Iterable, Mapping

from telegram.constants import MessageLimit, ParseMode

from admin_bot.turn import STAFF_ACCOUNT, Turn, keyboard, page
from admin_bot.wording import content as in_words
from bot.dialog.variables import facts_of, filled
from core.messages import Button, Content, Kind, Media


def example_facts(turn: Turn, account: str) -> Mapping[str, str]:
    """Return what the variables stand for in a preview: the admin is the customer."""
    return facts_of(
        nickname=turn.staff.name,
        account=account,
        local=turn.desk.clock().astimezone(turn.desk.config.zone),
    )


async def preview(turn: Turn, contents: Iterable[Content], account: str) -> None:
    """Send contents to the admin, in order, as a customer of *account* would get them.

    A file that another account holds is named by its kind; so is a card that is made when it is
    sent. Buttons that a customer would press are shown and do nothing here.
    """
    facts = example_facts(turn, account)
    for what in contents:
        await _send(turn, filled(what, facts))


async def _send(turn: Turn, what: Content) -> None:
    rows = [tuple(_harmless(button) for button in row) for row in what.buttons]
    if what.kind is Kind.LINK:
        url = str(what.data.get("url") or "")
        rows.insert(0, (Button(what.title or url, url=url),))
    if what.kind is Kind.CONTACT and what.data.get("phone_number"):
        await turn.bot.send_contact(
            turn.staff.chat,
            phone_number=str(what.data["phone_number"]),
            first_name=str(what.data.get("first_name") or what.data["phone_number"]),
            last_name=what.data.get("last_name"),
        )
        return
    media = what.media
    # An uploaded recording is a document here; customers get it as what their platform can play.
    uploaded = what.kind is Kind.VOICE and media is not None and media.mime != "audio/ogg"
    if media is not None and media.account == STAFF_ACCOUNT and not uploaded:
        await _send_file(turn, what, media, rows)
        return
    if what.kind is Kind.LINK and media is None:
        await turn.write(what.text or str(what.data.get("url") or ""), rows, title=what.title)
        return
    await turn.write(in_words(turn.say, what), rows, title=what.title)


def _harmless(button: Button) -> Button:
    return button if button.url else Button(button.label, "preview_button")


async def _send_file(
    turn: Turn, what: Content, media: Media, rows: list[tuple[Button, ...]]
) -> None:
    chat, file, buttons = turn.staff.chat, media.file_id, keyboard(rows)
    caption: str | None = page(what.title, what.text)
    if not what.text and not what.title:
        caption = None
    elif len(what.text) + len(what.title) >= MessageLimit.CAPTION_LENGTH:
        await turn.write(what.text, title=what.title)
        caption = None
    bot, html = turn.bot, ParseMode.HTML
    match what.kind:
        case Kind.PHOTO | Kind.LINK:
            await bot.send_photo(chat, file, caption, parse_mode=html, reply_markup=buttons)
        case Kind.VOICE:
            await bot.send_voice(chat, file, caption=caption, parse_mode=html, reply_markup=buttons)
        case Kind.VIDEO:
            await bot.send_video(chat, file, caption=caption, parse_mode=html, reply_markup=buttons)
        case Kind.ANIMATION:
            await bot.send_animation(
                chat, file, caption=caption, parse_mode=html, reply_markup=buttons
            )
        case Kind.VIDEO_NOTE:
            await bot.send_video_note(chat, file, reply_markup=buttons)
        case Kind.STICKER:
            await bot.send_sticker(chat, file, reply_markup=buttons)
        case _:
            await bot.send_document(
                chat, file, caption=caption, parse_mode=html, reply_markup=buttons
            )


async def pressed(turn: Turn) -> None:
    """Say that a button of a preview does nothing."""
    await turn.notice(turn.say("rules.preview_button"), alert=False)
