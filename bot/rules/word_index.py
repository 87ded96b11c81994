"""Finds which of a million words occur in a text, in time that hardly depends on their number."""

from array import array
from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray

from bot.rules.occurrence import NO_BREAKS, SPELLED, TOKEN, stands_alone

Words = NDArray[np.uint32]

_FIRST, _SECOND = 0x9E3779B1, 0x85EBCA6B
"""Odd numbers that spread pairs of characters evenly. Source: the golden ratio; xxHash."""
_FIRST_32, _SECOND_32 = np.uint32(_FIRST), np.uint32(_SECOND)
_LOW_32 = 0xFFFFFFFF
_FEW_TOKENS = 50_000
"""So many first tokens are kept as they are: Python looks them up faster than we can."""

_SPOTS_A_WORD = 32
_LEAST_BITS, _MOST_BITS = 16, 24

_LONG = 8
"""From this length on, words are looked for by their first characters."""
_LONG_MARK, _SINGLE_MARK = 1 << 6, 1 << 7
_HEAD, _WHOLE = 0x5DEECE66D, 0x2545F4914F6CDD1D
"""Set the keys of beginnings and of whole texts apart from those of words."""

_LENGTHS = tuple(
    tuple(
        length
        for length in range(1, _LONG)
        if mark & (_SINGLE_MARK if length == 1 else 1 << (length - 2))
    )
    for mark in range(256)
)
"""Which lengths, ascending, each mark stands for."""

_APART = str.maketrans({code: " " for code in range(0x80) if not chr(code).isalnum()})
"""Sets tokens of plain ASCII apart in half the time that a pattern needs."""

_CHAIN = 1 << 31
"""Set in a value that is no number of a word but the place of several in the chains."""

_MOST_LOOKUPS = 200_000
"""For one text; some lists of words and texts are made for each other."""


class Table:
    """Numbers from 1 by keys of 64 bits, 12 bytes a slot, at least half of the slots empty.

    Args:
        keys: Distinct, ascending; signed where they are looked up.
        values: Their numbers, none of them 0.
    """

    __slots__ = ("keys", "mask", "shift", "values")

    def __init__(self, keys: NDArray[np.uint64], values: Words) -> None:
        bits = (2 * max(len(keys), 4) - 1).bit_length()
        self.shift = 64 - bits
        self.mask = (1 << bits) - 1
        # Each entry stands in the slot that its first bits want or in the next one that is free.
        slots = (keys >> np.uint64(self.shift)).astype(np.int64)
        running = np.arange(len(keys))
        slots -= running
        np.maximum.accumulate(slots, out=slots)
        slots += running
        del running
        size = max(1 << bits, int(slots[-1]) + 1 if len(slots) else 0) + 1
        self.keys = array("q", bytes(8)) * size
        self.values = array("I", bytes(4)) * size
        np.frombuffer(self.keys, np.uint64)[slots] = keys
        np.frombuffer(self.values, np.uint32)[slots] = values

    def get(self, key: int) -> int:
        """Return the number of *key*, 0 when it has none."""
        slot = key >> self.shift & self.mask
        while value := self.values[slot]:
            if self.keys[slot] == key:
                return value
            slot += 1
        return 0


