"""Nobody is there at night: a message is left, and found by whoever comes first in the morning."""

from pathlib import Path

from tests.flows.conftest import running, settings


async def test_a_message_left_at_night_is_found_in_the_morning(
    sqlite_url: str, in_folder: Path
) -> None:
    async with running(settings(sqlite_url)) as story:
        desk = story.world.timepiece
        assert desk is not None
        desk.set_to("2026-11-26T22:00")
        olga = await story.owner()
        olga.says("/hours mon-fri 09:00-18:00")
        await olga.hears("09:00-18:00")
        olga.says("/group_edit 1 phone=400-123-4567")
        await olga.hears("400-123-4567")
        bo = await story.agent(olga)
        bo.says("/offline")
        await bo.hears("offline")

        ann = story.customer()
        ann.says("hello")
        closed = await ann.hears("400-123-4567")
        await ann.presses(closed, "Leave a message")
        await ann.hears("Please write your message")
        ann.says("My lamp is broken")
        await ann.hears("✓ Your message is kept")
        ann.says("It was order 17")

        desk.set_to("opening")
        bo.says("/online")
        card = await bo.hears("The customer has left a message")
        for words in ("My lamp is broken", "It was order 17"):
            assert words in card["text"]
        await bo.presses(card, "Take")
        await ann.hears("Bo is with you now")
        bo.says("A new lamp is on its way")
        await ann.hears("A new lamp is on its way")
        assert sum("message is kept" in words for words in ann.heard) == 1
