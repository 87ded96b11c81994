"""Changes of one block of settings that are not saved yet, as they fit into a button."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

from bot.handlers.teach_policy import Shown
from core.calendar import TENANT
from core.errors import NotFound
from core.i18n.texts import Texts
from core.policy import Policy, Value, bounds, is_for_desk_only

BLOCKS: Mapping[str, tuple[str, ...]] = {
    "assignment": (
        *("mode", "order", "last_agent", "owner_first", "limit", "priority"),
        "notify_allocated",
    ),
    "offers": ("offer_seconds", "reassign_minutes", "break_after_offers", "break_after_minutes"),
    "offline": ("return_minutes",),
    "transfers": ("cross_group",),
    "silence": ("remind", "remind_minutes", "end_minutes"),
    "response": ("first_response_minutes", "next_response_minutes"),
    "push": ("push", "push_outside", "push_minutes"),
    "ending": ("ask_category", "ask_rating"),
    "waiting": ("tell_wait",),
}
"""The blocks, each saved on its own (requirement PRM-18), and what stands in them."""

_INHERIT = "x"
_CHANGE = re.compile(r"([a-z])(x|-?\d{1,6})", re.ASCII)
_MINUTES = (0, 1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1440, 2880)
_SECONDS = (0, 10, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200, 1800, 3600)


def usable(block: str, shown: Shown) -> list[str]:
    """Return the settings of a block that the owner can have."""
    desk = shown.whose.owner == TENANT
    return [name for name in BLOCKS[block] if desk or not is_for_desk_only(name)]


def label(say: Texts, name: str) -> str:
    """Return what people call a setting."""
    return say(f"policy.name_{name}")


def value_words(say: Texts, name: str, value: Value) -> str:
    """Return a value in words."""
    if isinstance(value, bool):
        return say("word.on" if value else "word.off")
    if isinstance(value, str):
        return say(f"policy.{name}_{value}")
    if value < 0:
        return say("policy.never")
    if value == 0:
        zero = f"policy.zero_{name}"
        return say(zero) if zero in say else "0"
    if name.endswith("_minutes"):
        return say("policy.minutes", count=value)
    return say("policy.seconds", count=value) if name.endswith("_seconds") else str(value)


def next_of(name: str, value: int, *, up: bool) -> int:
    """Return the next larger or smaller number worth a press, within what it can be."""
    least, most = bounds(name)
    ladder = _MINUTES if name.endswith("_minutes") else _SECONDS
    if not name.endswith(("_minutes", "_seconds")):
        return min(most, value + 1) if up else max(least, value - 1)
    steps = sorted({least, most, *(step for step in ladder if least <= step <= most)})
    beyond = [s for s in steps if s > value] if up else [s for s in reversed(steps) if s < value]
    return beyond[0] if beyond else value


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to change in a block.

    Args:
        block: One of ``BLOCKS``.
        values: New values by name; ``None``: nothing of its own any more.
    """

    block: str
    values: Mapping[str, Value | None] = field(default_factory=dict)

    @classmethod
    def read(cls, block: str, text: str) -> Self:
        """Read what ``data`` wrote; what makes no sense is passed over."""
        values: dict[str, Value | None] = {}
        for letter, written in _CHANGE.findall(text):
            at = ord(letter) - ord("a")
            if at < len(BLOCKS[block]):
                name = BLOCKS[block][at]
                values[name] = None if written == _INHERIT else _decoded(name, int(written))
        return cls(block, values)

    def data(self, ref: str) -> str:
        """Return what stands behind a button's name: whose, which block, what is to change."""
        changes = (
            f"{self.letter(name)}{_INHERIT if value is None else _encoded(name, value)}"
            for name, value in self.values.items()
        )
        return f"{ref}:{list(BLOCKS).index(self.block)}:{''.join(changes)}"

    def letter(self, name: str) -> str:
        """Return the letter that stands for a setting."""
        return chr(ord("a") + BLOCKS[self.block].index(name))

    def named(self, letter: str) -> str:
        """Return the number that a letter stands for.

        Raises:
            NotFound: It stands for none.
        """
        for name in BLOCKS[self.block]:
            if self.letter(name) == letter and type(getattr(Policy(), name)) is int:
                return name
        raise NotFound("error.button_gone")

    def having(self, name: str, value: Value | None) -> Self:
        """Return the draft with one more change."""
        return replace(self, values={**self.values, name: value})

    def value(self, shown: Shown, name: str) -> Value:
        """Return what would count once it is saved."""
        value = self.values.get(name, shown.own.get(name))
        return shown.above(name) if value is None else value

    def without_what_is_so(self, shown: Shown) -> Self:
        """Return the draft without changes that would change nothing."""
        values = {n: v for n, v in self.values.items() if v != shown.own.get(n)}
        return replace(self, values=values)


def _decoded(name: str, number: int) -> Value:
    default = getattr(Policy(), name)
    if isinstance(default, bool):
        return number == 1
    if isinstance(default, StrEnum):
        choices = list(type(default))
        return choices[number % len(choices)].value
    return number


def _encoded(name: str, value: Value) -> int:
    if isinstance(value, str):
        return [one.value for one in type(getattr(Policy(), name))].index(value)
    return int(value)
