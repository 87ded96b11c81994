"""A customer's question on its way through intake, the endpoint and the outbox."""

import asyncio
from dataclasses import replace

import pytest

from bot.handlers.customer_message import receive
from bot.phrase_watch import PhraseWatch
from bot.phrasing.client import Phraser
from core.messages import Content, InboundMessage, Kind, Media, text
from core.playbook import FaqEntry
from storage.engine import Database
from tests.people import Shop, entry, rule, said
from tests.phrasing.room import RETURNS, SHIPPING, WITHIN
from tests.phrasing.standin import Endpoint, answer, fails

PICTURE = replace(
    entry("Where are you?", answer="", id=5), answer=Content(Kind.PHOTO, "Here", Media("shop", "f"))
)
NAMED = replace(entry("Who am I?", answer="", id=6), answer=text("You are #nickname#."))
BOOK = (SHIPPING, RETURNS, PICTURE, NAMED)


@pytest.fixture
async def shop(database: Database) -> Shop:
    opened = await Shop(database).open()
    opened.teach(rule("price"), faq=BOOK)
    async with opened.unit() as uow:  # a first message would get the welcome too
        await receive(uow, [said("/start", by="2001")], await opened.around())
        await uow.commit()
    await opened.owed()
    return opened


async def hears(shop: Shop, message: InboundMessage, *, phrasing: bool = True) -> None:
    around = replace(await shop.around(), phrase_within=WITHIN if phrasing else None)
    async with shop.unit() as uow:
        await receive(uow, [message], around)
        await uow.commit()


async def words_it(shop: Shop, model: Endpoint, book: tuple[FaqEntry, ...] = BOOK) -> None:
    phraser = Phraser(url=model.url, key="k", model="m")
    await phraser.open()
    watch = PhraseWatch(shop.unit, lambda: book, phraser, asyncio.Event(), lambda: shop.now)
    await asyncio.gather(*await watch.look())
    await phraser.close()


async def test_a_sure_answer_is_worded_from_its_entry(shop: Shop, model: Endpoint) -> None:
    model.always = answer("We ship within 48 hours, Ann.", 4)

    await hears(shop, said("When do you ship?", by="2001"))
    assert await shop.owed() == [], "it waits for the endpoint"
    await words_it(shop, model)

    assert await shop.owed() == ["We ship within 48 hours, Ann."]
    assert model.shown["message"] == "When do you ship?"
    assert 4 in [e["id"] for e in model.shown["entries"]]


async def test_when_the_endpoint_fails_the_customer_gets_the_entry(
    shop: Shop, model: Endpoint
) -> None:
    model.always = fails(500)

    await hears(shop, said("When do you ship?", by="2001"))
    await words_it(shop, model)

    assert await shop.owed() == ["Within 48 hours."]


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        pytest.param("Where are you?", "Here", id="a picture"),
        pytest.param("Who am I?", "You are Ann.", id="an answer with their name"),
        pytest.param("price", "100 块", id="a rule"),
    ],
)
async def test_what_is_no_plain_answer_goes_out_at_once(
    shop: Shop, model: Endpoint, question: str, reply: str
) -> None:
    await hears(shop, said(question, by="2001"))

    assert await shop.owed() == [reply]
    await words_it(shop, model)
    assert model.asked == []


async def test_unless_it_is_switched_on_nothing_leaves_the_house(
    shop: Shop, model: Endpoint
) -> None:
    await hears(shop, said("When do you ship?", by="2001"), phrasing=False)

    assert await shop.owed() == ["Within 48 hours."]
    await words_it(shop, model)
    assert model.asked == []
