"""/next: take whoever has waited longest in the agent's groups."""

from admin_bot.command import Command
from admin_bot.desk.speaking import voice_of
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers.desk_take import take_next


async def run(turn: Turn) -> None:
    """Take the next one. The hand-over card comes through the outbox, like every card."""
    async with turn.unit() as uow:
        taken = await take_next(uow, turn.staff, voice=voice_of(turn), now=turn.desk.clock())
        await uow.commit()
    if taken is None:
        if turn.press is not None:
            await turn.notice(turn.say("next.nobody"))
        else:
            await turn.answer(turn.say("next.nobody"))
        return
    await turn.notice(turn.say("take.done", name=taken.name, number=taken.conversation_id))


COMMAND = Command("next", Permission.SERVE, run, presses={"next": run})
