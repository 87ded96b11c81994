"""The endpoint that words answers, against a stand-in on loopback."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp.test_utils import unused_port
from structlog.testing import capture_logs

from bot.phrasing.client import Phraser
from bot.phrasing.wording import Phrased, Source
from tests.phrasing.standin import Endpoint, Said, answer, fails, hangs, refuses

KEY = "sk-test-0001"
SOURCES = [Source(4, "When do you ship?", "Within 48 hours."), Source(9, "Return?", "30 days.")]
MESSAGE = "how soon is my parcel sent"

Make = Callable[..., Awaitable[Phraser]]


@pytest.fixture
async def phraser(model: Endpoint) -> AsyncIterator[Make]:
    made: list[Phraser] = []

    async def make(*, seconds: float = 5.0, key: str = KEY, url: str = "") -> Phraser:
        line = Phraser(url=url or model.url, key=key, model="m-1", seconds=seconds)
        await line.open()
        made.append(line)
        return line

    yield make
    for line in made:
        await line.close()


async def test_an_answer_comes_back_with_the_entries_it_was_made_from(
    model: Endpoint, phraser: Make
) -> None:
    model.always = answer("Your parcel leaves within 48 hours.", 4)
    line = await phraser()

    phrased = await line.phrase(MESSAGE, SOURCES)

    assert phrased == Phrased("Your parcel leaves within 48 hours.", (4,))
    assert model.paths == ["/v1/chat/completions"]
    assert model.headers[0]["authorization"] == f"Bearer {KEY}"
    assert model.shown["message"] == MESSAGE
    assert [e["id"] for e in model.shown["entries"]] == [4, 9]


async def test_an_endpoint_without_a_key_gets_none(model: Endpoint, phraser: Make) -> None:
    model.always = answer("Soon.", 4)

    assert await (await phraser(key="")).phrase(MESSAGE, SOURCES) is not None

    assert "authorization" not in model.headers[0]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(refuses(), id="refuses"),
        pytest.param(answer("Soon.", 77), id="invents an entry"),
        pytest.param(answer("Within 5000 hours.", 4), id="invents a number"),
        pytest.param(Said(b"I am a teapot"), id="talks nonsense"),
        pytest.param(fails(400), id="bad request"),
        pytest.param(fails(401), id="wrong key"),
        pytest.param(fails(429), id="busy"),
        pytest.param(fails(500), id="broken"),
        pytest.param(Said(b" " * 1_000_000), id="never ends"),
    ],
)
async def test_what_cannot_be_used_is_none_and_logged_without_words_or_key(
    model: Endpoint, phraser: Make, said: Said
) -> None:
    model.always = said
    line = await phraser()

    with capture_logs() as logs:
        assert await line.phrase(MESSAGE, SOURCES) is None

    assert [entry["event"] for entry in logs] == ["phrasing.not_used"]
    assert logs[0]["entries"] == [4, 9]
    for secret in (KEY, MESSAGE, "teapot", "5000", model.url):
        assert secret not in str(logs)


async def test_a_slow_endpoint_is_given_up_when_the_time_is_over(
    model: Endpoint, phraser: Make
) -> None:
    model.always = hangs()
    line = await phraser(seconds=0.2)

    with capture_logs() as logs:
        async with asyncio.timeout(5):
            assert await line.phrase(MESSAGE, SOURCES) is None

    assert logs[0]["why"] == "too slow"


async def test_less_time_than_usual_may_be_given(model: Endpoint, phraser: Make) -> None:
    model.always = hangs()
    line = await phraser(seconds=60)

    async with asyncio.timeout(5):
        assert await line.phrase(MESSAGE, SOURCES, seconds=0.2) is None
        assert await line.phrase(MESSAGE, SOURCES, seconds=-1) is None

    assert len(model.asked) == 1, "without any time left nobody is asked"


async def test_a_busy_endpoint_is_asked_once_more(model: Endpoint, phraser: Make) -> None:
    model.script = [fails(503), answer("Within 48 hours.", 4)]

    assert await (await phraser()).phrase(MESSAGE, SOURCES) == Phrased("Within 48 hours.", (4,))


async def test_a_refusal_is_not_asked_again(model: Endpoint, phraser: Make) -> None:
    model.script = [fails(400), answer("Within 48 hours.", 4)]

    assert await (await phraser()).phrase(MESSAGE, SOURCES) is None

    assert len(model.asked) == 1


async def test_a_redirect_is_not_followed(model: Endpoint, phraser: Make) -> None:
    """It would carry the key and the customer's words to another host."""
    model.script = [
        Said(b"", 307, headers={"location": f"{model.url}/elsewhere"}),
        answer("Within 48 hours.", 4),
    ]

    assert await (await phraser()).phrase(MESSAGE, SOURCES) is None

    assert model.paths == ["/v1/chat/completions"]


async def test_where_nobody_listens_there_is_no_answer(phraser: Make) -> None:
    line = await phraser(url=f"http://127.0.0.1:{unused_port()}/v1")

    assert await line.phrase(MESSAGE, SOURCES) is None


async def test_without_entries_nobody_is_asked(model: Endpoint, phraser: Make) -> None:
    assert await (await phraser()).phrase(MESSAGE, []) is None

    assert model.asked == []
