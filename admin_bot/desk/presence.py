"""/online [until 18:00], /break, /offline: whether an agent takes conversations."""

from admin_bot.command import Command, Run
from admin_bot.desk.speaking import voice_of
from admin_bot.moments_typed import moment
from admin_bot.turn import Turn
from bot.access import Permission
from bot.dialog.wording import clock_time
from bot.handlers.desk_presence import set_presence
from core.messages import Button
from core.states import Presence


def _become(presence: Presence) -> Run:
    async def run(turn: Turn) -> None:
        now, zone = turn.desk.clock(), turn.desk.config.zone
        until = None
        if presence is Presence.ONLINE and turn.words:
            until = moment(turn.words, now.astimezone(zone))
        async with turn.unit() as uow:
            found = await set_presence(
                uow, turn.staff, presence, voice=voice_of(turn), now=now, until=until
            )
            await uow.commit()
        say = turn.say
        lines = [say(f"presence.now.{presence.value}")]
        if found.until is not None:
            lines.append(say("presence.until", time=clock_time(found.until, zone)))
        if found.returned:
            lines.append(say("presence.returned", count=found.returned))
        if found.open and presence is not Presence.ONLINE:
            lines.append(say("presence.stay_open", count=found.open))
        others = tuple(
            Button(say(f"presence.become.{p.value}"), p.value)
            for p in Presence
            if p is not presence
        )
        await turn.answer("\n".join(lines), [others])

    return run


def _command(presence: Presence) -> Command:
    run = _become(presence)
    return Command(presence.value, Permission.SERVE, run, presses={presence.value: run})


ONLINE = _command(Presence.ONLINE)
BREAK = _command(Presence.BREAK)
OFFLINE = _command(Presence.OFFLINE)
