"""Questions about sensitive words that were found, and about messages that they held back."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from core.messages import Content
from storage.bulk import BulkInsert
from storage.models.taught import BannedWordsRow
from storage.models.watch import Draft, WordHitRow

_LONGEST_NAME = 128
_LONGEST_WORD = 512
_LONGEST_TEXT = 4096


@dataclass(frozen=True, slots=True)
class Hit:
    """That a word of a list stood in a message.

    Args:
        list_id: Number of the list.
        list_name: Its name at that time.
        about: Its class.
        word: The word as the list has it.
        action: ``block`` or ``warn``.
        direction: Who wrote the message: ``staff`` or ``customer``.
        account: Name of the account.
        conversation_id: Where it was written.
        message_key: The transcript line's external id; of a message that was held back the staff
            chat's id of it.
        at: When.
        staff_id: Who wrote it; ``None`` for a customer.
        blocked_text: What was held back; ``None`` for a message that was sent.
    """

    list_id: int
    list_name: str
    about: str
    word: str
    action: str
    direction: str
    account: str
    conversation_id: int
    message_key: str
    at: datetime
    staff_id: int | None = None
    blocked_text: str | None = None


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """A message of an agent that was held back.

    Args:
        staff_id: Who wrote it.
        message_id: The staff chat's id of it.
        conversation_id: Whom it was for.
        content: What they wrote.
        quotes: The customer's message that it answers; ``None`` for none.
        words: What it was held back for.
        at: When.
    """

    staff_id: int
    message_id: str
    conversation_id: int
    content: Content
    quotes: str | None
    words: tuple[str, ...]
    at: datetime


_ADD = BulkInsert(
    cast("Table", WordHitRow.__table__),
    "list_id",
    "list_name",
    "about",
    "word",
    "action",
    "direction",
    "account",
    "conversation_id",
    "staff_id",
    "message_key",
    "blocked_text",
    "at",
)
_HIT = (
    WordHitRow.list_id,
    WordHitRow.list_name,
    WordHitRow.about,
    WordHitRow.word,
    WordHitRow.action,
    WordHitRow.direction,
    WordHitRow.account,
    WordHitRow.conversation_id,
    WordHitRow.message_key,
    WordHitRow.at,
    WordHitRow.staff_id,
    WordHitRow.blocked_text,
)
_DRAFT = (
    Draft.staff_id,
    Draft.message_id,
    Draft.conversation_id,
    Draft.content,
    Draft.quotes,
    Draft.words,
    Draft.at,
)


def _draft(row: Any) -> KeptDraft:
    return KeptDraft(
        row.staff_id,
        row.message_id,
        row.conversation_id,
        Content.from_json(row.content),
        row.quotes,
        tuple(row.words),
        row.at,
    )


class Watch:
    """The word_hits and drafts tables, and the hit counts of the lists of sensitive words."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_hits(self, hits: Iterable[Hit]) -> None:
        """Write hits down and raise the counts of their lists.

        A list counts once for a message, however many of its words stand in it. Call it late in
        the unit of work: it locks the rows of the lists until the commit.
        """
        found = list(hits)
        if not found:
            return
        rows = [
            (
                hit.list_id,
                hit.list_name[:_LONGEST_NAME],
                hit.about,
                hit.word[:_LONGEST_WORD],
                hit.action,
                hit.direction,
                hit.account,
                hit.conversation_id,
                hit.staff_id,
                hit.message_key,
                hit.blocked_text[:_LONGEST_TEXT] if hit.blocked_text is not None else None,
                hit.at,
            )
            for hit in found
        ]
        await _ADD.run(self._connection, rows)
        counts = Counter(
            list_id for list_id, _, _ in {(h.list_id, h.account, h.message_key) for h in found}
        )
        # In the order of their numbers, so that two units of work cannot wait for each other.
        for list_id, times in sorted(counts.items()):
            await self._connection.execute(
                update(BannedWordsRow)
                .where(BannedWordsRow.id == list_id)
                .values(hits=BannedWordsRow.hits + times)
            )

    async def hits(self, limit: int, *, list_id: int | None = None) -> list[Hit]:
        """Return the newest hits first; *list_id* ``None`` for those of all lists."""
        question = select(*_HIT).order_by(WordHitRow.id.desc()).limit(limit)
        if list_id is not None:
            question = question.where(WordHitRow.list_id == list_id)
        return [Hit(*row) for row in await self._connection.execute(question)]

    async def keep(self, draft: KeptDraft) -> None:
        """Keep a draft in place of the one of the same message, if there is one."""
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        values = {
            "conversation_id": draft.conversation_id,
            "content": draft.content.to_json(),
            "quotes": draft.quotes,
            "words": list(draft.words),
            "at": draft.at,
        }
        await self._connection.execute(
            dialect.insert(Draft)
            .values(staff_id=draft.staff_id, message_id=draft.message_id, **values)
            .on_conflict_do_update(index_elements=["staff_id", "message_id"], set_=values)
        )

    async def draft(self, staff_id: int, message_id: str) -> KeptDraft | None:
        """Return a draft of a person; ``None`` when there is none of that message."""
        row = (
            await self._connection.execute(
                select(*_DRAFT).where(Draft.staff_id == staff_id, Draft.message_id == message_id)
            )
        ).first()
        return _draft(row) if row else None

    async def drafts(self, staff_id: int) -> list[KeptDraft]:
        """Return the drafts of a person, the newest first."""
        rows = await self._connection.execute(
            select(*_DRAFT)
            .where(Draft.staff_id == staff_id)
            .order_by(Draft.at.desc(), Draft.message_id.desc())
        )
        return [_draft(row) for row in rows]

    async def drop(self, staff_id: int, message_id: str) -> bool:
        """Forget a draft of a person; say whether there was one."""
        result = await self._connection.execute(
            delete(Draft).where(Draft.staff_id == staff_id, Draft.message_id == message_id)
        )
        return bool(result.rowcount)
