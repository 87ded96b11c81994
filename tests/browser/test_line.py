"""Three customers, two agents and a clock: waiting, being taken, leaving, closing time, silence."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.desk import Chat, opened, seat, serving, set_clock
from tests.browser.test_playground import Complaints, chromium, pytestmark

__all__ = ("chromium", "pytestmark")


async def test_a_day_of_three_customers_and_two_agents_can_be_played(
    chromium: Browser, tmp_path: Path
) -> None:
    """Places are told; one agent takes a customer, the other goes on a break, a customer leaves;
    after closing time customers are told so; silence is reminded of; in the morning it goes on.
    """
    complaints = Complaints()
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    with serving(tmp_path) as address:
        context = await chromium.new_context(
            locale="en-GB", viewport={"width": 1440, "height": 960}
        )
        page = await context.new_page()
        complaints.listen(page)
        await opened(page, address)
        await seat(page, "customer", "Ben")
        await seat(page, "customer", "Cleo")
        await seat(page, "agent", "Dai")
        ann, ben, cleo = (Chat(page, role) for role in ("customer", "customer-2", "customer-3"))
        bo, dai, olga = (Chat(page, role) for role in ("agent", "agent-2", "admin"))
        boxes = [await chat.column.bounding_box() for chat in (ann, ben, cleo, bo, dai, olga)]
        assert all(box and box["width"] > 400 and box["height"] > 400 for box in boxes)
        assert await page.evaluate("() => document.documentElement.scrollWidth") == 1440

        # The page has put the command for the new agent into the admin's chat.
        await olga.column.locator("[data-role=send]").click()
        await olga.hears("Dai added")
        await olga.says("/agent_add 1002 Bo")
        await olga.hears("Bo added")
        await olga.says("/hours mon-sun 09:00-18:00")
        await olga.hears("09:00-18:00")
        await olga.says("/limits")
        await olga.presses("Silent customers")
        await olga.presses("Remind silent customers")
        await olga.hears("Remind silent customers: off (preset) → on")
        await olga.presses("Save")
        await olga.hears("Remind silent customers: off → on")
        await set_clock(page, address, f"{tomorrow}T17:57")
        reading, jump = page.locator("[data-role=time]"), page.locator("[data-role=jump]")
        state = page.locator(".clock .state")
        await expect(reading).to_contain_text("17:57")
        await expect(jump).to_contain_text("Closes 18:00")

        for agent in (bo, dai):
            await agent.says("/online")
            await agent.hears("You are online")
        for place, customer in enumerate((ann, ben, cleo), 1):
            await customer.says("Can I talk to a human?")
            await customer.hears(f"number {place} in line")
        await bo.hears("Waiting: Ann")
        await dai.hears("Waiting: Ann")

        await bo.presses("Take", below="Waiting: Ann")
        await ann.hears("Bo is with you now")
        await dai.hears("taken by Bo")
        await dai.says("/break")
        await dai.hears("You are on a break")
        await ben.presses("Leave the line")
        await ben.hears("The conversation has ended")
        await bo.hears("the customer left the line")
        await bo.presses("Take", below="Waiting: Cleo")
        await cleo.hears("Bo is with you now")
        await cleo.says("It was nothing, goodbye")
        await ann.says("My tin has a dent")
        await bo.hears("My tin has a dent")
        await bo.column.locator(".bubble").filter(has_text="My tin has a dent").last.hover()
        await bo.column.get_by_role("button", name="Reply").last.click()
        await bo.says("May I see it?")
        await ann.hears("May I see it?")

        await jump.click()
        await expect(state).to_have_text("Closed")
        await expect(reading).to_contain_text("18:00")
        await ben.says("I forgot something")
        await ben.hears("We are closed right now")

        await expect(ann.heard.filter(has_text="Are you still there?")).to_have_count(0)
        await page.locator("[data-step='300']").click()
        await ann.hears("Are you still there?")
        await bo.hears("has been silent for 5 min")

        await expect(jump).to_contain_text("09:00")
        await jump.click()
        await expect(state).to_have_text("Open")
        await ben.says("Can I talk to a human?")
        await ben.hears("number 1 in line")
        await dai.says("/online")
        await dai.presses("Take", below="Waiting: Ben")
        await ben.hears("Dai is with you now")

        await page.locator("[data-role=now]").click()
        await expect(page.locator("[data-role=now]")).to_be_hidden()
        await context.close()
    assert complaints == []
