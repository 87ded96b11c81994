"""Admins teach keyword rules: add, edit, switch off and on, delete."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from bot import access, bell, facts
from bot.access import Permission
from bot.knowledge.playbook_file import LONGEST_NAME, LONGEST_TEXT, LONGEST_WORD
from bot.rules.automaton import RuleBook
from bot.rules.folding import fold
from core.errors import BadRequestText, NotFound
from core.messages import Content
from core.playbook import Match, Playbook, Rule
from storage.repos.audit import Change
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

MOST_WORDS = 500
MOST_REPLIES = 10


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """What an admin wants a rule to be.

    Args:
        match: When it fires.
        words: As typed.
        replies: Sent in order.
        accounts: Names of the accounts it works on; empty for all.
    """

    match: Match
    words: tuple[str, ...]
    replies: tuple[Content, ...]
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Words on which an earlier rule answers, so that a rule behind it never does."""

    words: tuple[str, ...]
    earlier: Rule


@dataclass(frozen=True, slots=True)
class TaughtRule:
    """A rule as stored, and the earlier rules that stand in its way (possibly none)."""

    rule: Rule
    overtaken: tuple[Overtaken, ...]


class Taught(Protocol):
    """What is taught already: for names in use, and for rules that answer earlier."""

    @property
    def playbook(self) -> Playbook:
        """As data."""

    @property
    def rules(self) -> RuleBook:
        """Its rules, ready to match."""


def find(actor: StaffMember, playbook: Playbook, search: str) -> list[Rule]:
    """Return the rules whose number, name, words or replies hold *search*, in their order.

    Raises:
        NotAllowed: The actor may not teach.
    """
    access.require(actor.role, Permission.TEACH)
    wanted = fold(search)
    if not wanted:
        return list(playbook.rules)
    return [
        rule
        for rule in playbook.rules
        if wanted.removeprefix("#") == str(rule.id)
        or any(
            wanted in fold(text)
            for text in (rule.name, *rule.words, *(reply.text for reply in rule.replies))
        )
    ]


async def show(uow: UnitOfWork, actor: StaffMember, rule_id: int) -> Rule:
    """Return one rule.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    rule = await uow.taught.rule(rule_id)
    if rule is None:
        raise NotFound("rule.unknown", number=rule_id)
    return rule


async def add(
    uow: UnitOfWork, actor: StaffMember, draft: RuleDraft, before: Taught, now: datetime
) -> TaughtRule:
    """Put a rule behind all others; its name is its first word.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who teaches.
        draft: The rule.
        before: What is taught already.
        now: The moment.

    Raises:
        BadRequestText: Something about the draft does not fit.
        NotFound: It names an account that does not exist.
    """
    access.require(actor.role, Permission.TEACH)
    accounts = await _accounts_of(uow, draft)
    _check(draft)
    taken = {rule.name for rule in before.playbook.rules}
    rule = _made(Rule(0, _free_name(draft.words[0], taken), draft.match, (), ()), draft)
    (number,) = await uow.taught.add_rules([rule], now)
    rule = replace(rule, id=number)
    await _changed(uow, actor, "add", rule, None, now)
    return TaughtRule(rule, _overtaken(rule, before, accounts))


async def edit(
    uow: UnitOfWork,
    actor: StaffMember,
    rule_id: int,
    draft: RuleDraft,
    before: Taught,
    now: datetime,
) -> TaughtRule:
    """Give a rule other words, replies and accounts; its number, name and place stay.

    Raises:
        BadRequestText: Something about the draft does not fit.
        NotFound: There is no such rule, or it names an account that does not exist.
    """
    access.require(actor.role, Permission.TEACH)
    old = await show(uow, actor, rule_id)
    accounts = await _accounts_of(uow, draft)
    _check(draft)
    rule = _made(old, draft)
    await uow.taught.change_rule(rule)
    await _changed(uow, actor, "change", rule, old, now)
    return TaughtRule(rule, _overtaken(rule, before, accounts))


async def switch(
    uow: UnitOfWork, actor: StaffMember, rule_id: int, enabled: bool, now: datetime
) -> Rule:
    """Switch a rule on or off; nothing happens where it is so already.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    before = await show(uow, actor, rule_id)
    rule = replace(before, enabled=enabled)
    if rule != before:
        await uow.taught.change_rule(rule)
        await _changed(uow, actor, "on" if enabled else "off", rule, before, now)
    return rule


