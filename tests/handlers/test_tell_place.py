"""Who stands in line hears once a minute of a wait that has changed by a third."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from bot.compiled import Compiled
from bot.handlers.tell_place import fire
from bot.timer_watch import FIRES
from core.playbook import Playbook
from core.policy import Policies, Policy
from core.states import Presence, State
from core.timers import PLACE
from storage.engine import Database
from storage.repos.staffing import StaffMember
from storage.repos.timers import Timer
from tests.handlers.floor import ENGLISH, Floor


@pytest.fixture
async def floor(sqlite_url: str) -> AsyncIterator[Floor]:
    database = Database(sqlite_url)
    yield await Floor(database).open()
    await database.close()


async def history(floor: Floor, agent: StaffMember, ended: int = 6, open_: int = 1) -> None:
    """Let *agent* have served customers, ten minutes each, and serve others now."""
    for number in range(ended + open_):
        talk = await floor.talk(await floor.waits(f"past{number}", said=()))
        over = number < ended
        talk.state, talk.agent_id = State.ENDED if over else State.SERVING, agent.id
        talk.serving_since = floor.now - timedelta(minutes=10 if over else 0)
        talk.ended_at = floor.now if over else None
        async with floor.unit() as uow:
            await uow.conversations.update([talk])
            await uow.commit()


async def looks(floor: Floor, told: dict[int, int | None], **policy: Any) -> None:
    """Let the timers of *told* be due: conversations, and what they were told in seconds."""
    book = Compiled.build(Playbook(policies=Policies(base=Policy(**policy))))
    voice = floor.voice
    async with floor.unit() as uow:
        timers = [Timer(PLACE, floor.now, number, data={"told": t}) for number, t in told.items()]
        await uow.timers.set(timers)
        due = await uow.timers.due(floor.now, 100)
        policies = book.playbook.policies
        voice = type(voice)(voice.texts_for, voice.zone, voice.new_key, policies=policies)
        await fire(uow, due, voice=voice, book=book, now=floor.now)
        await uow.commit()


async def said(floor: Floor) -> list[str]:
    return [row.content.text for row in await floor.rows(account="shop")]


async def next_look(floor: Floor, number: int) -> list[tuple[timedelta, Any]]:
    async with floor.unit() as uow:
        timers = await uow.timers.of_conversation(number)
    return [(t.due_at - floor.now, (t.data or {})["told"]) for t in timers if t.kind == PLACE]


MINUTE = timedelta(minutes=1)


def test_the_clock_knows_it() -> None:
    assert FIRES[PLACE] is fire


@pytest.mark.parametrize(
    ("told", "tells"),
    [(None, True), (400, False), (10 * 60, False), (11 * 60, True), (5 * 60, True)],
)
async def test_a_change_by_a_third_is_told_and_anything_less_is_not(
    floor: Floor, told: int | None, tells: bool
) -> None:
    """One place becomes free every ten minutes: the first in line waits 2/3 of that."""
    await history(floor, await floor.agent())
    number = await floor.waits()

    await looks(floor, {number: told})

    words = ENGLISH("waiting.moved_on", place=1, wait="about 7 min")
    assert await said(floor) == ([words] if tells else [])
    assert await next_look(floor, number) == [(MINUTE, 400 if tells else told)]


async def test_it_is_told_at_most_once_a_minute(floor: Floor) -> None:
    await history(floor, await floor.agent())
    number = await floor.waits()
    await looks(floor, {number: None})

    floor.later(seconds=59)
    async with floor.unit() as uow:
        assert await uow.timers.due(floor.now, 9) == []

    floor.later(seconds=1)
    async with floor.unit() as uow:
        assert [t.conversation_id for t in await uow.timers.due(floor.now, 9)] == [number]


@pytest.mark.parametrize("case", ["few", "nobody"])
async def test_where_too_little_is_known_it_is_looked_at_again(floor: Floor, case: str) -> None:
    online = Presence.OFFLINE if case == "nobody" else Presence.ONLINE
    await history(floor, await floor.agent(presence=online), ended=4 if case == "few" else 9)
    number = await floor.waits()

    await looks(floor, {number: 60})

    assert await said(floor) == []
    assert await next_look(floor, number) == [(MINUTE, 60)]


@pytest.mark.parametrize("case", ["served", "callback", "message", "off"])
async def test_who_does_not_watch_the_line_hears_nothing_and_is_looked_at_no_more(
    floor: Floor, case: str
) -> None:
    agent = await floor.agent()
    await history(floor, agent)
    number = await (floor.serves(agent) if case == "served" else floor.waits())
    if case in ("callback", "message"):
        talk = await floor.talk(number)
        talk.waits_as = case
        async with floor.unit() as uow:
            await uow.conversations.update([talk])
            await uow.commit()

    await looks(floor, {number: None}, tell_wait=case != "off")

    assert await said(floor) == []
    assert await next_look(floor, number) == []


async def test_many_cost_as_many_statements_as_one(floor: Floor) -> None:
    await history(floor, await floor.agent())
    numbers = [await floor.waits(f"c{n}", said=()) for n in range(12)]
    asked: list[str] = []
    sync = floor.database.engine.sync_engine
    event.listen(sync, "before_cursor_execute", lambda *a: asked.append(a[2]))

    await looks(floor, {numbers[0]: None})
    one = len(asked)
    asked.clear()
    await looks(floor, dict.fromkeys(numbers[1:]))

    assert len(asked) <= one
    assert len(await said(floor)) == 12
    assert ENGLISH("waiting.moved_on", place=12, wait="about 1 h 57 min") in await said(floor)
