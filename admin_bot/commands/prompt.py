"""``/prompt``: what the desk says of its own accord: messages, menu, on and off, and for whom."""

import re

from admin_bot.command import Command
from admin_bot.commands.prompt_lists import show_groups, show_kinds
from admin_bot.commands.prompt_messages import MORE
from admin_bot.commands.prompt_places import (
    Places,
    Spot,
    default,
    doubts,
    places,
    title,
    variables,
)
from admin_bot.listing import in_rows, one_line
from admin_bot.parsing import barred, halves
from admin_bot.steps import again, ask, called_off, keeps
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from admin_bot.wording import prompt_card
from bot import access
from bot.access import Permission
from bot.handlers import settings, teach_prompt
from bot.handlers.teach_prompt import MenuItem, Shown, Wishes
from core.errors import BadRequestText, DeskError
from core.messages import Button
from core.prompts import (
    CLOSED,
    END,
    HOLIDAY,
    KINDS,
    NOBODY,
    QUEUE,
    REMINDER,
    WELCOME,
)

_NAMES = {
    **{kind: kind for kind in KINDS},
    "欢迎语": WELCOME,
    "排队提示语": QUEUE,
    "排队": QUEUE,
    "无人接待提示语": NOBODY,
    "无人接待": NOBODY,
    "非工作时间": CLOSED,
    "节假日": HOLIDAY,
    "超时提醒": REMINDER,
    "结束会话提示语": END,
    "结束": END,
}
_KIND = re.compile(rf"({'|'.join(_NAMES)})(?:\s+|$)", re.IGNORECASE)
_ACCOUNT = re.compile(r"(?:account|账号)\s*[=＝]\s*(\S+)(?:\s+|$)", re.IGNORECASE)
_GROUP = re.compile(r"(?:group|客服组|组)\s*[=＝]\s*(\S+)(?:\s+|$)", re.IGNORECASE)
_MENU = re.compile(r"(?:menu|菜单)(?:\s+(.*)|$)", re.IGNORECASE | re.DOTALL)
_NO_MENU = frozenset({"none", "无", "没有"})
_ON, _OFF, _RESET = ("on", "开启", "打开"), ("off", "关闭"), ("reset", "重置", "恢复默认")
_QUIET = frozenset({WELCOME, NOBODY})
"""Kinds beside which the robot's silence is ticked. Source: requirement PRM-04."""


def menu(words: str) -> tuple[MenuItem, ...]:
    """Read ``label=action | label=https://... | label``; one a line works as well."""
    return tuple(MenuItem(*halves(item)) for item in barred(words))


async def run(turn: Turn) -> None:
    """Show all kinds, or show or change one of them."""
    words = turn.words
    if not words:
        await show_kinds(turn)
        return
    kind = _KIND.match(words)
    if kind is None:
        raise BadRequestText("usage.prompt")
    spot, words = Spot(_NAMES[kind[1].lower()]), words[kind.end() :]
    if found := _ACCOUNT.match(words):
        spot, words = Spot(spot.kind, found[1]), words[found.end() :]
    elif found := _GROUP.match(words):
        async with turn.desk.reading() as uow:
            group = await teach_prompt.place_of_group(uow, turn.staff, found[1])
        spot, words = Spot(spot.kind, group), words[found.end() :]
    words = words.strip()
    if not words:
        await _show(turn, spot)
    elif words.lower() in _ON:
        await _change(turn, spot, Wishes(enabled=True))
    elif words.lower() in _OFF:
        await _change(turn, spot, Wishes(enabled=False))
    elif words.lower() in _RESET:
        await _ask_reset(turn, spot)
    elif found := _MENU.fullmatch(words):
        await _change(turn, spot, Wishes(menu=menu(found[1] or "")))
    else:
        await _change(turn, spot, Wishes(body=words))


# -- one kind --------------------------------------------------------------------------------------


async def _show(turn: Turn, spot: Spot) -> None:
    async with turn.desk.reading() as uow:
        shown = await teach_prompt.show(uow, turn.staff, spot.account, default(turn, spot.kind))
        there = await places(uow)
    await _card(turn, spot, shown, there)


