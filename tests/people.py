"""Customers' messages and surroundings, for tests below the HTTP door."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from bot.compiled import Compiled
from bot.handlers.customer_message import Outcome, receive
from bot.reception import Surroundings
from bot.wiring import new_key
from core.i18n.texts import spoken, texts
from core.messages import Content, InboundMessage, Kind, Sender
from core.playbook import FaqEntry, Match, Playbook, Prompt, Rule
from core.states import Presence, Role
from storage.engine import Database
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
_numbers = count(1)


def said(
    words: str,
    *,
    by: str = "2001",
    name: str = "Ann",
    account: str = "shop",
    id: str | None = None,
    kind: Kind = Kind.TEXT,
    source: str | None = None,
    edited: bool = False,
    language: str | None = "en",
    content: Content | None = None,
    raw: bytes = b"{}",
) -> InboundMessage:
    """Return what a customer wrote."""
    number = next(_numbers)
    return InboundMessage(
        account=account,
        external_id=id or str(number),
        sender=Sender(by, name, language=language),
        chat=by,
        content=content or Content(kind, words),
        sent_at=NOON,
        message_id=str(number),
        source=source,
        edited=edited,
        press_id="7" if kind is Kind.PRESS else None,
        raw=raw,
    )


def rule(
    *words: str,
    reply: str | Sequence[str] = "100 块",
    match: Match = Match.ANY,
    id: int = 1,
    name: str = "price",
    accounts: tuple[str, ...] = (),
) -> Rule:
    replies = (reply,) if isinstance(reply, str) else tuple(reply)
    return Rule(id, name, match, words, tuple(Content(Kind.TEXT, r) for r in replies), accounts)


def entry(question: str, *similar: str, answer: str, id: int = 1) -> FaqEntry:
    return FaqEntry(id, "", question, similar, (), Content(Kind.TEXT, answer))


class Shop:
    """An account with a group, over a real database, at a clock that tests can move."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.book = Compiled.build(Playbook())
        self.now = NOON
        self.hint = True
        self.feedback = False
        self.phrase_within: timedelta | None = None
        self.group = 0
        self.guard = 0
        """Somebody of the group who is online."""

    async def open(self) -> "Shop":
        async with self.unit() as uow:
            await uow.accounts.keep({"shop": "telegram", "other": "telegram"}, self.now)
            self.group = await uow.staffing.add_group("前台", "default", None, "test", self.now)
            await uow.commit()
        self.guard = (await self.agent("Guard", "1999", presence=Presence.ONLINE.value)).id
        return self

    async def nobody_is_online(self) -> None:
        """Let everybody of the group go offline."""
        async with self.unit() as uow:
            await uow.staffing.change(self.guard, presence=Presence.OFFLINE.value)
            await uow.commit()

    def unit(self) -> UnitOfWork:
        return UnitOfWork(self.database)

    def teach(
        self,
        *rules: Rule,
        faq: Sequence[FaqEntry] = (),
        prompts: Sequence[Prompt] = (),
        **more: Any,
    ) -> None:
        """Answer by a playbook; *more* are other parts of it."""
        more = {"prompts": tuple(prompts), "front_group": self.group, **more}
        book = Playbook(1, tuple(rules), tuple(faq), **more)
        self.book = Compiled.build(book)

    async def around(self) -> Surroundings:
        async with UnitOfWork(self.database, reading=True) as uow:
            accounts = {a.name: a for a in await uow.accounts.all()}
        return Surroundings(
            accounts,
            self.book,
            lambda language: spoken(language, "zh-CN"),
            self.now,
            self.now,
            new_key,
            self.hint,
            self.feedback,
            self.phrase_within,
        )

    async def hears(self, *messages: InboundMessage) -> list[Outcome]:
        """Take messages in as one batch."""
        around = await self.around()
        async with self.unit() as uow:
            outcomes = await receive(uow, messages, around)
            await uow.commit()
        return outcomes

    async def owed_contents(self, account: str = "shop") -> list[Content]:
        """Return what is owed through *account* so far, in order, and forget it."""
        async with self.unit() as uow:
            claimed = []
            while True:
                heads = await uow.outbox.claim(500, self.now, self.now + timedelta(days=9))
                if not heads:
                    break
                claimed += heads
                await uow.outbox.settle(dropped=[c.id for c in heads], now=self.now)
            await uow.commit()
        return [c.owed.content for c in claimed if c.owed.account == account]

    async def owed(self, account: str = "shop") -> list[str]:
        """Return the texts owed through *account* so far, in order, and forget them."""
        return [content.text for content in await self.owed_contents(account)]

    async def agent(self, name: str = "Bo", chat: str = "1002", **values: object) -> StaffMember:
        """Add an agent of the group."""
        async with self.unit() as uow:
            id_ = await uow.staffing.add("telegram", chat, name, Role.AGENT, 5, self.now)
            await uow.staffing.join(id_, [self.group])
            if values:
                await uow.staffing.change(id_, **values)
            await uow.commit()
            return (await uow.staffing.by_ids([id_]))[id_]


ENGLISH = texts("en")
CHINESE = texts("zh-CN")
