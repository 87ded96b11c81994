"""How long people wait for an agent of several groups, as far as that is known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.queue.estimate import MOST_SERVED, WINDOW, Served, expected_wait
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Speed:
    """What is known of groups at a moment.

    Args:
        served: Conversations that were begun lately, by group.
        online: Groups in which somebody is online.
        now: The moment.
    """

    served: Mapping[int, list[Served]]
    online: frozenset[int]
    now: datetime

    def wait(self, group_id: int | None, place: int) -> timedelta | None:
        """Return how long who stands at *place* in a group's line will wait; ``None``: unknown."""
        served = self.served.get(group_id or 0, [])
        return expected_wait(served, place, self.now, staffed=group_id in self.online)


async def speed(uow: UnitOfWork, groups: Iterable[int], now: datetime) -> Speed:
    """Look up how fast *groups* serve; a statement for each group, and one."""
    rows = await uow.waits.served(groups, now - WINDOW, MOST_SERVED)
    served = {group: [Served(*row) for row in found] for group, found in rows.items()}
    return Speed(served, await uow.staffing.groups_online(), now)
