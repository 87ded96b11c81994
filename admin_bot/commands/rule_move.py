"""``/rule_move``: put a rule into another place; rules are tried from top to bottom."""

from admin_bot.command import Command
from admin_bot.commands.rule_card import show_card
from admin_bot.listing import Place, number_first, whole
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import order_rules
from core.errors import BadRequestText

_STEPS = {
    **dict.fromkeys(("up", "上", "上移"), -1),
    **dict.fromkeys(("down", "下", "下移"), 1),
}


async def run(turn: Turn) -> None:
    """Move a rule up, down, or to a place."""
    number, rest = number_first(turn.words)
    where = rest.lower()
    place = whole(rest)
    if number is None or (place is None and where not in _STEPS):
        raise BadRequestText("usage.rule_move")
    async with teaching(turn) as uow:
        was = await order_rules.place_of(uow, turn.staff, number)
        to = was.place + _STEPS[where] if place is None else place
        await order_rules.move(uow, turn.staff, number, to, turn.desk.clock())
    await show_card(turn, number, Place(), "rule.moved")


COMMAND = Command("rule_move", Permission.TEACH, run)
