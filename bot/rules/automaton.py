"""Keyword rules, compiled so that ten thousand words cost hardly more than one."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import ahocorasick

from bot.rules.folding import fold
from core.errors import BadRequestText
from core.playbook import Match, Rule

LONGEST_SCANNED = 20_000
"""Characters of a folded message that are searched; what comes after them is not looked at."""

_LONGEST_FOLDED = 4 * LONGEST_SCANNED
"""Characters as typed that are folded at all, so that white space cannot hide a book."""

_FROM_START, _TO_END = 1, 2
_CHECKS = 2
"""Low bits of a keyword's edge number; the bits above them hold its length."""


@dataclass(frozen=True, slots=True)
class RuleHit:
    """The rule that fires and the words that decided it, as typed in the rule.

    For ``any`` and ``exact`` that is one word, for ``all`` every word of the rule.
    """

    rule: Rule
    words: tuple[str, ...]


class Verdict(StrEnum):
    """Why a rule does or does not answer a message."""

    WINS = "wins"
    OVERTAKEN = "overtaken"
    """Another rule above it fires."""
    OTHER_ACCOUNT = "other_account"
    """It would fire, but not on this account."""
    DISABLED = "disabled"
    """It would fire, but it is switched off."""
    INCOMPLETE = "incomplete"
    """An ``all`` rule of which some words are there and some are not."""


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """What one rule made of a message.

    Args:
        position: Place of the rule in the book, from 1.
        rule: The rule.
        verdict: Why it answers or not.
        found: Its words that occur, as typed.
        missing: Its words that do not occur, as typed.
        overtaken_by: Position of the rule that wins instead; ``None`` unless overtaken.
    """

    position: int
    rule: Rule
    verdict: Verdict
    found: tuple[str, ...]
    missing: tuple[str, ...]
    overtaken_by: int | None = None


_SPELLED = frozenset(
    char
    for char in map(chr, (*range(0x530), *range(0x1E00, 0x2000)))
    if char.isalnum() or "\u0300" <= char < "\u0370"
)
"""Digits and the letters of scripts that set words apart: Latin, Greek, Cyrillic. Chinese,
Japanese and Thai write no spaces, and Korean, Arabic and Hebrew glue particles to a word: there a
keyword is any part of the text."""


def _edges(word: str) -> int:
    checks = (_FROM_START if word[0] in _SPELLED else 0) | (_TO_END if word[-1] in _SPELLED else 0)
    return len(word) << _CHECKS | checks if checks else 0


def _stands_alone(text: str, end: int, edges: int) -> bool:
    """Tell whether the keyword that ends with ``text[end]`` is no part of a longer word."""
    if edges & _FROM_START:
        before = end - (edges >> _CHECKS)
        if before >= 0 and text[before] in _SPELLED:
            return False
    return not (edges & _TO_END and end + 1 < len(text) and text[end + 1] in _SPELLED)


def occurs(word: str, text: str) -> bool:
    """Tell whether the folded *word* occurs in the folded *text*.

    Where the word begins or ends with a Latin, Greek or Cyrillic letter or a digit, the text must
    not go on with another one there: ``wifi`` occurs in ``wifi密码`` and not in ``wifis``.
    """
    edges = _edges(word)
    at = text.find(word)
    while at >= 0:
        if not edges or _stands_alone(text, at + len(word) - 1, edges):
            return True
        at = text.find(word, at + 1)
    return False


@dataclass(frozen=True, slots=True)
class _Use:
    """One rule's interest in one keyword."""

    rank: int
    needed: int
    """How many different words the rule needs; 1 when this one is enough."""
    accounts: frozenset[str] | None
    typed: str


