"""Admins take a whole playbook in from a file and give it out as one."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from bot import access, bell
from bot.access import Permission
from bot.knowledge.playbook_difference import (
    Difference,
    by_question,
    completed,
    difference,
    paths,
)
from bot.rules.masking import Mask
from core.playbook import Answering, FaqEntry, Playbook, Rule, Scope, Shelf
from storage.repos.audit import Change
from storage.repos.library import EVERYBODY, paths_of
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

_MASKS = ("mask_phone", "mask_wechat", "mask_desk")


async def everything(uow: UnitOfWork) -> Playbook:
    """Return the playbook with all that goes into a file: entries for agents and the tree too.

    What belongs to one person, group or department is left out: it is theirs, and a file has no
    way to say whose it is.
    """
    playbook = await uow.taught.playbook()
    library = await uow.library.entries(Shelf.DESK)
    return replace(
        playbook,
        faq=tuple(entry for entry in playbook.faq if entry.scope is Scope.PUBLIC),
        library=tuple(entry for entry in library if entry.scope is Scope.PUBLIC),
        nodes={
            shelf: tuple(paths_of(await uow.library.categories(shelf), EVERYBODY).values())
            for shelf in Shelf
        },
    )


def check_settings(file: Playbook) -> None:
    """Make sure that the expressions among a file's settings can be used.

    Raises:
        BadRequestText: One is no expression, or takes too long.
    """
    for name in _MASKS:
        if name in file.settings:
            Mask.compile(str(file.settings[name]))


async def compare(
    uow: UnitOfWork, actor: StaffMember, file: Playbook, *, unsaid: Collection[str] = ()
) -> Difference:
    """Say what *file* would change; changes nothing.

    Args:
        uow: An open unit of work; reading is enough.
        actor: Who asks.
        file: See ``take_in``.
        unsaid: See ``take_in``.

    Raises:
        NotAllowed: The actor may not teach.
        BadRequestText: An expression of the settings is none, or takes too long.
    """
    access.require(actor.role, Permission.TEACH)
    check_settings(file)
    there = await everything(uow)
    accounts = {account.name for account in await uow.accounts.all()}
    return difference(there, completed(there, file, unsaid), accounts)


async def take_in(
    uow: UnitOfWork,
    actor: StaffMember,
    file: Playbook,
    now: datetime,
    *,
    whole: bool,
    unsaid: Collection[str] = (),
) -> Difference:
    """Take a playbook in.

    What the desk knows already, by name or question, takes the file's form under its old number,
    so that buttons which lead to it stay right.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who imports.
        file: As ``bot.knowledge.playbook_file.read`` returns it.
        now: The moment.
        whole: Whether the file is all there is: rules, entries, word lists and empty nodes that
            it does not hold are deleted, and what there is stands in its order. Otherwise it adds
            to what is there.
        unsaid: Fields of entries about which the file says nothing; entries that are there keep
            theirs.

    Raises:
        NotAllowed: The actor may not teach, or not change one of its prompts.
        BadRequestText: An expression of the settings is none, or takes too long.
    """
    access.require(actor.role, Permission.TEACH)
    check_settings(file)
    there = await everything(uow)
    file = completed(there, file, unsaid)
    accounts = {account.name for account in await uow.accounts.all()}
    changes = difference(there, file, accounts)
    if whole:
        # Rules are only ever named by their place, so the order of the file counts most. The new
        # ones come first and the old ones go then, so that no number is given out twice.
        await uow.taught.add_rules(file.rules, now)
        await uow.taught.delete_rules((rule.id for rule in there.rules), now)
    else:
        await _merge_rules(uow, there, file, now)
    await _merge_words(uow, actor, there, file, now, whole=whole)
    for shelf, named in file.nodes.items():
        await uow.library.ensure(shelf, named, now)
    await _merge_entries(uow, actor, there.faq, file.faq, now, whole=whole)
    await _merge_entries(uow, actor, there.library, file.library, now, whole=whole)
    if whole:
        for shelf in Shelf:
            await _shape_tree(uow, shelf, paths(file, shelf), now)
    known = {(prompt.kind, prompt.account): prompt for prompt in there.prompts}
    for prompt in file.prompts:
        if known.get((prompt.kind, prompt.account)) != prompt:
            access.require(actor.role, access.to_change_prompt(prompt.kind, prompt.account))
        await uow.taught.set_prompt(prompt)
    wished = _wished(there.answering, file)
    if wished != there.answering:
        await uow.taught.set_answering(wished)
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
    return changes


async def give_out(
    uow: UnitOfWork, actor: StaffMember, now: datetime, form: str = "yaml"
) -> Playbook:
    """Return everything taught, and record that it was given out.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who exports.
        now: The moment.
        form: What sort of file it goes into.

    Raises:
        NotAllowed: The actor may not teach.
    """
    access.require(actor.role, Permission.TEACH)
    playbook = await everything(uow)
    await uow.audit.record(
        Change(
            now,
            actor.id,
            actor.name,
            "export",
            "playbook",
            after={"form": form, **_totals(playbook)},
        )
    )
    return playbook


def _totals(playbook: Playbook) -> dict[str, Any]:
    return {
        "version": playbook.version,
        "rules": len(playbook.rules),
        "faq": len(playbook.faq),
        "library": len(playbook.library),
        "words": len(playbook.words),
        "prompts": len(playbook.prompts),
        "settings": asdict(playbook.answering),
    }


def _wished(there: Answering, file: Playbook) -> Answering:
    values: dict[str, Any] = {**file.settings}
    return replace(there, **values)


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


# -- the knowledge base --------------------------------------------------------------------------


async def _merge_entries(
    uow: UnitOfWork,
    actor: StaffMember,
    there: Sequence[FaqEntry],
    file: Sequence[FaqEntry],
    now: datetime,
    *,
    whole: bool,
) -> None:
    known = by_question(there)
    wanted = by_question(file)
    new = {key: entry for key, entry in wanted.items() if key not in known}
    for key, entry in wanted.items():
        old = known.get(key)
        if old is not None and replace(entry, id=old.id) != old:
            await uow.library.change(replace(entry, id=old.id), now)
    added = await uow.library.add(list(new.values()), now, actor.name)
    if not whole:
        return
    await uow.library.delete([old.id for key, old in known.items() if key not in wanted], now)
    ids = {key: old.id for key, old in known.items()} | dict(zip(new, added, strict=True))
    order = [ids[key] for key in wanted]
    if order != [ids[key] for key in (*known, *new) if key in wanted]:
        await uow.library.order(order)


async def _shape_tree(uow: UnitOfWork, shelf: Shelf, order: Sequence[str], now: datetime) -> None:
    """Bring the public nodes into *order*, and drop those that it does not hold."""
    categories = await uow.library.categories(shelf)
    numbers = {path: number for number, path in paths_of(categories, EVERYBODY).items()}
    # What others keep below a public node must not lose the way to the root.
    parents = {node.id: node.parent_id for node in categories}
    stays = {numbers[path] for path in order}
    for node in categories:
        above = node.parent_id if (node.scope, node.owner_id) != EVERYBODY else None
        while above is not None:
            stays.add(above)
            above = parents.get(above)
    await uow.library.order_categories([numbers[path] for path in order])
    await uow.library.delete_categories(
        [number for number in numbers.values() if number not in stays], now
    )
