"""Which rules never answer, because an earlier one always does."""

from datetime import date

import pytest

from bot.rules.automaton import RuleBook
from bot.rules.overtaking import overtaken
from core.messages import text
from core.playbook import Match, Rule

BOTH = ["shop", "club"]


def rule(number: int, match: Match, *words: str, **more: object) -> Rule:
    return Rule(number, f"r{number}", match, words, (text("x"),), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("earlier", "later", "found"),
    [
        pytest.param(
            [rule(1, Match.ANY, "price")], rule(2, Match.ANY, "price", "cost"), [(1, ("price",))],
            id="one of its words",
        ),
        pytest.param(
            [rule(1, Match.ANY, "price")], rule(2, Match.ALL, "price", "cost"),
            [(1, ("price cost",))], id="all words at once",
        ),
        pytest.param(
            [rule(1, Match.ANY, "price", accounts=("shop",))], rule(2, Match.ANY, "price"), [],
            id="only on one of two accounts",
        ),
        pytest.param(
            [rule(1, Match.ANY, "price", enabled=False)], rule(2, Match.ANY, "price"), [],
            id="an earlier one that is off",
        ),
        pytest.param(
            [rule(1, Match.ANY, "price", valid_until=date(2026, 1, 1))],
            rule(2, Match.ANY, "price"), [], id="an earlier one for some days only",
        ),
        pytest.param(
            [rule(1, Match.ANY, "a"), rule(2, Match.ANY, "b")], rule(3, Match.ANY, "a", "b", "c"),
            [(1, ("a",)), (2, ("b",))], id="by two rules",
        ),
    ],
)  # fmt: skip
def test_earlier_rules_that_always_answer_are_found(
    earlier: list[Rule], later: Rule, found: list[tuple[int, tuple[str, ...]]]
) -> None:
    for rules in (earlier, [*earlier, later]):
        result = overtaken(later, rules, RuleBook.compile(rules), BOTH)
        assert [(one.earlier.id, one.words) for one in result] == found


def test_a_rule_that_stands_above_is_not_overtaken() -> None:
    first, second = rule(1, Match.ANY, "price"), rule(2, Match.ANY, "price")
    rules = [second, first]

    assert overtaken(second, rules, RuleBook.compile(rules), BOTH) == ()
