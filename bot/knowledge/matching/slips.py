"""Which of several messages hold a slip, and what they probably meant."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.matching.features import Keys, Pieces, joined_steps, parted, pieces
from bot.knowledge.matching.index import Index

Ints = NDArray[np.signedinteger[Any]]
Bools = NDArray[np.bool_]

_FEW = 10
"""Up to so many lost units are gone through at once: sorting them out takes as long."""


def repaired(index: Index, messages: Sequence[list[str]]) -> list[list[str] | None]:
    """Return what messages, given as units, probably meant; ``None`` where they seem right."""
    taken = pieces(messages)
    return repaired_pieces(index, messages, taken, index.numbered(taken.keys[taken.steps]) < 0)


def repaired_one(index: Index, units: list[str], steps: Keys, strange: Bools) -> list[str] | None:
    """Return what one message, given as units, probably meant; ``None`` where it seems right.

    Args:
        index: What is known.
        units: The message.
        steps: Keys of its pairs of neighbours.
        strange: For each of them whether no sentence has it.
    """
    speller = index.speller
    if not len(steps):
        return speller.repair(units, ()) if speller.suspects(units) else None
    lost = (strange[:-1] & strange[1:]).nonzero()[0]
    if not len(lost) or (len(lost) > _FEW and not _hopeful(index, steps, lost).any()):
        return None
    return speller.repair(units, strange.tolist())


def repaired_pieces(
    index: Index, messages: Sequence[list[str]], taken: Pieces, strange: Bools
) -> list[list[str] | None]:
    """Do the same for messages that are taken apart already.

    Args:
        index: What is known.
        messages: As units.
        taken: The same, taken apart.
        strange: For each of their steps whether no sentence has it.
    """
    out: list[list[str] | None] = [None] * len(messages)
    rows = taken.rows[taken.steps]
    dense = np.zeros(len(messages), dtype=np.bool_)
    dense[rows] = True
    for row in (~dense).nonzero()[0].tolist():
        found = messages[row]
        if index.speller.suspects(found):
            out[row] = index.speller.repair(found, ())
    # A slip shows where a unit is known beside neither of its neighbours.
    lost = (strange[:-1] & strange[1:] & (rows[:-1] == rows[1:])).nonzero()[0]
    if not len(lost):
        return out
    if len(lost) > _FEW:
        lost = lost[_hopeful(index, taken.keys[taken.steps], lost)]
    suspects = list(dict.fromkeys(rows[lost].tolist()))
    if suspects:
        firsts = np.searchsorted(rows, suspects).tolist()
        lasts = np.searchsorted(rows, suspects, side="right").tolist()
        for row, first, last in zip(suspects, firsts, lasts, strict=True):
            out[row] = index.speller.repair(messages[row], strange[first:last].tolist())
    return out


def _hopeful(index: Index, steps: Keys, lost: Ints) -> Bools:
    """Say for which lost units a swap or a unit of the same sound would be known to the base.

    A message without any needs no closer look: nothing in it would be changed. This is found out
    for all messages together, as nonsense would take most of the time otherwise.

    Args:
        index: What is known.
        steps: Pairs of neighbours.
        lost: For each lost unit the place of the step to it; the step from it comes next.
    """
    before, here = parted(steps[lost])
    after = parted(steps[lost + 1])[1]
    out = index.numbered(joined_steps(before, after)) >= 0
    swaps = out.nonzero()[0]
    if len(swaps):
        out[swaps] = index.numbered(joined_steps(after[swaps], here[swaps])) >= 0
    speller = index.speller
    heard = speller.sound_right(before, here)
    heard &= speller.sound_right(here, after)
    heard &= ~out
    spoken = heard.nonzero()[0]
    if len(spoken):
        which, other = speller.spoken_alike(here[spoken])
        which = spoken[which]
        known = (index.numbered(joined_steps(before[which], other)) >= 0).nonzero()[0]
        which, other = which[known], other[known]
        out[which[index.numbered(joined_steps(other, after[which])) >= 0]] = True
    return out
