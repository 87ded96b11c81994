"""The control API, the stream and the page's files, over HTTP as another process would use them."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web

from playground.app import build_app
from playground.world import World
from tests.playground.stage import ANN, BO, GROUP, OLGA, TOKEN, Api, png, soon

Control = Callable[..., Awaitable[Any]]
YES = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}


@pytest.fixture
def control(url: str, session: aiohttp.ClientSession) -> Control:
    async def act(action: str, expect: int = 200, **body: Any) -> Any:
        async with session.post(f"{url}/control/{action}", json=body) as response:
            assert response.status == expect, await response.text()
            return await response.json()

    return act


async def read_events(
    response: aiohttp.ClientResponse, until: Callable[[Any], bool]
) -> list[dict[str, Any]]:
    events = []
    async with asyncio.timeout(5):
        async for line in response.content:
            if line.startswith(b"data: "):
                events.append(orjson.loads(line[6:]))
                if until(events[-1]):
                    break
    return events


async def test_a_whole_talk_from_another_process(
    url: str, session: aiohttp.ClientSession, control: Control, api: Api
) -> None:
    await control("people", id=2002, first_name="Cleo", language_code="zh-hans")
    await control("start", person=2002, bot="shop", payload="src_a")
    said = await control("say", person=2002, bot="shop", text="多少钱")
    assert said["message_id"] == 2
    updates = (await api("getUpdates")).result
    assert [update["message"]["text"] for update in updates] == ["/start src_a", "多少钱"]
    sent = (await api("sendMessage", chat_id=2002, text="100 块", reply_markup=YES)).result
    query = {"person": "2002", "bot": "shop", "after": "2", "wait": "5", "from_bot": "1"}
    async with session.get(f"{url}/control/chat", params=query) as response:
        assert (await response.json())["messages"] == [sent]
    press = asyncio.create_task(
        control("press", person=2002, bot="shop", message_id=3, button="Yes", wait=5)
    )
    update = (await api("getUpdates", offset=3, timeout=5)).result[0]
    answered = update["callback_query"]["id"]
    await api("answerCallbackQuery", callback_query_id=answered, text="好的", show_alert=True)
    assert (await press)["answer"] == {"text": "好的", "show_alert": True, "url": ""}


async def test_waiting_for_an_answer_ends_when_it_comes(
    url: str, session: aiohttp.ClientSession, control: Control, api: Api
) -> None:
    await control("start", person=ANN, bot="shop")
    query = {"person": str(ANN), "bot": "shop", "after": "1", "wait": "10"}
    waiting = asyncio.create_task(session.get(f"{url}/control/chat", params=query))
    await asyncio.sleep(0.05)
    await api("sendMessage", chat_id=ANN, text="here")
    async with await asyncio.wait_for(waiting, 5) as response:
        assert [m["text"] for m in (await response.json())["messages"]] == ["here"]


async def test_files_come_as_base64_or_multipart_and_are_shown_safely(
    url: str, session: aiohttp.ClientSession, control: Control, api: Api
) -> None:
    picture = png()
    sent = await control(
        "send", person=ANN, bot="shop", kind="photo", data=base64.b64encode(picture).decode(),
        caption="see",
    )  # fmt: skip
    unique = sent["photo"][-1]["file_unique_id"]
    async with session.get(f"{url}/control/files/{unique}") as response:
        assert response.content_type == "image/jpeg"
        assert await response.read() == picture
    form = aiohttp.FormData()
    for name, value in {"person": str(ANN), "bot": "shop", "kind": "document"}.items():
        form.add_field(name, value)
    form.add_field("data", b"<script>", filename="x.html", content_type="text/html")
    async with session.post(f"{url}/control/send", data=form) as response:
        document = (await response.json())["document"]
    assert document["file_name"] == "x.html"
    async with session.get(f"{url}/control/files/{document['file_unique_id']}") as response:
        assert response.headers["Content-Disposition"] == "attachment"
        assert response.content_type == "application/octet-stream"
        assert "sandbox" in response.headers["Content-Security-Policy"]
    kinds = [next(iter(u["message"].keys() & {"photo", "document"}))
             for u in (await api("getUpdates")).result]  # fmt: skip
    assert kinds == ["photo", "document"]


async def test_an_album_is_one_update_per_picture(control: Control, api: Api) -> None:
    item = {"kind": "photo", "data": base64.b64encode(png()).decode()}
    await control("album", person=ANN, bot="shop", items=[item, item], caption="two")
    updates = [update["message"] for update in (await api("getUpdates")).result]
    assert len({message["media_group_id"] for message in updates}) == 1
    assert [message.get("caption") for message in updates] == ["two", None]


async def test_people_work_in_a_group_with_topics(
    control: Control, api: Api, url: str, session: aiohttp.ClientSession
) -> None:
    await control(
        "groups", id=GROUP, title="Agents", members={BO: "member", OLGA: "creator"}, bots=["staff"]
    )
    topic = await control("topic", person=OLGA, chat=GROUP, name="Ann")
    thread = topic["message_thread_id"]
    said = await control("say", person=BO, chat=GROUP, thread=thread, text="hi")
    assert (said["message_thread_id"], said["is_topic_message"]) == (thread, True)
    async with session.get(
        f"{url}/control/chat", params={"person": str(BO), "chat": str(GROUP)}
    ) as response:
        topics = (await response.json())["topics"]
    assert [one["name"] for one in topics] == ["General", "Ann"]
    outsider = await control("say", expect=400, person=ANN, chat=GROUP, text="let me in")
    assert outsider["error"] == "Ann is not in this group"


async def test_calls_and_failures_can_be_steered_from_outside(
    control: Control, api: Api, url: str, session: aiohttp.ClientSession
) -> None:
    await control("start", person=ANN, bot="shop")
    await control("fail", bot="shop", times=1, status=429, retry_after=2)
    assert (await api("sendMessage", chat_id=ANN, text="x")).status == 429
    await api("sendMessage", chat_id=ANN, text="x")
    async with session.get(f"{url}/control/calls", params={"method": "sendMessage"}) as response:
        journal = await response.json()
    assert [call["params"]["text"] for call in journal["calls"]] == ["x"]
    assert journal["total"] == 1
    async with session.delete(f"{url}/control/calls") as response:
        assert response.status == 200
    async with session.get(f"{url}/control/calls") as response:
        assert (await response.json())["total"] == 0
    await control("limits", enforce=True)
    statuses = [(await api("sendMessage", chat_id=ANN, text=t)).status for t in "ab"]
    assert statuses == [200, 429]


@pytest.mark.parametrize(
    ("action", "body", "status"),
    [
        ("say", {"person": 1, "bot": "shop", "text": "x"}, 404),
        ("say", {"person": ANN, "bot": "nobody", "text": "x"}, 404),
        ("say", {"person": ANN, "bot": "shop"}, 400),
        ("say", {"person": ANN, "bot": "shop", "text": " "}, 400),
        ("say", {"person": ANN, "bot": "shop", "text": "x" * 4097}, 400),
        ("press", {"person": ANN, "bot": "shop", "message_id": 9}, 400),
        ("edit", {"person": ANN, "bot": "shop", "message_id": 9, "text": "x"}, 400),
        ("send", {"person": ANN, "bot": "shop", "kind": "photo", "data": "%%%"}, 400),
        ("send", {"person": ANN, "bot": "shop", "kind": "hologram"}, 400),
        ("bots", {"token": "nonsense"}, 400),
        ("fail", {"bot": "shop", "colour": 1}, 400),
    ],
)
async def test_a_wrong_control_call_says_what_is_wrong(
    control: Control, action: str, body: dict[str, Any], status: int
) -> None:
    answer = await control(action, expect=status, **body)
    assert answer["error"]


async def test_another_site_may_not_play_people(
    url: str, session: aiohttp.ClientSession, world: World
) -> None:
    body = {"person": ANN, "bot": "shop", "text": "x"}
    headers = {"Origin": "https://evil.example"}
    async with session.post(f"{url}/control/say", json=body, headers=headers) as response:
        assert response.status == 403
    own = {"Origin": url.removesuffix("/playground")}
    async with session.post(f"{url}/control/say", json=body, headers=own) as response:
        assert response.status == 200


async def test_the_stream_begins_with_a_snapshot_and_tells_every_change(
    url: str, session: aiohttp.ClientSession, control: Control, api: Api
) -> None:
    await control("start", person=ANN, bot="shop")
    async with session.get(f"{url}/control/events?seats=1") as response:
        [snapshot] = await read_events(response, lambda event: True)
        assert [seat["role"] for seat in snapshot["seats"]] == ["customer", "agent", "admin"]
        [key] = snapshot["seats"][0]["rooms"]
        assert snapshot["rooms"][key]["messages"][0]["text"] == "/start"
        where = {"chat_id": ANN}
        await api("sendChatAction", **where, action="typing")
        sent = (await api("sendMessage", **where, text="a", reply_markup=YES)).result
        await api("editMessageText", **where, message_id=sent["message_id"], text="b")
        await api("deleteMessage", **where, message_id=sent["message_id"])
        await control("block", person=ANN, bot="shop")
        events = await read_events(response, lambda event: event["type"] == "blocked")
    assert [event["type"] for event in events] == ["action", "message", "edit", "delete", "blocked"]
    assert {event["room"] for event in events} == {key}


async def test_the_stream_follows_only_its_own_rooms(
    url: str, session: aiohttp.ClientSession, control: Control, world: World
) -> None:
    world.person(2999, "Stranger")
    async with session.get(f"{url}/control/events?seats=1") as response:
        await read_events(response, lambda event: True)
        await control("say", person=2999, bot="shop", text="not for the page")
        await control("say", person=ANN, bot="shop", text="for the page")
        [event] = await read_events(response, lambda event: True)
    assert event["message"]["text"] == "for the page"


async def test_a_new_customer_gets_a_seat_of_their_own(
    url: str, session: aiohttp.ClientSession, control: Control
) -> None:
    answer = await control("seats", person=2002, first_name="Cleo", bot="shop")
    assert [seat["role"] for seat in answer["seats"]] == [
        "customer",
        "agent",
        "admin",
        "customer-2",
    ]
    async with session.get(f"{url}/control/state") as response:
        assert len((await response.json())["seats"]) == 4


async def test_the_menu_is_the_one_of_the_narrowest_scope(
    url: str, session: aiohttp.ClientSession, control: Control, api: Api
) -> None:
    await control("start", person=ANN, bot="shop")
    await api("setMyCommands", commands=[{"command": "start", "description": "Begin"}])
    scope = {"type": "chat", "chat_id": ANN}
    await api("setMyCommands", commands=[{"command": "vip", "description": "For Ann"}], scope=scope)
    names = []
    for person in (ANN, BO):
        query = {"person": str(person), "bot": "shop"}
        async with session.get(f"{url}/control/menu", params=query) as response:
            names.append([one["command"] for one in (await response.json())["commands"]])
    assert names == [["vip"], ["start"]]


async def test_the_page_is_served_with_relative_addresses_only(
    url: str, session: aiohttp.ClientSession
) -> None:
    async with session.get(f"{url}/") as response:
        assert response.status == 200
        page = await response.text()
        assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    for name in ("app.js", "style.css", "icon.svg"):
        assert f'"{name}"' in page
        async with session.get(f"{url}/{name}") as response:
            assert response.status == 200
    async with session.get(f"{url}/nothing.js") as response:
        assert response.status == 404


async def test_closing_the_server_ends_streams_and_polls_at_once(
    world: World, session: aiohttp.ClientSession
) -> None:
    runner = web.AppRunner(build_app(world), shutdown_timeout=30)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    stream = await session.get(f"http://{host}:{port}/control/events")
    await read_events(stream, lambda event: True)
    poll = asyncio.create_task(
        session.get(f"http://{host}:{port}/bot{TOKEN}/getUpdates?timeout=50")
    )
    await soon(lambda: world.bot("shop").delivery.polled)
    async with asyncio.timeout(10):
        await runner.cleanup()
    async with await poll as response:
        assert (await response.json())["result"] == []
    assert (await stream.read()).strip() == b""
