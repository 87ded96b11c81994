"""What we owe is delivered, in order, once, whatever the platform answers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest

from bot.channels.base import FetchedFile, InboundBatch, Limits, Webhook
from bot.metrics import Metrics
from bot.outbox import Deliverer
from bot.pace import LocalPace
from core.clock import utc_now
from core.errors import TryLater, WillNeverArrive
from core.i18n.texts import spoken
from core.messages import Content, Kind, Media, OutboundMessage, Receipt, text
from core.states import Role
from storage.engine import Database
from storage.repos.outbox import CARD, MIRROR, REPLY, Owed
from storage.uow import UnitOfWork


class Console:
    """A channel that writes down what it is given and answers as it is told."""

    name: ClassVar[str] = "console"

    def __init__(self, account: str) -> None:
        self.account = account
        self.limits = Limits()
        self.max_body_bytes = 1024
        self.sent: list[OutboundMessage] = []
        self.files: list[Mapping[str, FetchedFile]] = []
        self.answers: list[Exception] = []
        self.refuse: Callable[[OutboundMessage], Exception | None] = lambda message: None
        self.hold: asyncio.Event | None = None
        self.number = 0

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def connect(self, hook_url: str | None) -> None: ...

    def read(self, hook: Webhook) -> InboundBatch:
        return InboundBatch(())

    async def poll(self) -> AsyncIterator[InboundBatch]:
        yield InboundBatch(())

    async def send(self, message: OutboundMessage, files: Mapping[str, FetchedFile]) -> Receipt:
        if self.hold is not None:
            await self.hold.wait()
        if self.answers:
            raise self.answers.pop(0)
        refusal = self.refuse(message)
        if refusal is not None:
            raise refusal
        self.number += 1
        self.sent.append(message)
        self.files.append(files)
        return Receipt((str(self.number),))

    async def fetch(self, media: Media) -> FetchedFile:
        return FetchedFile(b"bytes of " + media.file_id.encode(), media.file_name)

    async def acknowledge(self, press_id: str, notice: str) -> None: ...

    async def address(self) -> str | None: ...

    def is_group(self, chat: str) -> bool:
        return chat.startswith("-")

    @property
    def texts(self) -> list[str]:
        return [m.content.text for m in self.sent]


class Post:
    """A deliverer over a real database and two consoles."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.shop, self.staff = Console("shop"), Console("staff")
        self.rung = asyncio.Event()
        self.metrics = Metrics()
        self.key = 0
        self.deliverer = self.another()

    def another(self) -> Deliverer:
        return Deliverer(
            lambda: UnitOfWork(self.database),
            {"shop": self.shop, "staff": self.staff},
            LocalPace(),
            self.rung,
            utc_now,
            self.metrics,
            lambda language: spoken(language, "en"),
        )

    async def owes(self, *messages: tuple[str, str], **more: object) -> list[str]:
        """Owe texts to chats, in order; return their keys."""
        keys = []
        owed = []
        for chat, words in messages:
            self.key += 1
            keys.append(f"k{self.key}")
            values: dict[str, object] = {"account": "shop", "purpose": REPLY} | more
            owed.append(Owed(keys[-1], chat=chat, content=text(words), **values))  # type: ignore[arg-type]
        async with UnitOfWork(self.database) as uow:
            await uow.outbox.add(owed, datetime.now(UTC))
            await uow.commit()
        self.rung.set()
        return keys

    async def state(self, key: str) -> tuple[str, str | None]:
        async with UnitOfWork(self.database, reading=True) as uow:
            return (await uow.outbox.states([key]))[key]

    async def until(self, met: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not met():
                await asyncio.sleep(0.005)

    async def settled(self, key: str, state: str) -> None:
        async with asyncio.timeout(10):
            while (await self.state(key))[0] != state:
                await asyncio.sleep(0.01)


@pytest.fixture
async def post(database: Database) -> AsyncIterator[Post]:
    made = Post(database)
    yield made
    await made.deliverer.stop()


async def test_messages_of_one_chat_go_out_in_order(post: Post) -> None:
    await post.deliverer.start()

    await post.owes(*((str(i % 3), f"{i}") for i in range(60)))

    await post.until(lambda: len(post.shop.sent) == 60)
    for chat in "012":
        mine = [int(m.content.text) for m in post.shop.sent if m.chat == chat]
        assert sorted(mine) == mine


async def test_chats_do_not_wait_for_each_other(post: Post) -> None:
    post.shop.refuse = lambda m: TryLater(30, "busy") if m.chat == "slow" else None
    await post.deliverer.start()

    await post.owes(("slow", "first"), ("slow", "second"), ("quick", "third"))

    await post.until(lambda: post.shop.texts == ["third"])


async def test_a_refusal_for_now_keeps_the_order_and_loses_nothing(post: Post) -> None:
    """429 with its delay and an outage without one: both are waited out, in order."""
    post.shop.answers = [TryLater(0.05, "429"), TryLater(0.1, "500"), TryLater(0.02, "429")]
    await post.deliverer.start()

    keys = await post.owes(("7", "one"), ("7", "two"), ("7", "three"))

    await post.settled(keys[-1], "sent")
    assert ["one", "two", "three"] == post.shop.texts


async def test_a_message_that_will_never_arrive_is_dead_and_the_next_goes_on(post: Post) -> None:
    post.shop.refuse = lambda m: (
        WillNeverArrive("blocked by the user", blocked=True) if m.content.text == "one" else None
    )
    await post.deliverer.start()

    keys = await post.owes(("7", "one"), ("7", "two"))

    await post.settled(keys[1], "sent")
    assert ("dead", "blocked by the user") == await post.state(keys[0])


async def test_the_agent_is_told_why_their_message_will_never_arrive(post: Post) -> None:
    async with UnitOfWork(post.database) as uow:
        bo = await uow.staffing.add("telegram", "1002", "Bo", Role.AGENT, 5, utc_now())
        await uow.commit()
    post.shop.refuse = lambda m: WillNeverArrive("blocked by the user", blocked=True)
    await post.deliverer.start()

    await post.owes(("7", "hello"), staff_id=bo)

    await post.until(lambda: bool(post.staff.sent))
    (notice,) = post.staff.sent
    assert "1002" == notice.chat
    assert "blocked by the user" in notice.content.text


async def test_an_edit_reaches_the_message_that_its_row_names(post: Post) -> None:
    await post.deliverer.start()
    (card,) = await post.owes(("1002", "card"), account="staff", purpose=CARD)

    (edit,) = await post.owes(("1002", "taken"), account="staff", purpose=CARD, edits_key=card)

    await post.settled(edit, "sent")
    first, second = post.staff.sent
    assert ((), ("1",)) == (first.edits, second.edits)


async def test_an_edit_of_what_was_never_sent_is_dropped(post: Post) -> None:
    await post.deliverer.start()
    (edit,) = await post.owes(("1002", "taken"), account="staff", purpose=CARD, edits_key="gone")

    await post.settled(edit, "cancelled")
    assert [] == post.staff.sent


async def test_what_a_killed_process_held_is_delivered_by_another(post: Post) -> None:
    """Its lease runs out, and the row is due again."""
    (key,) = await post.owes(("7", "hello"))
    past = utc_now() - timedelta(minutes=5)
    async with UnitOfWork(post.database) as uow:
        held = await uow.outbox.claim(10, utc_now(), past)  # a lease that has run out
        await uow.commit()
    assert 1 == len(held)

    await post.deliverer.start()

    await post.settled(key, "sent")


async def test_a_lease_keeps_others_away(post: Post) -> None:
    await post.owes(("7", "hello"), ("8", "hello"))
    now = utc_now()
    async with UnitOfWork(post.database) as uow:
        mine = await uow.outbox.claim(10, now, now + timedelta(seconds=60))
        await uow.commit()
    async with UnitOfWork(post.database) as uow:
        theirs = await uow.outbox.claim(10, now, now + timedelta(seconds=60))

    assert (2, 0) == (len(mine), len(theirs))


async def test_two_deliverers_never_send_a_row_twice(post: Post) -> None:
    second = post.another()
    await post.deliverer.start()
    await second.start()

    await post.owes(*((str(i % 17), f"{i}") for i in range(200)))

    await post.until(lambda: len(post.shop.sent) >= 200)
    await second.stop()
    assert sorted(f"{i}" for i in range(200)) == sorted(post.shop.texts)


async def test_a_file_of_another_account_is_fetched_there(post: Post) -> None:
    await post.deliverer.start()
    photo = Content(Kind.PHOTO, "look", media=Media("staff", "F1", "a.png"))
    async with UnitOfWork(post.database) as uow:
        await uow.outbox.add([Owed("p", "shop", "7", photo, REPLY)], utc_now())
        await uow.commit()
    post.rung.set()

    await post.until(lambda: bool(post.shop.sent))
    assert {"F1": FetchedFile(b"bytes of F1", "a.png")} == post.shop.files[0]


async def test_stopping_hands_back_what_is_under_way(post: Post) -> None:
    """A stop in the middle of a slow send leaves the row due at once, not after its lease."""
    post.shop.hold = asyncio.Event()
    await post.deliverer.start()
    await post.owes(("7", "hello"))
    await asyncio.sleep(0.2)

    stopping = asyncio.create_task(post.deliverer.stop())
    async with asyncio.timeout(6):
        await stopping
    async with UnitOfWork(post.database) as uow:
        again = await uow.outbox.claim(10, utc_now(), utc_now() + timedelta(seconds=60))

    assert 1 == len(again)


async def test_a_message_to_an_account_that_is_gone_is_dead(post: Post) -> None:
    await post.deliverer.start()
    (key,) = await post.owes(("7", "hello"), account="closed")

    await post.settled(key, "dead")


async def test_a_staff_message_is_bound_to_its_conversation_by_its_number(
    post: Post,
) -> None:
    from tests.people import Shop, said

    shop = await Shop(post.database).open()
    await shop.hears(said("hello"))
    await shop.owed()
    await post.deliverer.start()

    await post.owes(
        ("1002", "Ann: hi"), account="staff", purpose=MIRROR, conversation_id=1, shows="55"
    )

    await post.until(lambda: bool(post.staff.sent))
    async with asyncio.timeout(10):
        while True:
            async with UnitOfWork(post.database, reading=True) as uow:
                bound = await uow.outbox.bound_to("1002", "1")
            if bound is not None:
                break
            await asyncio.sleep(0.01)
    assert (1, "55") == (bound.conversation_id, bound.customer_message)
