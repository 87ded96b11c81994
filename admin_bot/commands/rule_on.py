"""``/rule_on``: switch one rule on."""

from admin_bot.command import Command
from admin_bot.commands.rule_card import show_card
from admin_bot.listing import Place, whole
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import teach_rule
from core.errors import BadRequestText


async def run(turn: Turn) -> None:
    """Switch a rule on by its number."""
    number = whole(turn.words)
    if number is None:
        raise BadRequestText("usage.rule_on")
    async with teaching(turn) as uow:
        await teach_rule.switch(uow, turn.staff, number, True, turn.desk.clock())
    await show_card(turn, number, Place(), "rule.switched_on")


COMMAND = Command("rule_on", Permission.TEACH, run)
