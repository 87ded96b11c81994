"""What happens when a desk starts: the database learns what the configuration says."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.i18n.texts import Texts
from core.states import Role
from storage.repos.audit import Change
from storage.uow import UnitOfWork

FIRST_GROUP = "default"
DESK = "frontdesk"
"""The actor of what the desk does by itself."""


async def prepare(
    uow: UnitOfWork,
    *,
    accounts: Mapping[str, str],
    owners: Sequence[int],
    capacity: int,
    say: Texts,
    now: datetime,
) -> None:
    """Make the database hold the configured accounts, the owners and a first group.

    Safe to call at every start. An owner who was added before as something less becomes an owner;
    nobody is ever made less here.

    Args:
        uow: An open unit of work; the caller commits.
        accounts: Channel by account name.
        owners: Telegram user ids.
        capacity: Conversations that an owner may hold at once.
        say: Texts in the desk's language.
        now: The moment, UTC.
    """
    await uow.accounts.keep(accounts, now)
    groups = await uow.staffing.groups()
    if groups:
        first = groups[0].id
    else:
        first = await uow.staffing.add_group(say("setup.first_group"), FIRST_GROUP, None, DESK, now)
        await uow.audit.record(Change(now, None, DESK, "add", "group", str(first)))
    for number in owners:
        known = await uow.staffing.by_chat("telegram", str(number))
        if known is None:
            id_ = await uow.staffing.add(
                "telegram", str(number), say("setup.owner"), Role.OWNER, capacity, now
            )
            await uow.staffing.join(id_, [first])
            await uow.audit.record(Change(now, None, DESK, "add", "agent", str(id_)))
        elif known.role is not Role.OWNER or not known.active:
            await uow.staffing.change(known.id, role=Role.OWNER, active=True)
            await uow.audit.record(Change(now, None, DESK, "change", "agent", str(known.id)))
