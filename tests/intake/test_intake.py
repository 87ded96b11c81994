"""Batches: durable before the answer, in order, with poison set aside and a full queue refused."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from bot.handlers.customer_message import Surroundings
from bot.intake import Intake
from bot.metrics import Metrics
from core.errors import Overloaded
from core.messages import InboundMessage
from storage.engine import Database
from storage.uow import UnitOfWork
from tests.people import Shop, rule, said


def intake_of(
    shop: Shop, around: Surroundings, unit: Callable[[], UnitOfWork] | None = None, **sizes: int
) -> Intake:
    return Intake(unit or shop.unit, lambda: around, lambda: shop.now, Metrics(), **sizes)


@pytest.fixture
async def intake(shop: Shop) -> AsyncIterator[Intake]:
    made = intake_of(shop, await shop.around())
    await made.start()
    yield made
    await made.stop()


async def texts_in(shop: Shop, person: str = "2001") -> list[str]:
    """Return what a customer has said, in the transcript's order."""
    async with UnitOfWork(shop.database, reading=True) as uow:
        rows = await uow.connection.execute(
            text(
                "SELECT m.text FROM messages m JOIN conversations c ON c.id = m.conversation_id "
                "JOIN identities i ON i.id = c.identity_id "
                "WHERE m.direction = 'in' AND i.external_id = :person ORDER BY m.id"
            ),
            {"person": person},
        )
        return [row[0] for row in rows]


async def put_all(intake: Intake, messages: Sequence[InboundMessage]) -> None:
    await asyncio.gather(*(intake.put((message,)) for message in messages))


async def test_what_was_answered_is_in_the_database(shop: Shop, intake: Intake) -> None:
    assert ["kept"] == await intake.put((said("hello"),))

    assert ["hello"] == await texts_in(shop)


async def test_messages_of_a_conversation_keep_their_order(shop: Shop, intake: Intake) -> None:
    await put_all(intake, [said(f"{i}", by=str(2001 + i % 5)) for i in range(300)])

    for person in range(5):
        heard = [int(words) for words in await texts_in(shop, str(2001 + person))]
        assert list(range(person, 300, 5)) == heard


async def test_a_batch_takes_the_same_number_of_statements_whatever_its_size(
    shop: Shop, database: Database
) -> None:
    shop.teach(rule("price"))
    await shop.hears(*(said("hello", by=str(3000 + i)) for i in range(150)))
    statements: list[str] = []

    @event.listens_for(database.engine.sync_engine, "before_cursor_execute")
    def count(_c: object, _k: object, statement: str, *_: object) -> None:
        statements.append(statement)

    counts = []
    for size in (1, 10, 150):
        statements.clear()
        await shop.hears(*(said("price", by=str(3000 + i)) for i in range(size)))
        counts.append(len([s for s in statements if not s.startswith("SELECT accounts")]))

    assert counts[0] == counts[1] == counts[2] <= 12


async def test_poison_is_set_aside_and_the_rest_of_its_batch_lands(shop: Shop) -> None:
    """A message whose handling fails every time is kept whole; nobody else notices."""
    around = await shop.around()
    made = intake_of(shop, around)
    poison = said("x", by="2002", account="nowhere", raw=b'{"poison": 1}', id="poison")
    # Nothing runs before the batch is complete, so that all three are in one.
    puts = [asyncio.ensure_future(made.put((m,))) for m in (said("one"), poison, said("two"))]
    await asyncio.sleep(0)
    await made.start()
    await asyncio.gather(*puts)
    await made.stop()

    assert ["one", "two"] == await texts_in(shop)
    async with UnitOfWork(shop.database, reading=True) as uow:
        (letter,) = await uow.letters.newest(10)
    assert ("nowhere", "poison", b'{"poison": 1}') == (
        letter.account,
        letter.external_id,
        letter.body,
    )


async def test_a_full_queue_refuses_with_a_time_to_come_back(shop: Shop) -> None:
    made = intake_of(shop, await shop.around(), queue=3)
    waiting = [asyncio.ensure_future(made.put((said("x"),))) for _ in range(3)]
    await asyncio.sleep(0)

    with pytest.raises(Overloaded) as refused:
        await made.put((said("one too many"),))

    assert refused.value.seconds > 0
    await made.start()
    await asyncio.gather(*waiting)
    assert ["kept"] == await made.put((said("room again"),))
    await made.stop()


async def test_stopping_finishes_what_was_accepted_and_refuses_the_rest(shop: Shop) -> None:
    made = intake_of(shop, await shop.around())
    await made.start()
    accepted = [asyncio.ensure_future(made.put((said(f"{i}"),))) for i in range(50)]
    await asyncio.sleep(0)

    await made.stop()

    assert [["kept"]] * 50 == await asyncio.gather(*accepted)
    assert 50 == len(await texts_in(shop))
    with pytest.raises(Overloaded):
        await made.put((said("late"),))


async def test_while_the_database_is_away_nothing_is_answered_as_kept(shop: Shop) -> None:
    """The platform must keep the message: no 200, no dead letter; later all is well."""
    away = True

    class Unreachable(UnitOfWork):
        async def __aenter__(self) -> "Unreachable":
            if away:
                raise OperationalError("connect", None, ConnectionError("refused"))
            return await super().__aenter__()

    made = intake_of(shop, await shop.around(), lambda: Unreachable(shop.database))
    await made.start()

    with pytest.raises(OperationalError):
        await made.put((said("hello", id="1"),))
    away = False
    assert ["kept"] == await made.put((said("hello", id="1"),))
    await made.stop()

    assert ["hello"] == await texts_in(shop)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_two_processes_on_one_database_keep_order_and_count(
    shop: Shop, database: Database
) -> None:
    """Two intakes with pools of their own share the customers; events reach both; each happens
    once, and each process' messages of a customer stay in their order."""
    shop.teach(rule("price"))
    around = await shop.around()
    second = Database(database.url.render_as_string(hide_password=False))
    intakes = [
        intake_of(shop, around, batch=20, lanes=2),
        intake_of(shop, around, lambda: UnitOfWork(second), batch=20, lanes=3),
    ]
    for made in intakes:
        await made.start()
    messages = [said(f"price {i}", by=str(2001 + i % 7), id=f"e{i}") for i in range(400)]

    async def feed(made: Intake) -> list[list[str]]:
        return await asyncio.gather(*(made.put((m,)) for m in messages))  # type: ignore[return-value]

    outcomes = await asyncio.gather(*(feed(made) for made in intakes))
    for made in intakes:
        await made.stop()
    await second.close()

    assert [{"kept", "duplicate"}] * 400 == [
        {one[0], two[0]} for one, two in zip(*outcomes, strict=True)
    ]
    for person in range(7):
        heard = await texts_in(shop, str(2001 + person))
        assert [f"price {i}" for i in range(person, 400, 7)] == heard
    replies = [words for words in await shop.owed() if words == "100 块"]
    assert 400 == len(replies)
