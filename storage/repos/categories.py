"""Questions about consultation categories: their tree, who names them, what they were named for."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.many import among
from storage.models.conversation import Conversation
from storage.models.reception import ConsultCategory, ConversationCategory, GroupCategory

Counts = Mapping[tuple[date, int], int]


@dataclass(frozen=True, slots=True)
class Topic:
    """A consultation category (咨询分类): what a conversation was about.

    Args:
        id: Number in storage; 0 before it is stored.
        parent_id: The one above it; ``None``: it stands on the first level.
        name: Its title.
        position: Place among its neighbours; equal ones are ordered by id.
    """

    id: int
    parent_id: int | None
    name: str
    position: int = 0


_FIELDS = (
    ConsultCategory.id,
    ConsultCategory.parent_id,
    ConsultCategory.name,
    ConsultCategory.position,
)

# Put together once: it is asked for whenever a conversation ends.
_OF_GROUP = select(GroupCategory.category_id).where(GroupCategory.group_id == bindparam("group"))


class Categories:
    """The consult_categories table, and where it is used."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    # -- the tree --------------------------------------------------------------------------------

    async def all(self) -> list[Topic]:
        """Return every category that is there, neighbours in their order."""
        rows = await self._connection.execute(
            select(*_FIELDS)
            .where(ConsultCategory.deleted_at.is_(None))
            .order_by(ConsultCategory.position, ConsultCategory.id)
        )
        return [Topic(*row) for row in rows]

    async def named(self, numbers: Iterable[int]) -> dict[int, Topic]:
        """Return categories by their numbers, also those that were deleted."""
        rows = await self._connection.execute(
            select(*_FIELDS).where(among(ConsultCategory.id, "ids", of_numbers=True)),
            {"ids": set(numbers)},
        )
        return {row.id: Topic(*row) for row in rows}

    async def add(self, topic: Topic, now: datetime) -> int:
        """Put a category behind its neighbours and return its number."""
        last = await self._connection.scalar(select(func.max(ConsultCategory.position)))
        id_: int | None = await self._connection.scalar(
            insert(ConsultCategory)
            .values(
                parent_id=topic.parent_id,
                name=topic.name,
                position=int(last or 0) + 1,
                created_at=now,
            )
            .returning(ConsultCategory.id)
        )
        assert id_ is not None  # noqa: S101  RETURNING gives a row for a row
        return id_

    async def rename(self, number: int, name: str) -> None:
        """Give a category another title."""
        await self._connection.execute(
            update(ConsultCategory).where(ConsultCategory.id == number).values(name=name)
        )

    async def order(self, numbers: Sequence[int]) -> None:
        """Let neighbours stand in the order of their numbers."""
        for place, number in enumerate(numbers, 1):
            await self._connection.execute(
                update(ConsultCategory).where(ConsultCategory.id == number).values(position=place)
            )

    async def delete(self, numbers: Iterable[int], now: datetime) -> None:
        """Hide categories, and assign them to nobody; conversations keep what they name."""
        gone = {"ids": set(numbers)}
        await self._connection.execute(
            update(ConsultCategory)
            .where(among(ConsultCategory.id, "ids", of_numbers=True))
            .values(deleted_at=now),
            gone,
        )
        await self._connection.execute(
            delete(GroupCategory).where(among(GroupCategory.category_id, "ids", of_numbers=True)),
            gone,
        )

    async def uses(self, numbers: Iterable[int]) -> int:
        """Return how many conversations name one of these categories."""
        found = await self._connection.scalar(
            select(func.count(ConversationCategory.conversation_id.distinct())).where(
                among(ConversationCategory.category_id, "ids", of_numbers=True)
            ),
            {"ids": set(numbers)},
        )
        return int(found or 0)

    # -- which group names which -------------------------------------------------------------------

    async def assigned(self) -> dict[int, frozenset[int]]:
        """Return the nodes that were assigned, by group; each stands for all below it too."""
        rows = await self._connection.execute(
            select(GroupCategory.group_id, GroupCategory.category_id)
        )
        found: dict[int, set[int]] = {}
        for group, category in rows:
            found.setdefault(group, set()).add(category)
        return {group: frozenset(nodes) for group, nodes in found.items()}

    async def of_group(self, group_id: int) -> frozenset[int]:
        """Return the nodes that were assigned to one group."""
        return frozenset(await self._connection.scalars(_OF_GROUP, {"group": group_id}))

    async def assign(self, group_id: int, nodes: Iterable[int]) -> None:
        """Let *nodes* be all that is assigned to a group."""
        await self._connection.execute(
            delete(GroupCategory).where(GroupCategory.group_id == group_id)
        )
        rows = [{"group_id": group_id, "category_id": node} for node in sorted(set(nodes))]
        if rows:
            await self._connection.execute(insert(GroupCategory), rows)

    # -- what conversations were about -------------------------------------------------------------

    async def of_conversation(self, conversation_id: int) -> tuple[list[int], str]:
        """Return what a conversation was about: categories by number, and the remark."""
        rows = await self._connection.scalars(
            select(ConversationCategory.category_id)
            .where(ConversationCategory.conversation_id == conversation_id)
            .order_by(ConversationCategory.category_id)
        )
        remark: str | None = await self._connection.scalar(
            select(Conversation.end_remark).where(Conversation.id == conversation_id)
        )
        return list(rows), remark or ""

    async def name(
        self, conversation_id: int, categories: Iterable[int], remark: str | None = None
    ) -> None:
        """Say what a conversation was about; the caller holds it locked.

        Args:
            conversation_id: Which.
            categories: All of its categories.
            remark: What was noted with them; ``None`` leaves it as it is.
        """
        await self._connection.execute(
            delete(ConversationCategory).where(
                ConversationCategory.conversation_id == conversation_id
            )
        )
        rows = [
            {"conversation_id": conversation_id, "category_id": one}
            for one in sorted(set(categories))
        ]
        if rows:
            await self._connection.execute(insert(ConversationCategory), rows)
        if remark is not None:
            await self._connection.execute(
                update(Conversation)
                .where(Conversation.id == conversation_id)
                .values(end_remark=remark or None)
            )

    async def counts(self, since: datetime, until: datetime, zone: tzinfo) -> Counts:
        """Return how many conversations were about what, by day and category.

        One that names several counts for each of them. Source: requirement QUE-17 (STA-59).

        Args:
            since: Conversations that ended at this moment or later.
            until: And before this one.
            zone: Whose days they are.
        """
        rows = await self._connection.execute(
            select(Conversation.ended_at, ConversationCategory.category_id)
            .join(Conversation, Conversation.id == ConversationCategory.conversation_id)
            .where(Conversation.ended_at >= since, Conversation.ended_at < until)
        )
        return Counter(
            (ended.astimezone(zone).date(), category) for ended, category in rows if ended
        )
