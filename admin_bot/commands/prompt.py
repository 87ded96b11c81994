"""``/prompt``: the welcome: its text, its menu, on and off, for all accounts or for one."""

import re

from admin_bot.command import Command
from admin_bot.parsing import barred, halves
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from admin_bot.wording import prompt_card
from bot.access import Permission
from bot.handlers import teach_prompt
from bot.handlers.teach_prompt import MenuItem, Wishes
from core.errors import BadRequestText
from core.messages import Button
from core.playbook import Prompt
from core.prompts import default_welcome

_KIND = re.compile(r"(?:welcome|欢迎语)(?:\s+|$)", re.IGNORECASE)
_ACCOUNT = re.compile(r"(?:account|账号)\s*[=＝]\s*(\S+)(?:\s+|$)", re.IGNORECASE)
_MENU = re.compile(r"(?:menu|菜单)(?:\s+(.*)|$)", re.IGNORECASE | re.DOTALL)
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
        prompt = await teach_prompt.show(uow, turn.staff, account, _default(turn))
        accounts = [one.name for one in await uow.accounts.all() if one.enabled]
    await _card(turn, account, prompt, accounts)


async def _change(turn: Turn, account: str | None, wishes: Wishes) -> None:
    async with teaching(turn) as uow:
        prompt = await teach_prompt.change(
            uow, turn.staff, account, wishes, _default(turn), turn.desk.clock()
        )
        accounts = [one.name for one in await uow.accounts.all() if one.enabled]
    await _card(turn, account, prompt, accounts)


async def _card(turn: Turn, account: str | None, prompt: Prompt, accounts: list[str]) -> None:
    say = turn.say
    switch = (
        Button(say("button.off"), f"prompt_off:{account or ''}")
        if prompt.enabled
        else Button(say("button.on"), f"prompt_on:{account or ''}")
    )
    rows: list[tuple[Button, ...]] = [
        (switch, Button(say("button.reset"), f"prompt_reset:{account or ''}"))
    ]
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
    title = say("prompt.title", account=account or say("word.all_accounts"))
    text = prompt_card(say, prompt) + "\n\n" + say("prompt.how_to_edit")
    await turn.answer(text, rows, title=title)


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


async def _shown(turn: Turn) -> None:
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
        prompt = await teach_prompt.reset(
            uow, turn.staff, account, _default(turn), turn.desk.clock()
        )
        accounts = [one.name for one in await uow.accounts.all() if one.enabled]
    await _card(turn, account, prompt, accounts)


COMMAND = Command(
    "prompt",
    Permission.TEACH,
    run,
    presses={
        "prompt_show": _shown,
        "prompt_on": _on,
        "prompt_off": _off,
        "prompt_reset": _reset_asked,
        "prompt_reset_yes": _reset,
    },
)
