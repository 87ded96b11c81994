"""Calls to the Bot API, against a small server that answers what the test tells it to."""

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from structlog.testing import capture_logs

from bot.channels.base import FetchedFile
from bot.channels.telegram.adapter import TelegramChannel
from bot.channels.telegram.deliver import Deliveries
from bot.channels.telegram.render import Call, Step
from bot.channels.telegram.send import Api
from core.errors import DeliveryError, TryLater, WillNeverArrive
from core.messages import Button, Content, Kind, Media, OutboundMessage, Receipt, text

TOKEN = "123456:TEST-TOKEN-AAAAAAAAAAAAAAAAAAAAAAAAAAA"
SECRET = "s3cret_TOKEN-1"


@dataclass
class Answer:
    """One answer of the stand-in: a JSON envelope, or *raw* bytes, after *seconds*."""

    envelope: dict[str, Any] | None = None
    status: int = 200
    raw: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


def ok(result: object) -> Answer:
    return Answer({"ok": True, "result": result})


def no(
    code: int, description: str, headers: dict[str, str] | None = None, **parameters: Any
) -> Answer:
    envelope: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    if parameters:
        envelope["parameters"] = parameters
    return Answer(envelope, code, headers=headers or {})


@dataclass
class Platform:
    """What was asked of the stand-in, and what it will answer; without a script it says yes."""

    script: list[Answer] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    files: dict[str, tuple[str | None, str, bytes]] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    last_id: int = 100

    @property
    def methods(self) -> list[str]:
        return [method for method, _ in self.calls]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.paths.append(request.path)
        method = request.match_info.get("method", "download")
        self.calls.append((method, await self.params(request)))
        answer = self.script.pop(0) if self.script else None
        if answer is None:
            self.last_id += 1
            answer = ok({"message_id": self.last_id} if method.startswith("send") else True)
        await asyncio.sleep(answer.seconds)
        body = answer.raw if answer.envelope is None else orjson.dumps(answer.envelope)
        return web.Response(body=body, status=answer.status, headers=answer.headers)

    async def params(self, request: web.Request) -> dict[str, Any]:
        if request.content_type != "multipart/form-data":
            return orjson.loads(await request.read() or b"{}")
        form = await request.post()
        params = {}
        for name, value in form.items():
            if isinstance(value, web.FileField):
                self.files[name] = (value.filename, value.content_type, value.file.read())
            else:
                params[name] = value
        return params


@pytest.fixture
async def platform() -> Platform:
    return Platform()


@pytest.fixture
async def address(platform: Platform) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post(f"/bot{TOKEN}/{{method}}", platform.handle)
    app.router.add_get(f"/file/bot{TOKEN}/{{path:.*}}", platform.handle)
    server = TestServer(app, host="127.0.0.1")
    # The stand-in's own access log would hold the token, which tests look for in the logs.
    await server.start_server(access_log=None)
    yield str(server.make_url("/"))
    await server.close()


@pytest.fixture
async def shop(address: str) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel("shop", token=TOKEN, secret=SECRET, api_url=address)
    await channel.start()
    yield channel
    await channel.stop()


def message(content: Content, key: str = "k1", **more: Any) -> OutboundMessage:
    return OutboundMessage("shop", "42", content, key, **more)


HI = message(text("hi"))
LONG = message(text("x" * 9000))  # three messages


async def test_a_text_is_posted_and_its_id_is_the_receipt(
    shop: TelegramChannel, platform: Platform
):
    receipt = await shop.send(message(text("hi", (Button("Yes", "y"),))), {})

    assert receipt == Receipt(("101",))
    assert platform.calls == [
        (
            "sendMessage",
            {
                "chat_id": 42,
                "text": "hi",
                "parse_mode": "HTML",
                "reply_markup": {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]},
            },
        )
    ]


async def test_a_long_text_has_a_receipt_with_every_id(shop: TelegramChannel):
    assert await shop.send(LONG, {}) == Receipt(("101", "102", "103"))