class Collected:
    """Words that an index is to be made of.

    Args:
        expected: About how many they will be.
        within_runs: Whether Latin words are also looked for where their letters were spaced out.
    """

    __slots__ = (
        "ascii_start",
        "bits",
        "few_tokens",
        "head_lengths",
        "heads",
        "keys",
        "numbers",
        "singles",
        "spots",
        "tokens",
        "whole",
        "within_runs",
    )

    def __init__(self, expected: int, *, within_runs: bool) -> None:
        self.keys = array("q")
        self.numbers = array("I")
        self.heads = array("q")
        self.head_lengths = array("I")
        bits = (_SPOTS_A_WORD * max(expected, 1) - 1).bit_length()
        self.bits = min(max(bits, _LEAST_BITS), _MOST_BITS)
        self.few_tokens: set[str] | None = set()
        self.tokens: bytearray | None = None
        self.spots: bytearray | None = None
        self.singles: bytearray | None = None
        self.within_runs = within_runs
        self.ascii_start = False
        self.whole = False

    def add(self, word: str, number: int) -> None:
        """Add a folded word that stands for *number*, a number from 0 and below 2³¹."""
        key = hash(word)
        self.keys.append(key)
        self.numbers.append(number)
        if word[0] in SPELLED:
            self._add_token(word, key)
            if not self.within_runs:
                return
        if self.spots is None:
            self.spots = bytearray(1 << self.bits)
        if word[0] < "\x80":
            self.ascii_start = True
        length = len(word)
        if length == 1:
            if self.singles is None:
                self.singles = bytearray(1 << 16)
            self.singles[ord(word) & 0xFFFF] = _SINGLE_MARK
            return
        spot = ((ord(word[0]) * _FIRST + ord(word[1]) * _SECOND) & _LOW_32) >> (32 - self.bits)
        if length < _LONG:
            self.spots[spot] |= 1 << (length - 2)
        else:
            self.spots[spot] |= _LONG_MARK
            self._add_head(hash(word[:_LONG]), length)

    def _add_token(self, word: str, key: int) -> None:
        token = word
        if not (word.isascii() and word.isalnum()):
            found = TOKEN.match(word)
            if found is not None and found.end() < len(word):
                token = found[0]
                key = hash(token)
                self._add_head(key, len(word))
        if self.few_tokens is not None:
            self.few_tokens.add(token)
            if len(self.few_tokens) > _FEW_TOKENS:
                self.few_tokens = None
        if self.tokens is None:
            self.tokens = bytearray(1 << self.bits)
        self.tokens[key & ((1 << self.bits) - 1)] = 1

    def add_whole(self, text: str, number: int) -> None:
        """Add a folded word that is to be the whole text."""
        self.keys.append(hash(text) ^ _WHOLE)
        self.numbers.append(number)
        self.whole = True

    def _add_head(self, key: int, length: int) -> None:
        self.heads.append(key ^ _HEAD)
        self.head_lengths.append(length)


class WordIndex:
    """Folded words and what they stand for; it never changes.

    No word is kept, only the hash of each: what is found is very likely there, and the caller
    makes sure. Words of Latin script are looked up token by token. Others can begin anywhere: the
    pairs of neighbouring characters of the text tell at which places, and of which lengths, it is
    worth while to look. Long words are first looked for by their beginning.
    """

    __slots__ = (
        "_ascii_start",
        "_chains",
        "_few_tokens",
        "_heads",
        "_lengths",
        "_shift",
        "_singles",
        "_spots",
        "_token_mask",
        "_tokens",
        "_whole",
        "_words",
    )

    def __init__(self, words: Collected) -> None:
        self._heads, self._lengths = _by_head(words)
        self._words, self._chains = _by_word(words)
        self._whole = words.whole
        self._few_tokens = words.few_tokens
        self._tokens = None if words.tokens is None else bytes(words.tokens)
        self._token_mask = (1 << words.bits) - 1
        self._ascii_start = words.ascii_start
        self._shift = np.uint32(32 - words.bits)
        self._spots = None if words.spots is None else np.frombuffer(words.spots, np.uint8)
        self._singles = None if words.singles is None else np.frombuffer(words.singles, np.uint8)

    def numbers(self, value: int) -> Iterable[int]:
        """Return the numbers of a word that was found, ascending."""
        if value & _CHAIN:
            start = value & ~_CHAIN
            count = self._chains[start]
            return memoryview(self._chains)[start + 1 : start + 1 + count]
        return (value - 1,)

    def found(self, text: str, breaks: Collection[int] = NO_BREAKS) -> list[tuple[int, str]]:
        """Return the words that occur in the folded *text* or are it, some more than once.

        Args:
            text: At most some ten thousand characters.
            breaks: Places before which something was taken out of the text (possibly none).

        Returns:
            What ``numbers`` takes, and the word. After 200,000 look-ups the search ends.
        """
        hits: list[tuple[int, str]] = []
        if self._whole and (value := self._words.get(hash(text) ^ _WHOLE)):
            hits.append((value, text))
        if self._tokens is not None and not breaks:
            self._find_tokens(text, self._tokens, hits)
        if self._spots is not None and (breaks or self._ascii_start or not text.isascii()):
            self._find_anywhere(text, self._spots, breaks, hits)
        return hits

    def _find_tokens(self, text: str, likely: bytes, hits: list[tuple[int, str]]) -> None:
        mask = self._token_mask
        tokens = text.translate(_APART).split() if text.isascii() else TOKEN.findall(text)
        few = self._few_tokens
        if few is None:
            tokens = [token for token in tokens if likely[hash(token) & mask]]
        elif few.isdisjoint(tokens):
            return
        else:
            tokens = [token for token in tokens if token in few]
        get = self._words.get
        hits += [(value, token) for token in tokens if (value := get(hash(token)))]
        heads = self._heads
        if heads is None or not any(heads.get(hash(token) ^ _HEAD) for token in tokens):
            return
        lookups = 0
        for found in TOKEN.finditer(text):
            head = heads.get(hash(found[0]) ^ _HEAD)
            if head and lookups < _MOST_LOOKUPS:
                lookups += self._try(text, found.start(), self._lengths[head - 1], NO_BREAKS, hits)

    def _find_anywhere(
        self,
        text: str,
        spots: NDArray[np.uint8],
        breaks: Collection[int],
        hits: list[tuple[int, str]],
    ) -> None:
        codes = np.frombuffer((text + "\0").encode("utf-32-le"), "<u4")
        pairs = codes[:-1] * _FIRST_32
        pairs += codes[1:] * _SECOND_32
        pairs >>= self._shift
        marks = spots[pairs]
        if self._singles is not None:
            marks |= self._singles[codes[:-1] & 0xFFFF]
        places = marks.nonzero()[0]
        table = self._words
        keys, values, shift, mask = table.keys, table.values, table.shift, table.mask
        lookups = 0
        # What follows is Table.get and _try once more: calls would double the time of a match.
        for start, mark in zip(places.tolist(), marks[places].tolist(), strict=True):
            for length in _LENGTHS[mark]:
                word = text[start : start + length]
                key = hash(word)
                slot = key >> shift & mask
                while value := values[slot]:
                    if keys[slot] == key:
                        if stands_alone(text, start, start + len(word), breaks):
                            hits.append((value, word))
                        break
                    slot += 1
            if mark & _LONG_MARK and self._heads is not None:
                head = self._heads.get(hash(text[start : start + _LONG]) ^ _HEAD)
                if head:
                    lookups += self._try(text, start, self._lengths[head - 1], breaks, hits)
                    if lookups > _MOST_LOOKUPS:
                        return

    def _try(
        self,
        text: str,
        start: int,
        lengths: tuple[int, ...],
        breaks: Collection[int],
        hits: list[tuple[int, str]],
    ) -> int:
        """Look for words of *lengths*, ascending, at one place; return how much work that was."""
        get = self._words.get
        room = len(text) - start
        work = 0
        for length in lengths:
            if length > room:
                break
            word = text[start : start + length]
            work += 1 + length // 256
            value = get(hash(word))
            if value and stands_alone(text, start, start + length, breaks):
                hits.append((value, word))
        return work