async def _change(turn: Turn, spot: Spot, wishes: Wishes) -> None:
    async with teaching(turn) as uow:
        shown = await teach_prompt.change(
            uow, turn.staff, spot.account, wishes, default(turn, spot.kind), turn.desk.clock()
        )
        there = await places(uow)
    await _card(turn, spot, shown, there)


async def _card(turn: Turn, spot: Spot, shown: Shown, there: Places) -> None:
    say, prompt, ref = turn.say, shown.prompt, there.ref(spot)
    called = there.called(say, spot)
    parts = [say(f"prompt.when.{spot.kind}"), prompt_card(say, prompt)]
    if spot.account is not None:
        parts.append(say("prompt.own" if shown.own else "prompt.common", account=called))
    parts += doubts(turn, spot, shown)
    mine = access.may(turn.staff.role, access.to_change_prompt(spot.kind, spot.account))
    parts.append(say("prompt.how_to_edit" if mine else "prompt.owners_only"))
    await turn.answer(
        "\n\n".join(parts),
        [*(_tools(turn, spot, shown, ref) if mine else ()), *_scopes(turn, spot, there, ref)],
        title=title(turn, spot, there),
    )


def _tools(turn: Turn, spot: Spot, shown: Shown, ref: str) -> list[tuple[Button, ...]]:
    """Return the buttons that change what is shown."""
    say, prompt = turn.say, shown.prompt
    off = Button(say("button.off"), f"prompt_off:{ref}")
    tools = [off if prompt.enabled else Button(say("button.on"), f"prompt_on:{ref}")]
    if shown.own:
        label = "button.reset" if spot.account is None else "prompt.button_to_common"
        tools.append(Button(say(label), f"prompt_reset:{ref}"))
    rows: list[tuple[Button, ...]] = [
        undo_row(turn),
        tuple(tools),
        (
            Button(say("rules.button_text"), f"prompt_text:{ref}"),
            Button(say("rules.button_menu"), f"prompt_menu:{ref}"),
            MORE.opening(turn, ref, 1 + len(prompt.more)),
        ),
        (_box(turn, "prompt.button_faq", "prompt_faq", ref, ticked=shown.faq),),
    ]
    if spot.account is None and spot.kind in _QUIET:
        # It holds for the whole desk, and is kept with what all accounts share.
        quiet = turn.desk.playbook.now.playbook.answering.quiet_online
        rows.append((_box(turn, "rules.button_quiet", "prompt_quiet", ref, ticked=quiet),))
    return rows


def _box(turn: Turn, label: str, name: str, ref: str, *, ticked: bool) -> Button:
    key = "button.ticked" if ticked else "button.unticked"
    return Button(turn.say(key, label=turn.say(label)), f"{name}:{ref}:{'off' if ticked else 'on'}")


def _scopes(turn: Turn, spot: Spot, there: Places, ref: str) -> list[tuple[Button, ...]]:
    """Return the buttons that lead to the same kind for other customers, and back."""
    say = turn.say
    accounts = [name for name, one in there.accounts.items() if one.enabled]
    rows: list[tuple[Button, ...]] = []
    if len(accounts) > 1 or spot.account is not None:
        buttons = []
        for other in (Spot(spot.kind), *(Spot(spot.kind, name) for name in accounts)):
            label = there.called(say, other)
            if other == spot:
                label = say("button.chosen", label=label)
            buttons.append(Button(label, f"prompt_show:{there.ref(other)}"))
        rows = in_rows(buttons, 3)
    if len(there.groups) > 1 or spot.group_id is not None:
        label = say("prompt.button_groups", count=len(there.groups))
        if spot.group_id is not None:
            label = say("button.chosen", label=one_line(there.called(say, spot)))
        rows.append((Button(label, f"prompt_groups:{ref}"),))
    rows.append((Button(say("rules.button_back"), "prompt_kinds"),))
    return rows


# -- buttons ---------------------------------------------------------------------------------------


async def _spot(turn: Turn, ref: str) -> Spot:
    """Return what a button is about.

    Raises:
        NotFound: It is not there any more.
    """
    async with turn.desk.reading() as uow:
        return (await places(uow)).spot(ref)


async def _opened(turn: Turn) -> None:
    called_off(turn)
    await _show(turn, await _spot(turn, turn.words))


