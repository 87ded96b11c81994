"""Owners say by rules whose new customers are (分配规则). Source: requirements QUE-33 to QUE-44."""

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from bot import access, bell, facts
from bot.access import Permission
from bot.allotting import allotment
from bot.facts import Facts
from bot.queue.assignment import explain
from bot.queue.floor import Floor
from bot.queue.steps import Step
from core.errors import BadRequestText, NotFound
from core.line import AllocationRule, Source, Target, Waiting
from core.policy import Policy
from storage.repos.accounts import AccountFacts
from storage.repos.audit import Change
from storage.repos.departments import Branch
from storage.repos.staffing import ServiceGroup, StaffMember
from storage.uow import UnitOfWork

LONGEST_NAME = 64
MOST_RULES = 100
ALLOCATION = "allocation"
"""What the record of changes calls a rule."""
PRESET_KEEPER = AllocationRule(0, "", target=Target.KEEPER, online_only=False)
"""Everybody to the account's keeper: what about 70 % of companies use. Source: QUE-44."""
CHOSEN = (Source.ACCOUNTS, Source.INSTITUTIONS)
"""Sources for which something must be chosen."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen in a rule.

    Args:
        accounts: Every account, oldest first.
        institutions: Names of the institutions in use, sorted.
        departments: The tree, each followed by those below it.
    """

    accounts: tuple[AccountFacts, ...]
    institutions: tuple[str, ...]
    departments: tuple[Branch, ...]


async def rules(uow: UnitOfWork, actor: StaffMember) -> list[AllocationRule]:
    """Return every rule in the order in which they are asked.

    Raises:
        NotAllowed: The actor is no owner of the desk.
    """
    access.require(actor.role, Permission.STAFF)
    return await uow.allocations.rules()


async def rule(uow: UnitOfWork, actor: StaffMember, number: int) -> AllocationRule:
    """Return one rule.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.STAFF)
    found = await uow.allocations.rule(number)
    if found is None:
        raise NotFound("allocation.no_rule", number=number)
    return found


async def choices(uow: UnitOfWork, actor: StaffMember) -> Choices:
    """Return what can be chosen in a rule."""
    access.require(actor.role, Permission.STAFF)
    accounts = tuple(await uow.accounts.all())
    named = sorted({one.institution for one in accounts if one.institution})
    return Choices(accounts, tuple(named), tuple(await uow.departments.all()))


async def store(
    uow: UnitOfWork, actor: StaffMember, rule_: AllocationRule, now: datetime
) -> AllocationRule:
    """Put a rule without a number behind the others, or write one with a number back.

    It works at once (requirement QUE-38).

    Raises:
        BadRequestText: Something about it does not fit.
        NotFound: There is none of that number, or it names something that is not there.
    """
    access.require(actor.role, Permission.STAFF)
    rule_ = _checked(rule_, await choices(uow, actor))
    if rule_.id:
        before = await rule(uow, actor, rule_.id)
        if before == rule_:
            return rule_
        await uow.allocations.put_rule(rule_)
        await _record(uow, actor, "change", before, rule_, now)
        return rule_
    if len(await uow.allocations.rules()) >= MOST_RULES:
        raise BadRequestText("allocation.too_many", limit=MOST_RULES)
    rule_ = replace(rule_, id=await uow.allocations.add_rule(rule_, now))
    await _record(uow, actor, "add", None, rule_, now)
    return rule_


async def rename(
    uow: UnitOfWork, actor: StaffMember, number: int, name: str, now: datetime
) -> AllocationRule:
    """Give a rule another name.

    Raises:
        BadRequestText: It is empty or too long.
        NotFound: There is no rule of that number.
    """
    access.require(actor.role, Permission.STAFF)
    return await store(uow, actor, replace(await rule(uow, actor, number), name=name), now)


async def switch(
    uow: UnitOfWork, actor: StaffMember, number: int, now: datetime, *, on: bool
) -> AllocationRule:
    """Switch a rule on or off.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.STAFF)
    before = await rule(uow, actor, number)
    after = replace(before, enabled=on)
    if after != before:
        await uow.allocations.put_rule(after)
        await _record(uow, actor, "on" if on else "off", before, after, now)
    return after


async def move(
    uow: UnitOfWork, actor: StaffMember, number: int, now: datetime, *, up: bool
) -> list[AllocationRule]:
    """Let a rule trade places with the one before it, or behind it, and return them all.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.STAFF)
    every = await uow.allocations.rules()
    order = [one.id for one in every]
    if number not in order:
        raise NotFound("allocation.no_rule", number=number)
    at = order.index(number)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(order):
        return every
    moved = [*order]
    moved[at], moved[to] = moved[to], moved[at]
    await uow.allocations.order_rules(moved)
    await uow.audit.record(
        Change(
            now,
            actor.id,
            actor.name,
            "move",
            ALLOCATION,
            str(number),
            before={"order": order},
            after={"order": moved},
        )
    )
    uow.ring(bell.LINE)
    return await uow.allocations.rules()


async def remove(uow: UnitOfWork, actor: StaffMember, number: int, now: datetime) -> AllocationRule:
    """Delete a rule and return what it was; whose customers are stays as it is.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.STAFF)
    before = await rule(uow, actor, number)
    await uow.allocations.delete_rule(number, now)
    await _record(uow, actor, "delete", before, None, now)
    return before


