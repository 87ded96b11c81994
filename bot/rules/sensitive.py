"""Sensitive words: found in what staff and customers write, whatever is done to hide them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import ahocorasick

from bot.rules.folding import Folding, Squeezed
from bot.rules.occurrence import stands_alone
from core.errors import BadRequestText
from core.playbook import BannedWords, WordAction, WordDirection, WordMatch

_REVERSED = re.compile("\u202e([^\u202c\u2029\n]*)")
"""Text that is shown from right to left because a mark says so: ``xin`` is read as ``nix``."""

_CROSSED_OUT = re.compile("[\u0334-\u0338\u20d0-\u20f0]|(?<=[\u2e80-\ud7ff])[\u0300-\u036f]+")
"""Strokes and rings laid over a letter, and accents that no Chinese character carries."""


@dataclass(frozen=True, slots=True)
class WordHit:
    """A sensitive word that was found.

    Args:
        list: The list on which it stands.
        word: As typed in the list.
        action: What is to happen to the message.
    """

    list: BannedWords
    word: str
    action: WordAction


def blocked(hits: Sequence[WordHit]) -> bool:
    """Say whether one of *hits* keeps the message from being sent."""
    return any(hit.action is WordAction.BLOCK for hit in hits)


class WordBook:
    """All lists of sensitive words that are switched on, ready to search; it never changes."""

    __slots__ = ("_automaton", "_folding", "_hits", "_parts", "_whole")

    def __init__(
        self,
        folding: Folding,
        hits: tuple[WordHit, ...],
        parts: dict[str, list[int]],
        whole: dict[str, list[int]],
    ) -> None:
        self._folding = folding
        self._hits = hits
        self._parts = list(parts.items())
        self._whole = whole
        self._automaton: Any = None
        if parts:
            self._automaton = ahocorasick.Automaton(ahocorasick.STORE_INTS)
            for number, word in enumerate(parts):
                self._automaton.add_word(word, number)
            self._automaton.make_automaton()

    @classmethod
    def compile(cls, lists: Sequence[BannedWords], folding: Folding | None = None) -> "WordBook":
        """Build a book of those *lists* that are switched on.

        Args:
            lists: In the order in which hits are to be told.
            folding: What does not matter when words are compared; ``None`` for the usual.

        Raises:
            BadRequestText: A word holds nothing visible.
        """
        folding = folding or Folding()
        hits: list[WordHit] = []
        parts: dict[str, list[int]] = {}
        whole: dict[str, list[int]] = {}
        for one in lists:
            if not one.enabled:
                continue
            forms = whole if one.match == WordMatch.EQUALS else parts
            for typed in dict.fromkeys(one.words):
                spellings = folding.forms(typed)
                if not spellings[0]:
                    raise BadRequestText("screening.blank_word", list=one.name)
                for form in spellings:
                    forms.setdefault(form, []).append(len(hits))
                hits.append(WordHit(one, typed, WordAction(one.action)))
        return cls(folding, tuple(hits), parts, whole)

    def find(self, text: str, direction: WordDirection, account: str) -> tuple[WordHit, ...]:
        """Return the words in *text*, in the order of the lists and of the words in each.

        The whole text is searched, however long, so that nothing hides behind a long one; the time
        grows with its length, about a second for a million characters.

        Args:
            text: What somebody wrote.
            direction: Whether staff or a customer wrote it; ``BOTH`` asks all lists.
            account: Name of the account in whose conversation.

        Returns:
            Each word of each list once, possibly none.
        """
        if not self._hits:
            return ()
        found: set[int] = set()
        for reading in self._readings(text):
            found.update(self._whole.get(reading.text, ()))
            if self._automaton is not None:
                self._search(reading, found)
        return tuple(
            hit
            for hit in (self._hits[number] for number in sorted(found))
            if WordDirection.BOTH in (direction, hit.list.direction)
            or direction == hit.list.direction
            if not hit.list.accounts or account in hit.list.accounts
        )

    def _search(self, reading: Squeezed, found: set[int]) -> None:
        breaks = frozenset(reading.breaks)
        seen: set[int] = set()
        for last, number in self._automaton.iter(reading.text):
            if number in seen:
                continue
            word, hits = self._parts[number]
            if stands_alone(reading.text, last + 1 - len(word), last + 1, breaks):
                seen.add(number)
                found.update(hits)

    def _readings(self, text: str) -> Iterator[Squeezed]:
        """Give what a reader may see in *text*, each reading once."""
        ways = [text]
        if "\u202e" in text:
            ways.append(_REVERSED.sub(lambda run: run[1][::-1], text))
        seen = set()
        for way in ways:
            folded = self._folding.fold(way)
            plain = _CROSSED_OUT.sub("", folded)
            for form in (folded, folded if plain == folded else self._folding.fold(plain)):
                if form not in seen:
                    seen.add(form)
                    yield Squeezed(form, ())
                    if squeezed := self._folding.squeeze(form):
                        yield squeezed
