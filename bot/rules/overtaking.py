"""Tells which rules never answer, because an earlier one always does."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.rules.automaton import RuleBook
from core.playbook import Match, Rule


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Words on which an earlier rule answers, so that a rule behind it never does."""

    words: tuple[str, ...]
    earlier: Rule


def overtaken(
    rule: Rule, rules: Sequence[Rule], book: RuleBook, accounts: Sequence[str]
) -> tuple[Overtaken, ...]:
    """Find the earlier rules that answer, on every account, to the words of *rule*.

    Args:
        rule: The rule; where it does not stand among *rules* it comes behind them all.
        rules: All rules in their order.
        book: The same, compiled.
        accounts: Names of the accounts on which *rule* works.

    Returns:
        By earlier rule, in the order of the words. Earlier rules that fire at some times only
        are not among them, for at others they let the words through.
    """
    order = [other.id for other in rules]
    own_place = order.index(rule.id) if rule.id in order else len(order)
    place = {id_: number for number, id_ in enumerate(order[:own_place])}
    said = (" ".join(rule.words),) if rule.match is Match.ALL else rule.words
    found: dict[int, tuple[Rule, list[str]]] = {}
    for words in said:
        # Without a moment, rules with hours or validity do not fire.
        hits = [book.match(account, words) for account in accounts or ("",)]
        if any(hit is None or hit.rule.id not in place for hit in hits):
            continue
        first = min((hit.rule for hit in hits if hit), key=lambda earlier: place[earlier.id])
        found.setdefault(first.id, (first, []))[1].append(words)
    return tuple(Overtaken(tuple(words), earlier) for earlier, words in found.values())
