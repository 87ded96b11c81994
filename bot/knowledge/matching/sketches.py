"""How alike the sentences of a base are to each other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.matching.families import Families
from bot.knowledge.matching.rows import Lists, Rows
from bot.knowledge.matching.scoring import scored

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
AnyFloats = NDArray[np.floating[Any]]
Ints = NDArray[np.signedinteger[Any]]

CHARACTERS, ENCODED = 0.6, 2.4
"""What characters and an encoder, where there is one, add to how alike two sentences are; more than
one in all tells entries further apart (measured)."""

ALL_PAIRS = 1_500
"""Up to this many sentences the likeness of every pair is kept."""
_MANY = 12_000
"""From here on sketches are shorter, and of half the precision."""
_TOGETHER = 16
"""Messages whose sentences are compared at a time, so that they stay in the processor's cache."""
_BLOCK = 2_000_000
"""Numbers of a block while sketches are made."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """Likeness of sentences: exact for small bases, from sketches for large ones.

    A sketch is the vector of a sentence projected on few dimensions; products of sketches are
    about those of the vectors.

    Args:
        pairs: Likeness of each pair, or ``None``.
        sketches: One row a sentence where ``pairs`` is ``None``.
        vectors: What an encoder makes of the sentences, or ``None``.
    """

    pairs: Floats | None
    sketches: AnyFloats
    vectors: Floats | None

    @classmethod
    def of(
        cls,
        rows: Rows,
        families: Families,
        lists: Lists,
        weight: Floats,
        inverse: Doubles,
        vectors: Floats | None,
    ) -> "Kernel":
        """Compare sentences with each other.

        Args:
            rows: The sentences, by pieces.
            families: Of the pieces.
            lists: Of the families.
            weight: Of the pieces.
            inverse: 1 over the length of each sentence.
            vectors: What an encoder makes of them.
        """
        if rows.size > ALL_PAIRS:
            width, kind = (256, np.float32) if rows.size <= _MANY else (192, np.float16)
            return cls(None, _sketched(rows, weight, width).astype(kind), vectors)
        pairs = _products(rows, families, (lists,), weight, inverse, rows.size)
        return cls(pairs, np.zeros((0, 0), dtype=np.float32), vectors)

    def with_later(
        self,
        rows: Rows,
        families: Families,
        lists: Sequence[Lists],
        weight: Floats,
        inverse: Doubles,
        vectors: Floats | None,
    ) -> "Kernel":
        """Return the likeness with the sentences *rows* behind the others.

        Args:
            rows: The later sentences, by pieces.
            families: Of the pieces.
            lists: Of all sentences, theirs included.
            weight: Of all pieces.
            inverse: 1 over the length of each sentence, theirs included.
            vectors: Of the later sentences.
        """
        both = self.vectors
        if both is not None and vectors is not None:
            both = np.concatenate([both, vectors])
        if self.pairs is None:
            more = _sketched(rows, weight, self.sketches.shape[1]).astype(self.sketches.dtype)
            return replace(self, sketches=np.concatenate([self.sketches, more]), vectors=both)
        before = len(self.pairs)
        size = before + rows.size
        pairs = np.zeros((size, size), dtype=np.float32)
        pairs[:before, :before] = self.pairs
        pairs[before:] = _products(rows, families, lists, weight, inverse, size)
        pairs[:before, before:] = pairs[before:, :before].T
        return replace(self, pairs=pairs, vectors=both)

    def among(self, sentences: Ints) -> Floats:
        """Return the likeness of sentences with each other.

        Args:
            sentences: ``(messages, m)``, numbers of sentences.

        Returns:
            ``(messages, m, m)``.
        """
        if self.pairs is not None:
            alike: Floats = self.pairs[sentences[:, :, None], sentences[:, None, :]]
        else:
            count, many = sentences.shape
            alike = np.empty((count, many, many), dtype=np.float32)
            for first in range(0, count, _TOGETHER):
                part = slice(first, first + _TOGETHER)
                sketches = self.sketches[sentences[part]].astype(np.float32, copy=False)
                np.matmul(sketches, sketches.transpose(0, 2, 1), out=alike[part])
        if self.vectors is not None:
            vectors = self.vectors[sentences]
            alike = CHARACTERS * alike + ENCODED * (vectors @ vectors.transpose(0, 2, 1))
        return alike


def _products(
    rows: Rows,
    families: Families,
    lists: Sequence[Lists],
    weight: Floats,
    inverse: Doubles,
    size: int,
) -> Floats:
    """Multiply the sentences *rows*, the last of all, with all, through the inverted lists."""
    own = inverse[size - rows.size : size]
    out = np.zeros((rows.size, size), dtype=np.float32)
    values = np.square(weight[rows.numbers], dtype=np.float64) * own[rows.of_each()]
    numbers, (values,), ends = families.folded(rows.numbers, (values,), rows.ends)
    scores = scored(numbers, values, ends.tolist(), lists, len(inverse))
    for at, score in enumerate(scores):
        out[at] = (score * inverse)[:size]
    return out


def _sketched(rows: Rows, weight: Floats, width: int) -> Floats:
    mixed = (np.arange(len(weight), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(
        20
    )
    bucket = (mixed % np.uint64(width)).astype(np.int64)
    sign = np.where((mixed >> np.uint64(30)) & np.uint64(1), 1.0, -1.0).astype(np.float32)
    out = np.zeros((rows.size, width), dtype=np.float32)
    height = max(_BLOCK // width, 1)
    for first in range(0, rows.size, height):
        last = min(first + height, rows.size)
        where = slice(int(rows.ends[first]), int(rows.ends[last]))
        numbers = rows.numbers[where]
        values = weight[numbers] * sign[numbers]
        row = np.repeat(np.arange(last - first), np.diff(rows.ends[first : last + 1]))
        cells = np.bincount(row * width + bucket[numbers], values, minlength=(last - first) * width)
        out[first:last] = cells.reshape(last - first, width)
    out /= np.sqrt(np.square(out).sum(axis=1, keepdims=True)) + 1e-9
    return out
