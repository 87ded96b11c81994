"""``/word_off``: switch one list of sensitive words off."""

from admin_bot.command import Command
from admin_bot.commands.word_card import View, switch
from admin_bot.listing import whole
from admin_bot.turn import Turn
from bot.access import Permission
from core.errors import BadRequestText


async def run(turn: Turn) -> None:
    """Switch a list off by its number."""
    number = whole(turn.words)
    if number is None:
        raise BadRequestText("usage.word_off")
    await switch(turn, number, False, View())


COMMAND = Command("word_off", Permission.TEACH, run)
