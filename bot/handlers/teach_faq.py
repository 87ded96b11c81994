"""Admins teach entries of the knowledge base: add, edit, order, move, switch and delete them."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from bot import access, bell, facts
from bot.access import Permission
from bot.dialog import replies
from bot.knowledge.content_reading import LONGEST_QUESTION, LONGEST_TEXT
from bot.knowledge.playbook_file import LONGEST_WORD
from bot.knowledge.wording import plain
from core.errors import BadRequestText, Conflict, NotFound
from core.messages import Content, Kind
from core.playbook import EntryKind, FaqEntry, Playbook, Scope, Shelf
from core.tree import LONGEST_NAME
from storage.repos.audit import Change
from storage.repos.library import split
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

MOST_SIMILAR = 200
LONGEST_CATEGORY = 256
LONGEST_TITLE = 100
Period = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class FaqDraft:
    """What an admin wants an entry to be; see ``FaqEntry``. ``answer`` ``None``: there is none.

    Where ``title`` or ``new`` is ``None``, an entry that is edited keeps its own. ``shelf`` and
    ``kind`` count only when an entry is added.
    """

    question: str
    answer: Content | None
    category: str = ""
    similar: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    title: str | None = None
    new: bool | None = None
    shelf: Shelf = Shelf.FAQ
    kind: EntryKind = EntryKind.QA


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to change about an entry; ``None`` leaves it as it is. ``valid``: first, last day."""

    question: str | None = None
    answer: Content | None = None
    category: str | None = None
    similar: tuple[str, ...] | None = None
    keywords: tuple[str, ...] | None = None
    valid: Period | None = None
    title: str | None = None
    new: bool | None = None
    kind: EntryKind | None = None


async def show(
    uow: UnitOfWork, actor: StaffMember, entry_id: int, shelf: Shelf | None = Shelf.FAQ
) -> FaqEntry:
    """Return one entry that belongs to everybody.

    Args:
        uow: An open unit of work.
        actor: Who looks.
        entry_id: Its number.
        shelf: Where it must stand; ``None``: anywhere.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    entry = await uow.library.entry(entry_id, shelf)
    if entry is None or entry.scope is not Scope.PUBLIC:
        key = "faq.unknown" if shelf is Shelf.FAQ else "entry.unknown"
        raise NotFound(key, number=entry_id)
    return entry


async def add(
    uow: UnitOfWork, actor: StaffMember, draft: FaqDraft, playbook: Playbook, now: datetime
) -> FaqEntry:
    """Put an entry behind all others.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who teaches.
        draft: The entry.
        playbook: The playbook as it is, for how deep the tree may be.
        now: The moment.

    Raises:
        BadRequestText: Something about the draft does not fit.
        Conflict: The question is known in that category.
    """
    access.require(actor.role, Permission.TEACH)
    empty = FaqEntry(0, "", "", (), (), _answer(draft), shelf=draft.shelf, kind=draft.kind)
    entry = _searchable(_made(empty, draft))
    await _check(uow, entry, None, playbook)
    (number,) = await uow.library.add([entry], now, actor.name)
    entry = await show(uow, actor, number, draft.shelf)
    await _changed(uow, actor, "add", entry, None, now)
    return entry


async def edit(
    uow: UnitOfWork,
    actor: StaffMember,
    entry_id: int,
    draft: FaqDraft,
    playbook: Playbook,
    now: datetime,
) -> FaqEntry:
    """Give a customers' entry other questions and another answer; its number stays.

    Raises:
        BadRequestText: Something about the draft does not fit.
        Conflict: Another entry of that category has the question.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    before = await show(uow, actor, entry_id)
    entry = _made(replace(before, answer=_answer(draft)), draft)
    return await _stored(uow, actor, before, entry, playbook, now)


async def amend(
    uow: UnitOfWork,
    actor: StaffMember,
    entry_id: int,
    wishes: Wishes,
    playbook: Playbook,
    now: datetime,
) -> FaqEntry:
    """Change parts of an entry of any shelf; nothing happens where it is so already.

    Raises:
        BadRequestText: What is wished for does not fit.
        Conflict: Another entry of that category has the question.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    before = await show(uow, actor, entry_id, None)
    first, last = wishes.valid or (before.valid_from, before.valid_until)
    named = {
        name: value
        for name in ("question", "answer", "similar", "keywords", "title", "new", "kind")
        if (value := getattr(wishes, name)) is not None
    }
    entry = replace(before, **named, valid_from=first, valid_until=last)
    if wishes.category is not None:
        entry = replace(entry, category="/".join(split(wishes.category)))
    entry = _searchable(entry)
    if entry == before:
        return before
    return await _stored(uow, actor, before, entry, playbook, now)


async def switch(
    uow: UnitOfWork,
    actor: StaffMember,
    entry_id: int,
    enabled: bool,
    now: datetime,
    shelf: Shelf | None = Shelf.FAQ,
) -> FaqEntry:
    """Switch an entry on or off; nothing happens where it is so already.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    before = await show(uow, actor, entry_id, shelf)
    entry = replace(before, enabled=enabled)
    if entry != before:
        await uow.library.change(entry, now)
        await _changed(uow, actor, "on" if enabled else "off", entry, before, now)
    return entry


