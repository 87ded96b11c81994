"""What every encoder does around its model: texts in passes of one length, pieces into one row."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

MOST_PIECES = 128
"""Pieces of a text that are read; the package's model was trained on as many."""
_TOGETHER = 16
"""Texts in one pass: more gain nothing and take memory."""


def in_passes(
    numbered: Sequence[Sequence[int]], dimensions: int, one_pass: Callable[[Ints, Floats], Floats]
) -> Floats:
    """Encode any number of texts; those of about one length share a pass, so little is padded.

    Args:
        numbered: The numbers of each text's pieces, at least one.
        dimensions: Length of a row.
        one_pass: Gets piece numbers, padded with 0 to the longest of the pass, and where a piece
            stands (1, else 0), both ``(texts, pieces)``; returns a row for each text.

    Returns:
        Rows of length 1 in the order of *numbered*.
    """
    out = np.zeros((len(numbered), dimensions), dtype=np.float32)
    order = sorted(range(len(numbered)), key=lambda n: len(numbered[n]))
    for start in range(0, len(order), _TOGETHER):
        these = order[start : start + _TOGETHER]
        width = len(numbered[these[-1]])
        ids = np.zeros((len(these), width), dtype=np.int64)
        there = np.zeros((len(these), width), dtype=np.float32)
        for row, number in enumerate(these):
            pieces = numbered[number]
            ids[row, : len(pieces)] = pieces
            there[row, : len(pieces)] = 1
        rows = one_pass(ids, there)
        lengths = np.sqrt(np.einsum("nd,nd->n", rows, rows))[:, None]
        out[these] = rows / np.maximum(lengths, np.float32(1e-12))
    return out


def pooled(x: Floats, there: Floats, *, first_piece_only: bool) -> Floats:
    """Make one row of a text's pieces: the mean of those that stand there, or the first.

    Args:
        x: ``(texts, pieces, dimensions)``.
        there: ``(texts, pieces)``, 1 where a piece stands, else 0.
        first_piece_only: Take the first piece's row.
    """
    if first_piece_only:
        return x[:, 0]
    mean: Floats = np.einsum("nwd,nw->nd", x, there) / there.sum(axis=1, keepdims=True)
    return mean