async def _on(turn: Turn) -> None:
    await _change(turn, await _spot(turn, turn.words), Wishes(enabled=True))


async def _off(turn: Turn) -> None:
    await _change(turn, await _spot(turn, turn.words), Wishes(enabled=False))


async def _faq(turn: Turn) -> None:
    """Send the FAQ card with it, or not."""
    ref, _, to = turn.words.partition(":")
    await _change(turn, await _spot(turn, ref), Wishes(faq=to == "on"))


async def _quiet(turn: Turn) -> None:
    """Switch the rules and the FAQ silent, or not, while an agent is online."""
    ref, _, to = turn.words.partition(":")
    spot = await _spot(turn, ref)
    async with teaching(turn) as uow:
        await settings.change(uow, turn.staff, "quiet_online", to == "on", turn.desk.clock())
    await _show(turn, spot)


async def _reset_asked(turn: Turn) -> None:
    await _ask_reset(turn, await _spot(turn, turn.words))


async def _ask_reset(turn: Turn, spot: Spot) -> None:
    say = turn.say
    async with turn.desk.reading() as uow:
        await teach_prompt.show(uow, turn.staff, spot.account, default(turn, spot.kind))
        there = await places(uow)
    ref = there.ref(spot)
    await turn.answer(
        say("prompt.reset_question", prompt=title(turn, spot, there)),
        [
            (
                Button(say("button.reset_yes"), f"prompt_reset_yes:{ref}"),
                Button(say("button.keep"), f"prompt_show:{ref}"),
            )
        ],
    )


async def _reset(turn: Turn) -> None:
    spot = await _spot(turn, turn.words)
    async with teaching(turn) as uow:
        shown = await teach_prompt.reset(
            uow, turn.staff, spot.account, default(turn, spot.kind), turn.desk.clock()
        )
        there = await places(uow)
    await _card(turn, spot, shown, there)


# -- text and menu, typed when they are asked for --------------------------------------------------


def _text_question(turn: Turn, spot: Spot) -> str:
    return turn.say("prompt.ask_text", variables=variables(spot))


async def _ask_text(turn: Turn) -> None:
    spot = await _spot(turn, turn.words)
    await _ask(turn, spot, _text_question(turn, spot), "prompt_text_said")


async def _ask_menu(turn: Turn) -> None:
    spot = await _spot(turn, turn.words)
    await _ask(turn, spot, turn.say("prompt.ask_menu"), "prompt_menu_said")


async def _ask(turn: Turn, spot: Spot, question: str, then: str) -> None:
    async with turn.desk.reading() as uow:
        heading = title(turn, spot, await places(uow))
    cancel = f"prompt_show:{turn.words}"
    await ask(turn, question, f"{then}:{turn.words}", cancel, title=heading)


async def _text_said(turn: Turn) -> None:
    spot = await _spot(turn, turn.words)
    wishes = Wishes(body=turn.said)
    await _said(turn, spot, wishes, _text_question(turn, spot), "prompt_text_said")


async def _menu_said(turn: Turn) -> None:
    spot = await _spot(turn, turn.words)
    items = () if turn.said.strip().lower() in _NO_MENU else menu(turn.said)
    question = turn.say("prompt.ask_menu")
    await _said(turn, spot, Wishes(menu=items), question, "prompt_menu_said")


async def _said(turn: Turn, spot: Spot, wishes: Wishes, question: str, then: str) -> None:
    if keeps(turn):
        await _show(turn, spot)
        return
    try:
        await _change(turn, spot, wishes)
    except DeskError as error:
        await again(turn, error, question, f"{then}:{turn.words}")


COMMAND = Command(
    "prompt",
    Permission.TEACH,
    run,
    presses={
        "prompt_kinds": show_kinds,
        "prompt_show": _opened,
        "prompt_groups": show_groups,
        "prompt_on": _on,
        "prompt_off": _off,
        "prompt_faq": _faq,
        "prompt_quiet": _quiet,
        "prompt_reset": _reset_asked,
        "prompt_reset_yes": _reset,
        "prompt_text": _ask_text,
        "prompt_text_said": _text_said,
        "prompt_menu": _ask_menu,
        "prompt_menu_said": _menu_said,
        **MORE.presses,
    },
)
