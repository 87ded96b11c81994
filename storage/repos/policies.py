"""Questions about how customers are received: what owners set for the desk, accounts and groups."""

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from core.policy import Policies, Policy, Value
from storage.models.reception import PolicyRow

_ALL = select(PolicyRow.owner, PolicyRow.settings)


class PolicyBook:
    """The policies table. Its rows are part of the playbook: whoever writes counts a version."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self, base: Policy | None = None) -> Policies:
        """Return everything that was set.

        Args:
            base: What holds where nobody has set anything; ``None``: the product's defaults.
        """
        rows = await self._connection.execute(_ALL)
        return Policies({row.owner: row.settings for row in rows}, base or Policy())

    async def own(self, owner: str) -> dict[str, Value]:
        """Return what was set for *owner*; empty for nothing."""
        found = await self._connection.scalar(
            select(PolicyRow.settings).where(PolicyRow.owner == owner)
        )
        return dict(found or {})

    async def put(self, owner: str, values: Mapping[str, Value]) -> None:
        """Let *values* be all that is set for *owner*; none at all forgets the owner."""
        if not values:
            await self._connection.execute(delete(PolicyRow).where(PolicyRow.owner == owner))
            return
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        row = {"owner": owner, "settings": dict(values)}
        await self._connection.execute(
            dialect.insert(PolicyRow)
            .values(row)
            .on_conflict_do_update(index_elements=["owner"], set_={"settings": row["settings"]})
        )
