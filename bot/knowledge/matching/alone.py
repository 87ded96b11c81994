"""The sentences of an index that are nearest to one message that comes alone.

It finds what ``nearest`` finds. Operations on arrays take the same time for ten numbers as for a
thousand, so here are as few of them as one message needs, and none that tells messages apart.
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.matching.features import SHARES, pieces_of_one, tags
from bot.knowledge.matching.index import Index
from bot.knowledge.matching.local import said_by
from bot.knowledge.matching.nearest import Near, likeness, shared
from bot.knowledge.matching.scoring import best
from bot.knowledge.matching.slips import repaired_one

Bools = NDArray[np.bool_]

_LOST = np.stack([np.array(SHARES), np.sqrt(SHARES)], axis=1)
"""What a piece of each kind counts that no sentence has: squared, and as it is."""


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
    kinds = np.bincount(tags(keys.take(lost)), minlength=len(SHARES))
    missing, missed = (kinds @ _LOST).tolist()
    number.sort()
    number = number[len(lost) :]
    again = number[1:] == number[:-1]
    if again.any():
        number = np.concatenate([number[:1], number[1:][~again]])
    heavy = index.weight.take(number).astype(np.float64)
    length = sqrt(heavy.dot(heavy)) + 1e-12
    heavy *= heavy
    heavy /= length
    plain = index.rarity.take(number).astype(np.float64)
    own, (heavy, *worth), _ = index.families.folded(number, (heavy, plain * plain, plain))
    (score,) = likeness(index, own, heavy, [0, len(own)], [shown])
    sentence, near = best(score, wanted)
    alike, found = shared(index, own, worth, sentence[:close])
    norm = sqrt(plain.dot(plain) + missing * index.unseen**2 + 1e-9)
    total = np.add.reduce(plain) + missed * index.unseen + 1e-9
    return Near(
        sentence.tolist(),
        said_by(near.astype(np.float32), index.kernel.among(sentence[None])[0]).tolist(),
        (alike / norm).tolist(),
        (found / total).tolist(),
        known,
    )
