"""Questions about how long people wait: who stands where, and how fast a group serves."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.states import State
from storage.many import among
from storage.models.conversation import Conversation
from storage.repos.line import WAITING

_SERVED = Conversation.state.in_([int(State.SERVING), int(State.ENDED)])

_SERVED_LATELY = (
    select(Conversation.serving_since, Conversation.ended_at)
    .where(
        Conversation.group_id == bindparam("group"),
        Conversation.serving_since > bindparam("since"),
        _SERVED,
    )
    .order_by(Conversation.serving_since.desc(), Conversation.id.desc())
    .limit(bindparam("most"))
)
_AHEAD = (
    select(Conversation.group_id, Conversation.rank, func.count())
    .where(WAITING, among(Conversation.group_id, "groups", of_numbers=True))
    .group_by(Conversation.group_id, Conversation.rank)
)


class Waits:
    """The conversations table, as those see it who stand in line."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def ahead(self, groups: Iterable[int]) -> dict[int, dict[int, int]]:
        """Return how many wait in each of *groups*, by their rank; a rank that nobody has is not
        there."""
        wanted = set(groups)
        rows = await self._connection.execute(_AHEAD, {"groups": wanted})
        found: dict[int, dict[int, int]] = {group: {} for group in wanted}
        for group, rank, count in rows:
            found[group or 0][rank] = count
        return found

    async def served(
        self, groups: Iterable[int], since: datetime, most: int
    ) -> dict[int, list[tuple[datetime, datetime | None]]]:
        """Return the conversations of *groups* that agents began to serve after *since*.

        Args:
            groups: Numbers of groups.
            since: The moment.
            most: So many of each group, the latest.

        Returns:
            By group: when each was begun, and when it ended; ``None``: it is being served.
        """
        # A walk along the index for each group: ranking them would sort all that were served.
        found: dict[int, list[tuple[datetime, datetime | None]]] = {}
        for group in sorted(set(groups)):
            rows = await self._connection.execute(
                _SERVED_LATELY, {"group": group, "since": since, "most": most}
            )
            found[group] = [(began, ended) for began, ended in rows if began]
        return found

    async def watch_again(self, conversations: Iterable[int]) -> None:
        """Forget how the customers of *conversations* waited: they wait no longer."""
        await self._connection.execute(
            update(Conversation)
            .where(among(Conversation.id, "ids", of_numbers=True))
            .values(waits_as=""),
            {"ids": set(conversations)},
        )
