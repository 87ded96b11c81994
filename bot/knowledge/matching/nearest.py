"""The sentences of an index that are nearest to messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.matching import weights
from bot.knowledge.matching.features import SHARES, Pieces, pieces, small, tags
from bot.knowledge.matching.index import Index
from bot.knowledge.matching.sketches import CHARACTERS, ENCODED, scored

Floats = NDArray[np.float32]
Ints = NDArray[np.signedinteger[Any]]
Bools = NDArray[np.bool_]

_SHARES = np.array(SHARES)


@dataclass(frozen=True, slots=True)
class Near:
    """The nearest sentences of several messages, arrays of ``(messages, wanted)``.

    Args:
        sentence: Their numbers, nearest first; -1 where there are fewer.
        near: How alike message and sentence are, 0 where there is none.
        cosine: The same, weighed by rarity, what the base does not know included; only for the
            first ``close`` of them.
        covered: The share of the message that the sentence has; likewise.
        known: ``(messages,)``: share of the small pieces of a message that any sentence has.
        kernel: How alike the sentences are to each other, ``(messages, wanted, wanted)``.
    """

    sentence: Ints
    near: Floats
    cosine: Floats
    covered: Floats
    known: Floats
    kernel: Floats


@dataclass(frozen=True, slots=True)
class _Asked:
    """Messages as known pieces: one number each, by message and in order.

    Args:
        ends: Where the pieces of each message begin and end.
        numbers: The pieces.
        plain: Their weights by rarity.
        heavy: Their weights by how well they tell entries apart.
        norm: Length of each message weighed by rarity, what is not known included.
        total: Sum of the same weights.
        known: Share of the small pieces of each message that the base has.
    """

    ends: Ints
    numbers: Ints
    plain: Floats
    heavy: Floats
    norm: Floats
    total: Floats
    known: Floats


def repaired(index: Index, messages: Sequence[list[str]]) -> list[list[str] | None]:
    """Return what messages, given as units, probably meant; ``None`` where they seem right."""
    return _repaired(index, messages, pieces(messages))


def _repaired(index: Index, messages: Sequence[list[str]], taken: Pieces) -> list[list[str] | None]:
    out: list[list[str] | None] = [None] * len(messages)
    strange = index.numbered(taken.steps) < 0
    # A slip shows where a unit is known beside neither of its neighbours.
    lost = strange[:-1] & strange[1:] & (taken.step_rows[:-1] == taken.step_rows[1:])
    suspects = set(taken.step_rows[1:][lost].tolist())
    ends = np.searchsorted(taken.step_rows, np.arange(len(messages) + 1)).tolist()
    for row, found in enumerate(messages):
        dense = ends[row] < ends[row + 1]
        if row in suspects or (not dense and index.speller.suspects(found)):
            out[row] = index.speller.repair(found, strange[ends[row] : ends[row + 1]].tolist())
    return out


def _asked(index: Index, messages: Sequence[list[str]]) -> _Asked:
    taken = pieces(messages)
    keys, rows = taken.keys, taken.rows
    fixed = _repaired(index, messages, taken)
    again = [row for row, units in enumerate(fixed) if units is not None]
    if again:
        # Both readings count: the guess may be wrong.
        more = pieces([units for units in fixed if units is not None])
        more_rows = np.array(again)[more.rows]
        fresh = ~np.isin(_mixed(more.keys, more_rows), _mixed(keys, rows))
        keys = np.concatenate([keys, more.keys[fresh]])
        rows = np.concatenate([rows, more_rows[fresh]])
    count, width = len(messages), len(index.weight)
    numbers = index.numbered(keys)
    known = numbers >= 0
    of_own = small(keys[: len(taken.keys)]).nonzero()[0]
    small_ones = np.bincount(rows[of_own], minlength=count)
    known_ones = np.bincount(rows[of_own], known[of_own], minlength=count)
    share = _SHARES[tags(keys[~known])]
    missing = np.bincount(rows[~known], share, minlength=count) * index.unseen**2
    missed = np.bincount(rows[~known], np.sqrt(share), minlength=count) * index.unseen
    cells = np.sort(rows[known] * width + numbers[known])
    if len(cells):
        new = np.ones(len(cells), dtype=np.bool_)
        np.not_equal(cells[1:], cells[:-1], out=new[1:])
        at = new.nonzero()[0]
        repeats = np.append(at[1:], len(cells)) - at
        cells = cells[at]
    else:
        repeats = np.zeros(0, dtype=np.int64)
    row, number = np.divmod(cells, width)
    tf = weights.REPEATS[np.minimum(repeats, 255)]
    plain, heavy = index.rarity[number] * tf, index.weight[number] * tf
    ends = np.searchsorted(row, np.arange(count + 1))
    norm = np.sqrt(np.bincount(row, plain * plain, minlength=count) + missing + 1e-9)
    total = np.bincount(row, plain, minlength=count) + missed + 1e-9
    return _Asked(
        ends,
        number,
        plain,
        heavy,
        norm.astype(np.float32),
        total.astype(np.float32),
        (known_ones / np.maximum(small_ones, 1)).astype(np.float32),
    )


def _mixed(keys: Ints, rows: Ints) -> NDArray[np.uint64]:
    """Make one number of key and message; that two of them fall together does no harm."""
    return keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + rows.astype(np.uint64)


def nearest(
    index: Index,
    messages: Sequence[list[str]],
    wanted: int,
    close: int,
    shown: Sequence[Bools | None],
    vectors: Floats | None = None,
) -> Near:
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
    asked = _asked(index, messages)
    picked = np.full((count, wanted), -1, dtype=np.int64)
    near = np.zeros((count, wanted), dtype=np.float32)
    for row in range(count):
        where = slice(asked.ends[row], asked.ends[row + 1])
        heavy = asked.heavy[where]
        length = float(np.sqrt(heavy @ heavy))
        if length == 0 and vectors is None:
            continue
        score = scored(asked.numbers[where], heavy / (length + 1e-12), index.lists, index.size)
        if vectors is not None and index.kernel.vectors is not None:
            score = CHARACTERS * score + ENCODED * (index.kernel.vectors @ vectors[row])
        found = (score > 0).nonzero()[0]
        mask = shown[row]
        if mask is not None:
            found = found[mask[found]]
        score = score[found]
        if len(found) > wanted:
            best = score.argpartition(len(found) - wanted)[len(found) - wanted :]
            found, score = found[best], score[best]
        picked[row, : len(found)] = found
        near[row, : len(found)] = score
    order = (-near).argsort(axis=1, kind="stable")
    rows = np.arange(count)[:, None]
    picked, near = picked[rows, order], near[rows, order]
    cosine, covered = _compared(index, asked, picked[:, : min(close, wanted)])
    valid = picked >= 0
    kernel = index.kernel.among(np.where(valid, picked, 0))
    if not valid.all():
        kernel *= valid[:, :, None] & valid[:, None, :]
    return Near(picked, near, cosine, covered, asked.known, kernel)


def _compared(index: Index, asked: _Asked, picked: Ints) -> tuple[Floats, Floats]:
    """Compare each message with its picked sentences, all pieces weighed by rarity."""
    count, close = picked.shape
    valid = (picked >= 0).ravel()
    flat = np.where(valid, picked.ravel(), 0)
    rows = index.rows
    starts = rows.ends[flat]
    lengths = np.where(valid, rows.ends[flat + 1] - starts, 0)
    ends = lengths.cumsum()
    at = np.arange(int(ends[-1])) + (starts - ends + lengths).repeat(lengths)
    numbers = rows.numbers[at]
    # A small table of the pieces of these messages only; its column 0 stands for all others.
    own = np.unique(asked.numbers) if count > 1 else asked.numbers
    narrow = index.scratch()
    narrow[own] = np.arange(1, len(own) + 1)
    width = len(own) + 1
    table = np.zeros((2, count * width), dtype=np.float32)
    cell = narrow[asked.numbers]
    at_row = narrow[numbers]
    narrow[own] = 0
    if count > 1:
        cell = cell + (np.arange(count) * width).repeat(asked.ends[1:] - asked.ends[:-1])
        at_row = at_row + (np.arange(flat.size) // close * width).repeat(lengths)
    table[0, cell] = asked.plain * index.rarity[asked.numbers]
    table[1, cell] = asked.plain
    total = np.zeros((2, flat.size), dtype=np.float32)
    some = lengths > 0
    if some.any():
        share = table.take(at_row, axis=1)
        share[0] *= weights.REPEATS[rows.counts[at]]
        total[:, some] = np.add.reduceat(share, (ends - lengths)[some], axis=1)
    total[0] /= index.plain_length[flat]
    shape = picked.shape
    cosine = total[0].reshape(shape) / asked.norm[:, None]
    return cosine, total[1].reshape(shape) / asked.total[:, None]
