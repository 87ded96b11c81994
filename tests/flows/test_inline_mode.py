"""Our people use quick replies in any chat, over real HTTP with webhooks."""

import asyncio
from datetime import UTC, datetime

from core.messages import text
from core.playbook import FaqEntry, Shelf
from playground import inline
from storage.engine import Database
from storage.uow import UnitOfWork
from tests.flows.conftest import STAFF_TOKEN, Story


async def test_what_an_agent_types_behind_the_bots_name_is_offered_and_the_pick_counted(
    story: Story, database_url: str
) -> None:
    olga = await story.owner()
    bo = await story.agent(olga)
    bot = story.world.bot(STAFF_TOKEN)
    bot.inline = bot.inline_feedback = True
    database = Database(database_url)
    hello = FaqEntry(0, "", "Hello", (), (), text("Good morning"), shelf=Shelf.DESK)
    async with UnitOfWork(database) as uow:
        (number,) = await uow.library.add([hello], datetime.now(UTC))
        await uow.commit()

    person = story.world.whoever(bo.number)
    query = inline.ask(story.world, person, bot, "morning")
    await story.world.until(lambda: query.answer is not None, seconds=10)
    assert [result["id"] for result in query.results] == [str(number)]
    inline.choose(story.world, query, str(number))

    async def uses() -> int:
        async with UnitOfWork(database, reading=True) as uow:
            (entry,) = await uow.library.entries(Shelf.DESK)
        return entry.uses

    async with asyncio.timeout(10):
        while not await uses():
            await asyncio.sleep(0.05)
    assert await uses() == 1
    await database.close()