async def shift(
    uow: UnitOfWork, actor: StaffMember, entry_id: int, up: bool, now: datetime
) -> FaqEntry:
    """Let an entry trade places with the one before or behind it in its category.

    At the end it stays. Source: requirement KBF-13.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    entry = await show(uow, actor, entry_id, None)
    mates = [
        other.id
        for other in await uow.library.entries(entry.shelf)
        if (other.scope, other.category_id) == (entry.scope, entry.category_id)
    ]
    here = mates.index(entry_id)
    there = here - 1 if up else here + 1
    if 0 <= there < len(mates):
        before = sorted((entry_id, mates[there]), key=mates.index)
        after = before[::-1]
        await uow.library.order(after)
        await uow.audit.record(
            Change(
                *(now, actor.id, actor.name, "move", _subject(entry), str(entry_id)),
                before={"order": before},
                after={"order": after},
            )
        )
        await _taught(uow, entry)
    return entry


async def remove(
    uow: UnitOfWork,
    actor: StaffMember,
    entry_id: int,
    now: datetime,
    shelf: Shelf | None = Shelf.FAQ,
) -> FaqEntry:
    """Delete an entry and return what it was.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    entry = await show(uow, actor, entry_id, shelf)
    await uow.library.delete([entry_id], now)
    await _changed(uow, actor, "delete", None, entry, now)
    return entry


async def _stored(
    uow: UnitOfWork,
    actor: StaffMember,
    before: FaqEntry,
    entry: FaqEntry,
    playbook: Playbook,
    now: datetime,
) -> FaqEntry:
    await _check(uow, entry, before, playbook)
    await uow.library.change(entry, now)
    entry = await show(uow, actor, entry.id, entry.shelf)
    await _changed(uow, actor, "change", entry, before, now)
    return entry


async def _changed(
    uow: UnitOfWork,
    actor: StaffMember,
    action: str,
    entry: FaqEntry | None,
    before: FaqEntry | None,
    now: datetime,
) -> None:
    kept = entry or before
    if kept is None:
        return
    await uow.audit.record(
        Change(
            *(now, actor.id, actor.name, action, _subject(kept), str(kept.id)),
            before=facts.of_entry(before) if before else None,
            after=facts.of_entry(entry) if entry else None,
        )
    )
    await _taught(uow, kept)


def _subject(entry: FaqEntry) -> str:
    return "faq" if entry.shelf is Shelf.FAQ else "entry"


async def _taught(uow: UnitOfWork, entry: FaqEntry) -> None:
    """Count a change of the playbook; what only agents see is no part of it."""
    if entry.shelf is Shelf.FAQ:
        await uow.taught.touch()
        uow.ring(bell.PLAYBOOK)


def _answer(draft: FaqDraft) -> Content:
    if draft.answer is None:
        raise BadRequestText("faq.no_answer")
    return draft.answer


def _made(entry: FaqEntry, draft: FaqDraft) -> FaqEntry:
    return replace(
        entry,
        category=draft.category,
        question=draft.question,
        similar=draft.similar,
        keywords=draft.keywords,
        valid_from=draft.valid_from,
        valid_until=draft.valid_until,
        title=entry.title if draft.title is None else draft.title,
        new=entry.new if draft.new is None else draft.new,
    )


def _searchable(entry: FaqEntry) -> FaqEntry:
    """Give an entry for agents a keyword where it has none: they must find it (KBF-14)."""
    if entry.shelf is Shelf.FAQ or entry.keywords:
        return entry
    return replace(entry, keywords=(" ".join(entry.heading.split())[:LONGEST_WORD],))


async def _check(
    uow: UnitOfWork, entry: FaqEntry, before: FaqEntry | None, playbook: Playbook
) -> None:
    """Refuse what does not fit; *before* is what the entry was, ``None`` for a new one."""
    if not plain(entry.question):
        raise BadRequestText("faq.no_question")
    for question in (entry.question, *entry.similar):
        if len(question) > LONGEST_QUESTION:
            raise BadRequestText("faq.long_question", count=len(question), limit=LONGEST_QUESTION)
    for word in entry.keywords:
        if len(word) > LONGEST_WORD:
            raise BadRequestText("rule.long_word", count=len(word), limit=LONGEST_WORD)
    if len(entry.similar) > MOST_SIMILAR:
        raise BadRequestText("faq.too_many_similar", count=len(entry.similar), limit=MOST_SIMILAR)
    if len(entry.title) > LONGEST_TITLE:
        raise BadRequestText("entry.long_title", count=len(entry.title), limit=LONGEST_TITLE)
    _check_answer(entry)
    if before is None or entry.category != before.category:
        _check_category(entry.category, playbook.answering.depth)
    twin = await uow.library.twin(entry)
    if twin is not None:
        raise Conflict("faq.known", number=twin)


def _check_answer(entry: FaqEntry) -> None:
    answer = entry.answer
    if len(answer.text) > LONGEST_TEXT:
        raise BadRequestText("faq.long_answer", count=len(answer.text), limit=LONGEST_TEXT)
    replies.check(answer)
    wrong = {
        EntryKind.LINK: answer.kind is not Kind.LINK,
        EntryKind.CARD: answer.kind is not Kind.LINK,
        EntryKind.FILE: answer.media is None or answer.kind is Kind.LINK,
    }
    if wrong.get(entry.kind, False):
        raise BadRequestText(f"entry.needs_{entry.kind.value}")


def _check_category(path: str, depth: int) -> None:
    if len(path) > LONGEST_CATEGORY:
        raise BadRequestText("faq.long_category", count=len(path), limit=LONGEST_CATEGORY)
    names = split(path)
    for name in names:
        if len(name) > LONGEST_NAME:
            raise BadRequestText("folder.long_name", count=len(name), limit=LONGEST_NAME)
    if len(names) > depth:
        raise BadRequestText("folder.too_deep", limit=depth)
