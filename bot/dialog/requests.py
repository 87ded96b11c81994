"""Understands what customers ask of the desk itself: a person, the menu, the end."""

import re
from dataclasses import dataclass
from enum import StrEnum

from core.messages import Content, Kind

HUMAN, MENU, END, FAQ, SAY = "c:human", "c:menu", "c:end", "c:faq:", "c:say:"
"""Data of the buttons that customers get. A press may carry anything: it is checked like text."""


class Request(StrEnum):
    """What a customer wants of the desk itself."""

    HUMAN = "human"
    MENU = "menu"
    END = "end"
    START = "start"
    FAQ = "faq"
    """They pressed one of the questions that we offered; ``Asked.entry_id`` says which."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request; ``entry_id`` is the FAQ entry for ``Request.FAQ``, else ``None``."""

    request: Request
    entry_id: int | None = None


_COMMANDS = {
    "/human": Request.HUMAN,
    "/menu": Request.MENU,
    "/help": Request.MENU,
    "/end": Request.END,
    "/start": Request.START,
}
_HUMAN_WORDS = frozenset({"人工", "转人工", "客服", "human", "agent"})
_HUMAN_INSIDE = ("转人工", "人工客服", "找人工", "要人工", "人工服务")
_HUMAN_LATIN = re.compile(r"\b(?:human|agent)\b")
_EDGES = " \t\r\n.,!?;:。，！？；：、~～…"
MAX_WISH_CHARS = 40
"""A longer message is a question that happens to hold the word, not a wish for a person."""
MAX_WISH_WORDS = 6


def asked_for(content: Content, folded: str) -> Asked | None:
    """Return what the customer asks of the desk itself, or ``None`` for everything else.

    These requests are understood before any rule, so that no rule can shut a customer in with
    the bot.

    Args:
        content: What was said.
        folded: Its text, folded as the rules fold it.
    """
    if content.kind is Kind.PRESS:
        return _pressed(content.text)
    if content.kind is not Kind.TEXT or len(folded) > MAX_WISH_CHARS:
        return None
    if folded.startswith("/"):
        command = folded.split(maxsplit=1)[0].partition("@")[0]
        request = _COMMANDS.get(command)
        return Asked(request) if request else None
    wish = folded.strip(_EDGES)
    if (
        wish in _HUMAN_WORDS
        or any(words in wish for words in _HUMAN_INSIDE)
        or (_HUMAN_LATIN.search(wish) and len(wish.split()) <= MAX_WISH_WORDS)
    ):
        return Asked(Request.HUMAN)
    return None


def _pressed(data: str) -> Asked | None:
    simple = {HUMAN: Request.HUMAN, MENU: Request.MENU, END: Request.END}.get(data)
    if simple is not None:
        return Asked(simple)
    number = data.removeprefix(FAQ)
    # At most 18 digits: a larger number is no id of ours and would not fit a database key.
    if number != data and number.isascii() and number.isdigit() and len(number) <= 18:
        return Asked(Request.FAQ, int(number))
    return None
