"""The simulator's checker finds each violation that is planted, and nothing where there is none."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bench.line.checker import (
    HANDED,
    TAKEN,
    Checker,
    Comes,
    Expected,
    Fact,
    Found,
    Gets,
    Joins,
    Leaves,
    Rules,
    Worker,
    Written,
    accounted,
    jain,
)

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BO, CY = Worker(1, 2, frozenset({1, 2})), Worker(2, 1, frozenset({1}))


def at(second: int) -> datetime:
    return NINE + timedelta(seconds=second)


def waits(second: int, number: int, group: int = 1, account: str = "shop", rank: int = 0) -> Joins:
    return Joins(at(second), number, group, account, at(second), rank)


def gets(second: int, number: int, agent: int, why: str = "round_robin") -> Gets:
    return Gets(at(second), number, agent, why)


def check(facts: Sequence[Fact], rules: Rules | None = None, *, prompt: bool = False) -> Found:
    checker = Checker([BO, CY], rules or Rules(), prompt=prompt)
    checker.see(facts)
    return checker.end()


BOTH = (Comes(at(0), 1, True), Comes(at(0), 2, True))
GOOD = (
    *BOTH,
    waits(1, 11),
    gets(1, 11, 1),
    waits(2, 12),
    gets(2, 12, 2),
    waits(3, 13, group=2),
    gets(3, 13, 1),
    waits(4, 14),
    waits(5, 15, rank=3),
    Leaves(at(6), 12),
    gets(6, 15, 2),
    Leaves(at(7), 11),
    gets(7, 14, 1),
)


def test_a_desk_that_works_has_nothing_wrong() -> None:
    found = check(GOOD, prompt=True)

    assert found.violations == 0
    assert found.given == {1: 3, 2: 2}


@pytest.mark.parametrize(
    ("facts", "rules", "kind"),
    [
        ((*BOTH, waits(1, 11), waits(2, 12), gets(2, 12, 1)), None, "order"),
        ((*BOTH, waits(1, 11, group=2), waits(2, 12), gets(2, 12, 1)), None, "order"),
        ((*BOTH, waits(1, 11), waits(2, 12, rank=1), gets(3, 11, 1)), None, "order"),
        (
            (*BOTH, waits(1, 11), waits(1, 12), gets(2, 11, 2), gets(3, 12, 2)),
            None,
            "limits",
        ),
        (
            (*BOTH, waits(1, 11), waits(1, 12), gets(2, 11, 1), gets(3, 12, 1)),
            Rules(account_limits={"shop": 1}),
            "limits",
        ),
        (
            (*BOTH, waits(1, 11), waits(1, 12), gets(2, 11, 1), gets(3, 12, 1)),
            Rules(group_limits={1: 1}),
            "limits",
        ),
        ((waits(1, 11), gets(1, 11, 1)), None, "absent"),
        ((*BOTH, Comes(at(1), 1, False), waits(2, 11), gets(2, 11, 1)), None, "absent"),
        ((*BOTH, waits(1, 11, group=2), gets(1, 11, 2)), None, "absent"),
        ((*BOTH, waits(1, 11), gets(1, 11, 1), gets(2, 11, 2)), None, "doubles"),
        ((*BOTH, waits(1, 11), gets(1, 11, 1), gets(2, 11, 1)), None, "doubles"),
        ((*BOTH, waits(1, 11), Leaves(at(2), 11), gets(3, 11, 1)), None, "doubles"),
        ((*BOTH, waits(1, 11), waits(2, 12), gets(2, 11, 1), Leaves(at(3), 11)), None, "forgotten"),
    ],
)
def test_what_is_broken_is_found_once(
    facts: Sequence[Fact], rules: Rules | None, kind: str
) -> None:
    found = check(facts, rules, prompt=kind == "forgotten")

    wrong = {k: getattr(found, k) for k in ("order", "limits", "absent", "doubles")}
    assert bool(found.forgotten) == (kind == "forgotten")
    assert {k for k, v in wrong.items() if v} == ({kind} - {"forgotten"})
    assert all(len(v) <= 1 for v in wrong.values())


def test_who_stands_before_but_could_not_be_served_is_no_violation() -> None:
    """Bo serves one of the shop's, which is all he may: the site's customer behind is his."""
    facts = (
        *BOTH,
        waits(1, 10),
        gets(1, 10, 1),
        Comes(at(2), 2, False),
        waits(2, 11),
        waits(3, 12, account="site"),
        gets(3, 12, 1),
    )

    assert check(facts, Rules(account_limits={"shop": 1}), prompt=True).violations == 0


def test_who_picks_and_who_hands_on_may_pass_the_line_but_no_limit() -> None:
    picked = (*BOTH, waits(1, 11), waits(2, 12), gets(2, 12, 1, TAKEN), gets(3, 12, 2, HANDED))

    assert check(picked).violations == 0
    full = (*picked, gets(4, 11, 2, TAKEN))
    assert check(full).limits == [(11, 2)]


def test_a_conversation_that_went_back_to_the_line_may_be_given_again() -> None:
    facts = (*BOTH, waits(1, 11), gets(1, 11, 1), waits(2, 11), gets(2, 11, 2))

    assert check(facts, prompt=True).violations == 0


THERE = Written(7, "ended", 2, 4, 4, 0, 1)


@pytest.mark.parametrize(
    "written",
    [
        {},
        {7: Written(7, "waiting", 2, 4, 4, 0, 1)},
        {7: Written(7, "ended", 1, 4, 4, 0, 1)},
        {7: Written(7, "ended", 2, 4, 2, 0, 1)},
        {7: Written(7, "ended", 2, 4, 4, 1, 1)},
        {7: Written(7, "ended", 2, 4, 4, 0, 0)},
    ],
)
def test_a_conversation_that_is_not_all_there_is_lost(written: dict[int, Written]) -> None:
    expected = {7: Expected("ended", 2, 3, 1)}

    assert accounted(expected, {7: THERE}) == []
    assert accounted(expected, written) == [7]


def test_jains_index() -> None:
    assert jain([5, 5, 5]) == 1.0
    assert jain([1, 0, 0, 0]) == 0.25
    assert jain([10, 12]) == pytest.approx(0.9918, abs=1e-4)
    with pytest.raises(ValueError, match="nobody"):
        jain([])
