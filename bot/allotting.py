"""What allocation rules look at, for the handlers that ask them about single customers."""

from collections.abc import Iterable
from datetime import datetime, time, tzinfo

from core.line import Allotment
from storage.uow import UnitOfWork


def midnight(now: datetime, zone: tzinfo) -> datetime:
    """Return when the tenant's day began."""
    return datetime.combine(now.astimezone(zone).date(), time(0), zone)


async def allotment(
    uow: UnitOfWork, zone: tzinfo, now: datetime, customers: Iterable[int]
) -> Allotment:
    """Return every rule and all that they look at about *customers*.

    Args:
        uow: An open unit of work.
        zone: The tenant's time zone: the daily limit counts from its midnight.
        now: The moment.
        customers: Whom it is about.
    """
    repo = uow.allocations
    rules = tuple(await repo.rules())
    return Allotment(
        rules,
        await repo.accounts(),
        await repo.candidates(midnight(now, zone)),
        await repo.parents(),
        await repo.turns(one.id for one in rules),
        await repo.ties(customers),
    )
