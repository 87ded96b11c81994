"""Owners set how customers are received: for the desk, for an account, for a service group."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot import access, bell, facts, whose
from bot.access import Permission
from bot.whose import Whose
from core import policy
from core.calendar import TENANT
from core.errors import BadRequestText
from core.policy import BadPolicy, Policies, Policy, Value
from storage.repos.audit import Change
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

POLICY = "policy"
"""What the record of changes calls the settings of one owner."""


class Origin(StrEnum):
    """Where a value comes from."""

    OWN = "own"
    DESK = "desk"
    """Set for the whole desk."""
    BASE = "base"
    """Nobody has set it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What holds for one owner.

    Args:
        whose: Whose settings they are.
        own: What was set for it, by name.
        policies: Everything that was set.
        all: Everything that may have settings: the desk, then the accounts, then the groups.
    """

    whose: Whose
    own: Mapping[str, Value]
    policies: Policies
    all: tuple[Whose, ...]

    def value(self, name: str) -> Value:
        """Return what counts. Over a group stands an account that nobody knows here."""
        return self.own[name] if name in self.own else self.above(name)

    def above(self, name: str) -> Value:
        """Return what counts where nothing is set here."""
        if self.whose.identifier and name == "limit":
            # A group's limit stands beside the account's; the desk's counts for accounts alone.
            return Policy().limit
        wider = self.policies.base if self.whose.owner == TENANT else self.policies.desk
        found: Value = getattr(wider, name)
        return found

    def origin(self, name: str) -> Origin:
        """Say where the value comes from."""
        if name in self.own:
            return Origin.OWN
        if self.whose.identifier and name == "limit":
            return Origin.BASE
        on_desk = self.whose.owner != TENANT and name in self.policies.own.get(TENANT, {})
        return Origin.DESK if on_desk else Origin.BASE


async def show(uow: UnitOfWork, actor: StaffMember, owner: str, base: Policy) -> Shown:
    """Return what is set for *owner* and what counts for it.

    Args:
        uow: An open unit of work.
        actor: Who asks.
        owner: As in ``core.calendar``.
        base: What holds where nobody has set anything.

    Raises:
        NotAllowed: The actor is no owner of the desk (requirement PRM-18).
        NotFound: There is no such account or group.
    """
    access.require(actor.role, Permission.STAFF)
    everybody = await whose.everybody(uow)
    shown = whose.known(everybody, owner)
    policies = await uow.policies.all(base)
    return Shown(shown, policies.own.get(owner, {}), policies, everybody)


async def save(
    uow: UnitOfWork,
    actor: StaffMember,
    owner: str,
    changes: Mapping[str, Value | None],
    base: Policy,
    now: datetime,
) -> Shown:
    """Set some settings of *owner*, all of them or none.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who sets them.
        owner: For whom.
        changes: By name; ``None``: nothing of its own any more.
        base: What holds where nobody has set anything.
        now: The moment.

    Raises:
        BadRequestText: A value does not fit, or nothing would change.
        NotAllowed: The actor is no owner of the desk (requirement PRM-18).
        NotFound: There is no such account or group.
    """
    access.require(actor.role, Permission.STAFF)
    checked = {name: _checked(name, value, owner) for name, value in changes.items()}
    # First, because it locks: two owners who save at the same moment must not lose a block.
    await uow.taught.touch()
    before = (await show(uow, actor, owner, base)).own
    after = {name: value for name, value in {**before, **checked}.items() if value is not None}
    if after == before:
        raise BadRequestText("policy.nothing_changed")
    await uow.policies.put(owner, after)
    await uow.audit.record(
        Change(
            now,
            actor.id,
            actor.name,
            "change",
            POLICY,
            owner,
            before=facts.of_policy(before),
            after=facts.of_policy(after),
        )
    )
    uow.ring(bell.PLAYBOOK)
    uow.ring(bell.LINE)
    return await show(uow, actor, owner, base)


def check(name: str, value: Value, owner: str) -> Value:
    """Return *value* as it would be stored.

    Raises:
        BadRequestText: It cannot be that; the text says what it can be.
    """
    if owner != TENANT and policy.is_for_desk_only(name):
        raise BadRequestText("policy.desk_only")
    try:
        return policy.checked(name, value)
    except KeyError as error:
        raise BadRequestText("policy.unknown") from error
    except BadPolicy as error:
        if error.most is None:
            raise BadRequestText("policy.bad_choice") from error
        raise BadRequestText("policy.bad_number", least=error.least, most=error.most) from error


def _checked(name: str, value: Value | None, owner: str) -> Value | None:
    return None if value is None else check(name, value, owner)
