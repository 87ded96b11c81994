"""Messages that keep themselves up to date while somebody looks at them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError
from telegram.ext import ExtBot

from admin_bot.rate import ONCE
from admin_bot.turn import Rows, keyboard, page
from core.clock import Clock
from core.errors import DeskError

log = structlog.get_logger(__name__)

LIVES = timedelta(minutes=10)
"""How long a message is kept up to date after the command or the last press."""
EVERY = timedelta(seconds=5)
"""A message is edited at most once in so long."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a message shows."""

    text: str
    rows: Rows = ()
    title: str = ""


LookUp = Callable[[], Awaitable[Look | None]]
"""Returns what the message is to show now; ``None``: it shall not be kept up to date any more."""


@dataclass(slots=True)
class _Live:
    """One message that is kept up to date."""

    message_id: int
    look_up: LookUp
    shows: Look
    until: datetime
    next_at: datetime


@dataclass(slots=True)
class Live:
    """Keeps messages up to date: in each chat one, the newest.

    Nothing of this is stored: after a restart the messages stay as they are.

    Args:
        bot: The staff bot.
        clock: The time.
        sleep: Waits for some seconds.
    """

    bot: ExtBot[str]
    clock: Clock
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _by_chat: dict[str, _Live] = field(default_factory=dict)
    _task: asyncio.Task[None] | None = None

    def follow(self, chat: str, message_id: int, shows: Look, look_up: LookUp) -> None:
        """Keep a message up to date from now on; what was followed in its chat is so no longer.

        Args:
            chat: The chat.
            message_id: The message.
            shows: What it shows now.
            look_up: Asked again and again what it is to show.
        """
        now = self.clock()
        self._by_chat[chat] = _Live(message_id, look_up, shows, now + LIVES, now + EVERY)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="staff-live")

    def moved_on(self, chat: str, message_id: int | None) -> None:
        """Note that a person did something: a message further up is left as it is from now on.

        A press on the message itself shows that they look at it.

        Args:
            chat: Their chat.
            message_id: The message whose button they pressed; ``None`` where they wrote.
        """
        live = self._by_chat.get(chat)
        if live is None:
            return
        if live.message_id == message_id:
            live.until = self.clock() + LIVES
        else:
            del self._by_chat[chat]

    @property
    def followed(self) -> dict[str, int]:
        """The messages that are kept up to date, by chat."""
        return {chat: live.message_id for chat, live in self._by_chat.items()}

    async def stop(self) -> None:
        """Leave every message as it is."""
        self._by_chat.clear()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        while self._by_chat:
            await self.sleep(EVERY.total_seconds())
            await self.tick()

    async def tick(self) -> None:
        """Edit every message whose time has come and that would show something else by now.

        One after the other: the platform's limit for a bot is never reached by these.
        """
        for chat, live in list(self._by_chat.items()):
            now = self.clock()
            if now >= live.until:
                self._forget(chat, live)
            elif now >= live.next_at:
                await self._refresh(chat, live)

    async def _refresh(self, chat: str, live: _Live) -> None:
        try:
            look = await live.look_up()
        except DeskError:
            # They may not see it any more.
            look = None
        except Exception as error:
            # A message that shows old numbers does less harm than a loop that has died.
            log.error("live.not_looked_up", chat=chat, exc_info=error)
            look = None
        if self._by_chat.get(chat) is not live:
            # They have moved on while we looked.
            return
        if look is None:
            self._forget(chat, live)
        elif look != live.shows:
            await self._edit(chat, live, look)

    async def _edit(self, chat: str, live: _Live, look: Look) -> None:
        live.next_at = self.clock() + EVERY
        try:
            await self.bot.edit_message_text(
                page(look.title, look.text),
                chat_id=chat,
                message_id=live.message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard(look.rows),
                rate_limit_args=ONCE,
            )
        except RetryAfter as error:
            pause = error.retry_after
            live.next_at = self.clock() + (
                pause if isinstance(pause, timedelta) else timedelta(seconds=pause)
            )
            return
        except BadRequest as error:
            if "not modified" not in error.message:
                # It was deleted, or is something else by now.
                self._forget(chat, live)
                return
        except Forbidden:
            self._forget(chat, live)
            return
        except TelegramError as error:
            log.warning("live.not_edited", chat=chat, error=type(error).__name__)
            return
        live.shows = look

    def _forget(self, chat: str, live: _Live) -> None:
        if self._by_chat.get(chat) is live:
            del self._by_chat[chat]
