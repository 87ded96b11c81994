"""Keyword rules and welcomes, from the admin's command to the customer's screen."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.setup import build_world
from tests.dialog.test_replies import recording
from tests.flows.conftest import BEN, FAST, Person, Story, running, settings
from tests.playground.stage import png

CLUB_TOKEN = "902:CLUB"


@pytest.fixture
async def two_accounts(database_url: str, in_folder: Path) -> AsyncIterator[Story]:
    club = {
        "channel": "telegram",
        "token": CLUB_TOKEN,
        "secret": "club-secret",
        "api_url": "playground",
        "limits": FAST,
    }
    config = settings(database_url, accounts__club=club)
    async with running(config, build_world(config)) as told:
        yield told


def at_the_club(story: Story, number: int, name: str) -> Person:
    story.world.person(number, name, language_code="en")
    return Person(story.world, number, CLUB_TOKEN)


async def taught(olga: Person, *commands: str) -> None:
    for command in commands:
        before = len(olga.heard)
        olga.says(command)
        await olga.world.until(lambda before=before: len(olga.heard) > before, seconds=10)
        assert "added" in olga.heard[-1], olga.heard[-1]


async def comes_to(person: Person, *expected: str) -> None:
    """Wait until the bot's newest messages are exactly these, in order."""
    wanted = list(expected)
    try:
        await person.world.until(lambda: person.heard[-len(wanted) :] == wanted, seconds=10)
    except TimeoutError:
        raise AssertionError(f"{wanted} is not the end of {person.heard}") from None


@pytest.mark.requirement("ARP-01")
@pytest.mark.requirement("ARP-04")
@pytest.mark.requirement("ARP-05")
async def test_the_acceptance_example_in_every_mode_and_width(story: Story) -> None:
    """The word "多少钱" gets exactly "100 块", however wide or disguised it is typed."""
    olga = await story.owner()
    await taught(
        olga,
        "/rule_add all 多少钱 = 100 块",
        "/rule_add all 红色, 大号 = 红色大号有货",
        "/rule_add any 包邮, free shipping = 满 99 包邮",
        "/rule_add exact 在吗, Hello = 在的",
    )
    ann = story.customer()
    ann.start()
    await ann.hears("")

    told = [
        ("多少钱", "100 块"),
        ("请问这个多少钱？", "100 块"),
        ("請問這個多少錢", "100 块"),
        ("多\u200b少\u200d钱", "100 块"),
        ("大号的红色有吗", "红色大号有货"),
        ("大號的紅色有嗎", "红色大号有货"),
        ("可以包邮吗", "满 99 包邮"),
        ("ｆｒｅｅ　ｓｈｉｐｐｉｎｇ？", "满 99 包邮"),
        ("Is there FREE   SHIPPING", "满 99 包邮"),
        ("在吗", "在的"),
        ("  在嗎  ", "在的"),
        ("ＨＥＬＬＯ", "在的"),
    ]
    for number, (said, answer) in enumerate(told):
        before = len(ann.heard)
        ann.says(said)
        await story.world.until(lambda before=before: len(ann.heard) > before, seconds=10)
        assert ann.heard[before:] == [answer], (number, said)

    for said in ("红色的", "hello world", "你在吗？", "freeshippings"):
        ann.says(said)
    ann.says("多少钱")
    await comes_to(ann, "100 块")
    answers = {answer for _, answer in told}
    assert [words for words in ann.heard if words in answers] == [
        *(answer for _, answer in told),
        "100 块",
    ]


async def test_spaces_and_marks_inside_words_do_not_hide_them_where_admins_say_so(
    story: Story,
) -> None:
    olga = await story.owner()
    await taught(olga, "/rule_add all 多少钱 = 100 块")
    before = len(olga.heard)
    olga.says("/setting ignore_spacing on")
    await story.world.until(lambda: len(olga.heard) > before, seconds=10)
    ann = story.customer()
    ann.start()
    ann.says("多 少-钱")

    await ann.hears("100 块")


