"""Take the pictures of the docs: ``python -m tools.screenshots`` from the repository's folder.

Plays two short stories in the playground, in English and in Chinese, and photographs the page:
a customer, an agent and an admin; and three customers in line for two agents at closing time.
"""

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.browser.desk import ROOT, Chat, browser, find_browser, opened, serving, set_clock
from tools.line_scene import CHINESE_LINE, ENGLISH_LINE, LineStory, play_line, played_at, zone_for

PICTURES = ROOT / "docs" / "pictures"
LARGEST_BYTES = 300_000
FORENOON = 10
"""The hour at which the first story is told."""
DENTED_TIN = """
<body style="margin:0"><svg xmlns="http://www.w3.org/2000/svg" width="440" height="150"
 viewBox="0 30 440 190" preserveAspectRatio="xMidYMid slice"><defs>
 <linearGradient id="wall" x1="0" y1="0" x2="0" y2="1">
  <stop offset="0" stop-color="#efe3d2"/><stop offset="1" stop-color="#dcc9b0"/></linearGradient>
 <linearGradient id="tin" x1="0" y1="0" x2="1" y2="0"><stop offset="0" stop-color="#22564b"/>
  <stop offset=".45" stop-color="#3f8a79"/><stop offset="1" stop-color="#1b453c"/></linearGradient>
 </defs><rect width="440" height="220" fill="url(#wall)"/>
 <rect y="172" width="440" height="48" fill="#9a7655"/>
 <ellipse cx="226" cy="190" rx="92" ry="10" fill="#000" opacity=".22"/>
 <path d="M158 58 h124 v46 q-17 12 -15 25 q3 12 15 20 v38 q-62 14 -124 0 z" fill="url(#tin)"/>
 <path d="M282 104 q-17 12 -15 25 q3 12 15 20 q-27 -4 -27 -21 q3 -19 27 -24z" fill="#102f29"
  opacity=".55"/>
 <rect x="152" y="38" width="136" height="26" rx="7" fill="#2b6b5d"/>
 <rect x="152" y="56" width="136" height="5" fill="#173f36"/>
 <rect x="172" y="94" width="72" height="66" rx="6" fill="#f4ead8"/>
 <path d="M208 150 q-24 -18 0 -42 q24 24 0 42z M208 150 v-30" fill="#7aa36a" stroke="#4d7544"
  stroke-width="2"/></svg></body>
"""


@dataclass(frozen=True)
class Story:
    """What is said, in one language."""

    language: str
    locale: str
    names: tuple[str, str, str]
    """The customer, the agent, the admin."""
    taught: tuple[str, ...]
    """The admin's commands."""
    asked: tuple[str, ...]
    """The customer's questions; the bot answers each."""
    online: str
    human: str
    take: str
    with_you: str
    """Part of what the customer is told then."""
    photo: str
    """What the customer writes under a photo."""
    help: str


ENGLISH = Story(
    language="en",
    locale="en-GB",
    names=("Ann", "Bo", "Olga"),
    taught=(
        "/agent_add 1002 Bo",
        "/rule_add any price, how much = It is 12 euros a tin.",
        "/faq_add When do you ship? | How long does delivery take? = Within 48 hours.",
    ),
    asked=("Hello! How much is the oolong?", "How long does delivery take?"),
    online="You are online",
    human="Can I talk to a human?",
    take="Take",
    with_you="is with you now",
    photo="My last tin came with a dent",
    help="Sorry! A new one leaves today, on us.",
)
CHINESE = Story(
    language="zh-CN",
    locale="zh-CN",
    names=("小安", "阿波", "欧姐"),
    taught=(
        "/agent_add 1002 阿波",
        "/rule_add any 多少钱，价格 = 乌龙茶 98 元一罐。",
        "/faq_add 多久发货？｜几天能收到？ = 48 小时内发货，一般两天后送达。",
    ),
    asked=("你好，乌龙茶多少钱？", "几天能收到？"),
    online="您已上线",
    human="转人工",
    take="开始接待",
    with_you="为您服务",
    photo="上次收到的茶罐瘪了一块",
    help="真抱歉！今天就给您补发一罐，不收钱。",
)


async def set_stage(page: Page, address: str, story: Story) -> None:
    """Give the people the story's names and language, and open the page."""
    for number, name in zip((2001, 1002, 1001), story.names, strict=True):
        person = {"id": number, "first_name": name, "language_code": story.language}
        answer = await page.context.request.post(f"{address}control/people", data=person)
        if not answer.ok:
            raise SystemExit(await answer.text())
    await opened(page, address)
    await set_clock(page, address, f"{played_at(FORENOON):%Y-%m-%dT%H:%M}")


