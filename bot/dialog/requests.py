"""Understands what customers ask of the desk itself: a person, the menu, the end."""

import re
from dataclasses import dataclass
from enum import StrEnum

from core.messages import Content, Kind

HUMAN, MENU, END, FAQ, SAY = "c:human", "c:menu", "c:end", "c:faq:", "c:say:"
CARD, UNHELPFUL = "c:cat:", "c:no:"
GO, OWN = "c:go:", "c:own:"
"""Data of the buttons that customers get. A press may carry anything: it is checked like text.
``GO`` leads into a group and ``OWN`` to a person: ``c:go:<its number>:<the conversation's>``."""


class Request(StrEnum):
    """What a customer wants of the desk itself."""

    HUMAN = "human"
    MENU = "menu"
    END = "end"
    START = "start"
    FAQ = "faq"
    """They pressed one of the questions that we offered; ``Asked.entry_id`` says which."""
    CARD = "card"
    """They want to see a part of the FAQ card; ``Asked.node`` and ``Asked.page`` say which."""
    UNHELPFUL = "unhelpful"
    """The answer of the entry ``Asked.entry_id`` did not help them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request.

    Args:
        request: What they want.
        entry_id: The entry for ``FAQ`` and ``UNHELPFUL``, else ``None``.
        node: For ``CARD`` the node of the knowledge tree; 0 is the root.
        page: For ``CARD`` the page, from 1.
    """

    request: Request
    entry_id: int | None = None
    node: int = 0
    page: int = 1


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
_HUMAN_PHRASE = re.compile(
    r"\b(?:(?:talk|speak|chat) (?:to|with) (?:a |an )?(?:real |live )?(?:person|someone|somebody)"
    r"|(?:real|live) person|customer service representative)\b"
)
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
        or _HUMAN_PHRASE.search(wish)
    ):
        return Asked(Request.HUMAN)
    return None


def _pressed(data: str) -> Asked | None:
    simple = {HUMAN: Request.HUMAN, MENU: Request.MENU, END: Request.END}.get(data)
    if simple is not None:
        return Asked(simple)
    for prefix, request in ((FAQ, Request.FAQ), (UNHELPFUL, Request.UNHELPFUL)):
        number = _number(data.removeprefix(prefix))
        if data.startswith(prefix) and number is not None:
            return Asked(request, number)
    if data.startswith(CARD):
        node, _, page = data.removeprefix(CARD).partition(":")
        where, which = _number(node), _number(page or "1")
        if where is not None and which is not None:
            return Asked(Request.CARD, node=where, page=max(1, which))
    return None


def _number(text: str) -> int | None:
    # At most 18 digits: a larger number is no id of ours and would not fit a database key.
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    return None
