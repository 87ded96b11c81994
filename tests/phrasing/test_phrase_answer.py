"""An entry's answer, put into words or sent as it is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.bell import OUTBOX
from bot.handlers.phrase_answer import LEASE, MOST_SOURCES, settle, sources, take
from bot.phrasing.wording import Phrased, Source
from core.messages import Button, Content, Kind, Media, text
from storage.repos.phrasings import Phrasing
from tests.people import NOON, entry
from tests.phrasing.room import QUESTION, RETURNS, SHIPPING, WITHIN, Room

WORDED = Phrased("Your parcel leaves within 48 hours.", (4, 9))


async def take_one(room: Room) -> Phrasing:
    (taken,) = await room.floor.do(take, 10, now=room.now)
    assert isinstance(taken, Phrasing)
    return taken


async def test_what_is_taken_has_the_question_and_the_entries_found(room: Room) -> None:
    key = await room.owe(SHIPPING, RETURNS)

    taken = await take_one(room)

    assert (taken.outbox_key, taken.question, taken.entry_ids) == (key, QUESTION, (4, 9))
    assert (taken.conversation_id, taken.send_by) == (room.number, room.now + WITHIN)


async def test_an_answer_is_taken_once_while_its_lease_lasts(room: Room) -> None:
    await room.owe()
    assert len(await room.floor.do(take, 10, now=room.now)) == 1

    assert await room.floor.do(take, 10, now=room.now) == []


async def test_the_oldest_are_taken_first_and_no_more_than_there_is_room_for(room: Room) -> None:
    keys = [await room.owe() for _ in range(3)]

    first = await room.floor.do(take, 2, now=room.now)
    second = await room.floor.do(take, 2, now=room.now)

    assert [p.outbox_key for p in (*first, *second)] == keys


async def test_the_models_words_are_sent_at_once_instead_of_the_entrys(room: Room) -> None:
    key = await room.owe(SHIPPING, RETURNS)
    taken = await take_one(room)
    assert await room.goes_out() == [], "it waits for the model"

    assert await room.floor.do(settle, taken, WORDED, now=room.now)

    assert await room.goes_out() == [WORDED.text]
    assert await room.left() == 0
    line = await room.line(key)
    assert (line.text, line.data["entries"]) == (WORDED.text, [4, 9])
    (event,) = [e for e in await room.floor.events(room.number) if e.kind == "phrased"]
    assert event.data == {"entries": [4, 9]}


async def test_the_customer_gets_no_entry_numbers(room: Room) -> None:
    await room.owe()
    await room.floor.do(settle, await take_one(room), WORDED, now=room.now)

    (row,) = await room.rows()

    assert row.content == text(WORDED.text)


async def test_buttons_under_the_answer_stay(room: Room) -> None:
    button = Button("Not helpful", "c:no:4")
    key = await room.owe(replace(SHIPPING, answer=text("Within 48 hours.", (button,))))

    await room.floor.do(settle, await take_one(room), WORDED, now=room.now)

    (row,) = await room.rows()
    assert row.content == text(WORDED.text, (button,))
    assert (await room.line(key)).buttons == ((button,),)


async def test_without_words_of_the_model_the_entrys_answer_goes_out_at_once(room: Room) -> None:
    key = await room.owe()

    assert not await room.floor.do(settle, await take_one(room), None, now=room.now)

    assert await room.goes_out() == ["Within 48 hours."]
    assert await room.line(key) == SHIPPING.answer
    assert "phrased" not in {e.kind for e in await room.floor.events(room.number)}
    assert await room.left() == 0


async def test_when_nobody_words_it_the_entrys_answer_goes_out_by_itself(room: Room) -> None:
    """A killed process loses nothing: the row becomes due when its time has come."""
    await room.owe()
    await take_one(room)

    room.floor.now += WITHIN - timedelta(milliseconds=1)
    assert await room.goes_out() == []
    room.floor.now += timedelta(milliseconds=1)
    assert await room.goes_out() == ["Within 48 hours."]


async def test_what_is_said_later_waits_behind_the_answer(room: Room) -> None:
    await room.owe()
    await room.say("Anything else?")
    taken = await take_one(room)
    assert await room.goes_out() == []

    await room.floor.do(settle, taken, WORDED, now=room.now)

    assert await room.goes_out() == [WORDED.text, "Anything else?"]


async def test_words_that_come_too_late_change_nothing(room: Room) -> None:
    """What the customer got and what the transcript says stay the same."""
    key = await room.owe()
    taken = await take_one(room)
    room.floor.now += WITHIN
    assert await room.goes_out() == ["Within 48 hours."]

    assert not await room.floor.do(settle, taken, WORDED, now=room.now)

    assert await room.goes_out() == []
    assert await room.line(key) == SHIPPING.answer
    assert "phrased" not in {e.kind for e in await room.floor.events(room.number)}


async def test_an_answer_that_is_being_sent_is_not_reworded(room: Room) -> None:
    await room.owe()
    taken = await take_one(room)
    room.floor.now += WITHIN
    async with room.unit() as uow:
        (sending,) = await uow.outbox.claim(9, room.now, room.now + timedelta(minutes=1))
        await uow.commit()

    assert not await room.floor.do(settle, taken, WORDED, now=room.now)

    (row,) = await room.rows()
    assert row.content == sending.owed.content == SHIPPING.answer


async def test_settling_twice_is_settling_once(room: Room) -> None:
    await room.owe()
    taken = await take_one(room)
    await room.floor.do(settle, taken, WORDED, now=room.now)
    assert await room.goes_out() == [WORDED.text]

    await room.floor.do(settle, taken, None, now=room.now)

    assert await room.goes_out() == []


async def test_the_outbox_bell_rings_when_there_is_something_to_send(room: Room) -> None:
    rung: set[str] = set()
    room.floor.database.on_commit = rung.update
    await room.owe()
    rung.clear()

    await room.floor.do(settle, await take_one(room), None, now=room.now)

    assert OUTBOX in rung


async def test_what_nobody_settled_in_time_is_dropped(room: Room) -> None:
    await room.owe()
    await take_one(room)
    room.floor.now += LEASE + timedelta(seconds=1)

    assert await room.floor.do(take, 10, now=room.now) == []

    assert await room.left() == 0


def asked(*ids: int) -> Phrasing:
    return Phrasing("k", 1, 1, QUESTION, ids, NOON, NOON + WITHIN)


@pytest.mark.parametrize(
    ("ids", "given"),
    [
        pytest.param((4, 9), [4, 9], id="in the order found"),
        pytest.param((9, 4), [9, 4], id="not in the playbook's order"),
        pytest.param((4, 77), [4], id="one of the others is gone"),
        pytest.param((77, 4), [], id="the entry itself is gone"),
        pytest.param((5, 4), [], id="the entry itself is switched off"),
        pytest.param((4, 6, 9), [4, 9], id="one of the others is a picture"),
        pytest.param((4, 9, 10, 11), [4, 9, 10][:MOST_SOURCES], id="no more than are wanted"),
    ],
)
def test_the_model_gets_the_entries_that_were_found_and_no_others(
    ids: tuple[int, ...], given: list[int]
) -> None:
    picture = Content(Kind.PHOTO, "See", Media("shop", "f1"))
    entries = [
        SHIPPING,
        replace(SHIPPING, id=5, enabled=False),
        replace(SHIPPING, id=6, answer=picture),
        RETURNS,
        entry("A?", answer="a", id=10),
        entry("B?", answer="b", id=11),
    ]

    assert [s.id for s in sources(asked(*ids), entries)] == given


def test_a_source_is_the_question_and_the_answer() -> None:
    assert sources(asked(4), [SHIPPING]) == [Source(4, "When do you ship?", "Within 48 hours.")]


@pytest.mark.parametrize(
    "answer",
    [
        Content(Kind.PHOTO, "See", Media("shop", "f1")),
        text("Choose", (Button("a", "b"),)),
        Content(Kind.TEXT, "body", title="Card"),
        text(""),
        text("Dear #nickname#, within 48 hours."),
        text("＃昵称＃，48 小时内"),
    ],
)
def test_an_answer_that_is_more_than_a_plain_text_is_never_worded(answer: Content) -> None:
    assert sources(asked(4), [replace(SHIPPING, answer=answer)]) == []
