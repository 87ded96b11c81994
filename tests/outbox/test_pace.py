"""Rate limits are kept before a platform has to refuse."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Limits
from bot.pace import MARGIN, Ask, LocalPace, SharedPace, Window, windows
from bot.wiring import open_redis

TELEGRAM = Limits(30, 1, 20)


@pytest.mark.parametrize(
    ("group", "wanted"),
    [
        (False, [("shop", 30, 1.0), ("shop:-7", 1, 1.0)]),
        (True, [("shop", 30, 1.0), ("shop:-7", 1, 1.0), ("shop:-7:group", 20, 60.0)]),
    ],
)
def test_telegrams_limits_are_windows(group: bool, wanted: list[tuple[str, int, float]]) -> None:
    found = windows("shop", "-7", TELEGRAM, group=group)

    assert wanted == [(w.key, w.count, w.seconds) for w in found]


def test_a_rate_below_one_is_one_in_a_longer_window() -> None:
    (window,) = windows("shop", "7", Limits(per_second=0.25), group=False)

    assert (1, 4.0) == (window.count, window.seconds)


def test_no_limit_is_no_window() -> None:
    assert () == windows("shop", "7", Limits(), group=True)


class _Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(
    asks=st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 0.8)), min_size=1, max_size=120),
    count=st.integers(1, 5),
)
def test_no_window_ever_holds_more_than_its_count(
    asks: list[tuple[str, float]], count: int
) -> None:
    """Whatever is asked and whenever: a granted send never makes a window too full, and a refused
    one may go after the wait it was told."""
    clock = _Clock()
    pace = LocalPace(clock)
    granted: dict[str, list[float]] = {}

    async def run() -> None:
        for chat, pause in asks:
            clock.now += pause
            ask = Ask("shop", (Window("shop", count, 1.0), Window(chat, 1, 0.5)))
            (wait,) = await pace.ask([ask])
            if wait:
                clock.now += wait + 1e-6
                (again,) = await pace.ask([ask])
                assert again == 0
            for key in ("shop", chat):
                granted.setdefault(key, []).append(clock.now)

    asyncio.run(run())
    for key, times in granted.items():
        most, seconds = (count, 1.0) if key == "shop" else (1, 0.5)
        for i in range(len(times) - most):
            assert times[i + most] - times[i] >= seconds * MARGIN - 1e-9


async def test_a_pause_holds_the_whole_account_and_nobody_else() -> None:
    clock = _Clock()
    pace = LocalPace(clock)
    await pace.pause("shop", 5)

    waits = await pace.ask([Ask("shop", ()), Ask("other", ())])

    assert [5.0, 0.0] == waits
    clock.now += 5
    assert [0.0] == await pace.ask([Ask("shop", ())])


async def test_two_processes_share_their_limits_in_redis(redis_url: str) -> None:
    one, two = open_redis(redis_url), open_redis(redis_url)
    first, second = SharedPace(one), SharedPace(two)
    ask = Ask("shop", (Window("shop", 3, 60.0), Window("shop:7", 2, 60.0)))
    other = Ask("shop", (Window("shop", 3, 60.0), Window("shop:8", 2, 60.0)))

    granted = [w == 0 for w in await first.ask([ask, ask, ask])]
    assert [True, True, False] == granted  # the third is one too many for the chat
    granted = [w == 0 for w in await second.ask([other, other])]
    assert [True, False] == granted  # and the fourth one too many for the account

    await second.pause("other", 30)
    (wait,) = await first.ask([Ask("other", ())])
    assert 25 < wait <= 30
    await one.aclose()
    await two.aclose()


async def test_without_redis_a_process_keeps_the_limits_alone(redis_url: str) -> None:
    """Redis is away: sending goes on at this process' own pace."""
    client = open_redis("unix:///nowhere/redis.sock")
    pace = SharedPace(client)
    ask = Ask("shop", (Window("shop", 1, 60.0),))

    first, second = await pace.ask([ask, ask])

    assert first == 0 < second
    await client.aclose()
