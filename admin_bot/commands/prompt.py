"""``/prompt``: the welcome: its messages, its menu, on and off, for all accounts or for one."""

import re
from collections.abc import Mapping

from admin_bot.command import Command
from admin_bot.commands.rule_replies import first_account
from admin_bot.listing import whole
from admin_bot.parsing import barred, halves
from admin_bot.preview import preview
from admin_bot.replies import Contents, Editor, Messages
from admin_bot.steps import again, ask, called_off, keeps
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from admin_bot.wording import prompt_card
from bot.access import Permission
from bot.handlers import settings, teach_prompt
from bot.handlers.teach_prompt import MOST_MORE, MenuItem, Shown, Wishes
from core.errors import BadRequestText, DeskError
from core.messages import Button, Content, Kind
from core.playbook import Prompt
from core.prompts import default_welcome

_KIND = re.compile(r"(?:welcome|欢迎语)(?:\s+|$)", re.IGNORECASE)
_ACCOUNT = re.compile(r"(?:account|账号)\s*[=＝]\s*(\S+)(?:\s+|$)", re.IGNORECASE)
_MENU = re.compile(r"(?:menu|菜单)(?:\s+(.*)|$)", re.IGNORECASE | re.DOTALL)
_NO_MENU = frozenset({"none", "无", "没有"})
_ON, _OFF, _RESET = ("on", "开启", "打开"), ("off", "关闭"), ("reset", "重置", "恢复默认")


def _default(turn: Turn) -> Prompt:
    """Return the welcome in the desk's language: what is stored is the same for every customer."""
    return default_welcome(turn.desk.texts(None))


def menu(words: str) -> tuple[MenuItem, ...]:
    """Read ``label=action | label=https://... | label``; one a line works as well."""
    return tuple(MenuItem(*halves(item)) for item in barred(words))


async def run(turn: Turn) -> None:
    """Show or change the welcome."""
    words = turn.words
    if words:
        kind = _KIND.match(words)
        if kind is None:
            raise BadRequestText("usage.prompt")
        words = words[kind.end() :]
    account = None
    if scope := _ACCOUNT.match(words):
        account, words = scope[1], words[scope.end() :]
    words = words.strip()
    if not words:
        await _show(turn, account)
    elif words.lower() in _ON:
        await _change(turn, account, Wishes(enabled=True))
    elif words.lower() in _OFF:
        await _change(turn, account, Wishes(enabled=False))
    elif words.lower() in _RESET:
        await _ask_reset(turn, account)
    elif found := _MENU.fullmatch(words):
        await _change(turn, account, Wishes(menu=menu(found[1] or "")))
    else:
        await _change(turn, account, Wishes(body=words))


async def _show(turn: Turn, account: str | None) -> None:
    async with turn.desk.reading() as uow:
        shown = await teach_prompt.show(uow, turn.staff, account, _default(turn))
        accounts = {one.name: one.id for one in await uow.accounts.all() if one.enabled}
    await _card(turn, account, shown, accounts)


async def _change(turn: Turn, account: str | None, wishes: Wishes) -> None:
    async with teaching(turn) as uow:
        shown = await teach_prompt.change(
            uow, turn.staff, account, wishes, _default(turn), turn.desk.clock()
        )
        accounts = {one.name: one.id for one in await uow.accounts.all() if one.enabled}
    await _card(turn, account, shown, accounts)


async def _card(turn: Turn, account: str | None, shown: Shown, accounts: Mapping[str, int]) -> None:
    say, prompt, where = turn.say, shown.prompt, account or ""
    ref = str(accounts.get(where, 0))
    switch = (
        Button(say("button.off"), f"prompt_off:{where}")
        if prompt.enabled
        else Button(say("button.on"), f"prompt_on:{where}")
    )
    tools = [switch]
    if shown.own:
        label = say("button.reset") if account is None else say("rules.button_to_common")
        tools.append(Button(label, f"prompt_reset:{where}"))
    rows: list[tuple[Button, ...]] = [
        undo_row(turn),
        tuple(tools),
        (
            Button(say("rules.button_text"), f"prompt_text:{ref}"),
            Button(say("rules.button_menu"), f"prompt_menu:{ref}"),
            MORE.opening(turn, ref, 1 + len(prompt.more)),
        ),
    ]
    if account is None:
        # It holds for the whole desk, and is kept with what all accounts share.
        quiet = turn.desk.playbook.now.playbook.answering.quiet_online
        box = say("button.ticked" if quiet else "button.unticked", label=say("rules.button_quiet"))
        rows.append((Button(box, f"prompt_quiet:{'off' if quiet else 'on'}"),))
    if len(accounts) > 1:
        scopes = [None, *accounts]
        buttons = [
            Button(
                say("button.chosen", label=scope or say("word.all_accounts"))
                if scope == account
                else scope or say("word.all_accounts"),
                f"prompt_show:{scope or ''}",
            )
            for scope in scopes
        ]
        rows += [tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3)]
    parts = [prompt_card(say, prompt)]
    if account is not None:
        parts.append(say("prompt.own") if shown.own else say("prompt.common"))
    if shown.strangers:
        parts.append(say("rule.doubt_variable", names=" ".join(shown.strangers)))
    parts.append(say("prompt.how_to_edit"))
    await turn.answer("\n\n".join(parts), rows, title=_title(turn, account))


