"""A week of questions that nobody has taught becomes an entry, and the bot answers by it."""

from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select, update

from bot.jobs.clock import SCHEDULE
from bot.jobs.learning import count_uses, find_suggestions
from core.config import Config
from storage.engine import Database
from storage.models.conversation import ConversationEvent
from storage.models.message import Message
from storage.uow import UnitOfWork
from tests.flows.conftest import Story

ASKED = (
    "How do I get an invoice?",
    "Can I get an invoice, please",
    "I want to get an invoice",
    "how can I get my invoice",
)
ANSWER = "Tick the invoice box when you order."


@pytest.fixture
def only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk's own first run must not come in between and replace what the test looks at.

    To be asked for before ``story``, with which the desk starts.
    """
    monkeypatch.delitem(SCHEDULE, "bot.jobs.learning.find_suggestions")


@pytest.fixture
def for_jobs(story: Story, in_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The jobs read the configuration from a file, as a worker process does."""
    path = in_folder / "jobs.yaml"
    config = story.config
    account = {"channel": "telegram", "token": "2:B", "secret": "t"}
    path.write_text(
        yaml.safe_dump(
            {
                "storage": {"url": config.storage.url},
                "staff": {"token": "1:A", "secret": "s"},
                "accounts": {"shop": account},
            }
        ),
        encoding="utf-8",
    )
    monkeypatch.setenv("FRONTDESK_CONFIG", str(path))
    return config


async def spread_over_the_week(config: Config) -> None:
    """Let every conversation have happened a day and a half before the one after it."""
    database = Database(config.storage.url)
    async with UnitOfWork(database) as uow:
        for row, at in ((ConversationEvent, "at"), (Message, "stored_at")):
            lines = await uow.connection.execute(
                select(row.id, row.conversation_id, getattr(row, at))
            )
            for line in lines:
                earlier = line[2] - timedelta(days=1.5) * (len(ASKED) - line.conversation_id)
                await uow.connection.execute(
                    update(row).where(row.id == line.id).values({at: earlier})
                )
        await uow.commit()
    await database.close()


@pytest.mark.requirement("ARP-19")
async def test_a_week_of_unanswered_messages_becomes_an_entry_in_two_taps(
    only_when_asked: None, story: Story, for_jobs: Config
) -> None:
    """Agents answered some of them alike: their answer is filled in. Then whoever asks in one of
    the ways that were only similar gets it from the bot."""
    olga = await story.owner()
    bo = await story.agent(olga)
    for number, words in enumerate(ASKED, 1):
        customer = story.customer(2000 + number, f"Customer {number}")
        customer.start()
        await customer.hears("")
        customer.says(words)
        customer.says("/human")
        await bo.presses(await bo.hears(f"Customer {number}"), "Take")
        await customer.hears("Bo")
        if number % 2:
            bo.says(ANSWER)
            await customer.hears(ANSWER)
        bo.says("/end")
        await customer.hears("ended")
    await spread_over_the_week(for_jobs)
    await find_suggestions()

    olga.says("/learn")
    board = await olga.hears("could learn: 1")
    assert "×4" in board["text"]
    assert f"Agents answer: {ANSWER}" in board["text"]
    await olga.presses(board, "1")
    card = await olga.hears("Asked 4 times")
    await olga.presses(card, "Make an entry")

    made = await olga.hears("Entry #1 is made")
    assert all(words in made["text"] for words in ASKED)
    dora = story.customer(2009, "Dora")
    for times, words in enumerate(ASKED, 1):
        dora.says(words)
        await dora.hears(ANSWER, times=times)


async def test_uses_are_counted_within_a_minute_and_each_once(
    story: Story, for_jobs: Config
) -> None:
    """The job looks at what is half a minute old; running it again counts nothing twice."""
    olga = await story.owner()
    olga.says("/rule_add any price = It costs 100.")
    await olga.hears("price")
    olga.says("/faq_add Do you ship to Spain? = Yes, in five days")
    await olga.hears("Spain")
    ann = story.customer()
    for times in (1, 2):
        ann.says("what is the price")
        await ann.hears("It costs 100.", times=times)
    ann.says("do you ship to Spain")
    await ann.hears("Yes, in five days")
    database = Database(for_jobs.storage.url)

    async def counted() -> tuple[int, int]:
        async with UnitOfWork(database, reading=True) as uow:
            (rule,) = (await uow.taught.playbook()).rules
            (entry,) = (await uow.taught.playbook()).faq
            return rule.uses, entry.uses

    await count_uses()
    assert (0, 0) == await counted()
    async with UnitOfWork(database) as uow:
        rows = select(ConversationEvent.id, ConversationEvent.at)
        events = await uow.connection.execute(rows)
        for event in events:
            await uow.connection.execute(
                update(ConversationEvent)
                .where(ConversationEvent.id == event.id)
                .values(at=event.at - timedelta(seconds=31))
            )
        await uow.commit()
    await count_uses()
    await count_uses()

    assert (2, 1) == await counted()
    await database.close()
