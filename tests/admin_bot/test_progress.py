"""Long work says that it goes on, in one message that its result replaces."""

import asyncio

import pytest

from admin_bot.progress import Progress
from admin_bot.turn import Turn
from tests.admin_bot.office import ADA, TOKEN, Office, open_office

WORKING = "working on it"


async def test_long_work_is_announced_and_its_result_takes_the_place(sqlite_url: str) -> None:
    offices: list[Office] = []

    async def slow() -> str:
        (office,) = offices
        await office.world.until(lambda: WORKING in office.ada.heard)
        return "result"

    async def fallback(turn: Turn) -> None:
        progress = Progress(turn, WORKING, patience_seconds=0)
        await progress.finish(await progress.during(slow()))

    async with open_office(sqlite_url, fallback=fallback) as office:
        offices.append(office)
        await office.ada.says("go")

        assert office.ada.heard == ["result"]


async def test_quick_work_is_not_announced(sqlite_url: str) -> None:
    async def quick() -> str:
        return "result"

    async def fallback(turn: Turn) -> None:
        progress = Progress(turn, WORKING, patience_seconds=60)
        await progress.finish(await progress.during(quick()))

    async with open_office(sqlite_url, fallback=fallback) as office:
        await office.ada.says("go")

        assert office.ada.heard == ["result"]
        assert len(office.world.called("sendMessage")) == 1
        assert office.world.called("editMessageText") == []


async def test_work_ends_with_whoever_waits_for_it(sqlite_url: str) -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def endless() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def fallback(turn: Turn) -> None:
        await Progress(turn, WORKING, patience_seconds=60).during(endless())

    async with open_office(sqlite_url, fallback=fallback) as office:
        office.world.says(ADA, TOKEN, "go")
        task = asyncio.create_task(office.work())
        await started.wait()

        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        await asyncio.wait_for(ended.wait(), 5)
