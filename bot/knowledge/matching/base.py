"""The sentences of a knowledge base, asked about messages: which entry, and on what evidence."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel
from rapidfuzz.process import cpdist

from bot.knowledge.encoding import Encoder
from bot.knowledge.matching.index import Index
from bot.knowledge.matching.local import local_logits
from bot.knowledge.matching.nearest import Near, nearest
from bot.knowledge.matching.slips import repaired
from bot.knowledge.wording import Said

Floats = NDArray[np.float64]
Ints = NDArray[np.signedinteger[Any]]
Bools = NDArray[np.bool_]

_BATCH = 100
_CLOSE = 12
"""Nearest sentences that are compared piece by piece."""
_LETTERS = 300
"""Letters compared."""
_DIGITS = 4
"""To which logits are rounded, so that what is equal stays equal in any batch."""
_ALONE = 6.0
"""How far an entry leads that has no rival, if the message is half of one of its sentences."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best entries for one message, best first.

    Args:
        entries: Their numbers.
        logits: How strongly each is meant; only differences count.
        sentences: The nearest sentence of each.
        evidence: For the best of them, see ``calibration``.
    """

    entries: list[int]
    logits: Floats
    sentences: list[int]
    evidence: Floats


@dataclass(frozen=True, slots=True)
class Base:
    """Sentences with their owners; knows evidence, but not chances.

    Args:
        letters: The first letters of each sentence.
        owner: Entry of each sentence.
        alive: Which sentences still count; ``None``: all.
        index: Of the sentences.
        neighbours: Nearest sentences that are looked at for a message.
        steps: Steps of the classifier.
        single: Entries for each sentence: 1 where every entry has one only.
        encoder: What else compares sentences, or ``None``.
        centre: Mean of the encoder's rows.
    """

    letters: list[str]
    owner: Ints
    alive: Bools | None
    index: Index
    neighbours: int
    steps: int
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
        neighbours, steps = (64, 20) if encoder else _effort(len(sentences), entries)
        letters = [said.whole[:_LETTERS] for said in sentences]
        single = len(np.unique(owner)) / len(sentences)
        return cls(letters, owner, None, index, neighbours, steps, single, encoder, centre)

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
        out: list[Ranked] = []
        for start in range(0, len(messages), _BATCH):
            part = slice(start, start + _BATCH)
            out += self._look(messages[part], shown[part], most)
        return out

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
        near = nearest(self.index, found, self.neighbours, _CLOSE, shown, vectors)
        valid = near.sentence >= 0
        label = np.where(valid, self.owner[near.sentence], -1)
        logits, entry = local_logits(near.near, near.kernel, label, self.steps)
        logits = np.round(logits, _DIGITS)
        order = np.lexsort((entry, -logits), axis=1)
        rows = np.arange(len(messages))[:, None]
        value = logits[rows, order].astype(np.float64)
        winner = entry[rows, order]
        evidence = self._evidence(messages, near, value)
        many = np.isfinite(value).sum(axis=1).tolist()
        each = zip(winner.tolist(), value, label.tolist(), near.sentence.tolist(), strict=True)
        out = []
        for at, (who, strength, owners, sentences) in enumerate(each):
            mine = who[: min(many[at], most)]
            best = [sentences[owners.index(one)] for one in mine]
            out.append(Ranked(mine, strength[: len(mine)], best, evidence[at]))
        return out

    def _evidence(self, messages: Sequence[Said], near: Near, value: Floats) -> Floats:
        who, which = (near.sentence >= 0).nonzero()
        ratio = np.zeros(near.sentence.shape)
        if len(who):
            mine = [said.whole[:_LETTERS] for said in messages]
            letters = self.letters
            ratio[who, which] = cpdist(
                [mine[at] for at in who.tolist()],
                [letters[at] for at in near.sentence[who, which].tolist()],
                scorer=Indel.normalized_similarity,
            )
        first = np.where(np.isfinite(value[:, 0]), value[:, 0], -9.0)
        second = value[:, 1] if value.shape[1] > 1 else np.full(len(messages), -np.inf)
        alike = (ratio[:, : near.cosine.shape[1]] + near.cosine + near.covered) / 3
        best = alike.max(axis=1)
        second = np.where(np.isfinite(second), second, first - _ALONE * np.minimum(2 * best, 1))
        others = (alike.sum(axis=1) - best) / (alike.shape[1] - 1)
        many = np.array([len(said.units) for said in messages])
        strange = (self.index.familiar - near.known) * np.sqrt(many) * (1 - self.single)
        columns = (
            first - second,
            first,
            near.cosine.max(axis=1),
            ratio.max(axis=1),
            near.covered.max(axis=1),
            best - others,
            strange,
            self.single,
        )
        out = np.empty((len(messages), len(columns)))
        for at, column in enumerate(columns):
            out[:, at] = column
        return out


def _centred(rows: NDArray[np.float32], centre: NDArray[np.float32]) -> NDArray[np.float32]:
    rows = rows - centre
    lengths = np.sqrt(np.square(rows).sum(axis=1, keepdims=True))
    out: NDArray[np.float32] = (rows / (lengths + 1e-9)).astype(np.float32)
    return out


def _effort(sentences: int, entries: int) -> tuple[int, int]:
    """Choose how many neighbours to look at, and how many steps to take.

    With one sentence an entry the order of the neighbours hardly changes, and 16 do as well as 48
    (measured). With several, more is better by a point, and takes longer: bases of 3,000 to 7,000
    sentences take the smaller choice, for them whole batches have to be fast.
    """
    if sentences < 2 * entries:
        return 16, 8
    return (20, 8) if 3_000 < sentences <= 7_000 else (48, 14 if sentences <= 3_000 else 12)
