"""Where keys stand in an array, found without searching."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.int64]

_MIXER = np.uint64(0x9E3779B97F4A7C15)
_ROOM = 4
"""At least so many slots for each key: most keys that are not there meet an empty one."""


@dataclass(frozen=True, slots=True)
class Places:
    """Keys, and a table that tells the place of most of them at once.

    A search halves the array some twenty times, each time in memory that is not at hand; a look
    into the table is one step. Messages are full of pieces that no sentence has.

    Args:
        keys: In any order, each once.
        slots: Place of the key that each slot holds, -1 for none.
        shift: How many bits of a mixed key do not tell its slot.
        crowded: Places of keys that found their slot taken.
    """

    keys: Keys
    slots: NDArray[np.int32]
    shift: np.uint64
    crowded: dict[int, int]

    @classmethod
    def of(cls, keys: Keys) -> "Places":
        """Prepare *keys*, each of which stands there once."""
        bits = max((len(keys) * _ROOM).bit_length(), 4)
        shift = np.uint64(64 - bits)
        slot = _slots(keys, shift)
        slots = np.full(1 << bits, -1, dtype=np.int32)
        numbers = np.arange(len(keys), dtype=np.int32)
        slots[slot] = numbers
        late = (slots[slot] != numbers).nonzero()[0]
        return cls(keys, slots, shift, dict(zip(keys[late].tolist(), late.tolist(), strict=True)))

    def of_keys(self, wanted: Keys) -> NDArray[np.int64]:
        """Return the places of keys, -1 for those that are not there."""
        if not len(self.keys):
            return np.full(len(wanted), -1, dtype=np.int64)
        out = self.slots[_slots(wanted, self.shift)].astype(np.int64)
        # The key at place -1 is never one that was wanted and met an empty slot.
        others = ((self.keys[out] != wanted) & (out >= 0)).nonzero()[0]
        if len(others):
            # They are few: a table of Python's finds them sooner than a search does.
            crowded = self.crowded
            out[others] = [crowded.get(key, -1) for key in wanted[others].tolist()]
        return out


def _slots(keys: Keys, shift: np.uint64) -> NDArray[np.int64]:
    return ((keys.view(np.uint64) * _MIXER) >> shift).view(np.int64)
