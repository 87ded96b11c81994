"""Whom something is set for: the whole desk, an account or a service group."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.calendar import TENANT, account_in, group_in, of_account, of_group
from core.errors import NotFound
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Whose:
    """Something that may have a calendar and a policy of its own.

    Args:
        owner: As in ``core.calendar``.
        name: As people know it; empty for the whole desk.
        ref: A short name for buttons: ``t``, ``a<account's number>``, ``g<group's number>``.
        identifier: A group's identifier; empty for the others.
    """

    owner: str
    name: str
    ref: str
    identifier: str = ""


async def everybody(uow: UnitOfWork) -> tuple[Whose, ...]:
    """Return the desk, then the accounts, then the groups."""
    accounts = await uow.accounts.all()
    groups = await uow.staffing.groups()
    return (
        Whose(TENANT, "", "t"),
        *(Whose(of_account(one.name), one.name, f"a{one.id}") for one in accounts),
        *(Whose(of_group(one.id), one.name, f"g{one.id}", one.identifier) for one in groups),
    )


def known(those: Sequence[Whose], owner: str) -> Whose:
    """Return who *owner* is.

    Raises:
        NotFound: There is no such account or group.
    """
    for whose in those:
        if whose.owner == owner:
            return whose
    raise NotFound(
        "hours.unknown_owner",
        name=account_in(owner) or f"#{group_in(owner)}",
        known=", ".join(whose.name for whose in those if whose.name) or "–",
    )
