"""Tells customers and our people things: transcript and outbox kept in step.

What a customer is told stands in the transcript and in the outbox under one key; what our people
are told stands in the outbox. Handlers gather it here and write it all at once.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from bot.bell import OUTBOX
from bot.rules.masking import Mask
from bot.rules.sensitive import WordBook
from core.i18n.texts import Texts
from core.messages import Content, text
from core.policy import Policies, Policy
from core.states import Author, Direction
from storage.repos.conversations import Event, Talk
from storage.repos.messages import TranscriptLine
from storage.repos.outbox import REPLY, Owed
from storage.repos.people import Person
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

STAFF = "staff"
"""The account name of the staff bot."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What the desk needs to speak.

    Args:
        texts_for: Texts for a language tag; ``None`` gives the desk's own language.
        zone: The tenant's time zone.
        new_key: Makes a key that is unique for ever.
        words: What our people may not say to customers; ``None``: they may say anything.
        mask: What they do not see of customers' messages; ``None``: they see everything.
        policies: How customers are received.
    """

    texts_for: Callable[[str | None], Texts]
    zone: tzinfo
    new_key: Callable[[], str]
    words: WordBook | None = None
    mask: Mask | None = None
    policies: Policies = field(default_factory=Policies)

    def policy(self, party: "Party") -> Policy:
        """Return what holds for a conversation."""
        return self.policies.of(party.account, party.talk.group_id)


@dataclass(frozen=True, slots=True)
class Party:
    """A conversation, who is on the other side, and the name of the account they talk to."""

    talk: Talk
    person: Person
    account: str


async def parties(uow: UnitOfWork, talks: Iterable[Talk]) -> dict[int, Party]:
    """Return who is on the other side, by conversation id."""
    known = list(talks)
    people = await uow.people.by_ids({t.identity_id for t in known})
    accounts = {a.id: a.name for a in await uow.accounts.all()}
    return {t.id: Party(t, people[t.identity_id], accounts[t.account_id]) for t in known}


class Telling:
    """Everything that one unit of work has to tell, in order.

    Args:
        uow: The unit of work.
        voice: Texts, time zone, keys.
        now: The moment.
    """

    def __init__(self, uow: UnitOfWork, voice: Voice, now: datetime) -> None:
        self._uow = uow
        self.voice = voice
        self.now = now
        self._lines: list[TranscriptLine] = []
        self._owed: list[Owed] = []
        self._events: list[Event] = []

    def customer(self, party: Party, content: Content) -> None:
        """Tell the customer something in the name of the desk."""
        robot = self.voice.texts_for(None)("robot.name")
        key = self.voice.new_key()
        self._lines.append(self._line(party.talk, key, Direction.OUT, Author.ROBOT, robot, content))
        self._owed.append(
            Owed(key, party.account, party.person.chat, content, REPLY, party.talk.id)
        )

    def line(self, talk: Talk, words: str) -> None:
        """Write a line of the desk's own into the transcript."""
        key = self.voice.new_key()
        self._lines.append(self._line(talk, key, Direction.SYSTEM, Author.SYSTEM, "", text(words)))

    def _line(
        self,
        talk: Talk,
        key: str,
        direction: Direction,
        author: Author,
        name: str,
        content: Content,
    ) -> TranscriptLine:
        return TranscriptLine(
            talk.id, talk.account_id, key, direction, author, name, content, self.now
        )

    def staff(
        self,
        member: StaffMember,
        content: Content,
        purpose: str,
        conversation_id: int | None,
        *,
        edits_key: str | None = None,
    ) -> str:
        """Tell a member of staff something and return the key of the outbox row.

        Args:
            member: Whom.
            content: What.
            purpose: ``CARD`` or ``NOTICE``.
            conversation_id: What it is about, so that an answer to it goes there.
            edits_key: Key of the earlier row whose message it replaces, ``None`` for a new one.
        """
        key = self.voice.new_key()
        self._owed.append(
            Owed(
                key,
                STAFF,
                member.chat,
                content,
                purpose,
                conversation_id,
                edits_key=edits_key,
            )
        )
        return key

    def event(self, talk: Talk, kind: str, by: int | None, data: dict[str, Any]) -> None:
        """Record that something happened; *by* is the actor, ``None`` for the desk itself."""
        self._events.append(Event(talk.id, self.now, kind, by, data))

    async def remember(self) -> None:
        """Write it all down and ring for the outbox."""
        await self._uow.messages.add(self._lines, self.now)
        await self._uow.outbox.add(self._owed, self.now)
        await self._uow.conversations.record(self._events)
        if self._owed:
            self._uow.ring(OUTBOX)
        self._lines, self._owed, self._events = [], [], []
