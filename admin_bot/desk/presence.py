"""/online, /break, /offline: whether an agent takes conversations."""

from admin_bot.command import Command, Run
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers.desk_presence import set_presence
from core.messages import Button
from core.states import Presence


def _become(presence: Presence) -> Run:
    async def run(turn: Turn) -> None:
        async with turn.unit() as uow:
            open_now = await set_presence(uow, turn.staff, presence, turn.desk.clock())
            await uow.commit()
        say = turn.say
        words = say(f"presence.now.{presence.value}")
        if open_now and presence is not Presence.ONLINE:
            words += "\n" + say("presence.stay_open", count=open_now)
        others = tuple(
            Button(say(f"presence.become.{p.value}"), p.value)
            for p in Presence
            if p is not presence
        )
        await turn.answer(words, [others])

    return run


def _command(presence: Presence) -> Command:
    run = _become(presence)
    return Command(presence.value, Permission.SERVE, run, presses={presence.value: run})


ONLINE = _command(Presence.ONLINE)
BREAK = _command(Presence.BREAK)
OFFLINE = _command(Presence.OFFLINE)
