"""Sensitive words and masking over real HTTP, on each kind of database."""

import pytest

from tests.flows.conftest import STAFF_TOKEN, Person, Story

PHONE_NUMBERS = r"([0-9]{3}\u202a?[-\s]?[0-9]{3,4}\u202a?[-\s]?[0-9]{0,4})"


async def served(story: Story) -> tuple[Person, Person, Person]:
    """Let an agent serve a customer; return owner, agent and customer."""
    olga = await story.owner()
    bo = await story.agent(olga)
    ann = story.customer()
    ann.start()
    ann.says("/human")
    await bo.presses(await bo.hears("Ann"), "Take")
    await ann.hears("Bo")
    return olga, bo, ann


async def test_a_message_that_is_held_back_keeps_its_draft_and_is_sent_when_edited(
    story: Story,
) -> None:
    """The agent is told which word it was; the edited message arrives, the first one never."""
    olga, bo, ann = await served(story)
    olga.says("/word_add Ads = wechat，转账")
    await olga.presses(await olga.hears("It is off"), "On")
    await olga.hears("are on")

    wrote = bo.says("Just add my w\u200be\u200bchat")
    told = await bo.hears("“wechat”")
    assert "Not sent to Ann" in told["text"]
    assert told["reply_to_message"]["message_id"] == wrote["message_id"]
    bo.says("/drafts")
    await bo.hears("Held back")

    story.world.edits(bo.number, STAFF_TOKEN, wrote["message_id"], "Just write to me here")
    await ann.hears("Just write to me here")
    story.world.edits(bo.number, STAFF_TOKEN, wrote["message_id"], "Just write to me here, please")
    await ann.hears("Just write to me here, please")
    bo.says("/drafts")
    await bo.hears("Nothing of yours is held back")

    assert not any("chat" in words for words in ann.heard)
    assert sum("write to me here" in words for words in ann.heard) == 1
    olga.says("/word_list")
    await olga.hears("hits: 1")


async def test_warn_only_is_sent_and_the_agent_sees_nothing(story: Story) -> None:
    olga, bo, ann = await served(story)
    olga.says("/word_add Ads = refund")
    card = await olga.hears("It is off")
    await olga.presses(card, "warn only")
    await olga.presses(olga.chat[-1], "On")
    await olga.hears("are on")
    before = len(bo.heard)

    bo.says("You get a refund")
    await ann.hears("You get a refund")

    assert len(bo.heard) == before
    olga.says("/word_list")
    await olga.hears("hits: 1")


@pytest.mark.requirement("SEN-28")
async def test_phone_numbers_are_hidden_from_agents_until_nothing_is_masked(story: Story) -> None:
    """The printed expression is the fixture; empty masks nothing; the three have their own."""
    olga, bo, ann = await served(story)
    for name in ("mask_phone", "mask_wechat"):
        olga.says(f"/setting {name} [0-9]{{11}}")
        await olga.hears("Changed", times=1 if name == "mask_phone" else 2)
    ann.says("before: 138-1234-5678")
    await bo.hears("before: 138-1234-5678")

    olga.says(f"/setting mask_desk {PHONE_NUMBERS}")
    await olga.hears("Changed", times=3)
    ann.says("my number: 138\u202a-1234\u202a-5678, order 12")
    shown = await bo.hears("my number")
    assert shown["text"].endswith("my number: ***************, order 12")
    bo.says("/history")
    page = await bo.hears("before: *************")
    assert "5678" not in page["text"]

    olga.says("/setting mask_desk off")
    await olga.hears("Changed", times=4)
    ann.says("after: 138-1234-5678")
    await bo.hears("after: 138-1234-5678")
