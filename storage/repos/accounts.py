"""Questions about our accounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.models.account import Account


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """One account as stored.

    Args:
        id: Number in storage.
        name: As the configuration has it.
        channel: Its platform.
        enabled: Whether the configuration still has it.
        group_id: Whose line serves it; ``None``: the oldest group's.
        title: What people call it; empty: its name.
        institution: The sub-institution that it belongs to; empty for none.
        keeper_id: Who keeps it; ``None`` for nobody.
    """

    id: int
    name: str
    channel: str
    enabled: bool
    group_id: int | None
    title: str = ""
    institution: str = ""
    keeper_id: int | None = None

    @property
    def heading(self) -> str:
        """What people call it."""
        return self.title or self.name


class Accounts:
    """The accounts table."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> list[AccountFacts]:
        """Return every account, oldest first."""
        rows = await self._connection.execute(
            select(
                Account.id,
                Account.name,
                Account.channel,
                Account.enabled,
                Account.group_id,
                Account.title,
                Account.institution,
                Account.keeper_id,
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
