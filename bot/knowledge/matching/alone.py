"""The sentences of an index that are nearest to one message that comes alone.

It finds what ``nearest`` finds. Operations on arrays take the same time for ten numbers as for a
thousand, so a message of some hundred pieces is taken apart without them, and meets arrays where it
meets sentences.
"""

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.matching.features import SHARES, pieces_of_one, tags
from bot.knowledge.matching.index import Index
from bot.knowledge.matching.local import said_by
from bot.knowledge.matching.nearest import Near
from bot.knowledge.matching.scoring import best_of_one, scored_one
from bot.knowledge.matching.slips import repaired_one

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.signedinteger[Any]]
Bools = NDArray[np.bool_]

_SHARES = np.array(SHARES)
_ROOTS = np.sqrt(_SHARES)


def nearest_to_one(
    index: Index, units: list[str], wanted: int, close: int, shown: Bools | None
) -> Near:
    """Find the nearest sentences of one message.

    Args:
        index: Where to look.
        units: The message.
        wanted: Sentences, at most.
        close: How many of the nearest are compared in the plain weighting too.
        shown: Which of the sentences it may get; ``None`` for all.
    """
    keys, steps = pieces_of_one(units)
    number = index.numbered(keys)
    strange = number[: steps.stop] < 0
    known = 1 - int(np.count_nonzero(strange)) / steps.stop if steps.stop else 0.0
    fixed = repaired_one(index, units, keys[steps], strange[steps])
    if fixed is not None:
        more = pieces_of_one(fixed)[0]
        had = set(keys.tolist())
        more = more[[key not in had for key in more.tolist()]]
        keys = np.concatenate([keys, more])
        number = np.concatenate([number, index.numbered(more)])
    lost = (number < 0).nonzero()[0]
    kinds = tags(keys.take(lost))
    missing = float(_SHARES.take(kinds).sum()) * index.unseen**2
    missed = float(_ROOTS.take(kinds).sum()) * index.unseen
    number.sort()
    number = number[len(lost) :]
    again = number[1:] == number[:-1]
    if again.any():
        number = np.concatenate([number[:1], number[1:][~again]])
    heavy = index.weight.take(number).astype(np.float64)
    heavy *= heavy
    heavy /= sqrt(float(heavy.sum())) + 1e-12
    score = scored_one(number, heavy, index.lists, len(index.inverse))
    score *= index.inverse
    if shown is not None:
        score[: index.size] *= shown
    sentence, near = best_of_one(score, wanted)
    plain = index.rarity.take(number).astype(np.float64)
    square = plain * plain
    alike, found = _shared(index, number, square, plain, sentence[:close])
    norm = sqrt(float(square.sum()) + missing + 1e-9)
    total = float(plain.sum()) + missed + 1e-9
    return Near(
        sentence.tolist(),
        said_by(near, index.kernel.among_one(sentence)).tolist(),
        (alike / norm).tolist(),
        (found / total).tolist(),
        known,
    )


def _shared(
    index: Index, own: Ints, square: Doubles, plain: Doubles, picked: Ints
) -> tuple[Doubles, Doubles]:
    """Add up what the message shares with the picked sentences, all pieces weighed by rarity.

    Returns:
        Weighed by both, a share of the sentence's length; and weighed as in the message.
    """
    if not len(picked):
        return np.zeros(0), np.zeros(0)
    rows = index.rows
    firsts = rows.ends.take(picked).tolist()
    lasts = rows.ends.take(picked + 1).tolist()
    # The message's weights stand in a small table; its column 0 is for all other pieces.
    table = np.zeros((2, len(own) + 1))
    table[0, 1:] = square
    table[1, 1:] = plain
    place = index.scratch()
    place[own] = np.arange(1, len(own) + 1)
    spans = zip(firsts, lasts, strict=True)
    at = place.take(np.concatenate([rows.numbers[first:last] for first, last in spans]))
    place[own] = 0
    starts = [0]
    for first, last in zip(firsts[:-1], lasts[:-1], strict=True):
        starts.append(starts[-1] + last - first)
    alike, found = np.add.reduceat(table.take(at, axis=1), starts, axis=1)
    return alike / index.plain_length.take(picked), found
