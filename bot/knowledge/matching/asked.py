"""Messages as what a base knows of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.matching.features import SHARES, Keys, Pieces, pieces, small, tags
from bot.knowledge.matching.index import Index
from bot.knowledge.matching.slips import repaired_pieces
from bot.knowledge.matching.spans import fresh

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.signedinteger[Any]]

_SHARES = np.array(SHARES)
_ROOTS = np.sqrt(_SHARES)


@dataclass(frozen=True, slots=True)
class Asked:
    """Messages as known families of pieces: one number each, by message.

    Args:
        ends: Where the families of each message begin and end.
        numbers: The families.
        heavy: What a sentence with each is worth, for its length: weights by how well pieces tell
            entries apart, squared, over the length of the message.
        squares: Weights by rarity, squared.
        plain: Weights by rarity.
        norm: Length of each message weighed by rarity, what is not known included.
        total: Sum of the same weights.
        known: Share of the small pieces of each message that the base has.
    """

    ends: Ints
    numbers: Ints
    heavy: Doubles
    squares: Doubles
    plain: Doubles
    norm: Floats
    total: Floats
    known: Floats

    @classmethod
    def of(cls, index: Index, messages: Sequence[list[str]]) -> "Asked":
        """Take messages, given as units, apart; what they probably meant is added."""
        taken = pieces(messages)
        count, width = len(messages), len(index.weight)
        numbers = index.numbered(taken.keys)
        of_own = small(taken.keys).nonzero()[0]
        own_rows = taken.rows[of_own]
        small_ones = np.bincount(own_rows, minlength=count)
        known_ones = np.bincount(own_rows, numbers[of_own] >= 0, minlength=count)
        keys, rows, numbers = _with_repaired(index, messages, taken, numbers)
        known = numbers >= 0
        lost = (~known).nonzero()[0]
        kind, lost_rows = tags(keys[lost]), rows[lost]
        missing = np.bincount(lost_rows, _SHARES[kind], minlength=count) * index.unseen**2
        missed = np.bincount(lost_rows, _ROOTS[kind], minlength=count) * index.unseen
        cells = (rows * width + numbers)[known]
        cells.sort()
        cells = cells[fresh(cells)]
        ends = np.searchsorted(cells, np.arange(count + 1) * width)
        row = np.arange(count).repeat(ends[1:] - ends[:-1])
        number = cells - row * width
        plain = index.rarity[number].astype(np.float64)
        heavy = np.square(index.weight[number], dtype=np.float64)
        heavy /= np.sqrt(np.bincount(row, heavy, minlength=count))[row] + 1e-12
        squares = plain * plain
        norm = np.sqrt(np.bincount(row, squares, minlength=count) + missing + 1e-9)
        total = np.bincount(row, plain, minlength=count) + missed + 1e-9
        worth = (heavy, squares, plain)
        numbers, (heavy, squares, plain), ends = index.families.folded(number, worth, ends)
        return cls(
            ends,
            numbers,
            heavy,
            squares,
            plain,
            norm.astype(np.float32),
            total.astype(np.float32),
            (known_ones / np.maximum(small_ones, 1)).astype(np.float32),
        )


def _with_repaired(
    index: Index, messages: Sequence[list[str]], taken: Pieces, numbers: Ints
) -> tuple[Keys, Ints, Ints]:
    """Add the pieces of what the messages probably meant: both readings count."""
    keys, rows = taken.keys, taken.rows
    fixed = repaired_pieces(index, messages, taken, numbers[taken.steps] < 0)
    again = [row for row, units in enumerate(fixed) if units is not None]
    if not again:
        return keys, rows, numbers
    more = pieces([units for units in fixed if units is not None])
    more_rows = np.array(again)[more.rows]
    chosen = np.zeros(len(messages), dtype=np.bool_)
    chosen[again] = True
    own = chosen[rows]
    had = np.sort(_mixed(keys[own], rows[own]))
    mixed = _mixed(more.keys, more_rows)
    fresh = had[np.minimum(np.searchsorted(had, mixed), len(had) - 1)] != mixed
    more_keys = more.keys[fresh]
    return (
        np.concatenate([keys, more_keys]),
        np.concatenate([rows, more_rows[fresh]]),
        np.concatenate([numbers, index.numbered(more_keys)]),
    )


def _mixed(keys: Ints, rows: Ints) -> NDArray[np.uint64]:
    """Make one number of key and message; that two of them fall together does no harm."""
    return keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + rows.astype(np.uint64)
