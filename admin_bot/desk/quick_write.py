"""``/quick_add``, and the buttons that add a quick reply where the person is."""

from dataclasses import replace

import telegram

from admin_bot.asking import ask, asking_again
from admin_bot.command import Command
from admin_bot.desk.quick_list import show
from admin_bot.desk.quick_place import Spot
from admin_bot.listing import one_line
from admin_bot.parsing import halves, link, media_of
from admin_bot.replies import settled
from admin_bot.turn import STAFF_ACCOUNT, Turn
from bot.access import Permission
from bot.channels.telegram.content import content_of
from bot.handlers import teach_quick
from bot.handlers.teach_quick import QuickDraft
from core.errors import BadPayload, BadRequestText
from core.messages import Button, Content, Kind
from core.playbook import FaqEntry, Scope
from storage.repos.library import Owner

_NAME_CHARS = 40
"""How much of a text becomes the title of a reply that was given none."""


async def run(turn: Turn) -> None:
    """Add a reply of their own: ``title = text``, or the message that this one answers."""
    quoted = turn.message.reply_to_message if turn.message is not None else None
    if quoted is not None:
        content = await settled(turn, quoted_content(quoted, turn.bot.id))
        title = turn.words or _name_of(turn, content)
    elif not turn.words:
        buttons = (
            Button(turn.say("quick.button_step_by_step"), _own(turn).data("quick_new")),
            Button(turn.say("quick.button_link"), _own(turn).data("quick_link")),
        )
        await turn.answer(turn.say("usage.quick_add"), [buttons])
        return
    else:
        title, content = _written(turn.words)
    await _add(turn, _own(turn), title, content)


async def on_file(turn: Turn) -> None:
    """Add a reply of their own from a file: the caption is its title, or ``title = text``."""
    title, content = await _sent_file(turn, turn.words)
    await _add(turn, _own(turn), title, content)


def _own(turn: Turn) -> Spot:
    return Spot((Scope.PERSONAL, turn.staff.id))


def _written(words: str) -> tuple[str, Content]:
    title, text = halves(words)
    if not title or not text:
        raise BadRequestText("quick.title_and_text")
    return title, Content(Kind.TEXT, text)


async def _sent_file(turn: Turn, words: str) -> tuple[str, Content]:
    found = media_of(turn.message) if turn.message is not None else None
    if found is None:
        raise BadRequestText("quick.bad_kind")
    title, text = halves(words)
    kind, media = found
    content = await settled(turn, Content(kind, text, media))
    return title or media.file_name or _name_of(turn, content), content


def quoted_content(message: telegram.Message, bot_id: int) -> Content:
    """Return what a message in the staff chat says, without the heading that the bot put there.

    Raises:
        BadRequestText: Messages of this kind cannot be kept.
    """
    try:
        content = content_of(message.to_dict(), STAFF_ACCOUNT)
    except BadPayload as error:
        raise BadRequestText("quick.bad_kind") from error
    if message.from_user is None or message.from_user.id != bot_id:
        return replace(content, data={})
    # What the bot shows of customers begins with a line in bold that tells whose it is.
    marks = message.entities or message.caption_entities
    if marks and marks[0].offset == 0 and marks[0].type == "bold":
        units = content.text.encode("utf-16-le")[marks[0].length * 2 :]
        content = replace(content, text=units.decode("utf-16-le").strip())
    return replace(content, data={})


async def content_sent(turn: Turn, before: Content) -> Content:
    """Return what they sent in place of *before*: a file, a link, or a text.

    Where only words came, the file or the address that was there stays.
    """
    found = media_of(turn.message) if turn.message is not None else None
    if before.kind is Kind.LINK and (found is None or found[0] is Kind.PHOTO):
        if "://" in turn.said:
            return link(turn.said, turn.message)
        media = before.media if found is None else found[1]
        return replace(before, text=turn.said, media=media)
    if found is not None:
        return await settled(turn, Content(found[0], turn.said, found[1]))
    return replace(before, text=turn.said)


def _name_of(turn: Turn, content: Content) -> str:
    key = f"kind.{content.kind.value}"
    kind = turn.say(key) if key in turn.say else content.kind.value
    file = content.media.file_name if content.media else None
    return content.title or one_line(content.text, _NAME_CHARS) or file or kind


# -- where the person is --------------------------------------------------------------------------


async def _new(turn: Turn) -> None:
    spot = Spot.read(turn.words)
    await ask(turn, turn.say("quick.ask_new"), spot.data("quick_newed"), spot.data("quick"))


async def _newed(turn: Turn) -> None:
    spot = Spot.read(turn.words)
    async with asking_again(turn, turn.say("quick.ask_new"), spot.data("quick_newed")):
        if turn.message is not None and media_of(turn.message) is not None:
            title, content = await _sent_file(turn, turn.said)
        else:
            title, content = _written(turn.said)
        await _add(turn, spot, title, content)


async def _link(turn: Turn) -> None:
    spot = Spot.read(turn.words)
    await ask(turn, turn.say("quick.ask_link"), spot.data("quick_linked"), spot.data("quick"))


async def _linked(turn: Turn) -> None:
    spot = Spot.read(turn.words)
    async with asking_again(turn, turn.say("quick.ask_link"), spot.data("quick_linked")):
        content = link(turn.said, turn.message)
        await _add(turn, spot, content.title, content)


async def _add(turn: Turn, spot: Spot, title: str, content: Content) -> None:
    owner: Owner = spot.owner or (Scope.PERSONAL, turn.staff.id)
    draft = QuickDraft(title, content, owner, spot.group)
    async with turn.unit() as uow:
        entry: FaqEntry = await teach_quick.add(uow, turn.staff, draft, turn.desk.clock())
        await uow.commit()
    told = turn.say("quick.added", title=one_line(entry.heading, 60))
    await show(turn, spot.at(owner, spot.group), told)


PRESSES = {
    "quick_new": _new,
    "quick_newed": _newed,
    "quick_link": _link,
    "quick_linked": _linked,
}
COMMAND = Command("quick_add", Permission.SERVE, run, on_file=on_file)
