"""Sentences by their pieces, and pieces by their sentences."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.matching.spans import ends_of

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rows:
    """For each sentence its pieces or families of them, by number, each once."""

    ends: NDArray[np.int64]
    numbers: NDArray[np.int32]

    @property
    def size(self) -> int:
        """How many sentences there are."""
        return len(self.ends) - 1

    def of_each(self) -> NDArray[np.int32]:
        """Return for each piece the sentence that has it."""
        return np.repeat(np.arange(self.size, dtype=np.int32), np.diff(self.ends))

    def joined(self, more: "Rows") -> "Rows":
        """Return these sentences and *more*."""
        return Rows(
            np.concatenate([self.ends, self.ends[-1] + more.ends[1:]]),
            np.concatenate([self.numbers, more.numbers]),
        )


@dataclass(frozen=True, slots=True)
class Lists:
    """For each piece or family the sentences that have it."""

    ends: NDArray[np.int64]
    rows: NDArray[np.int32]

    @classmethod
    def turned(cls, rows: Rows, counted: Bools, first: int = 0) -> "Lists":
        """Turn sentences, numbered from *first*, into lists; empty ones for what does not count."""
        chosen = counted[rows.numbers]
        numbers = rows.numbers[chosen]
        order = np.argsort(numbers, kind="stable")
        sentence = rows.of_each()[chosen][order]
        ends = ends_of(np.bincount(numbers, minlength=len(counted)))
        return cls(ends, sentence + np.int32(first))

    def widened(self, width: int) -> "Lists":
        """Return the lists with empty ones behind them for what came later."""
        more = np.full(width + 1 - len(self.ends), self.ends[-1])
        return replace(self, ends=np.concatenate([self.ends, more]))
