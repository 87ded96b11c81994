"""Words between ``#`` signs that stand for something in what the desk says of its own accord."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from types import MappingProxyType

from core.messages import Button, Content

NICKNAME, ACCOUNT, AGENT, PLACE = "nickname", "account", "agent", "place"
DATE, TIME, HOURS = "date", "time", "hours"
POSITION, WAIT = "position", "wait"
NAMES = (NICKNAME, ACCOUNT, DATE, TIME, AGENT, PLACE, HOURS)
"""Variables that mean something to every customer, as they are typed between two ``#``.

Source: requirement PRM-21.
"""
IN_LINE = (POSITION, WAIT)
"""Variables that mean something only to a customer who stands in line."""
_ALSO = {
    "昵称": NICKNAME,
    "账号": ACCOUNT,
    "日期": DATE,
    "时间": TIME,
    "客服": AGENT,
    "地区": PLACE,
    "工作时间": HOURS,
    "排队位置": POSITION,
    "预计等待": WAIT,
}
_MEANT = {**{name: name for name in (*NAMES, *IN_LINE)}, **_ALSO}
_LOOKS_LIKE = 0.8
"""How alike a word and the name of a variable are where it must be a slip."""
_LONGEST_NAME = 20
_LONGEST_VALUE = 200
_VARIABLE = re.compile(rf"[#＃]([^\W\d][\w-]{{0,{_LONGEST_NAME - 1}}})[#＃]")


def facts_of(
    *,
    nickname: str,
    account: str,
    local: datetime,
    agent: str = "",
    place: str = "",
    hours: str = "",
    position: int | None = None,
    wait: str | None = None,
) -> Mapping[str, str]:
    """Return what the variables stand for in one conversation.

    Args:
        nickname: What the customer calls themselves.
        account: Name of our account.
        local: The moment by the tenant's clocks.
        agent: Who serves the customer; empty for nobody.
        place: Where the customer is, as far as that is known; empty where it is not.
        hours: Today's working hours in words, see ``core.prompts.hours_in_words``.
        position: Place in line, from 1; ``None`` for somebody who does not wait.
        wait: Estimated wait in words, see ``core.prompts.wait_in_words``; ``None`` like *position*.
    """
    waiting = {POSITION: None if position is None else str(position), WAIT: wait}
    return MappingProxyType(
        {
            NICKNAME: _short(nickname),
            ACCOUNT: _short(account),
            DATE: local.date().isoformat(),
            TIME: local.strftime("%H:%M"),
            AGENT: _short(agent),
            PLACE: _short(place),
            HOURS: _short(hours),
            **{name: _short(said) for name, said in waiting.items() if said is not None},
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


def may_hold_variables(content: Content) -> bool:
    """Say whether there is anything to fill, so that nothing is looked up for most messages."""
    return any(
        "#" in words or "＃" in words
        for words in (
            content.text,
            content.title,
            *(button.label for row in content.buttons for button in row),
        )
    )


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


def strangers(content: Content, *, in_line: bool = False) -> tuple[str, ...]:
    """Return what looks like a variable in *content* and is none, as typed, each once.

    Args:
        content: As admins typed it.
        in_line: Whether it is told to customers who stand in line; ``IN_LINE`` is filled for
            nobody else.
    """
    labels = [button.label for row in content.buttons for button in row]
    found: dict[str, None] = {}

    def note(match: re.Match[str]) -> str:
        meant = _MEANT.get(match[1].lower())
        if meant is None or (meant in IN_LINE and not in_line):
            found[match[0]] = None
        return match[0]

    for words in (content.title, content.text, *labels):
        _replaced(words, note)
    return tuple(found)


def mistakes(content: Content, *, in_line: bool = False) -> tuple[str, ...]:
    """Return what was surely meant as a variable and is none, as typed: misspelt, or known only to
    customers who stand in line. Other words between the signs may be meant as they stand.

    The arguments are those of ``strangers``.
    """
    return tuple(
        typed
        for typed in strangers(content, in_line=in_line)
        if get_close_matches(typed[1:-1].lower(), _MEANT, n=1, cutoff=_LOOKS_LIKE)
    )


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
