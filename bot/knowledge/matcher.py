"""Which known question a message asks.

Scoring: half of it is the share of rare pieces (characters and pairs of them in Chinese, words
and letter triples elsewhere; cosine weighted by rarity), half the share of characters that stand
in the same order (Indel similarity). Either alone puts the right entry first less often.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum, log, sqrt
from typing import Any

import ahocorasick
from rapidfuzz.distance import Indel

from bot.knowledge.wording import essence, grams, plain
from core.playbook import FaqEntry

OFFER_SCORE = 0.4
"""Score from which an entry is worth offering; a keyword of the entry is worth as much."""

_LOOKED_UP = 400
"""Index positions visited for one message, rarest pieces first; bounds the time it takes."""
_SHORT = 6
"""Up to this length a text may be like another by a single character."""
_SHORTLIST = 25
"""Sentences with the most weight in common; only for these is the cosine worked out."""
_COMPARED = 10
"""Best of them, which are compared character by character as well."""


@dataclass(frozen=True, slots=True)
class FaqMatch:
    """An entry that may answer a message.

    Args:
        entry: The entry.
        score: How alike they are, from 0 to 1; 1 only for the same words.
        sentence: What matched, as typed: the question, a similar question, or a keyword.
    """

    entry: FaqEntry
    score: float
    sentence: str


@dataclass(frozen=True, slots=True)
class _Sentence:
    owner: int
    typed: str
    core: str
    length: float
    """Length of its vector of weighted pieces."""


class FaqMatcher:
    """The questions of a playbook, indexed; nothing about it changes later."""

    def __init__(
        self,
        entries: tuple[FaqEntry, ...],
        sentences: list[_Sentence],
        weights: dict[str, float],
        places: dict[str, list[int]],
        keywords: Any,
        keyword_score: float,
    ) -> None:
        self._entries = entries
        self._sentences = sentences
        self._weights = weights
        self._places = places
        self._keywords = keywords
        self._keyword_score = keyword_score
        self._unknown = log(1 + len(sentences)) + 1
        self._lengths = [sentence.length for sentence in sentences]
        self._exact: dict[str, list[int]] = {}
        for number, sentence in enumerate(sentences):
            self._exact.setdefault(sentence.core, []).append(number)
        self._dated = [
            number
            for number, entry in enumerate(entries)
            if entry.valid_from is not None or entry.valid_until is not None
        ]

    @classmethod
    def fit(
        cls, entries: Sequence[FaqEntry], *, keyword_score: float = OFFER_SCORE
    ) -> "FaqMatcher":
        """Index *entries*; those that are switched off are left out.

        Args:
            entries: In the order that decides between equal scores.
            keyword_score: What an entry scores at least when a keyword of it occurs.
        """
        kept = tuple(entry for entry in entries if entry.enabled)
        found: list[tuple[int, str, str, set[str]]] = []
        keywords: dict[str, list[tuple[int, str]]] = {}
        for owner, entry in enumerate(kept):
            for typed in (entry.question, *entry.similar):
                if core := essence(plain(typed)):
                    found.append((owner, typed, core, grams(core)))
            for typed in entry.keywords:
                if word := plain(typed):
                    keywords.setdefault(_bordered(word), []).append((owner, typed))
        spread = Counter(piece for *_, pieces in found for piece in pieces)
        weights = {
            piece: log((1 + len(found)) / (1 + count)) + 1 for piece, count in spread.items()
        }
        places: dict[str, list[int]] = {}
        sentences = []
        for number, (owner, typed, core, pieces) in enumerate(found):
            # fsum: the order in a set differs from process to process, the score must not.
            length = sqrt(fsum(weights[piece] ** 2 for piece in pieces))
            sentences.append(_Sentence(owner, typed, core, length))
            for piece in pieces:
                places.setdefault(piece, []).append(number)
        automaton = None
        if keywords:
            automaton = ahocorasick.Automaton()
            for word, owners in keywords.items():
                automaton.add_word(word, tuple(owners))
            automaton.make_automaton()
        return cls(kept, sentences, weights, places, automaton, keyword_score)

    def rank(self, texts: Sequence[str], k: int = 3, *, day: date) -> list[list[FaqMatch]]:
        """Return for each of *texts* up to *k* entries, best first, possibly none.

        An entry stands there once, with its best sentence; equal scores keep the order of the
        entries. When the text is one of the sentences word for word, the entries that own it are
        all there is, with a score of 1.

        Args:
            texts: Messages as typed. Only the first 500 characters of each are compared.
            k: At least 1.
            day: Today in the tenant's time zone; entries that are not valid then are left out.
        """
        hidden = {number for number in self._dated if not self._entries[number].offered_on(day)}
        return [self._rank_one(text, k, hidden) for text in texts]

    def _rank_one(self, text: str, k: int, hidden: set[int]) -> list[FaqMatch]:
        said = plain(text)
        core = essence(said)
        if not core:
            return []
        best: dict[int, tuple[float, str]] = {}
        for number in self._exact.get(core, ()):
            sentence = self._sentences[number]
            if sentence.owner not in hidden:
                best.setdefault(sentence.owner, (1.0, sentence.typed))
        if not best:
            self._compare(core, hidden, best)
            if self._keywords is not None:
                self._hint(said, hidden, best)
        ranked = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))
        return [
            FaqMatch(self._entries[owner], score, typed) for owner, (score, typed) in ranked[:k]
        ]

    def _compare(self, core: str, hidden: set[int], best: dict[int, tuple[float, str]]) -> None:
        weights, places = self._weights, self._places
        sentences, lengths = self._sentences, self._lengths
        pieces = grams(core)
        known = [(weights[piece], piece) for piece in pieces if piece in weights]
        known.sort(reverse=True)
        if len(core) > _SHORT and not any(len(piece) > 1 for _, piece in known):
            return  # single characters alone make no two longer sentences alike
        strangers = len(pieces) - len(known)
        length = sqrt(sum(w * w for w, _ in known) + strangers * self._unknown**2)
        shared: dict[int, float] = {}
        so_far = shared.get
        left = _LOOKED_UP
        for weight, piece in known:
            where = places[piece]
            if len(where) > left and shared:
                # Pieces from here on are in so many sentences that they tell nothing apart.
                break
            left -= len(where)
            gain = weight * weight
            for number in where:
                shared[number] = so_far(number, 0.0) + gain
        if hidden:
            for number in [n for n in shared if sentences[n].owner in hidden]:
                del shared[number]
        shortlist = sorted(shared, key=shared.__getitem__, reverse=True)[:_SHORTLIST]
        likely = sorted([(-shared[n] / lengths[n], n) for n in shortlist])[:_COMPARED]
        for negative, number in likely:
            sentence = sentences[number]
            order = Indel.normalized_similarity(core, sentence.core)
            score = min(0.999, (order - negative / length) / 2)
            if sentence.owner not in best or best[sentence.owner][0] < score:
                best[sentence.owner] = (score, sentence.typed)

    def _hint(self, said: str, hidden: set[int], best: dict[int, tuple[float, str]]) -> None:
        for _, owners in self._keywords.iter(f" {said} "):
            for owner, typed in owners:
                if owner not in hidden and best.get(owner, (0.0, ""))[0] < self._keyword_score:
                    best[owner] = (self._keyword_score, typed)


def _bordered(word: str) -> str:
    """Return *word* with a space at each end where its script sets words apart."""
    # Plain text has a space between scripts, so "wifi" is found in "wifi密码", not in "wifis".
    before = "" if word[0] >= "\u3040" else " "
    after = "" if word[-1] >= "\u3040" else " "
    return f"{before}{word}{after}"
