"""Questions about the transcript."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.messages import Content
from core.states import Author, Direction
from storage.bulk import BulkInsert
from storage.many import among
from storage.models.message import Message


# Not frozen: freezing triples what making one costs, and every message makes two.
@dataclass(slots=True)
class TranscriptLine:
    """One message as the transcript holds it."""

    conversation_id: int
    account_id: int
    external_id: str
    direction: Direction
    author: Author
    author_name: str
    content: Content
    sent_at: datetime
    staff_id: int | None = None
    platform_id: str | None = None
    reply_to: str | None = None
    edited: bool = False


_SEEN = select(Message.account_id, Message.external_id).where(
    among(Message.account_id, "accounts", of_numbers=True),
    among(Message.external_id, "externals", of_numbers=False),
)
_ADD = BulkInsert(
    cast("Table", Message.__table__),
    "account_id",
    "external_id",
    "conversation_id",
    "direction",
    "author",
    "author_name",
    "staff_id",
    "kind",
    "text",
    "extra",
    "platform_id",
    "reply_to",
    "edited",
    "sent_at",
    "stored_at",
)
_LINE = (
    Message.conversation_id,
    Message.account_id,
    Message.external_id,
    Message.direction,
    Message.author,
    Message.author_name,
    Message.kind,
    Message.text,
    Message.extra,
    Message.sent_at,
    Message.staff_id,
    Message.platform_id,
    Message.reply_to,
    Message.edited,
)
_NEWEST = (
    select(
        Message.id,
        *_LINE,
        func.row_number()
        .over(partition_by=Message.conversation_id, order_by=Message.id.desc())
        .label("number"),
    )
    .where(among(Message.conversation_id, "ids", of_numbers=True))
    .subquery()
)
_LAST = select(_NEWEST).where(_NEWEST.c.number <= bindparam("most")).order_by(_NEWEST.c.id)


def _line(row: Any) -> TranscriptLine:
    content = Content.from_json({**(row.extra or {}), "kind": row.kind, "text": row.text})
    return TranscriptLine(
        row.conversation_id,
        row.account_id,
        row.external_id,
        Direction(row.direction),
        Author(row.author),
        row.author_name,
        content,
        row.sent_at,
        row.staff_id,
        row.platform_id,
        row.reply_to,
        row.edited,
    )


class Messages:
    """The messages table."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def seen(self, keys: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
        """Return which (account id, external id) pairs the transcript holds already.

        A courtesy: the unique key is the law.
        """
        wanted = set(keys)
        rows = await self._connection.execute(
            _SEEN, {"accounts": {a for a, _ in wanted}, "externals": {e for _, e in wanted}}
        )
        return {(row[0], row[1]) for row in rows} & wanted

    async def add(self, lines: Iterable[TranscriptLine], now: datetime) -> None:
        """Write lines to the transcript, in order.

        Raises:
            sqlalchemy.exc.IntegrityError: One of them is there already.
        """
        rows = []
        for line in lines:
            content = line.content
            extra = None
            if content.media or content.buttons or content.title or content.data:
                extra = content.to_json()
                del extra["kind"]
                extra.pop("text", None)
            rows.append(
                (
                    line.account_id,
                    line.external_id,
                    line.conversation_id,
                    line.direction.value,
                    line.author.value,
                    line.author_name,
                    line.staff_id,
                    content.kind.value,
                    content.text,
                    extra,
                    line.platform_id,
                    line.reply_to,
                    line.edited,
                    line.sent_at,
                    now,
                )
            )
        await _ADD.run(self._connection, rows)

    async def reword(self, account_id: int, external_id: str, content: Content) -> None:
        """Let a line of ours say something else, because it was sent in other words."""
        extra = content.to_json()
        del extra["kind"]
        extra.pop("text", None)
        await self._connection.execute(
            update(Message)
            .where(Message.account_id == account_id, Message.external_id == external_id)
            .values(text=content.text, extra=extra or None)
        )

    async def last(
        self, conversations: Iterable[int], limit: int
    ) -> dict[int, list[TranscriptLine]]:
        """Return the newest *limit* lines of each conversation, oldest of them first."""
        ids = set(conversations)
        rows = await self._connection.execute(_LAST, {"ids": ids, "most": limit})
        found: dict[int, list[TranscriptLine]] = {id_: [] for id_ in ids}
        for row in rows:
            found[row.conversation_id].append(_line(row))
        return found

    async def page(
        self, conversation_id: int, *, offset: int, limit: int
    ) -> tuple[list[TranscriptLine], int]:
        """Return *limit* lines from *offset* counted from the newest, oldest of them first.

        Returns:
            The lines, and how many the conversation has.
        """
        total = await self._connection.scalar(
            select(func.count()).where(Message.conversation_id == conversation_id)
        )
        rows = await self._connection.execute(
            select(Message.id, *_LINE)
            .where(Message.conversation_id == conversation_id)
            .order_by(Message.id.desc())
            .offset(offset)
            .limit(limit)
        )
        return [_line(row) for row in rows][::-1], int(total or 0)
