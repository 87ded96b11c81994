"""The staff bot: one update of a member of staff in, the work done, the answer out."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from weakref import WeakValueDictionary

import httpx
import structlog
import telegram
from telegram.constants import ChatType
from telegram.error import TelegramError
from telegram.ext import Application, ContextTypes, TypeHandler
from telegram.request import HTTPXRequest
from tenacity import AsyncRetrying, retry_if_exception_type, wait_exponential_jitter

from admin_bot import inline
from admin_bot.carrying_out import carry_out
from admin_bot.command import Command, Run
from admin_bot.commands.all import COMMANDS
from admin_bot.expecting import Expecting
from admin_bot.failures import Failures
from admin_bot.live import Live
from admin_bot.members import Members
from admin_bot.menus import Menus
from admin_bot.rate import PatientLimiter
from admin_bot.switchboard import Switchboard
from admin_bot.turn import Turn
from bot.wiring import Desk
from core.errors import Overloaded

log = structlog.get_logger(__name__)

START_PATIENCE_SECONDS = 5.0
"""How long ``start`` waits for the platform; then it goes on trying in the background."""
RETRY_SECONDS = 5

# Reading the certificates of a few hundred authorities takes longer than all else at the start.
_certificates = cache(httpx.create_ssl_context)


def _requests(**options: Any) -> HTTPXRequest:
    return HTTPXRequest(**options, httpx_kwargs={"verify": _certificates()})


class StaffBot:
    """The bot that agents and admins use.

    Args:
        desk: The desk.
        token: The bot's token.
        api_url: Where the Bot API is, without ``/bot`` behind it.
        extra_commands: Commands besides those in ``admin_bot.commands``.
        fallback: What everything that is no command goes to; ``None`` to point at ``/help``.

    Raises:
        ValueError: Two commands or two buttons have the same name.
    """

    def __init__(
        self,
        desk: Desk,
        *,
        token: str,
        api_url: str,
        extra_commands: Sequence[Command] = (),
        fallback: Run | None = None,
    ) -> None:
        # It writes every address that it calls into the log, and ours hold the token.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._desk = desk
        self.commands: tuple[Command, ...] = (*COMMANDS, *extra_commands)
        self._switchboard = Switchboard(self.commands, fallback)
        self._expecting = Expecting()
        self._application = (
            Application.builder()
            .token(token)
            .base_url(f"{api_url}/bot")
            .base_file_url(f"{api_url}/file/bot")
            .request(_requests(connection_pool_size=64, read_timeout=20, pool_timeout=20))
            .get_updates_request(_requests(connection_pool_size=1))
            .rate_limiter(PatientLimiter())
            .updater(None)
            .job_queue(None)
            .build()
        )
        self._application.add_handler(TypeHandler(telegram.Update, self._updated))
        self._application.add_error_handler(self._remember_error)
        self._members = Members(desk, self.bot)
        self._failures = Failures(desk, self.bot)
        self._menus = Menus(self.bot, desk, self.commands)
        self.live = Live(self._application.bot, desk.clock)
        self._errors: dict[int, Exception] = {}
        self._connecting: asyncio.Task[None] | None = None
        self._ready = False
        self._one_at_a_time: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    @property
    def bot(self) -> telegram.Bot:
        """The bot, for calls of the platform."""
        return self._application.bot

    # -- life ----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Connect, and tell the platform the commands.

        Where the platform cannot be reached now this goes on in the background; until it has
        succeeded ``handle`` asks for a retry.
        """
        self._connecting = asyncio.create_task(self._connect(), name="staff-connect")
        await asyncio.wait({self._connecting}, timeout=START_PATIENCE_SECONDS)

    async def _connect(self) -> None:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(TelegramError),
            wait=wait_exponential_jitter(initial=1, max=60),
        ):
            with attempt:
                try:
                    await self._application.initialize()
                    self._ready = True
                    await self._menus.set_common()
                except TelegramError as error:
                    log.warning("staff.not_connected", error=type(error).__name__)
                    raise
        log.info("staff.connected", bot=self.bot.id)

    async def stop(self) -> None:
        """Close every connection."""
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
            self._connecting = None
        self._ready = False
        await self.live.stop()
        await self._menus.stop()
        await self._application.shutdown()
        # An application that never became ready has not opened the bot, only its requests.
        await self.bot.shutdown()

    # -- one update ----------------------------------------------------------------------------

    async def handle(self, raw: Mapping[str, Any]) -> None:
        """Work on one update; returns only when its work is committed.

        An update that cannot be read is kept as a dead letter and dropped. So is one that has
        failed for the third time, lest it stand in the way of all that come after it.

        Args:
            raw: The update as the platform sent it, parsed from JSON.

        Raises:
            Overloaded: The platform has not been reached yet; let it repeat the update.
            Exception: The work failed and nothing was changed; let the platform repeat the update.
        """
        if not self._ready:
            raise Overloaded(RETRY_SECONDS)
        try:
            update = telegram.Update.de_json(dict(raw), self.bot)
            if not isinstance(update.update_id, int):
                raise TypeError("update_id is no number")
        except Exception as error:
            # Whatever the library stumbles over: what it cannot read now it never will.
            await self._failures.unreadable(raw, error)
            return
        user = update.effective_user
        if user is None:
            return
        lock = self._one_at_a_time.setdefault(user.id, asyncio.Lock())
        async with lock:
            await self._application.process_update(update)
        failure = self._errors.pop(id(update), None)
        if failure is not None:
            await self._failures.failed(raw, update, failure)

    async def _remember_error(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Keep what a handler raised: the library would only log it, the webhook must know."""
        if context.error is not None:
            self._errors[id(update)] = context.error

    # -- who it is from ------------------------------------------------------------------------

    async def _updated(self, update: telegram.Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        if update.inline_query is not None or update.chosen_inline_result is not None:
            await self._inline(update)
            return
        press = update.callback_query
        message = update.message or update.edited_message
        if press is not None:
            here = press.message
            if here is None or here.chat.type != ChatType.PRIVATE:
                return
            message = here if isinstance(here, telegram.Message) else None
        elif message is None or message.chat.type != ChatType.PRIVATE:
            return
        user = update.effective_user
        if user is None:
            return
        staff = await self._members.member(user)
        if staff is None:
            await self._members.refuse(user, press)
            return
        await self._members.seen(staff)
        turn = Turn(
            desk=self._desk,
            bot=self.bot,
            update_id=str(update.update_id),
            staff=staff,
            say=self._desk.texts(staff.language),
            words="",
            message=message,
            press=press,
            expecting=self._expecting,
            commands=self.commands,
            live=self.live,
        )
        pressed = message.message_id if press is not None and message is not None else None
        self.live.moved_on(staff.chat, pressed)
        command, run = self._switchboard.asked(turn)
        await carry_out(turn, command, run)
        self._menus.set_own(staff)

    async def _inline(self, update: telegram.Update) -> None:
        """Offer quick replies in any chat; strangers get nothing, and are told nothing."""
        user = update.effective_user
        staff = await self._members.member(user) if user is not None else None
        if update.inline_query is not None:
            await inline.answer(self._desk, update.inline_query, staff)
        elif update.chosen_inline_result is not None and staff is not None:
            chosen = update.chosen_inline_result.result_id
            await inline.chosen(self._desk, str(update.update_id), chosen, staff)