async def test_a_file_of_another_account_is_uploaded(shop: TelegramChannel, platform: Platform):
    content = Content(Kind.DOCUMENT, "here", Media("other", "F"), ((Button("Y", "y"),),))
    file = FetchedFile(b"%PDF \x00\xff", '发票 "1".pdf', "application/pdf")

    await shop.send(message(content), {"F": file})

    method, params = platform.calls[0]
    assert method == "sendDocument"
    assert params["chat_id"] == "42"
    assert params["caption"] == "here"
    assert orjson.loads(params["reply_markup"])["inline_keyboard"][0][0]["callback_data"] == "y"
    name, mime, data = platform.files["document"]
    assert name is not None
    assert name.startswith("发票")
    assert (mime, data) == ("application/pdf", b"%PDF \x00\xff")


async def test_a_type_or_name_with_line_breaks_cannot_break_the_upload(
    shop: TelegramChannel, platform: Platform
):
    content = Content(Kind.DOCUMENT, media=Media("other", "F"))
    file = FetchedFile(b"x", "a\r\nb.txt", "text/plain\r\nX-Evil: 1")

    await shop.send(message(content), {"F": file})

    assert platform.files["document"] == ("a b.txt", "application/octet-stream", b"x")


BAD = "Bad Request: "

LATER = [
    pytest.param(no(429, "Too Many Requests: retry after 3", retry_after=3), 3.0, id="429"),
    pytest.param(
        no(429, "Too Many Requests", {"Retry-After": "7"}), 7.0, id="429 with only a header"
    ),
    pytest.param(no(429, "Too Many Requests", {"Retry-After": "soon"}), None, id="429 without"),
    pytest.param(no(409, "Conflict: terminated by other getUpdates"), None, id="409"),
    pytest.param(no(500, "Internal Server Error"), None, id="500"),
    pytest.param(Answer(status=502, raw=b"<html>Bad Gateway</html>"), None, id="502 HTML"),
    pytest.param(Answer(status=404, raw=b"<html>Not here</html>"), None, id="404 of a proxy"),
    pytest.param(Answer(status=200, raw=b""), None, id="200 without a body"),
    pytest.param(Answer(status=200, raw=b"[]"), None, id="200 with a list"),
    pytest.param(Answer({"ok": "yes"}), None, id="ok is no bool"),
    pytest.param(
        Answer(status=307, headers={"Location": f"/bot{TOKEN}/sendMessage"}), None, id="redirect"
    ),
]


@pytest.mark.parametrize(("answer", "seconds"), LATER)
async def test_what_may_pass_is_tried_later(
    shop: TelegramChannel, platform: Platform, answer: Answer, seconds: float | None
):
    platform.script = [answer]

    with pytest.raises(TryLater) as refused:
        await shop.send(HI, {})

    assert refused.value.seconds == seconds
    assert not refused.value.account_wide
    assert len(platform.calls) == 1


async def test_a_refused_token_loses_nothing_and_calls_the_operator(
    shop: TelegramChannel, platform: Platform
):
    platform.script = [no(401, "Unauthorized")]

    with pytest.raises(TryLater) as refused:
        await shop.send(HI, {})

    assert refused.value.account_wide
    assert refused.value.seconds is not None
    assert refused.value.seconds >= 60
    assert "token" in refused.value.reason
    assert "shop" in refused.value.reason


@pytest.mark.parametrize(
    ("answer", "blocked"),
    [
        (no(403, "Forbidden: bot was blocked by the user"), True),
        (no(403, "Forbidden: user is deactivated"), True),
        (no(403, "Forbidden: bot can't initiate conversation with a user"), True),
        (no(400, BAD + "chat not found"), False),
        (no(400, BAD + "file is too big"), False),
        (no(400, BAD + "message thread not found"), False),
        (no(404, "Not Found"), False),
        (no(413, "Request Entity Too Large"), False),
    ],
)
async def test_what_is_final_never_arrives(
    shop: TelegramChannel, platform: Platform, answer: Answer, blocked: bool
):
    platform.script = [answer]

    with pytest.raises(WillNeverArrive) as refused:
        await shop.send(HI, {})

    assert answer.envelope is not None
    assert refused.value.reason == answer.envelope["description"]
    assert refused.value.blocked is blocked
    assert len(platform.calls) == 1


