"""Admins choose something from the knowledge base as a reply of a rule or of the welcome."""

from bot import access
from bot.access import Permission
from core.errors import NotFound
from core.messages import Content, Kind
from core.playbook import FaqEntry, Shelf
from storage.repos.library import EVERYBODY
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

_MOST_DIGITS = 15


async def search(
    uow: UnitOfWork, actor: StaffMember, words: str, *, limit: int = 20
) -> list[FaqEntry]:
    """Return entries of the knowledge base that can serve as a reply, the most used first.

    Args:
        uow: An open unit of work.
        actor: Who chooses.
        words: A number (``#12``) or words to search for; empty for the most used ones.
        limit: At most so many.
    """
    access.require(actor.role, Permission.TEACH)
    number = words.strip().removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS:
        entry = await uow.library.entry(int(number))
        return [entry] if entry is not None and _for_all(entry) else []
    found = [
        entry
        for shelf in (Shelf.DESK, Shelf.FAQ)
        for entry in await uow.library.visible(shelf, [EVERYBODY], words, limit=limit)
    ]
    # What is more than words is what a library is needed for.
    found.sort(key=lambda entry: (entry.answer.kind is Kind.TEXT, -entry.uses, entry.id))
    return found[:limit]


async def content_of(uow: UnitOfWork, actor: StaffMember, entry_id: int) -> Content:
    """Return what an entry of the knowledge base says, to be kept as a reply.

    Raises:
        NotFound: There is no such entry for everybody.
    """
    access.require(actor.role, Permission.TEACH)
    entry = await uow.library.entry(entry_id)
    if entry is None or not _for_all(entry):
        raise NotFound("rules.reply_no_entry", number=entry_id)
    return entry.answer


def _for_all(entry: FaqEntry) -> bool:
    return (entry.scope, entry.owner_id) == EVERYBODY
