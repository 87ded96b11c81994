"""Somebody takes back what they have just changed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot import access, bell, facts
from bot.access import Permission
from bot.facts import Facts
from core.errors import Conflict, NotFound
from core.playbook import Scope, Shelf
from storage.repos.accounts import Receiver
from storage.repos.audit import Change
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

PATIENCE = timedelta(seconds=30)
"""How long a change can be taken back."""
MOVE = "move"
"""Action of a change of places; both sides of it are ``{"order": [numbers in their order]}``."""
_UNDO = "undo"
_OWNERS_ONLY = frozenset({"hours", "holiday", "policy", "allocation", "account"})
"""Only owners change them. Source: requirements PRM-09, PRM-18."""
_LINE = frozenset({"policy", "allocation", "account"})
"""What decides who gets the next conversation."""


@dataclass(frozen=True, slots=True)
class _Subject:
    """How one sort of things is looked at and put back.

    Args:
        now: Returns what the record would keep of the thing as it is; ``None``: it is not there.
        put: Makes the thing what the facts say; ``None``: takes it away.
        order: Lets things trade places; ``None`` for things without an order.
        places: Returns the numbers given in the order in which they stand; like ``order``.
    """

    now: Callable[[UnitOfWork, Change], Awaitable[Facts | None]]
    put: Callable[[UnitOfWork, Change, Facts | None, datetime], Awaitable[None]]
    order: Callable[[UnitOfWork, Sequence[int]], Awaitable[None]] | None = None
    places: Callable[[UnitOfWork, Sequence[int]], Awaitable[list[int]]] | None = None


async def undo(
    uow: UnitOfWork, actor: StaffMember, first: int, last: int, now: datetime
) -> list[Change]:
    """Take back what the actor has changed, if nobody has changed it since.

    It happens whole or not at all. The playbook is counted and rung for where it is concerned.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who takes back.
        first: Number of the first change in the record of changes.
        last: Number of the last one; other people's changes between them stay.
        now: The moment.

    Returns:
        What was taken back, oldest first.

    Raises:
        Conflict: It is too late, it was taken back already, or the thing was changed since.
        NotAllowed: The actor may not change such things (any more).
        NotFound: The actor has changed nothing of the kind.
    """
    access.require(actor.role, Permission.SERVE)
    changes = await uow.audit.made_by(actor.id, first, last)
    if not changes or any(change.subject not in _SUBJECTS for change in changes):
        raise NotFound("undo.nothing")
    if any(now - change.at > PATIENCE for change in changes):
        raise Conflict("undo.too_late", seconds=int(PATIENCE.total_seconds()))
    for change in changes:
        _may(actor, change)
    for change in reversed(changes):
        if change.action == _UNDO:
            raise NotFound("undo.nothing")
        await _take_back(uow, change, now)
        await uow.audit.record(
            replace(
                change,
                at=now,
                actor=actor.name,
                action=_UNDO,
                before=change.after,
                after=change.before,
            )
        )
    if any(_taught(change) for change in changes):
        await uow.taught.touch()
        uow.ring(bell.PLAYBOOK)
    if any(change.subject in _LINE for change in changes):
        uow.ring(bell.LINE)
    return changes


async def latest(uow: UnitOfWork, actor: StaffMember, now: datetime) -> tuple[int, int]:
    """Return the numbers of the first and the last change of what the actor did last.

    Raises:
        NotFound: They have changed nothing while it could be taken back.
    """
    access.require(actor.role, Permission.SERVE)
    numbers = await uow.audit.latest_of(actor.id, now - PATIENCE)
    if not numbers:
        raise NotFound("undo.nothing")
    return min(numbers), max(numbers)


async def _take_back(uow: UnitOfWork, change: Change, now: datetime) -> None:
    subject = _SUBJECTS[change.subject]
    if change.action == MOVE and change.before and change.after and "order" in change.before:
        if subject.order is None or subject.places is None:
            raise NotFound("undo.nothing")
        before, after = change.before["order"], change.after["order"]
        if await subject.places(uow, after) != after:
            raise Conflict("undo.changed_since")
        await subject.order(uow, before)
        return
    if _without_place(await subject.now(uow, change)) != _without_place(change.after):
        raise Conflict("undo.changed_since")
    await subject.put(uow, change, change.before, now)


def _may(actor: StaffMember, change: Change) -> None:
    kept = change.before or change.after or {}
    own = change.subject in {"entry", "category"} and kept.get("scope") not in {
        None,
        Scope.PUBLIC.value,
    }
    moved = change.subject == "entry" and change.action == MOVE
    if change.subject in _OWNERS_ONLY:
        access.require(actor.role, Permission.STAFF)
    elif not own and not moved:
        access.require(actor.role, Permission.TEACH)


def _taught(change: Change) -> bool:
    """Say whether the playbook holds the thing: what only agents use it does not."""
    kept = change.before or change.after or {}
    aside = change.subject in {"entry", "allocation"}
    return not aside and kept.get("shelf") != Shelf.DESK.value


def _number(change: Change) -> int:
    return int(change.subject_id or 0)


# -- how each sort of things is put back ----------------------------------------------------------


async def _rule_now(uow: UnitOfWork, change: Change) -> Facts | None:
    rule = await uow.taught.rule(_number(change))
    return facts.of_rule(rule) if rule else None


async def _put_rule(uow: UnitOfWork, change: Change, to: Facts | None, now: datetime) -> None:
    number = _number(change)
    if to is None:
        await uow.taught.delete_rules([number], now)
    elif change.after is None:
        await uow.taught.restore_rules([number])
    else:
        await uow.taught.change_rule(facts.rule_from(number, to))


async def _rule_places(uow: UnitOfWork, numbers: Sequence[int]) -> list[int]:
    return [number for number in await uow.taught.rule_order() if number in set(numbers)]


async def _order_rules(uow: UnitOfWork, numbers: Sequence[int]) -> None:
    await uow.taught.order_rules(numbers)


async def _entry_now(uow: UnitOfWork, change: Change) -> Facts | None:
    entry = await uow.library.entry(_number(change))
    return facts.of_entry(entry) if entry else None


async def _put_entry(uow: UnitOfWork, change: Change, to: Facts | None, now: datetime) -> None:
    number = _number(change)
    if to is None:
        await uow.library.delete([number], now)
    elif change.after is None:
        await uow.library.restore([number])
    else:
        await uow.library.change(facts.entry_from(number, to), now)


async def _entry_places(uow: UnitOfWork, numbers: Sequence[int]) -> list[int]:
    return await uow.library.places(numbers)


async def _order_entries(uow: UnitOfWork, numbers: Sequence[int]) -> None:
    await uow.library.order(numbers)


async def _category_now(uow: UnitOfWork, change: Change) -> Facts | None:
    node = await uow.library.category(_number(change))
    return facts.of_category(node) if node else None


async def _put_category(uow: UnitOfWork, change: Change, to: Facts | None, now: datetime) -> None:
    number = _number(change)
    if to is None:
        if await uow.library.holds([number]):
            raise Conflict("undo.changed_since")
        await uow.library.delete_categories([number], now)
    elif change.after is None:
        await uow.library.restore_categories([number])
    else:
        back = facts.category_from(number, to)
        node = await uow.library.category(number)
        if node is not None and node.parent_id == back.parent_id:
            # Its neighbours may have moved meanwhile; only what was changed goes back.
            back = replace(back, position=node.position)
        await uow.library.change_category(back)


async def _category_places(uow: UnitOfWork, numbers: Sequence[int]) -> list[int]:
    return await uow.library.category_places(numbers)


async def _order_categories(uow: UnitOfWork, numbers: Sequence[int]) -> None:
    await uow.library.order_categories(numbers)


async def _words_now(uow: UnitOfWork, change: Change) -> Facts | None:
    banned = await uow.taught.word_list(_number(change))
    return facts.of_words(banned) if banned else None


async def _put_words(uow: UnitOfWork, change: Change, to: Facts | None, now: datetime) -> None:
    number = _number(change)
    if to is None:
        await uow.taught.delete_words([number], now)
    elif change.after is None:
        await uow.taught.restore_words([number])
    else:
        await uow.taught.change_words(facts.words_from(number, to))


async def _prompt_now(uow: UnitOfWork, change: Change) -> Facts | None:
    kind, account = _prompt_name(change)
    for prompt in (await uow.taught.playbook()).prompts:
        if (prompt.kind, prompt.account) == (kind, account):
            return facts.of_prompt(prompt)
    return None


async def _put_prompt(uow: UnitOfWork, change: Change, to: Facts | None, now: datetime) -> None:
    kind, account = _prompt_name(change)
    if to is None or (to["account"] or None) != account:
        # It had none of its own: what the record holds is the common one that was sent instead.
        await uow.taught.delete_prompt(kind, account)
    else:
        await uow.taught.set_prompt(facts.prompt_from(to))


def _prompt_name(change: Change) -> tuple[str, str | None]:
    kind, _, account = (change.subject_id or "").partition(":")
    return kind, account or None


async def _setting_now(uow: UnitOfWork, change: Change) -> Facts | None:
    answering = asdict(await uow.taught.answering())
    return {name: answering.get(name) for name in change.after or {}}


async def _put_setting(uow: UnitOfWork, change: Change, to: Facts | None, now: datetime) -> None:
    answering = await uow.taught.answering()
    values: dict[str, Any] = to or {}
    await uow.taught.set_answering(replace(answering, **values))


async def _hours_now(uow: UnitOfWork, change: Change) -> Facts | None:
    week = await uow.calendars.week(change.subject_id or "")
    return facts.of_week(week) if week is not None else None


async def _put_hours(uow: UnitOfWork, change: Change, to: Facts | None, now: datetime) -> None:
    await uow.calendars.set_week(change.subject_id or "", facts.week_of(to) if to else None)


async def _holiday_now(uow: UnitOfWork, change: Change) -> Facts | None:
    days = await uow.calendars.one(_number(change))
    return facts.of_special_days(days) if days else None


async def _put_holiday(uow: UnitOfWork, change: Change, to: Facts | None, now: datetime) -> None:
    number = _number(change)
    if to is None:
        await uow.calendars.delete([number], now)
    elif change.after is None:
        await uow.calendars.restore([number])
    else:
        await uow.calendars.change(facts.special_days_from(number, to))


async def _assigned_now(uow: UnitOfWork, change: Change) -> Facts | None:
    shelf = Shelf((change.after or {})["shelf"])
    nodes = (await uow.library.assigned(shelf)).get(_number(change))
    return {"shelf": shelf.value, "nodes": None if nodes is None else sorted(nodes)}


async def _put_assigned(uow: UnitOfWork, change: Change, to: Facts | None, now: datetime) -> None:
    values = to or {}
    await uow.library.assign(_number(change), Shelf(values["shelf"]), values["nodes"])


async def _policy_now(uow: UnitOfWork, change: Change) -> Facts | None:
    return facts.of_policy(await uow.policies.own(change.subject_id or ""))


async def _put_policy(uow: UnitOfWork, change: Change, to: Facts | None, now: datetime) -> None:
    await uow.policies.put(change.subject_id or "", (to or {})["settings"])


async def _allocation_now(uow: UnitOfWork, change: Change) -> Facts | None:
    rule = await uow.allocations.rule(_number(change))
    return facts.of_allocation(rule) if rule else None


async def _put_allocation(uow: UnitOfWork, change: Change, to: Facts | None, now: datetime) -> None:
    number = _number(change)
    if to is None:
        await uow.allocations.delete_rule(number, now)
    else:
        await uow.allocations.put_rule(facts.allocation_from(number, to))


async def _allocation_places(uow: UnitOfWork, numbers: Sequence[int]) -> list[int]:
    return [rule.id for rule in await uow.allocations.rules() if rule.id in set(numbers)]


async def _order_allocations(uow: UnitOfWork, numbers: Sequence[int]) -> None:
    await uow.allocations.order_rules(numbers)


async def _account_now(uow: UnitOfWork, change: Change) -> Facts | None:
    for account in await uow.accounts.all():
        if account.id == _number(change):
            receivers = await uow.accounts.receivers()
            return facts.of_account(account, receivers.get(account.id, ()))
    return None


async def _put_account(uow: UnitOfWork, change: Change, to: Facts | None, now: datetime) -> None:
    values = to or {}
    await uow.accounts.change(
        _number(change),
        title=values["title"],
        institution=values["institution"],
        keeper_id=values["keeper"],
        group_id=values["group"],
    )
    chosen = (Receiver(kind, number) for kind, number in values["receivers"])
    await uow.accounts.set_receivers(_number(change), chosen)


def _without_place(of: Facts | None) -> Facts | None:
    """Return facts without a node's place: neighbours that move are no change of it."""
    return None if of is None else {name: of[name] for name in of if name != "position"}


_ENTRY = _Subject(_entry_now, _put_entry, _order_entries, _entry_places)
_SUBJECTS = {
    "rule": _Subject(_rule_now, _put_rule, _order_rules, _rule_places),
    "faq": _ENTRY,
    "entry": _ENTRY,
    "category": _Subject(_category_now, _put_category, _order_categories, _category_places),
    "words": _Subject(_words_now, _put_words),
    "prompt": _Subject(_prompt_now, _put_prompt),
    "setting": _Subject(_setting_now, _put_setting),
    "hours": _Subject(_hours_now, _put_hours),
    "holiday": _Subject(_holiday_now, _put_holiday),
    "policy": _Subject(_policy_now, _put_policy),
    "allocation": _Subject(
        _allocation_now, _put_allocation, _order_allocations, _allocation_places
    ),
    "account": _Subject(_account_now, _put_account),
    "assignment": _Subject(_assigned_now, _put_assigned),
}
