"""What customers are told of their wait comes true, and is not told where too little is known."""

import heapq
import random
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import log, sqrt
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.queue.estimate import (
    LEAST_ENDED,
    LONGEST,
    MOST_SERVED,
    WINDOW,
    Pace,
    Served,
    told_minutes,
    worth_telling,
)
from bot.waiting import Speed

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def ended(count: int, *, each: float = 10, now: datetime = NOON) -> list[Served]:
    """Return *count* conversations of *each* minutes that are over."""
    return [Served(now - minutes(each + n), now - minutes(n)) for n in range(count)]


def open_(count: int, *, since: float = 0, now: datetime = NOON) -> list[Served]:
    return [Served(now - minutes(since), None)] * count


# -- the formula -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("served", "place", "told"),
    [
        # One place that becomes free every 10 minutes.
        (ended(6) + open_(1), 1, minutes(10 * 2 / 3)),
        (ended(6) + open_(1), 4, minutes(10 * 11 / 3)),
        # Five of them.
        (ended(6) + open_(5), 1, minutes(2 * 2 / 3)),
        # Those who are still served have been so for an hour together.
        (ended(6) + open_(6, since=10), 6, minutes(17 / 3 * 120 / 36)),
        # Nobody is served at this moment: there is at least one who could.
        (ended(6), 1, minutes(10 * 2 / 3)),
    ],
)
def test_the_wait_follows_from_how_often_a_place_becomes_free(
    served: list[Served], place: int, told: timedelta
) -> None:
    found = Pace.of(served, NOON).wait(place)

    assert found is not None
    assert abs(found - told) < timedelta(seconds=1)


def test_nothing_is_said_where_too_little_is_known() -> None:
    few, enough = ended(LEAST_ENDED - 1) + open_(3), ended(LEAST_ENDED)

    assert Pace.of(few, NOON).wait(1) is None
    assert Pace.of([], NOON).wait(1) is None
    assert Pace.of(enough, NOON).wait(1) is not None


def test_nobody_is_told_a_wait_where_nobody_of_the_group_is_online() -> None:
    paces = {1: Pace.of(ended(LEAST_ENDED), NOON)}
    assert Speed(paces, frozenset({2})).wait(1, 1) is None
    assert Speed(paces, frozenset({1})).wait(1, 1) == paces[1].wait(1)
    assert Speed(paces, frozenset({1, 2})).wait(2, 1) is None
    assert Speed(paces, frozenset({1})).wait(None, 1) is None


_served = st.lists(
    st.builds(
        lambda ago, length: Served(
            NOON - timedelta(seconds=ago),
            None if length is None else NOON - timedelta(seconds=max(0, ago - length)),
        ),
        st.integers(0, 7200),
        st.none() | st.integers(0, 7200),
    ),
    max_size=20,
)


@settings(max_examples=40)
@given(_served, st.integers(1, 500), st.integers(1, 500))
def test_who_stands_further_behind_is_never_told_less(
    served: list[Served], place: int, further: int
) -> None:
    near = Pace.of(served, NOON).wait(place)
    far = Pace.of(served, NOON).wait(place + further)

    assert far is None or near is not None
    if near is not None:
        assert timedelta() <= near <= LONGEST
        assert far is None or near <= far


@settings(max_examples=40)
@given(_served, st.integers(1, 500), st.randoms())
def test_the_same_facts_give_the_same_answer_in_any_order(
    served: list[Served], place: int, dice: random.Random
) -> None:
    shuffled = list(served)
    dice.shuffle(shuffled)

    first = Pace.of(served, NOON).wait(place)
    assert first == Pace.of(shuffled, NOON).wait(place)


@pytest.mark.parametrize(
    ("told", "wait", "worth"),
    [
        (None, None, False),
        (None, 4, True),
        (9, None, False),
        (9, 7, False),
        (9, 6, True),
        (9, 11, False),
        (9, 12, True),
        (3, 2, True),
        (2, 1, True),
        # Both are told as one minute.
        (1, 0.2, False),
        (0.9, 0.2, False),
    ],
)
def test_a_change_by_a_third_is_worth_telling(
    told: float | None, wait: float | None, worth: bool
) -> None:
    before = None if told is None else minutes(told)
    after = None if wait is None else minutes(wait)

    assert worth_telling(before, after) is worth


@given(st.timedeltas(timedelta(), LONGEST))
def test_minutes_are_rounded_up(wait: timedelta) -> None:
    found = told_minutes(wait)

    assert found == max(1, found)
    assert minutes(found - 1) <= wait <= minutes(found) or found == 1


