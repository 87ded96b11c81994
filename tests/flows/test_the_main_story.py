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


@pytest.mark.requirement("CHN-02")
async def test_kinds_go_both_ways_and_an_unknown_one_is_shown_by_the_fixed_placeholder(
    story: Story,
) -> None:
    """Text, pictures, emoticons and buttons are exchanged; what no adapter can render is kept and
    shown as unsupported, never dropped."""
    import aiohttp

    from tests.flows.conftest import ANN, SHOP_SECRET
    from tests.playground.stage import png

    olga = await story.owner()
    bo = await story.agent(olga)
    ann = story.customer()
    ann.start()
    welcome = await ann.hears("")
    await ann.presses(welcome, "person")
    await bo.presses(await bo.hears("Ann"), "Take")
    await ann.hears("Bo")

    ann.says("words 😀")
    await bo.hears("words 😀")
    ann.sends("photo", png(), caption="a picture")
    assert (await bo.hears("a picture"))["photo"]
    before = len(bo.chat)
    ann.sends("sticker", png(), emoji="🙂")
    await story.world.until(lambda: any("sticker" in m for m in bo.chat[before:]), seconds=10)
    bo.says("back to you 😀")
    await ann.hears("back to you 😀")
    bo.sends("photo", png(), caption="my picture")
    assert (await ann.hears("my picture"))["photo"]

    strange = {
        "update_id": 4_000_000,
        "message": {
            "message_id": 4000,
            "date": 1_795_000_000,
            "chat": {"id": ANN, "type": "private", "first_name": "Ann"},
            "from": {"id": ANN, "is_bot": False, "first_name": "Ann", "language_code": "en"},
            "hologram": {"file_id": "x"},
        },
    }
    async with (
        aiohttp.ClientSession(story.address) as http,
        http.post(
            "/hooks/shop",
            json=strange,
            headers={"X-Telegram-Bot-Api-Secret-Token": SHOP_SECRET},
        ) as answer,
    ):
        assert 200 == answer.status
    await bo.hears("Unsupported type")
    bo.says("/history")
    await bo.hears("Unsupported type", times=2)
