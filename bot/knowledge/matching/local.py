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
    if len(label) == 1:
        return _of_one(near[0], kernel[0], label[0], steps)
    count, size = label.shape
    valid = label >= 0
    same = label[:, :, None] == label[:, None, :]
    first = same.argmax(axis=2)
    leads = (first == np.arange(size)) & valid
    column = leads.cumsum(axis=1) - 1  # entries are numbered within each message
    last = column[:, -1:]
    many = max(int(last.max()) + 1, 1)
    mine = column[np.arange(count)[:, None], first]
    target = mine[:, :, None] == np.arange(many)
    if not valid.all():
        target &= valid[:, :, None]
    used = np.arange(many) <= last
    mask = None if used.all() else used[:, None, :].astype(np.float32)
    flat = kernel.reshape(count, -1)
    rate = (_STRIDE / (0.5 * np.sqrt(np.einsum("qi,qi->q", flat, flat)) + _RIDGE))[:, None, None]
    level = np.maximum(used.sum(axis=1), 1)[:, None, None]
    weight = _descended(kernel, target, rate, rate * valid[:, :, None], mask, level, steps)
    logits: Floats = (near[:, None, :] @ weight)[:, 0, :]
    logits[~used] = -np.inf
    entry = np.full((count, many), -1, dtype=np.int64)
    who, where = leads.nonzero()
    entry[who, column[who, where]] = label[who, where]
    return logits, entry


def _of_one(near: Floats, kernel: Floats, label: Ints, steps: int) -> tuple[Floats, Ints]:
    """Do the same for one message, in half the time: nothing has to be padded."""
    owners = label[label >= 0].tolist()  # padding stands last
    size = len(owners)
    if not size:
        return np.full((1, 1), -np.inf, dtype=np.float32), np.full((1, 1), -1)
    columns = {owner: at for at, owner in enumerate(dict.fromkeys(owners))}
    target = np.zeros((size, len(columns)), dtype=np.float32)
    target[np.arange(size), [columns[owner] for owner in owners]] = 1
    kernel = kernel[:size, :size]
    flat = kernel.ravel()
    rate = np.array(_STRIDE / (0.5 * float(np.sqrt(flat @ flat)) + _RIDGE))
    weight = _descended(kernel, target, rate, rate, None, np.array(len(columns)), steps)
    return (near[:size] @ weight)[None], np.array([list(columns)])


def _descended(
    kernel: Floats,
    target: NDArray[Any],
    rate: NDArray[Any],
    rates: NDArray[Any],
    mask: Floats | None,
    level: NDArray[Any],
    steps: int,
) -> Floats:
    """Return the weights of the neighbours for each entry, ``(..., m, entries)``.

    Args:
        kernel: Likeness of the neighbours.
        target: 1 where the neighbour is the entry's, else 0.
        rate: Length of a step.
        rates: The same for each neighbour, 0 for padding.
        mask: 1 for the entries of a message, 0 for padding; ``None``: none is padded.
        level: How many entries there are.
        steps: How many steps to take.
    """
    goal = (target * rate).astype(np.float32)
    keep = (1 - _RIDGE * rate).astype(np.float32)
    rates = rates.astype(np.float32)
    # From weights of nothing every entry is as likely, so the first step needs no product.
    weight: Floats = goal - rates / level.astype(np.float32)
    if mask is not None:
        weight *= mask
    ahead = weight.copy()
    share = np.empty_like(ahead)
    fresh = np.empty_like(ahead)
    for step in range(1, steps):
        np.matmul(kernel, ahead, out=share)
        np.minimum(share, _HIGHEST, out=share)
        np.exp(share, out=share)
        if mask is None:
            share *= rates / np.add.reduce(share, axis=-1, keepdims=True)
        else:
            share *= mask
            share *= rates / (np.add.reduce(share, axis=-1, keepdims=True) + _TINY)
        np.multiply(ahead, keep, out=fresh)
        fresh -= share
        fresh += goal
        np.subtract(fresh, weight, out=ahead)
        ahead *= np.float32(step / (step + 3))
        ahead += fresh
        weight, fresh = fresh, weight
    return weight
