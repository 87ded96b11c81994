"""Admins look for customers and make them somebody's by hand.

Source: requirements QUE-41, QUE-42.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot import access, bell
from bot.access import Permission
from bot.allotting import allotment
from bot.queue.allotment import Allotter
from bot.telling import Telling, Voice
from core.errors import BadRequestText, NotFound
from core.line import Waiting
from core.messages import text
from core.states import Presence
from storage.repos.allocations import BY_HAND, BY_RULE, Allocated
from storage.repos.audit import Change
from storage.repos.departments import Branch
from storage.repos.outbox import NOTICE
from storage.repos.people import Listed
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

MOST_AT_ONCE = 10_000
"""Customers that one press may allocate."""


@dataclass(frozen=True, slots=True)
class Found:
    """Customers that were looked for.

    Args:
        customers: Those of one page, newest first.
        total: How many there are on all pages.
        owners: Names of the people to whom those of the page belong, by number.
    """

    customers: list[Listed]
    total: int
    owners: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Given:
    """What became of customers.

    Args:
        by_agent: How many each agent was given, by number.
        names: Of those agents.
        left: How many no rule had anybody for.
    """

    by_agent: Mapping[int, int]
    names: Mapping[int, str]
    left: int = 0

    @property
    def count(self) -> int:
        """How many were given to somebody."""
        return sum(self.by_agent.values())


async def find(
    uow: UnitOfWork,
    actor: StaffMember,
    words: str,
    *,
    limit: int,
    offset: int = 0,
    unowned: bool = False,
) -> Found:
    """Return customers by a part of their name or username.

    Args:
        uow: An open unit of work.
        actor: Who looks.
        words: Empty for everybody.
        limit: How many to return.
        offset: How many to leave out before.
        unowned: Only those who belong to nobody.

    Raises:
        NotAllowed: The actor may not see who writes to us.
    """
    access.require(actor.role, Permission.SEE_LINE)
    customers, total = await uow.people.search(words, limit=limit, offset=offset, unowned=unowned)
    owners = await uow.staffing.by_ids({c.owner_id for c in customers if c.owner_id is not None})
    return Found(customers, total, {id_: member.name for id_, member in owners.items()})


async def everybody_found(
    uow: UnitOfWork, actor: StaffMember, words: str, *, unowned: bool
) -> list[int]:
    """Return the numbers of a whole search result.

    Raises:
        BadRequestText: They are more than 10,000.
    """
    access.require(actor.role, Permission.SEE_LINE)
    found, total = await uow.people.search(words, limit=MOST_AT_ONCE, unowned=unowned)
    if total > MOST_AT_ONCE:
        raise BadRequestText("customers.too_many", count=total, limit=MOST_AT_ONCE)
    return [one.customer_id for one in found]


async def agents(
    uow: UnitOfWork, actor: StaffMember
) -> tuple[list[StaffMember], tuple[Branch, ...]]:
    """Return everybody who may be given customers, and the tree of departments."""
    access.require(actor.role, Permission.SEE_LINE)
    return await uow.staffing.all(), tuple(await uow.departments.all())


async def to_person(
    uow: UnitOfWork,
    actor: StaffMember,
    customers: Collection[int],
    staff_id: int,
    *,
    notify: bool,
    voice: Voice,
    now: datetime,
) -> Given:
    """Make customers somebody's; their daily limit is not asked (requirement QUE-39).

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who does it.
        customers: Their numbers.
        staff_id: Whose they become.
        notify: Whether that person is told (requirement QUE-42).
        voice: Texts and keys.
        now: The moment.

    Raises:
        BadRequestText: No customers were chosen.
        NotFound: There is no such person.
    """
    access.require(actor.role, Permission.SEE_LINE)
    _some(customers)
    member = (await uow.staffing.by_ids([staff_id])).get(staff_id)
    if member is None or not member.active:
        raise NotFound("department.no_such_person")
    chosen = [Allocated(one, staff_id, BY_HAND, by_id=actor.id) for one in customers]
    return await _allocate(uow, actor, chosen, notify, voice, now)


async def by_rule(
    uow: UnitOfWork,
    actor: StaffMember,
    customers: Collection[int],
    *,
    notify: bool,
    voice: Voice,
    now: datetime,
) -> Given:
    """Let the allocation rules say whose customers are, whomever they belong to now.

    The daily limits hold, and what is given counts for them. See ``to_person`` for the arguments.

    Raises:
        BadRequestText: No customers were chosen.
    """
    access.require(actor.role, Permission.SEE_LINE)
    _some(customers)
    allotter = Allotter(await allotment(uow, voice.zone, now, customers))
    online = {m.id for m in await uow.staffing.all() if m.presence is Presence.ONLINE}
    chosen = []
    for waits in await _as_waiting(uow, customers, now):
        found = allotter.first(waits, online)
        if found is not None:
            allotter.given(found.staff_id, found.rule)
            chosen.append(
                Allocated(waits.customer_id, found.staff_id, BY_RULE, found.rule.id, actor.id)
            )
    given = await _allocate(uow, actor, chosen, notify, voice, now)
    return Given(given.by_agent, given.names, len(set(customers)) - given.count)


def _some(customers: Collection[int]) -> None:
    if not customers:
        raise BadRequestText("customers.none_chosen")


async def _as_waiting(uow: UnitOfWork, customers: Collection[int], now: datetime) -> list[Waiting]:
    """Return what rules are asked about, in the order of the customers' numbers."""
    newest = await uow.people.newest_identities(customers)
    people = await uow.people.by_ids(newest.values())
    names = {account.id: account.name for account in await uow.accounts.all()}
    elsewhere = await uow.line.elsewhere(customers)
    found = []
    for customer in sorted(newest):
        account = names[people[newest[customer]].account_id]
        accounts, follower = elsewhere.get(customer, ({account}, None))
        # The customer's number stands in for a conversation's: lots are drawn from it.
        found.append(
            Waiting(
                customer,
                0,
                now,
                account=account,
                customer_id=customer,
                accounts=frozenset(accounts),
                follower_id=follower,
            )
        )
    return found


