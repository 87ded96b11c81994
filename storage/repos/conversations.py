"""Questions about conversations and what happened to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from core.states import State
from storage.bulk import BulkInsert, BulkUpdate
from storage.many import among
from storage.models.account import Account
from storage.models.conversation import Conversation, ConversationEvent
from storage.models.customer import Identity
from storage.repos.people import PERSON_FIELDS, Person


@dataclass(slots=True)
class Talk:
    """A conversation as a unit of work sees it; change it, then ``Conversations.update``."""

    id: int
    account_id: int
    identity_id: int
    state: State
    source: str | None
    region: str | None
    group_id: int | None
    agent_id: int | None
    hinted: bool
    opened_at: datetime
    waiting_since: datetime | None
    serving_since: datetime | None
    ended_at: datetime | None
    rank: int = 0
    waits_as: str = ""
    timed_out_at: datetime | None = None
    snoozed: bool = False


@dataclass(slots=True)
class Event:
    """One thing that happened to a conversation.

    ``staff_id`` is who did it, ``None`` for the customer and the desk itself.
    """

    conversation_id: int
    at: datetime
    kind: str
    staff_id: int | None = None
    data: dict[str, Any] | None = None


_FIELDS = (
    Conversation.id,
    Conversation.account_id,
    Conversation.identity_id,
    Conversation.state,
    Conversation.source,
    Conversation.region,
    Conversation.group_id,
    Conversation.agent_id,
    Conversation.hinted,
    Conversation.opened_at,
    Conversation.waiting_since,
    Conversation.serving_since,
    Conversation.ended_at,
    Conversation.rank,
    Conversation.waits_as,
    Conversation.timed_out_at,
    Conversation.snoozed,
)
_OPEN = Conversation.state != bindparam("ended", int(State.ENDED), literal_execute=True)
# "No key" locks: inserting a row that names a locked one (a message, an outbox row) must not wait
# for whoever holds it, or two units that insert for each other would wait in a circle.
_LOCK_OPEN = (
    select(*_FIELDS)
    .where(among(Conversation.identity_id, "identities", of_numbers=True), _OPEN)
    .order_by(Conversation.id)
    .with_for_update(key_share=True)
)
# One statement for what nearly every message needs: its sender and their open conversation.
_LOCK_BY_KEYS = (
    select(*_FIELDS, *PERSON_FIELDS)
    .join(Identity, Identity.id == Conversation.identity_id)
    .where(
        # Said again for the index of open conversations: the other one goes through all that
        # somebody has ever had.
        Conversation.account_id == Identity.account_id,
        among(Identity.account_id, "accounts", of_numbers=True),
        among(Identity.external_id, "externals", of_numbers=False),
        _OPEN,
    )
    .order_by(Conversation.id)
    .with_for_update(key_share=True, of=Conversation)
)
_LOCK_IDS = (
    select(*_FIELDS)
    .where(among(Conversation.id, "ids", of_numbers=True))
    .order_by(Conversation.id)
    .with_for_update(key_share=True)
)
_BY_IDS = select(*_FIELDS).where(among(Conversation.id, "ids", of_numbers=True))
_LOCK_WITH_PEOPLE = (
    select(*_FIELDS, *PERSON_FIELDS, Account.name)
    .join(Identity, Identity.id == Conversation.identity_id)
    .join(Account, Account.id == Conversation.account_id)
    .where(among(Conversation.id, "ids", of_numbers=True))
    .order_by(Conversation.id)
    .with_for_update(key_share=True, of=Conversation)
)
_UPDATE = BulkUpdate(
    cast("Table", Conversation.__table__),
    "state",
    "source",
    "group_id",
    "agent_id",
    "hinted",
    "waiting_since",
    "serving_since",
    "ended_at",
    "rank",
    "waits_as",
    "timed_out_at",
    "snoozed",
    "id",
)
_ADD_EVENTS = BulkInsert(
    cast("Table", ConversationEvent.__table__), "conversation_id", "at", "kind", "staff_id", "data"
)


def _talk(row: Any) -> Talk:
    talk = Talk(*row)
    talk.state = State(talk.state)
    return talk


class Conversations:
    """The conversations table and the record of what happened in them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock_open(self, identities: Iterable[int]) -> dict[int, Talk]:
        """Return the open conversations of *identities* by identity id, locked, in id order."""
        rows = await self._connection.execute(_LOCK_OPEN, {"identities": set(identities)})
        return {row[2]: _talk(row) for row in rows}

    async def lock_open_of(
        self, keys: Iterable[tuple[int, str]]
    ) -> dict[tuple[int, str], tuple[Person, Talk]]:
        """Return people with their open conversations, locked, by (account id, external id).

        People without an open conversation, and people we do not know, are left out.
        """
        wanted = set(keys)
        rows = await self._connection.execute(
            _LOCK_BY_KEYS, {"accounts": {a for a, _ in wanted}, "externals": {e for _, e in wanted}}
        )
        found = {}
        for row in rows:
            fields: tuple[Any, ...] = tuple(row)
            person = Person(*fields[len(_FIELDS) :])
            key = (person.account_id, person.external_id)
            if key in wanted:
                found[key] = (person, _talk(fields[: len(_FIELDS)]))
        return found

    async def open(self, new: Sequence[tuple[int, int]], now: datetime) -> dict[int, Talk]:
        """Open conversations for (account id, identity id) pairs and return them locked.

        Where another process has opened one at the same moment, that one is returned.
        """
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        await self._connection.execute(
            dialect.insert(Conversation).on_conflict_do_nothing(),
            [
                {
                    "account_id": account_id,
                    "identity_id": identity_id,
                    "state": int(State.NEW),
                    "hinted": False,
                    "opened_at": now,
                }
                for account_id, identity_id in sorted(new)
            ],
        )
        return await self.lock_open(identity for _, identity in new)

    async def lock(self, ids: Iterable[int]) -> dict[int, Talk]:
        """Return conversations by id, locked, in id order."""
        return await self._many(_LOCK_IDS, ids)

    async def lock_with_people(self, ids: Iterable[int]) -> list[tuple[Talk, Person, str]]:
        """Return conversations by id, locked, in id order, with who is on the other side and the
        name of the account."""
        rows = await self._connection.execute(_LOCK_WITH_PEOPLE, {"ids": set(ids)})
        found = []
        for row in rows:
            fields: tuple[Any, ...] = tuple(row)
            person = Person(*fields[len(_FIELDS) : -1])
            found.append((_talk(fields[: len(_FIELDS)]), person, fields[-1]))
        return found

    async def by_ids(self, ids: Iterable[int]) -> dict[int, Talk]:
        """Return conversations by id without locking them."""
        return await self._many(_BY_IDS, ids)

    async def _many(self, question: Any, ids: Iterable[int]) -> dict[int, Talk]:
        rows = await self._connection.execute(question, {"ids": set(ids)})
        return {row[0]: _talk(row) for row in rows}

    async def update(self, talks: Iterable[Talk]) -> None:
        """Write back conversations that this unit of work holds locked."""
        rows = [
            (
                int(t.state),
                t.source,
                t.group_id,
                t.agent_id,
                t.hinted,
                t.waiting_since,
                t.serving_since,
                t.ended_at,
                t.rank,
                t.waits_as,
                t.timed_out_at,
                t.snoozed,
                t.id,
            )
            for t in talks
        ]
        await _UPDATE.run(self._connection, rows)

    async def record(self, events: Iterable[Event]) -> None:
        """Write down what happened."""
        rows = [(e.conversation_id, e.at, e.kind, e.staff_id, e.data) for e in events]
        await _ADD_EVENTS.run(self._connection, rows)

    async def events(self, conversation_id: int) -> list[Event]:
        """Return what happened to a conversation, oldest first."""
        rows = await self._connection.execute(
            select(
                ConversationEvent.conversation_id,
                ConversationEvent.at,
                ConversationEvent.kind,
                ConversationEvent.staff_id,
                ConversationEvent.data,
            )
            .where(ConversationEvent.conversation_id == conversation_id)
            .order_by(ConversationEvent.id)
        )
        return [Event(*row) for row in rows]

    async def contacts(self, identities: Iterable[int]) -> dict[int, tuple[datetime, int]]:
        """Return since when, and in how many conversations, the customers are known to us.

        Those with any account count; the answer is by identity.
        """
        mine = aliased(Identity)
        rows = await self._connection.execute(
            select(mine.id, func.min(Conversation.opened_at), func.count())
            .join(Identity, Identity.customer_id == mine.customer_id)
            .join(Conversation, Conversation.identity_id == Identity.id)
            .where(among(mine.id, "ids", of_numbers=True))
            .group_by(mine.id),
            {"ids": set(identities)},
        )
        return {id_: (since, count) for id_, since, count in rows}

    async def of_agent(self, staff_id: int) -> list[Talk]:
        """Return the conversations that an agent serves now, oldest first."""
        rows = await self._connection.execute(
            select(*_FIELDS)
            .where(
                Conversation.agent_id == staff_id,
                Conversation.state == bindparam("s", int(State.SERVING), literal_execute=True),
            )
            .order_by(Conversation.id)
        )
        return [_talk(row) for row in rows]
