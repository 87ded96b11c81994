"""``/word_add``: add a list of sensitive words."""

from admin_bot.command import Command
from admin_bot.commands.word_card import View, show_taught
from admin_bot.parsing import halves, listed
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import teach_words
from bot.handlers.teach_words import Wishes
from core.errors import BadRequestText


async def run(turn: Turn) -> None:
    """Add ``name = word, word``; everything else is chosen with the buttons below it."""
    name, words = halves(turn.words)
    if not name or not words:
        raise BadRequestText("usage.word_add")
    wishes = Wishes(name=name, words=listed(words))
    async with teaching(turn) as uow:
        taught = await teach_words.add(uow, turn.staff, wishes, turn.desk.clock())
    await show_taught(turn, "words.added", taught, View())


COMMAND = Command("word_add", Permission.TEACH, run)
