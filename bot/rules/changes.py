"""What became of a long list of rules: found quickly where little has changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.playbook import Rule

_BLOCK = 4_096
_AHEAD = 1_000
"""How far ahead the same rule is looked for where two lists part."""


@dataclass(frozen=True, slots=True)
class Changes:
    """How to make the new list from the old one.

    Args:
        gone: Places in the old list, from 0, of rules that were changed, moved or removed.
        fresh: Rules of the new list that are not kept from the old one, in their order.
        behind: For each fresh rule, the place in the old list of the kept rule before it, or -1.
    """

    gone: frozenset[int]
    fresh: tuple[Rule, ...]
    behind: tuple[int, ...]


def changes(old: Sequence[Rule], new: Sequence[Rule], most: int) -> Changes | None:
    """Compare two lists; takes milliseconds for a million rules when most are the same objects.

    Returns:
        ``None`` when more than *most* rules are gone or fresh. What is kept stands in the same
        order in both lists; it need not be the most that could be kept.
    """
    gone: list[int] = []
    fresh: list[Rule] = []
    behind: list[int] = []
    here = there = 0
    kept = -1
    while here < len(old) or there < len(new):
        alike = _alike(old, here, new, there)
        if alike:
            here, there = here + alike, there + alike
            kept = here - 1
            continue
        skipped = _place(new[there : there + 1], old, here)
        added = _place(old[here : here + 1], new, there)
        if skipped is not None and (added is None or skipped <= added):
            gone.extend(range(here, here + skipped))
            here += skipped
        else:
            count = 1 if added is None else added
            fresh.extend(new[there : there + count])
            behind.extend([kept] * len(new[there : there + count]))
            there += count
            if added is None and here < len(old):
                gone.append(here)
                here += 1
        if len(gone) + len(fresh) > most:
            return None
    return Changes(frozenset(gone), tuple(fresh), tuple(behind))


def _alike(old: Sequence[Rule], here: int, new: Sequence[Rule], there: int) -> int:
    """Return how many rules from there on are the same in both lists."""
    count = 0
    size = _BLOCK
    while size:
        block = old[here + count : here + count + size]
        if block and block == new[there + count : there + count + size]:
            count += len(block)
        else:
            size //= 2
    return count


def _place(wanted: Sequence[Rule], rules: Sequence[Rule], start: int) -> int | None:
    """Return how far ahead the one wanted rule stands, ``None`` when it is not near."""
    for rule in wanted:
        for ahead, other in enumerate(rules[start : start + _AHEAD]):
            if other is rule or other == rule:
                return ahead
    return None
