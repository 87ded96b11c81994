"""Tells members of staff from strangers."""

from collections import OrderedDict
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
import telegram
from telegram.error import TelegramError

from admin_bot.forgetting import forget_oldest
from bot import attendance
from bot.wiring import Desk
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

log = structlog.get_logger(__name__)

REFUSAL_PAUSE = timedelta(minutes=1)
CHANNEL = "telegram"
_LONGEST_LANGUAGE = 8


class Members:
    """Knows who works here, writes down that they are there, and refuses everybody else.

    Args:
        desk: The desk.
        bot: The staff bot.
    """

    def __init__(self, desk: Desk, bot: telegram.Bot) -> None:
        self._desk = desk
        self._bot = bot
        self._refused: OrderedDict[int, datetime] = OrderedDict()

    async def member(self, user: telegram.User) -> StaffMember | None:
        """Return the active member of staff behind *user*, with the language they speak now."""
        async with self._desk.reading() as uow:
            staff = await uow.staffing.by_chat(CHANNEL, str(user.id))
        if staff is None or not staff.active:
            return None
        language = (user.language_code or "").lower()[:_LONGEST_LANGUAGE]
        if language and language != staff.language:
            async with self._desk.unit() as uow:
                await uow.staffing.change(staff.id, language=language)
                staff = await uow.staffing.by_chat(CHANNEL, str(user.id)) or staff
                await uow.commit()
        return staff

    async def seen(self, staff: StaffMember) -> None:
        """Write down that somebody gives a sign, at most once a minute."""
        now = self._desk.clock()
        if not attendance.is_due(staff, now):
            return
        policies = self._desk.playbook.now.playbook.policies
        # A power cut may take it back: the next sign is never far.
        async with UnitOfWork(self._desk.database, lasting=False) as uow:
            await attendance.sign(uow, staff, policies, now)
            await uow.commit()

    async def refuse(self, user: telegram.User, press: telegram.CallbackQuery | None) -> None:
        """Tell a stranger that this is not for them, at most once a minute.

        Args:
            user: The stranger.
            press: What they pressed; ``None`` where they wrote.
        """
        now = self._desk.clock()
        last = self._refused.get(user.id)
        if last is not None and now - last < REFUSAL_PAUSE:
            return
        self._refused.pop(user.id, None)
        self._refused[user.id] = now
        forget_oldest(self._refused)
        words = self._desk.texts(user.language_code)("error.not_staff", id=user.id)
        log.info("staff.stranger", user=user.id)
        # A stranger who has blocked us needs no answer, nor is one worth a repetition.
        with suppress(TelegramError):
            if press is not None:
                await press.answer(words[:200], show_alert=True)
            else:
                await self._bot.send_message(user.id, words)
