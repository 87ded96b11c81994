"""A customer whose question is near to several is asked which one they mean."""

from tests.flows.conftest import Story


async def test_a_customer_presses_did_you_mean_and_gets_the_answer(story: Story) -> None:
    olga = await story.owner()
    for question, answer in (
        ("how long does shipping to Lisbon take", "Three days."),
        ("how long does shipping to Porto take", "Four days."),
        ("how do I return a parcel", "Bring it back."),
    ):
        olga.says(f"/faq_add {question} = {answer}")
        await olga.hears(question)
    ann = story.customer()
    ann.start()
    await ann.hears("")

    ann.says("how long does shipping take")
    offer = await ann.hears("mean")
    labels = [b["text"] for row in offer["reply_markup"]["inline_keyboard"] for b in row]
    assert any("Lisbon" in label for label in labels)
    assert any("Porto" in label for label in labels)
    await ann.presses(offer, "Porto")

    answer = await ann.hears("Four days.")
    assert "Three days." not in ann.heard
    await ann.presses(answer, "Not helpful")
    await ann.hears("talk to a person")
