"""Questions about customers and how the accounts know them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from core.messages import Sender
from storage.many import among
from storage.models.account import Account
from storage.models.customer import Customer, Identity


@dataclass(slots=True)
class Person:
    """An identity as a batch sees it."""

    id: int
    account_id: int
    external_id: str
    customer_id: int
    name: str
    username: str | None
    language: str | None
    region: str | None
    chat: str
    blocked: bool
    device: Mapping[str, Any] | None = None


PERSON_FIELDS = (
    Identity.id,
    Identity.account_id,
    Identity.external_id,
    Identity.customer_id,
    Identity.name,
    Identity.username,
    Identity.language,
    Identity.region,
    Identity.chat,
    Identity.blocked,
    Identity.device,
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A customer as admins look for them.

    Args:
        customer_id: Number.
        name: As the account knows them; the newest account counts.
        accounts: Names of the accounts to which they have written, oldest first.
        owner_id: The member of staff to whom they belong; ``None`` for nobody.
    """

    customer_id: int
    name: str
    accounts: tuple[str, ...]
    owner_id: int | None


_BY_KEYS = select(*PERSON_FIELDS).where(
    among(Identity.account_id, "accounts", of_numbers=True),
    among(Identity.external_id, "externals", of_numbers=False),
)
_BY_IDS = select(*PERSON_FIELDS).where(among(Identity.id, "ids", of_numbers=True))
_NEW_CUSTOMERS = insert(Customer).returning(Customer.id, sort_by_parameter_order=True)
_UPDATE = (
    update(Identity)
    .where(Identity.id == bindparam("row"))
    .values(
        name=bindparam("new_name"),
        username=bindparam("new_username"),
        language=bindparam("new_language"),
        region=bindparam("new_region"),
        chat=bindparam("new_chat"),
        blocked=bindparam("new_blocked"),
    )
)


def _matching(words: str) -> list[ColumnElement[bool]]:
    part = words.strip().removeprefix("@").lower()
    if not part:
        return []
    return [
        func.lower(Identity.name).contains(part, autoescape=True)
        | func.lower(func.coalesce(Identity.username, "")).contains(part, autoescape=True)
    ]