class RuleBook:
    """All rules of a desk, ready to match; it never changes.

    One automaton serves every account: the rules' own lists of accounts are looked at only when
    a word of theirs is found. Keywords are numbered in the order of the rules, so that while the
    best rule so far is known, a number alone tells whether a word can still improve on it.
    """

    __slots__ = ("_automaton", "_edges", "_exact", "_first_word", "_jumps", "_rules", "_uses")

    def __init__(
        self,
        rules: tuple[Rule, ...],
        automaton: Any,
        edges: list[int],
        uses: list[tuple[_Use, ...]],
        exact: dict[str, tuple[_Use, ...]],
        first_word: list[int],
    ) -> None:
        self._rules = rules
        self._automaton = automaton
        self._edges = edges
        self._uses = uses
        self._exact = exact
        self._first_word = first_word
        # Most words belong to an "any" rule of every account: finding one settles it at once.
        self._jumps = [
            first_word[found[0].rank] if found[0].needed == 1 and found[0].accounts is None else -1
            for found in uses
        ]

    @classmethod
    def compile(cls, rules: Sequence[Rule]) -> "RuleBook":
        """Build a book in which *rules* are tried in the order given.

        About a second for 100,000 words, so call it in a thread.

        Raises:
            BadRequestText: A rule has no words, or one of its words holds nothing visible.
        """
        exact: dict[str, list[_Use]] = {}
        numbers: dict[str, int] = {}
        uses: list[list[_Use]] = []
        first_word: list[int] = []
        for rank, rule in enumerate(rules):
            first_word.append(len(numbers))
            words = _folded_words(rule)
            if not rule.enabled:
                continue
            accounts = frozenset(rule.accounts) or None
            needed = len(words) if rule.match is Match.ALL else 1
            for folded, typed in words.items():
                use = _Use(rank, needed, accounts, typed)
                if rule.match is Match.EXACT:
                    exact.setdefault(folded, []).append(use)
                elif (number := numbers.setdefault(folded, len(uses))) < len(uses):
                    uses[number].append(use)
                else:
                    uses.append([use])
        first_word.append(len(numbers))
        # Numbers, not Python objects, keep a big automaton at half the size.
        automaton = ahocorasick.Automaton(ahocorasick.STORE_INTS)
        for folded, number in numbers.items():
            automaton.add_word(folded, number)
        automaton.make_automaton()
        return cls(
            tuple(rules),
            automaton if numbers else None,
            [_edges(folded) for folded in numbers],
            [tuple(found) for found in uses],
            {folded: tuple(found) for folded, found in exact.items()},
            first_word,
        )

    def match(self, account: str, text: str) -> RuleHit | None:
        """Return the first enabled rule of *account* that fires on *text*, ``None`` if none does.

        Only the first 20,000 characters of the folded text are searched (and the first 80,000 as
        typed), so the time is bounded whatever is sent.
        """
        folded = _searched(text)
        best: _Use | None = None
        limit = len(self._edges)
        for use in self._exact.get(folded, ()):
            if use.accounts is None or account in use.accounts:
                best = use
                limit = self._first_word[use.rank]
                break
        if limit and self._automaton is not None:
            edges, jumps = self._edges, self._jumps
            seen: set[int] = set()
            counts: dict[int, int] = {}
            for end, number in self._automaton.iter(folded):
                # Words of the best rule so far and of those below it cannot change anything.
                if number >= limit:
                    continue
                if (edge := edges[number]) and not _stands_alone(folded, end, edge):
                    continue
                if (jump := jumps[number]) >= 0:
                    best = self._uses[number][0]
                    limit = jump
                elif number not in seen:
                    seen.add(number)
                    better = self._first_fired(number, account, best, counts)
                    if better is None:
                        continue
                    best = better
                    limit = self._first_word[best.rank]
                else:
                    continue
                if not limit:
                    break
        return None if best is None else self._hit(best)

    def _first_fired(
        self, number: int, account: str, best: _Use | None, counts: dict[int, int]
    ) -> _Use | None:
        """Note that a word was found; return the first rule above *best* that this completes."""
        for use in self._uses[number]:
            if best is not None and use.rank >= best.rank:
                return None
            if use.accounts is not None and account not in use.accounts:
                continue
            if use.needed > 1:
                counts[use.rank] = count = counts.get(use.rank, 0) + 1
                if count < use.needed:
                    continue
            return use
        return None

    def _hit(self, use: _Use) -> RuleHit:
        rule = self._rules[use.rank]
        return RuleHit(rule, rule.words if rule.match is Match.ALL else (use.typed,))

    def explain(self, account: str, text: str) -> list[RuleTrace]:
        """Say what each rule makes of *text*, in the order of the rules, for ``/rule_test``.

        Rules of which no word occurs are left out. Slower than ``match`` by far: every word of
        every rule is looked for, those of rules that are switched off as well.
        """
        folded = _searched(text)
        winner: int | None = None
        traces = []
        for position, rule in enumerate(self._rules, 1):
            here = {
                word: word == folded if rule.match is Match.EXACT else occurs(word, folded)
                for word in map(fold, rule.words)
            }
            if not any(here.values()):
                continue
            overtaken_by = None
            if rule.match is Match.ALL and not all(here.values()):
                verdict = Verdict.INCOMPLETE
            elif not rule.enabled:
                verdict = Verdict.DISABLED
            elif rule.accounts and account not in rule.accounts:
                verdict = Verdict.OTHER_ACCOUNT
            elif winner is not None:
                verdict, overtaken_by = Verdict.OVERTAKEN, winner
            else:
                verdict, winner = Verdict.WINS, position
            traces.append(
                RuleTrace(
                    position,
                    rule,
                    verdict,
                    found=tuple(word for word in rule.words if here[fold(word)]),
                    missing=tuple(word for word in rule.words if not here[fold(word)]),
                    overtaken_by=overtaken_by,
                )
            )
        return traces


def _searched(text: str) -> str:
    # Slicing what is short enough returns the very same text, so this costs next to nothing.
    return fold(text[:_LONGEST_FOLDED])[:LONGEST_SCANNED]


def _folded_words(rule: Rule) -> dict[str, str]:
    """Return the words of *rule* by their folded form, each as it was first typed."""
    words: dict[str, str] = {}
    for typed in rule.words:
        folded = fold(typed)
        if not folded:
            raise BadRequestText("playbook.rule_word_blank", rule=rule.name, word=typed)
        words.setdefault(folded, typed)
    if not words:
        raise BadRequestText("playbook.rule_without_words", rule=rule.name)
    return words
