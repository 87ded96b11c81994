"""Three customers in line for two agents shortly before closing time, for the docs' pictures."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from playwright.async_api import Page, expect

from tests.browser.desk import Chat, opened, seat, set_clock

DAY = "2027-03-04"
"""A Thursday, by the clock that is moved."""
LATEST_MINUTE = 50
"""Later in an hour the story would run past closing time."""
PEOPLE = (2001, 2002, 2003, 1002, 1003, 1001)


@dataclass(frozen=True)
class LineStory:
    """What is said, in one language."""

    language: str
    locale: str
    names: tuple[str, str, str, str, str, str]
    """Three customers, two agents, the admin."""
    hours: str
    limits: tuple[str, str, str]
    """The buttons that switch the reminder for silent customers on."""
    online: str
    human: tuple[str, str, str]
    """What each customer writes to get a person."""
    place: str
    """What each is told then, with the number in line for ``{}``."""
    waiting: str
    """What a card of somebody who waits begins with, before the name."""
    take: str
    with_you: str
    talk: tuple[tuple[str, str], ...]
    """What the first customer writes, and the agent's answer."""
    line: str
    """What the admin looks at the line with."""


ENGLISH_LINE = LineStory(
    language="en",
    locale="en-GB",
    names=("Ann", "Ben", "Cleo", "Bo", "Dai", "Olga"),
    hours="/hours mon-fri 09:00-18:00",
    limits=("Silent customers", "Remind silent customers", "Save"),
    online="You are online",
    human=(
        "Can I talk to a human?",
        "Talk to a person, please",
        "I want a human",
    ),
    place="number {} in line",
    waiting="Waiting: ",
    take="Take",
    with_you="is with you now",
    talk=(("My last tin came with a dent", "Sorry! A new one leaves today, on us."),),
    line="/board",
)
CHINESE_LINE = LineStory(
    language="zh-CN",
    locale="zh-CN",
    names=("小安", "小本", "小珂", "阿波", "小戴", "欧姐"),
    hours="/hours 周一至周五 09:00-18:00",
    limits=("客户无响应", "客户超时提醒", "保存"),
    online="您已上线",
    human=("转人工", "人工客服", "我要转人工"),
    place="第 {} 位",
    waiting="排队中：",
    take="开始接待",
    with_you="为您服务",
    talk=(("上次收到的茶罐瘪了一块", "真抱歉！今天就给您补发一罐，不收钱。"),),
    line="/board",
)


def played_at(hour: int = 17) -> datetime:
    """Return a moment in that hour of ``DAY``, or in the hour before; the minute is the real one.

    Messages carry the real time. Where the page's zone is ``zone_for`` this moment, they show the
    same time as the clock that was moved.
    """
    now = datetime.now(UTC)
    day = date.fromisoformat(DAY)
    at = hour if now.minute <= LATEST_MINUTE else hour - 1
    return now.replace(year=day.year, month=day.month, day=day.day, hour=at)


def zone_for(moment: datetime) -> str:
    """Return a time zone in which it is that hour now."""
    behind = (datetime.now(UTC).hour - moment.hour) % 24
    # Named the wrong way round: Etc/GMT+4 is four hours behind.
    return f"Etc/GMT+{behind}" if behind <= 12 else f"Etc/GMT-{24 - behind}"


async def play_line(page: Page, address: str, story: LineStory) -> None:
    """Play the story in the page's six chats, and leave it at its most telling moment."""
    for number, name in zip(PEOPLE, story.names, strict=True):
        person = {"id": number, "first_name": name, "language_code": story.language}
        answer = await page.context.request.post(f"{address}control/people", data=person)
        if not answer.ok:
            raise SystemExit(await answer.text())
    await opened(page, address)
    for kind, name in zip(("customer", "customer", "agent"), _added(story), strict=True):
        await seat(page, kind, name)
    customers = [Chat(page, role) for role in ("customer", "customer-2", "customer-3")]
    bo, dai, olga = (Chat(page, role) for role in ("agent", "agent-2", "admin"))

    await set_clock(page, address, f"{played_at():%Y-%m-%dT%H:%M}")
    await olga.column.locator("[data-role=send]").click()
    await expect(olga.heard).to_have_count(1)
    commands = (f"/agent_add 1002 {story.names[3]}", story.hours, "/limits")
    for number, words in enumerate(commands, 2):
        await olga.says(words)
        await expect(olga.heard).to_have_count(number)
    block, switch, save = story.limits
    await olga.presses(block)
    await olga.presses(switch)
    await olga.hears("→")
    await olga.presses(save)
    await expect(olga.column.locator(".key").filter(has_text=save)).to_have_count(0)
    for agent in (bo, dai):
        await agent.says("/online")
        await agent.hears(story.online)
    for number, (customer, words) in enumerate(zip(customers, story.human, strict=True), 1):
        await customer.says(words)
        await customer.hears(story.place.format(number))
    ann = customers[0]
    await bo.presses(story.take, below=f"{story.waiting}{story.names[0]}")
    await ann.hears(story.with_you)
    for said, answered in story.talk:
        await ann.says(said)
        await bo.hears(said)
        await bo.says(answered)
        await ann.hears(answered)
    await expect(dai.heard.filter(has_text=f"{story.waiting}{story.names[2]}")).to_have_count(1)
    await olga.says(story.line)
    await expect(olga.heard).to_have_count(5)
    for chat in (*customers, bo, dai, olga):
        await expect(chat.column.locator(".toast")).to_be_hidden()
    await page.evaluate("() => document.activeElement.blur()")
    await page.mouse.move(700, 20)


def _added(story: LineStory) -> tuple[str, str, str]:
    """Return whom the page adds to those who sit there from the start."""
    return story.names[1], story.names[2], story.names[4]
