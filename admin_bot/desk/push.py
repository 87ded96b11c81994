"""/push on|off: whether an agent is told of customers' unread messages. Source: AGT-19."""

from admin_bot.command import Command
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers.desk_presence import set_push
from core.errors import BadRequestText
from core.messages import Button

_WORDS = {"on": True, "开": True, "开启": True, "off": False, "关": False, "关闭": False}


async def run(turn: Turn) -> None:
    """Switch it, or show how it stands."""
    on: bool | None = turn.staff.push_unread
    if turn.words:
        on = _WORDS.get(turn.words.lower())
        if on is None:
            raise BadRequestText("usage.push")
        policies = turn.desk.playbook.now.playbook.policies
        async with turn.unit() as uow:
            await set_push(uow, turn.staff, on, policies=policies, now=turn.desk.clock())
            await uow.commit()
    await _show(turn, bool(on))


async def _show(turn: Turn, on: bool) -> None:
    say = turn.say
    policy = turn.desk.playbook.now.playbook.policies.desk
    state = "on" if on else "off"
    lines = [say(f"push.now_{state}", minutes=policy.push_minutes)]
    if not policy.push:
        lines.append(say("push.not_allowed"))
    elif not policy.push_outside:
        lines.append(say("push.within_hours"))
    rows = []
    if policy.push or on:
        other = "off" if on else "on"
        rows.append((Button(say(f"push.switch_{other}"), f"push:{other}"),))
    await turn.answer("\n".join(lines), rows)


COMMAND = Command("push", Permission.SERVE, run, presses={"push": run})
