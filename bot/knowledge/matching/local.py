"""A classifier that is fitted to the nearest sentences of a message, when the message comes.

The examples are the nearest sentences, the classes their entries. The fit is kernel logistic
regression by accelerated gradient steps in the space of the kernel, so it needs the likenesses
only and no training ahead of time: an edited knowledge base is right at once. It puts the right
entry first as often as one classifier over the whole base does.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.signedinteger[Any]]

_RIDGE = 0.03
_HIGHEST = np.float32(60.0)
_TINY = np.float32(1e-20)
_STRIDE = 3.0
"""The bound of the curvature is loose by about this factor (measured)."""


def local_logits(near: Floats, kernel: Floats, label: Ints, steps: int) -> tuple[Floats, Ints]:
    """Score the entries among the neighbours of each message.

    Args:
        near: ``(messages, m)``: likeness of message and neighbour, 0 for padding.
        kernel: ``(messages, m, m)``: likeness of the neighbours with each other.
        label: ``(messages, m)``: entry of each neighbour, negative for padding.
        steps: Gradient steps: 8 are nearly enough, 16 settle the last digit.

    Returns:
        Logits and entries, both ``(messages, most entries)``; -inf and -1 for padding.
    """
    count, size = label.shape
    valid = label >= 0
    same = label[:, :, None] == label[:, None, :]
    first = same.argmax(axis=2)
    leads = (first == np.arange(size)) & valid
    column = leads.cumsum(axis=1) - 1  # entries are numbered within each message
    last = column[:, -1:]
    many = max(int(last.max()) + 1, 1)
    rows = np.arange(count)[:, None]
    mine = column[rows, first]
    target = mine[:, :, None] == np.arange(many)
    if not valid.all():
        target &= valid[:, :, None]
    used = np.arange(many) <= last
    weight = _fitted(kernel, target, valid, used, steps)
    logits: Floats = (near[:, None, :] @ weight)[:, 0, :]
    logits[~used] = -np.inf
    entry = np.full((count, many), -1, dtype=np.int64)
    who, where = leads.nonzero()
    entry[who, column[who, where]] = label[who, where]
    return logits, entry


def _fitted(
    kernel: Floats, target: NDArray[np.bool_], valid: NDArray[np.bool_], used: Ints, steps: int
) -> Floats:
    """Return the weights of the neighbours for each entry, ``(messages, m, entries)``."""
    count = len(kernel)
    flat = kernel.reshape(count, -1)
    bound = 0.5 * np.sqrt(np.einsum("qi,qi->q", flat, flat)) + _RIDGE
    rate = (_STRIDE / bound).astype(np.float32)[:, None, None]
    goal = target * rate
    keep = 1 - _RIDGE * rate
    mask = None if used.all() else used[:, None, :].astype(np.float32)
    rate = rate * valid[:, :, None]
    if count == 1:  # the same in two dimensions takes half the time
        kernel, goal, rate, keep = kernel[0], goal[0], rate[0], keep[0]
        mask = None if mask is None else mask[0]
    # From weights of nothing every entry is as likely, so the first step needs no product.
    level = np.maximum(used.sum(axis=1, dtype=np.float32), 1)
    level = level.reshape(-1, *[1] * (goal.ndim - 1))
    weight = goal - rate / level
    if mask is not None:
        weight *= mask
    ahead = weight.copy()
    share = np.empty_like(ahead)
    fresh = np.empty_like(ahead)
    for step in range(1, steps):
        np.matmul(kernel, ahead, out=share)
        np.minimum(share, _HIGHEST, out=share)
        np.exp(share, out=share)
        if mask is not None:
            share *= mask
        total = np.add.reduce(share, axis=-1, keepdims=True)
        total += _TINY
        share *= rate / total
        np.multiply(ahead, keep, out=fresh)
        fresh -= share
        fresh += goal
        np.subtract(fresh, weight, out=ahead)
        ahead *= np.float32(step / (step + 3))
        ahead += fresh
        weight, fresh = fresh, weight
    out: Floats = weight.reshape(target.shape)
    return out
