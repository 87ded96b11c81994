"""The replies of a keyword rule, one after the other."""

from collections.abc import Mapping

from admin_bot.command import Run
from admin_bot.commands.rule_card import known
from admin_bot.listing import whole
from admin_bot.preview import pressed, preview
from admin_bot.replies import Contents, Editor, Messages
from admin_bot.teaching import newest, teaching
from admin_bot.turn import Turn
from admin_bot.wording import state
from bot.handlers import teach_rule
from bot.handlers.teach_rule import MOST_REPLIES, RuleWishes
from core.messages import Button
from core.playbook import Rule


async def _load(turn: Turn, ref: str) -> Messages:
    async with turn.desk.reading() as uow:
        rule = await teach_rule.show(uow, turn.staff, known(whole(ref)))
    return _messages(turn, rule)


async def _store(turn: Turn, ref: str, was: Contents, contents: Contents) -> Messages:
    book = await newest(turn)
    async with teaching(turn) as uow:
        taught = await teach_rule.revise(
            uow,
            turn.staff,
            known(whole(ref)),
            RuleWishes(replies=contents, replies_were=was),
            book,
            turn.desk.clock(),
        )
    messages = _messages(turn, taught.rule)
    odd = [doubt for doubt in taught.doubts if doubt.key == "rule.doubt_variable"]
    if odd:
        await turn.write(turn.say(odd[0].key, **odd[0].facts))
    return messages


def _messages(turn: Turn, rule: Rule) -> Messages:
    heading = turn.say("rule.replies_title", number=rule.id, state=state(turn.say, rule.enabled))
    return Messages(rule.replies, heading, rule.accounts[0] if rule.accounts else "")


def _back(turn: Turn, ref: str) -> Button:
    return Button(turn.say("rules.button_to_rule"), f"rule_show:{ref}:1:")


async def _preview(turn: Turn, messages: Messages) -> None:
    await preview(turn, messages.contents, messages.account or first_account(turn))


def first_account(turn: Turn) -> str:
    """Return the name of some account, for a preview."""
    return next(iter(turn.desk.config.accounts), "")


REPLIES = Editor("rule_msg", _load, _store, _back, _preview, MOST_REPLIES)

PRESSES: Mapping[str, Run] = {"preview_button": pressed, **REPLIES.presses}
