"""``/faq_off``: switch one FAQ entry off."""

from admin_bot.command import Command
from admin_bot.commands.library_entry import show_taught
from admin_bot.listing import whole
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import teach_faq
from core.errors import BadRequestText


async def run(turn: Turn) -> None:
    """Switch an entry off by its number."""
    number = whole(turn.words)
    if number is None:
        raise BadRequestText("usage.faq_off")
    async with teaching(turn) as uow:
        entry = await teach_faq.switch(uow, turn.staff, number, False, turn.desk.clock())
    await show_taught(turn, "faq.switched_off", entry)


COMMAND = Command("faq_off", Permission.TEACH, run)
