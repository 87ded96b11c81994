"""What is read to learn from, what is suggested, and how far a job has counted."""

from datetime import datetime, timedelta

from sqlalchemy import select

from core.messages import Content, Kind, text
from core.states import Author, Direction
from storage.engine import Database
from storage.models.conversation import ConversationEvent
from storage.repos.conversations import Event
from storage.repos.learning import DISMISSED, TAKEN, UNANSWERED, Found
from storage.repos.messages import TranscriptLine
from storage.uow import UnitOfWork
from tests.people import NOON, Shop, said

WEEK = timedelta(days=7)


def found(question: str, asked: int = 3, **more: object) -> Found:
    return Found(UNANSWERED, asked, question, ("so?", "or so?"), text("yes"), **more)  # type: ignore[arg-type]


async def noting(database: Database, *events: tuple[str, datetime, dict[str, object]]) -> list[int]:
    async with UnitOfWork(database) as uow:
        await uow.conversations.record(Event(1, at, kind, data=data) for kind, at, data in events)
        ids = await uow.connection.scalars(
            select(ConversationEvent.id).order_by(ConversationEvent.id)
        )
        await uow.commit()
        return list(ids)


async def test_events_come_oldest_first_of_the_kinds_and_time_asked_for(database: Database) -> None:
    shop = await Shop(database).open()
    await shop.hears(said("what is that"))
    await noting(
        database,
        ("no_answer", NOON - WEEK - timedelta(seconds=1), {"said": "too old"}),
        ("rule", NOON, {"rule": 1}),
        ("no_answer", NOON + timedelta(seconds=1), {"said": "second"}),
        ("offer", NOON + timedelta(seconds=2), {"said": "third", "entries": [1]}),
    )

    async with shop.unit() as uow:
        rows = await uow.learning.noted(NOON - WEEK, ("no_answer", "offer"), 10)
        newest = await uow.learning.noted(NOON - WEEK, ("no_answer", "offer"), 1)
        account = (await uow.accounts.all())[0].id

    assert ["what is that", "second", "third"] == [row.data["said"] for row in rows]
    assert ["third"] == [row.data["said"] for row in newest]
    assert {account} == {row.account_id for row in rows}


async def test_texts_come_oldest_first_and_reading_is_bounded(database: Database) -> None:
    shop = await Shop(database).open()
    for number in range(3):
        await shop.hears(said(f"text {number}"))
    await shop.hears(said("changed", edited=True), said("", content=Content(Kind.PHOTO, "seen")))

    async with shop.unit() as uow:
        read = uow.learning.spoken
        people = (Author.CUSTOMER,)
        every = await read(NOON - WEEK, people, 100, looked_at=1000)
        newest = await read(NOON - WEEK, people, 2, looked_at=1000)
        near = await read(NOON - WEEK, people, 100, looked_at=1)
        later = await read(NOON + WEEK, people, 100, looked_at=1000)

    assert ["text 0", "text 1", "text 2"] == [line.text for line in every]
    assert ["text 1", "text 2"] == [line.text for line in newest]
    assert [] == near  # the newest line of all is the photo's
    assert [] == later


async def test_texts_of_agents_are_told_from_those_of_customers(database: Database) -> None:
    shop = await Shop(database).open()
    await shop.hears(said("hello there"))
    async with shop.unit() as uow:
        (line,) = await uow.learning.spoken(NOON, (Author.CUSTOMER,), 9, looked_at=99)
        out = TranscriptLine(
            line.conversation_id,
            line.account_id,
            "k1",
            Direction.OUT,
            Author.AGENT,
            "Bo",
            text("yes"),
            NOON,
            staff_id=1,
        )
        await uow.messages.add([out], NOON)
        await uow.commit()

    async with shop.unit() as uow:
        both = await uow.learning.spoken(NOON, (Author.CUSTOMER, Author.AGENT), 9, looked_at=99)
    assert [(Author.CUSTOMER, "hello there"), (Author.AGENT, "yes")] == [
        (row.author, row.text) for row in both
    ]


async def test_a_new_run_replaces_what_nobody_has_decided_on(database: Database) -> None:
    async with UnitOfWork(database) as uow:
        learning = uow.learning
        await learning.replace("a", [found("one", 2), found("two", 5), found("three", 2)], NOON)
        two, one, three = await learning.suggestions()
        assert ("two", "one", "three") == (two.question, one.question, three.question)
        assert (text("yes"), ("so?", "or so?"), NOON) == (two.answer, two.examples, two.made_at)
        assert await learning.decide(two.id, TAKEN, "Ada", entry_id=7)
        assert await learning.decide(one.id, DISMISSED, "Ada")

        await learning.replace("b", [found("four")], NOON, gone=[one.id])

        (four,) = await learning.suggestions()
        assert ("four", max(one.id, two.id, three.id) + 1) == (four.question, four.id)
        (left,) = await learning.suggestions(decided=True)
        assert ("two", 7, "Ada") == (left.question, left.entry_id, left.decided_by)
        assert await learning.suggestion(one.id) is None


async def test_only_the_first_decision_counts(database: Database) -> None:
    async with UnitOfWork(database) as uow:
        await uow.learning.replace("a", [found("one")], NOON)
        (one,) = await uow.learning.suggestions()

        assert await uow.learning.decide(one.id, DISMISSED, "Ada")
        assert not await uow.learning.decide(one.id, TAKEN, "Bo", entry_id=1)
        decided = await uow.learning.suggestion(one.id)

    assert decided is not None
    assert (DISMISSED, "Ada", None) == (decided.state, decided.decided_by, decided.entry_id)


async def test_uses_are_counted_behind_the_last_and_before_the_first_young_event(
    database: Database,
) -> None:
    """An event with a lower number may still be uncommitted while a younger one is there."""
    ids = await noting(
        database,
        ("rule", NOON, {"rule": 3, "name": "x", "words": []}),
        ("faq", NOON, {"entry": 5, "score": 0.9}),
        ("state", NOON, {"from": "NEW", "to": "BOT"}),
        ("faq", NOON, {"entry": 5, "pressed": True}),
        ("rule", NOON + timedelta(minutes=1), {"rule": 3}),
        ("faq", NOON, {"entry": 5}),
    )
    async with UnitOfWork(database) as uow:
        used = uow.learning.used
        assert ({3: 1}, {5: 2}, ids[3]) == await used(0, NOON, 100)
        assert ({3: 1}, {5: 1}, ids[1]) == await used(0, NOON, 2)
        assert ({}, {}, ids[3]) == await used(ids[3], NOON, 100)
        assert ({3: 1}, {5: 1}, ids[5]) == await used(ids[3], NOON + timedelta(minutes=1), 100)


async def test_a_cursor_begins_at_nothing_and_keeps_its_place(database: Database) -> None:
    async with UnitOfWork(database) as uow:
        assert 0 == await uow.learning.reached("uses")
        await uow.learning.reach("uses", 12)
        await uow.commit()
    async with UnitOfWork(database) as uow:
        assert 12 == await uow.learning.reached("uses")
        assert 0 == await uow.learning.reached("other")


async def test_events_of_a_conversation_come_in_pages(database: Database) -> None:
    await noting(database, *[("source", NOON, {"source": str(n)}) for n in range(5)])
    async with UnitOfWork(database) as uow:
        events, total = await uow.learning.happened(1, offset=3, limit=3)
    assert 5 == total
    assert ["3", "4"] == [event.data["source"] for event in events if event.data]
