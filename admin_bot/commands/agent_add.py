"""``/agent_add``: add a person, or bring one back."""

from admin_bot.command import Command
from admin_bot.commands.agent_list import show_card
from admin_bot.listing import Place, whole
from admin_bot.parsing import listed, tokens
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import staffing
from core.errors import BadRequestText
from core.states import Role

_ROLES = {
    "agent": Role.AGENT,
    "admin": Role.ADMIN,
    "owner": Role.OWNER,
    "坐席": Role.AGENT,
    "客服": Role.AGENT,
    "管理员": Role.ADMIN,
    "超级管理员": Role.OWNER,
}


async def run(turn: Turn) -> None:
    """Read ``<user id> <name> [admin|owner] [group ...]`` and add the person."""
    words = tokens(turn.words)
    number = whole(words[0]) if len(words) > 1 else None
    if not number:
        raise BadRequestText("usage.agent_add")
    name, rest = words[1], words[2:]
    role = None
    if rest and rest[0].lower() in _ROLES:
        role = _ROLES[rest[0].lower()]
        rest = rest[1:]
    groups = [one for word in rest for one in listed(word)]
    async with turn.unit() as uow:
        added = await staffing.add(
            uow,
            turn.staff,
            str(number),
            name,
            role,
            groups,
            turn.desk.config.desk.agent_capacity,
            turn.desk.clock(),
        )
        await uow.commit()
    key = "agent.returned" if added.returned else "agent.added"
    await show_card(
        turn,
        added.colleague,
        Place(),
        title=turn.say(key, name=added.colleague.member.name),
    )


COMMAND = Command("agent_add", Permission.STAFF, run)
