"""The playground's clock: closing time and opening time can be played without waiting for them."""

from pathlib import Path

from tests.flows.conftest import running, settings


async def test_the_hours_that_count_are_those_of_the_moved_clock(
    sqlite_url: str, in_folder: Path
) -> None:
    async with running(settings(sqlite_url)) as story:
        desk = story.world.timepiece
        assert desk is not None
        desk.set_to("2026-11-26T10:00")
        owner = await story.owner()
        owner.says("/hours mon-fri 09:00-18:00")
        await owner.hears("09:00-18:00")
        agent = await story.agent(owner)

        desk.set_to("closing")
        ann = story.customer()
        ann.start()
        ann.says("can I talk to a human?")
        closed = await ann.hears("09:00")
        assert "line" not in closed["text"]
        assert desk.face()["open"] is False

        desk.set_to("opening")
        assert desk.clock().astimezone(desk.zone).isoformat()[:16] == "2026-11-27T09:00"
        ann.says("can I talk to a human?")
        await agent.hears("can I talk to a human?")
