"""Timers over real databases: once in several processes, over restarts, at the cost of the due."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from structlog.testing import capture_logs

from bot.handlers import silent_customer
from bot.timer_watch import AGAIN, FIRES
from core.states import Presence, State
from core.timers import END, OFFER, REMIND, RESPONSE, SHIFT, SNOOZE, UNREAD
from storage.engine import Database
from storage.repos.timers import Timer
from storage.uow import UnitOfWork
from tests.flows.conftest import running, settings
from tests.handlers.ticking import Ticking

KINDS = (REMIND, UNREAD, SNOOZE, RESPONSE)


@pytest.fixture
async def processes(database_url: str) -> AsyncIterator[tuple[Ticking, Ticking]]:
    """Two processes of one desk."""
    first, second = Database(database_url), Database(database_url)
    one = await Ticking(first).open()
    await one.policy(remind=True, push=True, next_response_minutes=1, end_minutes=60)
    other = Ticking(second)
    other.owners, other.prompts, other.calendars = one.owners, one.prompts, one.calendars
    other.sales, other.book = one.sales, one.book
    yield one, other
    await first.close()
    await second.close()


async def _busy(desk: Ticking, count: int) -> list[int]:
    """Let one agent serve *count* customers, each with a timer of another kind that is due."""
    bo = await desk.agent("Bo", capacity=50, push_unread=True)
    numbers = [await desk.serves(bo, f"c{n}", said=()) for n in range(count)]
    timers = [
        Timer(KINDS[at % len(KINDS)], desk.now, number, data={"first": False})
        for at, number in enumerate(numbers)
    ]
    await desk.do(lambda uow: uow.timers.set([*timers, Timer(SHIFT, desk.now, staff_id=bo.id)]))
    async with desk.unit() as uow:
        talks = await uow.conversations.lock(numbers)
        for at, number in enumerate(numbers):
            talks[number].snoozed = KINDS[at % len(KINDS)] == SNOOZE
        await uow.conversations.update(talks.values())
        await uow.commit()
    return numbers


async def test_each_timer_happens_once_in_two_processes(
    processes: tuple[Ticking, Ticking],
) -> None:
    one, other = processes
    numbers = await _busy(one, 12)

    with capture_logs() as logs:
        watches = [p.watch() for p in (one, other, one, other)]
        await asyncio.gather(*(watch.look() for watch in watches))
    # What one process found locked the other works on in a later look.
    await one.tick()

    assert logs == []
    assert [await one.fired(n) for n in numbers] == [[KINDS[n % 4]] for n in range(12)]
    notices = await one.rows(account="staff", purpose="notice")
    assert len(notices) == 13  # one for each conversation, and one for the end of the shift
    async with one.unit() as uow:
        assert await uow.timers.due(one.now, 99) == []


async def test_timers_survive_a_restart_and_a_process_that_dies_at_work(
    database_url: str,
) -> None:
    """What was not committed happens again, what was does not."""
    first = Database(database_url)
    desk = await Ticking(first).open()
    await desk.policy(remind=True, end_minutes=10)
    bo = await desk.agent("Bo")
    ann = await desk.serves(bo, "Ann")
    await desk.answers(bo, ann)

    async def dies(uow: UnitOfWork, timers: Sequence[Timer], **around: Any) -> None:
        await silent_customer.remind(uow, timers, **around)
        raise asyncio.CancelledError

    desk.later(minutes=5)
    with pytest.raises(asyncio.CancelledError):
        await desk.watch({**FIRES, REMIND: dies}).look()
    assert await desk.fired(ann) == []
    await first.close()
    desk.database = Database(database_url)

    for minutes in (0, 1, 4):
        await desk.tick(minutes=minutes)

    assert await desk.fired(ann) == [REMIND, END]
    assert (await desk.talk(ann)).state is State.ENDED
    await desk.database.close()


async def test_a_timer_that_fails_stands_in_nobody_s_way_and_is_not_lost(
    database_url: str,
) -> None:
    """The others of its kind happen; it is logged as an error and tried again."""
    database = Database(database_url)
    desk = await Ticking(database).open()
    await desk.policy(remind=True)
    bo = await desk.agent("Bo")
    numbers = [await desk.serves(bo, name) for name in ("Ann", "Ben", "Cid")]
    for number in numbers:
        await desk.answers(bo, number)
    broken = numbers[1]

    async def stumbles(uow: UnitOfWork, timers: Sequence[Timer], **around: Any) -> None:
        await silent_customer.remind(uow, timers, **around)
        if broken in {t.conversation_id for t in timers}:
            raise ValueError

    desk.later(minutes=5)
    with capture_logs() as logs:
        await desk.watch({**FIRES, REMIND: stumbles}).look()

    assert [await desk.fired(n) for n in numbers] == [[REMIND], [], [REMIND]]
    (error,) = [entry for entry in logs if entry["log_level"] == "error"]
    assert (error["event"], error["kind"], error["conversation"]) == (
        "timers.failed",
        REMIND,
        broken,
    )
    assert await desk.timers(broken) == {REMIND: AGAIN / timedelta(minutes=1)}
    await desk.tick(minutes=5)
    assert await desk.fired(broken) == [REMIND]
    await database.close()


MANY = {"sqlite": 100_000, "postgresql": 10_000}
"""What both are asked is the same; a server takes its time to fill that many rows."""
_NUMBERS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many)",
    "postgresql": "WITH n(i) AS (SELECT generate_series(1, :many))",
}


async def _crowd(database: Database, agent: int, group: int) -> None:
    """Let very many conversations be open, half of them waiting, each with a timer for tomorrow."""
    kind = database.url.get_backend_name()
    numbers, many = _NUMBERS[kind], {"many": MANY[kind]}
    at, later = "'2026-11-22 12:00:00.000000+00:00'", "'2026-11-23 12:00:00.000000+00:00'"
    if database.is_sqlite:
        at, later = "'2026-11-22 12:00:00.000000'", "'2026-11-23 12:00:00.000000'"
    false = "0" if database.is_sqlite else "false"
    people = "id, account_id, external_id, customer_id, name, chat, blocked, created_at"
    talks = (
        "id, account_id, identity_id, state, group_id, agent_id, hinted, opened_at, waiting_since"
    )
    timers = "kind, conversation_id, staff_id, due_at"
    filled = {
        "customers (id, name, created_at)": f"1000 + i, 'x', {at}",
        f"identities ({people})": f"1000 + i, 1, 'x' || i, 1000 + i, 'x', 'x', {false}, {at}",
        f"conversations ({talks})": f"1000 + i, 1, 1000 + i, 2 + i % 2, {group}, {agent}, {false},"
        f" {at}, {at}",
        f"timers ({timers})": f"'remind', 1000 + i, 0, {later}",
    }
    async with UnitOfWork(database) as uow:
        for into, values in filled.items():
            statement = f"INSERT INTO {into} {numbers} SELECT {values} FROM n"
            await uow.connection.execute(text(statement), many)
        await uow.connection.execute(text("ANALYZE"))
        await uow.commit()


async def test_a_look_costs_the_timers_that_are_due_whatever_is_open(database_url: str) -> None:
    """The same statements with 100,000 conversations open, and none reads a whole table."""
    database = Database(database_url)
    desk = await Ticking(database).open()
    await desk.policy(remind=True, push=True, end_minutes=30)
    bo = await desk.agent("Bo", push_unread=True, capacity=50)
    crowded = await desk.agent("Crowded", presence=Presence.OFFLINE)

    async def due() -> list[tuple[str, Any]]:
        """Let timers of several kinds be due, and return what a look asks the database."""
        waits = await desk.waits("Wim")
        served = [await desk.serves(bo, name) for name in ("Ann", "Ben", "Cid")]
        for kind, number in zip((REMIND, UNREAD, END), served, strict=True):
            await desk.set_timer(kind, number)
        await desk.set_timer(OFFER, waits, bo.id)
        asked: list[tuple[str, Any]] = []

        def listen(_c: Any, _k: Any, statement: str, parameters: Any, *_: Any) -> None:
            asked.append((statement, parameters))

        event.listen(database.engine.sync_engine, "before_cursor_execute", listen)
        await desk.tick()
        event.remove(database.engine.sync_engine, "before_cursor_execute", listen)
        assert [await desk.fired(n) for n in served[1:2]] == [[UNREAD]]
        return asked

    alone = await due()
    await _crowd(database, crowded.id, desk.repairs)
    among_many = await due()

    assert len(among_many) == len(alone)
    plans = await _plans(database, among_many)
    assert len(plans) >= 10
    for statement, plan in plans:
        for table in ("conversations", "timers", "identities"):
            assert f"scan {table}" not in plan.lower(), (statement, plan)
            assert f"seq scan on {table}" not in plan.lower(), (statement, plan)
    await database.close()


async def _plans(database: Database, asked: list[tuple[str, Any]]) -> list[tuple[str, str]]:
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    plans = []
    async with UnitOfWork(database) as uow:
        for statement, parameters in asked:
            if not statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE")):
                continue
            if isinstance(parameters, list):
                parameters = parameters[0]
            rows = await uow.connection.exec_driver_sql(explain + statement, parameters)
            plans.append((statement, "\n".join(str(row[-1]) for row in rows)))
    return plans


@pytest.mark.requirement("PRM-16")
async def test_a_reminder_set_before_a_restart_is_told_after_it(
    sqlite_url: str, in_folder: Path
) -> None:
    """The whole desk, by its own clock: the agent answers, the desk restarts, time passes."""
    database = Database(sqlite_url)
    async with UnitOfWork(database) as uow:
        await uow.policies.put("", {"remind": True, "end_minutes": 10})
        await uow.taught.touch()
        await uow.commit()
    await database.close()
    config = settings(sqlite_url)
    async with running(config) as story:
        olga = await story.owner()
        olga.says("/prompt reminder Still there, #nickname#? We close this soon.")
        await olga.hears("We close this soon")
        bo = await story.agent(olga)
        ann = story.customer()
        ann.start()
        ann.says("/human")
        await bo.presses(await bo.hears("Ann"), "Take")
        await ann.hears("Bo")
        bo.says("How can I help?")
        await ann.hears("How can I help?")
        world = story.world

    async with running(config, world):
        assert world.timepiece is not None
        world.timepiece.move(by=timedelta(minutes=5))
        await ann.hears("Still there, Ann? We close this soon.")
        await bo.hears("They were told that")
        world.timepiece.move(by=timedelta(minutes=5))
        await ann.hears("The conversation has ended")
        await bo.hears("the conversation has ended")
