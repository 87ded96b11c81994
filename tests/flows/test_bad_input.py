"""Every webhook body is hostile until it is parsed."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import orjson
import pytest

from storage.engine import Database
from storage.uow import UnitOfWork
from tests.flows.conftest import ANN, SHOP_SECRET, STAFF_SECRET, Story

HEADER = "X-Telegram-Bot-Api-Secret-Token"


def update(number: int, text: Any = "hello", *, by: Any = ANN, **more: Any) -> dict[str, Any]:
    return {
        "update_id": number,
        "message": {
            "message_id": number,
            "date": 1_795_000_000,
            "chat": {"id": by, "type": "private", "first_name": "Ann"},
            "from": {"id": by, "is_bot": False, "first_name": "Ann", "language_code": "en"},
            "text": text,
            **more,
        },
    }


@pytest.fixture
async def http(story: Story) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(story.address) as session:
        yield session


@pytest.fixture
async def reading(story: Story) -> AsyncIterator[Database]:
    database = Database(story.config.storage.url)
    yield database
    await database.close()


async def post(
    http: aiohttp.ClientSession,
    body: bytes,
    *,
    secret: str | None = SHOP_SECRET,
    account: str = "shop",
) -> int:
    headers = {} if secret is None else {HEADER: secret}
    async with http.post(f"/hooks/{account}", data=io.BytesIO(body), headers=headers) as answer:
        return answer.status


async def kept(reading: Database, text: str | None = None) -> int:
    """Return how many messages of customers the transcripts hold."""
    async with UnitOfWork(reading, reading=True) as uow:
        accounts = await uow.accounts.all()
        people = await uow.people.find((accounts[0].id, str(ANN + i)) for i in range(100))
        total = 0
        for talk in (await uow.conversations.by_ids(range(1, 500))).values():
            lines, _ = await uow.messages.page(talk.id, offset=0, limit=1000)
            total += sum(
                line.direction.value == "in" and text in (None, line.content.text) for line in lines
            )
        assert people or not total
        return total


async def letters(reading: Database) -> int:
    async with UnitOfWork(reading, reading=True) as uow:
        return await uow.letters.count()


DEEP = b'{"update_id": 1, "message": ' + b"[" * 5000 + b"]" * 5000 + b"}"


BODIES = [
    ("wrong secret", "wrong", orjson.dumps(update(1)), 403, 0),
    ("no secret", None, orjson.dumps(update(1)), 403, 0),
    ("a secret of other letters", "пароль", orjson.dumps(update(1)), 403, 0),
    ("nothing", SHOP_SECRET, b"", 400, 1),
    ("not text", SHOP_SECRET, b"\xff\xfe{", 400, 1),
    ("not JSON", SHOP_SECRET, b"{not json", 400, 1),
    ("not an object", SHOP_SECRET, b"[1, 2]", 400, 1),
    ("no update id", SHOP_SECRET, b'{"message": 5}', 400, 1),
    ("deep nesting", SHOP_SECRET, DEEP, 400, 1),
    ("wrong shape", SHOP_SECRET, b'{"update_id": 1, "message": "x"}', 400, 1),
    (
        "a huge integer",
        SHOP_SECRET,
        orjson.dumps(update(1) | {"update_id": 2**63}).replace(b"92233", b"99999992233"),
        400,
        1,
    ),
    ("over one MiB", SHOP_SECRET, b"x" * (1024 * 1024 + 1), 413, 0),
    ("ten megabytes", SHOP_SECRET, b"x" * (10 * 1024 * 1024), 413, 0),
    ("an update of no known type", SHOP_SECRET, b'{"update_id": 1}', 200, 0),
]


async def test_a_body_that_makes_no_sense_is_answered_and_kept(
    http: aiohttp.ClientSession, reading: Database
) -> None:
    """The platform gets the contract's answer, the body is kept where there is one, and the desk
    goes on."""
    expected = 0
    for number, (name, secret, body, status, letter) in enumerate(BODIES, 1):
        expected += letter
        assert (name, status) == (name, await post(http, body, secret=secret))
        assert (name, expected) == (name, await letters(reading))
        assert (name, number - 1) == (name, await kept(reading))
        assert 200 == await post(http, orjson.dumps(update(100 + number, f"still here {name}")))
        assert 1 == await kept(reading, f"still here {name}")


async def test_a_body_without_a_length_is_cut_off_at_the_limit(
    http: aiohttp.ClientSession,
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"x" * 65_536

    async with http.post("/hooks/shop", data=endless(), headers={HEADER: SHOP_SECRET}) as answer:
        assert 413 == answer.status


async def test_an_unknown_account_is_404(http: aiohttp.ClientSession) -> None:
    assert 404 == await post(http, orjson.dumps(update(1)), account="nobody")


async def test_a_text_of_a_million_characters_is_taken_in_cut(
    http: aiohttp.ClientSession, reading: Database
) -> None:
    assert 200 == await post(http, orjson.dumps(update(1, "a" * 1_000_000)))

    assert 1 == await kept(reading)


ODD = ["\x00", "a\x00b", "\u202e\u200b", "'; DROP TABLE messages; --", "{0.__class__}", "%s"]


async def test_odd_texts_are_texts(http: aiohttp.ClientSession, reading: Database) -> None:
    for number, text in enumerate(ODD, 1):
        assert 200 == await post(http, orjson.dumps(update(number, text)))
        assert (text, number) == (text, await kept(reading))


async def test_a_lone_surrogate_is_answered_and_the_desk_goes_on(
    http: aiohttp.ClientSession, reading: Database
) -> None:
    body = orjson.dumps(update(1, "HERE")).replace(b"HERE", b"\\ud800")
    assert await post(http, body) in (200, 400)

    assert 1 == await kept(reading) + await letters(reading)


async def test_the_same_update_a_hundred_times_at_once_happens_once(
    http: aiohttp.ClientSession, reading: Database, story: Story
) -> None:
    ann = story.customer()
    ann.start()
    await ann.hears("")
    body = orjson.dumps(update(990, "only once"))

    answers = await asyncio.gather(*(post(http, body) for _ in range(100)))

    assert {200} == set(answers)
    assert 1 == await kept(reading, "only once")


async def test_a_message_for_a_chat_that_we_have_never_seen_is_kept(
    http: aiohttp.ClientSession, reading: Database
) -> None:
    """Telegram would not know where to deliver the reply; the message is safe all the same."""
    assert 200 == await post(http, orjson.dumps(update(5, "who am I", by=ANN + 50)))

    assert 1 == await kept(reading, "who am I")


async def test_the_staff_webhook_wants_its_own_secret(http: aiohttp.ClientSession) -> None:
    body = orjson.dumps(update(1, "/help"))

    assert 403 == await post(http, body, secret=SHOP_SECRET, account="staff")
    assert 200 == await post(http, body, secret=STAFF_SECRET, account="staff")
    assert 400 == await post(http, b"{", secret=STAFF_SECRET, account="staff")


async def test_health_and_figures(http: aiohttp.ClientSession, story: Story) -> None:
    ann = story.customer()
    ann.says("hello")
    await ann.hears("")

    for path in ("/healthz", "/readyz"):
        async with http.get(path) as answer:
            assert 200 == answer.status
    figures = ""
    async with asyncio.timeout(10):
        # The reply may arrive a moment before it is written down as sent.
        while "frontdesk_outbox_due 0.0" not in figures:
            async with http.get("/metrics") as answer:
                figures = await answer.text()
    for name in (
        'frontdesk_messages_total{account="shop",direction="in"} 1.0',
        'frontdesk_messages_total{account="shop",direction="out"} 1.0',
        "frontdesk_intake_batch_size_count 1.0",
        "frontdesk_ack_seconds_count 1.0",
        "frontdesk_reply_seconds_count 1.0",
        'frontdesk_waiting{group="default"} 0.0',
        "frontdesk_outbox_due 0.0",
        "frontdesk_outbox_dead 0.0",
    ):
        assert name in figures
