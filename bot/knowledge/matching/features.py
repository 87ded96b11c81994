"""The pieces by which sentences are compared, as numbers.

Scripts with spaces: pieces of two to five characters of each word, its borders marked. Scripts
without: runs of one to three characters with the ends of the sentence marked; runs of one or two
readings without tones; pairs of characters at most three apart, whatever their order.

A piece is a whole number that is made from the characters by arithmetic, so that a batch of
messages, or a base of 100,000 sentences, is taken apart by a few operations on arrays, and no
table of strings has to be kept. The upper bits say what kind of piece it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.matching.readings import reading_of, readings
from bot.knowledge.wording import FIRST_DENSE, is_dense

Keys = NDArray[np.int64]
Ints = NDArray[np.intp]
Picked = slice | NDArray[np.bool_]

_UNIT_BITS = 20
_TAG_BITS = 60
ONE, TWO, THREE, SOUND, SOUNDS, PAIR, PIECE = range(7)
"""Kinds of pieces: runs of characters, runs of readings, unordered pairs, pieces of words."""

SHARES = (1.0, 1.0, 1.0, 0.5, 0.5, 0.4, 1.0)
"""What a kind counts, as a share of the squared length of a sentence. Readings at full weight
would lose as much on plain messages as they gain on misspelt ones."""

START, END = 1, 2
_START, _END = chr(START), chr(END)
_BLANK, _NEXT = 32, 10
_APART = (1, 2, 3)
_SPAN = (2, 3, 4, 5)
_MIX = 0x9E3779B97F4A7C15
_MIXER = np.uint64(_MIX)
_WHOLE = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of several sentences, with repeats, in no particular order.

    Args:
        keys: What each piece is.
        rows: The sentence that each belongs to.
        steps: Where the pairs of neighbours are, as they stand in the sentences and in the order
            of these, those with the ends included.
    """

    keys: Keys
    rows: Ints
    steps: slice


def tags(keys: Keys) -> NDArray[np.int64]:
    """Say of which kind each key is."""
    return keys >> _TAG_BITS


def small(keys: Keys) -> NDArray[np.bool_]:
    """Say which keys are those of neighbours or of pieces of words: what any sentence has."""
    kind = tags(keys)
    out: NDArray[np.bool_] = (kind == TWO) | (kind == PIECE)
    return out


def code(unit: str) -> int:
    """Return the number of a unit: that of its character, or one made from a word."""
    if is_dense(unit):
        return ord(unit)
    return (1 << 16) + crc32(unit.encode()) % ((1 << _UNIT_BITS) - (1 << 16))


def step(before: int, after: int) -> int:
    """Return the key of two neighbouring units, given their codes."""
    return TWO << _TAG_BITS | before << _UNIT_BITS | after


def joined_steps(before: Keys, after: Keys) -> Keys:
    """Return the keys of neighbouring units, given their codes."""
    return before << _UNIT_BITS | after | (TWO << _TAG_BITS)


def parted(keys: Keys) -> tuple[Keys, Keys]:
    """Return the codes, or the readings, that each key of two neighbours is made of."""
    mask = (1 << _UNIT_BITS) - 1
    return keys >> _UNIT_BITS & mask, keys & mask


def pieces(sentences: Sequence[Sequence[str]]) -> Pieces:
    """Take sentences, given as units, apart."""
    empty = np.zeros(0, dtype=np.int64)
    words: list[str] = []
    word_rows: list[int] = []
    runs: list[str] = []
    run_rows: list[int] = []
    for row, found in enumerate(sentences):
        run = "".join(found)
        if run.isascii() or not any(map(is_dense, found)):
            if found:
                words.append(" ".join(found))
                word_rows.append(row)
            continue
        if len(run) > len(found) or min(run) < FIRST_DENSE:
            words.append(" ".join([unit for unit in found if not is_dense(unit)]))
            word_rows.append(row)
            # The number of a unit is one of a character, so that text carries it.
            run = "".join([chr(code(unit)) for unit in found])
        runs.append(run)
        run_rows.append(row)
    parts: list[tuple[Keys, Ints]] = []
    if words:
        _take_words(words, word_rows, parts)
    steps = slice(0, 0)
    if runs:
        joined = f"{_START}{f'{_END}{_START}'.join(runs)}{_END}"
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        rows = np.repeat(np.array(run_rows, dtype=np.intp), [len(run) + 2 for run in runs])
        steps = _take_runs(codes.astype(np.int64), rows, parts)
    if not parts:
        return Pieces(empty, empty, steps)
    return Pieces(
        np.concatenate([keys for keys, _ in parts]),
        np.concatenate([rows for _, rows in parts]),
        steps,
    )


def pieces_of_one(units: Sequence[str]) -> tuple[Keys, slice]:
    """Take one sentence, given as units, apart.

    Returns:
        The keys of its pieces, with repeats, and where the pairs of neighbours are among them;
        up to where these end stand the small ones, see ``small``.
    """
    run = "".join(units)
    if len(run) == len(units) and min(run, default="") >= FIRST_DENSE:
        keys = _run_apart(list(map(ord, run)))
        return keys, slice(0, len(run) + 1)
    words = [unit for unit in units if not is_dense(unit)]
    found = [_word_apart(word) for word in words]
    first = sum(map(len, found))
    if len(words) == len(units):
        return np.concatenate(found or [np.zeros(0, dtype=np.int64)]), slice(first, first)
    found.append(_run_apart(list(map(code, units))))
    return np.concatenate(found), slice(first, first + len(units) + 1)


