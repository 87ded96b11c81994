"""Finds out what a member of staff asks for."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from admin_bot.command import Command, Run
from admin_bot.turn import Turn
from core.errors import BadRequestText

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+|$)", re.ASCII)
_FILES = (
    *("document", "photo", "voice", "video", "audio"),
    *("animation", "video_note", "sticker"),
)


class Switchboard:
    """Knows every command and every button by its name.

    Args:
        commands: Every command of the bot.
        fallback: What everything that is no command goes to; ``None`` to point at ``/help``.

    Raises:
        ValueError: Two commands or two buttons have the same name.
    """

    def __init__(self, commands: Sequence[Command], fallback: Run | None) -> None:
        self._fallback = fallback
        self._by_name: dict[str, Command] = _unique((one.name, one) for one in commands)
        self._by_press: dict[str, tuple[Command, Run]] = _unique(
            (name, (command, run)) for command in commands for name, run in command.presses.items()
        )

    def asked(self, turn: Turn) -> tuple[Command | None, Run]:
        """Return the command that a turn is for, ``None`` for no known one, and what does it.

        ``Turn.words``, and ``Turn.said`` where something had been asked, are filled in.
        """
        if turn.press is not None:
            return self._pressed(turn, turn.press.data or "")
        message = turn.message
        written = "" if message is None else message.text or message.caption or ""
        now = turn.desk.clock()
        expected = turn.expecting.taken(turn.staff.id, now)
        quoted = None if message is None else message.reply_to_message
        then = turn.expecting.answered(turn.staff.id, quoted.message_id if quoted else None, now)
        has_file = message is not None and any(getattr(message, name) for name in _FILES)
        found = _COMMAND.match(written)
        if found is None and then is not None:
            turn.said = written.strip()
            return self._pressed(turn, then)
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

    def _pressed(self, turn: Turn, data: str) -> tuple[Command | None, Run]:
        name, _, words = data.partition(":")
        turn.words = words.strip()
        return self._by_press.get(name, (None, _gone))


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name}: two commands or buttons have this name")
        found[name] = value
    return found


async def _gone(turn: Turn) -> None:
    await turn.notice(turn.say("error.button_gone"), alert=True)


async def _unknown(turn: Turn) -> None:
    await turn.answer(turn.say("error.unknown_command"))


async def _no_file(turn: Turn) -> None:
    raise BadRequestText("error.no_file_here")
