"""Guess what a mistyped message meant, from the words and neighbours that the base has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from bot.knowledge.matching.features import END, START, Keys, code, parted, step
from bot.knowledge.matching.readings import MOST_READINGS, reading_of, readings
from bot.knowledge.matching.spans import ends_of
from bot.knowledge.wording import is_dense

_SHORTEST = 4
"""Shorter words have too many neighbours one slip away."""
_LONGEST = 30
_TRIED = 120
"""Other characters tried in one message; bounds the time that nonsense takes."""


class Speller:
    """Repairs units that the base does not know but nearly knows.

    Args:
        words: Units of the base and how often they occur.
        steps: Keys of the pairs of neighbours in the base.
        sounds: For each pair of readings whether the base has it, see ``heard``.
        spelt: Words that the base does not count and that are right all the same.
        more_steps: Further keys of neighbours.
    """

    def __init__(
        self,
        words: Mapping[str, int],
        steps: frozenset[int],
        sounds: bytes,
        spelt: frozenset[str] = frozenset(),
        more_steps: frozenset[int] = frozenset(),
    ) -> None:
        self._words = words
        self._steps = steps
        self._sounds = sounds
        self._heard = np.frombuffer(sounds, dtype=np.uint8)
        self._spelt = spelt
        self._more_steps = more_steps
        self._shorter: dict[str, list[str]] | None = None
        self._alike: _Alike | None = None

    def extended(self, words: frozenset[str], steps: frozenset[int]) -> "Speller":
        """Return a speller that leaves *words* and *steps* alone as well."""
        longer = Speller(self._words, self._steps, self._sounds, words, steps)
        longer._shorter, longer._alike = self._shorter, self._alike
        return longer

    def suspects(self, found: Sequence[str]) -> bool:
        """Say whether a message in words may hold a slip."""
        return not all(map(self._words.__contains__, found))

    def repair(self, found: list[str], strange: Sequence[bool]) -> list[str] | None:
        """Return the units as they were probably meant, ``None`` if they seem right.

        Args:
            found: A message as units.
            strange: For each step between neighbours, those to the ends included, whether the base
                lacks it; empty for a message in words.
        """
        fixed = self._characters(found, strange) if strange else self._by_words(found)
        return fixed if fixed != found else None

    def _by_words(self, found: list[str]) -> list[str]:
        """Replace unknown words by the most frequent known one a single slip away."""
        out: list[str] = []
        at = 0
        while at < len(found):
            word = found[at]
            after = found[at + 1] if at + 1 < len(found) else None
            if after is not None and self._border_slipped(word, after):
                split = self._resplit(word + after)
                if split is not None:
                    out += split
                    at += 2
                    continue
            at += 1
            if word in self._words or word in self._spelt:
                out.append(word)
            elif (near := self._nearest(word)) is not None:
                out.append(near)
            else:
                out += (self._resplit(word) if len(word) > _SHORTEST else None) or [word]
        return out

    def _border_slipped(self, word: str, after: str) -> bool:
        unsure = after if word in self._words else word
        return unsure not in self._words and unsure not in self._spelt

    def _nearest(self, word: str) -> str | None:
        if not _SHORTEST <= len(word) <= _LONGEST or not word.isalpha():
            return None
        best, most = None, 0
        for cut in _cuts(word):
            for other in self._near_words().get(cut, ()):
                if self._words[other] > most and OSA.distance(word, other, score_cutoff=1) <= 1:
                    best, most = other, self._words[other]
        return best

    def _near_words(self) -> dict[str, list[str]]:
        # Made when the first unknown word comes: many bases never need it.
        if self._shorter is None:
            shorter: dict[str, list[str]] = {}
            for word in self._words:
                if _SHORTEST <= len(word) <= _LONGEST and word.isalpha():
                    for cut in _cuts(word):
                        shorter.setdefault(cut, []).append(word)
            self._shorter = shorter
        return self._shorter

    def _resplit(self, joined: str) -> list[str] | None:
        """Set the border of two words anew, or take it away."""
        if len(joined) > _LONGEST or not joined.isalpha():
            return None
        if joined in self._words:
            return [joined]
        best, most = None, 0
        for at in range(1, len(joined)):
            left, right = joined[:at], joined[at:]
            if (len(left) > 1 or left in ("i", "a")) and len(right) > 1:
                count = min(self._words.get(left, 0), self._words.get(right, 0))
                if count > most:
                    best, most = [left, right], count
        return best

    def _characters(self, found: list[str], strange: Sequence[bool]) -> list[str]:
        """Undo a swapped or same-sounding unit where no pair around it is known."""
        known = self._knows
        out = list(found)
        codes = [START, *map(code, found), END]
        unsure = list(strange)  # of each unit and the one before it
        tries = _TRIED
        at = 1
        while at < len(codes) - 1:
            if not (unsure[at - 1] and unsure[at]):
                at += 1
                continue
            before, here, after = codes[at - 1 : at + 2]
            if at + 2 < len(codes) and known(before, after) and known(after, here):
                codes[at], codes[at + 1] = after, here
                out[at - 1], out[at] = out[at], out[at - 1]
                unsure[at + 1] = not known(here, codes[at + 2])
                at += 2
                continue
            if self._sounds_right(before, here) and self._sounds_right(here, after):
                for other in self._all_alike().like(reading_of(here))[:tries]:
                    tries -= 1
                    if known(before, other) and known(other, after):
                        codes[at], out[at - 1] = other, chr(other)
                        unsure[at] = False
                        break
            at += 1
        return out

    def spoken_alike(self, here: Keys) -> tuple[NDArray[np.intp], Keys]:
        """Return the base's characters that are read like those given, and for which each is."""
        alike = self._all_alike()
        reading = _readings_of(here)
        starts = alike.ends[reading]
        lengths = alike.ends[reading + 1] - starts
        which = np.arange(len(here)).repeat(lengths)
        at = np.arange(len(which)) + (starts - lengths.cumsum() + lengths).repeat(lengths)
        return which, alike.codes[at]

    def sound_right(self, before: Keys, after: Keys) -> NDArray[np.bool_]:
        """Say for pairs of neighbours whether the base has two that are read like these."""
        one, other = _readings_of(before), _readings_of(after)
        heard = self._heard[one * MOST_READINGS + other] != 0
        out: NDArray[np.bool_] = heard | (one == 0) | (other == 0)
        return out

    def _all_alike(self) -> "_Alike":
        if self._alike is None:
            self._alike = _Alike.of(self._words)
        return self._alike

    def _knows(self, before: int, after: int) -> bool:
        key = step(before, after)
        return key in self._steps or key in self._more_steps

    def _sounds_right(self, before: int, after: int) -> bool:
        """Say whether the base has two neighbours that are read like these."""
        one, other = reading_of(before), reading_of(after)
        return not (one and other) or bool(self._sounds[one * MOST_READINGS + other])


