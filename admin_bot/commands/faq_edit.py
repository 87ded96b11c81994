"""``/faq_edit``: give an entry other questions and another answer."""

from admin_bot.command import Command
from admin_bot.commands.faq_add import draft
from admin_bot.commands.library_entry import show_taught
from admin_bot.listing import number_first
from admin_bot.teaching import newest, teaching
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import teach_faq
from core.errors import BadRequestText


async def run(turn: Turn) -> None:
    """Edit an entry: its number, then everything as with ``/faq_add``."""
    number, rest = number_first(turn.words)
    if number is None or not rest:
        raise BadRequestText("usage.faq_edit")
    wanted = draft(rest, turn.message)
    book = await newest(turn)
    async with teaching(turn) as uow:
        entry = await teach_faq.edit(
            uow, turn.staff, number, wanted, book.playbook, turn.desk.clock()
        )
    await show_taught(turn, "faq.changed", entry)


COMMAND = Command("faq_edit", Permission.TEACH, run, on_file=run)
