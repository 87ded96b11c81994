"""``/rule_add``: teach a keyword rule, with text or with the file that carries the command."""

import telegram

from admin_bot.command import Command
from admin_bot.commands.rule_list import show_taught
from admin_bot.parsing import contents, halves, heads, listed, match_word
from admin_bot.teaching import newest, teaching
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import teach_rule
from bot.handlers.teach_rule import RuleDraft
from core.errors import BadRequestText

_ACCOUNTS = dict.fromkeys(("accounts", "account", "账号", "客服账号"), "accounts")


def draft(words: str, message: telegram.Message | None) -> RuleDraft:
    """Read ``[accounts: a, b] <all|any|exact> <word, word> = <reply>``.

    Replies are separated by lines of ``---``; the file of *message*, if it has one, is the first.

    Raises:
        BadRequestText: The match mode is missing, or it has neither a reply nor a file.
    """
    values, rest = heads(words, _ACCOUNTS)
    match, rest = match_word(rest)
    keywords, reply = halves(rest)
    return RuleDraft(
        match, listed(keywords), contents(reply, message), listed(values.get("accounts", ""))
    )


async def run(turn: Turn) -> None:
    """Add a rule."""
    if not turn.words:
        raise BadRequestText("usage.rule_add")
    wanted = draft(turn.words, turn.message)
    book = await newest(turn)
    async with teaching(turn) as uow:
        taught = await teach_rule.add(uow, turn.staff, wanted, book, turn.desk.clock())
    await show_taught(turn, "rule.added", taught)


COMMAND = Command("rule_add", Permission.TEACH, run, on_file=run)