def _title(turn: Turn, account: str | None) -> str:
    return turn.say("prompt.title", account=account or turn.say("word.all_accounts"))


async def _ask_reset(turn: Turn, account: str | None) -> None:
    say = turn.say
    await turn.answer(
        say("prompt.reset_question", account=account or say("word.all_accounts")),
        [
            (
                Button(say("button.reset_yes"), f"prompt_reset_yes:{account or ''}"),
                Button(say("button.keep"), f"prompt_show:{account or ''}"),
            )
        ],
    )


async def _opened(turn: Turn) -> None:
    called_off(turn)
    await _show(turn, turn.words or None)


async def _on(turn: Turn) -> None:
    await _change(turn, turn.words or None, Wishes(enabled=True))


async def _off(turn: Turn) -> None:
    await _change(turn, turn.words or None, Wishes(enabled=False))


async def _reset_asked(turn: Turn) -> None:
    await _ask_reset(turn, turn.words or None)


async def _reset(turn: Turn) -> None:
    account = turn.words or None
    async with teaching(turn) as uow:
        shown = await teach_prompt.reset(
            uow, turn.staff, account, _default(turn), turn.desk.clock()
        )
        accounts = {one.name: one.id for one in await uow.accounts.all() if one.enabled}
    await _card(turn, account, shown, accounts)


async def _quiet(turn: Turn) -> None:
    """Switch the rules and the FAQ silent, or not, while an agent is online."""
    async with teaching(turn) as uow:
        on = turn.words == "on"
        await settings.change(uow, turn.staff, "quiet_online", on, turn.desk.clock())
    await _show(turn, None)


# -- text and menu, typed when they are asked for --------------------------------------------------


async def _account_of(turn: Turn, ref: str) -> str | None:
    """Return the account behind a button; ``None`` for all accounts, also where it is gone."""
    async with turn.desk.reading() as uow:
        names = {one.id: one.name for one in await uow.accounts.all()}
    return names.get(whole(ref) or 0)


async def _ask_text(turn: Turn) -> None:
    await _ask(turn, "prompt.ask_text", "prompt_text_said")


async def _ask_menu(turn: Turn) -> None:
    await _ask(turn, "prompt.ask_menu", "prompt_menu_said")


async def _ask(turn: Turn, question: str, then: str) -> None:
    account = await _account_of(turn, turn.words)
    title, cancel = _title(turn, account), f"prompt_show:{account or ''}"
    await ask(turn, turn.say(question), f"{then}:{turn.words}", cancel, title=title)


async def _text_said(turn: Turn) -> None:
    await _said(turn, Wishes(body=turn.said), "prompt.ask_text", "prompt_text_said")


async def _menu_said(turn: Turn) -> None:
    items = () if turn.said.strip().lower() in _NO_MENU else menu(turn.said)
    await _said(turn, Wishes(menu=items), "prompt.ask_menu", "prompt_menu_said")


async def _said(turn: Turn, wishes: Wishes, question: str, then: str) -> None:
    account = await _account_of(turn, turn.words)
    if keeps(turn):
        await _show(turn, account)
        return
    try:
        await _change(turn, account, wishes)
    except DeskError as error:
        await again(turn, error, turn.say(question), f"{then}:{turn.words}")


# -- the messages behind the first -----------------------------------------------------------------


async def _load(turn: Turn, ref: str) -> Messages:
    account = await _account_of(turn, ref)
    async with turn.desk.reading() as uow:
        shown = await teach_prompt.show(uow, turn.staff, account, _default(turn))
    return _messages(turn, account, shown)


async def _store(turn: Turn, ref: str, was: Contents, contents: Contents) -> Messages:
    account = await _account_of(turn, ref)
    async with teaching(turn) as uow:
        wishes = Wishes(more=contents, more_was=was)
        shown = await teach_prompt.change(
            uow, turn.staff, account, wishes, _default(turn), turn.desk.clock()
        )
    if shown.strangers:
        await turn.write(turn.say("rule.doubt_variable", names=" ".join(shown.strangers)))
    return _messages(turn, account, shown)


def _messages(turn: Turn, account: str | None, shown: Shown) -> Messages:
    prompt = shown.prompt
    rows = tuple((button,) for button in prompt.menu)
    head = Content(Kind.TEXT, prompt.body, buttons=rows)
    return Messages(prompt.more, _title(turn, account), account or "", head=head)


async def _preview(turn: Turn, messages: Messages) -> None:
    head = (messages.head,) if messages.head else ()
    await preview(turn, (*head, *messages.contents), messages.account or first_account(turn))


def _back(turn: Turn, ref: str) -> Button:
    return Button(turn.say("rules.button_back"), f"prompt_open:{ref}")


async def _back_to_card(turn: Turn) -> None:
    await _show(turn, await _account_of(turn, turn.words))


MORE = Editor("prompt_msg", _load, _store, _back, _preview, MOST_MORE)

COMMAND = Command(
    "prompt",
    Permission.TEACH,
    run,
    presses={
        "prompt_show": _opened,
        "prompt_on": _on,
        "prompt_off": _off,
        "prompt_reset": _reset_asked,
        "prompt_reset_yes": _reset,
        "prompt_quiet": _quiet,
        "prompt_open": _back_to_card,
        "prompt_text": _ask_text,
        "prompt_text_said": _text_said,
        "prompt_menu": _ask_menu,
        "prompt_menu_said": _menu_said,
        **MORE.presses,
    },
)
