"""``/rule_edit``: give a rule other words and replies."""

from admin_bot.command import Command
from admin_bot.commands.rule_add import settled_draft
from admin_bot.commands.rule_card import show_taught
from admin_bot.listing import number_first
from admin_bot.teaching import newest, teaching
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import teach_rule
from core.errors import BadRequestText


async def run(turn: Turn) -> None:
    """Edit a rule: its number, then everything as with ``/rule_add``."""
    number, rest = number_first(turn.words)
    if number is None or not rest:
        raise BadRequestText("usage.rule_edit")
    wanted = await settled_draft(turn, rest)
    book = await newest(turn)
    async with teaching(turn) as uow:
        taught = await teach_rule.edit(uow, turn.staff, number, wanted, book, turn.desk.clock())
    await show_taught(turn, "rule.changed", taught)


COMMAND = Command("rule_edit", Permission.TEACH, run, on_file=run)
