"""The robot answers first, and people go on where it stops."""

import pytest

from tests.flows.conftest import Story


@pytest.mark.requirement("ARP-14")
async def test_whoever_enters_is_greeted_and_answered_from_what_admins_keep(story: Story) -> None:
    """The robot speaks when a visitor enters, and answers what they write from the library that
    admins maintain: what is taught while they talk is known to the very next question."""
    olga = await story.owner()
    ann = story.customer()

    ann.start()
    await ann.hears("welcome")
    ann.says("when do you open on sunday")
    await ann.hears("I do not know")
    olga.says("/faq_add when do you open on Sunday = At ten.")
    await olga.hears("Sunday")
    ann.says("when do you open on sunday")
    await ann.hears("At ten.")


@pytest.mark.requirement("ARP-15")
async def test_robot_and_agent_share_a_conversation_and_the_agent_gives_a_contact(
    story: Story,
) -> None:
    olga = await story.owner()
    bo = await story.agent(olga)
    olga.says("/faq_add when do you open on Sunday = At ten.")
    await olga.hears("Sunday")
    ann = story.customer()
    ann.start()
    await ann.hears("welcome")

    ann.says("when do you open on Sunday")
    await ann.hears("At ten.")
    ann.says("/human")
    card = await bo.hears("Ann")
    assert "At ten." in card["text"], "what the robot has said stands on the agent's card"
    await bo.presses(card, "Take")
    await ann.hears("Bo")
    ann.says("And on holidays?")
    await bo.hears("And on holidays?")
    bo.says("Then we are closed.")
    await ann.hears("Then we are closed.")
    bo.sends("contact", phone_number="+35121000000", first_name="Cleo")

    def given() -> list[dict[str, object]]:
        return [m["contact"] for m in ann.chat if "contact" in m]

    await story.world.until(lambda: bool(given()), seconds=10)
    assert given()[0]["first_name"] == "Cleo"
    bo.says("/history")
    history = await bo.hears("At ten.", times=2)
    assert "Then we are closed." in history["text"]
