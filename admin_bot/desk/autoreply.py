"""/autoreply on|off: whether keyword rules answer while this agent serves."""

from admin_bot.command import Command
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers.desk_presence import set_auto_reply
from core.errors import BadRequestText
from core.messages import Button

_WORDS = {"on": True, "开": True, "开启": True, "off": False, "关": False, "关闭": False}


async def run(turn: Turn) -> None:
    """Switch it, or show how it stands."""
    if not turn.words:
        await _show(turn, turn.staff.auto_reply)
        return
    on = _WORDS.get(turn.words.lower())
    if on is None:
        raise BadRequestText("usage.autoreply")
    async with turn.unit() as uow:
        await set_auto_reply(uow, turn.staff, on, turn.desk.clock())
        await uow.commit()
    await _show(turn, on)


async def _show(turn: Turn, on: bool) -> None:
    say = turn.say
    other = "off" if on else "on"
    await turn.answer(
        say(f"autoreply.now_{'on' if on else 'off'}"),
        [(Button(say(f"autoreply.switch_{other}"), f"autoreply:{other}"),)],
    )


COMMAND = Command("autoreply", Permission.SERVE, run, presses={"autoreply": run})
