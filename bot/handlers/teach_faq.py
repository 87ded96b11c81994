"""Admins teach FAQ entries: add, edit, switch off and on, delete."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from bot import access, bell, facts
from bot.access import Permission
from bot.knowledge.playbook_file import LONGEST_QUESTION, LONGEST_TEXT, LONGEST_WORD
from bot.knowledge.wording import plain
from bot.rules.folding import fold
from core.errors import BadRequestText, Conflict, NotFound
from core.messages import Content
from core.playbook import FaqEntry, Playbook, Shelf
from storage.repos.audit import Change
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

MOST_SIMILAR = 200
LONGEST_CATEGORY = 256


@dataclass(frozen=True, slots=True)
class FaqDraft:
    """What an admin wants an entry to be; see ``FaqEntry``. ``answer`` ``None``: there is none."""

    question: str
    answer: Content | None
    category: str = ""
    similar: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None


def find(actor: StaffMember, playbook: Playbook, search: str) -> list[FaqEntry]:
    """Return the entries whose number, category, questions, keywords or answer hold *search*.

    Raises:
        NotAllowed: The actor may not teach.
    """
    access.require(actor.role, Permission.TEACH)
    wanted = fold(search)
    if not wanted:
        return list(playbook.faq)
    return [
        entry
        for entry in playbook.faq
        if wanted.removeprefix("#") == str(entry.id)
        or any(
            wanted in fold(text)
            for text in (
                *(entry.category, entry.question, *entry.similar, *entry.keywords),
                entry.answer.text,
            )
        )
    ]


async def show(uow: UnitOfWork, actor: StaffMember, entry_id: int) -> FaqEntry:
    """Return one entry.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    entry = await uow.library.entry(entry_id, Shelf.FAQ)
    if entry is None:
        raise NotFound("faq.unknown", number=entry_id)
    return entry


async def add(
    uow: UnitOfWork, actor: StaffMember, draft: FaqDraft, playbook: Playbook, now: datetime
) -> FaqEntry:
    """Put an entry behind all others.

    Args:
        uow: An open unit of work; the caller commits.
        actor: Who teaches.
        draft: The entry.
        playbook: The playbook as it is, for questions that are known.
        now: The moment.

    Raises:
        BadRequestText: Something about the draft does not fit.
        Conflict: The question is known in that category.
    """
    access.require(actor.role, Permission.TEACH)
    entry = _made(FaqEntry(0, "", "", (), (), _answer(draft)), draft)
    _refuse_twice(entry, playbook)
    (number,) = await uow.library.add([entry], now, actor.name)
    entry = replace(entry, id=number)
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
    """Give an entry other questions and another answer; its number stays.

    Raises:
        BadRequestText: Something about the draft does not fit.
        Conflict: Another entry of that category has the question.
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    before = await show(uow, actor, entry_id)
    entry = _made(replace(before, answer=_answer(draft)), draft)
    _refuse_twice(entry, playbook)
    await uow.library.change(entry, now)
    await _changed(uow, actor, "change", entry, before, now)
    return entry


async def switch(
    uow: UnitOfWork, actor: StaffMember, entry_id: int, enabled: bool, now: datetime
) -> FaqEntry:
    """Switch an entry on or off; nothing happens where it is so already.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    before = await show(uow, actor, entry_id)
    entry = replace(before, enabled=enabled)
    if entry != before:
        await uow.library.change(entry, now)
        await _changed(uow, actor, "on" if enabled else "off", entry, before, now)
    return entry


async def remove(uow: UnitOfWork, actor: StaffMember, entry_id: int, now: datetime) -> FaqEntry:
    """Delete an entry and return what it was.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    entry = await show(uow, actor, entry_id)
    await uow.library.delete([entry_id], now)
    await _changed(uow, actor, "delete", None, entry, now)
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
    await uow.audit.record(
        Change(
            now,
            actor.id,
            actor.name,
            action,
            "faq",
            str(kept.id) if kept else None,
            before=facts.of_entry(before) if before else None,
            after=facts.of_entry(entry) if entry else None,
        )
    )
    await uow.taught.touch()
    uow.ring(bell.PLAYBOOK)


def _answer(draft: FaqDraft) -> Content:
    if draft.answer is None:
        raise BadRequestText("faq.no_answer")
    if len(draft.answer.text) > LONGEST_TEXT:
        raise BadRequestText("faq.long_answer", count=len(draft.answer.text), limit=LONGEST_TEXT)
    return draft.answer


def _made(entry: FaqEntry, draft: FaqDraft) -> FaqEntry:
    if not plain(draft.question):
        raise BadRequestText("faq.no_question")
    for question in (draft.question, *draft.similar):
        if len(question) > LONGEST_QUESTION:
            raise BadRequestText("faq.long_question", count=len(question), limit=LONGEST_QUESTION)
    for word in draft.keywords:
        if len(word) > LONGEST_WORD:
            raise BadRequestText("rule.long_word", count=len(word), limit=LONGEST_WORD)
    if len(draft.similar) > MOST_SIMILAR:
        raise BadRequestText("faq.too_many_similar", count=len(draft.similar), limit=MOST_SIMILAR)
    if len(draft.category) > LONGEST_CATEGORY:
        raise BadRequestText("faq.long_category", count=len(draft.category), limit=LONGEST_CATEGORY)
    return replace(
        entry,
        category=draft.category,
        question=draft.question,
        similar=draft.similar,
        keywords=draft.keywords,
        valid_from=draft.valid_from,
        valid_until=draft.valid_until,
    )


def _refuse_twice(entry: FaqEntry, playbook: Playbook) -> None:
    for other in playbook.faq:
        if other.id != entry.id and (other.category, other.question) == (
            entry.category,
            entry.question,
        ):
            raise Conflict("faq.known", number=other.id)