async def test_a_chat_that_became_a_supergroup_is_written_to_there(
    shop: TelegramChannel, platform: Platform
):
    moved = no(400, BAD + "group chat was upgraded", migrate_to_chat_id=-1001)
    platform.script = [moved]

    await shop.send(HI, {})

    assert [params["chat_id"] for _, params in platform.calls] == [42, -1001]

    platform.script = [moved, moved]
    with pytest.raises(WillNeverArrive):
        await shop.send(message(text("hi"), "k2"), {})


async def test_a_quoted_message_that_is_gone_is_not_quoted(
    shop: TelegramChannel, platform: Platform
):
    platform.script = [no(400, BAD + "message to be replied not found")]

    receipt = await shop.send(message(text("hi"), reply_to="7"), {})

    assert receipt == Receipt(("101",))
    assert ["reply_parameters" in params for _, params in platform.calls] == [True, False]


@pytest.mark.parametrize(
    "description", ["message is not modified: same content", "message to edit not found"]
)
async def test_an_edit_that_changes_nothing_is_done(
    shop: TelegramChannel, platform: Platform, description: str
):
    platform.script = [no(400, BAD + description)]

    assert await shop.send(message(text("new"), edits=("9",)), {}) == Receipt(("9",))
    assert platform.methods == ["editMessageText"]


async def test_a_message_that_cannot_become_the_new_one_is_replaced(
    shop: TelegramChannel, platform: Platform
):
    platform.script = [no(400, BAD + "there is no text in the message to edit")]

    assert await shop.send(message(text("new"), edits=("9",)), {}) == Receipt(("101",))
    assert platform.methods == ["editMessageText", "sendMessage", "deleteMessage"]
    assert platform.calls[2][1] == {"chat_id": 42, "message_id": 9}


async def test_an_outage_while_the_old_message_is_deleted_does_not_send_the_new_one_twice(
    shop: TelegramChannel, platform: Platform
):
    platform.script = [
        no(400, BAD + "there is no text in the message to edit"),
        ok({"message_id": 50}),
        no(500, "Internal Server Error"),
    ]

    assert await shop.send(message(text("new"), edits=("9",)), {}) == Receipt(("50",))


@pytest.mark.parametrize(
    "description", ["message can't be deleted for everyone", "message to delete not found"]
)
async def test_a_piece_that_cannot_be_deleted_is_let_be(
    shop: TelegramChannel, platform: Platform, description: str
):
    platform.script = [ok(True), no(400, BAD + description)]

    assert await shop.send(message(text("new"), edits=("9", "10")), {}) == Receipt(("9",))
    assert platform.methods == ["editMessageText", "deleteMessage"]


async def test_a_retry_goes_on_after_the_pieces_that_went_out(
    shop: TelegramChannel, platform: Platform
):
    platform.script = [ok({"message_id": 1}), no(429, "Too Many Requests", retry_after=1)]
    with pytest.raises(TryLater):
        await shop.send(LONG, {})
    platform.script = [ok({"message_id": 2}), ok({"message_id": 3})]

    assert await shop.send(LONG, {}) == Receipt(("1", "2", "3"))
    assert len(platform.calls) == 4


async def test_the_same_message_goes_out_once(shop: TelegramChannel, platform: Platform):
    first = await shop.send(HI, {})

    assert await shop.send(HI, {}) == first
    assert len(platform.calls) == 1
    assert await shop.send(message(text("hi"), "k2"), {}) != first


