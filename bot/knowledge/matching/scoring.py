"""Likeness of messages with all sentences at once, and the sentences that are most alike."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from bot.knowledge.matching.index import Lists

Scores = NDArray[np.float64]
Ints = NDArray[np.signedinteger[Any]]

_BINS = 128
"""A row of scores is a multiple of this; more sentences than that are never wanted."""
_LEAST = 1e-30
"""What counts as more than nothing."""


def stride_for(size: int) -> int:
    """Return how long a row of scores is for so many sentences."""
    return -(-max(size, 1) // _BINS) * _BINS


def scored(numbers: Ints, values: Scores, lists: Sequence["Lists"], stride: int) -> Scores:
    """Add up for every sentence what it is worth that it has some of the pieces of a vector.

    Args:
        numbers: The pieces.
        values: What each is worth.
        lists: The sentences of each piece.
        stride: How long the result is, sentences that do not exist included.
    """
    out: Scores | None = None
    for part in lists:
        starts = part.ends.take(numbers)
        lengths = part.ends.take(numbers + 1)
        lengths -= starts
        ends = lengths.cumsum()
        total = int(ends[-1]) if len(ends) else 0
        if not total:
            continue
        starts -= ends
        starts += lengths
        at = starts.repeat(lengths)
        at += np.arange(total)
        # All places exist; "clip" spares looking whether they do.
        where = part.rows.take(at, mode="clip")
        added = np.bincount(where, values.repeat(lengths), minlength=stride)
        out = added.astype(float, copy=False) if out is None else out + added
    return np.zeros(stride) if out is None else out


def best(score: Scores, wanted: int) -> tuple[Ints, Scores]:
    """Find the highest scores above 0, at most *wanted* of them, highest first.

    Equal ones keep the order of the sentences.

    Returns:
        Their sentences, and what they are.
    """
    # The highest of each bin are as many different scores: the last one wanted among them is a
    # bound that no more than a few others reach.
    highest = np.maximum.reduce(score.reshape(-1, _BINS))
    highest.partition(_BINS - wanted)
    at = (score >= max(float(highest[_BINS - wanted]), _LEAST)).nonzero()[0]
    value = score.take(at)
    order = (-value).argsort(kind="stable")[:wanted]
    return at.take(order), value.take(order)
