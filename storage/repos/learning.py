"""Questions about what the desk can learn from its own conversations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from core.messages import Content, Kind
from core.states import Author
from storage.many import among
from storage.models.conversation import LEARNT_FROM, Conversation, ConversationEvent
from storage.models.learning import Cursor, Suggestion
from storage.models.message import Message
from storage.repos.conversations import Event

OPEN, TAKEN, DISMISSED = "open", "taken", "dismissed"
"""States of a suggestion."""
UNANSWERED, SAME_REPLY = "unanswered", "same_reply"
"""Why something was suggested."""
_LAST = "suggestions"
"""Under this name stands the number of the last suggestion that was ever made."""


@dataclass(frozen=True, slots=True)
class Noted:
    """Something that the robot did about a message.

    Args:
        conversation_id: In which conversation.
        account_id: On which account.
        at: When; the message was stored at the very same moment.
        kind: ``no_answer``, ``offer``, ``faq``, ``rule`` or ``unhelpful``.
        data: Its facts, possibly none.
    """

    conversation_id: int
    account_id: int
    at: datetime
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text in the transcript, of a customer or of an agent."""

    conversation_id: int
    account_id: int
    author: Author
    text: str
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """What the desk could learn.

    Args:
        why: ``unanswered`` or ``same_reply``.
        asked: How many messages it stands for.
        question: The message in the middle.
        examples: Some of the messages, as typed.
        answer: What agents answered; ``None`` where they gave no common answer.
        entry_id: The entry that is nearest; ``None`` where none is near. Once it is taken: the
            entry that was made of it, or that got its sentences.
        id: Number in storage; 0 before it is stored.
        state: ``open``, ``taken`` or ``dismissed``.
        decided_by: Name of who decided; empty while it is open.
        made_at: When it was found; ``None`` before it is stored.
    """

    why: str
    asked: int
    question: str
    examples: tuple[str, ...]
    answer: Content | None
    entry_id: int | None = None
    id: int = 0
    state: str = OPEN
    decided_by: str = ""
    made_at: datetime | None = field(default=None, compare=False)


