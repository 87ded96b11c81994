"""Scores of entries from the nearest sentences of a message, worked out when the message comes.

The nearest sentences are examples, their entries the classes. How much each example says is
found by regression in the space of a kernel: those that say the same share what they say, so that
an entry is not believed for having many sentences that are alike. It takes one system of linear
equations and no training ahead of time: an edited knowledge base is right at once. It puts the
right entry first as often as one classifier over the whole base does.
"""

from collections.abc import Sequence
from functools import cache
from math import e

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Bools = NDArray[np.bool_]

_RIDGE = 0.2 * e
"""How much of an example is taken for chance, where one that is like itself counts e."""
_SCALE = 10.0
"""Brings scores to the width of logits."""
_FINE = 2.0**14
"""What is said is rounded to this part of 1: what is equal stays equal in any batch, and sums are
exact."""


def said_by(near: Floats, kernel: Floats, valid: Bools | None = None) -> Doubles:
    """Return what each neighbour of a message says for its entry.

    Args:
        near: ``(..., m)``: likeness of message and neighbour.
        kernel: ``(..., m, m)``: likeness of the neighbours with each other.
        valid: ``(messages, m)``: which neighbours exist; ``None``: all.
    """
    # The exponential function lets two things that both are alike say more than their sum. What
    # was positive definite stays so, and there is always a solution.
    examples, asked = np.expm1(kernel, dtype=np.float64), np.expm1(near, dtype=np.float64)
    if valid is not None and not valid.all():
        examples *= valid[:, :, None] & valid[:, None, :]
        asked *= valid
    examples += _ridge(near.shape[-1])
    said: Doubles = np.linalg.solve(examples, asked[..., None])[..., 0]
    said *= _SCALE * _FINE
    np.rint(said, out=said)
    said /= _FINE
    return said


def logits_of(owners: Sequence[int], said: Sequence[float]) -> dict[int, float]:
    """Return the logit of each entry, in the order of their nearest sentences.

    Args:
        owners: Entry of each neighbour.
        said: What each says for it.
    """
    logits = dict.fromkeys(owners, 0.0)
    for owner, one in zip(owners, said, strict=True):
        logits[owner] += one
    return logits


@cache
def _ridge(size: int) -> Doubles:
    return np.eye(size) * _RIDGE
