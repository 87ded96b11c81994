"""Words between ``#`` signs that stand for something in what the desk says of its own accord."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from core.messages import Button, Content

NICKNAME, ACCOUNT, AGENT, PLACE = "nickname", "account", "agent", "place"
DATE, TIME = "date", "time"
NAMES = (NICKNAME, ACCOUNT, DATE, TIME, AGENT, PLACE)
"""Every variable, as it is typed between two ``#``. Source: requirement PRM-21."""
_ALSO = {
    "昵称": NICKNAME,
    "账号": ACCOUNT,
    "日期": DATE,
    "时间": TIME,
    "客服": AGENT,
    "地区": PLACE,
}
_MEANT = {**{name: name for name in NAMES}, **_ALSO}
_LONGEST_NAME = 20
_LONGEST_VALUE = 200
_VARIABLE = re.compile(rf"[#＃]([^\W\d][\w-]{{0,{_LONGEST_NAME - 1}}})[#＃]")


def facts_of(
    *, nickname: str, account: str, local: datetime, agent: str = "", place: str = ""
) -> Mapping[str, str]:
    """Return what the variables stand for in one conversation.

    Args:
        nickname: What the customer calls themselves.
        account: Name of our account.
        local: The moment by the tenant's clocks.
        agent: Who serves the customer; empty for nobody.
        place: Where the customer is, as far as that is known; empty where it is not.
    """
    return MappingProxyType(
        {
            NICKNAME: _short(nickname),
            ACCOUNT: _short(account),
            DATE: local.date().isoformat(),
            TIME: local.strftime("%H:%M"),
            AGENT: _short(agent),
            PLACE: _short(place),
        }
    )


def fill(text: str, facts: Mapping[str, str]) -> str:
    """Return *text* with its variables in place.

    Upper and lower case are the same, and so are ``#`` and ``＃``; each variable has a Chinese
    name as well. What is no variable stays as it is typed. What a variable stands for is not
    looked at again, so that no nickname can hold variables of its own.

    Args:
        text: As admins typed it.
        facts: See ``facts_of``; a variable that is missing there stays as it is typed.
    """
    if "#" not in text and "＃" not in text:
        return text

    def known(found: re.Match[str]) -> str:
        return facts.get(_MEANT.get(found[1].lower(), ""), found[0])

    return _replaced(text, known)


def filled(content: Content, facts: Mapping[str, str]) -> Content:
    """Return *content* with the variables in its title, text and button labels in place.

    Addresses and what a pressed button sends are left alone.
    """
    buttons = content.buttons
    if buttons:
        buttons = tuple(
            tuple(Button(fill(b.label, facts), b.data, b.url) for b in row) for row in buttons
        )
    words, title = fill(content.text, facts), fill(content.title, facts)
    if (words, title, buttons) == (content.text, content.title, content.buttons):
        return content
    return replace(content, text=words, title=title, buttons=buttons)


def strangers(content: Content) -> tuple[str, ...]:
    """Return what looks like a variable in *content* and is none, as typed, each once."""
    labels = [button.label for row in content.buttons for button in row]
    found: dict[str, None] = {}

    def note(match: re.Match[str]) -> str:
        if match[1].lower() not in _MEANT:
            found[match[0]] = None
        return match[0]

    for words in (content.title, content.text, *labels):
        _replaced(words, note)
    return tuple(found)


def _replaced(text: str, by: Callable[[re.Match[str]], str]) -> str:
    """Replace variables; the sign behind a word that is none may begin the next one."""
    parts: list[str] = []
    at = 0
    while (found := _VARIABLE.search(text, at)) is not None:
        if found[1].lower() in _MEANT:
            parts += [text[at : found.start()], by(found)]
            at = found.end()
        else:
            by(found)
            parts.append(text[at : found.end() - 1])
            at = found.end() - 1
    return "".join([*parts, text[at:]])


def _short(value: str) -> str:
    """Return a value on one line: a nickname must not make a message of its own."""
    return " ".join(value.split())[:_LONGEST_VALUE]
