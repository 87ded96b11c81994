"""The sentences of a knowledge base, asked about messages: which entry, and on what evidence."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import sqrt
from operator import neg
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel

from bot.knowledge.encoding import Encoder
from bot.knowledge.matching.alone import nearest_to_one
from bot.knowledge.matching.index import Index
from bot.knowledge.matching.local import logits_of
from bot.knowledge.matching.nearest import Near, nearest
from bot.knowledge.matching.sketches import ALL_PAIRS
from bot.knowledge.matching.slips import repaired
from bot.knowledge.wording import Said

Ints = NDArray[np.signedinteger[Any]]
Bools = NDArray[np.bool_]

_BATCH = 100
_ALONE_UP_TO = 2
"""Messages that are looked at one by one: for more it is quicker to look at all together."""
_CLOSE = 12
"""Nearest sentences that are compared piece by piece."""
_LETTERS = 300
"""Letters compared."""
_NOTHING = -9.0
"""How strongly nothing is meant."""
_ALONE = 6.0
"""How far an entry leads that has no rival, if the message is half of one of its sentences."""


class Ranked(NamedTuple):
    """The best entries for one message, best first.

    Args:
        entries: Their numbers.
        logits: How strongly each is meant; only differences count.
        sentences: The nearest sentence of each.
        evidence: For the best of them, see ``calibration``.
    """

    entries: list[int]
    logits: list[float]
    sentences: list[int]
    evidence: list[float]


@dataclass(frozen=True, slots=True)
class Base:
    """Sentences with their owners; knows evidence, but not chances.

    Args:
        letters: The first letters of each sentence.
        owner: Entry of each sentence.
        alive: Which sentences still count; ``None``: all.
        index: Of the sentences.
        neighbours: Nearest sentences that are looked at for a message.
        single: Entries for each sentence: 1 where every entry has one only.
        encoder: What else compares sentences, or ``None``.
        centre: Mean of the encoder's rows.
    """

    letters: list[str]
    owner: Ints
    alive: Bools | None
    index: Index
    neighbours: int
    single: float
    encoder: Encoder | None = None
    centre: NDArray[np.float32] | None = None

    @classmethod
    def of(
        cls,
        sentences: Sequence[Said],
        owner: Ints,
        entries: int,
        encoder: Encoder | None = None,
        vectors: NDArray[np.float32] | None = None,
    ) -> "Base":
        """Index sentences.

        Args:
            sentences: At least one.
            owner: Entry of each, from 0.
            entries: Number of entries.
            encoder: What else compares them.
            vectors: What it makes of them.
        """
        centre = None
        if vectors is not None:
            centre = vectors.mean(axis=0)
            vectors = _centred(vectors, centre)
        index = Index.of([said.units for said in sentences], owner, entries, vectors)
        neighbours = 64 if encoder else _effort(len(sentences), entries)
        letters = [said.whole[:_LETTERS] for said in sentences]
        single = len(np.unique(owner)) / len(sentences)
        return cls(letters, owner, None, index, neighbours, single, encoder, centre)

    def changed(
        self, redone: Collection[int], said: Sequence[tuple[int, Said]], entries: int
    ) -> "Base":
        """Return a base in which the sentences of some entries are others.

        Args:
            redone: Numbers of the entries whose sentences go.
            said: The sentences that come, with the numbers of their entries.
            entries: Number of entries that the base was fitted to.
        """
        left = ~np.isin(self.owner, np.fromiter(redone, dtype=np.int64, count=len(redone)))
        if not said:
            return replace(self, alive=left)
        vectors = None
        if self.encoder is not None and self.centre is not None:
            vectors = self.encoder.encode([one.typed for _, one in said])
            vectors = _centred(vectors, self.centre)
        return replace(
            self,
            letters=[*self.letters, *(one.whole[:_LETTERS] for _, one in said)],
            owner=np.concatenate([self.owner, [number for number, _ in said]]),
            alive=np.concatenate([left, np.ones(len(said), dtype=np.bool_)]),
            index=self.index.with_later([one.units for _, one in said], entries, vectors),
        )

    def look(
        self,
        messages: Sequence[Said],
        shown: Sequence[Bools | None] | None = None,
        most: int = 1,
    ) -> list[Ranked]:
        """Rank the entries for messages.

        Args:
            messages: Prepared, any number.
            shown: For each message which sentences count, as made by ``shown``; ``None``: all.
            most: Entries wanted for each.
        """
        shown = [self.alive] * len(messages) if shown is None else shown
        parts = [slice(at, at + _BATCH) for at in range(0, len(messages), _BATCH)]
        return [one for part in parts for one in self._look(messages[part], shown[part], most)]

    def shown(self, hidden: Collection[int]) -> Bools | None:
        """Return which sentences count when the entries *hidden* do not; ``None``: all."""
        if not hidden:
            return self.alive
        left = ~np.isin(self.owner, np.fromiter(hidden, dtype=np.int64, count=len(hidden)))
        return left if self.alive is None else left & self.alive

    def repaired(self, message: Said) -> list[str] | None:
        """Return what a message probably meant, as units; ``None``: it seems right."""
        return repaired(self.index, [message.units])[0]

    def _look(
        self, messages: Sequence[Said], shown: Sequence[Bools | None], most: int
    ) -> list[Ranked]:
        found = [said.units for said in messages]
        vectors = None
        if self.encoder is not None and self.centre is not None:
            meant = repaired(self.index, found)
            texts = [
                said.typed if fixed is None else " ".join(fixed)
                for said, fixed in zip(messages, meant, strict=True)
            ]
            vectors = _centred(self.encoder.encode(texts), self.centre)
        if len(messages) <= _ALONE_UP_TO and vectors is None:
            near = [
                nearest_to_one(self.index, units, self.neighbours, _CLOSE, sentences)
                for units, sentences in zip(found, shown, strict=True)
            ]
        else:
            near = nearest(self.index, found, self.neighbours, _CLOSE, shown, vectors)
        places = np.array([place for one in near for place in one.sentences], dtype=np.int64)
        owners = iter(self.owner.take(places).tolist())
        ratios = iter(self._ratios(messages, near))
        return [
            self._ranked(
                message,
                one,
                list(islice(owners, len(one.sentences))),
                list(islice(ratios, len(one.cosine))),
                most,
            )
            for message, one in zip(messages, near, strict=True)
        ]

    def _ratios(self, messages: Sequence[Said], near: Sequence[Near]) -> list[float]:
        """Return the share of letters in the same order, for the closest sentences of each."""
        mine: list[str] = []
        theirs: list[str] = []
        for message, one in zip(messages, near, strict=True):
            close = one.sentences[:_CLOSE]
            mine += [message.whole[:_LETTERS]] * len(close)
            theirs += map(self.letters.__getitem__, close)
        return list(map(Indel.normalized_similarity, mine, theirs))

    def _ranked(
        self, message: Said, near: Near, owners: list[int], ratio: list[float], most: int
    ) -> Ranked:
        logits = logits_of(owners, near.said)
        order = sorted(zip(map(neg, logits.values()), logits, strict=True))
        best = [entry for _, entry in order[:most]]
        return Ranked(
            best,
            [logits[entry] for entry in best],
            [near.sentences[owners.index(entry)] for entry in best],
            self._evidence(len(message.units), near, ratio, [-logit for logit, _ in order[:2]]),
        )

    def _evidence(
        self, length: int, near: Near, ratio: list[float], logits: list[float]
    ) -> list[float]:
        cosine, covered = near.cosine, near.covered
        alike = [(a + b + c) / 3 for a, b, c in zip(ratio, cosine, covered, strict=True)]
        best = max(alike, default=0.0)
        first = logits[0] if logits else _NOTHING
        second = logits[1] if len(logits) > 1 else first - _ALONE * min(2 * best, 1)
        return [
            first - second,
            first,
            max(cosine, default=0.0),
            max(ratio, default=0.0),
            max(covered, default=0.0),
            best - (sum(alike) - best) / (_CLOSE - 1),
            (self.index.familiar - near.known) * sqrt(length) * (1 - self.single),
            self.single,
        ]


def _centred(rows: NDArray[np.float32], centre: NDArray[np.float32]) -> NDArray[np.float32]:
    rows = rows - centre
    lengths = np.sqrt(np.square(rows).sum(axis=1, keepdims=True))
    out: NDArray[np.float32] = (rows / (lengths + 1e-9)).astype(np.float32)
    return out


def _effort(sentences: int, entries: int) -> int:
    """Choose how many neighbours to look at.

    With one sentence an entry the order of the neighbours hardly changes, and 16 do as well as 64
    (measured). With several, more is better by half a point, and costs little while the likeness of
    all pairs is kept. Bases of up to 7,000 sentences take the smallest choice, for them whole
    batches have to be fast.
    """
    if sentences < 2 * entries:
        return 16
    if sentences <= ALL_PAIRS:
        return 64
    return 20 if sentences <= 7_000 else 32
