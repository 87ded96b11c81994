"""When customers count as interrupted, and as woken."""

from datetime import UTC, datetime, timedelta

import pytest

from core.silence import INTERRUPTED_AFTER, Silence, silences

NINE = datetime(2026, 11, 22, 9, tzinfo=UTC)


def at(*hours: float) -> list[datetime]:
    return [NINE + timedelta(hours=h) for h in hours]


@pytest.mark.requirement("PRM-19")
@pytest.mark.parametrize(
    ("written", "now", "found"),
    [
        pytest.param((), 99, [], id="never wrote"),
        pytest.param((0,), 5.999, [], id="not yet six hours"),
        pytest.param((0,), 6, [(0, None)], id="six hours"),
        pytest.param((0, 5.9, 11.8), 17, [], id="never six hours between two words"),
        pytest.param((0, 6), 7, [(0, 6)], id="woken"),
        pytest.param((0, 5.999), 6, [], id="came back just in time"),
        pytest.param((30, 0, 7), 40, [(0, 7), (7, 30), (30, None)], id="in any order"),
    ],
)
def test_six_hours_without_a_word_interrupt(
    written: tuple[float, ...], now: float, found: list[tuple[float, float | None]]
) -> None:
    expected = [Silence(at(a)[0], None if b is None else at(b)[0]) for a, b in found]

    assert silences(at(*written), at(now)[0]) == expected
    assert [s.woken for s in expected] == [b is not None for _, b in found]


@pytest.mark.requirement("PRM-19")
def test_the_threshold_is_six_hours() -> None:
    assert timedelta(hours=6) == INTERRUPTED_AFTER
