"""Agents write quick replies for themselves, superiors and admins for others."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import access, facts
from bot.access import Permission
from bot.dialog import replies
from bot.knowledge.playbook_file import LONGEST_WORD
from bot.reach import reach_of, require_writing
from bot.telling import Telling, Voice
from core.errors import BadRequestText, Conflict, NotAllowed, NotFound
from core.messages import Content, Kind, text
from core.playbook import EntryKind, FaqEntry, Scope, Shelf
from core.tree import LOOSE, ROOT
from storage.repos.audit import Change
from storage.repos.library import Owner, paths_of
from storage.repos.outbox import NOTICE
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

LONGEST_TITLE = 100
_KINDS = frozenset(
    {
        *(Kind.TEXT, Kind.PHOTO, Kind.VOICE, Kind.VIDEO, Kind.VIDEO_NOTE),
        *(Kind.ANIMATION, Kind.DOCUMENT, Kind.LINK),
    }
)
"""What a quick reply may be. Source: requirements MAT-03 to MAT-08."""


@dataclass(frozen=True, slots=True)
class QuickDraft:
    """What a quick reply is to be.

    Args:
        title: What it is called.
        content: What is sent.
        owner: Whose it is.
        group: Number of the group that it lies in; ``ROOT``: in none.
    """

    title: str
    content: Content
    owner: Owner
    group: int = ROOT


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a sheet of quick replies; ``number`` is its number as Excel shows it."""

    number: int
    title: str
    content: str


# -- replies --------------------------------------------------------------------------------------


async def add(uow: UnitOfWork, actor: StaffMember, draft: QuickDraft, now: datetime) -> FaqEntry:
    """Add a quick reply.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who adds.
        draft: The reply.
        now: The moment.

    Raises:
        BadRequestText: Something about it does not fit; the text says what is accepted.
        Conflict: There is one of that title in that place.
        NotAllowed: They may not write there.
        NotFound: There is no such group.
    """
    access.require(actor.role, Permission.SERVE)
    await require_writing(uow, actor, draft.owner)
    entry = _made(draft, await _path(uow, draft.owner, draft.group))
    await _refuse_twin(uow, entry)
    (number,) = await uow.library.add([entry], now, actor.name)
    entry = replace(entry, id=number)
    await _record(uow, actor, "add", None, entry, now)
    return entry


async def change(
    uow: UnitOfWork,
    actor: StaffMember,
    number: int,
    now: datetime,
    *,
    title: str | None = None,
    content: Content | None = None,
    group: int | None = None,
) -> FaqEntry:
    """Change a quick reply; ``None`` leaves a part of it as it is.

    Raises:
        BadRequestText: Something does not fit.
        Conflict: There is one of that title in that place.
        NotAllowed: They may not change it.
        NotFound: There is no such reply, or no such group of the same owner.
    """
    access.require(actor.role, Permission.SERVE)
    before = await _entry(uow, number)
    owner = (before.scope, before.owner_id)
    await require_writing(uow, actor, owner)
    after = before
    if title is not None:
        after = _named(after, title)
    if content is not None:
        after = _filled(after, content)
    if group is not None:
        after = replace(after, category=await _path(uow, owner, group))
    if after == before:
        return before
    await _refuse_twin(uow, after)
    await uow.library.change(after, now)
    await _record(uow, actor, "change", before, after, now)
    return after


