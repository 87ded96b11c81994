"""``/export``: the whole playbook as a file."""

import asyncio

from admin_bot.command import Command
from admin_bot.progress import Progress
from admin_bot.turn import Turn
from admin_bot.wording import today
from bot.access import Permission
from bot.handlers import playbook_file
from bot.knowledge.playbook_file import write
from core.playbook import Playbook


async def run(turn: Turn) -> None:
    """Send the playbook as a YAML file."""
    say = turn.say
    progress = Progress(turn, say("export.working"))
    playbook, data = await progress.during(_written(turn))
    name = f"playbook-{today(turn.desk).isoformat()}.yaml"
    caption = say("export.done", rules=len(playbook.rules), faq=len(playbook.faq))
    await turn.send_file(name, data, caption)


async def _written(turn: Turn) -> tuple[Playbook, bytes]:
    async with turn.unit() as uow:
        playbook = await playbook_file.give_out(uow, turn.staff, turn.desk.clock())
        await uow.commit()
    text = await asyncio.to_thread(write, playbook)
    return playbook, text.encode()


COMMAND = Command("export", Permission.TEACH, run)
