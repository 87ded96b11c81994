"""A machine without a public address polls, for customers and for staff, and loses nothing."""

import pytest

from tests.flows.conftest import Story, running, settings


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("in_folder")
async def test_the_story_works_by_polling(database_url: str) -> None:
    config = settings(database_url, staff__mode="polling", accounts__shop__mode="polling")
    async with running(config) as story:
        await tell(story)


async def tell(story: Story) -> None:
    olga = await story.owner()
    bo = await story.agent(olga)
    ann = story.customer()
    ann.start()
    await ann.hears("")
    olga.says("/rule_add any price = It costs 100.")
    await olga.hears("price")
    ann.says("price?")
    await ann.hears("It costs 100.")
    ann.says("/human")
    card = await bo.hears("Ann")
    await bo.presses(card, "Take")
    ann.says("hello there")
    await bo.hears("hello there")
    bo.says("good day")
    await ann.hears("good day")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("in_folder")
async def test_what_was_said_while_we_were_away_is_answered_after_a_restart(
    database_url: str,
) -> None:
    config = settings(database_url, staff__mode="polling", accounts__shop__mode="polling")
    async with running(config) as story:
        world = story.world
        ann = story.customer()
        ann.start()
        await ann.hears("")
        before = len(ann.heard)
    ann.says("human")
    async with running(config, world):
        await ann.hears("number 1")
    # Once that nobody is there, and once the place.
    assert len(ann.heard) == before + 2
