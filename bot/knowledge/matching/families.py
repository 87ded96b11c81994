"""Pieces that the very same sentences have, taken together.

A rare word is in one sentence with all of its pieces, and a run of characters is read in one way
only: of the pieces of a base seven in ten have the very sentences that another one has. Such
pieces are a family. Rows and lists know families alone, which makes them shorter by a third; a
message can have some pieces of a family and lack others, so what it has of each is added up.

Sentences that come later may have parts of families too. Their pieces stand for themselves, and
are numbered on from the families.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.matching.features import Keys
from bot.knowledge.matching.rows import Lists, Rows
from bot.knowledge.matching.spans import ends_of, fresh

Ints = NDArray[np.signedinteger[Any]]
Doubles = NDArray[np.float64]

_MIXERS = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Families:
    """The family of each piece.

    Args:
        of: By the number of the piece. A piece that came later is known by itself.
        count: How many families there are.
        fitted: How many pieces are in families.
        later: Whether there are sentences that came later.
    """

    of: NDArray[np.int32]
    count: int
    fitted: int
    later: bool = False

    @classmethod
    def found(cls, keys: Keys, rows: Rows) -> tuple["Families", Keys, Rows]:
        """Find the families among the pieces of sentences.

        Args:
            keys: Of the pieces; each is in a sentence.
            rows: The sentences.

        Returns:
            Keys and sentences too, numbered so that families stand together.
        """
        lists = Lists.turned(rows, np.ones(len(keys), dtype=np.bool_))
        # Two sets of sentences with the same sum are one in 10^19; a list is too long to compare.
        marks = np.arange(1, rows.size + 1, dtype=np.uint64)
        for mixer in _MIXERS:
            marks = marks * mixer
            marks ^= marks >> _HALF
        sums = np.add.reduceat(marks[lists.rows], lists.ends[:-1])
        _, first, family = np.unique(sums, return_index=True, return_inverse=True)
        family = first.argsort().argsort()[family]  # numbered in the order of their first pieces
        order = family.argsort(kind="stable")
        number = np.empty(len(keys), dtype=np.int32)
        number[order] = np.arange(len(keys), dtype=np.int32)
        families = cls(family[order].astype(np.int32), len(first), len(keys))
        return families, keys[order], replace(rows, numbers=number[rows.numbers])

    def with_later(self, pieces: int) -> "Families":
        """Return the families where sentences came later, and with them so many pieces in all."""
        alone = self.count + np.arange(self.fitted, pieces, dtype=np.int32)
        return replace(self, of=np.concatenate([self.of, alone]), later=True)

    @property
    def width(self) -> int:
        """How many numbers there are, of families and of pieces that stand for themselves."""
        return self.count + (len(self.of) if self.later else 0)

    def thinned(self, rows: Rows) -> Rows:
        """Return fitted sentences by their families."""
        chosen = fresh(self.of)[rows.numbers]
        counts = np.bincount(rows.of_each()[chosen], minlength=rows.size)
        return Rows(ends_of(counts), self.of[rows.numbers[chosen]])

    def alone(self, rows: Rows) -> Rows:
        """Return sentences that came later by their pieces, which stand for themselves."""
        return replace(rows, numbers=rows.numbers + np.int32(self.count))

    def folded(
        self, numbers: Ints, values: Sequence[Doubles], ends: Ints | None = None
    ) -> tuple[Ints, Sequence[Doubles], Ints]:
        """Add up what the pieces of a family are worth.

        Args:
            numbers: The pieces of all vectors; those of a family stand together.
            values: What each is worth, one array or several.
            ends: Where the pieces of each vector begin and end; ``None``: there is one vector.

        Returns:
            The same for families, and behind them the pieces by themselves where there are
            sentences that need it.
        """
        family = self.of.take(numbers)
        if self.later:
            family, values, ends = self._with_pieces(family, numbers, values, ends)
        if not len(family):
            return family, values, np.zeros(2 if ends is None else len(ends), dtype=np.int64)
        first = fresh(family)
        if ends is not None:
            first[ends[ends < len(first)]] = True
        at = first.nonzero()[0]
        group = first.cumsum() - 1
        sums: list[Doubles] = [
            np.bincount(group, value).astype(float, copy=False) for value in values
        ]
        ends = np.array([0, len(at)]) if ends is None else at.searchsorted(ends)
        return family.take(at), sums, ends

    def _with_pieces(
        self, family: Ints, numbers: Ints, values: Sequence[Doubles], ends: Ints | None
    ) -> tuple[Ints, Sequence[Doubles], Ints | None]:
        fitted = (numbers < self.fitted).nonzero()[0]
        family = np.concatenate([family, numbers.take(fitted) + self.count])
        values = [np.concatenate([one, one.take(fitted)]) for one in values]
        if ends is None:
            return family, values, None
        row = np.arange(len(ends) - 1).repeat(ends[1:] - ends[:-1])
        row = np.concatenate([row, row.take(fitted)])
        order = row.argsort(kind="stable")
        ends = row.take(order).searchsorted(np.arange(len(ends)))
        return family.take(order), [one.take(order) for one in values], ends
