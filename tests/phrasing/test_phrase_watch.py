"""The loop that has answers put into words, with the stand-in endpoint and a real database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from bot.bell import OUTBOX
from bot.phrase_watch import AT_ONCE, PhraseWatch
from bot.phrasing.client import Phraser
from tests.phrasing.room import QUESTION, RETURNS, SHIPPING, Room
from tests.phrasing.standin import Endpoint, Said, answer, fails, hangs, refuses

Make = Callable[..., Awaitable[PhraseWatch]]


@pytest.fixture
async def watch(room: Room, model: Endpoint) -> AsyncIterator[Make]:
    made: list[tuple[PhraseWatch, Phraser]] = []

    async def make(*, seconds: float = 5.0) -> PhraseWatch:
        phraser = Phraser(url=model.url, key="k", model="m", seconds=seconds)
        await phraser.open()
        watch = PhraseWatch(
            room.unit, lambda: [SHIPPING, RETURNS], phraser, asyncio.Event(), lambda: room.now
        )
        made.append((watch, phraser))
        return watch

    yield make
    for watch, phraser in made:
        await watch.stop()
        await phraser.close()


async def look(watch: PhraseWatch) -> None:
    await asyncio.gather(*await watch.look())


async def test_an_answer_is_worded_from_the_entries_found(
    room: Room, model: Endpoint, watch: Make
) -> None:
    model.always = answer("Your parcel leaves within 48 hours.", 4)
    await room.owe(SHIPPING, RETURNS)

    await look(await watch())

    assert await room.goes_out() == ["Your parcel leaves within 48 hours."]
    assert model.shown["message"] == QUESTION
    assert [e["answer"] for e in model.shown["entries"]] == ["Within 48 hours.", "Within 30 days."]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(refuses(), id="it refuses"),
        pytest.param(fails(500), id="it is broken"),
        pytest.param(hangs(), id="it hangs"),
        pytest.param(Said(b"what?"), id="it talks nonsense"),
        pytest.param(answer("Tomorrow.", 77), id="it invents an entry"),
        pytest.param(answer("Tomorrow.", 9), id="it uses an entry that was not found"),
        pytest.param(answer("Within 12 hours.", 4), id="it invents a number"),
    ],
)
async def test_whatever_the_endpoint_does_the_entrys_answer_goes_out(
    room: Room, model: Endpoint, watch: Make, said: Said
) -> None:
    model.always = said
    await room.owe(SHIPPING)

    await look(await watch(seconds=0.3))

    assert await room.goes_out() == ["Within 48 hours."]
    assert await room.left() == 0


async def test_no_transaction_is_open_while_the_model_thinks(
    room: Room, model: Endpoint, watch: Make
) -> None:
    """On SQLite a writer would wait for it; the whole desk would stand still."""
    model.always = hangs()
    await room.owe()
    tasks = await (await watch(seconds=20)).look()
    while not model.asked:
        await asyncio.sleep(0.01)

    async with asyncio.timeout(5):
        await room.say("somebody else")

    assert not any(task.done() for task in tasks)


async def test_it_works_by_itself_when_the_bell_rings(
    room: Room, model: Endpoint, watch: Make
) -> None:
    sent = asyncio.Event()
    room.floor.database.on_commit = lambda bells: sent.set() if OUTBOX in bells else None
    model.always = answer("Within 48 hours, dear Ann.", 4)
    working = await watch()
    await working.start()
    await room.owe()

    async with asyncio.timeout(10):
        await sent.wait()

    assert await room.goes_out() == ["Within 48 hours, dear Ann."]


async def test_a_stopped_process_leaves_the_answer_to_the_outbox(
    room: Room, model: Endpoint, watch: Make
) -> None:
    model.always = hangs()
    await room.owe()
    working = await watch(seconds=20)
    await working.look()
    while not model.asked:
        await asyncio.sleep(0.01)

    async with asyncio.timeout(5):
        await working.stop()

    room.floor.later(seconds=6)
    assert await room.goes_out() == ["Within 48 hours."]


async def test_no_more_is_taken_than_can_be_asked_at_once(
    room: Room, model: Endpoint, watch: Make
) -> None:
    for _ in range(AT_ONCE + 2):
        await room.owe()
    model.always = hangs()
    working = await watch(seconds=20)

    assert len(await working.look()) == AT_ONCE
    assert await working.look() == []


async def test_an_answer_whose_entry_is_gone_is_sent_as_it_was(
    room: Room, model: Endpoint, watch: Make
) -> None:
    await room.owe(replace(SHIPPING, id=5))

    await look(await watch())

    assert model.asked == []
    assert await room.goes_out() == ["Within 48 hours."]
