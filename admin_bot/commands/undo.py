"""``/undo``, and the button of that name: take back what was just changed."""

from admin_bot.command import Command
from admin_bot.listing import whole
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from admin_bot.undoing import UNDO
from bot.access import Permission
from bot.handlers import undo
from core.errors import BadRequestText, NotFound


async def run(turn: Turn) -> None:
    """Take back what the person changed last."""
    if turn.words:
        raise BadRequestText("usage.undo")
    async with teaching(turn) as uow:
        first, last = await undo.latest(uow, turn.staff, turn.desk.clock())
        await undo.undo(uow, turn.staff, first, last, turn.desk.clock())
    await turn.answer(turn.say("undo.done"))


async def _pressed(turn: Turn) -> None:
    begin, _, end = turn.words.partition("-")
    first, last = whole(begin), whole(end)
    if first is None or last is None:
        raise NotFound("undo.nothing")
    async with teaching(turn) as uow:
        await undo.undo(uow, turn.staff, first, last, turn.desk.clock())
    await turn.answer(turn.say("undo.done"))


COMMAND = Command("undo", Permission.SERVE, run, presses={UNDO: _pressed})
