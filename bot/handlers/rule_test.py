"""Admins ask what the bot would answer, and why."""

import asyncio
from dataclasses import dataclass
from datetime import date

from bot import access
from bot.access import Permission
from bot.current_playbook import Compiled
from bot.dialog.requests import Request, asked_for
from bot.knowledge.answering import Answer, Nothing, Offer, Thresholds, judge
from bot.knowledge.matcher import FaqMatch
from bot.rules.automaton import RuleTrace
from bot.rules.folding import fold
from core.messages import Content, Kind
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

SHOWN_MATCHES = 3


@dataclass(frozen=True, slots=True)
class OnAccounts:
    """What the rules make of a message on some accounts, in the order of the rules.

    ``accounts`` is empty where it is the same on all.
    """

    accounts: tuple[str, ...]
    traces: tuple[RuleTrace, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the bot would do with a message, step by step.

    Args:
        request: What it asks of the desk itself, which comes before every rule; ``None``: nothing.
        rules: What the rules make of it; one item for all accounts, or several where they differ.
        matches: The FAQ entries that are nearest, best first, possibly none.
        verdict: What would be done with them where no rule answers.
        thresholds: How sure the bot has to be.
    """

    request: Request | None
    rules: tuple[OnAccounts, ...]
    matches: tuple[FaqMatch, ...]
    verdict: Answer | Offer | Nothing
    thresholds: Thresholds


async def explain(
    uow: UnitOfWork, actor: StaffMember, text: str, book: Compiled, today: date
) -> Explanation:
    """Say what the bot would answer to *text*, and why; nothing is sent or changed.

    Args:
        uow: An open unit of work; reading is enough.
        actor: Who asks.
        text: What a customer would write.
        book: The playbook.
        today: The day in the tenant's time zone.

    Raises:
        NotAllowed: The actor may not teach.
    """
    access.require(actor.role, Permission.TEACH)
    accounts = [account.name for account in await uow.accounts.all() if account.enabled]
    asked = asked_for(Content(Kind.TEXT, text), fold(text))
    # Explaining looks at every word of every rule, so it does not hold up the other chats.
    rules, matches = await asyncio.to_thread(_look, text, book, accounts, today)
    thresholds = Thresholds()
    return Explanation(
        asked.request if asked else None, rules, matches, judge(matches, thresholds), thresholds
    )


def _look(
    text: str, book: Compiled, accounts: list[str], today: date
) -> tuple[tuple[OnAccounts, ...], tuple[FaqMatch, ...]]:
    alike: dict[tuple[tuple[int, str], ...], OnAccounts] = {}
    for account in accounts or [""]:
        traces = tuple(book.rules.explain(account, text))
        key = tuple((trace.rule.id, trace.verdict.value) for trace in traces)
        before = alike.get(key)
        names = (*before.accounts, account) if before else (account,)
        alike[key] = OnAccounts(names, traces)
        if not any(trace.rule.accounts for trace in traces):
            # No rule that matters is bound to accounts: the others look the same.
            break
    rules = tuple(alike.values())
    if len(rules) == 1:
        rules = (OnAccounts((), rules[0].traces),)
    matches = book.faq.rank([text], SHOWN_MATCHES, day=today)[0]
    return rules, tuple(matches)
