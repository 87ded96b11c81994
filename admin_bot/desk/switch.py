"""/switch <number>: put another of the agent's conversations in front."""

from admin_bot.command import Command
from admin_bot.desk import chats
from admin_bot.listing import whole
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers.desk_switch import switch
from core.errors import BadRequestText


async def run(turn: Turn) -> None:
    """Put the conversation whose number is typed in front."""
    number = whole(turn.words)
    if number is None:
        raise BadRequestText("usage.switch")
    name = await _switch(turn, number)
    await turn.answer(turn.say("switch.done", name=name, number=number))


async def _pressed(turn: Turn) -> None:
    first, _, place = turn.words.partition(":")
    number = whole(first) or 0
    name = await _switch(turn, number)
    await turn.notice(turn.say("switch.done", name=name, number=number))
    await chats.show(turn, place)


async def _switch(turn: Turn, number: int) -> str:
    async with turn.unit() as uow:
        name = await switch(uow, turn.staff, number)
        await uow.commit()
    return name


COMMAND = Command("switch", Permission.SERVE, run, presses={"switch": _pressed})
