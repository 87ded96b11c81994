"""Questions about our accounts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.models.account import Account, AccountReceiver


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


STAFF, DEPARTMENT = "staff", "department"
"""Kinds of receivers."""


@dataclass(frozen=True, slots=True, order=True)
class Receiver:
    """A person, or a department with all who are in it, that serves an account.

    Args:
        kind: ``STAFF`` or ``DEPARTMENT``.
        ref_id: Number of the person or of the department.
    """

    kind: str
    ref_id: int


@dataclass(frozen=True, slots=True)
class Avatar:
    """A picture: its bytes and ``jpeg`` or ``png``."""

    data: bytes
    kind: str


_ALL = select(
    Account.id,
    Account.name,
    Account.channel,
    Account.enabled,
    Account.group_id,
    Account.title,
    Account.institution,
    Account.keeper_id,
).order_by(Account.id)


class Accounts:
    """The accounts table, and who serves which."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> list[AccountFacts]:
        """Return every account, oldest first."""
        rows = await self._connection.execute(_ALL)
        return [AccountFacts(*row) for row in rows]

    async def change(self, account_id: int, **values: Any) -> None:
        """Set columns of one account (``title``, ``institution``, ``keeper_id``, ``group_id``)."""
        await self._connection.execute(
            update(Account).where(Account.id == account_id).values(**values)
        )

    async def avatar(self, account_id: int) -> Avatar | None:
        """Return an account's picture; ``None`` when it has none."""
        row = (
            await self._connection.execute(
                select(Account.avatar, Account.avatar_type).where(Account.id == account_id)
            )
        ).first()
        return Avatar(row[0], row[1]) if row and row[0] and row[1] else None

    async def set_avatar(self, account_id: int, avatar: Avatar | None) -> None:
        """Give an account another picture; ``None``: none."""
        await self.change(
            account_id,
            avatar=avatar.data if avatar else None,
            avatar_type=avatar.kind if avatar else None,
        )

    async def receivers(self) -> dict[int, list[Receiver]]:
        """Return whom each account has chosen, by its number; accounts without any are left out."""
        rows = await self._connection.execute(
            select(AccountReceiver.account_id, AccountReceiver.kind, AccountReceiver.ref_id)
        )
        found: dict[int, list[Receiver]] = {}
        for account_id, kind, ref_id in rows:
            found.setdefault(account_id, []).append(Receiver(kind, ref_id))
        return {account_id: sorted(chosen) for account_id, chosen in found.items()}

    async def set_receivers(self, account_id: int, receivers: Iterable[Receiver]) -> None:
        """Let *receivers* be all who serve an account; none at all: its whole group does."""
        await self._connection.execute(
            delete(AccountReceiver).where(AccountReceiver.account_id == account_id)
        )
        rows = [
            {"account_id": account_id, "kind": one.kind, "ref_id": one.ref_id}
            for one in sorted(set(receivers))
        ]
        if rows:
            await self._connection.execute(insert(AccountReceiver), rows)

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
