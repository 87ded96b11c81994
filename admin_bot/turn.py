"""One update of a member of staff while the staff bot works on it."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

import telegram
from telegram.constants import MessageLimit, ParseMode

from admin_bot.expecting import Expecting
from bot.wiring import Desk
from core.i18n.texts import Texts
from core.messages import Button
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

if TYPE_CHECKING:
    from admin_bot.command import Command
    from admin_bot.live import Live

# The library's durations become timedelta; without this it warns at each one that it reads.
os.environ.setdefault("PTB_TIMEDELTA", "true")

STAFF_ACCOUNT = "staff"
Rows = Sequence[Sequence[Button]]


class AlreadyDone(Exception):
    """This update was worked on before; a repeat must do nothing."""


def keyboard(rows: Rows) -> telegram.InlineKeyboardMarkup | None:
    """Return *rows* as Telegram's keyboard; ``None`` when there are none."""
    if not any(rows):
        return None
    return telegram.InlineKeyboardMarkup(
        [
            [telegram.InlineKeyboardButton(b.label, callback_data=b.data, url=b.url) for b in row]
            for row in rows
            if row
        ]
    )


def page(title: str, text: str) -> str:
    """Return a heading in bold and a text below it, escaped for Telegram and cut to its limit."""
    head = f"<b>{escape(title, quote=False)}</b>\n" if title else ""
    room = MessageLimit.MAX_TEXT_LENGTH - _units(title) - 2
    if _units(text) > room:
        text = _start(text, room - 1) + "…"
    return head + escape(text, quote=False)


def _units(text: str) -> int:
    """Return the length as Telegram counts it: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _start(text: str, units: int) -> str:
    cut = text.encode("utf-16-le", "surrogatepass")[: units * 2]
    return cut.decode("utf-16-le", "ignore")


@dataclass(slots=True)
class Turn:
    """One update: who sent it, what they asked for, and how to answer.

    Args:
        desk: The desk.
        bot: The staff bot.
        update_id: The platform's id of the update.
        staff: Who sent it.
        say: Texts in their language.
        words: What stands behind the command, or behind the button's name; stripped.
        message: What they wrote; for a press the message that carries the button.
        press: The press, ``None`` for a message.
        expecting: What each person was asked to send next.
        commands: Every command of the bot.
        noticed: The press has been answered.
        worked: The update's unit of work is over and committed; a repeat would do nothing.
        said: What they wrote when ``ask`` had asked for it; ``words`` is then what stands behind
            the button's name that ``ask`` was given.
        changes: Numbers, in the record of changes, of what the unit of work has changed.
        live: Keeps messages up to date; ``None`` where nothing is.
    """

    desk: Desk
    bot: telegram.Bot
    update_id: str
    staff: StaffMember
    say: Texts
    words: str
    message: telegram.Message | None = None
    press: telegram.CallbackQuery | None = None
    expecting: Expecting = field(default_factory=Expecting)
    commands: "tuple[Command, ...]" = ()
    noticed: bool = False
    worked: bool = False
    said: str = ""
    changes: list[int] = field(default_factory=list)
    live: "Live | None" = None

    async def answer(self, text: str, rows: Rows = (), *, title: str = "") -> None:
        """Answer: a press changes its own message in place, a command gets a new one."""
        if self.press is not None and self.message is not None:
            try:
                await self.bot.edit_message_text(
                    page(title, text),
                    chat_id=self.staff.chat,
                    message_id=self.message.message_id,
                    parse_mode=ParseMode.HTML,
                    reply_markup=keyboard(rows),
                )
            except telegram.error.BadRequest as error:
                if "not modified" not in error.message:
                    raise
            return
        await self.write(text, rows, title=title)

    async def write(
        self, text: str, rows: Rows = (), *, title: str = "", reply_to: int | None = None
    ) -> telegram.Message:
        """Send a new message and return it, so that it can be edited as work goes on.

        Args:
            text: What to say.
            rows: Rows of buttons.
            title: A heading in bold; empty for none.
            reply_to: Number of the message to quote; ``None`` for none.
        """
        quote = None
        if reply_to is not None:
            quote = telegram.ReplyParameters(reply_to, allow_sending_without_reply=True)
        return await self.bot.send_message(
            self.staff.chat,
            page(title, text),
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard(rows),
            reply_parameters=quote,
        )

    async def ask(self, question: str, then: str) -> None:
        """Ask for a message; what they write next is worked on as if they had pressed a button.

        Args:
            question: What to ask; say in it how to leave things as they are.
            then: The button's data (``name:words``). Its function finds what they wrote in
                ``Turn.said``, and the file that they sent, if any, in ``Turn.message``.
        """
        asked = await self.bot.send_message(
            self.staff.chat,
            page("", question),
            parse_mode=ParseMode.HTML,
            reply_markup=telegram.ForceReply(),
        )
        self.expecting.words(self.staff.id, then, asked.message_id, self.desk.clock())

    async def rewrite(
        self, message: telegram.Message, text: str, rows: Rows = (), *, title: str = ""
    ) -> None:
        """Change a message that ``write`` sent."""
        try:
            await self.bot.edit_message_text(
                page(title, text),
                chat_id=self.staff.chat,
                message_id=message.message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard(rows),
            )
        except telegram.error.BadRequest as error:
            if "not modified" not in error.message:
                raise

    async def send_file(self, name: str, data: bytes, caption: str) -> None:
        """Send a file."""
        await self.bot.send_document(
            self.staff.chat, data, filename=name, caption=caption[: MessageLimit.CAPTION_LENGTH]
        )

    async def notice(self, text: str = "", *, alert: bool = False) -> None:
        """Stop the pressed button's spinner and show *text* for a moment.

        Args:
            text: At most 200 characters; empty for none.
            alert: Whether it stays until the person has read it.
        """
        if self.press is not None and not self.noticed:
            self.noticed = True
            try:
                await self.press.answer(text[:200] or None, show_alert=alert)
            except telegram.error.BadRequest:
                # The press is too old to be answered; its work is done all the same.
                return

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[UnitOfWork]:
        """Open a unit of work that happens once for this update, however often it arrives.

        The caller commits.

        Raises:
            AlreadyDone: The update's work is in the database already.
        """
        async with self.desk.unit() as uow:
            if not await uow.letters.first_time(STAFF_ACCOUNT, self.update_id, self.desk.clock()):
                raise AlreadyDone
            yield uow
            self.changes += uow.audit.recorded
        self.worked = True