def _checked(rule_: AllocationRule, there: Choices) -> AllocationRule:
    name = " ".join(rule_.name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise BadRequestText("allocation.bad_name", limit=LONGEST_NAME)
    sources = rule_.sources if rule_.source in CHOSEN else ()
    targets = rule_.targets if rule_.target is Target.DEPARTMENTS else ()
    if rule_.source in CHOSEN:
        known = {
            Source.ACCOUNTS: {one.name for one in there.accounts},
            Source.INSTITUTIONS: set(there.institutions),
        }[rule_.source]
        if not sources:
            raise BadRequestText("allocation.nothing_chosen")
        if set(sources) - known:
            raise NotFound("allocation.chosen_gone")
    if rule_.target is Target.DEPARTMENTS:
        if not targets:
            raise BadRequestText("allocation.nothing_chosen")
        if set(targets) - {one.id for one in there.departments}:
            raise NotFound("allocation.chosen_gone")
    return replace(rule_, name=name, sources=sources, targets=targets)


async def _record(
    uow: UnitOfWork,
    actor: StaffMember,
    action: str,
    before: AllocationRule | None,
    after: AllocationRule | None,
    now: datetime,
) -> None:
    def kept(one: AllocationRule | None) -> Facts | None:
        return facts.of_allocation(one) if one is not None else None

    number = (after or before or AllocationRule(0, "")).id
    await uow.audit.record(
        Change(
            now,
            actor.id,
            actor.name,
            action,
            ALLOCATION,
            str(number),
            before=kept(before),
            after=kept(after),
        )
    )
    uow.ring(bell.LINE)


# -- who would get this customer, and why ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tried:
    """Who would get a customer now, and why.

    Args:
        name: The customer's; empty for somebody new.
        account: Through which account they write.
        group: In whose line they would wait.
        steps: What is asked, in its order; see ``bot.queue.assignment.explain``.
        people: Names by number of those whom the steps name.
    """

    name: str
    account: AccountFacts
    group: ServiceGroup
    steps: tuple[Step, ...]
    people: dict[int, str]


async def try_conversation(
    uow: UnitOfWork, actor: StaffMember, number: int, base: Policy, zone: tzinfo, now: datetime
) -> Tried:
    """Tell who would get a conversation if it were the first in line.

    Args:
        uow: An open unit of work.
        actor: Who asks.
        number: Of the conversation, of any state.
        base: What holds where nobody has set anything.
        zone: The tenant's time zone.
        now: The moment.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.STAFF)
    talk = (await uow.conversations.by_ids([number])).get(number)
    if talk is None:
        raise NotFound("allocation.no_conversation", number=number)
    return await _try(uow, talk.identity_id, talk.group_id, number, base, zone, now)


async def try_customer(
    uow: UnitOfWork, actor: StaffMember, name: str, base: Policy, zone: tzinfo, now: datetime
) -> Tried:
    """Tell who would get the customer of that name if they asked for a person now.

    See ``try_conversation`` for the arguments.

    Raises:
        NotFound: There is nobody of that name.
    """
    access.require(actor.role, Permission.STAFF)
    found = await uow.people.identity_named(name)
    if found is None:
        raise NotFound("allocation.no_customer", name=name)
    return await _try(uow, found, None, 0, base, zone, now)


async def try_new(
    uow: UnitOfWork, actor: StaffMember, account_id: int, base: Policy, zone: tzinfo, now: datetime
) -> Tried:
    """Tell who would get somebody who writes to an account for the first time.

    See ``try_conversation`` for the arguments.

    Raises:
        NotFound: There is no such account.
    """
    access.require(actor.role, Permission.STAFF)
    for account in await uow.accounts.all():
        if account.id == account_id:
            waits = Waiting(0, 0, now, account=account.name)
            return await _explained(uow, "", account, None, waits, base, zone, now)
    raise NotFound("account.unknown", name=f"#{account_id}")


async def _try(
    uow: UnitOfWork,
    identity_id: int,
    group_id: int | None,
    number: int,
    base: Policy,
    zone: tzinfo,
    now: datetime,
) -> Tried:
    person = (await uow.people.by_ids([identity_id]))[identity_id]
    last = await uow.people.last_agents([identity_id])
    owners = await uow.allocations.owners([person.customer_id])
    account = next(a for a in await uow.accounts.all() if a.id == person.account_id)
    elsewhere = await uow.line.elsewhere([person.customer_id])
    accounts, follower = elsewhere.get(person.customer_id, ((account.name,), None))
    waits = Waiting(
        number,
        0,
        now,
        account=account.name,
        customer_id=person.customer_id,
        owner_id=owners.get(person.customer_id),
        last_agent_id=last.get(identity_id),
        accounts=frozenset(accounts),
        follower_id=follower,
    )
    return await _explained(uow, person.name, account, group_id, waits, base, zone, now)


async def _explained(
    uow: UnitOfWork,
    name: str,
    account: AccountFacts,
    group_id: int | None,
    waits: Waiting,
    base: Policy,
    zone: tzinfo,
    now: datetime,
) -> Tried:
    groups = await uow.staffing.groups()
    wanted = group_id or account.group_id
    group = next((one for one in groups if one.id == wanted), groups[0])
    policies = await uow.policies.all(base)
    seats = await uow.seats.on_duty([group.id])
    passed = await uow.offers.passed([waits.conversation_id])
    floor = Floor(
        seats, policies, await allotment(uow, zone, now, [waits.customer_id]), passed=passed
    )
    steps = explain(replace(waits, group_id=group.id), floor)
    people = await uow.staffing.by_ids({s.staff_id for s in steps if s.staff_id is not None})
    return Tried(name, account, group, steps, {id_: one.name for id_, one in people.items()})
