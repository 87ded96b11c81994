"""Turn the evidence for the best entry into the chance that it is right.

Two questions are multiplied: does the base hold an answer at all, and if so, is it the best
entry. Their weights were fitted once, on public questions in English and Chinese. The last step,
from the product to a chance, is fitted again for every base on its own sentences: some left out
one at a time (their entry is right), some with their whole entry left out (nothing is right).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import mul

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

OUTSIDE = 0.2
"""Assumed share of messages that the base has no answer for."""

ENOUGH = 20
"""Left-out sentences below which a base says too little about itself."""

MARGIN, STRENGTH, COSINE, RATIO, COVERED, APART, STRANGE, SINGLE = range(8)
"""Columns of evidence.

* How far the best entry leads, and how strongly it is meant.
* Over the nearest sentences: the highest likeness weighed by rarity, share of letters in the same
  order, and share of the message found, which is told and counts in the next only.
* How far the sentence that is most alike in all three stands out from the other near ones.
* How much less of the message the base knows than it does of its own sentences. A long message
  that is strange in part says more than a short one, as with any share of a sample; a base with one
  sentence an entry knows too few pieces for it to say anything.
* How many entries there are for each sentence. Where sentences are few, one stands out easily.
"""

_INSIDE = (-2.5, 2.6, 0.0, 10.5, -1.4, -3.3)
_INSIDE_AT = 4.0
_RIGHT = (1.2, 0.4)
_RIGHT_AT = -3.0
_WIDEST = (6.0, 8.0)
"""A wider margin or a stronger meaning says no more."""
_LEAST = 0.05
"""Letters count by their logarithm: between nothing and little in the same order lies more than
between much and most."""
_REST = 0.4
"""At most this share of a score survives a margin of nothing."""
_SLOPE, _OFFSET = 1.0, 0.2
_FEW = 20
_DOUBT, _FADES = 5.9, 0.7
"""A base of fewer entries leaves more of the messages without an answer, and its own words say
less about which of them are common: nearly this much doubt for one entry, fading with that power
of their number, none from ``_FEW`` on."""
_TRUST = 20.0
"""What the general slope and offset weigh against a base's own, in messages."""
_STEP = 0.5
_MOST = 400
_STRICTER = 2.6
"""The mean chance of what lies above a threshold is this much surer than the threshold."""


def _sigmoid(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(x, -30.0)))


def joined(evidence: Sequence[float]) -> float:
    """Join the evidence for one message into one number that grows with the chance."""
    signs = list(evidence[COSINE:])
    signs[RATIO - COSINE] = math.log(signs[RATIO - COSINE] + _LEAST)
    inside = _INSIDE_AT + sum(map(mul, signs, _INSIDE))
    sure = map(min, evidence[MARGIN:COSINE], _WIDEST)
    right = _RIGHT_AT + sum(map(mul, sure, _RIGHT))
    both = _sigmoid(inside) * (_REST + (1 - _REST) * _sigmoid(right))
    both = min(max(both, 1e-6), 1 - 1e-6)
    return math.log(both / (1 - both))


def general_threshold(precision: float) -> float:
    """Return the score from which to answer where a base says too little about itself."""
    return max(1.0 - (1.0 - precision) * _STRICTER, precision / 2)


def _sigmoids(x: Floats) -> Floats:
    return np.array(list(map(_sigmoid, x.tolist())))


@dataclass(frozen=True, slots=True)
class Calibration:
    """The last step for one base, and what its own sentences scored.

    Args:
        slope: Of the line from the joined evidence to the chance.
        offset: Of that line.
        chances: Of the base's own left-out sentences; empty: there were too few.
        counted: How many messages each of them stands for.
    """

    slope: float = _SLOPE
    offset: float = _OFFSET
    chances: Floats = field(default_factory=lambda: np.zeros(0))
    counted: Floats = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def general(cls, entries: int) -> "Calibration":
        """Return what holds for a base of so many entries as long as nothing else is known."""
        return cls(offset=_OFFSET - _doubt(entries))

    def chance(self, evidence: Sequence[float]) -> float:
        """Return the chance, 0 to 1, that the best entry for a message is right."""
        return _sigmoid(self.slope * joined(evidence) + self.offset)

    def threshold(self, precision: float) -> float:
        """Return the lowest score from which answers are expected to be right often enough."""
        if not len(self.chances):
            return general_threshold(precision)
        order = np.argsort(-self.chances, kind="stable")
        chance, counted = self.chances[order], self.counted[order]
        mean = np.cumsum(chance * counted) / np.cumsum(counted)
        good = np.flatnonzero(mean >= precision)
        return float(chance[good[-1]] if len(good) else max(chance[0], precision))


def _doubt(entries: int) -> float:
    return max(0.0, _DOUBT * (math.pow(max(entries, 1), -_FADES) - math.pow(_FEW, -_FADES)))


def calibrate(
    entries: int, evidence: Sequence[Sequence[float]], inside: Bools, right: Bools
) -> Calibration:
    """Fit the last step to messages made from the base itself.

    Args:
        entries: Number of entries of the base.
        evidence: One row a message.
        inside: Whether the base at hand still held the message's entry.
        right: Whether that entry came first.
    """
    if inside.sum() < ENOUGH or inside.all():
        return Calibration.general(entries)
    score = np.array(list(map(joined, evidence)))
    total = min(len(score), _MOST)
    counted = np.where(inside, (1 - OUTSIDE) / inside.sum(), OUTSIDE / max(int((~inside).sum()), 1))
    counted = counted * total
    columns = np.stack([score, np.ones_like(score)], axis=1)
    start = np.array([_SLOPE, _OFFSET - _doubt(entries)])
    line = start.copy()
    for _ in range(50):
        chance = _sigmoids(columns @ line)
        slant = columns.T @ (counted * (chance - right)) + _TRUST * (line - start)
        curve = (columns * (counted * chance * (1 - chance))[:, None]).T @ columns
        step = np.linalg.solve(curve + _TRUST * np.eye(2), slant)
        line -= np.clip(step, -_STEP, _STEP)
        if float(np.abs(step).max()) < 1e-8:
            break
    slope = float(max(line[0], 0.2))
    return Calibration(slope, float(line[1]), _sigmoids(slope * score + line[1]), counted)