def _by_word(words: Collected) -> tuple[Table, "array[int]"]:
    """Return the table of the words, and the numbers of those that stand for several.

    The words collected are used up, so that they do not take up memory while the table is built.
    """
    order = np.argsort(np.frombuffer(words.keys, np.uint64), kind="stable")
    numbers = np.frombuffer(words.numbers, np.uint32)[order]
    keys = np.frombuffer(words.keys, np.uint64)[order]
    del order
    words.keys, words.numbers = array("q"), array("I")
    first = _first_of_each(keys)
    values = numbers[first]
    values += np.uint32(1)
    chains: array[int] = array("I")
    # Rarely more than a few words stand for several numbers.
    others = (~first).nonzero()[0]
    if len(others):
        places = np.cumsum(first, dtype=np.uint32)[others] - np.uint32(1)
        runs = np.append((places[1:] != places[:-1]).nonzero()[0] + 1, len(others)).tolist()
        start = 0
        for end in runs:
            begin, stop = int(others[start]) - 1, int(others[end - 1]) + 1
            values[places[start]] = len(chains) | _CHAIN
            chains.append(stop - begin)
            chains.frombytes(numbers[begin:stop].tobytes())
            start = end
    del numbers, others
    keys = keys[first]
    del first
    return Table(keys, values), chains


def _by_head(words: Collected) -> tuple[Table | None, list[tuple[int, ...]]]:
    """Return the table of the heads, and the sets of lengths that it points at."""
    heads = np.frombuffer(words.heads, np.uint64)
    if not len(heads):
        return None, []
    lengths = np.frombuffer(words.head_lengths, np.uint32)
    order = np.lexsort((lengths, heads))
    heads, lengths = heads[order], lengths[order]
    del order
    words.heads, words.head_lengths = array("q"), array("I")
    starts = _first_of_each(heads).nonzero()[0]
    known: dict[tuple[int, ...], int] = {}
    values = np.empty(len(starts), np.uint32)
    for which, start in enumerate(starts.tolist()):
        end = starts[which + 1] if which + 1 < len(starts) else len(heads)
        own = tuple(dict.fromkeys(lengths[start:end].tolist()))
        values[which] = known.setdefault(own, len(known)) + 1
    return Table(heads[starts], values), list(known)


def _first_of_each(ascending: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Mark the first of each run of equal keys."""
    first = np.ones(len(ascending), bool)
    np.not_equal(ascending[1:], ascending[:-1], out=first[1:])
    return first
