"""``/word_edit``: give a list of sensitive words another name and other words."""

from admin_bot.command import Command
from admin_bot.commands.word_card import View, show_card, show_taught
from admin_bot.listing import number_first
from admin_bot.parsing import halves, listed
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import teach_words
from bot.handlers.teach_words import Wishes
from core.errors import BadRequestText


async def run(turn: Turn) -> None:
    """Edit ``number name = word, word``; without a name it stays, with a number only: the form."""
    number, rest = number_first(turn.words)
    if number is None:
        raise BadRequestText("usage.word_edit")
    if not rest:
        async with turn.desk.reading() as uow:
            banned = await teach_words.show(uow, turn.staff, number)
        await show_card(turn, banned, View())
        return
    name, words = halves(rest)
    if not words:
        raise BadRequestText("usage.word_edit")
    wishes = Wishes(name=name or None, words=listed(words))
    async with teaching(turn) as uow:
        taught = await teach_words.edit(uow, turn.staff, number, wishes, turn.desk.clock())
    await show_taught(turn, "words.changed", taught, View())


COMMAND = Command("word_edit", Permission.TEACH, run)
