"""``/faq_off``: switch one FAQ entry off."""

from admin_bot.command import Command
from admin_bot.commands.faq_list import card_rows
from admin_bot.listing import Place, whole
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from admin_bot.wording import faq_card
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
    say = turn.say
    await turn.answer(
        faq_card(say, entry),
        card_rows(say, entry, Place()),
        title=say("faq.switched_off", number=entry.id),
    )


COMMAND = Command("faq_off", Permission.TEACH, run)
