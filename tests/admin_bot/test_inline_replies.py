"""Our people type ``@bot word`` in any chat and pick a quick reply."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from core.messages import Content, Kind, Media, text
from core.playbook import FaqEntry, Scope, Shelf
from playground import inline
from playground.inline import InlineQuery
from tests.admin_bot.office import BO, EVE, NOON, TOKEN, Office, open_office
from tests.playground.stage import png


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    async with open_office(sqlite_url) as opened:
        bot = opened.world.bot(TOKEN)
        bot.inline = bot.inline_feedback = True
        yield opened


async def add(office: Office, title: str, content: Content, **more: Any) -> int:
    entry = FaqEntry(0, "", title, (), (), content, shelf=Shelf.DESK, **more)
    async with office.unit() as uow:
        (number,) = await uow.library.add([entry], NOON)
        await uow.commit()
    return number


async def uses(office: Office) -> list[int]:
    async with office.unit() as uow:
        return [entry.uses for entry in await uow.library.entries(Shelf.DESK)]


async def types(office: Office, who: int, words: str, offset: str = "") -> InlineQuery:
    world = office.world
    query = inline.ask(world, world.whoever(who), world.bot(TOKEN), words, offset=offset)
    await office.work()
    return query


async def picture(office: Office) -> Media:
    """Return a picture that the staff bot has got."""
    office.world.sends(BO, TOKEN, "photo", png())
    (update,) = await office.updates()
    return Media("staff", update["message"]["photo"][-1]["file_id"])


async def test_what_holds_the_words_is_offered_and_what_is_picked_goes_into_the_chat(
    office: Office,
) -> None:
    await add(office, "Hello", text("Good morning"))
    price = await add(office, "Price", text("It costs 100"))

    query = await types(office, BO, "price")

    (result,) = query.results
    assert (result["type"], result["title"], result["description"]) == (
        "article",
        "Price",
        "It costs 100",
    )
    message = inline.choose(office.world, query, str(price))
    assert message["text"] == "It costs 100"
    assert message["via_bot"]["id"] == office.world.bot(TOKEN).id


async def test_pictures_are_offered_as_pictures_and_links_as_texts(office: Office) -> None:
    shop = await add(office, "Shop", Content(Kind.PHOTO, "Come in", await picture(office)))
    address = {"url": "https://shop.example"}
    site = await add(office, "Site", Content(Kind.LINK, "Look", title="Our site", data=address))

    query = await types(office, BO, "")

    assert [result["type"] for result in query.results] == ["photo", "article"]
    message = inline.choose(office.world, query, str(shop))
    assert message["photo"]
    assert message["caption"] == "Come in"
    message = inline.choose(office.world, query, str(site))
    assert message["text"] == "Our site\nLook\nhttps://shop.example"


async def test_what_the_platform_could_not_send_is_left_out(office: Office) -> None:
    """One bad result would make it refuse them all."""
    await add(office, "Elsewhere", Content(Kind.PHOTO, "", Media("shop", "x")))
    await add(office, "Voice", Content(Kind.VOICE, "", Media("staff", "x")))
    await add(office, "Long", Content(Kind.PHOTO, "x" * 1025, await picture(office)))
    await add(office, "Hello", text("Hi"))

    query = await types(office, BO, "")

    assert [result["title"] for result in query.results] == ["Hello"]


async def test_the_pick_is_counted_once_however_often_the_platform_tells(office: Office) -> None:
    number = await add(office, "Hello", text("Hi"))
    query = await types(office, BO, "hel")
    inline.choose(office.world, query, str(number))
    (update,) = await office.updates()

    await office.bot.handle(update)
    await office.bot.handle(update)

    assert await uses(office) == [1]


async def test_strangers_and_people_switched_off_are_offered_nothing(office: Office) -> None:
    number = await add(office, "Hello", text("Hi"))
    bo = await office.member(BO)

    assert (await types(office, EVE, "hello")).results == []
    async with office.unit() as uow:
        await uow.staffing.change(bo.id, active=False)
        await uow.commit()
    query = await types(office, BO, "hello")
    assert query.answer is not None
    assert query.results == []
    assert query.answer["is_personal"] is True
    eve = office.world.whoever(EVE)
    picked = {"result_id": str(number), "from": eve.user, "query": "hello"}
    office.world.bot(TOKEN).delivery.put("chosen_inline_result", f"u{EVE}", picked)
    await office.work()
    assert await uses(office) == [0]
    assert office.eve.heard == []


async def test_everybody_is_offered_what_they_see_and_no_more(office: Office) -> None:
    owner = (await office.member(BO)).id
    await add(office, "Mine", text("Hi"), scope=Scope.PERSONAL, owner_id=owner)

    assert len((await types(office, BO, "mine")).results) == 1
    assert (await types(office, office.ada.number, "mine")).results == []
    query = await types(office, BO, "mine")
    assert query.answer is not None
    assert query.answer["is_personal"] is True
    assert query.answer["cache_time"] <= 10


async def test_long_lists_come_50_at_a_time(office: Office) -> None:
    for number in range(60):
        await add(office, f"Reply {number}", text("x"))

    first = await types(office, BO, "")
    assert first.answer is not None
    assert len(first.results) == 50
    second = await types(office, BO, "", first.answer["next_offset"])

    assert second.answer is not None
    assert [result["title"] for result in second.results] == [f"Reply {n}" for n in range(50, 60)]
    assert second.answer.get("next_offset", "") == ""


async def test_a_question_that_is_too_old_is_let_go(office: Office) -> None:
    """Otherwise the platform would repeat it for ever."""
    await add(office, "Hello", text("Hi"))
    world = office.world
    query = inline.ask(world, world.whoever(BO), world.bot(TOKEN), "hello")
    world.callback_seconds = -1.0

    await office.work()

    assert query.answer is None
    assert world.refused != {}
