"""What the bot answers to a message by itself: rules first, then the FAQ. Pure.

The order is fixed (requirement ARP-17): what the customer asks of the desk itself, then the first
keyword rule that fires, then the FAQ. Whoever wants to know what the desk would say asks here: the
customers' handler for a whole batch, the admins' ``/rule_test`` and previews for one message.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.compiled import Compiled
from bot.dialog.requests import Asked, asked_for
from bot.knowledge.answering import Answer, Nothing, Offer, judge
from bot.knowledge.matcher import FaqMatch
from bot.rules.automaton import RuleHit
from bot.rules.folding import fold
from core.messages import Content, Kind

OFFERED = 3
"""Entries that are looked at for one message."""


@dataclass(frozen=True, slots=True)
class Question:
    """One message, and what decides which answers it may get.

    Args:
        account: Name of the account.
        text: What was written.
        group_id: The group whose FAQ applies; ``None`` for the oldest one's.
    """

    account: str
    text: str
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What the bot makes of a message; the first that is not empty is what happens.

    Args:
        asked: What it asks of the desk itself; ``None``: nothing.
        hit: The rule that answers; ``None``: none does.
        matches: The entries that are nearest, best first; empty where a rule answers.
        verdict: What is done with them.
    """

    asked: Asked | None
    hit: RuleHit | None
    matches: tuple[FaqMatch, ...]
    verdict: Answer | Offer | Nothing


def answer(book: Compiled, questions: Sequence[Question], local: datetime) -> list[Answered]:
    """Return what the bot would answer to each of *questions*.

    Args:
        book: The playbook.
        questions: Messages.
        local: The moment by the tenant's clocks.
    """
    asked = [asked_for(Content(Kind.TEXT, q.text), fold(q.text)) for q in questions]
    hits = [
        None if wish else book.rules.match(q.account, q.text, local)
        for q, wish in zip(questions, asked, strict=True)
    ]
    open_ = [n for n, hit in enumerate(hits) if hit is None and asked[n] is None]
    ranked = dict(zip(open_, rank(book, [questions[n] for n in open_], local), strict=True))
    return [
        Answered(
            asked[n],
            hits[n],
            tuple(ranked.get(n, ())),
            judge(ranked.get(n, ()), book.faq.thresholds),
        )
        for n in range(len(questions))
    ]


def rank(book: Compiled, questions: Sequence[Question], local: datetime) -> list[list[FaqMatch]]:
    """Return for each of *questions* the entries that are nearest and may be given, best first."""
    if not questions:
        return []
    return book.faq.rank(
        [q.text for q in questions],
        OFFERED,
        day=local.date(),
        hidden=[book.hidden_for(q.group_id) for q in questions] if book.hidden else None,
    )
