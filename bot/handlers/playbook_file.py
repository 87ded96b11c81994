"""Admins take a whole playbook in from a file and give it out as one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from bot import access, bell
from bot.access import Permission
from core.playbook import FaqEntry, Playbook, Rule
from storage.repos.audit import Change
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Count:
    """What a file does to one sort of things; ``gone`` are those that only replacing removes."""

    new: int
    changed: int
    same: int
    gone: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What a file would change.

    Args:
        rules: Told apart by name.
        faq: Told apart by category and question.
        words: Told apart by name.
        prompts: Told apart by kind and account. Those that the file does not name always stay.
        unknown_accounts: Accounts that the file names and the desk does not have.
    """

    rules: Count
    faq: Count
    words: Count
    prompts: Count
    unknown_accounts: tuple[str, ...]

    @property
    def counts(self) -> dict[str, Count]:
        """The counts by what they count."""
        return {
            "rules": self.rules,
            "faq": self.faq,
            "words": self.words,
            "prompts": self.prompts,
        }


async def compare(uow: UnitOfWork, actor: StaffMember, file: Playbook) -> Difference:
    """Say what *file* would change; changes nothing.

    Raises:
        NotAllowed: The actor may not teach.
    """
    access.require(actor.role, Permission.TEACH)
    there = await uow.taught.playbook()
    return _difference(there, file, {account.name for account in await uow.accounts.all()})


async def take_in(
    uow: UnitOfWork, actor: StaffMember, file: Playbook, now: datetime, *, whole: bool
) -> Difference:
    """Take a playbook in.

    What the desk knows already, by name or question, takes the file's form under its old number,
    so that buttons which lead to it stay right.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who imports.
        file: As ``bot.knowledge.playbook_file.read`` returns it.
        now: The moment.
        whole: Whether the file is all there is: rules, entries and word lists that it does not
            hold are deleted, and the rules stand in its order. Otherwise it adds to what is there.

    Raises:
        NotAllowed: The actor may not teach.
    """
    access.require(actor.role, Permission.TEACH)
    there = await uow.taught.playbook()
    accounts = {account.name for account in await uow.accounts.all()}
    difference = _difference(there, file, accounts)
    if whole:
        # Rules are only ever named by their place, so the order of the file counts most. The new
        # ones come first and the old ones go then, so that no number is given out twice.
        await uow.taught.add_rules(file.rules, now)
        await uow.taught.delete_rules((rule.id for rule in there.rules), now)
    else:
        await _merge_rules(uow, there, file, now)
    await _merge_words(uow, actor, there, file, now, whole=whole)
    await _merge_faq(uow, actor, there, file, now)
    if whole:
        named = {_question(entry) for entry in file.faq}
        await uow.library.delete(
            (entry.id for entry in there.faq if _question(entry) not in named), now
        )
    for prompt in file.prompts:
        await uow.taught.set_prompt(prompt)
    await uow.audit.record(
        Change(
            now,
            actor.id,
            actor.name,
            "import",
            "playbook",
            before=_totals(there),
            after={"whole": whole, **_totals(file)},
        )
    )
    await uow.taught.touch()
    uow.ring(bell.PLAYBOOK)
    return difference


async def give_out(uow: UnitOfWork, actor: StaffMember, now: datetime) -> Playbook:
    """Return everything taught, and record that it was given out.

    Raises:
        NotAllowed: The actor may not teach.
    """
    access.require(actor.role, Permission.TEACH)
    playbook = await uow.taught.playbook()
    await uow.audit.record(
        Change(now, actor.id, actor.name, "export", "playbook", after=_totals(playbook))
    )
    return playbook


def _totals(playbook: Playbook) -> dict[str, Any]:
    return {
        "version": playbook.version,
        "rules": len(playbook.rules),
        "faq": len(playbook.faq),
        "words": len(playbook.words),
        "prompts": len(playbook.prompts),
    }


async def _merge_rules(uow: UnitOfWork, there: Playbook, file: Playbook, now: datetime) -> None:
    known = {rule.name: rule for rule in there.rules}
    new: list[Rule] = []
    for rule in file.rules:
        old = known.get(rule.name)
        if old is None:
            new.append(rule)
        elif replace(rule, id=old.id) != old:
            await uow.taught.change_rule(replace(rule, id=old.id))
    await uow.taught.add_rules(new, now)


async def _merge_words(
    uow: UnitOfWork,
    actor: StaffMember,
    there: Playbook,
    file: Playbook,
    now: datetime,
    *,
    whole: bool,
) -> None:
    known = {banned.name: banned for banned in there.words}
    new = []
    for banned in file.words:
        old = known.pop(banned.name, None)
        if old is None:
            new.append(banned)
        elif banned != old:
            await uow.taught.change_words(replace(banned, id=old.id))
    # The newest stands first, so the file's last goes in first.
    await uow.taught.add_words(new[::-1], now, actor.name)
    if whole:
        await uow.taught.delete_words((banned.id for banned in known.values()), now)


async def _merge_faq(
    uow: UnitOfWork, actor: StaffMember, there: Playbook, file: Playbook, now: datetime
) -> None:
    known = {_question(entry): entry for entry in there.faq}
    new: list[FaqEntry] = []
    for entry in file.faq:
        old = known.get(_question(entry))
        if old is None:
            new.append(entry)
        elif replace(entry, id=old.id) != old:
            await uow.library.change(replace(entry, id=old.id), now)
    await uow.library.add(new, now, actor.name)


def _question(entry: FaqEntry) -> tuple[str, str]:
    return entry.category, entry.question


def _difference(there: Playbook, file: Playbook, accounts: set[str]) -> Difference:
    named = {name for rule in file.rules for name in rule.accounts}
    named |= {prompt.account for prompt in file.prompts if prompt.account is not None}
    return Difference(
        rules=_count(
            [replace(rule, id=0) for rule in there.rules],
            [replace(rule, id=0) for rule in file.rules],
            lambda rule: rule.name,
        ),
        faq=_count(
            [replace(entry, id=0) for entry in there.faq],
            [replace(entry, id=0) for entry in file.faq],
            _question,
        ),
        words=_count(there.words, file.words, lambda banned: banned.name),
        prompts=replace(
            _count(there.prompts, file.prompts, lambda prompt: (prompt.kind, prompt.account)),
            gone=0,
        ),
        unknown_accounts=tuple(sorted(named - accounts)),
    )


def _count(there: Sequence[Thing], file: Sequence[Thing], name: Callable[[Thing], object]) -> Count:
    old = {name(thing): thing for thing in there}
    new = changed = 0
    named = set()
    for thing in file:
        known = old.get(name(thing))
        named.add(name(thing))
        new += known is None
        changed += known is not None and known != thing
    return Count(new, changed, len(file) - new - changed, len(old.keys() - named))
