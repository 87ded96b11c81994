"""Admins teach keyword rules: add, edit part by part, copy, switch off and on, delete."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol, TypeVar

from bot import access, bell, facts
from bot.access import Permission
from bot.dialog import replies as limits
from bot.dialog.doubts import Doubt, doubts
from bot.knowledge.content_reading import LONGEST_NAME
from bot.knowledge.playbook_file import LONGEST_WORD
from bot.rules.automaton import RuleBook
from bot.rules.folding import fold
from bot.rules.overtaking import Overtaken, overtaken
from core.errors import BadRequestText, Conflict, NotFound
from core.messages import Content
from core.playbook import Hours, Match, Playbook, Rule
from storage.repos.audit import Change
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

MOST_WORDS = 500
MOST_REPLIES = 10
UNGROUPED = "-"
"""How a search names the rules that stand in no group."""
_OF_GROUP = "group:"
_MESSAGE = "message"
_Part = TypeVar("_Part")


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
class RuleWishes:
    """What is to change about a rule; ``None`` leaves it as it is.

    Args:
        name: What admins call it.
        match: When it fires.
        words: All of them.
        replies: All of them, in order.
        accounts: Names of the accounts it works on; empty for all.
        valid: First and last day on which it fires; ``None`` in a place: open at that end.
        hours: When of the week it fires.
        replies_were: The replies on which the wish is built; where they are others by now,
            nothing happens.
    """

    name: str | None = None
    match: Match | None = None
    words: tuple[str, ...] | None = None
    replies: tuple[Content, ...] | None = None
    accounts: tuple[str, ...] | None = None
    valid: tuple[date | None, date | None] | None = None
    hours: Hours | None = None
    replies_were: tuple[Content, ...] | None = None


@dataclass(frozen=True, slots=True)
class TaughtRule:
    """A rule as stored, the earlier rules that stand in its way, and what is odd about it."""

    rule: Rule
    overtaken: tuple[Overtaken, ...]
    doubts: tuple[Doubt, ...] = ()


class Taught(Protocol):
    """What is taught already: for names in use, and for rules that answer earlier."""

    @property
    def playbook(self) -> Playbook:
        """As data."""

    @property
    def rules(self) -> RuleBook:
        """Its rules, ready to match."""


def find(actor: StaffMember, playbook: Playbook, search: str) -> list[Rule]:
    """Return the rules whose number, name, group, words or replies hold *search*, in their order.

    ``group:Sales`` finds the rules of that group, ``group:#12`` those of the group of rule #12,
    ``group:-`` those in no group.

    Raises:
        NotAllowed: The actor may not teach.
    """
    access.require(actor.role, Permission.TEACH)
    wanted = fold(search)
    if not wanted:
        return list(playbook.rules)
    if wanted.startswith(_OF_GROUP):
        group = _group_named(playbook, wanted.removeprefix(_OF_GROUP).strip())
        return [rule for rule in playbook.rules if fold(rule.group) == group]
    return [
        rule
        for rule in playbook.rules
        if wanted.removeprefix("#") == str(rule.id)
        or any(
            wanted in fold(text)
            for text in (
                rule.name,
                rule.group,
                *rule.words,
                *(part for reply in rule.replies for part in (reply.title, reply.text)),
            )
        )
    ]


def _group_named(playbook: Playbook, wanted: str) -> str:
    if wanted.startswith("#"):
        groups = {str(rule.id): fold(rule.group) for rule in playbook.rules}
        return groups.get(wanted[1:], wanted)
    return "" if wanted == UNGROUPED else wanted


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
    uow: UnitOfWork,
    actor: StaffMember,
    draft: RuleDraft,
    before: Taught,
    now: datetime,
    *,
    message: int | None = None,
) -> TaughtRule:
    """Put a rule behind all others; its name is its first word.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who teaches.
        draft: The rule.
        before: What is taught already.
        now: The moment.
        message: Number of the message in which they wrote it, so that a new version of that
            message changes the rule; ``None`` where there is none.

    Raises:
        BadRequestText: Something about the draft does not fit.
        NotFound: It names an account that does not exist.
    """
    access.require(actor.role, Permission.TEACH)
    if not draft.replies:
        raise BadRequestText("rule.no_reply")
    rule = _drafted(draft, before)
    accounts = await _accounts_of(uow, rule)
    _check(rule)
    (number,) = await uow.taught.add_rules([rule], now)
    rule = replace(rule, id=number)
    await _changed(uow, actor, "add", rule, None, now)
    if message is not None:
        await _note_message(uow, actor, message, number, now)
    return _taught(rule, before, accounts)


async def start(
    uow: UnitOfWork, actor: StaffMember, words: tuple[str, ...], before: Taught, now: datetime
) -> TaughtRule:
    """Put a rule with nothing but words behind all others, switched off, to be completed.

    Raises:
        BadRequestText: The words do not fit.
    """
    access.require(actor.role, Permission.TEACH)
    rule = replace(_drafted(RuleDraft(Match.ANY, words, ()), before), enabled=False)
    accounts = await _accounts_of(uow, rule)
    _check(rule)
    (number,) = await uow.taught.add_rules([rule], now)
    rule = replace(rule, id=number)
    await _changed(uow, actor, "add", rule, None, now)
    return _taught(rule, before, accounts)


async def copy(
    uow: UnitOfWork, actor: StaffMember, rule_id: int, before: Taught, now: datetime
) -> Rule:
    """Put a copy of a rule behind all others, switched off, under a name of its own.

    Raises:
        NotFound: There is no such rule.
    """
    access.require(actor.role, Permission.TEACH)
    like = await show(uow, actor, rule_id)
    rule = replace(like, id=0, name=_free_name(like.name, _names(before)), enabled=False, uses=0)
    (number,) = await uow.taught.add_rules([rule], now)
    rule = replace(rule, id=number)
    await _changed(uow, actor, "add", rule, None, now)
    return rule


async def made_by(uow: UnitOfWork, actor: StaffMember, message: int) -> int | None:
    """Return the rule that the actor made by a message; ``None``: none, or it is gone."""
    access.require(actor.role, Permission.TEACH)
    note = await uow.audit.about(_MESSAGE, _message_name(actor, message))
    number = (note.after or {}).get("rule") if note else None
    if number is None or await uow.taught.rule(number) is None:
        return None
    return int(number)


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
    if not draft.replies:
        raise BadRequestText("rule.no_reply")
    wishes = RuleWishes(
        match=draft.match, words=draft.words, replies=draft.replies, accounts=draft.accounts
    )
    return await revise(uow, actor, rule_id, wishes, before, now)


async def revise(
    uow: UnitOfWork,
    actor: StaffMember,
    rule_id: int,
    wishes: RuleWishes,
    before: Taught,
    now: datetime,
) -> TaughtRule:
    """Change parts of a rule; nothing is recorded where all is so already.

    Raises:
        BadRequestText: Something about the wishes does not fit, or a rule that is on would have
            no reply.
        Conflict: Somebody else has changed the replies meanwhile.
        NotFound: There is no such rule, or they name an account that does not exist.
    """
    access.require(actor.role, Permission.TEACH)
    old = await show(uow, actor, rule_id)
    if wishes.replies_were not in (None, old.replies):
        raise Conflict("rules.reply_gone")
    rule = _wished(old, wishes)
    if wishes.name is not None and rule.name in _names(before) - {old.name}:
        raise BadRequestText("rule.name_taken", name=rule.name)
    accounts = await _accounts_of(uow, rule)
    _check(rule)
    if rule.enabled and not rule.replies:
        raise BadRequestText("rule.last_reply")
    if rule != old:
        await uow.taught.change_rule(rule)
        await _changed(uow, actor, "change", rule, old, now)
    return _taught(rule, before, accounts)


async def switch(
    uow: UnitOfWork, actor: StaffMember, rule_id: int, enabled: bool, now: datetime
) -> Rule:
    """Switch a rule on or off; nothing happens where it is so already.

    Raises:
        BadRequestText: It has no reply yet.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    before = await show(uow, actor, rule_id)
    if enabled and not before.replies:
        raise BadRequestText("rule.no_reply_yet")
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