@dataclass(frozen=True, slots=True)
class _Alike:
    """Characters of a base by reading, the most frequent first.

    Args:
        ends: Where the characters of each reading begin and end; 0, "no reading", has none.
        codes: The characters.
    """

    ends: NDArray[np.int64]
    codes: Keys

    @classmethod
    def of(cls, words: Mapping[str, int]) -> "_Alike":
        order = sorted(filter(is_dense, words), key=lambda unit: (-words[unit], unit))
        codes = np.array(list(map(ord, order)), dtype=np.int64)
        reading = _readings_of(codes)
        codes, reading = codes[reading > 0], reading[reading > 0]
        ends = ends_of(np.bincount(reading, minlength=MOST_READINGS))
        return cls(ends, codes[reading.argsort(kind="stable")])

    def like(self, reading: int) -> list[int]:
        found: list[int] = self.codes[self.ends[reading] : self.ends[reading + 1]].tolist()
        return found


def _readings_of(codes: Keys) -> NDArray[np.int64]:
    return readings()[np.where(codes < 1 << 16, codes, 0)].astype(np.int64)


def heard(sounds: Keys) -> bytes:
    """Return for each pair of readings whether it is among the keys *sounds*."""
    one, other = parted(sounds)
    both = (one < MOST_READINGS) & (other < MOST_READINGS)
    table = np.zeros(MOST_READINGS * MOST_READINGS, dtype=np.uint8)
    table[one[both] * MOST_READINGS + other[both]] = 1
    return table.tobytes()


def _cuts(word: str) -> dict[str, None]:
    """Return *word* and what is left of it without one letter, in a fixed order."""
    return dict.fromkeys([word, *(word[:at] + word[at + 1 :] for at in range(len(word)))])
