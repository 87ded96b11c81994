"""Which quick replies a member of staff sees, and which of them they look after."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.access import Permission, may
from bot.knowledge.visible import Sees, sees
from core.errors import NotAllowed
from core.playbook import FaqEntry, Scope, Shelf
from storage.repos.departments import above, below
from storage.repos.library import EVERYBODY, Owner
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Reach:
    """What of the agents' shelf is within somebody's reach.

    Args:
        member: Who.
        owners: Whose parts they see, their own first, everybody's last; of everybody's part
            ``sees`` may leave some out.
        writes: Those of them in which they may add, change and delete.
        names: What each department and service group among ``owners`` is called.
        people: Names of those whose personal replies they look after as a superior, by number.
        sees: Says whether they see an entry.
    """

    member: StaffMember
    owners: tuple[Owner, ...]
    writes: frozenset[Owner]
    names: Mapping[Owner, str]
    people: Mapping[int, str]
    sees: Sees

    def looks_after(self, entry: FaqEntry) -> bool:
        """Say whether an entry is a personal one of somebody below them (MAT-12)."""
        return entry.scope is Scope.PERSONAL and entry.owner_id in self.people


async def reach_of(uow: UnitOfWork, actor: StaffMember) -> Reach:
    """Return what *actor* sees and may change on the agents' shelf.

    Everybody sees their own replies, those of their department and of the ones above it, those
    of their service groups, and the public ones that are assigned to their groups. Who leads a
    department sees and changes its replies and those of the departments below it, and looks
    after the personal replies of the people there. Admins see and change all that is shared.
    Source: requirements MAT-01, MAT-12, MAT-24, KBF-23.
    """
    branches = await uow.departments.all()
    inside = await uow.departments.people()
    groups = {group.id: group.name for group in await uow.staffing.groups()}
    mine = (await uow.staffing.memberships()).get(actor.id, [])
    teaches = may(actor.role, Permission.TEACH)
    led = {one for b in branches if b.head_id == actor.id for one in below(branches, b.id)}
    seen = {branch.id for branch in branches} if teaches else led
    seen = seen | set(above(branches, actor.department_id))
    departments = [(Scope.DEPARTMENT, branch.id) for branch in branches if branch.id in seen]
    served = [(Scope.GROUP, group) for group in groups if teaches or group in mine]
    own: Owner = (Scope.PERSONAL, actor.id)
    shared: list[Owner] = [*departments, *served, EVERYBODY]
    names: dict[Owner, str] = {(Scope.DEPARTMENT, b.id): b.name for b in branches if b.id in seen}
    names |= {(Scope.GROUP, group): groups[group] for _, group in served}
    below_them = {person for one in led for person in inside.get(one, ())}
    below_them |= {b.head_id for b in branches if b.id in led and b.head_id is not None}
    people = await uow.staffing.by_ids(below_them - {actor.id})
    changed = shared if teaches else [(Scope.DEPARTMENT, one) for one in led]
    agents = sees(
        actor.id,
        mine,
        seen,
        await uow.library.categories(Shelf.DESK),
        await uow.library.assigned(Shelf.DESK),
    )

    def whole(entry: FaqEntry) -> bool:
        return entry.scope is not Scope.PERSONAL or entry.owner_id == actor.id

    return Reach(
        actor,
        (own, *shared),
        frozenset({own, *changed}),
        names,
        {number: people[number].name for number in sorted(people)},
        whole if teaches else agents,
    )


async def require_writing(uow: UnitOfWork, actor: StaffMember, owner: Owner) -> None:
    """Let the caller go on only where *actor* may change what belongs to *owner*.

    Raises:
        NotAllowed: They may not.
    """
    if owner not in (await reach_of(uow, actor)).writes:
        raise NotAllowed
