"""Questions about our accounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.models.account import Account


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """One account as stored; ``group_id`` is ``None`` where the oldest group's line serves it."""

    id: int
    name: str
    channel: str
    enabled: bool
    group_id: int | None


class Accounts:
    """The accounts table."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> list[AccountFacts]:
        """Return every account, oldest first."""
        rows = await self._connection.execute(
            select(
                Account.id, Account.name, Account.channel, Account.enabled, Account.group_id
            ).order_by(Account.id)
        )
        return [AccountFacts(*row) for row in rows]

    async def keep(self, channels: Mapping[str, str], now: datetime) -> None:
        """Make the table hold the accounts of the configuration.

        Args:
            channels: Channel by account name. Accounts that are no longer named are switched
                off, never deleted: their conversations stay.
        """
        known = {account.name: account for account in await self.all()}
        for name, channel in channels.items():
            if name not in known:
                await self._connection.execute(
                    insert(Account).values(name=name, channel=channel, enabled=True, created_at=now)
                )
        for name, account in known.items():
            wanted = (channels.get(name, account.channel), name in channels)
            if (account.channel, account.enabled) != wanted:
                await self._connection.execute(
                    update(Account)
                    .where(Account.id == account.id)
                    .values(channel=wanted[0], enabled=wanted[1])
                )
