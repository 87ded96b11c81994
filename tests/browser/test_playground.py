"""The desk's whole story, told in the playground's page by a real browser."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.desk import Chat, browser, find_browser, opened, serving
from tests.playground.stage import png

BROWSER = find_browser()

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        BROWSER is None, reason="there is no chromium or chrome here; see tests/browser/install.sh"
    ),
]


class Complaints(list[str]):
    """What pages have complained of in the browser's console."""

    def listen(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on(
            "console",
            lambda said: self.append(said.text) if said.type in ("error", "warning") else None,
        )


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    assert BROWSER is not None
    async with browser(BROWSER) as running:
        yield running


async def _page(context: BrowserContext, complaints: Complaints, address: str) -> Page:
    page = await context.new_page()
    complaints.listen(page)
    await opened(page, address)
    return page


async def test_the_whole_story_can_be_played_in_the_page(chromium: Browser, tmp_path: Path) -> None:
    """Welcome, teaching by command, an answer by rule and by FAQ, the line, Take, words and photos
    both ways, the end: everything that people do in the page arrives, and the page never complains.
    """
    complaints = Complaints()
    with serving(tmp_path) as address:
        context = await chromium.new_context(
            locale="en-GB", viewport={"width": 1400, "height": 900}
        )
        page = await _page(context, complaints, address)
        customer, agent, admin = (Chat(page, role) for role in ("customer", "agent", "admin"))

        await customer.column.get_by_role("button", name="Start").click()
        await customer.hears("welcome")

        await admin.says("/agent_add 1002 Bo")
        await admin.hears("Bo added")
        await admin.says("/rule_add any price, how much = A tin is 12 euros.")
        await admin.hears("Rule #1 added")
        await customer.says("What is the PRICE of a tin?")
        await customer.hears("A tin is 12 euros.")

        await admin.says("/faq_add When do you ship? | How long is delivery? = Within 48 hours.")
        await admin.hears("FAQ #1 added")
        await customer.says("How long will the delivery be")
        await customer.hears("Within 48 hours.")

        await agent.says("/online")
        await agent.hears("You are online")
        await customer.says("can I talk to a human?")
        await customer.hears("number 1 in line")
        await agent.hears("can I talk to a human?")
        await agent.presses("Take")
        await customer.hears("Bo is with you now")

        await customer.says("My tin has a dent")
        await agent.hears("My tin has a dent")
        await agent.says("Sorry about that! May I see it?")
        await customer.hears("Sorry about that! May I see it?")
        await customer.sends(png(), "here it is")
        seen = await agent.hears("here it is")
        await expect(seen.locator("img")).to_have_js_property("naturalWidth", 120)
        await agent.sends(png(64, 48), "this one is on its way")
        seen = await customer.hears("this one is on its way")
        await expect(seen.locator("img")).to_have_js_property("naturalWidth", 64)

        await agent.says("/end")
        await customer.hears("The conversation has ended")
        await agent.hears("Ended: Ann")
        await context.close()
    assert complaints == []


async def test_the_page_fits_a_phone_and_a_dark_room(chromium: Browser, tmp_path: Path) -> None:
    """On a phone one chat shows at a time, a tab tells of news in another; dark follows the system
    and the button; Chinese is one press away."""
    complaints = Complaints()
    with serving(tmp_path) as address:
        context = await chromium.new_context(
            locale="en-GB",
            viewport={"width": 390, "height": 844},
            color_scheme="dark",
            has_touch=True,
            is_mobile=True,
        )
        page = await _page(context, complaints, address)
        customer, admin = Chat(page, "customer"), Chat(page, "admin")
        document = page.locator("html")
        paper = page.locator("body")

        await expect(document).to_have_attribute("data-theme", "dark")
        await expect(paper).to_have_css("background-color", "rgb(21, 24, 22)")
        await page.locator("#theme").click()
        await expect(paper).to_have_css("background-color", "rgb(244, 243, 239)")
        await page.reload()
        await expect(document).to_have_attribute("data-theme", "light")

        await expect(customer.column).to_be_visible()
        await expect(admin.column).to_be_hidden()
        width = await page.evaluate("() => document.documentElement.scrollWidth")
        assert width == 390, "the page is wider than the phone"

        await page.get_by_role("tab", name="Admin").click()
        await expect(admin.column).to_be_visible()
        await expect(customer.column).to_be_hidden()
        await admin.says("/help")
        await admin.hears("/rule_add")

        # The customer writes in another window while the admin's tab is in front in this one.
        other = await _page(context, complaints, address)
        await Chat(other, "customer").says("hello")
        await Chat(other, "customer").hears("welcome")
        await expect(page.get_by_role("tab", name="Customer").locator(".badge")).to_have_text("1")
        await page.get_by_role("tab", name="Customer").click()
        await expect(page.get_by_role("tab", name="Customer").locator(".badge")).to_have_count(0)
        await customer.hears("welcome")

        await page.locator("#language").click()
        await expect(document).to_have_attribute("lang", "zh-CN")
        await expect(page.get_by_role("tab", name="管理员")).to_be_visible()
        await context.close()
    assert complaints == []
