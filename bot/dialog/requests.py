"""Understands what customers ask of the desk itself: a person, the menu, the end."""

import re
from dataclasses import dataclass
from enum import StrEnum

from core.messages import Content, Kind

HUMAN, MENU, END, FAQ, SAY = "c:human", "c:menu", "c:end", "c:faq:", "c:say:"
CARD, UNHELPFUL = "c:cat:", "c:no:"
GO, OWN = "c:go:", "c:own:"
CALL_BACK, LEAVE_MESSAGE, SWITCH = "c:back", "c:msg", "c:sw:"
RATE, REMARK = "c:rate:", "c:note:"
"""Data of the buttons that customers get. A press may carry anything: it is checked like text.
``GO`` leads into a group and ``OWN`` to a person: ``c:go:<its number>:<the conversation's>``.
``SWITCH`` leads into a group that is shown to everybody: ``c:sw:<its number>``. ``RATE`` and
``REMARK`` are about a conversation that is over: ``c:rate:<its number>:<score>``."""
BEST_SCORE = 5
"""Ratings go from 1 to this."""


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
    CALL_BACK = "call_back"
    """They want to keep their place without watching the line."""
    MESSAGE = "message"
    """They want to leave a message for whoever comes next."""
    SWITCH = "switch"
    """They chose the group ``Asked.to`` themselves."""
    GO = "go"
    """They follow an agent's button into the group ``Asked.to``."""
    OWN = "own"
    """They follow an agent's card to the colleague ``Asked.to``."""
    RATE = "rate"
    """They rate the conversation ``Asked.about`` with ``Asked.score``."""
    REMARK = "remark"
    """They want to add a remark to their rating of the conversation ``Asked.about``."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request.

    Args:
        request: What they want.
        entry_id: The entry for ``FAQ`` and ``UNHELPFUL``, else ``None``.
        node: For ``CARD`` the node of the knowledge tree; 0 is the root.
        page: For ``CARD`` the page, from 1.
        to: For ``SWITCH`` and ``GO`` the group, for ``OWN`` the colleague.
        about: For ``GO``, ``OWN``, ``RATE`` and ``REMARK`` the conversation of the button.
        score: For ``RATE``: 1 to ``BEST_SCORE``.
    """

    request: Request
    entry_id: int | None = None
    node: int = 0
    page: int = 1
    to: int = 0
    about: int = 0
    score: int = 0

    @property
    def of_ended(self) -> bool:
        """Whether it is about a conversation that is over, and begins none."""
        return self.request in (Request.RATE, Request.REMARK)


_COMMANDS = {
    "/human": Request.HUMAN,
    "/menu": Request.MENU,
    "/help": Request.MENU,
    "/end": Request.END,
    "/start": Request.START,
}
_SIMPLE = {
    HUMAN: Request.HUMAN,
    MENU: Request.MENU,
    END: Request.END,
    CALL_BACK: Request.CALL_BACK,
    LEAVE_MESSAGE: Request.MESSAGE,
}
_LEADS = {
    SWITCH: Request.SWITCH,
    GO: Request.GO,
    OWN: Request.OWN,
    RATE: Request.RATE,
    REMARK: Request.REMARK,
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
    simple = _SIMPLE.get(data)
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
    return _chosen(data)


def _chosen(data: str) -> Asked | None:
    """Return what a button asks that leads to somebody, or is about a conversation that is over."""
    prefix = next((one for one in _LEADS if data.startswith(one)), None)
    if prefix is None:
        return None
    request = _LEADS[prefix]
    numbers = [_number(number) for number in data.removeprefix(prefix).split(":")]
    first, second = (*numbers, None, None)[:2]
    if request is Request.SWITCH:
        return Asked(request, to=first) if first is not None and len(numbers) == 1 else None
    if request is Request.REMARK:
        return Asked(request, about=first) if first is not None and len(numbers) == 1 else None
    if first is None or second is None or len(numbers) != 2:
        return None
    if request is not Request.RATE:
        return Asked(request, to=first, about=second)
    return Asked(request, about=first, score=second) if 1 <= second <= BEST_SCORE else None


def _number(text: str) -> int | None:
    # At most 18 digits: a larger number is no id of ours and would not fit a database key.
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    return None
