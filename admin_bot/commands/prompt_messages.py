"""The messages of a prompt behind the first: in which order, and how customers will see them."""

from datetime import timedelta

from admin_bot.commands.prompt_places import (
    Places,
    Spot,
    default,
    doubts,
    places,
    title,
)
from admin_bot.commands.rule_replies import first_account
from admin_bot.preview import preview
from admin_bot.replies import Contents, Editor, Messages
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from bot.dialog.variables import HOURS, POSITION, WAIT, filled
from bot.handlers import teach_prompt
from bot.handlers.teach_prompt import MOST_MORE, Shown, Wishes
from core.messages import Button, Content, Kind
from core.prompts import wait_in_words

_EXAMPLES = {HOURS: "09:00–18:00", POSITION: "3"}
"""What a preview shows for what only a real customer has."""
_EXAMPLE_WAIT = timedelta(minutes=5)


async def _load(turn: Turn, ref: str) -> Messages:
    async with turn.desk.reading() as uow:
        there = await places(uow)
        spot = there.spot(ref)
        shown = await teach_prompt.show(uow, turn.staff, spot.account, default(turn, spot.kind))
    return _messages(turn, spot, shown, there)


async def _store(turn: Turn, ref: str, was: Contents, contents: Contents) -> Messages:
    async with teaching(turn) as uow:
        spot = (await places(uow)).spot(ref)
        wishes = Wishes(more=contents, more_was=was)
        shown = await teach_prompt.change(
            uow, turn.staff, spot.account, wishes, default(turn, spot.kind), turn.desk.clock()
        )
        there = await places(uow)
    for doubt in doubts(turn, spot, shown):
        await turn.write(doubt)
    return _messages(turn, spot, shown, there)


def _messages(turn: Turn, spot: Spot, shown: Shown, there: Places) -> Messages:
    prompt = shown.prompt
    rows = tuple((button,) for button in prompt.menu)
    head = Content(Kind.TEXT, prompt.body, buttons=rows)
    account = spot.account if spot.account in there.accounts else None
    return Messages(prompt.more, title(turn, spot, there), account or "", head=head)


async def _preview(turn: Turn, messages: Messages) -> None:
    head = (messages.head,) if messages.head else ()
    facts = {**_EXAMPLES, WAIT: wait_in_words(turn.say, _EXAMPLE_WAIT)}
    shown = [filled(what, facts) for what in (*head, *messages.contents)]
    await preview(turn, shown, messages.account or first_account(turn))


def _back(turn: Turn, ref: str) -> Button:
    return Button(turn.say("rules.button_back"), f"prompt_show:{ref}")


MORE = Editor("prompt_msg", _load, _store, _back, _preview, MOST_MORE)
