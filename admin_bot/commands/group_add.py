"""``/group_add``: add a service group."""

from admin_bot.command import Command
from admin_bot.commands.group_list import show_card
from admin_bot.listing import Place
from admin_bot.parsing import tokens
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import grouping
from core.errors import BadRequestText


async def run(turn: Turn) -> None:
    """Read ``<name> [identifier] [phone]`` and add the group."""
    words = tokens(turn.words)
    if not 1 <= len(words) <= 3:
        raise BadRequestText("usage.group_add")
    name, identifier, phone = [*words, None, None][:3]
    async with teaching(turn) as uow:
        group = await grouping.add(
            uow, turn.staff, name or "", identifier, phone, turn.desk.clock()
        )
    await show_card(turn, group, Place(), title=turn.say("group.added", name=group.name))


COMMAND = Command("group_add", Permission.STAFF, run)
