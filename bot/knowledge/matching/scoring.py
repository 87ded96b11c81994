"""Likeness of messages with all sentences at once, and the sentences that are most alike."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.matching.rows import Lists

Scores = NDArray[np.float64]
Ints = NDArray[np.signedinteger[Any]]

_BINS = 128
"""A row of scores is a multiple of this; more sentences than that are never wanted."""
_LEAST = 1e-30
"""What counts as more than nothing."""
_COUNTED = np.arange(20_000)
"""Whole numbers from 0; messages seldom share pieces with more sentences."""


def stride_for(size: int) -> int:
    """Return how long a row of scores is for so many sentences."""
    return -(-max(size, 1) // _BINS) * _BINS


def scored(
    numbers: Ints, values: Scores, ends: Sequence[int], lists: Sequence[Lists], stride: int
) -> Iterator[Scores]:
    """Add up for every sentence what it is worth that it has some of the families of a vector.

    Args:
        numbers: The families of all vectors.
        values: What each is worth.
        ends: Where the families of each vector begin and end.
        lists: The sentences of each family.
        stride: How long each result is, sentences that do not exist included.

    Yields:
        The scores for each vector.
    """
    runs = [_Runs.of(numbers, ends, part) for part in lists]
    for at, (first, last) in enumerate(pairwise(ends)):
        out: Scores | None = None
        for rows, starts, lengths, before in runs:
            skipped = before[at]
            total = before[at + 1] - skipped
            if not total:
                continue
            long = lengths[first:last]
            start = starts[first:last]
            where = (start + skipped if skipped else start).repeat(long)
            where += _COUNTED[:total] if total <= len(_COUNTED) else np.arange(total)
            # All places exist; "clip" spares looking whether they do.
            found = rows.take(where, mode="clip")
            added = np.bincount(found, values[first:last].repeat(long), minlength=stride)
            out = added.astype(float, copy=False) if out is None else out + added
        yield np.zeros(stride) if out is None else out


class _Runs(NamedTuple):
    """Where the sentences of families stand in the lists.

    Args:
        rows: The sentences of all lists.
        starts: Where the list of each family starts, less the sentences of those before it.
        lengths: How many sentences have each family.
        before: How many sentences the families before each vector have; and those of all vectors.
    """

    rows: Ints
    starts: Ints
    lengths: Ints
    before: list[int]

    @classmethod
    def of(cls, numbers: Ints, ends: Sequence[int], lists: Lists) -> "_Runs":
        starts = lists.ends.take(numbers)
        lengths = lists.ends.take(numbers + 1)
        lengths -= starts
        before = np.zeros(len(numbers) + 1, dtype=np.int64)
        np.add.accumulate(lengths, out=before[1:])
        starts -= before[:-1]
        return cls(lists.rows, starts, lengths, before.take(ends).tolist())


def best(score: Scores, wanted: int) -> tuple[Ints, Scores]:
    """Find the highest scores above 0, at most *wanted* of them, highest first.

    Equal ones keep the order of the sentences.

    Returns:
        Their sentences, and what they are.
    """
    # The highest of each bin are as many different scores: the last one wanted among them is a
    # bound that no more than a few others reach.
    highest = np.maximum.reduce(score.reshape(-1, _BINS))
    highest.sort()
    at = (score >= max(float(highest[_BINS - wanted]), _LEAST)).nonzero()[0]
    value = score.take(at)
    order = (-value).argsort(kind="stable")[:wanted]
    return at.take(order), value.take(order)