async def _allocate(
    uow: UnitOfWork,
    actor: StaffMember,
    chosen: list[Allocated],
    notify: bool,
    voice: Voice,
    now: datetime,
) -> Given:
    before = await uow.allocations.owners({one.customer_id for one in chosen})
    await uow.allocations.allocate(chosen, now)
    counts = Counter(one.staff_id for one in chosen)
    members = await uow.staffing.by_ids(counts)
    if chosen:
        was = Counter(before.values())
        await uow.audit.record(
            Change(
                now,
                actor.id,
                actor.name,
                "allocate",
                "customer",
                str(chosen[0].customer_id) if len(chosen) == 1 else None,
                before={"owners": {str(id_): n for id_, n in sorted(was.items())}},
                after={"owners": {str(id_): n for id_, n in sorted(counts.items())}},
            )
        )
        uow.ring(bell.LINE)
    if notify:
        await _tell(uow, actor, chosen, members, voice, now)
    return Given(counts, {id_: member.name for id_, member in members.items()})


async def _tell(
    uow: UnitOfWork,
    actor: StaffMember,
    chosen: list[Allocated],
    members: Mapping[int, StaffMember],
    voice: Voice,
    now: datetime,
) -> None:
    tell = Telling(uow, voice, now)
    theirs: dict[int, list[int]] = {}
    for one in chosen:
        theirs.setdefault(one.staff_id, []).append(one.customer_id)
    single = await uow.people.customer_names(c[0] for c in theirs.values() if len(c) == 1)
    for staff_id in sorted(theirs):
        member, customers = members[staff_id], theirs[staff_id]
        if member.id == actor.id:
            continue
        say = voice.texts_for(member.language)
        if len(customers) == 1:
            words = say("customers.told_one", by=actor.name, name=single[customers[0]])
        else:
            words = say("customers.told_many", by=actor.name, count=len(customers))
        tell.staff(member, text(words), NOTICE, None)
    await tell.remember()
