"""``/rule_add``: teach a keyword rule in one message, or step by step."""

from dataclasses import replace

import telegram

from admin_bot.command import Command
from admin_bot.commands.rule_card import known, show_taught, wish_of_mode
from admin_bot.commands.rule_replies import REPLIES
from admin_bot.listing import one_line, whole
from admin_bot.parsing import contents, halves, heads, listed, match_word
from admin_bot.replies import settled
from admin_bot.steps import again, ask, keeps
from admin_bot.teaching import newest, teaching
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import teach_rule
from bot.handlers.teach_rule import RuleDraft
from core.errors import DeskError
from core.messages import Button
from core.playbook import Match

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


async def settled_draft(turn: Turn, words: str) -> RuleDraft:
    """Read a rule and make its files such as can be kept.

    Raises:
        BadRequestText: It makes no sense, or a file cannot be kept.
    """
    wanted = draft(words, turn.message)
    return replace(wanted, replies=tuple([await settled(turn, what) for what in wanted.replies]))


async def run(turn: Turn) -> None:
    """Add a rule; a new version of the message that made one changes that rule."""
    if not turn.words:
        await _begin(turn)
        return
    wanted = await settled_draft(turn, turn.words)
    message = turn.message
    book = await newest(turn)
    now = turn.desk.clock()
    title = "rule.added"
    async with teaching(turn) as uow:
        number = None
        if message is not None and message.edit_date is not None:
            number = await teach_rule.made_by(uow, turn.staff, message.message_id)
        if number is not None:
            title = "rule.changed"
            taught = await teach_rule.edit(uow, turn.staff, number, wanted, book, now)
        else:
            taught = await teach_rule.add(
                uow,
                turn.staff,
                wanted,
                book,
                now,
                message=message.message_id if message is not None else None,
            )
    await show_taught(turn, title, taught)


# -- step by step: the rule is there from its first words on, switched off until it is complete ---


async def _begin(turn: Turn) -> None:
    question = turn.say("rule.ask_new")
    title = turn.say("rule.new_title")
    if turn.press is not None:
        await ask(turn, question, "rule_new_said", "rule_list:1:", title=title)
        return
    await turn.answer(turn.say("usage.rule_add"), title=title)
    await turn.ask(question, "rule_new_said")


async def _words_said(turn: Turn) -> None:
    if keeps(turn):
        await turn.answer(turn.say("rules.step_called_off"))
        return
    book = await newest(turn)
    try:
        async with teaching(turn) as uow:
            taught = await teach_rule.start(
                uow, turn.staff, listed(turn.said), book, turn.desk.clock()
            )
    except DeskError as error:
        await again(turn, error, turn.say("rule.ask_new"), "rule_new_said")
        return
    say, rule = turn.say, taught.rule
    await turn.answer(
        say("rule.ask_match", words=one_line(say("word.comma").join(rule.words), 500)),
        [
            tuple(
                Button(say(f"match.{match.value}"), f"rule_new_match:{rule.id}:{match.value}")
                for match in (Match.ANY, Match.ALL, Match.EXACT)
            )
        ],
        title=say("rule.card_title", number=rule.id),
    )


async def _match_chosen(turn: Turn) -> None:
    number, _, mode = turn.words.partition(":")
    book = await newest(turn)
    async with teaching(turn) as uow:
        taught = await teach_rule.revise(
            uow,
            turn.staff,
            known(whole(number)),
            wish_of_mode(mode),
            book,
            turn.desk.clock(),
        )
    title = turn.say("rule.card_title", number=taught.rule.id)
    await REPLIES.ask_for_one(turn, str(taught.rule.id), title)


COMMAND = Command(
    "rule_add",
    Permission.TEACH,
    run,
    presses={
        "rule_new": _begin,
        "rule_new_said": _words_said,
        "rule_new_match": _match_chosen,
    },
    on_file=run,
)
