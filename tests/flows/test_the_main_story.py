"""The desk's main job from the first message to the goodbye, over real HTTP."""

import pytest

from tests.flows.conftest import BEN, CLEO, Story


@pytest.mark.requirement("CHN-01")
async def test_the_story_that_the_desk_exists_for(story: Story) -> None:
    """The admin teaches a rule, the bot answers by it, the customer asks for a person, waits, is
    served by an agent in the staff bot, and both are told of the end."""
    olga = await story.owner()
    bo = await story.agent(olga)
    ann = story.customer()

    ann.start("qr_01")
    await ann.hears("")
    olga.says("/rule_add any price, cost = It costs 100.")
    await olga.hears("price")
    ann.says("What is the PRICE?")
    await ann.hears("It costs 100.")

    ann.says("/human")
    await ann.hears("number 1")
    card = await bo.hears("Ann")
    assert "qr_01" in card["text"]
    await bo.presses(card, "Take")
    await ann.hears("Bo")

    ann.says("My parcel is late")
    await bo.hears("My parcel is late")
    bo.says("Let me look, one moment.")
    await ann.hears("Let me look, one moment.")

    bo.says("/end")
    await ann.hears("ended")
    ann.says("price?")
    await ann.hears("It costs 100.", times=2)


async def test_a_rule_change_answers_the_very_next_message(story: Story) -> None:
    olga = await story.owner()
    ann = story.customer()
    ann.start()
    for number in range(3):
        olga.says(f"/rule_add exact word{number} = Answer {number}")
        await olga.hears(f"word{number}")
        ann.says(f"word{number}")
        await ann.hears(f"Answer {number}")


async def test_the_first_press_of_take_wins_and_the_other_is_told_who(story: Story) -> None:
    olga = await story.owner()
    bo = await story.agent(olga)
    cleo = await story.agent(olga, CLEO, "Cleo")
    ann = story.customer()
    ann.start()
    ann.says("/human")
    card, other = await bo.hears("Ann"), await cleo.hears("Ann")

    await bo.presses(card, "Take")

    await story.world.until(
        lambda: "Bo" in cleo.chat[-1]["text"] and "reply_markup" not in cleo.chat[-1], seconds=10
    )
    assert other["message_id"] == cleo.chat[-1]["message_id"]


async def test_a_reply_goes_to_the_customer_whose_message_it_answers(story: Story) -> None:
    """With two customers at once, the one in front does not get what is meant for the other."""
    olga = await story.owner()
    bo = await story.agent(olga)
    ann, ben = story.customer(), story.customer(BEN, "Ben")
    for who, name in ((ann, "Ann"), (ben, "Ben")):
        who.start()
        who.says("/human")
        await bo.presses(await bo.hears(f"{name}"), "Take")
        await who.hears("Bo")
    ann.says("I am Ann's question")
    shown = await bo.hears("I am Ann's question")
    ben.says("I am Ben's question")
    await bo.hears("I am Ben's question")

    bo.says("for Ann", reply_to=shown["message_id"])

    await ann.hears("for Ann")
    assert not any("for Ann" in words for words in ben.heard)


async def test_photos_travel_both_ways(story: Story) -> None:
    """A file of one bot means nothing to the other: it is fetched there and sent here."""
    from tests.playground.stage import png

    olga = await story.owner()
    bo = await story.agent(olga)
    ann = story.customer()
    ann.start()
    ann.says("/human")
    await bo.presses(await bo.hears("Ann"), "Take")
    await ann.hears("Bo")

    ann.sends("photo", png(), caption="broken, look")
    shown = await bo.hears("broken, look")
    assert shown["photo"]
    bo.sends("photo", png(40, 40), caption="like this?")
    assert (await ann.hears("like this?"))["photo"]
