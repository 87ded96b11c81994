"""What is over costs nothing: questions about who waits and who is free do not walk through it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import event, text

from core.states import State
from storage.engine import Database
from storage.repos.views import Scope
from storage.uow import UnitOfWork
from tests.handlers.floor import Floor

STEP = 100
"""Instructions of SQLite's machine from one count to the next."""

Ask = Callable[[UnitOfWork, Floor], Awaitable[object]]
QUESTIONS: dict[str, Ask] = {
    "groups_ready": lambda uow, floor: uow.seats.groups_ready(),
    "free": lambda uow, floor: uow.seats.free([floor.sales]),
    "on_duty": lambda uow, floor: uow.seats.on_duty([floor.sales]),
    "lying": lambda uow, floor: uow.offers.lying([floor.sales]),
    "oldest": lambda uow, floor: uow.line.oldest([floor.sales], 10),
    "oldest_of_each": lambda uow, floor: uow.line.oldest_of_each([floor.sales], 10),
    "waiting": lambda uow, floor: uow.line.groups_waiting(),
    "ahead": lambda uow, floor: uow.waits.ahead([floor.sales]),
    "next_due": lambda uow, floor: uow.timers.next_due(),
    "of_agent": lambda uow, floor: uow.conversations.of_agent(1),
    "lock_open_of": lambda uow, floor: uow.conversations.lock_open_of([(1, "c2"), (1, "c3")]),
    "unread": lambda uow, floor: uow.views.unread(Scope(frozenset({floor.sales}))),
    "unread of all": lambda uow, floor: uow.views.unread(Scope(None)),
    "count": lambda uow, floor: uow.views.count(Scope(None), State.SERVING),
    "page": lambda uow, floor: uow.views.page(Scope(None), State.SERVING, limit=5, offset=0),
    "page of waiting": lambda uow, floor: uow.views.page(
        Scope(frozenset({floor.sales})), State.WAITING, limit=5, offset=0
    ),
    "page of ended": lambda uow, floor: uow.views.page(Scope(None), State.ENDED, limit=5, offset=0),
    "page of a group's ended": lambda uow, floor: uow.views.page(
        Scope(frozenset({floor.sales})), State.ENDED, limit=5, offset=0
    ),
    "board: line": lambda uow, floor: uow.views.line([floor.sales]),
    "board: crew": lambda uow, floor: uow.views.crew(),
    "board: held": lambda uow, floor: uow.views.held(),
    "outbox: claim": lambda uow, floor: uow.outbox.claim(50, floor.now, floor.now),
    "outbox: due and dead": lambda uow, floor: uow.outbox.due_and_dead(),
    "remarks_due": lambda uow, floor: uow.ratings.remarks_due([2, 3], floor.now),
    "lengths": lambda uow, floor: uow.line.lengths([floor.sales]),
    "places": lambda uow, floor: uow.line.places([3]),
}


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    await opened.close()


async def _steps(database: Database, floor: Floor) -> dict[str, int]:
    """Return how many steps SQLite took for each question."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    def watch(connection: Any, *_: object) -> None:
        connection.set_progress_handler(count, STEP)

    event.listen(database.engine.sync_engine, "checkout", watch)
    found = {}
    for name, ask in QUESTIONS.items():
        async with UnitOfWork(database) as uow:
            counted = 0
            await ask(uow, floor)
            found[name] = counted
    event.remove(database.engine.sync_engine, "checkout", watch)
    return found


async def test_a_long_history_takes_no_more_steps(database: Database) -> None:
    floor = await Floor(database).open()
    bo = await floor.agent("Bo", capacity=4)
    over = await floor.serves(bo, "Ann")
    await floor.serves(bo, "Dee")
    await floor.waits("Cy")
    await floor.settle("auto")
    await floor.waits("Eve")
    async with floor.unit() as uow:
        talk = (await uow.conversations.lock([over]))[over]
        talk.state, talk.ended_at = State.ENDED, floor.now
        await uow.conversations.update([talk])
        await uow.commit()
    before = await _steps(database, floor)
    async with floor.unit() as uow:
        await uow.connection.execute(
            text(
                "INSERT INTO conversations (account_id, identity_id, state, group_id, agent_id,"
                " hinted, opened_at, waiting_since, serving_since, ended_at) "
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000) "
                "SELECT account_id, identity_id, state, group_id, agent_id, hinted, opened_at,"
                " waiting_since, serving_since, ended_at FROM conversations, n WHERE id = :over"
            ),
            {"over": over},
        )
        key = await uow.connection.scalar(text("SELECT key FROM outbox LIMIT 1"))
        columns = "account, chat, lane, content, purpose, state, attempts, due_at, created_at"
        assert key
        await uow.connection.execute(
            text(
                f"INSERT INTO outbox (key, {columns}) "
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000) "
                f"SELECT key || '-' || i, {columns} FROM outbox, n WHERE key = :key"
            ),
            {"key": key},
        )
        await uow.connection.execute(
            text("UPDATE outbox SET state = 'sent' WHERE key <> :key"), {"key": key}
        )
        await uow.commit()
    after = await _steps(database, floor)
    assert {name: steps for name, steps in after.items() if steps > before[name] + 2} == {}
