"""Questions about offers: which cards lie before whom, and who has let what pass."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.many import among
from storage.models.conversation import Card, Conversation, Passed


@dataclass(frozen=True, slots=True)
class DealtCard:
    """A card that lies before a member of staff."""

    conversation_id: int
    staff_id: int
    outbox_key: str
    chat: str


# What never changes is put together once: building a statement costs more than running it.
# A question of its own for each card: SQLite would join from the group's conversations, and those
# are all that it has ever had.
_GROUP_OF_CARD = (
    select(Conversation.group_id)
    .where(Conversation.id == Card.conversation_id)
    .correlate(Card)
    .scalar_subquery()
)
LIES_IN_GROUPS = among(_GROUP_OF_CARD, "groups", of_numbers=True)
"""That a card is for a conversation of one of the groups in the parameter ``groups``."""
_LYING = (
    select(Card.conversation_id, Card.staff_id, Card.outbox_key, Card.chat)
    .where(LIES_IN_GROUPS)
    .order_by(Card.conversation_id, Card.staff_id)
)
_PASSED = select(Passed.conversation_id, Passed.staff_id).where(
    among(Passed.conversation_id, "ids", of_numbers=True)
)


class Offers:
    """Cards that were dealt, and conversations that were let pass."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def cards(self, conversations: Iterable[int]) -> list[DealtCard]:
        """Return the cards that lie on the tables for *conversations*."""
        rows = await self._connection.execute(
            select(Card.conversation_id, Card.staff_id, Card.outbox_key, Card.chat)
            .where(among(Card.conversation_id, "ids", of_numbers=True))
            .order_by(Card.conversation_id, Card.staff_id),
            {"ids": set(conversations)},
        )
        return [DealtCard(*row) for row in rows]

    async def cards_of(self, staff_id: int) -> list[DealtCard]:
        """Return the cards that lie before one member of staff."""
        rows = await self._connection.execute(
            select(Card.conversation_id, Card.staff_id, Card.outbox_key, Card.chat).where(
                Card.staff_id == staff_id
            )
        )
        return [DealtCard(*row) for row in rows]

    async def lying(self, groups: Iterable[int]) -> list[DealtCard]:
        """Return the cards that lie before anybody for conversations of *groups*.

        Those whose conversation waits no longer are among them.
        """
        rows = await self._connection.execute(_LYING, {"groups": set(groups)})
        return [DealtCard(*row) for row in rows]

    async def deal(self, cards: Iterable[DealtCard], now: datetime) -> None:
        """Remember that cards were dealt."""
        rows = [
            {
                "conversation_id": c.conversation_id,
                "staff_id": c.staff_id,
                "outbox_key": c.outbox_key,
                "chat": c.chat,
                "dealt_at": now,
            }
            for c in cards
        ]
        if rows:
            await self._connection.execute(insert(Card), rows)

    async def take_back(self, cards: Iterable[DealtCard]) -> list[DealtCard]:
        """Take single cards off the tables and return those that were still there.

        The caller holds their conversations locked.
        """
        gone = []
        for card in cards:
            result = await self._connection.execute(
                delete(Card).where(
                    Card.conversation_id == card.conversation_id, Card.staff_id == card.staff_id
                )
            )
            if result.rowcount == 1:
                gone.append(card)
        return gone

    async def passed(self, conversations: Iterable[int]) -> set[tuple[int, int]]:
        """Return who has let which of *conversations* pass: (conversation, member of staff)."""
        rows = await self._connection.execute(_PASSED, {"ids": set(conversations)})
        return {(conversation, staff) for conversation, staff in rows}

    async def let_pass(self, conversation_id: int, staff_id: int, now: datetime) -> None:
        """Remember that somebody let an offered conversation pass."""
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        await self._connection.execute(
            dialect.insert(Passed)
            .values(conversation_id=conversation_id, staff_id=staff_id, at=now)
            .on_conflict_do_nothing()
        )
