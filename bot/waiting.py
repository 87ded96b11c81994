"""How long people wait for an agent of several groups, as far as that is known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.queue.estimate import MOST_SERVED, WINDOW, Pace, Served
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Speed:
    """What is known of groups at a moment.

    Args:
        paces: How fast each group serves.
        online: Groups in which somebody is online.
    """

    paces: Mapping[int, Pace]
    online: frozenset[int]

    def wait(self, group_id: int | None, place: int) -> timedelta | None:
        """Return how long who stands at *place* in a group's line will wait.

        ``None``: too little is known, or nobody of the group is online.
        """
        if group_id not in self.online or group_id not in self.paces:
            return None
        return self.paces[group_id].wait(place)


async def speed(uow: UnitOfWork, groups: Iterable[int], now: datetime) -> Speed:
    """Look up how fast *groups* serve; a statement for each group, and one."""
    rows = await uow.waits.served(groups, now - WINDOW, MOST_SERVED)
    paces = {g: Pace.of((Served(*row) for row in found), now) for g, found in rows.items()}
    return Speed(paces, await uow.staffing.groups_online())
