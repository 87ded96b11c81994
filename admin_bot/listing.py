"""Long lists as pages with buttons."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar
from unicodedata import east_asian_width

from core.i18n.texts import Texts
from core.messages import Button

ROWS = 20
"""Things on one page; with three buttons each they stay below the platform's hundred.

Source: requirement KBF-07.
"""
LONGEST_SEARCH_BYTES = 30
"""What of a search fits into a button's 64 bytes beside its name, a number and the page."""
_MOST_DIGITS = 15

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which list a person is.

    Args:
        page: From 1.
        search: What the list was narrowed down to; empty for all of it.
    """

    page: int = 1
    search: str = ""

    @classmethod
    def of_search(cls, words: str) -> "Place":
        """Return the first page of what *words* find; a search too long for a button is cut."""
        line = " ".join(words.split())
        return cls(1, line.encode()[:LONGEST_SEARCH_BYTES].decode(errors="ignore").strip())

    @classmethod
    def read(cls, words: str) -> "Place":
        """Read what ``data`` wrote behind a button's name; nonsense gives the first page."""
        number, _, search = words.partition(":")
        return replace(cls.of_search(search), page=max(1, whole(number) or 1))

    def data(self, name: str, *parts: object) -> str:
        """Return a button's data: *name*, *parts* and this place."""
        return ":".join([name, *map(str, parts), str(self.page), self.search])


@dataclass(frozen=True, slots=True)
class Page(Generic[Thing]):
    """One page of a list.

    Args:
        things: What stands on it.
        number: Which page it is, from 1.
        pages: How many there are, at least 1.
        total: How many things there are on all of them.
    """

    things: Sequence[Thing]
    number: int
    pages: int
    total: int


def page_of(things: Sequence[Thing], number: int, size: int = ROWS) -> Page[Thing]:
    """Return page *number* of *things*; the last page where there are fewer."""
    pages = max(1, -(-len(things) // size))
    number = min(max(1, number), pages)
    return Page(things[(number - 1) * size : number * size], number, pages, len(things))


def arrows(say: Texts, page: Page[Thing], name: str, place: Place) -> tuple[Button, ...]:
    """Return the buttons that turn the page; none where there is only one page.

    Args:
        say: Texts.
        page: The page that is shown.
        name: The list's button name; its data is ``name:page:search``.
        place: Where the person is.
    """
    if page.pages == 1:
        return ()

    def to(number: int, label: str) -> Button:
        return Button(label, replace(place, page=number).data(name))

    before = page.number - 1 or page.pages
    after = page.number % page.pages + 1
    return (
        to(before, say("list.before")),
        to(page.number, say("list.page", page=page.number, pages=page.pages)),
        to(after, say("list.after")),
    )


def whole(text: str) -> int | None:
    """Return the number that *text* writes in plain digits; ``None`` where it does not."""
    text = text.strip().removeprefix("#")
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return int(text)
    return None


def number_first(words: str) -> tuple[int | None, str]:
    """Split *words* behind the number that they begin with; ``None`` where there is none."""
    first, *rest = words.split(maxsplit=1) or [""]
    return whole(first), rest[0] if rest else ""


def numbered(words: str) -> tuple[int | None, Place]:
    """Read the data of a button about one thing in a list: ``number:page:search``."""
    number, _, place = words.partition(":")
    return whole(number), Place.read(place)


def in_rows(buttons: Sequence[Button], across: int) -> list[tuple[Button, ...]]:
    """Return buttons in rows of *across*."""
    return [tuple(buttons[at : at + across]) for at in range(0, len(buttons), across)]


def short(text: str, columns: int) -> str:
    """Return *text* cut with "..." where it is wider than a button or a tree shows.

    A Chinese character takes two columns. Source: requirement KBF-03.
    """
    widths = [2 if east_asian_width(sign) in "WF" else 1 for sign in text]
    if sum(widths) <= columns:
        return text
    room, end = columns - 3, 0
    while end < len(text) and widths[end] <= room:
        room -= widths[end]
        end += 1
    return text[:end].rstrip() + "..."


def one_line(text: str, longest: int = 40) -> str:
    """Return *text* on one line and cut, for a list or a button."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
