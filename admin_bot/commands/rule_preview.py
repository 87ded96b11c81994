"""``/rule_preview``: what a rule would have done to the last 7 days' messages, before it exists."""

from dataclasses import replace

from admin_bot import ahead
from admin_bot.command import Command
from admin_bot.commands.rule_add import settled_draft
from admin_bot.teaching import newest, teaching
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from admin_bot.wording import rule_card
from bot.access import Permission
from bot.handlers import preview, teach_rule
from core.errors import BadRequestText
from core.playbook import Rule

NAME = "rule_preview"


async def run(turn: Turn) -> None:
    """Look at what the rule would have done."""
    if not turn.words:
        raise BadRequestText("usage.rule_preview")
    wanted = await settled_draft(turn, turn.words)
    if not wanted.words:
        raise BadRequestText("rule.no_words")
    rule = Rule(0, "", wanted.match, wanted.words, wanted.replies, wanted.accounts)
    await ahead.look(turn, lambda past, book, zone: preview.of_rule(past, rule, book, zone), NAME)


async def _saved(turn: Turn) -> None:
    words, message = ahead.quoted(turn)
    wanted = await settled_draft(replace(turn, message=message), words)
    book = await newest(turn)
    async with teaching(turn) as uow:
        taught = await teach_rule.add(uow, turn.staff, wanted, book, turn.desk.clock())
    title = turn.say("ahead.rule_saved", number=taught.rule.id)
    await turn.answer(rule_card(turn.say, taught.rule), [undo_row(turn)], title=title)


async def _cancelled(turn: Turn) -> None:
    await turn.answer(turn.say("ahead.cancelled"))


COMMAND = Command(
    NAME,
    Permission.TEACH,
    run,
    presses={f"{NAME}_save": _saved, f"{NAME}_cancel": _cancelled},
    on_file=run,
)
