"""Admins teach sensitive words: lists of them, each with what happens when one is found."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot import access, bell, facts
from bot.access import Permission
from bot.rules.folding import Folding, fold
from bot.rules.sensitive import WordBook
from core.errors import BadRequestText, Conflict, NotFound
from core.playbook import (
    BannedWords,
    Playbook,
    WordAction,
    WordClass,
    WordDirection,
    WordMatch,
)
from storage.repos.audit import Change
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

LONGEST_NAME = 10
"""Characters of a list's name; what is typed beyond them is ignored (requirement SEN-02)."""
MOST_CHARACTERS = 500
"""Characters of all words of a list, the commas between them included (requirement SEN-02)."""


class Order(StrEnum):
    """How the lists are ordered. Source: requirement SEN-01."""

    NEWEST = "n"
    FEWEST_HITS = "a"
    MOST_HITS = "d"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a list of sensitive words shall be; ``None`` leaves it as it is.

    Args:
        name: Its name; cut to 10 characters.
        words: At most 500 characters in all.
        about: Its class.
        action: What happens to a message with one of them.
        direction: Whose messages are looked at.
        match: How the words are found.
        accounts: Names of the accounts it works on; empty for all.
    """

    name: str | None = None
    words: tuple[str, ...] | None = None
    about: WordClass | None = None
    action: WordAction | None = None
    direction: WordDirection | None = None
    match: WordMatch | None = None
    accounts: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class TaughtWords:
    """A list as stored, and what was cut off its name (empty for nothing)."""

    banned: BannedWords
    dropped: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """A list with a word in the text that is tried.

    Args:
        banned: The list.
        words: Its words that were found, as typed.
        directions: Whose messages they are found in: ``staff``, ``customer`` or both.
    """

    banned: BannedWords
    words: tuple[str, ...]
    directions: tuple[WordDirection, ...]


async def find(
    uow: UnitOfWork,
    actor: StaffMember,
    search: str = "",
    enabled: bool | None = None,
    order: Order = Order.NEWEST,
) -> list[BannedWords]:
    """Return the lists of sensitive words with their counts as they are now.

    Args:
        uow: An open unit of work.
        actor: Who looks.
        search: Characters that the name holds in this order, others between them or not; ``#12``
            for a number; empty for all.
        enabled: Only those that are on, or off; ``None`` for both.
        order: The newest first, or by their hits.

    Raises:
        NotAllowed: The actor may not teach.
    """
    access.require(actor.role, Permission.TEACH)
    wanted = fold(search)
    found = [
        banned
        for banned in await uow.taught.word_lists()
        if (enabled is None or banned.enabled is enabled) and _named(banned, wanted)
    ]
    if order is Order.NEWEST:
        return found
    return sorted(found, key=lambda banned: banned.hits, reverse=order is Order.MOST_HITS)


async def show(uow: UnitOfWork, actor: StaffMember, list_id: int) -> BannedWords:
    """Return one list.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    banned = await uow.taught.word_list(list_id)
    if banned is None:
        raise NotFound("words.unknown", number=list_id)
    return banned


async def add(uow: UnitOfWork, actor: StaffMember, wishes: Wishes, now: datetime) -> TaughtWords:
    """Add a list; it is off until it is switched on (requirement SEN-05).

    What *wishes* do not say is: negative, block, what agents write, contains, all accounts.

    Raises:
        BadRequestText: Something about it does not fit.
        Conflict: Another list has the name.
        NotFound: It names an account that does not exist.
    """
    access.require(actor.role, Permission.TEACH)
    new = BannedWords(
        "", (), WordAction.BLOCK.value, WordDirection.STAFF.value, added_by=actor.name
    )
    complete = replace(wishes, name=wishes.name or "", words=wishes.words or ())
    banned, dropped = await _made(uow, new, complete)
    (number,) = await uow.taught.add_words([banned], now, actor.name)
    banned = replace(banned, id=number, created_at=now)
    await _changed(uow, actor, "add", banned, None, now)
    return TaughtWords(banned, dropped)


async def edit(
    uow: UnitOfWork, actor: StaffMember, list_id: int, wishes: Wishes, now: datetime
) -> TaughtWords:
    """Change a list; its hits and whether it is on stay.

    Raises:
        BadRequestText: Something about it does not fit.
        Conflict: Another list has the name.
        NotFound: There is no such list, or it names an account that does not exist.
    """
    access.require(actor.role, Permission.TEACH)
    before = await show(uow, actor, list_id)
    banned, dropped = await _made(uow, before, wishes)
    if facts.of_words(banned) != facts.of_words(before):
        await uow.taught.change_words(banned)
        await _changed(uow, actor, "change", banned, before, now)
    return TaughtWords(banned, dropped)


