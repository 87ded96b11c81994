"""Admins decide what the desk learns from what it could not answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import access
from bot.access import Permission
from bot.compiled import Compiled
from bot.knowledge.clusters import asks
from core.errors import Conflict, NotFound
from core.playbook import FaqEntry
from core.states import Author
from storage.repos.learning import DISMISSED, OPEN, TAKEN, Found, Noted, Spoken
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

SHOWN = 10
"""Suggestions on the board."""
LOOKED_BACK = timedelta(days=7)
MOST_EVENTS = 20_000
MOST_TEXTS = 50_000
MOST_LINES = 200_000
"""Lines of the transcript that are looked at for agents' texts."""
_DECIDED = 200
"""Decided suggestions that are looked at for ones whose entry is gone again."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """A suggestion, and the entry that it is nearest to; ``None`` where none is near or left."""

    found: Found
    nearest: FaqEntry | None


@dataclass(frozen=True, slots=True)
class Board:
    """The best suggestions, what was asked most first, and how many there are in all."""

    best: tuple[Suggested, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Doubtful:
    """An entry that did not help.

    Args:
        entry: The entry.
        given: How often the robot gave it in the last 7 days.
        unhelpful: How often the customer said that it did not help.
        corrected: How often an agent wrote to the same customer next.
    """

    entry: FaqEntry
    given: int
    unhelpful: int
    corrected: int

    @property
    def against(self) -> int:
        """How often it did not help."""
        return self.unhelpful + self.corrected

    @property
    def share(self) -> float:
        """Which share of its answers did not help, 0 to 1."""
        return min(1.0, self.against / self.given) if self.given else 1.0


async def board(uow: UnitOfWork, actor: StaffMember, book: Compiled) -> Board:
    """Return the ten best suggestions on which nobody has decided.

    Raises:
        NotAllowed: The actor may not teach.
    """
    access.require(actor.role, Permission.TEACH)
    found = await uow.learning.suggestions()
    decided = await uow.learning.suggestions(decided=True, limit=_DECIDED)
    found += [one for one in decided if _undone(one, book)]
    found.sort(key=lambda one: (-one.asked, one.id))
    return Board(tuple(_with_entry(one, book) for one in found[:SHOWN]), len(found))


async def show(uow: UnitOfWork, actor: StaffMember, number: int, book: Compiled) -> Suggested:
    """Return a suggestion on which nobody has decided.

    Raises:
        Conflict: Somebody has decided on it.
        NotFound: There is none of that number (any more).
    """
    access.require(actor.role, Permission.TEACH)
    found = await uow.learning.suggestion(number)
    if found is None:
        raise NotFound("learn.gone")
    if found.state != OPEN and not _undone(found, book):
        raise Conflict("learn.decided", name=found.decided_by)
    return _with_entry(found, book)


async def taken(uow: UnitOfWork, actor: StaffMember, suggested: Suggested, entry: FaqEntry) -> None:
    """Write down that a suggestion became an entry, or part of one, in the same unit of work.

    Args:
        uow: The unit of work that adds or changes the entry; the caller commits.
        actor: Who decides.
        suggested: See ``show``.
        entry: The entry as it is now.

    Raises:
        Conflict: Somebody else was first.
    """
    access.require(actor.role, Permission.TEACH)
    found = suggested.found
    done = await uow.learning.decide(
        found.id, TAKEN, actor.name, was=found.state, entry_id=entry.id
    )
    if not done:
        raise Conflict("learn.decided", name="?")


async def dismiss(uow: UnitOfWork, actor: StaffMember, suggested: Suggested) -> None:
    """Put a suggestion away; what is like it is not suggested again.

    Raises:
        Conflict: Somebody else was first.
    """
    access.require(actor.role, Permission.TEACH)
    found = suggested.found
    if not await uow.learning.decide(found.id, DISMISSED, actor.name, was=found.state):
        raise Conflict("learn.decided", name="?")


async def put_back(uow: UnitOfWork, actor: StaffMember, number: int) -> None:
    """Take back that a suggestion was put away.

    Raises:
        NotFound: It is not put away.
    """
    access.require(actor.role, Permission.TEACH)
    if not await uow.learning.decide(number, OPEN, "", was=DISMISSED):
        raise NotFound("learn.gone")


async def doubtful(
    uow: UnitOfWork, actor: StaffMember, book: Compiled, now: datetime
) -> list[Doubtful]:
    """Return the entries that did not help in the last 7 days, the most often first.

    An answer counts against its entry when the customer said that it did not help, or when the
    next that happened in the conversation was an agent's text. Each answer counts once.

    Raises:
        NotAllowed: The actor may not teach.
    """
    access.require(actor.role, Permission.TEACH)
    since = now - LOOKED_BACK
    noted = await uow.learning.noted(since, ("faq", "rule", "unhelpful"), MOST_EVENTS)
    spoken = await uow.learning.spoken(since, (Author.AGENT,), MOST_TEXTS, looked_at=MOST_LINES)
    found = [
        Doubtful(book.entries[number], *counts)
        for number, counts in _held_against(noted, spoken).items()
        if number in book.entries and any(counts[1:])
    ]
    return sorted(found, key=lambda one: (-one.against, -one.share, one.entry.id))


def _held_against(
    noted: Sequence[Noted], spoken: Sequence[Spoken]
) -> dict[int, tuple[int, int, int]]:
    """Return for each entry how often it was given, found unhelpful, and corrected."""
    given: dict[int, int] = {}
    unhelpful: dict[int, int] = {}
    corrected: dict[int, int] = {}
    last: dict[int, int] = {}
    """By conversation, the entry whose answer is the last thing that was said to the customer."""
    happened: list[Noted | Spoken] = sorted([*noted, *spoken], key=_moment)
    for one in happened:
        where = one.conversation_id
        if isinstance(one, Spoken):
            if (entry := last.pop(where, None)) is not None:
                corrected[entry] = corrected.get(entry, 0) + 1
            continue
        number = one.data.get("entry")
        if one.kind == "rule" or not isinstance(number, int):
            last.pop(where, None)
        elif one.kind == "faq":
            given[number] = given.get(number, 0) + 1
            last[where] = number
        else:
            unhelpful[number] = unhelpful.get(number, 0) + 1
            if last.get(where) == number:
                del last[where]
    return {
        number: (given.get(number, 0), unhelpful.get(number, 0), corrected.get(number, 0))
        for number in {**given, **unhelpful, **corrected}
    }


def _moment(one: Noted | Spoken) -> datetime:
    return one.at if isinstance(one, Noted) else one.stored_at


def _with_entry(found: Found, book: Compiled) -> Suggested:
    nearest = book.entries.get(found.entry_id or 0) if found.state == OPEN else None
    return Suggested(found, nearest)


def _undone(found: Found, book: Compiled) -> bool:
    """Say whether what was made of a suggestion has been taken back."""
    if found.state != TAKEN:
        return False
    entry = book.entries.get(found.entry_id or 0)
    return entry is None or not asks(entry, (found.question, *found.examples))
