"""Which known question a message asks, and how sure that is.

A message in the very words of a question needs nothing else. For any other the nearest questions
are found, what they say for their entries is worked out, and that becomes a chance of being right,
as the knowledge base itself bears it out. How, and why so, is told in ``docs/answering.md``.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from math import exp
from typing import TYPE_CHECKING

from bot.knowledge.answering import Thresholds
from bot.knowledge.encoding import Encoder
from bot.knowledge.explaining import Candidate, Compared, SameWords, Scored, Stage, Worded
from bot.knowledge.found import FaqMatch
from bot.knowledge.lookup import Lookup, Named
from bot.knowledge.wording import Said, plain
from core.playbook import FaqEntry

if TYPE_CHECKING:
    # A desk without FAQ entries never loads what compares them.
    import numpy as np
    from numpy.typing import NDArray

    from bot.knowledge.matching.base import Base, Ranked
    from bot.knowledge.matching.calibration import Calibration

__all__ = ["KEYWORD_ALONE", "FaqMatch", "FaqMatcher"]

KEYWORD_ALONE = 0.99
"""Score of an entry when a message is nothing but a keyword of it."""

_DIGITS = 6
_SHOWN = 5
"""Candidates in an explanation."""


class FaqMatcher:
    """The questions of a playbook, indexed; nothing about it changes later.

    Made by ``fit``. ``updated`` makes another one quickly from a playbook that differs little.
    """

    def __init__(
        self,
        entries: Sequence[FaqEntry],
        lookups: Sequence[Lookup],
        typed: Sequence[str],
        base: "Base | None",
        calibration: "Calibration | None",
        thresholds: Thresholds,
        encoder: Encoder | None,
        precision: float,
        *,
        origin: "FaqMatcher | None" = None,
        gone: frozenset[int] = frozenset(),
        redone: frozenset[int] = frozenset(),
    ) -> None:
        self._entries = entries
        self._lookups = lookups
        self._typed = typed
        self._base = base
        self._calibration = calibration
        self._thresholds = thresholds
        self._encoder = encoder
        self._precision = precision
        self._origin = origin
        self._gone = gone
        self._redone = redone
        self._numbers: dict[int, list[int]] = {}
        for number, entry in enumerate(entries):
            if number not in gone:
                self._numbers.setdefault(entry.id, []).append(number)
        self._dated = [
            number
            for number, entry in enumerate(entries)
            if entry.valid_from is not None or entry.valid_until is not None
        ]

    @classmethod
    def fit(
        cls,
        entries: Sequence[FaqEntry],
        *,
        precision: float = 0.95,
        encoder: Encoder | None = None,
    ) -> "FaqMatcher":
        """Index *entries*; those that are switched off are left out.

        It takes about a second for every 5,000 questions, so call it in a thread.

        Args:
            entries: In the order that decides between equal scores.
            precision: Share of the answers that shall be right, 0 to 1.
            encoder: Compares what sentences mean as well; it is used where the base's own
                questions show that it helps. ``None``: characters alone.
        """
        kept = tuple(entry for entry in entries if entry.enabled)
        said = [one for number, entry in enumerate(kept) for one in _said(number, entry)]
        lookup = Lookup(enumerate(kept), said)
        typed = [text for _, text, _ in said]
        if not said:
            return cls(kept, (lookup,), typed, None, None, Thresholds(), encoder, precision)
        from bot.knowledge.matching.fitting import fitted

        base, calibration = fitted([(number, one) for number, _, one in said], len(kept), encoder)
        thresholds = _thresholds(calibration.threshold(precision))
        return cls(kept, (lookup,), typed, base, calibration, thresholds, encoder, precision)

    @property
    def thresholds(self) -> Thresholds:
        """How sure to be, so that the share of right answers asked for is kept."""
        return self._thresholds

    @property
    def stale(self) -> int:
        """How many entries were added, changed or removed since everything was fitted."""
        return len(self._redone)

    def thresholds_for(self, precision: float) -> Thresholds:
        """Return the thresholds for another share of right answers, 0 to 1."""
        if self._calibration is None:
            return Thresholds()
        return _thresholds(self._calibration.threshold(precision))

    def updated(self, entries: Sequence[FaqEntry]) -> "FaqMatcher":
        """Return a matcher for *entries*, taking over all that has not changed.

        Weights, chances and thresholds stay as they were fitted, so fit again when there is time.
        It takes as long as there are changes; where ids are not unique, as long as ``fit``.

        Args:
            entries: All of them, not only those that changed.
        """
        origin = self._origin or self
        kept = [entry for entry in entries if entry.enabled]
        ids = {entry.id for entry in kept}
        if (
            origin._base is None
            or len(ids) < len(kept)
            or len(origin._numbers) < len(origin._entries)
        ):
            return FaqMatcher.fit(entries, precision=self._precision, encoder=self._encoder)
        known = list(origin._entries)
        gone = {where[0] for id, where in origin._numbers.items() if id not in ids}
        redone: set[int] = set(gone)
        changed: list[tuple[int, FaqEntry]] = []
        for entry in kept:
            where = origin._numbers.get(entry.id)
            if where is None:
                changed.append((len(known), entry))
                known.append(entry)
                continue
            before = known[where[0]]
            known[where[0]] = entry
            if before is not entry and _asked(before) != _asked(entry):
                changed.append((where[0], entry))
        redone.update(number for number, _ in changed)
        said = [one for number, entry in changed for one in _said(number, entry)]
        base = origin._base.changed(
            redone, [(number, one) for number, _, one in said], len(origin._entries)
        )
        return FaqMatcher(
            known,
            (origin._lookups[0], Lookup(changed, said)),
            [*origin._typed, *(text for _, text, _ in said)],
            base,
            origin._calibration,
            origin._thresholds,
            origin._encoder,
            origin._precision,
            origin=origin,
            gone=frozenset(gone),
            redone=frozenset(redone),
        )

    def rank(
        self,
        texts: Sequence[str],
        k: int = 3,
        *,
        day: date,
        hidden: Sequence[Collection[int]] | None = None,
    ) -> list[list[FaqMatch]]:
        """Return for each of *texts* up to *k* entries, best first, possibly none.

        An entry stands there once, with its nearest question; equal scores keep the order of the
        entries. When the text is one of the questions word for word, the entries that own it are
        all there is, with a score of 1. A keyword of an entry that occurs in the text makes it
        worth an offer at least.

        Args:
            texts: Messages as typed. Of long ones both ends are compared.
            k: At least 1.
            day: Today in the tenant's time zone; entries that are not valid then are left out.
            hidden: For each text the ids of entries that it must not get; ``None``: none.
        """
        out: list[list[FaqMatch]] = [[] for _ in texts]
        kept_from = [self._hidden((), day)] * len(texts)
        if hidden is not None:
            # The texts of one group are given one set.
            sets = {id(ids): self._hidden(ids, day) for ids in hidden}
            kept_from = [sets[id(ids)] for ids in hidden]
        asked: list[int] = []
        messages: list[Said] = []
        for at, text in enumerate(texts):
            said = Said.of(text)
            same = self._same(said, kept_from[at])
            if same:
                out[at] = [FaqMatch(self._entries[n], 1.0, typed) for n, typed in same[:k]]
            elif said.units:
                asked.append(at)
                messages.append(said)
        ranked = self._look(messages, [kept_from[at] for at in asked], k)
        hinted = any(lookup.has_keywords for lookup in self._lookups)
        for at, (found, chance) in zip(asked, ranked, strict=True):
            scores = self._scored(found, chance)
            if hinted:
                self._hint(plain(texts[at]), kept_from[at], scores)
            order = sorted(scores.items(), key=lambda item: (-item[1][0], item[0]))
            out[at] = [FaqMatch(self._entries[n], s, typed) for n, (s, typed) in order[:k]]
        return out

    def explain(self, text: str, *, day: date, hidden: Collection[int] = ()) -> tuple[Stage, ...]:
        """Return what happens to *text*, stage by stage.

        Args:
            text: As typed.
            day: Today in the tenant's time zone.
            hidden: Ids of entries that it must not get.
        """
        said = Said.of(text)
        off = self._hidden(hidden, day)
        fixed = self._base.repaired(said) if self._base is not None and said.units else None
        same = tuple(self._entries[n] for n, _ in self._same(said, off))
        scored = Scored(tuple(self.rank([text], day=day, hidden=[hidden])[0]), self._thresholds)
        worded = Worded(said.whole, said.words, None if fixed is None else " ".join(fixed))
        if same or not said.units:
            return worded, SameWords(same), scored
        ((found, chance),) = self._look([said], [off], _SHOWN)
        hints = dict(self._hints(plain(text), off))
        return worded, SameWords(same), self._compared(found, chance, hints), scored

    def _compared(self, found: "Ranked | None", chance: float, hints: dict[int, str]) -> Compared:
        words = tuple((self._entries[number], typed) for number, typed in hints.items())
        if found is None:
            return Compared((), 0.0, 0.0, 0.0, 0.0, 0.0, words)
        shares = [exp(logit - found.logits[0]) for logit in found.logits]
        candidates = tuple(
            Candidate(self._entries[number], self._typed[sentence], share)
            for number, sentence, share in zip(found.entries, found.sentences, shares, strict=True)
        )
        margin, _, cosine, ratio, covered, *_ = found.evidence
        return Compared(candidates, cosine, ratio, covered, margin, chance, words)

    def _hidden(self, ids: Collection[int], day: date) -> frozenset[int]:
        numbers = self._numbers
        hidden = {number for id in ids for number in numbers.get(id, ())} if ids else set()
        hidden.update(n for n in self._dated if not self._entries[n].offered_on(day))
        return frozenset(hidden) | self._gone if hidden else self._gone

    def _named(self, found: Sequence[Sequence[Named]], hidden: frozenset[int]) -> Iterator[Named]:
        for late, part in enumerate(found):
            for number, typed in part:
                if number not in hidden and (late or number not in self._redone):
                    yield number, typed

    def _same(self, said: Said, hidden: frozenset[int]) -> list[Named]:
        found = [lookup.same(said) for lookup in self._lookups]
        return sorted(self._named(found, hidden)) if any(found) else []

    def _hints(self, words: str, hidden: frozenset[int]) -> Iterator[Named]:
        found = [lookup.keywords_inside(words) for lookup in self._lookups]
        return self._named(found, hidden)

    def _hint(
        self, words: str, hidden: frozenset[int], scores: dict[int, tuple[float, str]]
    ) -> None:
        for number, typed in self._hints(words, hidden):
            if scores.get(number, (0.0, ""))[0] < self._thresholds.offer:
                scores[number] = (self._thresholds.offer, typed)
        alone = [lookup.keyword_alone(words) for lookup in self._lookups]
        for number, typed in self._named(alone, hidden):
            scores[number] = (KEYWORD_ALONE, typed)

    def _look(
        self, messages: Sequence[Said], hidden: Sequence[frozenset[int]], k: int
    ) -> "list[tuple[Ranked | None, float]]":
        if self._base is None or self._calibration is None or not messages:
            return [(None, 0.0)] * len(messages)
        masks: dict[frozenset[int], NDArray[np.bool_] | None] = {}
        for numbers in hidden:
            if numbers not in masks:
                masks[numbers] = self._base.shown(numbers)
        found = self._base.look(messages, [masks[numbers] for numbers in hidden], k)
        return [(one, self._calibration.chance(one.evidence)) for one in found]

    def _scored(self, found: "Ranked | None", chance: float) -> dict[int, tuple[float, str]]:
        """Turn logits into chances: what the best one leaves is the most that others can have."""
        if found is None:
            return {}
        scores: dict[int, tuple[float, str]] = {}
        logits = found.logits
        for number, logit, sentence in zip(found.entries, logits, found.sentences, strict=True):
            score = min(chance * exp(logit - logits[0]), 1 - chance) if scores else chance
            scores[number] = (round(min(score, chance), _DIGITS), self._typed[sentence])
        return scores


def _said(number: int, entry: FaqEntry) -> list[tuple[int, str, Said]]:
    """Prepare the questions of an entry; one that says nothing is left out."""
    said = [(number, typed, Said.of(typed)) for typed in (entry.question, *entry.similar)]
    seen = Counter[str]()
    out = []
    for one in said:
        words = one[2].words
        seen[words] += 1
        if words and seen[words] == 1:
            out.append(one)
    return out


def _asked(entry: FaqEntry) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    return entry.question, entry.similar, entry.keywords


def _thresholds(answer: float) -> Thresholds:
    """Return the thresholds for answering from *answer*: what is offered is less sure."""
    usual = Thresholds()
    offer = min(answer, usual.offer)
    return Thresholds(answer, offer, min(offer, usual.floor))