async def switch(
    uow: UnitOfWork, actor: StaffMember, list_id: int, enabled: bool, now: datetime
) -> BannedWords:
    """Switch a list on or off; nothing happens where it is so already.

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    before = await show(uow, actor, list_id)
    banned = replace(before, enabled=enabled)
    if before.enabled is not enabled:
        await uow.taught.change_words(banned)
        await _changed(uow, actor, "on" if enabled else "off", banned, before, now)
    return banned


async def remove(uow: UnitOfWork, actor: StaffMember, list_id: int, now: datetime) -> BannedWords:
    """Delete a list and return what it was; what it has found stays (requirement SEN-06).

    Raises:
        NotFound: There is none of that number.
    """
    access.require(actor.role, Permission.TEACH)
    banned = await show(uow, actor, list_id)
    await uow.taught.delete_words([list_id], now)
    await _changed(uow, actor, "delete", None, banned, now)
    return banned


def try_out(actor: StaffMember, playbook: Playbook, text: str) -> list[Tried]:
    """Return the lists that *text* would set off, those that are switched off included.

    Raises:
        NotAllowed: The actor may not teach.
    """
    access.require(actor.role, Permission.TEACH)
    folding = Folding(playbook.answering.one_script, playbook.answering.ignore_spacing)
    found = []
    for banned in playbook.words:
        # Without its accounts: the question is what the words do, wherever they are said.
        book = WordBook.compile([replace(banned, enabled=True, accounts=())], folding)
        hits = {
            direction: book.find(text, direction, "")
            for direction in (WordDirection.STAFF, WordDirection.CUSTOMER)
        }
        words = dict.fromkeys(hit.word for some in hits.values() for hit in some)
        if words:
            directions = tuple(direction for direction, some in hits.items() if some)
            found.append(Tried(banned, tuple(words), directions))
    return found


def _named(banned: BannedWords, wanted: str) -> bool:
    """Say whether the characters of *wanted* stand in the name, in their order."""
    if wanted.startswith("#"):
        return wanted[1:] == str(banned.id)
    rest = iter(fold(banned.name))
    return all(char in rest for char in wanted if not char.isspace())


async def _made(uow: UnitOfWork, before: BannedWords, wishes: Wishes) -> tuple[BannedWords, str]:
    """Return the list that is wished for, and what was cut off its name."""
    banned, dropped = before, ""
    if wishes.name is not None:
        typed = " ".join(wishes.name.split())
        name, dropped = typed[:LONGEST_NAME].strip(), typed[LONGEST_NAME:].strip()
        if not fold(name):
            raise BadRequestText("words.no_name")
        for other in await uow.taught.word_lists():
            if other.name == name and other.id != before.id:
                raise Conflict("words.name_taken", name=name, number=other.id)
        banned = replace(banned, name=name)
    if wishes.words is not None:
        banned = replace(banned, words=_checked(wishes.words))
    if wishes.accounts is not None:
        await _check_accounts(uow, wishes.accounts)
        banned = replace(banned, accounts=wishes.accounts)
    banned = replace(
        banned,
        about=wishes.about.value if wishes.about else banned.about,
        action=wishes.action.value if wishes.action else banned.action,
        direction=wishes.direction.value if wishes.direction else banned.direction,
        match=wishes.match.value if wishes.match else banned.match,
    )
    return banned, dropped


def _checked(words: Sequence[str]) -> tuple[str, ...]:
    kept = tuple(dict.fromkeys(" ".join(word.split()) for word in words))
    if not kept:
        raise BadRequestText("words.no_words")
    for word in kept:
        if not fold(word):
            raise BadRequestText("words.blank_word", word=word)
    count = len("，".join(kept))
    if count > MOST_CHARACTERS:
        raise BadRequestText("words.too_long", count=count, limit=MOST_CHARACTERS)
    return kept


async def _check_accounts(uow: UnitOfWork, accounts: Sequence[str]) -> None:
    names = [account.name for account in await uow.accounts.all()]
    unknown = [name for name in accounts if name not in names]
    if unknown:
        raise NotFound(
            "rule.unknown_account", names=", ".join(unknown), known=", ".join(names) or "–"
        )


async def _changed(
    uow: UnitOfWork,
    actor: StaffMember,
    action: str,
    banned: BannedWords | None,
    before: BannedWords | None,
    now: datetime,
) -> None:
    one = banned or before
    await uow.audit.record(
        Change(
            now,
            actor.id,
            actor.name,
            action,
            "words",
            str(one.id) if one else None,
            before=facts.of_words(before) if before else None,
            after=facts.of_words(banned) if banned else None,
        )
    )
    await uow.taught.touch()
    uow.ring(bell.PLAYBOOK)
