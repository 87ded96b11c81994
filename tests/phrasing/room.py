"""A conversation with an answer that waits to be put into words, over a real database."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.messages import Content, text
from core.playbook import FaqEntry
from core.states import Author, Direction
from storage.repos.messages import TranscriptLine
from storage.repos.outbox import REPLY, Owed
from storage.repos.phrasings import Phrasing
from storage.uow import UnitOfWork
from tests.handlers.floor import Floor, Row
from tests.people import entry

SHIPPING = entry("When do you ship?", answer="Within 48 hours.", id=4)
RETURNS = entry("Can I return it?", answer="Within 30 days.", id=9)
QUESTION = "how soon is my parcel sent"
WITHIN = timedelta(seconds=6)


@dataclass
class Room:
    """One customer of a desk, and what they are owed."""

    floor: Floor
    number: int = 0
    _count: int = 0

    async def open(self) -> "Room":
        self.number = await self.floor.waits("Ann", said=())
        return self

    @property
    def now(self) -> datetime:
        return self.floor.now

    def unit(self) -> UnitOfWork:
        return self.floor.unit()

    async def owe(
        self, found: FaqEntry = SHIPPING, *others: FaqEntry, question: str = QUESTION
    ) -> str:
        """Owe an entry's answer as intake does, with time for another wording; return its key."""
        self._count += 1
        key = f"k{self._count}"
        talk = await self.floor.talk(self.number)
        send_by = self.now + WITHIN
        ids = (found.id, *(e.id for e in others))
        async with self.unit() as uow:
            await uow.messages.add([self._line(key, talk.account_id, found.answer)], self.now)
            owed = Owed(key, "shop", "chat", found.answer, REPLY, self.number, due_at=send_by)
            await uow.outbox.add([owed], self.now)
            await uow.phrasings.add(
                [Phrasing(key, talk.account_id, self.number, question, ids, self.now, send_by)]
            )
            await uow.commit()
        return key

    async def say(self, words: str) -> None:
        """Owe something else afterwards, at once."""
        self._count += 1
        async with self.unit() as uow:
            owed = Owed(f"k{self._count}", "shop", "chat", text(words), REPLY, self.number)
            await uow.outbox.add([owed], self.now)
            await uow.commit()

    def _line(self, key: str, account: int, content: Content) -> TranscriptLine:
        return TranscriptLine(
            self.number, account, key, Direction.OUT, Author.ROBOT, "Robot", content, self.now
        )

    async def goes_out(self) -> list[str]:
        """Deliver what is due now and return its words, in order."""
        keys = list(await self.floor.delivered())
        words = {row.key: row.words for row in await self.rows()}
        return [words[key] for key in keys]

    async def rows(self) -> list[Row]:
        return await self.floor.rows(account="shop")

    async def line(self, key: str) -> Content:
        """Return what the transcript has under *key*."""
        lines = await self.floor.transcript(self.number)
        return next(line.content for line in lines if line.external_id == key)

    async def left(self) -> int:
        """Return how many answers wait to be worded, whoever has them."""
        async with self.unit() as uow:
            later = self.now + timedelta(days=1)
            return len(await uow.phrasings.claim(100, later, later))