async def remove(
    uow: UnitOfWork, actor: StaffMember, number: int, *, voice: Voice, now: datetime
) -> FaqEntry:
    """Delete a quick reply and return what it was.

    A superior may delete personal replies of the people below them; the owner is told
    (requirement MAT-12).

    Raises:
        NotAllowed: They may not.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.SERVE)
    entry = await _entry(uow, number)
    reach = await reach_of(uow, actor)
    after = reach.looks_after(entry)
    if (entry.scope, entry.owner_id) not in reach.writes and not after:
        raise NotAllowed
    await uow.library.delete([number], now)
    await _record(uow, actor, "delete", entry, None, now)
    if after and entry.owner_id is not None:
        owner = (await uow.staffing.by_ids([entry.owner_id]))[entry.owner_id]
        telling = Telling(uow, voice, now)
        words = voice.texts_for(owner.language)(
            "quick.removed_by_superior", who=actor.name, title=entry.heading
        )
        if owner.active:
            telling.staff(owner, text(words), NOTICE, None)
        await telling.remember()
    return entry


# -- many at once ---------------------------------------------------------------------------------


async def clashes(
    uow: UnitOfWork, actor: StaffMember, owner: Owner, group: int, rows: Sequence[SheetRow]
) -> list[SheetRow]:
    """Return the rows whose title another reply in that place has already, in their order.

    Raises:
        NotAllowed: They may not write there.
        NotFound: There is no such group.
    """
    access.require(actor.role, Permission.SERVE)
    await require_writing(uow, actor, owner)
    path = await _path(uow, owner, group)
    there = {
        entry.question
        for entry in await uow.library.entries(Shelf.DESK)
        if (entry.scope, entry.owner_id, entry.category) == (*owner, path)
    }
    return [row for row in rows if " ".join(row.title.split()) in there]


async def bring_in(
    uow: UnitOfWork,
    actor: StaffMember,
    owner: Owner,
    group: int,
    rows: Sequence[SheetRow],
    now: datetime,
) -> int:
    """Add a quick reply for each row, all of them or none, and return how many there are.

    Source: requirement MAT-09.

    Raises:
        BadRequestText: Something about a row does not fit.
        Conflict: A title is there already, or stands in two rows.
        NotAllowed: They may not write there.
        NotFound: There is no such group.
    """
    access.require(actor.role, Permission.SERVE)
    known = await clashes(uow, actor, owner, group, rows)
    titles = Counter(" ".join(row.title.split()) for row in rows)
    twice = [title for title, count in titles.items() if count > 1]
    if known or twice:
        raise Conflict("quick.taken", title=twice[0] if twice else known[0].title)
    path = await _path(uow, owner, group)
    entries = [_made(QuickDraft(r.title, text(r.content), owner, group), path) for r in rows]
    numbers = await uow.library.add(entries, now, actor.name)
    for number, entry in zip(numbers, entries, strict=True):
        await _record(uow, actor, "add", None, replace(entry, id=number), now)
    return len(numbers)


# -- what fits ------------------------------------------------------------------------------------


def fits(title: str, content: Content) -> None:
    """Make sure that a quick reply of this title and content can be kept.

    Raises:
        BadRequestText: It cannot; the text says what is accepted.
    """
    _made(QuickDraft(title, content, (Scope.PUBLIC, None)), "")


def _made(draft: QuickDraft, path: str) -> FaqEntry:
    scope, owner_id = draft.owner
    empty = FaqEntry(
        *(0, path, "", (), (), draft.content),
        shelf=Shelf.DESK,
        scope=scope,
        owner_id=owner_id,
    )
    return _filled(_named(empty, draft.title), draft.content)


def _named(entry: FaqEntry, title: str) -> FaqEntry:
    title = " ".join(title.split())
    if not title:
        raise BadRequestText("quick.no_title")
    if len(title) > LONGEST_TITLE:
        raise BadRequestText("quick.long_title", count=len(title), limit=LONGEST_TITLE)
    # Entries for agents have a keyword by which they are found; theirs is the title.
    return replace(entry, question=title, title="", keywords=(title[:LONGEST_WORD],))


def _filled(entry: FaqEntry, content: Content) -> FaqEntry:
    if content.kind not in _KINDS and not replies.is_sound(content):
        raise BadRequestText("quick.bad_kind")
    kind = EntryKind.PHRASE
    if content.kind is Kind.LINK:
        kind = EntryKind.CARD if content.media is not None else EntryKind.LINK
    if content.kind is Kind.DOCUMENT:
        # A file message is a title and a file. Source: requirement MAT-08.
        kind, content = EntryKind.FILE, replace(content, text=content.text or entry.question)
    replies.check(content)
    return replace(entry, answer=replace(content, buttons=()), kind=kind)


async def _entry(uow: UnitOfWork, number: int) -> FaqEntry:
    entry = await uow.library.entry(number, Shelf.DESK)
    if entry is None:
        raise NotFound("quick.unknown", number=number)
    return entry


async def _path(uow: UnitOfWork, owner: Owner, group: int) -> str:
    if group in {ROOT, LOOSE}:
        return ""
    paths = paths_of(await uow.library.categories(Shelf.DESK), owner)
    if group not in paths:
        raise NotFound("quick.no_such_group")
    return paths[group]


async def _refuse_twin(uow: UnitOfWork, entry: FaqEntry) -> None:
    if await uow.library.twin(entry) is not None:
        raise Conflict("quick.taken", title=entry.question)


async def _record(
    uow: UnitOfWork,
    actor: StaffMember,
    action: str,
    before: FaqEntry | None,
    after: FaqEntry | None,
    now: datetime,
) -> None:
    kept = after or before
    await uow.audit.record(
        Change(
            *(now, actor.id, actor.name, action, "entry", str(kept.id) if kept else None),
            before=facts.of_entry(before) if before else None,
            after=facts.of_entry(after) if after else None,
        )
    )
