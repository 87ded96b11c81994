"""Spans of arrays: where each begins and ends."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.signedinteger[Any]]


def ends_of(counts: Ints) -> NDArray[np.int64]:
    """Return where spans of so many values begin and end, one behind the other, from 0."""
    ends = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=ends[1:])
    return ends


def fresh(values: Ints) -> NDArray[np.bool_]:
    """Say which values differ from the one before; the first one does."""
    out = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=out[1:])
    return out
