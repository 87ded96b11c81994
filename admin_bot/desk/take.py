"""/take <number>, and the button on a card: take a waiting conversation."""

from admin_bot.command import Command
from admin_bot.desk.speaking import voice_of
from admin_bot.listing import whole
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers.desk_take import take
from core.errors import BadRequestText, Conflict, NotAllowed


async def run(turn: Turn) -> None:
    """Take the conversation whose number is typed."""
    if whole(turn.words) is None:
        raise BadRequestText("usage.take")
    await _take(turn, on_card=False)


async def _pressed(turn: Turn) -> None:
    """Take what the card offers; the card then says who has it."""
    try:
        await _take(turn, on_card=True)
    except Conflict as lost:
        words = turn.say(lost.key, **lost.facts)
        await turn.notice(words, alert=True)
        if lost.key not in ("desk.hands_full", "desk.yours_already"):
            # The offer is over, and its button with it; the card's own last words may still be
            # on their way. A card that is theirs has other buttons by now.
            await turn.answer(words)


async def _take(turn: Turn, *, on_card: bool) -> None:
    try:
        async with turn.unit() as uow:
            taken = await take(
                uow,
                turn.staff,
                whole(turn.words) or 0,
                voice=voice_of(turn),
                now=turn.desk.clock(),
                on_card=on_card,
            )
            await uow.commit()
    except NotAllowed:
        words = turn.say("take.not_offered")
        if on_card:
            await turn.notice(words, alert=True)
        else:
            await turn.answer(words)
        return
    await turn.notice(turn.say("take.done", name=taken.name, number=taken.conversation_id))


COMMAND = Command("take", Permission.SERVE, run, presses={"take": _pressed})