async def test_only_the_latest_messages_are_remembered(address: str, platform: Platform):
    api = Api("shop", token=TOKEN, api_url=address, session=None)
    await api.open()
    deliveries = Deliveries(api, remembered=2)
    call = Call(Step.SEND, "sendMessage", {"chat_id": 42, "text": "hi"})
    sent = []
    for key in ("a", "b", "c", "c", "b", "a"):
        await deliveries.deliver(key, (call,))
        sent.append(len(platform.calls))
    await api.close()

    assert sent == [1, 2, 3, 3, 3, 4]


async def everything(shop: TelegramChannel) -> list[DeliveryError]:
    """Call each door once and return what each raised."""
    doors: list[Callable[[], Any]] = [
        lambda: shop.send(HI, {}),
        lambda: shop.connect("https://desk.example.org/hooks/shop"),
        lambda: shop.connect(None),
        lambda: shop.fetch(Media("shop", "FID")),
        lambda: shop.acknowledge("1", ""),
        lambda: shop.send(
            message(Content(Kind.PHOTO, media=Media("o", "F")), "k9"), {"F": FetchedFile(b"x")}
        ),
    ]
    raised = []
    for door in doors:
        with pytest.raises(DeliveryError) as refused:
            await door()
        raised.append(refused.value)
    return raised


def assert_no_token(errors: list[DeliveryError], caplog: pytest.LogCaptureFixture) -> None:
    for error in errors:
        assert error.__cause__ is None
        assert error.__context__ is None
        told = "".join(traceback.format_exception(error)) + repr(error.__dict__)
        assert TOKEN not in told
        assert "TEST-TOKEN" not in told
    assert "TEST-TOKEN" not in caplog.text