async def play(page: Page, story: Story, photo: bytes) -> None:
    """Play the story in the page's three chats."""
    customer, agent, admin = (Chat(page, role) for role in ("customer", "agent", "admin"))
    for number, words in enumerate(story.taught, 1):
        await admin.says(words)
        await expect(admin.heard).to_have_count(number)
    await agent.says("/online")
    await agent.hears(story.online)
    await customer.column.locator("[data-role=start]").click()
    await expect(customer.heard).to_have_count(1)
    for number, words in enumerate(story.asked, 2):
        await customer.says(words)
        await expect(customer.heard).to_have_count(number)
    await customer.says(story.human)
    await agent.hears(story.human)
    await agent.presses(story.take)
    await customer.hears(story.with_you)
    await customer.sends(photo, story.photo)
    await agent.hears(story.photo)
    await agent.says(story.help)
    await customer.hears(story.help)
    await expect(agent.column.locator(".toast")).to_be_hidden()
    await page.evaluate("() => document.activeElement.blur()")
    await page.mouse.move(700, 20)


async def photograph(page: Page, name: str) -> None:
    """Take one picture of what the page shows now."""
    path = PICTURES / name
    await page.wait_for_timeout(300)  # pictures in the page decode, transitions end
    await page.screenshot(path=path, animations="disabled", caret="hide")
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)}\t{size // 1000} kB")
    if size > LARGEST_BYTES:
        raise SystemExit(f"{path.name} is too large for a README")


async def tell_line(running: Browser, story: LineStory, *, wide: str, more: bool) -> None:
    """Play three customers and two agents on a desk of its own and take its pictures."""
    zone = zone_for(played_at())
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), story.language) as address:
        context = await running.new_context(
            locale=story.locale,
            timezone_id=zone,
            viewport={"width": 1440, "height": 1120},
        )
        page = await context.new_page()
        await play_line(page, address, story)
        await photograph(page, wide)
        if more:
            await page.emulate_media(color_scheme="dark")
            await photograph(page, "line-dark.png")
            phone = await running.new_context(
                locale=story.locale,
                timezone_id=zone,
                viewport={"width": 390, "height": 844},
                is_mobile=True,
                has_touch=True,
                device_scale_factor=2,
            )
            small = await phone.new_page()
            await opened(small, address)
            await small.get_by_role("tab").filter(has_text=story.names[3]).click()
            await photograph(small, "line-phone.png")
            await phone.close()
        await context.close()


async def tell(running: Browser, story: Story, photo: bytes, *, wide: str, more: bool) -> None:
    """Play *story* on a desk of its own and take its pictures."""
    zone = zone_for(played_at(FORENOON))
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), story.language) as address:
        context = await running.new_context(
            locale=story.locale,
            timezone_id=zone,
            viewport={"width": 1400, "height": 900},
        )
        page = await context.new_page()
        await set_stage(page, address, story)
        await play(page, story, photo)
        await photograph(page, wide)
        if more:
            await page.emulate_media(color_scheme="dark")
            await photograph(page, "playground-dark.png")
            phone = await running.new_context(
                locale=story.locale,
                timezone_id=zone,
                viewport={"width": 390, "height": 844},
                is_mobile=True,
                has_touch=True,
                device_scale_factor=2,
            )
            small = await phone.new_page()
            await opened(small, address)
            await photograph(small, "playground-phone.png")
            await phone.close()
        await context.close()


async def main(path: str) -> None:
    """Take every picture with the browser at *path*."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with browser(path) as running:
        page = await running.new_page(viewport={"width": 440, "height": 150})
        await page.set_content(DENTED_TIN)
        photo = await page.screenshot()
        await page.close()
        await tell(running, ENGLISH, photo, wide="playground.png", more=True)
        await tell(running, CHINESE, photo, wide="playground-zh.png", more=False)
        await tell_line(running, ENGLISH_LINE, wide="line.png", more=True)
        await tell_line(running, CHINESE_LINE, wide="line-zh.png", more=False)


if __name__ == "__main__":
    found = find_browser()
    if found is None:
        sys.exit("There is no chromium or chrome here; see tests/browser/install.sh")
    asyncio.run(main(found))
