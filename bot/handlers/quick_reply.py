"""Agents look for quick replies and use them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot import access
from bot.access import Permission
from bot.reach import Reach, reach_of
from core.errors import NotFound
from core.messages import text
from core.playbook import Category, FaqEntry, Scope, Shelf
from core.tree import LOOSE, ROOT
from storage.repos.audit import Change
from storage.repos.library import Owner, paths_of
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

_ALL = 1_000_000
_NO_ANSWER = text("")


@dataclass(frozen=True, slots=True)
class Stand:
    """A part of the quick replies as somebody sees it.

    Args:
        reach: What they may see and change.
        entries: The replies, the most used first.
        groups: Groups of the part, by number with their names; a group below another one is
            called by both. Empty where more than one part is shown.
        counts: How many replies lie right in each group; ``LOOSE``: in none.
        owners: How many replies each part has that they see.
    """

    reach: Reach
    entries: tuple[FaqEntry, ...]
    groups: Mapping[int, str]
    counts: Mapping[int, int]
    owners: Mapping[Owner, int]


@dataclass(frozen=True, slots=True)
class Seen:
    """One reply and what the person who looks at it may do.

    Args:
        entry: The reply.
        owner: What its owner is called, where that is a person, a department or a service group;
            empty where it is the person who looks, or everybody.
        writes: Whether they may change it.
        removes: Whether they may delete it.
    """

    entry: FaqEntry
    owner: str
    writes: bool
    removes: bool


async def browse(
    uow: UnitOfWork,
    actor: StaffMember,
    day: date,
    *,
    owner: Owner | None = None,
    group: int = ROOT,
    words: str = "",
) -> Stand:
    """Return the quick replies that *actor* may use now.

    Args:
        uow: An open unit of work.
        actor: Who looks.
        day: Today in the tenant's time zone: replies out of their time are left out.
        owner: Whose; ``None`` for all that they see. A superior may name one of their people.
        group: Only what lies right in this group; ``LOOSE``: in none; ``ROOT``: in any.
        words: Words that must all occur in title or text; empty for everything.

    Raises:
        NotAllowed: They may not serve customers.
        NotFound: They do not see that part.
    """
    access.require(actor.role, Permission.SERVE)
    reach = await reach_of(uow, actor)
    after = {(Scope.PERSONAL, person) for person in reach.people}
    if owner is not None and owner not in reach.owners and owner not in after:
        raise NotFound("quick.no_such_part")
    wanted = {*reach.owners, *after} if owner is None else {owner}
    found = [
        entry
        for entry in await uow.library.visible(Shelf.DESK, wanted, words, limit=_ALL)
        if entry.offered_on(day) and (reach.sees(entry) or reach.looks_after(entry))
    ]
    counts = Counter((entry.scope, entry.owner_id) for entry in found)
    # What the people below them wrote for themselves is looked after, but not used.
    theirs = [e for e in found if owner is not None or reach.sees(e)]
    groups = {} if owner is None else await _groups(uow, reach, owner)
    lying = Counter(_place(entry, groups) for entry in theirs)
    if group != ROOT:
        theirs = [entry for entry in theirs if _place(entry, groups) == group]
    return Stand(reach, tuple(theirs), groups, lying, counts)


async def show(uow: UnitOfWork, actor: StaffMember, number: int, day: date) -> Seen:
    """Return one quick reply.

    Raises:
        NotAllowed: They may not serve customers.
        NotFound: There is none of that number, it is out of its time, or they do not see it.
    """
    access.require(actor.role, Permission.SERVE)
    entry = await uow.library.entry(number, Shelf.DESK)
    reach = await reach_of(uow, actor)
    if entry is None or not entry.offered_on(day):
        raise NotFound("quick.unknown", number=number)
    after = reach.looks_after(entry)
    if not (reach.sees(entry) or after):
        raise NotFound("quick.unknown", number=number)
    owner = (entry.scope, entry.owner_id)
    name = reach.people.get(entry.owner_id or 0, "") if after else reach.names.get(owner, "")
    writes = owner in reach.writes
    return Seen(entry, name, writes, writes or after)


async def used(uow: UnitOfWork, actor: StaffMember, entry: FaqEntry) -> None:
    """Count that *actor* has sent a reply. Source: requirement KBF-11."""
    access.require(actor.role, Permission.SERVE)
    await uow.library.used({entry.id: 1})


async def set_confirm(
    uow: UnitOfWork, actor: StaffMember, confirm: bool, now: datetime
) -> StaffMember:
    """Say whether *actor* wants to confirm a quick reply before it is sent."""
    access.require(actor.role, Permission.SERVE)
    if actor.confirm_quick != confirm:
        await uow.staffing.change(actor.id, confirm_quick=confirm)
        await uow.audit.record(
            Change(
                *(now, actor.id, actor.name, "change", "agent", str(actor.id)),
                before={"confirm_quick": actor.confirm_quick},
                after={"confirm_quick": confirm},
            )
        )
    return replace(actor, confirm_quick=confirm)


async def _groups(uow: UnitOfWork, reach: Reach, owner: Owner) -> dict[int, str]:
    nodes: list[Category] = await uow.library.categories(Shelf.DESK)
    paths = paths_of(nodes, owner)
    if owner in reach.writes or owner[0] is not Scope.PUBLIC:
        return paths
    # Of everybody's part a service group may have been given some nodes only.
    probe = FaqEntry(0, "", "", (), (), _NO_ANSWER)
    return {n: path for n, path in paths.items() if reach.sees(replace(probe, category_id=n))}


def _place(entry: FaqEntry, groups: Mapping[int, str]) -> int:
    place = entry.category_id
    return LOOSE if place is None or place not in groups else place
