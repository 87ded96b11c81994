"""What a base tells about itself: it is asked what was left out of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.encoding import Encoder
from bot.knowledge.matching.base import Base
from bot.knowledge.matching.calibration import ENOUGH
from bot.knowledge.wording import Said

Groups = Sequence[Sequence[Said]]
"""The sentences of each entry."""

_TURNS = 5
_SMALL = 2_000
"""Up to this many sentences all turns are taken, above it one says enough."""
_MOST = 400
"""Sentences asked for each of the two questions in one turn."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of asking.

    Args:
        evidence: One row for each sentence asked.
        inside: Whether the smaller base still held its entry.
        right: Whether that entry came first.
    """

    evidence: list[list[float]]
    inside: NDArray[np.bool_]
    right: NDArray[np.bool_]

    @property
    def share_right(self) -> float:
        """Share of the sentences with an entry whose entry came first."""
        asked = int(self.inside.sum())
        return float((self.inside & self.right).sum() / asked) if asked else 0.0


class Remembering:
    """An encoder that does not work out the same text twice."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, NDArray[np.float32]] = {}

    @property
    def dimensions(self) -> int:
        """Numbers in the vector of a sentence."""
        return self._encoder.dimensions

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row of length 1 for each of *texts*."""
        fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
        if fresh:
            self._known.update(zip(fresh, self._encoder.encode(fresh), strict=True))
        return np.array([self._known[text] for text in texts], dtype=np.float32)


def base_of(groups: Groups, encoder: Encoder | None = None) -> Base:
    """Index the sentences of each entry; there must be one at least."""
    sentences = [said for group in groups for said in group]
    owner = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    vectors = encoder.encode([said.typed for said in sentences]) if encoder else None
    return Base.of(sentences, owner, len(groups), encoder, vectors)


def check(groups: Groups, encoder: Encoder | None = None) -> Checked | None:
    """Ask smaller copies of the base what was left out of them.

    Returns:
        ``None`` when so few entries have several sentences that nothing can be learnt.
    """
    if sum(len(group) > 1 for group in groups) < min(ENOUGH, max(len(groups), 2)):
        return None
    single = sum(map(bool, groups)) / sum(map(len, groups))
    turns = _TURNS if sum(map(len, groups)) <= _SMALL else 1
    evidence: list[list[float]] = []
    inside: list[bool] = []
    right: list[bool] = []
    for turn in range(turns):
        kept, asked = _held_out(groups, turn)
        smaller = [_without(groups[entry], at) for entry, at in kept]
        if not any(smaller):
            continue
        # Less a sentence here and there it is still a copy of a base of that kind.
        base = replace(base_of(smaller, encoder), single=single)
        number = {entry: place for place, (entry, _) in enumerate(kept)}
        ranked = base.look([groups[entry][at] for entry, at in asked])
        for (entry, _), found in zip(asked, ranked, strict=True):
            inside.append(entry in number)
            right.append(bool(found.entries) and number.get(entry) == found.entries[0])
            evidence.append(found.evidence)
    if not evidence:
        return None
    return Checked(evidence, np.array(inside, bool), np.array(right, bool))


def _held_out(
    groups: Groups, turn: int
) -> tuple[list[tuple[int, int | None]], list[tuple[int, int]]]:
    """Leave out one entry in five whole, and one sentence of each other entry that has several.

    Returns:
        The entries that stay with the sentence taken out of each (``None``: none), and the
        entries and sentences to ask. It is the same every time.
    """
    kept: list[tuple[int, int | None]] = []
    inside: list[tuple[int, int]] = []
    outside: list[tuple[int, int]] = []
    for number, group in enumerate(groups):
        if len(groups) > 3 and (number * 7 + turn) % _TURNS == 0:
            outside += [(number, at) for at in range(len(group))]
            continue
        at = (number + turn) % len(group) if len(group) > 1 else None
        kept.append((number, at))
        if at is not None:
            inside.append((number, at))
    return kept, [*_thinned(inside), *_thinned(outside)]


def _thinned(many: list[tuple[int, int]]) -> list[tuple[int, int]]:
    stride = -(-len(many) // _MOST) if many else 1
    return many[::stride]


def _without(group: Sequence[Said], at: int | None) -> Sequence[Said]:
    return group if at is None else [*group[:at], *group[at + 1 :]]
