"""Inline mode of the stand-in, over HTTP."""

from typing import Any

import aiohttp
import pytest

from playground.world import World
from tests.playground.stage import ANN, BO, STAFF_TOKEN, Api, png

HELLO = {
    "type": "article",
    "id": "1",
    "title": "Hello",
    "input_message_content": {"message_text": "Hi"},
}


async def control(
    session: aiohttp.ClientSession, url: str, name: str, **body: Any
) -> tuple[int, Any]:
    async with session.post(f"{url}/control/{name}", json=body) as response:
        return response.status, await response.json()


@pytest.fixture
def asked(url: str, session: aiohttp.ClientSession, world: World, api: Api) -> Any:
    """Type something behind the staff bot's name and return the query as the bot gets it."""

    async def ask(words: str = "hello") -> dict[str, Any]:
        world.bot("staff").inline = True
        status, answer = await control(session, url, "inline", person=BO, bot="staff", query=words)
        assert (status, answer["results"]) == (200, [])
        updates = (await api("getUpdates", STAFF_TOKEN)).result
        query: dict[str, Any] = updates[-1]["inline_query"]
        assert query["id"] == answer["query_id"]
        return query

    return ask


async def test_what_is_typed_reaches_the_bot_and_what_it_offers_the_person(
    world: World, api: Api, url: str, session: aiohttp.ClientSession, asked: Any
) -> None:
    query = await asked("hel")
    assert (query["from"]["id"], query["query"], query["offset"]) == (BO, "hel", "")
    assert world.facts.complaint(["InlineQuery"], query) is None

    answered = await api(
        "answerInlineQuery", STAFF_TOKEN, inline_query_id=query["id"], results=[HELLO]
    )
    assert answered.result is True
    status, message = await control(session, url, "choose", query_id=query["id"], result_id="1")

    assert (status, message["text"]) == (200, "Hi")
    assert message["via_bot"]["is_bot"] is True


async def test_the_pick_is_told_only_where_feedback_is_on(
    world: World, api: Api, url: str, session: aiohttp.ClientSession, asked: Any
) -> None:
    for feedback, told in ((False, 0), (True, 1)):
        world.bot("staff").inline_feedback = feedback
        query = await asked()
        await api("answerInlineQuery", STAFF_TOKEN, inline_query_id=query["id"], results=[HELLO])
        await control(session, url, "choose", query_id=query["id"], result_id="1")
        updates = (await api("getUpdates", STAFF_TOKEN)).result
        picked = [u["chosen_inline_result"] for u in updates if "chosen_inline_result" in u]
        assert [p["result_id"] for p in picked] == ["1"] * told


async def test_a_bot_without_inline_mode_hears_nothing(
    url: str, session: aiohttp.ClientSession, api: Api
) -> None:
    status, answer = await control(session, url, "inline", person=ANN, bot="shop", query="x")

    assert status == 400
    assert "inline mode is off" in answer["error"]
    assert (await api("getMe")).result["supports_inline_queries"] is False
    assert (await api("getUpdates")).result == []


def article(**more: Any) -> dict[str, Any]:
    return {**HELLO, **more}


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"results": [HELLO, HELLO]}, "RESULT_ID_DUPLICATE"),
        ({"results": [article(id=str(n)) for n in range(51)]}, "RESULTS_TOO_MUCH"),
        ({"results": [article(id="x" * 65)]}, "RESULT_ID_INVALID"),
        ({"results": [article(id="")]}, "RESULT_ID_EMPTY"),
        ({"results": [article(title=" ")]}, "ARTICLE_TITLE_EMPTY"),
        ({"results": [article(input_message_content={"message_text": ""})]}, "MESSAGE_EMPTY"),
        (
            {"results": [article(input_message_content={"message_text": "x" * 4097})]},
            "message is too long",
        ),
        ({"results": [HELLO], "next_offset": "x" * 65}, "NEXT_OFFSET_INVALID"),
        (
            {"results": [{"type": "photo", "id": "1", "photo_file_id": "nothing"}]},
            "wrong file identifier",
        ),
        ({"results": [HELLO], "inline_query_id": "1"}, "query is too old"),
    ],
)
async def test_one_bad_result_makes_it_refuse_the_whole_answer(
    api: Api, asked: Any, params: dict[str, Any], description: str
) -> None:
    query = await asked()

    refused = await api(
        "answerInlineQuery", STAFF_TOKEN, **{"inline_query_id": query["id"], **params}
    )

    assert description in refused.error


async def test_a_query_is_answered_once_and_soon(world: World, api: Api, asked: Any) -> None:
    query = await asked()
    call = {"inline_query_id": query["id"], "results": [HELLO]}
    await api("answerInlineQuery", STAFF_TOKEN, **call)
    assert "query is too old" in (await api("answerInlineQuery", STAFF_TOKEN, **call)).error

    query = await asked()
    world.callback_seconds = -1.0
    late = await api("answerInlineQuery", STAFF_TOKEN, inline_query_id=query["id"], results=[HELLO])
    assert "query is too old" in late.error


async def test_a_cached_picture_must_be_a_picture_of_that_bot(
    world: World, api: Api, asked: Any
) -> None:
    world.start(BO, "staff")
    sent = world.sends(BO, "staff", "photo", png())
    document = world.sends(BO, "staff", "document", b"data")
    staff = world.bot("staff").id
    good = f"{sent['photo'][-1]['file_unique_id']}-{staff}"
    bad = f"{document['document']['file_unique_id']}-{staff}"
    query = await asked()
    for file, fits in ((bad, False), (good, True)):
        answer = await api(
            "answerInlineQuery",
            STAFF_TOKEN,
            inline_query_id=query["id"],
            results=[{"type": "photo", "id": "1", "photo_file_id": file, "caption": "Shop"}],
        )
        assert answer.body["ok"] is fits, answer.body
