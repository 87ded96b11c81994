"""``/word_on``: switch one list of sensitive words on."""

from admin_bot.command import Command
from admin_bot.commands.word_card import View, switch
from admin_bot.listing import whole
from admin_bot.turn import Turn
from bot.access import Permission
from core.errors import BadRequestText


async def run(turn: Turn) -> None:
    """Switch a list on by its number."""
    number = whole(turn.words)
    if number is None:
        raise BadRequestText("usage.word_on")
    await switch(turn, number, True, View())


COMMAND = Command("word_on", Permission.TEACH, run)
