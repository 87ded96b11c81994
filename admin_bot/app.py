"""The staff bot: one update of a member of staff in, the work done, the answer out."""

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

import orjson
import structlog
import telegram
from telegram.constants import ChatType
from telegram.error import Forbidden, TelegramError
from telegram.ext import Application, ContextTypes, TypeHandler
from telegram.request import HTTPXRequest
from tenacity import AsyncRetrying, retry_if_exception_type, wait_exponential_jitter

from admin_bot import inline
from admin_bot.command import Command, Run
from admin_bot.commands.all import COMMANDS
from admin_bot.expecting import Expecting
from admin_bot.live import Live
from admin_bot.menus import Menus
from admin_bot.rate import PatientLimiter
from admin_bot.turn import STAFF_ACCOUNT, AlreadyDone, Turn
from bot import attendance
from bot.access import may
from bot.wiring import Desk
from core.errors import BadRequestText, DeskError, NotAllowed, Overloaded
from core.i18n.texts import Texts
from storage.repos.letters import Letter
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

log = structlog.get_logger(__name__)

START_PATIENCE_SECONDS = 5.0
"""How long ``start`` waits for the platform; then it goes on trying in the background."""
RETRY_SECONDS = 5
TRIES = 3
"""How often one update may fail before it is kept as a dead letter."""
REFUSAL_PAUSE = timedelta(minutes=1)
CHANNEL = "telegram"
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+|$)", re.ASCII)
_MOST_REMEMBERED = 10_000
_LONGEST_LANGUAGE = 8
_FILES = (
    *("document", "photo", "voice", "video", "audio"),
    *("animation", "video_note", "sticker"),
)


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
        self._fallback = fallback
        self.commands: tuple[Command, ...] = (*COMMANDS, *extra_commands)
        self._by_name = _unique((command.name, command) for command in self.commands)
        self._by_press = _unique(
            (name, (command, run))
            for command in self.commands
            for name, run in command.presses.items()
        )
        self._expecting = Expecting()
        self._application = (
            Application.builder()
            .token(token)
            .base_url(f"{api_url}/bot")
            .base_file_url(f"{api_url}/file/bot")
            .request(HTTPXRequest(connection_pool_size=64, read_timeout=20, pool_timeout=20))
            .get_updates_request(HTTPXRequest(connection_pool_size=1))
            .rate_limiter(PatientLimiter())
            .updater(None)
            .job_queue(None)
            .build()
        )
        self._application.add_handler(TypeHandler(telegram.Update, self._updated))
        self._application.add_error_handler(self._remember_error)
        self._menus = Menus(self.bot, desk, self.commands)
        self.live = Live(self._application.bot, desk.clock)
        self._errors: dict[int, Exception] = {}
        self._connecting: asyncio.Task[None] | None = None
        self._ready = False
        self._one_at_a_time: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._failures: OrderedDict[str, int] = OrderedDict()
        self._refused: OrderedDict[int, datetime] = OrderedDict()

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
            log.warning("staff.unreadable", update=_id_of(raw), error=type(error).__name__)
            await self._keep(raw, "unreadable")
            return
        user = update.effective_user
        if user is None:
            return
        lock = self._one_at_a_time.setdefault(user.id, asyncio.Lock())
        async with lock:
            await self._application.process_update(update)
        failure = self._errors.pop(id(update), None)
        if failure is not None:
            await self._failed(raw, update, failure)

    async def _remember_error(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Keep what a handler raised: the library would only log it, the webhook must know."""
        if context.error is not None:
            self._errors[id(update)] = context.error

    async def _failed(
        self, raw: Mapping[str, Any], update: telegram.Update, error: Exception
    ) -> None:
        key = str(update.update_id)
        tries = self._failures.pop(key, 0) + 1
        log.error("staff.update_failed", update=key, tries=tries, exc_info=error)
        user = update.effective_user
        language = user.language_code if user is not None else None
        say = self._desk.texts(language)
        if tries < TRIES:
            self._failures[key] = tries
            _forget_oldest(self._failures)
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
            await self.bot.send_message(user.id, words)
        except TelegramError as error:
            log.warning("staff.not_told", update=update.update_id, error=type(error).__name__)

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
        staff = await self._member(user)
        if staff is None:
            await self._refuse(user, press)
            return
        await self._seen(staff)
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
        await self._take(turn)
        self._menus.set_own(staff)

    async def _inline(self, update: telegram.Update) -> None:
        """Offer quick replies in any chat; strangers get nothing, and are told nothing."""
        user = update.effective_user
        staff = await self._member(user) if user is not None else None
        if update.inline_query is not None:
            await inline.answer(self._desk, update.inline_query, staff)
        elif update.chosen_inline_result is not None and staff is not None:
            chosen = update.chosen_inline_result.result_id
            await inline.chosen(self._desk, str(update.update_id), chosen, staff)

    async def _member(self, user: telegram.User) -> StaffMember | None:
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

    async def _seen(self, staff: StaffMember) -> None:
        """Write down that somebody gives a sign, at most once a minute."""
        now = self._desk.clock()
        if not attendance.is_due(staff, now):
            return
        policies = self._desk.playbook.now.playbook.policies
        # A power cut may take it back: the next sign is never far.
        async with UnitOfWork(self._desk.database, lasting=False) as uow:
            await attendance.sign(uow, staff, policies, now)
            await uow.commit()

    async def _refuse(self, user: telegram.User, press: telegram.CallbackQuery | None) -> None:
        """Tell a stranger that this is not for them, at most once a minute."""
        now = self._desk.clock()
        last = self._refused.get(user.id)
        if last is not None and now - last < REFUSAL_PAUSE:
            return
        self._refused.pop(user.id, None)
        self._refused[user.id] = now
        _forget_oldest(self._refused)
        words = self._desk.texts(user.language_code)("error.not_staff", id=user.id)
        log.info("staff.stranger", user=user.id)
        # A stranger who has blocked us needs no answer, nor is one worth a repetition.
        with suppress(TelegramError):
            if press is not None:
                await press.answer(words[:200], show_alert=True)
            else:
                await self.bot.send_message(user.id, words)

    # -- what it asks for ----------------------------------------------------------------------

    async def _take(self, turn: Turn) -> None:
        """Find out what is asked for, do it, and answer what went wrong in words."""
        command, run = self._asked(turn)
        try:
            if command is not None and not may(turn.staff.role, command.needs):
                raise NotAllowed
            await run(turn)
        except AlreadyDone:
            log.info("staff.repeated", update=turn.update_id)
        except DeskError as error:
            await self._explain(turn, command, error)
        except Forbidden:
            # They have blocked the bot: nothing will reach them, and a repetition neither.
            log.info("staff.blocked", staff=turn.staff.id, update=turn.update_id)
        except Exception as error:
            if not turn.worked:
                raise
            # A repetition would do nothing, so it could not bring the answer either.
            log.error("staff.answer_lost", update=turn.update_id, exc_info=error)
            with suppress(TelegramError):
                await turn.write(turn.say("error.staff_answer_lost"))
        finally:
            with suppress(TelegramError):
                await turn.notice()

    def _asked(self, turn: Turn) -> tuple[Command | None, Run]:
        if turn.press is not None:
            name, _, words = (turn.press.data or "").partition(":")
            turn.words = words.strip()
            command, run = self._by_press.get(name, (None, _gone))
            return command, run
        message = turn.message
        written = "" if message is None else message.text or message.caption or ""
        expected = self._expecting.taken(turn.staff.id, self._desk.clock())
        quoted = None if message is None else message.reply_to_message
        then = self._expecting.answered(
            turn.staff.id, quoted.message_id if quoted else None, self._desk.clock()
        )
        has_file = message is not None and any(getattr(message, name) for name in _FILES)
        found = _COMMAND.match(written)
        if found is None and then is not None:
            name, _, words = then.partition(":")
            turn.words, turn.said = words.strip(), written.strip()
            command, run = self._by_press.get(name, (None, _gone))
            return command, run
        if found is None:
            turn.words = written.strip()
            if has_file and expected is not None:
                command = self._by_name[expected]
                return command, command.on_file or command.run
            if written.startswith("/"):
                return None, _unknown
            return None, self._fallback or _unknown
        asked = self._by_name.get(found[1].lower())
        if asked is None:
            return None, _unknown
        turn.words = written[found.end() :].strip()
        if has_file:
            return asked, asked.on_file or _no_file
        return asked, asked.run

    async def _explain(self, turn: Turn, command: Command | None, error: DeskError) -> None:
        words = _in_words(turn.say, error)
        if turn.press is not None and len(words) <= 200 and not turn.noticed:
            await turn.notice(words, alert=True)
            return
        usage = f"usage.{command.name}" if command is not None else ""
        explains_itself = error.key.startswith("usage.")
        if isinstance(error, BadRequestText) and usage in turn.say and not explains_itself:
            words = f"{words}\n\n{turn.say(usage)}"
        await turn.write(words)


def _unique(pairs: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name}: two commands or buttons have this name")
        found[name] = value
    return found


def _in_words(say: Texts, error: DeskError) -> str:
    try:
        return say(error.key, **error.facts)
    except KeyError:
        log.error("staff.no_text", key=error.key)
        return say("error.refused")


def _id_of(raw: Mapping[str, Any]) -> str | None:
    number = raw.get("update_id")
    return str(number) if isinstance(number, int) else None


def _forget_oldest(kept: OrderedDict[Any, Any]) -> None:
    if len(kept) > _MOST_REMEMBERED:
        kept.popitem(last=False)


async def _gone(turn: Turn) -> None:
    await turn.notice(turn.say("error.button_gone"), alert=True)


async def _unknown(turn: Turn) -> None:
    await turn.answer(turn.say("error.unknown_command"))


async def _no_file(turn: Turn) -> None:
    raise BadRequestText("error.no_file_here")
