"""``/faq_preview``: what an entry would have done to the last 7 days' messages before it is."""

from admin_bot import ahead
from admin_bot.command import Command
from admin_bot.commands.faq_add import draft
from admin_bot.teaching import newest, teaching
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from admin_bot.wording import content
from bot.access import Permission
from bot.handlers import preview, teach_faq
from core.errors import BadRequestText
from core.messages import text
from core.playbook import FaqEntry

NAME = "faq_preview"


async def run(turn: Turn) -> None:
    """Look at what the entry would have done."""
    if not turn.words:
        raise BadRequestText("usage.faq_preview")
    wanted = draft(turn.words, turn.message)
    if not wanted.question:
        raise BadRequestText("faq.no_question")
    answer = wanted.answer or text("")
    entry = FaqEntry(
        0,
        wanted.category,
        wanted.question,
        wanted.similar,
        wanted.keywords,
        answer,
        valid_from=wanted.valid_from,
        valid_until=wanted.valid_until,
    )
    await ahead.look(turn, lambda past, book, zone: preview.of_entry(past, entry, book, zone), NAME)


async def _saved(turn: Turn) -> None:
    words, message = ahead.quoted(turn)
    wanted = draft(words, message)
    book = await newest(turn)
    async with teaching(turn) as uow:
        entry = await teach_faq.add(uow, turn.staff, wanted, book.playbook, turn.desk.clock())
    say = turn.say
    lines = [*(f"▫ {sentence}" for sentence in (entry.question, *entry.similar))]
    lines.append(f"→ {content(say, entry.answer)}")
    title = say("ahead.entry_saved", number=entry.id)
    await turn.answer("\n".join(lines), [undo_row(turn)], title=title)


async def _cancelled(turn: Turn) -> None:
    await turn.answer(turn.say("ahead.cancelled"))


COMMAND = Command(
    NAME,
    Permission.TEACH,
    run,
    presses={f"{NAME}_save": _saved, f"{NAME}_cancel": _cancelled},
    on_file=run,
)
