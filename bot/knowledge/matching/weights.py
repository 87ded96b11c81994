"""What the pieces of a base are worth."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.matching.features import SHARES, tags

Floats = NDArray[np.float32]
Ints = NDArray[np.signedinteger[Any]]

_PRIOR = 2.0
"""Sentences' worth of doubt when a piece's spread over the entries is judged."""
_COMMON = 500
_COMMON_SHARE = 0.06
_COMMON_ENTRIES = 20
"""Pieces in more sentences than all three (a number, a share, what so many entries have) tell
little, and cost most of the time of a large base: of a base of 1,000 entries with five sentences
a third of it, for a fiftieth of what a message is compared by."""
_COUNTED = 30_000


def scales(keys: NDArray[np.int64]) -> Floats:
    """Return for each piece what its kind counts."""
    out: Floats = np.sqrt(np.array(SHARES, dtype=np.float32))[tags(keys)]
    return out


def rarity(frequency: Ints, sentences: int) -> Floats:
    """Weigh pieces by how few of the sentences have them."""
    out: Floats = (np.log((1 + sentences) / (1 + frequency)) + 1).astype(np.float32)
    return out


def unevenness(pieces: Ints, owners: Ints, even: NDArray[np.float64], width: int) -> Floats:
    """Weigh pieces by how unevenly they are spread over the entries, 0 to 1.

    The weight is the root of the divergence between a piece's spread and the even one. Where each
    entry has one sentence it comes down to rarity; where entries have several it favours what
    their sentences have in common and others have not.

    Args:
        pieces: Number of a piece, once for every sentence that has it.
        owners: Entry of that sentence.
        even: For each entry its share of all sentences.
        width: How many pieces there are.
    """
    entries = len(even)
    cells, counts = np.unique(pieces.astype(np.int64) * entries + owners, return_counts=True)
    piece, owner = np.divmod(cells, entries)
    total = np.bincount(piece, counts, minlength=width)
    chance = even[owner]
    share = (counts + _PRIOR * chance) / (total[piece] + _PRIOR)
    gain = np.bincount(piece, share * np.log(share / chance), minlength=width)
    seen = np.bincount(piece, chance, minlength=width)
    return _weight(gain, seen, total, entries)


def unevenness_of_new(entries: int) -> float:
    """Return what a piece would weigh that one sentence of one entry has."""
    chance = 1 / max(entries, 1)
    share = (1 + _PRIOR * chance) / (1 + _PRIOR)
    one = np.ones(1)
    return float(_weight(one * share * np.log(share / chance), one * chance, one, entries)[0])


def _weight(gain: NDArray[Any], seen: NDArray[Any], total: NDArray[Any], entries: int) -> Floats:
    rest = _PRIOR / (total + _PRIOR)
    gain = gain + (1 - seen) * rest * np.log(rest)
    out: Floats = np.sqrt(np.maximum(gain, 1e-6) / np.log(max(entries, 2))).astype(np.float32)
    return out


def without_common(weight: Floats, frequency: Ints, sentences: int, entries: int) -> Floats:
    """Return the weights with nothing for pieces that very many sentences have."""
    of_some = _COMMON_ENTRIES * sentences / max(entries, 1)
    most = max(_COMMON, _COMMON_SHARE * min(sentences, _COUNTED), of_some)
    return np.where(frequency > most, np.float32(0), weight)
