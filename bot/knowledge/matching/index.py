"""The sentences of a knowledge base as weighted pieces and inverted lists."""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.matching import weights
from bot.knowledge.matching.families import Families
from bot.knowledge.matching.features import SOUNDS, TWO, Keys, pieces, small, tags
from bot.knowledge.matching.places import Places
from bot.knowledge.matching.rows import Lists, Rows
from bot.knowledge.matching.scoring import stride_for
from bot.knowledge.matching.sketches import Kernel
from bot.knowledge.matching.spans import ends_of, fresh
from bot.knowledge.matching.spelling import Speller, heard

Floats = NDArray[np.float32]
Ints = NDArray[np.signedinteger[Any]]

_CHUNK = 1_000
"""Sentences taken apart at a time; bounds the memory that fitting needs."""


@dataclass(frozen=True, slots=True)
class Index:
    """Sentences, and what is needed to find the nearest of them to a message.

    Args:
        places: Keys of the known pieces; their places are their numbers. Those of a family stand
            together.
        late: Keys of pieces that came later; numbered on from ``places``.
        rarity: Weight of each piece by how rare it is.
        weight: Weight of each piece by how well it tells entries apart.
        unseen: Rarity of a piece that no sentence has.
        familiar: Share of the small pieces of a sentence that others have too, on average.
        families: The pieces that stand for each other in ``rows`` and ``lists``.
        rows: The families of each sentence.
        inverse: 1 over the length of each sentence, its pieces weighed by ``weight``; with zeros
            behind, as many as a row of scores has, see ``scoring``.
        plain_length: Length of each sentence, its pieces weighed by ``rarity``.
        lists: The sentences of each family: of the fitted base, and of what came later.
        kernel: How alike the sentences are to each other.
        speller: Knows the base's words.
    """

    places: Places
    late: Places
    rarity: Floats
    weight: Floats
    unseen: float
    familiar: float
    families: Families
    rows: Rows
    inverse: NDArray[np.float64]
    plain_length: Floats
    lists: tuple[Lists, ...]
    kernel: Kernel
    speller: Speller
    own: threading.local

    @classmethod
    def of(
        cls,
        sentences: Sequence[Sequence[str]],
        owner: Ints,
        entries: int,
        vectors: Floats | None = None,
    ) -> "Index":
        """Index sentences.

        Args:
            sentences: At least one, as units.
            owner: Entry of each sentence, from 0.
            entries: Number of entries.
            vectors: What an encoder makes of the sentences, one row each.
        """
        families, keys, rows = Families.found(*_taken_apart(sentences))
        width, size = len(keys), rows.size
        frequency = np.bincount(rows.numbers, minlength=width)
        scale = weights.scales(keys)
        rarity = weights.rarity(frequency, size) * scale
        even = np.bincount(owner, minlength=entries) / size
        owners = owner[rows.of_each()]
        weight = weights.unevenness(rows.numbers, owners, even, width) * scale
        weight = weights.without_common(weight, frequency, size, entries)
        inverse = _inverse(_lengths(rows, weight))
        thin = families.thinned(rows)
        counted = np.zeros(families.count, dtype=np.bool_)
        counted[families.of] = weight > 0
        lists = Lists.turned(thin, counted)
        kind = tags(keys)
        steps, sounds = frozenset(keys[kind == TWO].tolist()), heard(keys[kind == SOUNDS])
        return cls(
            Places.of(keys),
            Places.of(np.zeros(0, dtype=np.int64)),
            rarity,
            weight,
            float(np.log(1 + size) + 1),
            _familiar(rows, small(keys), frequency),
            families,
            thin,
            inverse,
            _lengths(rows, rarity),
            (lists,),
            Kernel.of(rows, families, lists, weight, inverse, vectors),
            Speller(_counted(sentences), steps, sounds),
            threading.local(),
        )

    def with_later(
        self, sentences: Sequence[Sequence[str]], entries: int, vectors: Floats | None = None
    ) -> "Index":
        """Return an index with *sentences* behind its own; the weights of its pieces stay.

        Args:
            sentences: At least one, as units.
            entries: Number of entries of the base that the index was fitted to.
            vectors: What the encoder makes of them, if there is one.
        """
        later_keys, rows = _taken_apart(sentences)
        numbers = self.numbered(later_keys)
        late_keys = later_keys[numbers < 0]
        numbers[numbers < 0] = len(self.places.keys) + np.arange(len(late_keys))
        rows = replace(rows, numbers=numbers[rows.numbers].astype(np.int32))
        scale = weights.scales(late_keys)
        once = weights.rarity(np.ones(1, dtype=np.int64), self.rows.size)[0]
        rarity = np.concatenate([self.rarity, scale * once])
        weight = np.concatenate(
            [self.weight, scale * np.float32(weights.unevenness_of_new(entries))]
        )
        inverse = _inverse(_lengths(rows, weight), self.inverse[: self.rows.size])
        families = self.families.with_later(len(weight))
        alone = families.alone(rows)
        counted = np.concatenate([np.zeros(families.count, dtype=np.bool_), weight > 0])
        earlier = [lists.widened(families.width) for lists in self.lists]
        lists = (*earlier, Lists.turned(alone, counted, self.rows.size))
        steps = later_keys[tags(later_keys) == TWO].tolist()
        units = frozenset(chain.from_iterable(sentences))
        return replace(
            self,
            late=Places.of(late_keys),
            rarity=rarity,
            weight=weight,
            families=families,
            rows=self.rows.joined(alone),
            inverse=inverse,
            plain_length=np.concatenate([self.plain_length, _lengths(rows, rarity)]),
            lists=lists,
            kernel=self.kernel.with_later(rows, families, lists, weight, inverse, vectors),
            speller=self.speller.extended(units, frozenset(steps)),
            own=threading.local(),
        )

    @property
    def size(self) -> int:
        """How many sentences there are."""
        return self.rows.size

    def numbered(self, keys: Keys) -> NDArray[np.int64]:
        """Return the numbers of pieces, -1 for those that no sentence has."""
        out = self.places.of_keys(keys)
        if len(self.late.keys):
            late = self.late.of_keys(keys)
            out = np.where(late >= 0, late + len(self.places.keys), out)
        return out

    def scratch(self) -> NDArray[np.int32]:
        """Return zeros, one for each family; who writes into them sets them back."""
        # One array for each thread: making one takes longer than all the rest of a look-up.
        found: NDArray[np.int32] | None = getattr(self.own, "zeros", None)
        if found is None:
            found = self.own.zeros = np.zeros(self.families.width, dtype=np.int32)
        return found