async def remove(uow: UnitOfWork, actor: StaffMember, rule_id: int, now: datetime) -> Rule:
    """Delete a rule and return what it was.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    rule = await show(uow, actor, rule_id)
    await uow.taught.delete_rules([rule_id], now)
    await _changed(uow, actor, "delete", None, rule, now)
    return rule


async def _changed(
    uow: UnitOfWork,
    actor: StaffMember,
    action: str,
    rule: Rule | None,
    before: Rule | None,
    now: datetime,
) -> None:
    number = (rule or before or Rule(0, "", Match.ANY, (), ())).id
    await uow.audit.record(
        Change(
            now,
            actor.id,
            actor.name,
            action,
            "rule",
            str(number),
            before=facts.of_rule(before) if before else None,
            after=facts.of_rule(rule) if rule else None,
        )
    )
    await uow.taught.touch()
    uow.ring(bell.PLAYBOOK)


async def _accounts_of(uow: UnitOfWork, draft: RuleDraft) -> list[str]:
    """Return the accounts on which the draft will work."""
    names = [account.name for account in await uow.accounts.all()]
    unknown = [name for name in draft.accounts if name not in names]
    if unknown:
        raise NotFound(
            "rule.unknown_account", names=", ".join(unknown), known=", ".join(names) or "–"
        )
    return list(draft.accounts) or names


def _check(draft: RuleDraft) -> None:
    if not draft.words:
        raise BadRequestText("rule.no_words")
    if len(draft.words) > MOST_WORDS:
        raise BadRequestText("rule.too_many_words", count=len(draft.words), limit=MOST_WORDS)
    for word in draft.words:
        if not fold(word):
            raise BadRequestText("rule.blank_word")
        if len(word) > LONGEST_WORD:
            raise BadRequestText("rule.long_word", count=len(word), limit=LONGEST_WORD)
    if not draft.replies:
        raise BadRequestText("rule.no_reply")
    if len(draft.replies) > MOST_REPLIES:
        raise BadRequestText("rule.too_many_replies", count=len(draft.replies), limit=MOST_REPLIES)
    for reply in draft.replies:
        if len(reply.text) > LONGEST_TEXT:
            raise BadRequestText("rule.long_reply", count=len(reply.text), limit=LONGEST_TEXT)


def _made(rule: Rule, draft: RuleDraft) -> Rule:
    return replace(
        rule,
        match=draft.match,
        words=draft.words,
        replies=draft.replies,
        accounts=draft.accounts,
    )


def _free_name(word: str, taken: set[str]) -> str:
    """Return a name that no other rule has: playbook files tell rules apart by name."""
    name = " ".join(word.split())
    number = 1
    while name in taken:
        number += 1
        tail = f" {number}"
        name = " ".join(word.split())[: LONGEST_NAME - len(tail)] + tail
    return name


def _overtaken(rule: Rule, before: Taught, accounts: Sequence[str]) -> tuple[Overtaken, ...]:
    """Find the earlier rules that answer, on every account, to the words of *rule*."""
    order = [other.id for other in before.playbook.rules]
    own_place = order.index(rule.id) if rule.id in order else len(order)
    place = {id_: number for number, id_ in enumerate(order[:own_place])}
    said = (" ".join(rule.words),) if rule.match is Match.ALL else rule.words
    found: dict[int, tuple[Rule, list[str]]] = {}
    for words in said:
        hits = [before.rules.match(account, words) for account in accounts or ("",)]
        if any(hit is None or hit.rule.id not in place for hit in hits):
            continue
        first = min((hit.rule for hit in hits if hit), key=lambda earlier: place[earlier.id])
        found.setdefault(first.id, (first, []))[1].append(words)
    return tuple(Overtaken(tuple(words), earlier) for earlier, words in found.values())