@lru_cache(maxsize=4096)
def _word_apart(word: str) -> Keys:
    """Take one word apart. A language has few words that are said often, so they are kept."""
    letters = list(map(ord, f" {word} "))
    keys: list[int] = []
    mixed = letters
    for span in _SPAN:
        mixed = [
            (before * _MIX + letter) & _WHOLE
            for before, letter in zip(mixed, letters[span - 1 :], strict=False)
        ]
        keys += [
            ((one ^ one >> 29) * _MIX & _WHOLE) >> 64 - _TAG_BITS | PIECE << _TAG_BITS
            for one in mixed
        ]
    return np.array(keys, dtype=np.int64)


def _run_apart(codes: list[int]) -> Keys:
    """Take one run apart; the pairs of neighbours come first."""
    size = len(codes)
    sounds = [reading_of(one) or one for one in codes]
    ends = np.array([START, *codes, END, START, *sounds, END], dtype=np.int64)
    layout = _Layout.of(size)
    one, other = ends.take(layout.one), ends.take(layout.other)
    pairs = slice(2 * size + 2, None)
    least = np.minimum(one[pairs], other[pairs])
    np.maximum(one[pairs], other[pairs], out=other[pairs])
    one[pairs] = least
    one <<= _UNIT_BITS
    one |= other
    three = one[:size] << _UNIT_BITS
    three |= ends[2 : size + 2]
    keys = np.concatenate([one, ends[1 : size + 1], ends[size + 3 : -1], three])
    keys |= layout.tags
    return keys


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the pieces of a run lie: where in it each pair begins and ends, and all their tags.

    Pairs of neighbours, pairs of neighbouring readings, unordered pairs; then, in tags alone,
    characters, readings and runs of three.
    """

    one: Ints
    other: Ints
    tags: Keys

    @staticmethod
    @lru_cache(maxsize=128)
    def of(size: int) -> "_Layout":
        """Return the layout of a run of *size* characters; the ends stand before and behind it."""
        step = np.arange(size + 1)
        pairs = [np.arange(1, size + 1 - apart) for apart in _APART]
        far = [mine + apart for mine, apart in zip(pairs, _APART, strict=True)]
        kinds = (TWO, SOUNDS, PAIR, ONE, SOUND, THREE)
        counts = (size + 1, size + 1, sum(map(len, pairs)), size, size, size)
        return _Layout(
            np.concatenate([step, step + size + 2, *pairs]),
            np.concatenate([step + 1, step + size + 3, *far]),
            np.repeat(np.array(kinds, dtype=np.int64) << _TAG_BITS, counts),
        )


def _take_words(words: list[str], word_rows: list[int], parts: list[tuple[Keys, Ints]]) -> None:
    """Add the pieces of words; the words of each text are parted by single spaces."""
    joined = " \n ".join(words)
    joined = f" {joined} "
    letters = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)
    rows = np.repeat(np.array(word_rows, dtype=np.intp), [len(text) + 3 for text in words])
    wall = letters == _NEXT
    blank = letters == _BLANK
    mixed = letters.astype(np.uint64)
    whole = ~wall
    for span in _SPAN:
        if len(letters) < span:
            break
        mixed = mixed[:-1] * _MIXER + letters[span - 1 :]
        # Blanks are the borders of words: they stand first or last in a piece, never inside.
        whole = whole[:-1] & ~wall[span - 1 :]
        if span > 2:
            whole &= ~blank[span - 2 : len(letters) - 1]
        at = whole.nonzero()[0]
        keys = mixed[at]
        keys = ((keys ^ (keys >> np.uint64(29))) * _MIXER) >> np.uint64(64 - _TAG_BITS)
        parts.append((keys.astype(np.int64) | (PIECE << _TAG_BITS), rows[at]))


def _take_runs(codes: Keys, rows: Ints, parts: list[tuple[Keys, Ints]]) -> slice:
    """Add the pieces of a script without spaces; return where the pairs of neighbours are."""
    sounds = readings()[np.where(codes < 1 << 16, codes, 0)].astype(np.int64)
    sounds = np.where(sounds > 0, sounds, codes)
    inner: Picked = slice(1, -1)
    within: Picked = slice(None)
    several = rows[0] != rows[-1]
    if several:
        inner = codes > END
        within = rows[:-1] == rows[1:]
    shifted = codes << _UNIT_BITS
    steps = (shifted[:-1] | codes[1:] | (TWO << _TAG_BITS))[within]
    step_rows = rows[1:][within]
    spoken = (sounds[:-1] << _UNIT_BITS | sounds[1:] | (SOUNDS << _TAG_BITS))[within]
    inside, inside_rows = codes[inner], rows[inner]
    three = (shifted[:-2] | codes[1:-1]) << _UNIT_BITS | codes[2:] | (THREE << _TAG_BITS)
    three_rows = rows[2:]
    if several:
        whole = rows[:-2] == three_rows
        three, three_rows = three[whole], three_rows[whole]
    first = sum(len(keys) for keys, _ in parts) + len(inside)
    parts += [
        (inside | (ONE << _TAG_BITS), inside_rows),
        (steps, step_rows),
        (three, three_rows),
        (sounds[inner] | (SOUND << _TAG_BITS), inside_rows),
        (spoken, step_rows),
    ]
    for apart in _APART:
        one, other = inside[:-apart], inside[apart:]
        pair = np.minimum(one, other) << _UNIT_BITS | np.maximum(one, other) | (PAIR << _TAG_BITS)
        pair_rows = inside_rows[apart:]
        if several:
            same = inside_rows[:-apart] == pair_rows
            pair, pair_rows = pair[same], pair_rows[same]
        parts.append((pair, pair_rows))
    return slice(first, first + len(steps))
