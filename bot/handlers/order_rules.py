"""Admins bring keyword rules in order: their places, and the groups that they stand in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import access, bell, facts
from bot.access import Permission
from core.errors import BadRequestText, NotFound
from core.playbook import Playbook, Rule
from storage.repos.audit import Change
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

LONGEST_GROUP = 30


@dataclass(frozen=True, slots=True)
class Placed:
    """A rule and its place among all of them, from 1."""

    rule: Rule
    place: int
    total: int


@dataclass(frozen=True, slots=True)
class GroupOfRules:
    """The rules that stand in one group.

    Args:
        name: Its name; empty for the rules in no group.
        first: Number of its first rule.
        total: How many rules it has.
        on: How many of them are switched on.
        uses: How often they have answered.
    """

    name: str
    first: int
    total: int
    on: int
    uses: int


async def place_of(uow: UnitOfWork, actor: StaffMember, rule_id: int) -> Placed:
    """Return a rule with its place.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    rule = await _rule(uow, rule_id)
    order = await uow.taught.rule_order()
    return Placed(rule, order.index(rule_id) + 1, len(order))


async def move(
    uow: UnitOfWork, actor: StaffMember, rule_id: int, place: int, now: datetime
) -> Placed:
    """Put a rule into another place; those between the old and the new one move up or down.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who moves it.
        rule_id: Which rule.
        place: From 1; beyond either end it becomes the first or the last.
        now: The moment.

    Raises:
        NotFound: There is no rule of that number.
    """
    access.require(actor.role, Permission.TEACH)
    was = await place_of(uow, actor, rule_id)
    place = min(max(1, place), was.total)
    if place == was.place:
        return was
    low, high = sorted((was.place, place))
    before = (await uow.taught.rule_order())[low - 1 : high]
    after = [number for number in before if number != rule_id]
    after.insert(place - low, rule_id)
    await uow.taught.order_rules(after)
    await uow.audit.record(
        Change(
            now,
            actor.id,
            actor.name,
            "move",
            "rule",
            str(rule_id),
            before={"order": before},
            after={"order": after},
        )
    )
    await uow.taught.touch()
    uow.ring(bell.PLAYBOOK)
    return replace(was, place=place)


def groups(actor: StaffMember, playbook: Playbook) -> list[GroupOfRules]:
    """Return the groups in the order of their first rules; the rules in none come last."""
    access.require(actor.role, Permission.TEACH)
    found: dict[str, list[Rule]] = {}
    for rule in playbook.rules:
        found.setdefault(rule.group, []).append(rule)
    ordered = [*(name for name in found if name), *(name for name in found if not name)]
    return [
        GroupOfRules(
            name,
            found[name][0].id,
            len(found[name]),
            sum(rule.enabled for rule in found[name]),
            sum(rule.uses for rule in found[name]),
        )
        for name in ordered
    ]


async def put_in_group(
    uow: UnitOfWork, actor: StaffMember, numbers: Sequence[int], group: str, now: datetime
) -> list[Rule]:
    """Put rules into a group, which exists as long as a rule stands in it.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who does it.
        numbers: Which rules.
        group: Its name, at most 30 characters; empty to take them out of theirs.
        now: The moment.

    Raises:
        BadRequestText: The name is too long.
        NotFound: One of the rules does not exist; nothing was changed.
    """
    access.require(actor.role, Permission.TEACH)
    group = " ".join(group.split())
    if len(group) > LONGEST_GROUP:
        raise BadRequestText("rule.long_group", count=len(group), limit=LONGEST_GROUP)
    rules = [await _rule(uow, number) for number in dict.fromkeys(numbers)]
    return await _store(uow, actor, "change", rules, {"group": group}, now)


async def switch_group(
    uow: UnitOfWork, actor: StaffMember, rule_id: int, enabled: bool, now: datetime
) -> list[Rule]:
    """Switch all rules of a group on or off and return those that were not so before.

    A rule without a reply stays off.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who does it.
        rule_id: A rule of the group.
        enabled: On or off.
        now: The moment.

    Raises:
        NotFound: There is no such rule.
    """
    access.require(actor.role, Permission.TEACH)
    group = (await _rule(uow, rule_id)).group
    rules = [
        rule
        for rule in (await uow.taught.playbook()).rules
        if rule.group == group and rule.enabled != enabled and (rule.replies or not enabled)
    ]
    action = "on" if enabled else "off"
    return await _store(uow, actor, action, rules, {"enabled": enabled}, now)


async def _rule(uow: UnitOfWork, rule_id: int) -> Rule:
    rule = await uow.taught.rule(rule_id)
    if rule is None:
        raise NotFound("rule.unknown", number=rule_id)
    return rule


async def _store(
    uow: UnitOfWork,
    actor: StaffMember,
    action: str,
    rules: Sequence[Rule],
    change: dict[str, object],
    now: datetime,
) -> list[Rule]:
    done = []
    for before in rules:
        rule = replace(before, **change)  # type: ignore[arg-type]
        if rule == before:
            continue
        await uow.taught.change_rule(rule)
        await uow.audit.record(
            Change(
                now,
                actor.id,
                actor.name,
                action,
                "rule",
                str(rule.id),
                before=facts.of_rule(before),
                after=facts.of_rule(rule),
            )
        )
        done.append(rule)
    if done:
        await uow.taught.touch()
        uow.ring(bell.PLAYBOOK)
    return done
