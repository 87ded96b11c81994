"""Rules with their words indexed: finds the first one that fires."""

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.rules.folding import Folding, Squeezed
from bot.rules.occurrence import occurs
from bot.rules.word_index import Collected, WordIndex
from core.errors import BadRequestText
from core.playbook import Match, Rule

_MOST_CHECKED = 50_000
"""Rules that are looked at for one message, of those of which a word occurs in it."""


@dataclass(slots=True)
class Said:
    """A message, ready to be searched.

    Args:
        text: Folded.
        squeezed: Without what stands inside words; ``None`` where that changes nothing.
    """

    text: str
    squeezed: Squeezed | None

    def holds(self, forms: Sequence[str]) -> bool:
        """Say whether a keyword, given by its forms, occurs."""
        return any(occurs(form, self.text) for form in forms) or (
            self.squeezed is not None
            and any(occurs(form, self.squeezed.text, self.squeezed.breaks) for form in forms)
        )

    def equals(self, forms: Sequence[str]) -> bool:
        """Say whether the whole message is a keyword, given by its forms."""
        return self.text in forms or (self.squeezed is not None and self.squeezed.text in forms)


class Layer:
    """Rules in an order that never changes.

    The words of all rules are numbered in the order of the rules. So the lowest number that fires
    belongs to the first rule that does, and a number alone tells whether it can still improve on
    the best so far. Besides the index, four bytes a rule are kept: the number of its first word.
    """

    __slots__ = ("_count", "_first_word", "_folding", "_index", "rules")

    def __init__(
        self,
        rules: tuple[Rule, ...],
        folding: Folding,
        first_word: "array[int]",
        count: int,
        index: WordIndex,
    ) -> None:
        self.rules = rules
        self._folding = folding
        self._first_word = first_word
        self._count = count
        self._index = index

    @classmethod
    def compile(cls, rules: Sequence[Rule], folding: Folding) -> "Layer":
        """Index the words of *rules*.

        Raises:
            BadRequestText: A rule has no words, or one of its words holds nothing visible.
        """
        rules = tuple(rules)
        common = _common_words(rules, folding)
        words = Collected(
            sum(len(rule.words) for rule in rules), within_runs=folding.ignore_spacing
        )
        first_word = array("I")
        number = 0
        for rule in rules:
            first_word.append(number)
            number += len(rule.words)
            if not rule.words:
                raise BadRequestText("playbook.rule_without_words", rule=rule.name)
            if rule.match is Match.ALL and len(rule.words) > 1:
                # One word of it must be there: the one that the fewest other rules wait for.
                forms = [folding.forms(word) for word in rule.words]
                _refuse_blank(rule, (spellings[0] for spellings in forms))
                place = min(range(len(forms)), key=lambda n: (common[forms[n][0]], -len(forms[n])))
                if rule.enabled:
                    for form in forms[place]:
                        words.add(form, first_word[-1] + place)
                continue
            add = words.add_whole if rule.match is Match.EXACT else words.add
            for use, typed in enumerate(rule.words, first_word[-1]):
                forms_of_it = folding.forms(typed)
                if not forms_of_it[0]:
                    raise BadRequestText("playbook.rule_word_blank", rule=rule.name, word=typed)
                if rule.enabled:
                    for form in forms_of_it:
                        add(form, use)
        return cls(rules, folding, first_word, number, WordIndex(words))

    def first(
        self, account: str, said: Said, local: datetime | None, passed_over: Collection[int]
    ) -> tuple[int, str] | None:
        """Return the place of the first rule that fires, from 0, and the word that decided it.

        Args:
            account: Name of the account.
            said: What was written.
            local: The moment by the tenant's clocks; ``None``: rules with hours do not fire.
            passed_over: Places of rules that do not count.
        """
        found = self._found(said)
        if not found:
            return None
        best: tuple[int, str] | None = None
        limit = self._count
        left = _MOST_CHECKED
        numbers = self._index.numbers
        for value, word in found:
            for number in numbers(value):
                if number >= limit:
                    break
                left -= 1
                if left < 0:
                    return best
                place = bisect_right(self._first_word, number) - 1
                if place in passed_over:
                    continue
                rule = self.rules[place]
                typed = rule.words[number - self._first_word[place]]
                if (
                    (not rule.accounts or account in rule.accounts)
                    and (not rule.timed or (local is not None and rule.fires_at(local)))
                    and (word == typed or word in self._folding.forms(typed))
                    and (rule.match is not Match.ALL or self._complete(rule, said))
                ):
                    best, limit = (place, typed), number
                    break
        return best

    def _found(self, said: Said) -> list[tuple[int, str]]:
        found = self._index.found(said.text)
        if said.squeezed is not None:
            found += self._index.found(said.squeezed.text, frozenset(said.squeezed.breaks))
        return found

    def _complete(self, rule: Rule, said: Said) -> bool:
        return len(rule.words) == 1 or all(
            said.holds(self._folding.forms(word)) for word in rule.words
        )


def _common_words(rules: Sequence[Rule], folding: Folding) -> Counter[str]:
    """Return how many of the rules that want all of several words have each word."""
    return Counter(
        folding.fold(word)
        for rule in rules
        if rule.match is Match.ALL and len(rule.words) > 1
        for word in rule.words
    )


def _refuse_blank(rule: Rule, folded: Iterator[str]) -> None:
    for typed, word in zip(rule.words, folded, strict=True):
        if not word:
            raise BadRequestText("playbook.rule_word_blank", rule=rule.name, word=typed)