class People:
    """The customers and identities tables."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, keys: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Person]:
        """Return the people behind (account id, external id) pairs; unknown ones are left out."""
        wanted = set(keys)
        rows = await self._connection.execute(
            _BY_KEYS, {"accounts": {a for a, _ in wanted}, "externals": {e for _, e in wanted}}
        )
        found = (Person(*row) for row in rows)
        return {
            (p.account_id, p.external_id): p
            for p in found
            if (p.account_id, p.external_id) in wanted
        }

    async def by_ids(self, ids: Iterable[int]) -> dict[int, Person]:
        """Return people by identity id."""
        rows = await self._connection.execute(_BY_IDS, {"ids": set(ids)})
        return {row[0]: Person(*row) for row in rows}

    async def add(
        self, new: Mapping[tuple[int, str], tuple[Sender, str]], now: datetime
    ) -> dict[tuple[int, str], Person]:
        """Remember people who write for the first time.

        Safe when another process remembers the same person at the same moment: both get the
        same row.

        Args:
            new: Sender and chat by (account id, external id).
        """
        keys = sorted(new)  # one order in every process: unique keys are locks too
        ids = (
            await self._connection.execute(
                _NEW_CUSTOMERS, [{"name": new[key][0].name, "created_at": now} for key in keys]
            )
        ).scalars()
        rows: Sequence[dict[str, Any]] = [
            {
                "account_id": key[0],
                "external_id": key[1],
                "customer_id": customer_id,
                "name": new[key][0].name,
                "username": new[key][0].username,
                "language": new[key][0].language,
                "region": new[key][0].region,
                "chat": new[key][1],
                "blocked": False,
                "created_at": now,
            }
            for key, customer_id in zip(keys, ids, strict=True)
        ]
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        await self._connection.execute(
            dialect.insert(Identity).on_conflict_do_nothing(
                index_elements=["account_id", "external_id"]
            ),
            rows,
        )
        return await self.find(keys)

    async def update(self, people: Iterable[Person]) -> None:
        """Write back what has changed about people."""
        rows = [
            {
                "row": p.id,
                "new_name": p.name,
                "new_username": p.username,
                "new_language": p.language,
                "new_region": p.region,
                "new_chat": p.chat,
                "new_blocked": p.blocked,
            }
            for p in sorted(people, key=lambda p: p.id)
        ]
        if rows:
            await self._connection.execute(_UPDATE, rows)

    async def search(
        self, words: str, *, limit: int, offset: int = 0, unowned: bool = False
    ) -> tuple[list[Listed], int]:
        """Return customers by a part of their name or username, newest first, and how many.

        Args:
            words: What to look for; empty for everybody. ``@`` in front of a username is no part.
            limit: How many to return.
            offset: How many to leave out before.
            unowned: Only those who belong to nobody.
        """
        wanted = _matching(words)
        if unowned:
            wanted = [*wanted, Customer.owner_id.is_(None)]
        theirs = (
            select(Customer.id)
            .join(Identity, Identity.customer_id == Customer.id)
            .where(*wanted)
            .distinct()
        )
        total = await self._connection.scalar(select(func.count()).select_from(theirs.subquery()))
        ids = list(
            await self._connection.scalars(
                theirs.order_by(Customer.id.desc()).limit(limit).offset(offset)
            )
        )
        return await self._listed(ids), int(total or 0)

    async def _listed(self, ids: Sequence[int]) -> list[Listed]:
        rows = await self._connection.execute(
            select(Customer.id, Identity.name, Account.name, Customer.owner_id)
            .join(Identity, Identity.customer_id == Customer.id)
            .join(Account, Account.id == Identity.account_id)
            .where(among(Customer.id, "ids", of_numbers=True))
            .order_by(Identity.id),
            {"ids": set(ids)},
        )
        found: dict[int, Listed] = {}
        for id_, name, account, owner in rows:
            before = found[id_].accounts if id_ in found else ()
            accounts = before if account in before else (*before, account)
            found[id_] = Listed(id_, name, accounts, owner)
        return [found[id_] for id_ in ids if id_ in found]

    async def identity_named(self, name: str) -> int | None:
        """Return the newest identity of that name or username; ``None`` when there is none."""
        exact = func.lower(Identity.name) == name.strip().lower()
        for condition in ([exact], _matching(name)):
            found: int | None = await self._connection.scalar(
                select(Identity.id).where(*condition).order_by(Identity.id.desc()).limit(1)
            )
            if found is not None:
                return found
        return None

    async def newest_identities(self, customers: Iterable[int]) -> dict[int, int]:
        """Return, by customer, the identity with which they wrote to us last for the first time."""
        rows = await self._connection.execute(
            select(Identity.customer_id, func.max(Identity.id))
            .where(among(Identity.customer_id, "ids", of_numbers=True))
            .group_by(Identity.customer_id),
            {"ids": set(customers)},
        )
        return dict(row for row in rows)

    async def customer_names(self, customers: Iterable[int]) -> dict[int, str]:
        """Return customers' names by number."""
        rows = await self._connection.execute(
            select(Customer.id, Customer.name).where(among(Customer.id, "ids", of_numbers=True)),
            {"ids": set(customers)},
        )
        return dict(row for row in rows)

    async def last_agents(self, ids: Iterable[int]) -> dict[int, int]:
        """Return who served identities last; those whom nobody has served are left out."""
        rows = await self._connection.execute(
            select(Identity.id, Identity.last_agent_id).where(
                among(Identity.id, "ids", of_numbers=True), Identity.last_agent_id.is_not(None)
            ),
            {"ids": set(ids)},
        )
        return {id_: agent for id_, agent in rows if agent is not None}

    async def set_device(self, identity_id: int, device: Mapping[str, Any]) -> None:
        """Remember the device of a person's latest consultation. Source: requirement CHN-17."""
        await self._connection.execute(
            update(Identity).where(Identity.id == identity_id).values(device=dict(device))
        )

    async def mark_blocked(self, account_id: int, chats: Iterable[str]) -> None:
        """Remember that the people behind *chats* have shut an account out."""
        await self._connection.execute(
            update(Identity)
            .where(
                Identity.account_id == account_id, among(Identity.chat, "chats", of_numbers=False)
            )
            .values(blocked=True),
            {"chats": set(chats)},
        )
