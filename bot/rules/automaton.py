"""Keyword rules, compiled so that a million words cost hardly more than one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.rules.changes import Changes, changes
from bot.rules.folding import Folding
from bot.rules.layer import Layer, Said
from core.playbook import Match, Rule

LONGEST_SCANNED = 20_000
"""Characters of a folded message that are searched; what comes after them is not looked at."""

_LONGEST_FOLDED = 4 * LONGEST_SCANNED
"""Characters as typed that are folded at all, so that white space cannot hide a book."""

_MOST_STALE = 5_000
"""Changed rules that are searched beside the compiled ones; more are worth a new book."""

_UNCHANGED = Changes(frozenset(), (), ())
_USUAL = Folding()


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
    NOT_NOW = "not_now"
    """It would fire, but not at this moment: outside its hours or its validity."""
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


class RuleBook:
    """All rules of a desk, ready to match; it never changes.

    One index serves every account: the rules' own lists of accounts, their hours and their other
    words are looked at only when a word of theirs is found. A book that was made from another one
    with few changes shares its index: the rules that are gone are passed over, and the fresh ones
    are searched beside it.
    """

    __slots__ = ("_base", "_changes", "_folding", "_fresh", "_rules")

    def __init__(
        self,
        rules: tuple[Rule, ...],
        folding: Folding,
        base: Layer,
        changes: Changes,
        fresh: Layer | None,
    ) -> None:
        self._rules = rules
        self._folding = folding
        self._base = base
        self._changes = changes
        self._fresh = fresh

    @classmethod
    def compile(cls, rules: Sequence[Rule], folding: Folding = _USUAL) -> "RuleBook":
        """Build a book in which *rules* are tried in the order given.

        About four seconds for a million words, so call it in a thread; it holds up the others no
        more than any Python code does.

        Args:
            rules: Those that are switched off as well.
            folding: What does not matter when words are compared.

        Raises:
            BadRequestText: A rule has no words, or one of its words holds nothing visible.
        """
        base = Layer.compile(rules, folding)
        return cls(base.rules, folding, base, _UNCHANGED, None)

    def updated(self, rules: Sequence[Rule]) -> "RuleBook":
        """Return the book of *rules*, made in milliseconds where few of them are new to this one.

        It matches exactly as one that is compiled. Where thousands have changed it is compiled.

        Raises:
            BadRequestText: As for ``compile``.
        """
        rules = tuple(rules)
        found = changes(self._base.rules, rules, _MOST_STALE)
        if found is None:
            return RuleBook.compile(rules, self._folding)
        fresh = Layer.compile(found.fresh, self._folding) if found.fresh else None
        return RuleBook(rules, self._folding, self._base, found, fresh)

    @property
    def stale(self) -> int:
        """How many rules are not compiled in, or are and should not be; 0 for a compiled book."""
        return max(len(self._changes.gone), len(self._changes.fresh))

    def match(self, account: str, text: str, local: datetime | None = None) -> RuleHit | None:
        """Return the first enabled rule of *account* that fires on *text*, ``None`` if none does.

        Only the first 20,000 characters of the folded text are searched (and the first 80,000 as
        typed), so the time is bounded whatever is sent.

        Args:
            account: Name of the account.
            text: What was written.
            local: The moment by the tenant's clocks; ``None``: rules with hours or validity do
                not fire.
        """
        said = self._said(text)
        hit = self._base.first(account, said, local, self._changes.gone)
        rules = self._base.rules
        if self._fresh is not None:
            other = self._fresh.first(account, said, local, ())
            if other and (hit is None or self._changes.behind[other[0]] < hit[0]):
                hit, rules = other, self._fresh.rules
        if hit is None:
            return None
        rule = rules[hit[0]]
        return RuleHit(rule, rule.words if rule.match is Match.ALL else (hit[1],))

    def _said(self, text: str) -> Said:
        # Slicing what is short enough returns the very same text, so this costs next to nothing.
        folded = self._folding.fold(text[:_LONGEST_FOLDED])[:LONGEST_SCANNED]
        return Said(folded, self._folding.squeeze(folded))

    def explain(self, account: str, text: str, local: datetime | None = None) -> list[RuleTrace]:
        """Say what each rule makes of *text*, in the order of the rules, for ``/rule_test``.

        *local* is the moment by the tenant's clocks, as for ``match``. Rules of which no word
        occurs are left out. Slower than ``match`` by far: every word of every rule is looked for,
        those of rules that are switched off as well.
        """
        said = self._said(text)
        winner: int | None = None
        traces = []
        for position, rule in enumerate(self._rules, 1):
            there = said.equals if rule.match is Match.EXACT else said.holds
            here = [there(self._folding.forms(word)) for word in rule.words]
            if not any(here):
                continue
            overtaken_by = None
            if rule.match is Match.ALL and not all(here):
                verdict = Verdict.INCOMPLETE
            elif not rule.enabled:
                verdict = Verdict.DISABLED
            elif rule.accounts and account not in rule.accounts:
                verdict = Verdict.OTHER_ACCOUNT
            elif rule.timed and (local is None or not rule.fires_at(local)):
                verdict = Verdict.NOT_NOW
            elif winner is not None:
                verdict, overtaken_by = Verdict.OVERTAKEN, winner
            else:
                verdict, winner = Verdict.WINS, position
            traces.append(
                RuleTrace(
                    position,
                    rule,
                    verdict,
                    found=tuple(
                        word for word, is_in in zip(rule.words, here, strict=True) if is_in
                    ),
                    missing=tuple(
                        word for word, is_in in zip(rule.words, here, strict=True) if not is_in
                    ),
                    overtaken_by=overtaken_by,
                )
            )
        return traces
