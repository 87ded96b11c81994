"""Questions about what customers thought of conversations."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from storage.many import among
from storage.models.conversation import Conversation, ConversationEvent
from storage.models.reception import Rating

REMARK_ASKED, REMARKED = "remark_asked", "remarked"
"""What happened to a conversation: its customer wants to add a remark, and has added it."""


@dataclass(slots=True)
class Rated:
    """A customer who was asked for a rating; change it, then ``Ratings.update``.

    Args:
        conversation_id: What they were asked about.
        agent_id: Who served them at the end; ``None`` for nobody.
        group_id: Of which group; ``None`` for none.
        score: 1 to 5; ``None``: they have not answered.
        remark: What they added; may be empty.
        rated_at: When they first answered; ``None``: they have not.
    """

    conversation_id: int
    agent_id: int | None
    group_id: int | None
    score: int | None = None
    remark: str = ""
    rated_at: datetime | None = None


_FIELDS = (
    Rating.conversation_id,
    Rating.agent_id,
    Rating.group_id,
    Rating.score,
    Rating.remark,
    Rating.rated_at,
)


class Ratings:
    """The ratings table: a row for each customer who was asked."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def ask(self, asked: Iterable[Rated], now: datetime) -> None:
        """Remember that customers were asked; asking again changes nothing."""
        rows = [
            {
                "conversation_id": one.conversation_id,
                "agent_id": one.agent_id,
                "group_id": one.group_id,
                "asked_at": now,
                "remark": "",
            }
            for one in asked
        ]
        if rows:
            dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
            await self._connection.execute(
                dialect.insert(Rating).on_conflict_do_nothing(index_elements=["conversation_id"]),
                rows,
            )

    async def lock(self, conversations: Iterable[int]) -> dict[int, Rated]:
        """Return the ratings of *conversations* whose customers were asked, locked."""
        rows = await self._connection.execute(
            select(*_FIELDS)
            .where(among(Rating.conversation_id, "ids", of_numbers=True))
            .order_by(Rating.conversation_id)
            .with_for_update(),
            {"ids": set(conversations)},
        )
        return {row.conversation_id: Rated(*row) for row in rows}

    async def update(self, rated: Iterable[Rated]) -> None:
        """Write back what customers answered."""
        rows = [
            {
                "number": one.conversation_id,
                "new_score": one.score,
                "new_remark": one.remark,
                "new_rated_at": one.rated_at,
            }
            for one in rated
        ]
        if rows:
            await self._connection.execute(
                update(Rating)
                .where(Rating.conversation_id == bindparam("number"))
                .values(
                    score=bindparam("new_score"),
                    remark=bindparam("new_remark"),
                    rated_at=bindparam("new_rated_at"),
                ),
                rows,
            )

    async def remarks_due(self, identities: Iterable[int], since: datetime) -> dict[int, int]:
        """Return whose next words are a remark: the conversation by identity.

        Args:
            identities: Customers, as accounts know them.
            since: Who wanted to add a remark earlier has thought better of it.
        """
        later = aliased(ConversationEvent)
        rows = await self._connection.execute(
            select(Conversation.identity_id, Conversation.id)
            .join(Rating, Rating.conversation_id == Conversation.id)
            .join(ConversationEvent, ConversationEvent.conversation_id == Conversation.id)
            .where(
                among(Conversation.identity_id, "identities", of_numbers=True),
                ConversationEvent.kind == REMARK_ASKED,
                ConversationEvent.at > since,
                ~exists().where(
                    later.conversation_id == Conversation.id,
                    later.kind == REMARKED,
                    later.id > ConversationEvent.id,
                ),
            )
            .order_by(ConversationEvent.id),
            {"identities": set(identities)},
        )
        return {row.identity_id: row.id for row in rows}
