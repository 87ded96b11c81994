"""Entries that a message names word for word: by a question of theirs, or by a keyword."""

from collections.abc import Iterable, Sequence
from typing import Any

import ahocorasick

from bot.knowledge.wording import Said, plain
from core.playbook import FaqEntry

_MOST_HINTS = 500
"""Entries that the keywords in one message can lead to; bounds the time it takes."""

Named = tuple[int, str]
"""Number of an entry, and which of its questions or keywords was named, as typed."""


class Lookup:
    """The wordings of entries, by what they say.

    Args:
        entries: With their numbers.
        said: Their questions, prepared, with the number of the entry and the text as typed.
    """

    def __init__(
        self, entries: Iterable[tuple[int, FaqEntry]], said: Sequence[tuple[int, str, Said]]
    ) -> None:
        self._same: dict[str, list[Named]] = {}
        for number, typed, one in said:
            owners = self._same.setdefault(one.words, [])
            if not any(owner == number for owner, _ in owners):
                owners.append((number, typed))
        self._keywords: dict[str, list[Named]] = {}
        for number, entry in entries:
            for typed in entry.keywords:
                if word := plain(typed):
                    self._keywords.setdefault(word, []).append((number, typed))
        self._inside: Any = None
        if self._keywords:
            self._inside = ahocorasick.Automaton()
            for word, owners in self._keywords.items():
                self._inside.add_word(_bordered(word), owners)
            self._inside.make_automaton()

    def same(self, said: Said) -> Sequence[Named]:
        """Return the entries with a question in the same words."""
        return self._same.get(said.words, ())

    @property
    def has_keywords(self) -> bool:
        """Say whether an entry has keywords at all."""
        return bool(self._keywords)

    def keyword_alone(self, words: str) -> Sequence[Named]:
        """Return the entries of which the plain *words* are a keyword."""
        return self._keywords.get(words, ())

    def keywords_inside(self, words: str) -> list[Named]:
        """Return the entries of which a keyword occurs in the plain *words*."""
        found: list[Named] = []
        if self._inside is not None:
            for _, owners in self._inside.iter(f" {words} "):
                found += owners[: _MOST_HINTS - len(found)]
                if len(found) >= _MOST_HINTS:
                    break
        return found


def _bordered(word: str) -> str:
    """Return *word* with a space at each end where its script sets words apart."""
    # Plain text has a space between scripts, so "wifi" is found in "wifi密码", not in "wifis".
    before = "" if word[0] >= "\u3040" else " "
    after = "" if word[-1] >= "\u3040" else " "
    return f"{before}{word}{after}"