class Learning:
    """The suggestions and cursors tables, and what is read of events and messages to fill them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    # -- what happened ---------------------------------------------------------------------------

    async def noted(self, since: datetime, kinds: Iterable[str], limit: int) -> list[Noted]:
        """Return what the robot did since *since*, oldest first; of more than *limit* the newest.

        Args:
            since: From when.
            kinds: ``no_answer``, ``offer``, ``faq``, ``rule``, ``unhelpful``.
            limit: At most so many.
        """
        rows = await self._connection.execute(
            select(
                ConversationEvent.conversation_id,
                Conversation.account_id,
                ConversationEvent.at,
                ConversationEvent.kind,
                ConversationEvent.data,
            )
            .join(Conversation, Conversation.id == ConversationEvent.conversation_id)
            # The first condition lets both databases see that the index covers the question.
            .where(LEARNT_FROM, ConversationEvent.at >= since)
            .where(ConversationEvent.kind.in_(sorted(kinds)))
            .order_by(ConversationEvent.at.desc(), ConversationEvent.id.desc())
            .limit(limit)
        )
        return [Noted(r[0], r[1], r[2], r[3], r[4] or {}) for r in rows][::-1]

    async def spoken(
        self, since: datetime, authors: Iterable[Author], limit: int, *, looked_at: int
    ) -> list[Spoken]:
        """Return what people wrote since *since*, oldest first; of more than *limit* the newest.

        New versions of edited messages, and messages without words, are left out.

        Args:
            since: From when.
            authors: Whose texts.
            limit: At most so many.
            looked_at: Only the newest so many lines of the transcript are looked at at all.
        """
        newest = await self._connection.scalar(select(func.max(Message.id)))
        rows = await self._connection.execute(
            select(
                Message.conversation_id,
                Message.account_id,
                Message.author,
                Message.text,
                Message.stored_at,
            )
            .where(
                Message.id > int(newest or 0) - looked_at,
                Message.stored_at >= since,
                Message.author.in_(sorted(author.value for author in authors)),
                Message.kind == Kind.TEXT.value,
                Message.edited.is_(False),
                Message.text != "",
            )
            .order_by(Message.id.desc())
            .limit(limit)
        )
        return [Spoken(r[0], r[1], Author(r[2]), r[3], r[4]) for r in rows][::-1]

    async def happened(
        self, conversation_id: int, *, offset: int, limit: int
    ) -> tuple[list[Event], int]:
        """Return *limit* events of a conversation from *offset*, oldest first, and their number."""
        total = await self._connection.scalar(
            select(func.count()).where(ConversationEvent.conversation_id == conversation_id)
        )
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
            .offset(offset)
            .limit(limit)
        )
        return [Event(*row) for row in rows], int(total or 0)

    # -- suggestions -----------------------------------------------------------------------------

    async def suggestions(self, *, decided: bool = False, limit: int = 1000) -> list[Found]:
        """Return suggestions, those for the most messages first, older ones before younger.

        Args:
            decided: Those that somebody has decided on, the newest first, in place of the open.
            limit: At most so many.
        """
        question = select(Suggestion.__table__).limit(limit)
        if decided:
            question = question.where(Suggestion.state != OPEN).order_by(Suggestion.id.desc())
        else:
            question = question.where(Suggestion.state == OPEN).order_by(
                Suggestion.asked.desc(), Suggestion.made_at, Suggestion.id
            )
        return [_found(row) for row in await self._connection.execute(question)]

    async def suggestion(self, number: int) -> Found | None:
        """Return one suggestion, decided or not; ``None`` when there is none of that number."""
        row = (
            await self._connection.execute(
                select(Suggestion.__table__).where(Suggestion.id == number)
            )
        ).first()
        return _found(row) if row else None

    async def replace(
        self, run: str, found: Sequence[Found], now: datetime, *, gone: Iterable[int] = ()
    ) -> None:
        """Put *found* in place of every suggestion that nobody has decided on.

        One that is found again, the same question for the same reason, keeps its number: somebody
        may have it before them.

        Args:
            run: A name for what found them.
            found: The new ones.
            now: The moment.
            gone: Numbers of decided ones that are dropped as well.
        """
        rows = await self._connection.execute(
            select(Suggestion.id, Suggestion.why, Suggestion.question).where(
                Suggestion.state == OPEN
            )
        )
        known = {(row.why, row.question): row.id for row in rows}
        await self._connection.execute(delete(Suggestion).where(Suggestion.state == OPEN))
        await self._connection.execute(
            delete(Suggestion).where(among(Suggestion.id, "gone", of_numbers=True)),
            {"gone": list(gone)},
        )
        # A button may be pressed long after: the number of what is gone must never name another
        # suggestion, and SQLite would give it out again.
        last = await self.reached(_LAST)
        numbers = []
        for one in found:
            number = known.pop((one.why, one.question), None)
            if number is None:
                number = last = last + 1
            numbers.append(number)
        await self.reach(_LAST, last)
        if found:
            await self._connection.execute(
                insert(Suggestion),
                [
                    {
                        "id": number,
                        "run": run,
                        "why": one.why,
                        "asked": one.asked,
                        "question": one.question,
                        "examples": list(one.examples),
                        "answer": one.answer.to_json() if one.answer else None,
                        "entry_id": one.entry_id,
                        "state": OPEN,
                        "decided_by": "",
                        "made_at": now,
                    }
                    for number, one in zip(numbers, found, strict=True)
                ],
            )

    async def decide(
        self, number: int, state: str, by: str, *, was: str = OPEN, entry_id: int | None = None
    ) -> bool:
        """Write down what was decided about a suggestion that is in state *was*.

        Returns:
            Whether it was in that state; otherwise nothing has changed.
        """
        values: dict[str, Any] = {"state": state, "decided_by": by}
        if entry_id is not None:
            values["entry_id"] = entry_id
        result = await self._connection.execute(
            update(Suggestion)
            .where(Suggestion.id == number, Suggestion.state == was)
            .values(**values)
        )
        return bool(result.rowcount == 1)

    # -- use counts ------------------------------------------------------------------------------

    async def reached(self, cursor: str) -> int:
        """Return how far a job has read, locked until the unit of work ends; 0 at first."""
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        await self._connection.execute(
            dialect.insert(Cursor).values(name=cursor, reached=0).on_conflict_do_nothing()
        )
        return int(
            await self._connection.scalar(
                select(Cursor.reached).where(Cursor.name == cursor).with_for_update()
            )
            or 0
        )

    async def reach(self, cursor: str, number: int) -> None:
        """Write down how far a job has read."""
        await self._connection.execute(
            update(Cursor).where(Cursor.name == cursor).values(reached=number)
        )

    async def used(
        self, after: int, until: datetime, limit: int
    ) -> tuple[dict[int, int], dict[int, int], int]:
        """Count how often rules and entries answered.

        Args:
            after: Number of the last event that was counted before.
            until: Younger events are not looked at, nor is any behind the first of them.
            limit: How many events are looked at.

        Returns:
            Times by rule, times by entry, and the number of the last event that was looked at
            (*after* when there was none).
        """
        young = await self._connection.scalar(
            select(func.min(ConversationEvent.id)).where(LEARNT_FROM, ConversationEvent.at > until)
        )
        question = (
            select(ConversationEvent.id, ConversationEvent.kind, ConversationEvent.data)
            .where(ConversationEvent.id > after)
            .order_by(ConversationEvent.id)
            .limit(limit)
        )
        question = (
            question.where(ConversationEvent.at <= until)
            if young is None
            else question.where(ConversationEvent.id < young)
        )
        rules: dict[int, int] = {}
        entries: dict[int, int] = {}
        last = after
        for row in await self._connection.execute(question):
            last = row.id
            counts, name = (rules, "rule") if row.kind == "rule" else (entries, "entry")
            number = (row.data or {}).get(name)
            if row.kind in ("rule", "faq") and isinstance(number, int):
                counts[number] = counts.get(number, 0) + 1
        return rules, entries, last


def _found(row: Any) -> Found:
    return Found(
        why=row.why,
        asked=row.asked,
        question=row.question,
        examples=tuple(row.examples),
        answer=Content.from_json(row.answer) if row.answer else None,
        entry_id=row.entry_id,
        id=row.id,
        state=row.state,
        decided_by=row.decided_by,
        made_at=row.made_at,
    )
