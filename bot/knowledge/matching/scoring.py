"""Likeness of messages with all sentences at once, and the sentences that are most alike."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from bot.knowledge.matching.index import Lists

Floats = NDArray[np.float32]
Scores = NDArray[np.float64]
Ints = NDArray[np.signedinteger[Any]]

_BINS = 128
"""A row of scores is a multiple of this; more sentences than that are never wanted."""
_LEAST = 1e-30
"""What counts as more than nothing."""
_CELLS = 40_000
"""Scores worked out at a time, so that they stay in the processor's cache."""


def stride_for(size: int) -> int:
    """Return how long a row of scores is for so many sentences."""
    return -(-max(size, 1) // _BINS) * _BINS


def rows_at_once(size: int) -> int:
    """Return how many messages to score together, for so many sentences."""
    return max(_CELLS // stride_for(size), 1)


def scored(
    row: Ints, numbers: Ints, values: Scores, lists: Sequence["Lists"], count: int, stride: int
) -> Scores:
    """Add up for every sentence what vectors, given as pieces and values, share with it.

    Args:
        row: The vector that each piece belongs to, from 0.
        numbers: The pieces.
        values: What it is worth to have each.
        lists: The sentences of each piece.
        count: How many vectors there are.
        stride: How long a row of the result is, sentences that do not exist included.

    Returns:
        ``(count, stride)``.
    """
    cells: list[Ints] = []
    shares: list[Scores] = []
    for part in lists:
        starts = part.ends[numbers]
        lengths = part.ends[numbers + 1] - starts
        ends = lengths.cumsum()
        total = int(ends[-1]) if len(ends) else 0
        if not total:
            continue
        at = (starts - ends + lengths).repeat(lengths)
        at += np.arange(total)
        # All places exist; "clip" spares looking whether they do.
        where: Ints = part.rows.take(at, mode="clip")
        if count > 1:
            cell = (row * stride).repeat(lengths)
            cell += where
            where = cell
        cells.append(where)
        shares.append(values.repeat(lengths))
    if not cells:
        return np.zeros((count, stride))
    every = cells[0] if len(cells) == 1 else np.concatenate(cells)
    worth = shares[0] if len(shares) == 1 else np.concatenate(shares)
    added: Scores = np.bincount(every, worth, minlength=count * stride).astype(float, copy=False)
    return added.reshape(count, stride)


def scored_one(numbers: Ints, values: Scores, lists: Sequence["Lists"], stride: int) -> Scores:
    """Do the same for one vector; ``(stride,)``."""
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
        worth = values.repeat(lengths)
        added = np.bincount(part.rows.take(at, mode="clip"), worth, minlength=stride)
        out = added.astype(float, copy=False) if out is None else out + added
    return np.zeros(stride) if out is None else out


def best_of_one(score: Scores, wanted: int) -> tuple[Ints, Floats]:
    """Find the highest scores above 0 of one row, likewise: their sentences, and what they are."""
    highest = score.reshape(-1, _BINS).max(axis=0)
    highest.partition(_BINS - wanted)
    at = (score >= max(float(highest[_BINS - wanted]), _LEAST)).nonzero()[0]
    value = score.take(at)
    order = (-value).argsort(kind="stable")[:wanted]
    return at.take(order), value.take(order).astype(np.float32)


def best(score: Scores, wanted: int) -> tuple[Ints, Ints, Ints, Scores]:
    """Find the highest scores above 0 of each row, at most *wanted* of them, highest first.

    Equal ones keep the order of the sentences.

    Returns:
        For each of them row, place within those of the row, sentence and score.
    """
    # The highest of each bin are as many different scores: the last one wanted among them is a
    # bound that no more than a few others reach.
    highest = score.reshape(len(score), -1, _BINS).max(axis=1)
    bound = np.partition(highest, _BINS - wanted, axis=1)[:, _BINS - wanted]
    reached = score >= np.maximum(bound, _LEAST)[:, None]
    at = reached.ravel().nonzero()[0]
    if len(score) == 1:
        order = (-score[0, at]).argsort(kind="stable")[:wanted]
        at = at[order]
        return np.zeros_like(at), np.arange(len(at)), at, score[0, at]
    row = at // score.shape[1]
    value = score.ravel()[at]
    order = np.lexsort((-value, row))
    place = np.arange(len(at)) - np.searchsorted(row, np.arange(len(score)))[row]
    kept = (place < wanted).nonzero()[0]
    order, row = order[kept], row[kept]
    return row, place[kept], at[order] - row * score.shape[1], value[order]
