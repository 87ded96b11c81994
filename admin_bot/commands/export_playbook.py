"""``/export``: the whole playbook as a file, or the knowledge base as a sheet or to print."""

import asyncio
from collections.abc import Callable

from admin_bot.command import Command
from admin_bot.progress import Progress
from admin_bot.turn import Turn
from admin_bot.wording import today
from bot.access import Permission
from bot.handlers import playbook_file
from bot.knowledge.knowledge_sheet import knowledge_excel
from bot.knowledge.pdf import knowledge_pdf
from bot.knowledge.playbook_file import write
from core.errors import BadRequestText
from core.messages import Button
from core.playbook import Playbook

FORMS = {"yaml": "yaml", "excel": "xlsx", "pdf": "pdf"}
"""Sorts of files, and how their names end."""


async def run(turn: Turn) -> None:
    """Send the playbook as a YAML file, and offer the other sorts."""
    form = turn.words.lower()
    if form not in ("", *FORMS):
        raise BadRequestText("export.unknown_form", forms=", ".join(FORMS))
    if not form:
        await turn.write(turn.say("export.others"), [_buttons(turn)])
    await _send(turn, form or "yaml")


def _buttons(turn: Turn) -> tuple[Button, ...]:
    return tuple(
        Button(turn.say(f"export.{form}"), f"export_as:{form}") for form in ("excel", "pdf")
    )


async def _pressed(turn: Turn) -> None:
    if turn.words not in FORMS:
        raise BadRequestText("export.unknown_form", forms=", ".join(FORMS))
    await _send(turn, turn.words)


async def _send(turn: Turn, form: str) -> None:
    say = turn.say
    progress = Progress(turn, say("export.working"))
    playbook, data = await progress.during(_written(turn, form))
    name = "playbook" if form == "yaml" else "knowledge"
    caption = say(
        "export.done" if form == "yaml" else "export.knowledge_done",
        rules=len(playbook.rules),
        faq=len(playbook.faq),
        library=len(playbook.library),
    )
    await turn.send_file(f"{name}-{today(turn.desk).isoformat()}.{FORMS[form]}", data, caption)
    if turn.press is not None:
        # In place of what was said while it went on.
        await turn.answer(say("export.others"), [_buttons(turn)])


async def _written(turn: Turn, form: str) -> tuple[Playbook, bytes]:
    async with turn.unit() as uow:
        playbook = await playbook_file.give_out(uow, turn.staff, turn.desk.clock(), form)
        await uow.commit()
    entries = (*playbook.faq, *playbook.library)
    forms: dict[str, Callable[[], bytes]] = {
        "yaml": lambda: write(playbook).encode(),
        "excel": lambda: knowledge_excel(entries, turn.say, turn.desk.config.zone),
        "pdf": lambda: knowledge_pdf(entries, turn.say("export.pdf_title"), turn.say),
    }
    return playbook, await asyncio.to_thread(forms[form])


COMMAND = Command("export", Permission.TEACH, run, presses={"export_as": _pressed})