def _lengths(rows: Rows, weight: Floats) -> Floats:
    values = weight[rows.numbers]
    squares = np.bincount(rows.of_each(), values * values, minlength=rows.size)
    out: Floats = np.sqrt(squares + 1e-12).astype(np.float32)
    return out


def _inverse(length: Floats, before: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    size = len(length) + (0 if before is None else len(before))
    parts = [1 / length.astype(np.float64), np.zeros(stride_for(size) - size)]
    return np.concatenate(parts if before is None else [before, *parts])


def _familiar(rows: Rows, wanted: NDArray[np.bool_], frequency: Ints) -> float:
    chosen = wanted[rows.numbers]
    row, number = rows.of_each()[chosen], rows.numbers[chosen]
    shared = np.bincount(row, frequency[number] > 1, minlength=rows.size)
    return float((shared / np.maximum(np.bincount(row, minlength=rows.size), 1)).mean())


def _counted(sentences: Sequence[Sequence[str]]) -> Counter[str]:
    counts = Counter[str]()
    for sentence in sentences:  # one by one, so that other threads run meanwhile
        counts.update(sentence)
    return counts


def _distinct(keys: Keys) -> Keys:
    """Return each of *keys* once, in order."""
    # Sorting lets other threads run meanwhile; numpy's own way through a table does not.
    keys = np.sort(keys)
    return keys[fresh(keys)]


def _taken_apart(sentences: Sequence[Sequence[str]]) -> tuple[Keys, Rows]:
    """Return the sorted keys of all pieces, and the pieces of each sentence."""
    parts: list[Keys] = []
    sizes: list[Ints] = []
    for start in range(0, len(sentences), _CHUNK):
        part = sentences[start : start + _CHUNK]
        found = pieces(part)
        keys, number = np.unique(found.keys, return_inverse=True)
        width = max(len(keys), 1)
        row, number = np.divmod(np.unique(found.rows * width + number), width)
        parts.append(keys[number])
        sizes.append(np.bincount(row, minlength=len(part)))
    keys = _distinct(np.concatenate([_distinct(part) for part in parts]))
    ends = ends_of(np.concatenate(sizes))
    numbers = np.concatenate([np.searchsorted(keys, part).astype(np.int32) for part in parts])
    return keys, Rows(ends, numbers)
