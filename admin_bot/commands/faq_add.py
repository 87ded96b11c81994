"""``/faq_add``: teach an answer."""

import telegram

from admin_bot.command import Command
from admin_bot.commands.library_entry import show_taught
from admin_bot.commands.library_steps import how_to_add, keywords
from admin_bot.parsing import barred, contents, halves, heads, period
from admin_bot.teaching import newest, teaching
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import teach_faq
from bot.handlers.teach_faq import FaqDraft
from core.errors import BadRequestText
from core.playbook import Shelf

_HEADS = {
    **dict.fromkeys(("category", "分类"), "category"),
    **dict.fromkeys(("keywords", "keyword", "关键词"), "keywords"),
    **dict.fromkeys(("valid", "有效期"), "valid"),
    **dict.fromkeys(("title", "标题"), "title"),
}


def draft(words: str, message: telegram.Message | None) -> FaqDraft:
    """Read ``<question> | <similar> = <answer>`` with lines ``category:`` and so on above it.

    Raises:
        BadRequestText: The period makes no sense, or there is more than one file or text.
    """
    values, rest = heads(words, _HEADS)
    questions, answer = halves(rest)
    question, *similar = barred(questions) or ("",)
    answers = contents(answer, message)
    if len(answers) > 1:
        raise BadRequestText("faq.one_answer")
    first, last = period(values["valid"]) if values.get("valid") else (None, None)
    return FaqDraft(
        question=question,
        answer=answers[0] if answers else None,
        category="/".join(
            part.strip() for part in values.get("category", "").split("/") if part.strip()
        ),
        similar=tuple(similar),
        keywords=keywords(values.get("keywords", "")),
        valid_from=first,
        valid_until=last,
        title=values.get("title"),
    )


async def run(turn: Turn) -> None:
    """Add an entry."""
    if not turn.words:
        await how_to_add(turn, "usage.faq_add", Shelf.FAQ)
        return
    wanted = draft(turn.words, turn.message)
    book = await newest(turn)
    async with teaching(turn) as uow:
        entry = await teach_faq.add(uow, turn.staff, wanted, book.playbook, turn.desk.clock())
    await show_taught(turn, "faq.added", entry)


COMMAND = Command("faq_add", Permission.TEACH, run, on_file=run)
