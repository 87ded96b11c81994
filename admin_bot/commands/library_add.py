"""``/library_add``: add an entry for agents, at once or step by step."""

from dataclasses import replace

from admin_bot.command import Command
from admin_bot.commands.faq_add import draft
from admin_bot.commands.library_entry import show_taught
from admin_bot.commands.library_steps import how_to_add
from admin_bot.teaching import newest, teaching
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import teach_faq
from core.playbook import Shelf


async def run(turn: Turn) -> None:
    """Add an entry."""
    if not turn.words:
        await how_to_add(turn, "usage.library_add", Shelf.DESK)
        return
    wanted = replace(draft(turn.words, turn.message), shelf=Shelf.DESK)
    book = await newest(turn)
    async with teaching(turn) as uow:
        entry = await teach_faq.add(uow, turn.staff, wanted, book.playbook, turn.desk.clock())
    await show_taught(turn, "entry.added", entry)


COMMAND = Command("library_add", Permission.TEACH, run, on_file=run)
