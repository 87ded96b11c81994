"""A desk with agents and customers who wait, over a real database, for the agents' handlers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.handlers.settle_line import settle
from bot.rules.masking import Mask
from bot.rules.sensitive import WordBook
from bot.telling import Voice
from bot.wiring import new_key
from core.i18n.texts import Texts, spoken, texts
from core.messages import Content, Sender, text
from core.states import Author, Direction, Presence, Role, State
from storage.engine import Database
from storage.models.outbox import OutboxRow
from storage.repos.conversations import Event, Talk
from storage.repos.messages import TranscriptLine
from storage.repos.outbox import Binding, Sent
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
ENGLISH = texts("en")


@dataclass(frozen=True)
class Row:
    """An outbox row as a test looks at it."""

    key: str
    account: str
    chat: str
    content: Content
    purpose: str
    conversation_id: int | None
    reply_to: str | None
    edits_key: str | None
    staff_id: int | None
    state: str

    @property
    def presses(self) -> list[str]:
        """The data of its buttons."""
        return [b.data or "" for row in self.content.buttons for b in row]

    @property
    def words(self) -> str:
        return f"{self.content.title}\n{self.content.text}".strip()


class Floor:
    """Two accounts and two groups, at a clock that tests can move."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOON
        self.sales = self.repairs = 0
        self.words: WordBook | None = None
        self.mask: Mask | None = None
        self._accounts: dict[str, int] = {}
        self._count = 0

    async def open(self) -> "Floor":
        async with self.unit() as uow:
            await uow.accounts.keep({"shop": "telegram", "site": "telegram"}, self.now)
            self._accounts = {a.name: a.id for a in await uow.accounts.all()}
            self.sales = await uow.staffing.add_group("Sales", "sales", None, "test", self.now)
            self.repairs = await uow.staffing.add_group("Repairs", "fix", None, "test", self.now)
            await uow.commit()
        return self

    def unit(self) -> UnitOfWork:
        return UnitOfWork(self.database)

    @staticmethod
    def texts_for(language: str | None) -> Texts:
        return spoken(language, "en")

    @property
    def voice(self) -> Voice:
        return Voice(self.texts_for, ZONE, new_key, words=self.words, mask=self.mask)

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    async def do(self, work: Callable[..., Awaitable[Any]], *args: Any, **named: Any) -> Any:
        """Do *work* in a unit of work of its own and commit."""
        async with self.unit() as uow:
            result = await work(uow, *args, **named)
            await uow.commit()
        return result

    async def says(self, work: Callable[..., Awaitable[Any]], *args: Any, **named: Any) -> Any:
        """Do *work* that speaks, now."""
        return await self.do(work, *args, voice=self.voice, now=self.now, **named)

    # -- people ----------------------------------------------------------------------------------

    async def agent(
        self,
        name: str = "Bo",
        *,
        groups: tuple[int, ...] | None = None,
        capacity: int = 5,
        presence: Presence = Presence.ONLINE,
        role: Role = Role.AGENT,
        language: str = "en",
        **values: Any,
    ) -> StaffMember:
        """Add a member of staff, online in Sales unless told otherwise."""
        self._count += 1
        async with self.unit() as uow:
            chat = str(1000 + self._count)
            id_ = await uow.staffing.add("telegram", chat, name, role, capacity, self.now)
            await uow.staffing.join(id_, (self.sales,) if groups is None else groups)
            await uow.staffing.change(id_, presence=presence, language=language, **values)
            await uow.commit()
        return await self.member(id_)

    async def member(self, who: StaffMember | int) -> StaffMember:
        id_ = who if isinstance(who, int) else who.id
        async with self.unit() as uow:
            return (await uow.staffing.by_ids([id_]))[id_]

    async def waits(
        self,
        name: str = "Ann",
        *,
        group: int | None = None,
        account: str = "shop",
        source: str | None = None,
        region: str | None = None,
        said: tuple[Content | str, ...] = ("hello",),
        language: str = "en",
        username: str | None = None,
        device: dict[str, Any] | None = None,
    ) -> int:
        """Let a new customer join the line and return the conversation's number."""
        self._count += 1
        external = f"c{self._count}"
        async with self.unit() as uow:
            key = (self._accounts[account], external)
            sender = Sender(external, name, username, language, region)
            person = (await uow.people.add({key: (sender, f"chat-{external}")}, self.now))[key]
            if device:
                await uow.people.set_device(person.id, device)
            talk = (await uow.conversations.open([(key[0], person.id)], self.now))[person.id]
            talk.state, talk.waiting_since, talk.source = State.WAITING, self.now, source
            talk.group_id = self.sales if group is None else group
            await uow.conversations.update([talk])
            await uow.commit()
        for content in said:
            await self.customer_says(talk.id, content)
        return talk.id

    async def customer_says(self, number: int, content: Content | str) -> None:
        """Put what a customer says into the transcript."""
        self._count += 1
        content = text(content) if isinstance(content, str) else content
        talk = await self.talk(number)
        async with self.unit() as uow:
            person = (await uow.people.by_ids([talk.identity_id]))[talk.identity_id]
            line = TranscriptLine(
                number,
                talk.account_id,
                f"e{self._count}",
                Direction.IN,
                Author.CUSTOMER,
                person.name,
                content,
                self.now,
                platform_id=f"p{self._count}",
            )
            await uow.messages.add([line], self.now)
            await uow.commit()

    async def serves(self, agent: StaffMember, name: str = "Ann", **facts: Any) -> int:
        """Let a new customer be served by *agent*; nothing is in front because of it."""
        number = await self.waits(name, **facts)
        async with self.unit() as uow:
            assert await uow.seats.claim(number, agent.id, self.now)
            await uow.commit()
        return number

    async def settle(self, mode: str = "offer", groups: tuple[int, ...] | None = None) -> int:
        done: int = await self.do(
            settle,
            groups,
            mode=mode,
            texts_for=self.texts_for,
            zone=ZONE,
            new_key=new_key,
            now=self.now,
            mask=self.mask,
        )
        return done

    # -- what there is to see --------------------------------------------------------------------

    async def talk(self, number: int) -> Talk:
        async with self.unit() as uow:
            return (await uow.conversations.by_ids([number]))[number]

    async def rows(self, **wanted: Any) -> list[Row]:
        """Return the outbox rows whose fields are as *wanted*, oldest first."""
        names = ("key", "account", "chat", "content", "purpose", "conversation_id", "reply_to")
        names += ("edits_key", "staff_id", "state")
        async with self.unit() as uow:
            found = await uow.connection.execute(
                select(*(getattr(OutboxRow, n) for n in names)).order_by(OutboxRow.id)
            )
            rows = [Row(*row) for row in found]
        rows = [replace(r, content=Content.from_json(r.content)) for r in rows]
        return [r for r in rows if all(getattr(r, n) == v for n, v in wanted.items())]

    async def transcript(self, number: int) -> list[TranscriptLine]:
        async with self.unit() as uow:
            return (await uow.messages.page(number, offset=0, limit=1000))[0]

    async def system_lines(self, number: int) -> list[str]:
        lines = await self.transcript(number)
        return [line.content.text for line in lines if line.direction is Direction.SYSTEM]

    async def events(self, number: int) -> list[Event]:
        async with self.unit() as uow:
            return await uow.conversations.events(number)

    async def lying(self, agent: StaffMember) -> list[int]:
        """Return the numbers on the cards that lie before *agent*."""
        async with self.unit() as uow:
            return sorted(c.conversation_id for c in await uow.offers.cards_of(agent.id))

    async def held(self, agent: StaffMember) -> list[int]:
        async with self.unit() as uow:
            return [t.id for t in await uow.conversations.of_agent(agent.id)]

    # -- what the platforms do ---------------------------------------------------------------------

    async def delivered(self) -> dict[str, str]:
        """Deliver all that is owed as the outbox would, and return message ids by key."""
        ids: dict[str, str] = {}
        async with self.unit() as uow:
            while heads := await uow.outbox.claim(500, self.now, self.now + timedelta(minutes=1)):
                sent = []
                for claimed in heads:
                    self._count += 1
                    got = claimed.edits or (f"m{self._count}",)
                    ids[claimed.owed.key] = got[0]
                    sent.append(Sent(claimed.id, got))
                    owed = claimed.owed
                    if owed.account == "staff" and owed.conversation_id is not None:
                        binding = Binding(owed.chat, got[0], owed.conversation_id, owed.shows)
                        await uow.outbox.bind([binding], self.now)
                await uow.outbox.settle(sent=sent, now=self.now)
            await uow.commit()
        return ids
