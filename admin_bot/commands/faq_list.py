"""``/faq_list``: look through the customers' part of the knowledge base."""

from admin_bot.browsing import View
from admin_bot.command import Command
from admin_bot.commands.library import show
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers.find_entries import Filter
from core.playbook import Shelf


async def run(turn: Turn) -> None:
    """Open the root, or what the words find."""
    await show(turn, View(Shelf.FAQ, wanted=Filter(words=" ".join(turn.words.split()))))


COMMAND = Command("faq_list", Permission.TEACH, run)
