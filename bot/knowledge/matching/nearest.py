"""The sentences of an index that are nearest to messages."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.matching.asked import Asked
from bot.knowledge.matching.index import Index
from bot.knowledge.matching.local import said_by
from bot.knowledge.matching.scoring import best, scored
from bot.knowledge.matching.sketches import CHARACTERS, ENCODED

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.signedinteger[Any]]
Bools = NDArray[np.bool_]

_TOGETHER = 16
"""Messages compared closely at a time, so that their table stays in the processor's cache."""


class Near(NamedTuple):
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
    likenesses = likeness(index, asked.numbers, asked.heavy, asked.ends.tolist(), shown, vectors)
    for at, score in enumerate(likenesses):
        sentences, scores = best(score, wanted)
        picked[at, : len(sentences)] = sentences
        near[at, : len(sentences)] = scores
    valid = picked >= 0
    said = said_by(near, index.kernel.among(np.where(valid, picked, 0)), valid)
    cosine, covered = _compared(index, asked, picked[:, :close])
    columns = [part.tolist() for part in (picked, said, cosine, covered)]
    rows = zip(*columns, asked.known.tolist(), valid.sum(axis=1).tolist(), strict=True)
    return [
        Near(sentences[:many], each[:many], alike[:many], found[:many], known)
        for sentences, each, alike, found, known, many in rows
    ]


def _compared(index: Index, asked: Asked, picked: Ints) -> tuple[Doubles, Doubles]:
    """Compare each message with its picked sentences; 0 for padding."""
    cosine, covered = np.zeros(picked.shape), np.zeros(picked.shape)
    for first in range(0, len(picked), _TOGETHER):
        last = min(first + _TOGETHER, len(picked))
        ends = asked.ends[first : last + 1]
        mine = slice(int(ends[0]), int(ends[-1]))
        row, column = (picked[first:last] >= 0).nonzero()
        of = np.arange(last - first).repeat(ends[1:] - ends[:-1]), row
        row = row + first
        worth = asked.squares[mine], asked.plain[mine]
        alike, found = shared(index, asked.numbers[mine], worth, picked[row, column], of)
        cosine[row, column] = alike / asked.norm[row]
        covered[row, column] = found / asked.total[row]
    return cosine, covered


def likeness(
    index: Index,
    numbers: Ints,
    heavy: Doubles,
    ends: Sequence[int],
    shown: Sequence[Bools | None],
    vectors: Floats | None = None,
) -> Iterator[Doubles]:
    """Find out how alike messages are to each sentence, 0 for those not shown.

    Args:
        index: Of the sentences.
        numbers: Families of the messages.
        heavy: What a sentence with each is worth, see ``Asked``.
        ends: Where the families of each message begin and end.
        shown: Which sentences each message may get; ``None`` for all.
        vectors: What the encoder makes of the messages, if there is one.

    Yields:
        The scores for each message.
    """
    scores = scored(numbers, heavy, ends, index.lists, len(index.inverse))
    for at, (score, mine) in enumerate(zip(scores, shown, strict=True)):
        score *= index.inverse
        every = score[: index.size]
        if vectors is not None and index.kernel.vectors is not None:
            every *= CHARACTERS
            every += ENCODED * (index.kernel.vectors @ vectors[at])
        if mine is not None:
            every *= mine
        yield score


def shared(
    index: Index,
    own: Ints,
    worth: Sequence[Doubles],
    picked: Ints,
    of: tuple[Ints, Ints] | None = None,
) -> tuple[Doubles, Doubles]:
    """Add up what messages share with their picked sentences, all pieces weighed by rarity.

    Args:
        index: Of the sentences.
        own: Families of the messages, each once a message.
        worth: What the message has of each, weighed by rarity: by both, and as in the message.
        picked: Numbers of sentences.
        of: The message that each family and each of the sentences belongs to, from 0; ``None``:
            there is one message only.

    Returns:
        For each of the sentences: weighed by both, a share of its length; and weighed as in the
        message.
    """
    if not len(picked):
        return np.zeros(0), np.zeros(0)
    rows = index.rows
    starts = rows.ends.take(picked)
    lengths = rows.ends.take(picked + 1)
    lengths -= starts
    ends = lengths.cumsum()
    firsts = ends - lengths
    at = (starts - firsts).repeat(lengths)
    at += np.arange(len(at))
    # The weights stand in a small table of these messages' families only. The first place of a row
    # is for all other families. Both sums are made in one go, as the parts of complex numbers.
    place, width = index.scratch(), len(own) + 1
    place[own] = np.arange(1, width)  # the last of several equal ones counts
    cell = place.take(own)
    found = place.take(rows.numbers.take(at))
    place[own] = 0
    height = 1
    if of is not None:
        height = int(of[0][-1]) + 1
        cell = cell + of[0] * width
        found = found + (of[1] * width).repeat(lengths)
    table = np.zeros(height * width, dtype=np.complex128)
    table.real[cell], table.imag[cell] = worth
    sums = np.add.reduceat(table.take(found), firsts)
    return sums.real / index.plain_length.take(picked), sums.imag
