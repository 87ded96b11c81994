"""Where in the knowledge base a person is, and how that fits into a button."""

from dataclasses import dataclass, replace
from datetime import date

from admin_bot.listing import whole
from bot.handlers.find_entries import Filter
from core.playbook import Shelf
from core.tree import LOOSE, ROOT

ALL = Filter()
"""Everything, in the order that admins gave it."""
MOST_BYTES = 64
"""What the platform takes as a button's data."""
_SHELVES = {"f": Shelf.FAQ, "d": Shelf.DESK}
_LETTERS = {shelf: letter for letter, shelf in _SHELVES.items()}
_LOOSE = "u"


@dataclass(frozen=True, slots=True)
class View:
    """A page of a shelf.

    Args:
        shelf: Which part of the knowledge base.
        node: The node that is open, ``ROOT`` or ``LOOSE``; a search goes through the whole shelf.
        page: From 1.
        wanted: What the entries were narrowed down to, and how they are sorted.
    """

    shelf: Shelf = Shelf.FAQ
    node: int = ROOT
    page: int = 1
    wanted: Filter = ALL

    @property
    def searching(self) -> bool:
        """Whether the entries are narrowed down; the tree is then left aside."""
        return replace(self.wanted, by_use=False) != Filter()

    def at(self, node: int) -> "View":
        """Return the first page of another node, sorted alike, with nothing narrowed down."""
        return View(self.shelf, node, 1, Filter(by_use=self.wanted.by_use))

    def narrowed(self, wanted: Filter) -> "View":
        """Return the first page of what *wanted* asks for."""
        return replace(self, page=1, wanted=wanted)

    def data(self, name: str, *parts: object) -> str:
        """Return a button's data: *name*, *parts* and this view.

        A search that does not fit is cut: what it finds then is more, never less.
        """
        wanted = self.wanted
        flags = "".join(
            letter
            for letter, holds in (
                ("u", wanted.by_use),
                ("n", wanted.new is True),
                ("o", wanted.new is False),
                ("e", wanted.enabled is True),
                ("d", wanted.enabled is False),
            )
            if holds
        )
        node = _LOOSE if self.node == LOOSE else str(self.node)
        days = f"{_day(wanted.since)}-{_day(wanted.until)}"
        code = ".".join((f"{_LETTERS[self.shelf]}{node}", str(self.page), flags, days))
        data = ":".join([name, *map(str, parts), code])
        room = MOST_BYTES - len(data.encode()) - 1
        words = wanted.words.encode()[: max(0, room)].decode(errors="ignore").strip()
        return f"{data}.{words}"

    @classmethod
    def read(cls, code: str) -> "View":
        """Read what ``data`` wrote behind the parts; nonsense gives the customers' root."""
        place, page, flags, days, words, *_ = [*code.split(".", 4), "", "", "", "", ""]
        shelf = _SHELVES.get(place[:1])
        if shelf is None:
            return cls()
        node = LOOSE if place[1:] == _LOOSE else whole(place[1:]) or ROOT
        first, _, last = days.partition("-")
        return cls(
            shelf,
            node,
            max(1, whole(page) or 1),
            Filter(
                words=" ".join(words.split()),
                since=_read_day(first),
                until=_read_day(last),
                new=True if "n" in flags else False if "o" in flags else None,
                enabled=True if "e" in flags else False if "d" in flags else None,
                by_use="u" in flags,
            ),
        )


def _day(day: date | None) -> str:
    return day.strftime("%y%m%d") if day else ""


def _read_day(digits: str) -> date | None:
    if len(digits) != 6 or whole(digits) is None:
        return None
    try:
        return date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError:
        return None
