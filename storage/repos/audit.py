"""Who changed what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.models.audit import AuditEntry


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the configuration or of the people.

    Args:
        at: When.
        staff_id: The actor; ``None`` for the desk itself.
        actor: The actor's name at that time.
        action: Verb: ``add``, ``change``, ``off``, ``on``, ``delete``, ``import``, ``export`` ...
        subject: Noun: ``rule``, ``faq``, ``agent``, ``group``, ``prompt``, ``presence`` ...
        subject_id: Which one; ``None`` when it has no number.
        before: What it was; ``None`` for something new.
        after: What it is now; ``None`` for something deleted.
    """

    at: datetime
    staff_id: int | None
    actor: str
    action: str
    subject: str
    subject_id: str | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


_CHANGE = (
    AuditEntry.at,
    AuditEntry.staff_id,
    AuditEntry.actor,
    AuditEntry.action,
    AuditEntry.subject,
    AuditEntry.subject_id,
    AuditEntry.before,
    AuditEntry.after,
)


class Audit:
    """The audit table: rows are added and read, never changed."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.recorded: list[int] = []
        """Numbers of the changes that were written down through this object, oldest first."""

    async def record(self, *changes: Change) -> None:
        """Write changes down."""
        if changes:
            self.recorded += await self._connection.scalars(
                insert(AuditEntry).returning(AuditEntry.id, sort_by_parameter_order=True),
                [
                    {
                        "at": c.at,
                        "staff_id": c.staff_id,
                        "actor": c.actor,
                        "action": c.action,
                        "subject": c.subject,
                        "subject_id": c.subject_id,
                        "before": c.before,
                        "after": c.after,
                    }
                    for c in changes
                ],
            )

    async def change(self, number: int) -> Change | None:
        """Return one change; ``None`` when there is none of that number."""
        row = (
            await self._connection.execute(select(*_CHANGE).where(AuditEntry.id == number))
        ).first()
        return Change(*row) if row else None

    async def newest(self, limit: int, *, subject: str | None = None) -> list[Change]:
        """Return the newest changes first; *subject* ``None`` for all of them."""
        question = select(*_CHANGE).order_by(AuditEntry.id.desc())
        if subject is not None:
            question = question.where(AuditEntry.subject == subject)
        return [Change(*row) for row in await self._connection.execute(question.limit(limit))]

    async def made_by(self, staff_id: int, first: int, last: int) -> list[Change]:
        """Return the changes of one person from number *first* to number *last*, oldest first."""
        rows = await self._connection.execute(
            select(*_CHANGE)
            .where(AuditEntry.staff_id == staff_id, AuditEntry.id.between(first, last))
            .order_by(AuditEntry.id)
        )
        return [Change(*row) for row in rows]

    async def latest_of(self, staff_id: int, since: datetime) -> list[int]:
        """Return the numbers of what a person changed in one go last.

        Args:
            staff_id: Who.
            since: Earlier changes do not count.

        Returns:
            Oldest first; empty when they have changed nothing since then.
        """
        theirs = select(AuditEntry.id, AuditEntry.at).where(
            AuditEntry.staff_id == staff_id, AuditEntry.at >= since
        )
        newest = (await self._connection.execute(theirs.order_by(AuditEntry.id.desc()))).first()
        if newest is None:
            return []
        rows = await self._connection.scalars(
            select(AuditEntry.id)
            .where(AuditEntry.staff_id == staff_id, AuditEntry.at == newest.at)
            .order_by(AuditEntry.id)
        )
        return list(rows)

    async def about(self, subject: str, subject_id: str) -> Change | None:
        """Return the newest change of one thing; ``None`` when nothing is written about it."""
        row = (
            await self._connection.execute(
                select(*_CHANGE)
                .where(AuditEntry.subject == subject, AuditEntry.subject_id == subject_id)
                .order_by(AuditEntry.id.desc())
                .limit(1)
            )
        ).first()
        return Change(*row) if row else None