async def test_nobody_at_home_is_tried_later_for_the_whole_account_and_tells_no_token(
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level(logging.DEBUG)
    nowhere = f"http://127.0.0.1:{unused_port()}"
    shop = TelegramChannel("shop", token=TOKEN, secret=SECRET, api_url=nowhere)
    await shop.start()
    errors = await everything(shop)
    await shop.stop()

    assert all(isinstance(error, TryLater) and error.account_wide for error in errors)
    assert_no_token(errors, caplog)


async def test_an_error_that_quotes_the_token_is_told_without_it(
    shop: TelegramChannel, platform: Platform, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    platform.script = [no(400, f"no such method /bot{TOKEN}/x") for _ in range(6)]

    assert_no_token(await everything(shop), caplog)
    assert TOKEN not in repr(shop)
    assert SECRET not in repr(shop)


async def test_a_broken_answer_tells_no_token(caplog: pytest.LogCaptureFixture):
    async def garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"this is not HTTP\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(garbage, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    shop = TelegramChannel("shop", token=TOKEN, secret=SECRET, api_url=f"http://127.0.0.1:{port}")
    await shop.start()
    errors = await everything(shop)
    await shop.stop()
    server.close()
    await server.wait_closed()

    assert all(isinstance(error, TryLater) for error in errors)
    assert_no_token(errors, caplog)


async def test_an_answer_that_does_not_come_is_tried_later(address: str, platform: Platform):
    api = Api("shop", token=TOKEN, api_url=address, session=None)
    await api.open()
    platform.script = [Answer({"ok": True}, seconds=30)]
    with pytest.raises(TryLater) as refused:
        await api.ask("sendMessage", {}, seconds=0.05)
    await api.close()

    assert refused.value.seconds is None


async def test_a_channel_that_was_not_started_tries_later(address: str):
    shop = TelegramChannel("shop", token=TOKEN, secret=SECRET, api_url=address)

    with pytest.raises(TryLater):
        await shop.send(HI, {})


async def test_connecting_tells_the_address_the_secret_and_what_we_want(
    shop: TelegramChannel, platform: Platform
):
    await shop.connect("https://desk.example.org/hooks/shop")

    assert platform.calls == [
        (
            "setWebhook",
            {
                "url": "https://desk.example.org/hooks/shop",
                "secret_token": SECRET,
                "allowed_updates": [
                    "message",
                    "edited_message",
                    "callback_query",
                    "my_chat_member",
                ],
                "max_connections": 40,
            },
        )
    ]


async def test_a_bot_with_inline_mode_asks_for_what_people_type_behind_its_name(
    address: str, platform: Platform
):
    staff = TelegramChannel("staff", token=TOKEN, secret=SECRET, api_url=address, inline=True)
    await staff.start()
    await staff.connect("https://desk.example.org/hooks/staff")
    await staff.stop()

    (call,) = platform.calls
    assert call[1]["allowed_updates"][-2:] == ["inline_query", "chosen_inline_result"]


async def test_connecting_for_polling_takes_the_webhook_away(
    shop: TelegramChannel, platform: Platform
):
    await shop.connect(None)

    assert platform.methods == ["deleteWebhook"]


async def test_connecting_without_a_secret_is_refused(address: str, platform: Platform):
    shop = TelegramChannel("shop", token=TOKEN, secret="", api_url=address)
    await shop.start()
    with pytest.raises(WillNeverArrive):
        await shop.connect("https://desk.example.org/hooks/shop")
    await shop.stop()

    assert not platform.calls


async def test_a_press_is_answered_with_a_short_notice(shop: TelegramChannel, platform: Platform):
    await shop.acknowledge("77", "")
    await shop.acknowledge("78", "😀" * 200)

    assert platform.calls == [
        ("answerCallbackQuery", {"callback_query_id": "77"}),
        ("answerCallbackQuery", {"callback_query_id": "78", "text": "😀" * 100}),
    ]


async def test_a_press_that_is_too_old_is_no_error(shop: TelegramChannel, platform: Platform):
    platform.script = [
        no(400, BAD + "query is too old and response timeout expired or query ID is invalid")
    ]

    await shop.acknowledge("77", "ok")

    assert platform.methods == ["answerCallbackQuery"]


async def test_a_file_is_fetched_by_its_path(shop: TelegramChannel, platform: Platform):
    platform.script = [
        ok({"file_id": "FID", "file_path": "photos/file 1.jpg"}),
        Answer(raw=b"\xff\xd8"),
    ]

    assert await shop.fetch(Media("shop", "FID")) == FetchedFile(
        b"\xff\xd8", "file 1.jpg", "image/jpeg"
    )
    assert platform.calls[0] == ("getFile", {"file_id": "FID"})
    assert platform.paths[1] == f"/file/bot{TOKEN}/photos/file 1.jpg"


async def test_a_fetched_file_keeps_the_customers_name_for_it(
    shop: TelegramChannel, platform: Platform
):
    platform.script = [ok({"file_path": "documents/file_2.pdf"}), Answer(raw=b"%PDF")]

    file = await shop.fetch(Media("shop", "FID", "发票.pdf", "application/pdf"))

    assert file == FetchedFile(b"%PDF", "发票.pdf", "application/pdf")


TOO_LARGE = 20 * 1024 * 1024 + 1


@pytest.mark.parametrize(
    ("script", "error"),
    [
        pytest.param([no(400, BAD + "wrong file_id")], WillNeverArrive, id="unknown"),
        pytest.param([no(400, BAD + "file is too big")], WillNeverArrive, id="too big"),
        pytest.param([ok({})], WillNeverArrive, id="no path"),
        pytest.param([ok({"file_path": "a", "file_size": TOO_LARGE})], WillNeverArrive, id="size"),
        pytest.param(
            [ok({"file_path": "a"}), Answer(raw=b"x" * TOO_LARGE)], WillNeverArrive, id="bytes"
        ),
        pytest.param([ok({"file_path": "a"}), Answer(status=404)], WillNeverArrive, id="gone"),
        pytest.param([ok({"file_path": "a"}), Answer(status=502)], TryLater, id="outage"),
        pytest.param([ok({"file_path": "a"}), Answer(status=429)], TryLater, id="too fast"),
        pytest.param([ok({"file_path": "a"}), Answer(status=401)], TryLater, id="token"),
        pytest.param([Answer(status=502)], TryLater, id="outage before the path"),
    ],
)
async def test_a_file_that_cannot_be_had(
    shop: TelegramChannel, platform: Platform, script: list[Answer], error: type[DeliveryError]
):
    platform.script = script

    with pytest.raises(error):
        await shop.fetch(Media("shop", "FID"))


async def test_a_file_that_is_known_to_be_too_large_is_not_asked_for(
    shop: TelegramChannel, platform: Platform
):
    with pytest.raises(WillNeverArrive):
        await shop.fetch(Media("shop", "FID", size_bytes=TOO_LARGE))

    assert not platform.calls


def said(number: int, words: str) -> dict[str, Any]:
    return {
        "update_id": number,
        "message": {
            "message_id": number,
            "date": 1700000000,
            "chat": {"id": 42, "type": "private"},
            "from": {"id": 42, "is_bot": False, "first_name": "Test"},
            "text": words,
        },
    }


async def test_polling_acknowledges_a_batch_when_the_next_is_asked_for(
    shop: TelegramChannel, platform: Platform
):
    platform.script = [ok([said(7, "a"), said(8, "b")]), ok([]), ok([said(9, "c")])]
    line = shop.poll(timeout_seconds=0)

    first = await anext(line)
    assert [m.content.text for m in first.messages] == ["a", "b"]
    assert first.cursor is None
    assert len(platform.calls) == 1
    second = await anext(line)
    assert [m.external_id for m in second.messages] == ["9"]

    assert [params.get("offset") for _, params in platform.calls] == [None, 9, 9]
    assert platform.calls[0][1]["allowed_updates"] == [
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
    ]


async def test_an_update_that_makes_no_sense_does_not_block_the_line(
    shop: TelegramChannel, platform: Platform
):
    platform.script = [
        ok([said(7, "a"), {"update_id": 8, "message": 5}, "what", said(9, "b")]),
        ok([{"update_id": 10, "message": {}}]),
        ok([said(11, "c")]),
    ]
    line = shop.poll(timeout_seconds=0)

    with capture_logs() as logged:
        assert [m.content.text for m in (await anext(line)).messages] == ["a", "b"]
        assert [m.content.text for m in (await anext(line)).messages] == ["c"]
    assert [params.get("offset") for _, params in platform.calls] == [None, 10, 11]
    assert [entry["update"] for entry in logged] == [8, None, 10]


async def test_an_update_that_cannot_be_read_is_passed_over_alone(
    shop: TelegramChannel, platform: Platform
):
    half = rb'{"ok":true,"result":[{"update_id":%d,"message":{"text":"\ud800"}}%s]}'
    platform.script = [
        Answer(raw=half % (7, b',{"update_id":8}')),
        Answer(raw=half % (7, b"")),
        ok([said(8, "b")]),
    ]
    line = shop.poll(timeout_seconds=0, backoff_seconds=0.001)

    assert [m.content.text for m in (await anext(line)).messages] == ["b"]
    asked = [(params["limit"], params.get("offset")) for _, params in platform.calls]
    assert asked == [(100, None), (1, None), (100, 8)]


async def test_polling_outlives_every_failure(shop: TelegramChannel, platform: Platform):
    platform.script = [
        no(409, "Conflict: can't use getUpdates method while webhook is active"),
        Answer(status=502, raw=b"<html>"),
        no(404, "Not Found"),
        no(429, "Too Many Requests", retry_after=0),
        ok({"not": "a list"}),
        ok(["no id"]),
        ok([said(7, "a")]),
    ]
    line = shop.poll(timeout_seconds=0, backoff_seconds=0.001)

    assert [m.content.text for m in (await anext(line)).messages] == ["a"]
    assert len(platform.calls) == 7


async def test_groups_have_negative_ids(shop: TelegramChannel):
    assert shop.is_group("-1001000000001")
    assert not shop.is_group("42")


async def test_the_usual_limits_are_those_of_a_bot_that_does_not_pay(shop: TelegramChannel):
    limits = shop.limits

    assert (limits.per_second, limits.per_chat_per_second, limits.per_group_per_minute) == (
        30,
        1,
        20,
    )
