"""What the desk says of its own accord, from the admin's command to the customer's screen."""

import pytest

from tests.flows.conftest import BEN, Story


@pytest.mark.requirement("PRM-15")
async def test_a_changed_text_is_told_in_the_next_conversation_at_once(story: Story) -> None:
    """Who was greeted before is not told again."""
    olga = await story.owner()
    olga.says("/prompt welcome First words")
    await olga.hears("First words")
    ann = story.customer()
    ann.start()
    await ann.hears("First words")
    olga.says("/prompt welcome Second words")
    await olga.hears("Second words")

    ben = story.customer(BEN, "Ben")
    ben.start()

    await ben.hears("Second words")
    assert not any("First" in words for words in ben.heard)
    assert not any("Second" in words for words in ann.heard)


async def test_an_agent_s_end_is_told_in_the_words_of_the_prompt(story: Story) -> None:
    olga = await story.owner()
    bo = await story.agent(olga)
    olga.says("/prompt end Goodbye #nickname#, #agent# says.")
    await olga.hears("Goodbye")
    olga.says("/prompt end on")
    await olga.hears("Goodbye", times=2)
    ann = story.customer()
    ann.start()
    ann.says("/human")
    card = await bo.hears("Ann")
    await bo.presses(card, "Take")
    await ann.hears("Bo")

    bo.says("/end")

    await ann.hears("Goodbye Ann, Bo says.")
