"""The desk's clock in the playground: to which moments it jumps, and who may move it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from bot.run import clock_of
from core.calendar import ALL_DAY, STANDARD_WEEK, Calendar, Holiday
from core.clock import ShiftedClock
from core.config import Server
from playground.timepiece import CLOSING, NOW, OPENING, Timepiece
from playground.world import World
from tests.flows.conftest import settings

LISBON = ZoneInfo("Europe/Lisbon")
NIGHTS = (((time(22), time(6)),),) * 7
"""Open every night, past midnight."""
PAUSES = (((time(9), time(12)), (time(13), time(18))),) * 5 + ((), ())
LONG_WEEKEND = Holiday("Long weekend", date(2026, 11, 26), date(2026, 11, 27), id=1)
THURSDAY = datetime(2026, 11, 26, 10, 0, tzinfo=LISBON)


def timepiece(calendar: Calendar, at: datetime, moves: list[datetime] | None = None) -> Timepiece:
    clock = ShiftedClock(lambda: at.astimezone(UTC))
    heard = [] if moves is None else moves
    return Timepiece(clock, LISBON, lambda: calendar, lambda: heard.append(clock()))


@pytest.mark.parametrize(
    ("calendar", "at", "to", "there"),
    [
        (Calendar(STANDARD_WEEK), THURSDAY, CLOSING, "2026-11-26T18:00"),
        (Calendar(STANDARD_WEEK), THURSDAY, OPENING, "2026-11-27T09:00"),
        (Calendar(STANDARD_WEEK), THURSDAY.replace(hour=20), OPENING, "2026-11-27T09:00"),
        (Calendar(STANDARD_WEEK), THURSDAY.replace(hour=20), CLOSING, "2026-11-27T18:00"),
        (Calendar(STANDARD_WEEK), THURSDAY.replace(day=27, hour=18), OPENING, "2026-11-30T09:00"),
        (Calendar(PAUSES), THURSDAY, CLOSING, "2026-11-26T12:00"),
        (Calendar(PAUSES), THURSDAY, OPENING, "2026-11-26T13:00"),
        (Calendar(NIGHTS), THURSDAY.replace(hour=23), CLOSING, "2026-11-27T06:00"),
        (Calendar(NIGHTS), THURSDAY.replace(hour=5), CLOSING, "2026-11-26T06:00"),
        # A holiday begins at midnight, in the middle of a night that would go on.
        (
            Calendar(NIGHTS, holidays=(LONG_WEEKEND,)),
            THURSDAY.replace(day=25, hour=23),
            CLOSING,
            "2026-11-26T00:00",
        ),
        (Calendar((ALL_DAY,) * 7, (), (LONG_WEEKEND,)), THURSDAY, OPENING, "2026-11-28T00:00"),
        (Calendar((ALL_DAY,) * 7, (), (LONG_WEEKEND,)), THURSDAY, NOW, "2026-11-26T10:00"),
        # The clocks were put back on 25 October: the desk's wall clock decides.
        (
            Calendar(STANDARD_WEEK),
            datetime(2026, 10, 23, 20, tzinfo=LISBON),
            OPENING,
            "2026-10-26T09:00",
        ),
        (Calendar(), THURSDAY, "2026-12-24T18:00", "2026-12-24T18:00"),
        (Calendar(), THURSDAY, "2026-12-24T18:00+02:00", "2026-12-24T16:00"),
    ],
)
def test_it_jumps_to_the_moment_and_runs_on_from_there(
    calendar: Calendar, at: datetime, to: str, there: str
) -> None:
    moves: list[datetime] = []
    desk = timepiece(calendar, at, moves)
    desk.set_to(to)
    assert desk.clock().astimezone(LISBON).isoformat()[:16] == there
    assert moves == [desk.clock()], "what waits is woken, and sees the new time"
    desk.move(by=timedelta(minutes=5))
    assert moves[1] - moves[0] == timedelta(minutes=5)
    desk.move(to=timedelta(0))
    assert desk.clock() == at


def test_its_face_tells_what_the_page_shows() -> None:
    desk = timepiece(Calendar(STANDARD_WEEK), THURSDAY)
    closes = THURSDAY.replace(hour=18).timestamp()
    shown = {"now": THURSDAY.timestamp(), "shift_seconds": 0.0, "zone": "Europe/Lisbon"}
    assert desk.face() == {**shown, "open": True, "changes": closes}
    assert timepiece(Calendar(), THURSDAY).face() == {**shown, "open": True, "changes": None}


@pytest.mark.parametrize("to", [OPENING, CLOSING, "soon", "2099-01-01T00:00"])
def test_it_stays_where_there_is_no_such_moment(to: str) -> None:
    moves: list[datetime] = []
    desk = timepiece(Calendar(), THURSDAY, moves)
    with pytest.raises(ValueError, match=r"."):
        desk.set_to(to)
    assert desk.clock() == THURSDAY
    assert moves == []


@pytest.fixture
def desk_clock(world: World) -> Timepiece:
    world.timepiece = timepiece(Calendar(STANDARD_WEEK), THURSDAY)
    return world.timepiece


async def test_the_control_api_moves_it_and_tells_the_pages(
    url: str, session: aiohttp.ClientSession, world: World, desk_clock: Timepiece
) -> None:
    told = world.watch(lambda room: room is None)

    async def move(expect: int = 200, **body: Any) -> Any:
        async with session.post(f"{url}/control/clock", json=body) as response:
            assert response.status == expect, await response.text()
            return await response.json()

    assert (await move(by=90))["shift_seconds"] == 90
    assert (await move(by=60.5))["shift_seconds"] == 150.5
    assert (await move(shift_seconds=-60))["shift_seconds"] == -60
    closed = await move(to="closing")
    assert closed["open"] is False
    assert closed["changes"] == THURSDAY.replace(day=27, hour=9).timestamp()
    async with session.get(f"{url}/control/clock") as response:
        assert await response.json() == closed
    assert (await move(to="now"))["shift_seconds"] == 0
    events = [told.queue.get_nowait() for _ in range(5)]
    assert [event and event["type"] for event in events] == ["clock"] * 5
    assert events[3] == {"type": "clock", "room": None, "clock": closed}

    for wrong in ({"to": "soon"}, {"by": "an hour"}, {"shift_seconds": 1e12}, {}):
        assert "error" in await move(400, **wrong)
    assert desk_clock.clock() == THURSDAY


async def test_without_a_desk_in_the_process_there_is_no_clock(
    url: str, session: aiohttp.ClientSession
) -> None:
    async with session.post(f"{url}/control/clock", json={"by": 60}) as response:
        assert response.status == 404
    async with session.get(f"{url}/control/clock") as response:
        assert response.status == 404


# -- who has one -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("playground", "alone", "movable"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_only_a_desk_of_one_process_with_the_playground_can_be_moved(
    playground: bool, alone: bool, movable: bool
) -> None:
    config = settings("sqlite:///never-opened.db").model_copy(
        update={"server": Server(playground=playground)}
    )
    assert isinstance(clock_of(config, alone=alone), ShiftedClock) is movable
