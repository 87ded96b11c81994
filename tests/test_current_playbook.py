"""A process answers by the newest playbook, whatever its size."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.current_playbook import LARGE, CurrentPlaybook
from core.messages import Content, Kind
from core.playbook import Answering, FaqEntry, Match, Playbook, Rule
from storage.engine import Database
from storage.uow import UnitOfWork

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
MANY = 400
"""More sentences than are fitted anew at every change."""


def rule(word: str) -> Rule:
    return Rule(0, word, Match.ANY, (word,), (Content(Kind.TEXT, f"reply to {word}"),))


def entry(number: int) -> FaqEntry:
    return FaqEntry(0, "", f"question number {number}", (), (), Content(Kind.TEXT, f"{number}"))


class Process:
    """A process that follows a stored playbook, and what a test changes about that."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.reads_apart = 0
        self.current = CurrentPlaybook(
            lambda: UnitOfWork(database, reading=True),
            asyncio.Event(),
            read_apart=self._read_apart,
            rest_seconds=0.0,
        )

    def _read_apart(self) -> Playbook:
        self.reads_apart += 1

        async def read() -> Playbook:
            database = Database(self.database.url, pooled=False)
            try:
                async with UnitOfWork(database, reading=True) as uow:
                    return await uow.taught.playbook()
            finally:
                await database.close()

        return asyncio.run(read())

    async def teach(self, *rules: Rule, faq: tuple[FaqEntry, ...] = ()) -> None:
        async with UnitOfWork(self.database) as uow:
            await uow.taught.add_rules(rules, NOW)
            await uow.library.add(faq, NOW)
            await uow.taught.touch()
            await uow.commit()

    def answer(self, words: str) -> str | None:
        hit = self.current.now.rules.match("shop", words, NOW)
        if hit is not None:
            return hit.rule.replies[0].text
        found = self.current.now.faq.rank([words], 1, day=NOW.date())[0]
        return found[0].entry.answer.text if found and found[0].score == 1 else None


@pytest.fixture
async def process(database: Database) -> AsyncIterator[Process]:
    made = Process(database)
    yield made
    await made.current.stop()


async def test_the_stored_playbook_is_compiled_at_the_start(process: Process) -> None:
    await process.teach(rule("price"), faq=(entry(1),))

    await process.current.start()

    assert process.answer("price?") == "reply to price"
    assert process.answer("question number 1") == "1"
    assert process.current.now.stale == 0


async def test_changes_are_laid_over_and_then_compiled_anew(process: Process) -> None:
    """Added, changed and deleted, of a base too large to be fitted at every change."""
    await process.teach(rule("price"), rule("hours"), faq=tuple(map(entry, range(MANY))))
    await process.current.refresh()
    async with UnitOfWork(process.database) as uow:
        first, second = (await uow.taught.playbook()).rules
        seventh = (await uow.taught.playbook()).faq[7]
        await uow.taught.change_rule(replace(first, words=("cost",)))
        await uow.taught.delete_rules([second.id], NOW)
        await uow.library.change(replace(seventh, question="something else entirely"), NOW)
        await uow.commit()
    await process.teach(rule("parcel"), faq=(entry(MANY + 1),))

    await process.current.refresh()

    def all_is_new() -> None:
        assert process.answer("cost") == "reply to price"
        assert process.answer("price") is None
        assert process.answer("hours") is None
        assert process.answer("parcel") == "reply to parcel"
        assert process.answer("something else entirely") == "7"
        assert process.answer("question number 7") is None
        assert process.answer(f"question number {MANY + 1}") == f"{MANY + 1}"
        assert process.answer("question number 8") == "8"

    all_is_new()
    assert process.current.now.stale > 0
    await process.current.start()
    async with asyncio.timeout(30):
        while process.current.now.stale:
            await asyncio.sleep(0.05)
    all_is_new()


async def test_a_large_playbook_is_read_over_a_connection_of_its_own(process: Process) -> None:
    words = tuple(f"word{number}" for number in range(100))
    await process.teach(*(replace(rule(f"r{n}"), words=words) for n in range(LARGE)))
    await process.current.refresh()
    assert process.reads_apart == 0

    await process.teach(rule("parcel"))
    await process.current.refresh()

    assert process.reads_apart == 1
    assert process.answer("parcel") == "reply to parcel"


async def test_a_setting_takes_effect_like_any_other_change(process: Process) -> None:
    await process.teach(rule("wei xin"))
    await process.current.refresh()
    assert process.answer("weixin") is None

    async with UnitOfWork(process.database) as uow:
        await uow.taught.set_answering(Answering(ignore_spacing=True))
        await uow.taught.touch()
        await uow.commit()
    await process.current.refresh()

    assert process.answer("w.e.i.x.i.n") == "reply to wei xin"
