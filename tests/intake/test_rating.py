"""Customers rate a conversation that a person served, and nothing else begins with it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.handlers.desk_end import end
from bot.telling import Voice
from core.messages import Content, InboundMessage, Kind
from core.policy import Policies
from core.states import Presence, State
from storage.engine import Database
from storage.repos.conversations import Talk
from storage.repos.ratings import Rated
from storage.repos.staffing import StaffMember
from tests.handlers.floor import ZONE
from tests.people import ENGLISH, Shop, said

ASKS = Policies({"": {"ask_rating": True}})


@pytest.fixture
async def shop(sqlite_url: str) -> AsyncIterator[Shop]:
    database = Database(sqlite_url)
    opened = await Shop(database).open()
    opened.teach(policies=ASKS)
    yield opened
    await database.close()


def presses(data: str, by: str = "2001") -> InboundMessage:
    return said(data, by=by, kind=Kind.PRESS)


async def newest(shop: Shop, by: str = "2001") -> Talk | None:
    """Return the open conversation of somebody."""
    async with shop.unit() as uow:
        (person,) = (await uow.people.find({(1, by)})).values()
        return (await uow.conversations.lock_open([person.id])).get(person.id)


async def served(shop: Shop, agent: StaffMember, by: str = "2001") -> int:
    await shop.hears(said("/human", by=by))
    talk = await newest(shop, by)
    assert talk is not None
    async with shop.unit() as uow:
        assert await uow.seats.claim(talk.id, agent.id, shop.now)
        await uow.commit()
    await shop.owed()
    return talk.id


async def ended(shop: Shop, agent: StaffMember, by: str = "2001") -> int:
    """Let *agent* end the conversation of somebody they serve."""
    number = await served(shop, agent, by)
    around = await shop.around()
    voice = Voice(around.texts, ZONE, around.new_key, policies=shop.book.playbook.policies)
    async with shop.unit() as uow:
        await end(uow, agent, number, voice=voice, now=shop.now)
        await uow.commit()
    return number


async def rating(shop: Shop, number: int) -> Rated | None:
    async with shop.unit() as uow:
        return (await uow.ratings.lock([number])).get(number)


def scores(content: Content) -> list[str]:
    return [button.data or "" for row in content.buttons for button in row]


@pytest.fixture
async def agent(shop: Shop) -> StaffMember:
    return await shop.agent(presence=Presence.ONLINE.value, language="en")


@pytest.mark.parametrize("by", ["agent", "customer"])
async def test_who_was_served_is_asked_at_the_end(shop: Shop, agent: StaffMember, by: str) -> None:
    if by == "agent":
        number = await ended(shop, agent)
    else:
        number = await served(shop, agent)
        await shop.hears(said("/end"))

    question = (await shop.owed_contents())[-1]

    assert question.text == ENGLISH("rating.question", agent="Bo")
    assert scores(question) == [f"c:rate:{number}:{score}" for score in (1, 2, 3, 4, 5)]
    assert await rating(shop, number) == Rated(number, agent.id, shop.group)


async def test_nobody_is_asked_who_was_not_served_or_where_it_is_off(
    shop: Shop, agent: StaffMember
) -> None:
    await shop.hears(said("hello"), said("/human", by="2002"))
    await shop.hears(said("/end"), said("/end", by="2002"))
    shop.teach(policies=Policies({"": {"ask_rating": True}, "account:shop": {"ask_rating": False}}))
    await ended(shop, agent, "2003")

    assert [t for t in await shop.owed_contents() if "c:rate" in str(t.buttons)] == []


async def test_a_press_is_kept_thanked_for_and_told_to_the_agent(
    shop: Shop, agent: StaffMember
) -> None:
    number = await ended(shop, agent)
    await shop.owed()

    await shop.hears(presses(f"c:rate:{number}:4"))

    found = await rating(shop, number)
    assert found is not None
    assert (found.score, found.rated_at) == (4, shop.now)
    assert await newest(shop) is None  # nothing begins
    async with shop.unit() as uow:
        claimed = await uow.outbox.claim(9, shop.now, shop.now + timedelta(days=1))
        told = {row.owed.account: row.owed.content for row in claimed}
        events = [(e.kind, e.data) for e in await uow.conversations.events(number)]
    assert told["shop"].text == ENGLISH("rating.thanks", score=4, best=5)
    assert scores(told["shop"]) == [f"c:note:{number}"]
    assert told["staff"].text == ENGLISH("rating.notice", who=f"Ann · #{number}", score=4, best=5)
    assert ("rated", {"score": 4}) in events


async def test_a_second_press_changes_it_for_a_day(shop: Shop, agent: StaffMember) -> None:
    number = await ended(shop, agent)
    await shop.hears(presses(f"c:rate:{number}:2"))
    await shop.owed()
    shop.now += timedelta(hours=24)

    await shop.hears(presses(f"c:rate:{number}:5"))
    assert await shop.owed() == [ENGLISH("rating.changed", score=5, best=5)]
    shop.now += timedelta(seconds=1)
    await shop.hears(presses(f"c:rate:{number}:1"))

    assert await shop.owed() == [ENGLISH("rating.too_late")]
    found = await rating(shop, number)
    assert found is not None
    assert found.score == 5


async def test_the_same_press_delivered_twice_counts_once(shop: Shop, agent: StaffMember) -> None:
    number = await ended(shop, agent)
    await shop.owed()
    press = presses(f"c:rate:{number}:4")

    await shop.hears(press)
    await shop.hears(press)

    assert len(await shop.owed()) == 1


async def test_nobody_rates_what_they_were_not_asked_about(shop: Shop, agent: StaffMember) -> None:
    number = await ended(shop, agent)
    await shop.hears(said("hi", by="2002"))
    await shop.owed()

    await shop.hears(
        presses(f"c:rate:{number}:1", by="2002"),
        presses(f"c:note:{number}", by="2002"),
        presses("c:rate:99:1"),
        presses("c:note:99"),
    )

    found = await rating(shop, number)
    assert found is not None
    assert found.score is None
    assert await shop.owed() == []
    assert await newest(shop) is None


async def test_the_words_behind_the_button_are_a_remark_and_the_next_ones_are_not(
    shop: Shop, agent: StaffMember
) -> None:
    number = await ended(shop, agent)
    await shop.hears(presses(f"c:rate:{number}:2"), presses(f"c:note:{number}"))
    assert (await shop.owed())[-1] == ENGLISH("rating.ask_remark", minutes=10)
    shop.now += timedelta(minutes=9)

    await shop.hears(said("too slow"), said("hello again"))

    found = await rating(shop, number)
    assert found is not None
    assert (found.score, found.remark) == (2, "too slow")
    async with shop.unit() as uow:
        lines, _ = await uow.messages.page(number, offset=0, limit=50)
        claimed = await uow.outbox.claim(9, shop.now, shop.now + timedelta(days=1))
    assert "too slow" in [line.content.text for line in lines]
    assert "hello again" not in [line.content.text for line in lines]
    texts = [row.owed.content.text for row in claimed]
    assert ENGLISH("rating.remark_kept") in texts
    assert f"Ann · #{number} added a remark to the rating (2 of 5): too slow" in texts
    opened = await newest(shop)
    assert opened is not None
    assert (opened.state, opened.id > number) == (State.BOT, True)


@pytest.mark.parametrize(
    ("words", "minutes"),
    [("/human", 1), ("人工", 1), ("/start", 1), ("too slow", 11)],
    ids=["a command", "a wish", "a start", "too late"],
)
async def test_what_asks_for_something_is_no_remark(
    shop: Shop, agent: StaffMember, words: str, minutes: int
) -> None:
    number = await ended(shop, agent)
    await shop.hears(presses(f"c:note:{number}"))
    shop.now += timedelta(minutes=minutes)

    await shop.hears(said(words))

    found = await rating(shop, number)
    assert found is not None
    assert found.remark == ""
    assert await newest(shop) is not None


async def test_words_after_a_rating_alone_begin_a_conversation(
    shop: Shop, agent: StaffMember
) -> None:
    """Only the button makes a remark of them."""
    number = await ended(shop, agent)
    await shop.hears(presses(f"c:rate:{number}:5"))

    await shop.hears(said("one more question"))

    opened = await newest(shop)
    assert opened is not None
    assert opened.id > number


async def test_while_a_new_conversation_is_open_the_old_one_is_still_rated(
    shop: Shop, agent: StaffMember
) -> None:
    number = await ended(shop, agent)
    await shop.hears(said("hello again"))
    before = await newest(shop)

    await shop.hears(presses(f"c:rate:{number}:3"), presses(f"c:note:{number}"), said("a question"))

    found = await rating(shop, number)
    assert found is not None
    assert (found.score, found.remark) == (3, "")
    assert await newest(shop) == before
