"""The sentences of an index that are nearest to messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.matching.asked import Asked
from bot.knowledge.matching.index import Index
from bot.knowledge.matching.local import said_by
from bot.knowledge.matching.scoring import best, rows_at_once, scored, stride_for
from bot.knowledge.matching.sketches import CHARACTERS, ENCODED

Floats = NDArray[np.float32]
Ints = NDArray[np.signedinteger[Any]]
Bools = NDArray[np.bool_]
Numbers = NDArray[np.number[Any]]

_TOGETHER = 32
"""Messages compared closely at a time, so that their table stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Near:
    """The nearest sentences of a message, nearest first.

    Args:
        sentences: Their numbers, as many as there are.
        said: What each says for its entry, see ``local``.
        cosine: How alike message and sentence are, weighed by rarity, what the base does not know
            included; of the first few of them.
        covered: The share of the message that the sentence has; likewise.
        known: Share of the small pieces of the message that any sentence has.
    """

    sentences: list[int]
    said: list[float]
    cosine: list[float]
    covered: list[float]
    known: float


def nearest(
    index: Index,
    messages: Sequence[list[str]],
    wanted: int,
    close: int,
    shown: Sequence[Bools | None],
    vectors: Floats | None = None,
) -> list[Near]:
    """Find the nearest sentences of each message.

    Args:
        index: Where to look.
        messages: At least one, as units.
        wanted: Sentences for each, at most.
        close: How many of the nearest are compared in the plain weighting too.
        shown: For each message which of the sentences it may get; ``None`` for all.
        vectors: What the encoder makes of the messages, if there is one.
    """
    count = len(messages)
    asked = Asked.of(index, messages)
    picked = np.full((count, wanted), -1, dtype=np.int64)
    near = np.zeros((count, wanted), dtype=np.float32)
    height = rows_at_once(index.size)
    for first in range(0, count, height):
        last = min(first + height, count)
        score = _scores(index, asked, first, last, shown, vectors)
        row, place, sentence, value = best(score, wanted)
        picked[first + row, place] = sentence
        near[first + row, place] = value
    close = min(close, wanted)
    cosine, covered = _compared(index, asked, picked[:, :close])
    valid = picked >= 0
    said = said_by(near, index.kernel.among(np.where(valid, picked, 0)), valid)
    counts = valid.sum(axis=1).tolist()
    alike, found = cosine.tolist(), covered.tolist()
    rows = zip(counts, picked.tolist(), said.tolist(), asked.known.tolist(), strict=True)
    return [
        Near(sentences[:many], each[:many], alike[at][:many], found[at][:many], known)
        for at, (many, sentences, each, known) in enumerate(rows)
    ]


def _scores(
    index: Index,
    asked: Asked,
    first: int,
    last: int,
    shown: Sequence[Bools | None],
    vectors: Floats | None,
) -> NDArray[np.float64]:
    """Return how alike some of the messages are to each sentence, 0 for those not shown."""
    count, size = last - first, index.size
    where = slice(int(asked.ends[first]), int(asked.ends[last]))
    heavy, row = asked.heavy[where], asked.rows[where] - first
    length = np.sqrt(np.bincount(row, heavy * heavy, minlength=count)) + 1e-12
    values = heavy * heavy / length[row]
    score = scored(row, asked.numbers[where], values, index.lists, count, stride_for(size))
    score *= index.inverse
    for at in range(count):
        mine = score[at, :size]
        if vectors is not None and index.kernel.vectors is not None:
            mine *= CHARACTERS
            mine += ENCODED * (index.kernel.vectors @ vectors[first + at])
        mask = shown[first + at]
        if mask is not None:
            mine *= mask
    return score


def _compared(index: Index, asked: Asked, picked: Ints) -> tuple[Floats, Floats]:
    """Compare each message with its picked sentences, all pieces weighed by rarity."""
    cosine = np.empty(picked.shape, dtype=np.float32)
    covered = np.empty(picked.shape, dtype=np.float32)
    for first in range(0, len(picked), _TOGETHER):
        part = slice(first, min(first + _TOGETHER, len(picked)))
        alike, found = _shared(index, asked, picked[part], first)
        cosine[part] = alike / asked.norm[part, None]
        covered[part] = found / asked.total[part, None]
    return cosine, covered


def _shared(index: Index, asked: Asked, picked: Ints, first: int) -> tuple[Numbers, Numbers]:
    """Add up what messages, from the *first* on, share with their picked sentences.

    Returns:
        Weighed by both, a share of the sentence's length; and weighed as in the message.
    """
    count, close = picked.shape
    mine = slice(int(asked.ends[first]), int(asked.ends[first + count]))
    own, plain = asked.numbers[mine], asked.plain[mine]
    valid = (picked >= 0).ravel()
    flat = np.where(valid, picked.ravel(), 0)
    rows = index.rows
    starts = rows.ends[flat]
    lengths = np.where(valid, rows.ends[flat + 1] - starts, 0)
    at = (starts - lengths.cumsum() + lengths).repeat(lengths)
    at += np.arange(len(at))
    # A small table of the pieces of these messages only; its column 0 stands for all others.
    narrow = index.scratch()
    narrow[own] = np.arange(1, len(own) + 1)  # the last of several equal ones counts
    width = len(own) + 1
    cell = narrow[own]
    at_cell = narrow[rows.numbers[at]]
    narrow[own] = 0
    hit = at_cell.nonzero()[0]
    which = np.arange(flat.size).repeat(lengths)[hit]
    at_cell = at_cell[hit]
    if count > 1:
        cell = cell + (asked.rows[mine] - first) * width
        at_cell = at_cell + which // close * width
    table = np.zeros((2, count * width), dtype=np.float32)
    table[0, cell] = plain * index.rarity[own]
    table[1, cell] = plain
    alike = np.bincount(which, table[0, at_cell], minlength=flat.size) / index.plain_length[flat]
    found = np.bincount(which, table[1, at_cell], minlength=flat.size)
    return alike.reshape(picked.shape), found.reshape(picked.shape)