async def _note_message(
    uow: UnitOfWork, actor: StaffMember, message: int, number: int, now: datetime
) -> None:
    # Nobody's change, or taking back one's own would find it among them.
    note = Change(now, None, actor.name, "taught", _MESSAGE, _message_name(actor, message))
    await uow.audit.record(replace(note, after={"rule": number}))


def _message_name(actor: StaffMember, message: int) -> str:
    return f"{actor.id}:{message}"


async def _accounts_of(uow: UnitOfWork, rule: Rule) -> list[str]:
    """Return the accounts on which the rule will work."""
    names = [account.name for account in await uow.accounts.all()]
    unknown = [name for name in rule.accounts if name not in names]
    if unknown:
        raise NotFound(
            "rule.unknown_account", names=", ".join(unknown), known=", ".join(names) or "–"
        )
    return list(rule.accounts) or names


def _check(rule: Rule) -> None:
    if not rule.words:
        raise BadRequestText("rule.no_words")
    if len(rule.words) > MOST_WORDS:
        raise BadRequestText("rule.too_many_words", count=len(rule.words), limit=MOST_WORDS)
    for word in rule.words:
        if not fold(word):
            raise BadRequestText("rule.blank_word")
        if len(word) > LONGEST_WORD:
            raise BadRequestText("rule.long_word", count=len(word), limit=LONGEST_WORD)
    if not rule.name or len(rule.name) > LONGEST_NAME:
        raise BadRequestText("rule.bad_name", count=len(rule.name), limit=LONGEST_NAME)
    if rule.valid_from and rule.valid_until and rule.valid_until < rule.valid_from:
        raise BadRequestText("faq.bad_period")
    if len(rule.replies) > MOST_REPLIES:
        raise BadRequestText("rule.too_many_replies", count=len(rule.replies), limit=MOST_REPLIES)
    for reply in rule.replies:
        limits.check(reply)


def _drafted(draft: RuleDraft, before: Taught) -> Rule:
    name = _free_name(draft.words[0], _names(before)) if draft.words else ""
    return Rule(0, name, draft.match, draft.words, draft.replies, draft.accounts)


def _wished(rule: Rule, wishes: RuleWishes) -> Rule:
    first, last = wishes.valid or (rule.valid_from, rule.valid_until)
    return replace(
        rule,
        name=_kept(" ".join(wishes.name.split()) if wishes.name is not None else None, rule.name),
        match=_kept(wishes.match, rule.match),
        words=_kept(wishes.words, rule.words),
        replies=_kept(wishes.replies, rule.replies),
        accounts=_kept(wishes.accounts, rule.accounts),
        hours=_kept(wishes.hours, rule.hours),
        valid_from=first,
        valid_until=last,
    )


def _kept(wish: _Part | None, was: _Part) -> _Part:
    return was if wish is None else wish


def _names(before: Taught) -> set[str]:
    return {rule.name for rule in before.playbook.rules}


def _taught(rule: Rule, before: Taught, accounts: Sequence[str]) -> TaughtRule:
    odd = doubts(rule, {word: fold(word) for word in rule.words})
    return TaughtRule(
        rule, overtaken(rule, before.playbook.rules, before.rules, accounts), tuple(odd)
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