# -- what comes true -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """What one customer was told on joining, and how long they waited, in seconds."""

    at: float
    told: float | None
    real: float


def moment(at: float) -> datetime:
    return NOON + timedelta(seconds=at)


class Line:
    """A line on a virtual clock, in seconds: *seats* places that serve whoever comes first.

    Args:
        seats: How many can be served at once.
        mean: Length of a conversation.
        scatter: Its standard deviation, as a share of *mean*; lengths are log-normal.
        seed: Of all chance.
        every: So many customers pass for each whose estimate is looked at.
    """

    def __init__(
        self, seats: int, *, mean: float, scatter: float, seed: int, every: int = 1
    ) -> None:
        self.dice = random.Random(seed)
        self.seats = seats
        self.every = every
        spread = log(1 + scatter * scatter)
        self.length = (log(mean) - spread / 2, sqrt(spread))
        self.served: list[tuple[float, float, Served]] = []
        self.busy: list[float] = []
        self.line: deque[tuple[float, float | None]] = deque()
        self.found: list[Told] = []

    def begins(self, at: float) -> None:
        until = at + self.dice.lognormvariate(*self.length)
        self.served.append((at, until, Served(moment(at), moment(until))))
        heapq.heappush(self.busy, until)

    def next_one(self, at: float) -> None:
        since, told = self.line.popleft()
        self.found.append(Told(since, told, at - since))
        self.begins(at)

    def told(self, at: float) -> float | None:
        """Return what whoever joins at this moment is told, from what is known at it."""
        rows = [
            known if until <= at else Served(known.since, None)
            for since, until, known in self.served[-MOST_SERVED:]
            if since > at - WINDOW.total_seconds()
        ]
        wait = Pace.of(rows, moment(at)).wait(len(self.line) + 1)
        return None if wait is None else wait.total_seconds()

    def run(self, arrivals: Iterable[float]) -> list[Told]:
        for number, at in enumerate(arrivals):
            while self.busy and self.busy[0] <= at:
                free = heapq.heappop(self.busy)
                if self.line:
                    self.next_one(free)
            if len(self.busy) < self.seats and not self.line:
                self.begins(at)
            else:
                told = None if number % self.every else self.told(at)
                self.line.append((at, told))
        while self.line:
            self.next_one(heapq.heappop(self.busy))
        return self.found


def arrivals(seed: int, rate: float, hours: float) -> Iterator[float]:
    """Yield moments at *rate* a second, by chance."""
    dice, at = random.Random(seed), 0.0
    while (at := at + dice.expovariate(rate)) < hours * 3600:
        yield at


def misses(found: Iterable[Told]) -> list[float]:
    """Return |told - real| / real of everybody who was told something."""
    return [
        abs(one.told - one.real) / one.real
        for one in found
        if one.told is not None and one.real > 1
    ]


@pytest.mark.parametrize("scatter", [0.5, 1.0], ids=["alike", "scattered"])
@pytest.mark.parametrize(
    ("seats", "load", "hours", "runs"),
    [(10, 0.95, 16, 8), (10, 1.1, 4, 8), (20, 1.0, 6, 6), (40, 0.95, 10, 6), (40, 1.1, 3, 2)],
)
def test_half_of_those_who_wait_wait_what_they_were_told_give_or_take_30_percent(
    seats: int, load: float, hours: float, runs: int, scatter: float
) -> None:
    """In steady hours, from two agents with five customers each upwards; the first hour is left."""
    found: list[float] = []
    for seed in range(runs):
        line = Line(seats, mean=600, scatter=scatter, seed=seed, every=17)
        told = line.run(arrivals(100 + seed, load * seats / 600, hours))
        found += misses(one for one in told if one.at > 3600)

    assert len(found) > 50
    assert median(found) < 0.30


def test_twenty_agents_who_sign_on_at_once_are_not_taken_for_a_fast_service() -> None:
    """A hundred leave the line in a moment, and from then on one every six seconds."""
    line = Line(100, mean=600, scatter=1.0, seed=1)
    line.line.extend((-1.0, None) for _ in range(300))
    for _ in range(100):
        line.begins(0.0)

    found = [one for one in line.run(range(5, 1800, 8)) if one.at > 0]

    assert found[0].told is None
    assert median(misses(found)) < 0.30


def test_agents_who_leave_are_counted_at_once() -> None:
    """Half as many serve: it takes twice as long, although the last hour was faster."""
    full = Pace.of(ended(60) + open_(10), NOON).wait(10)
    half = Pace.of(ended(60) + open_(5), NOON).wait(10)

    assert full is not None
    assert half == pytest.approx(2 * full, abs=timedelta(seconds=1))
