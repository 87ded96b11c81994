"""Admins look for entries of the knowledge base, and take what they find along as a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from bot import access
from bot.access import Permission
from bot.rules.folding import fold
from core.playbook import FaqEntry
from storage.repos.audit import Change
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries somebody looks for. Source: requirements KBF-18, KBF-21.

    Args:
        words: Occur in number, category, title, questions, keywords or answer; empty: any.
        since: First day of creation, in the tenant's time zone; ``None``: any.
        until: Last day of creation; ``None``: any.
        new: Whether they carry the "new" label; ``None``: either.
        enabled: Whether they are on; ``None``: either.
        by_use: The most used first, instead of the order that admins gave them.
    """

    words: str = ""
    since: date | None = None
    until: date | None = None
    new: bool | None = None
    enabled: bool | None = None
    by_use: bool = False


def choose(
    actor: StaffMember, entries: Sequence[FaqEntry], wanted: Filter, zone: tzinfo
) -> list[FaqEntry]:
    """Return the entries that *wanted* asks for.

    Args:
        actor: Who looks.
        entries: Entries in their order.
        wanted: Which of them.
        zone: The tenant's time zone, for days of creation.

    Raises:
        NotAllowed: The actor may not teach.
    """
    access.require(actor.role, Permission.TEACH)
    words = fold(wanted.words)
    found = [
        entry
        for entry in entries
        if wanted.new in {None, entry.new}
        and wanted.enabled in {None, entry.enabled}
        and _created(entry, wanted, zone)
        and _says(entry, words)
    ]
    return sorted(found, key=lambda entry: -entry.uses) if wanted.by_use else found


async def give_out(
    uow: UnitOfWork, actor: StaffMember, found: Sequence[FaqEntry], now: datetime
) -> None:
    """Record that somebody takes entries out of the desk as a file."""
    access.require(actor.role, Permission.TEACH)
    await uow.audit.record(
        Change(now, actor.id, actor.name, "export", "library", after={"entries": len(found)})
    )


def _says(entry: FaqEntry, wanted: str) -> bool:
    return (
        not wanted
        or wanted.removeprefix("#") == str(entry.id)
        or any(
            wanted in fold(text)
            for text in (
                *(entry.category, entry.title, entry.question, *entry.similar, *entry.keywords),
                *(entry.answer.title, entry.answer.text, entry.answer.data.get("url", "")),
            )
        )
    )


def _created(entry: FaqEntry, wanted: Filter, zone: tzinfo) -> bool:
    if wanted.since is None and wanted.until is None:
        return True
    if entry.created_at is None:
        return False
    day = entry.created_at.astimezone(zone).date()
    return (wanted.since or day) <= day <= (wanted.until or day)
