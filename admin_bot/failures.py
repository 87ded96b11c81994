"""Updates of the staff bot that could not be worked on."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import orjson
import structlog
import telegram
from telegram.error import TelegramError

from admin_bot.forgetting import forget_oldest
from admin_bot.turn import STAFF_ACCOUNT
from bot.wiring import Desk
from storage.repos.letters import Letter

log = structlog.get_logger(__name__)

TRIES = 3
"""How often one update may fail before it is kept as a dead letter."""


class Failures:
    """Keeps dead letters, and tells people that something went wrong.

    Args:
        desk: The desk.
        bot: The staff bot.
    """

    def __init__(self, desk: Desk, bot: telegram.Bot) -> None:
        self._desk = desk
        self._bot = bot
        self._tries: OrderedDict[str, int] = OrderedDict()

    async def unreadable(self, raw: Mapping[str, Any], error: Exception) -> None:
        """Keep an update that cannot be read."""
        log.warning("staff.unreadable", update=_id_of(raw), error=type(error).__name__)
        await self._keep(raw, "unreadable")

    async def failed(
        self, raw: Mapping[str, Any], update: telegram.Update, error: Exception
    ) -> None:
        """Raise what an update has failed with, so that it is repeated; the third time, keep it.

        Args:
            raw: The update as the platform sent it.
            update: The same, read.
            error: What it has failed with.
        """
        key = str(update.update_id)
        tries = self._tries.pop(key, 0) + 1
        log.error("staff.update_failed", update=key, tries=tries, exc_info=error)
        user = update.effective_user
        language = user.language_code if user is not None else None
        say = self._desk.texts(language)
        if tries < TRIES:
            self._tries[key] = tries
            forget_oldest(self._tries)
            if tries == 1:
                await self._tell(update, say("error.staff_will_retry"))
            raise error
        await self._keep(raw, f"failed {tries} times: {type(error).__name__}")
        await self._tell(update, say("error.staff_gave_up"))

    async def _keep(self, raw: Mapping[str, Any], why: str) -> None:
        letter = Letter(STAFF_ACCOUNT, _id_of(raw), why, orjson.dumps(dict(raw), default=str))
        async with self._desk.unit() as uow:
            await uow.letters.keep([letter], self._desk.clock())
            await uow.commit()

    async def _tell(self, update: telegram.Update, words: str) -> None:
        user = update.effective_user
        if user is None:
            return
        try:
            await self._bot.send_message(user.id, words)
        except TelegramError as error:
            log.warning("staff.not_told", update=update.update_id, error=type(error).__name__)


def _id_of(raw: Mapping[str, Any]) -> str | None:
    number = raw.get("update_id")
    return str(number) if isinstance(number, int) else None
