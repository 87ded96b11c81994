"""Finds what is allowed in a rule and hardly meant."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.dialog.requests import asked_for
from bot.dialog.variables import strangers
from core.messages import Content, Kind
from core.playbook import Match, Rule

_MARKS = frozenset({"Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Zs", "Sm", "Sk", "Sc"})
"""Categories of characters that are punctuation, signs and blanks; an emoji is none of them."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something about a rule that an admin should look at; ``key`` names the text."""

    key: str
    facts: Mapping[str, object] = field(default_factory=dict)


def doubts(rule: Rule, folded: Mapping[str, str]) -> Iterator[Doubt]:
    """Yield what is odd about a rule, its words first, then its replies.

    Args:
        rule: The rule.
        folded: By word as typed, the word as it is compared.
    """
    for word in rule.words:
        compared = folded[word]
        if all(unicodedata.category(char) in _MARKS for char in compared):
            yield Doubt("rule.doubt_punctuation", {"word": word})
        elif len(compared) == 1 and compared.isalnum() and rule.match is not Match.EXACT:
            yield Doubt("rule.doubt_letter", {"word": word})
        asked = asked_for(Content(Kind.TEXT, word), compared)
        if asked is not None:
            yield Doubt("rule.doubt_request", {"word": word, "request": asked.request.value})
    unknown = dict.fromkeys(name for reply in rule.replies for name in strangers(reply))
    if unknown:
        yield Doubt("rule.doubt_variable", {"names": " ".join(unknown)})
