"""The list of commands that Telegram shows beside the text field."""

import asyncio
from collections.abc import Sequence

import structlog
import telegram
from telegram.constants import BotCommandLimit
from telegram.error import TelegramError

from admin_bot.command import Command
from bot.access import may
from bot.wiring import Desk
from core.i18n.texts import LANGUAGES, Texts, texts
from core.states import Role
from storage.repos.staffing import StaffMember

log = structlog.get_logger(__name__)

_MOST_COMMANDS = 100
"""Source: Bot API, setMyCommands."""


class Menus:
    """Keeps Telegram's list of commands right: for everybody, and for each member of staff.

    Args:
        bot: The staff bot.
        desk: The desk.
        commands: Every command, in the order of the list.
    """

    def __init__(self, bot: telegram.Bot, desk: Desk, commands: Sequence[Command]) -> None:
        self._bot = bot
        self._desk = desk
        self._commands = commands
        self._shown: dict[int, tuple[Role, str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def listed(self, role: Role, say: Texts) -> list[telegram.BotCommand]:
        """Return what *role* may use, with one line of help each."""
        return [
            telegram.BotCommand(
                command.name,
                say(f"help.{command.name}")[: BotCommandLimit.MAX_DESCRIPTION],
            )
            for command in self._commands
            if may(role, command.needs)
        ][:_MOST_COMMANDS]

    async def set_common(self) -> None:
        """Show everybody what agents may use, in each language.

        Strangers see this list too, so it holds nothing that only admins have.
        """
        scope = telegram.BotCommandScopeAllPrivateChats()
        say = self._desk.texts(None)
        await self._bot.set_my_commands(self.listed(Role.AGENT, say), scope=scope)
        for language in LANGUAGES:
            await self._bot.set_my_commands(
                self.listed(Role.AGENT, texts(language)),
                scope=scope,
                language_code=language.partition("-")[0],
            )

    def set_own(self, staff: StaffMember) -> None:
        """Show a member of staff what they may use, once until their role or language changes.

        Goes on in the background: the list is a convenience that no answer should wait for.
        """
        say = self._desk.texts(staff.language)
        wanted = (staff.role, say.language)
        if self._shown.get(staff.id) == wanted:
            return
        self._shown[staff.id] = wanted
        task = asyncio.create_task(self._set_own(staff, say), name="staff-menu")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _set_own(self, staff: StaffMember, say: Texts) -> None:
        try:
            await self._bot.set_my_commands(
                self.listed(staff.role, say), scope=telegram.BotCommandScopeChat(staff.chat)
            )
        except TelegramError as error:
            # The commands work without the list; the next update tries again.
            self._shown.pop(staff.id, None)
            log.warning("staff.menu_not_set", staff=staff.id, error=type(error).__name__)

    async def stop(self) -> None:
        """Stop what goes on in the background."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