@pytest.mark.requirement("ARP-06")
async def test_several_replies_of_several_kinds_arrive_in_order(story: Story) -> None:
    """A text with emoticons, a picture, a voice, a video, a link and a contact, some with titles;
    variables are filled in for the customer."""
    olga = await story.owner()

    async def presses(label: str) -> None:
        message = olga.chat[-1]
        await olga.presses(message, label)

    async def gets(part: str, times: int = 1) -> None:
        await olga.hears(part, times=times)

    olga.says("/rule_add")
    await gets("Which words")
    olga.says("tour")
    await gets("Words: tour")
    await presses("any word")
    await gets("Send the next message")
    olga.says("Welcome, #nickname# 😀")
    await gets("1. Welcome")
    asked = 1
    for kind, data, more in (
        ("photo", png(), {"caption": "the shop"}),
        ("voice", b"ogg", {"duration": 3}),
        ("video", b"film", {}),
        ("document", recording(1), {"file_name": "hello.wav", "mime_type": "audio/x-wav"}),
    ):
        await presses("＋ Message")
        asked += 1
        await gets("Send the next message", times=asked)
        olga.sends(kind, data, **more)
        await gets(f"{asked}. [")
    await presses("＋ Link")
    await gets("Send the link")
    olga.says("Map\nhttps://shop.example/map\nHow to find us")
    await gets("6. [Link]")
    await presses("1. Welcome")
    await story.world.until(lambda: "Title" in str(olga.chat[-1].get("reply_markup")), seconds=10)
    await presses("Title")
    await gets("What is its title")
    olga.says("Hello!")
    await gets("1. Hello!: Welcome")
    await presses("Back")
    await story.world.until(lambda: "to the rule" in str(olga.chat[-1]["reply_markup"]), seconds=10)
    await presses("Back to the rule")
    await story.world.until(lambda: "On" in str(olga.chat[-1]["reply_markup"]), seconds=10)
    await presses("On")
    await gets("State: on")

    ann = story.customer()
    ann.start()
    await ann.hears("")
    before = len(ann.chat)
    ann.says("tour")
    await story.world.until(lambda: len(ann.chat) >= before + 6, seconds=10)

    text, photo, voice, video, recorded, link = ann.chat[before:]
    assert text["text"] == "Hello!\nWelcome, Ann 😀"
    assert (photo["caption"], bool(photo["photo"])) == ("the shop", True)
    assert voice["voice"]
    assert video["video"]
    assert recorded["document"]["file_name"] == "hello.wav"
    assert link["text"] == "Map\nHow to find us"
    assert link["reply_markup"]["inline_keyboard"] == [
        [{"text": "Map", "url": "https://shop.example/map"}]
    ]


@pytest.mark.requirement("ARP-10")
@pytest.mark.requirement("ARP-12")
@pytest.mark.requirement("ARP-13")
async def test_a_new_customer_gets_the_messages_of_their_account_in_order(
    two_accounts: Story,
) -> None:
    """The club has a text and a picture of its own; the shop has none and gets the common set.
    Who has been greeted is not greeted again."""
    story = two_accounts
    olga = await story.owner()
    olga.says("/prompt welcome Common hello, #nickname#")
    await olga.hears("Common hello")
    await olga.presses(olga.chat[-1], "Messages")
    await story.world.until(lambda: "＋ Message" in str(olga.chat[-1]["reply_markup"]), seconds=10)
    await olga.presses(olga.chat[-1], "＋ Message")
    await olga.hears("Send the next message")
    olga.says("Common second")
    await olga.hears("2. Common second")
    olga.says("/prompt welcome account=club Club hello")
    await olga.hears("Club hello")
    await olga.presses(olga.chat[-1], "Messages")
    await olga.hears("1. Club hello")
    await olga.presses(olga.chat[-1], "2. ")
    await story.world.until(lambda: "Remove" in str(olga.chat[-1]["reply_markup"]), seconds=10)
    await olga.presses(olga.chat[-1], "Remove")
    await olga.hears("Remove message 2")
    await olga.presses(olga.chat[-1], "Yes")
    await story.world.until(lambda: "＋ Message" in str(olga.chat[-1]["reply_markup"]), seconds=10)
    await olga.presses(olga.chat[-1], "＋ Message")
    await olga.hears("Send the next message", times=2)
    olga.sends("photo", png(), caption="our club house")
    await olga.hears("2. [Photo] our club house")

    ann, ben = story.customer(), at_the_club(story, BEN, "Ben")
    ann.start()
    ben.start()

    await comes_to(ann, "Common hello, Ann", "Common second")
    await comes_to(ben, "Club hello", "our club house")
    assert ben.chat[-1]["photo"]
    assert len(ann.heard) == 2
    ann.says("good morning")
    await story.world.until(lambda: len(ann.heard) == 3, seconds=10)
    assert "Common" not in ann.heard[-1]


@pytest.mark.requirement("ARP-02")
async def test_rules_answer_an_agents_customer_only_while_that_agents_switch_is_on(
    story: Story,
) -> None:
    olga = await story.owner()
    bo = await story.agent(olga)
    await taught(olga, "/rule_add any price = It costs 100.")
    ann = story.customer()
    ann.start()
    ann.says("/human")
    await bo.presses(await bo.hears("Ann"), "Take")
    await ann.hears("Bo")

    async def asks(number: int) -> None:
        ann.says(f"the price, {number}?")
        await bo.hears(f"the price, {number}?")

    await asks(1)
    bo.says("/autoreply on")
    await bo.hears("Auto-reply is on")
    await asks(2)
    await ann.hears("It costs 100.")
    bo.says("/autoreply off")
    await bo.hears("Auto-reply is off", times=1)
    await asks(3)
    bo.says("Let me look")
    await ann.hears("Let me look")

    assert ann.heard.count("It costs 100.") == 1
