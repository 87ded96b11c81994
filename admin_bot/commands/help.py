"""``/help``: what the asker may use, and how."""

from admin_bot.command import Command
from admin_bot.turn import Turn
from bot.access import Permission, may
from core.errors import NotFound
from core.messages import Button

_GROUPS = (
    ("help.group_agent", (Permission.SERVE,)),
    ("help.group_admin", (Permission.SEE_LINE, Permission.TEACH)),
    ("help.group_owner", (Permission.STAFF,)),
)
_A_ROW = 3


async def run(turn: Turn) -> None:
    """List what the asker may use; with a command's name, say how to use that one."""
    name = turn.words.removeprefix("/").lower()
    if name:
        command = _allowed(turn, name)
        await turn.answer(turn.say(f"usage.{command.name}"), title=f"/{command.name}")
        return
    say = turn.say
    parts = []
    buttons: list[tuple[Button, ...]] = []
    for key, permissions in _GROUPS:
        commands = [
            command
            for command in turn.commands
            if command.needs in permissions and may(turn.staff.role, command.needs)
        ]
        if not commands:
            continue
        lines = [f"/{command.name} – {say(f'help.{command.name}')}" for command in commands]
        parts.append("\n".join([say(key), *lines]))
        row = [
            Button(f"/{command.name}", f"open:{command.name}")
            for command in commands
            if command.name != "help"
        ]
        buttons += [tuple(row[at : at + _A_ROW]) for at in range(0, len(row), _A_ROW)]
    parts.append(say("help.more"))
    await turn.answer("\n\n".join(parts), buttons, title=say("help.title"))


async def _open(turn: Turn) -> None:
    """Run a command without words, as if it had been typed: below the list, not in its place."""
    command = _allowed(turn, turn.words)
    await turn.notice()
    turn.words, turn.press, turn.message = "", None, None
    await command.run(turn)


def _allowed(turn: Turn, name: str) -> Command:
    for command in turn.commands:
        if command.name == name and may(turn.staff.role, command.needs):
            return command
    raise NotFound("error.unknown_command")


COMMAND = Command("help", Permission.SERVE, run, presses={"open": _open})
