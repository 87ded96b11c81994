"""Admins ask what the bot would answer, and why."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from bot import access
from bot.access import Permission
from bot.compiled import Compiled
from bot.dialog.requests import Request, asked_for
from bot.knowledge.answering import Answer, Nothing, Offer, judge
from bot.knowledge.explaining import Scored, Stage
from bot.rules.automaton import RuleTrace
from bot.rules.folding import fold
from bot.rules.sensitive import WordHit
from core.messages import Content, Kind
from core.playbook import WordDirection
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork


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
        words: Sensitive words in it, on whatever account; they are noted and keep nothing back.
        rules: What the rules make of it; one item for all accounts, or several where they differ.
        stages: What the FAQ makes of it, stage by stage.
        verdict: What would be done with that where no rule answers.
    """

    request: Request | None
    words: tuple[WordHit, ...]
    rules: tuple[OnAccounts, ...]
    stages: tuple[Stage, ...]
    verdict: Answer | Offer | Nothing


async def explain(
    uow: UnitOfWork, actor: StaffMember, text: str, book: Compiled, local: datetime
) -> Explanation:
    """Say what the bot would answer to *text*, and why; nothing is sent or changed.

    Args:
        uow: An open unit of work; reading is enough.
        actor: Who asks.
        text: What a customer would write.
        book: The playbook.
        local: The moment by the tenant's clocks.

    Raises:
        NotAllowed: The actor may not teach.
    """
    access.require(actor.role, Permission.TEACH)
    accounts = [account.name for account in await uow.accounts.all() if account.enabled]
    asked = asked_for(Content(Kind.TEXT, text), fold(text))
    # Explaining looks at every word of every rule, so it does not hold up the other chats.
    rules, stages = await asyncio.to_thread(_look, text, book, accounts, local)
    matches = next(stage.matches for stage in stages if isinstance(stage, Scored))
    found = {
        (hit.list.id, hit.word): hit
        for account in accounts or [""]
        for hit in book.words.find(text, WordDirection.CUSTOMER, account)
    }
    return Explanation(
        asked.request if asked else None,
        tuple(found.values()),
        rules,
        stages,
        judge(matches, book.faq.thresholds),
    )


def _look(
    text: str, book: Compiled, accounts: list[str], local: datetime
) -> tuple[tuple[OnAccounts, ...], tuple[Stage, ...]]:
    alike: dict[tuple[tuple[int, str], ...], OnAccounts] = {}
    for account in accounts or [""]:
        traces = tuple(book.rules.explain(account, text, local))
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
    return rules, book.faq.explain(text, day=local.date())
