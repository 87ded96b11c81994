"""How a call reaches the stand-in and what it refuses before acting."""

from typing import Any

import aiohttp
import orjson
import pytest

from playground.world import World
from tests.playground.stage import ANN, TOKEN, Api


async def test_getme_names_the_bot(api: Api) -> None:
    me = (await api("getMe")).result
    assert (me["id"], me["is_bot"], me["username"]) == (123, True, "shop_bot")


@pytest.mark.parametrize(
    ("path", "status", "description"),
    [
        ("bot123:AAA/sendNothing", 404, "Not Found"),
        ("bot123:WRONG/getMe", 401, "Unauthorized"),
        ("botnonsense/getMe", 404, "Not Found"),
    ],
)
async def test_unknown_methods_and_tokens_are_refused(
    url: str, session: aiohttp.ClientSession, path: str, status: int, description: str
) -> None:
    async with session.get(f"{url}/{path}") as response:
        assert response.status == status
        assert await response.json() == {
            "ok": False,
            "error_code": status,
            "description": description,
        }


async def test_json_forms_multipart_and_queries_mean_the_same(
    world: World, url: str, session: aiohttp.ClientSession
) -> None:
    world.start(ANN, "shop")
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}
    form = {
        "chat_id": str(ANN),
        "text": "hello",
        "reply_markup": orjson.dumps(keyboard).decode(),
        "disable_notification": "true",
    }
    typed = {"chat_id": ANN, "text": "hello", "reply_markup": keyboard, "protect_content": False}
    multipart = aiohttp.FormData(default_to_multipart=True)
    for name, value in form.items():
        multipart.add_field(name, value)
    address = f"{url}/bot{TOKEN}/sendMessage"
    sent = []
    for arguments in ({"json": typed}, {"data": form}, {"data": multipart}, {"params": form}):
        async with session.post(address, **arguments) as response:  # type: ignore[arg-type]
            body = await response.json()
            assert body["ok"], body
            sent.append((body["result"]["text"], body["result"]["reply_markup"]))
    assert sent == [("hello", keyboard)] * 4


@pytest.mark.parametrize(
    ("method", "params", "description"),
    [
        ("sendMessage", {"chat_id": ANN}, "message text is empty"),
        ("sendMessage", {"chat_id": ANN, "text": "  "}, "message text is empty"),
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": ANN, "text": "x", "txt": 1}, 'unknown parameter "txt"'),
        ("sendMessage", {"chat_id": ANN, "text": 5}, 'parameter "text" must be of type String'),
        ("sendMessage", {"chat_id": 5, "text": "x"}, "chat not found"),
        ("sendMessage", {"chat_id": "@nobody", "text": "x"}, "chat not found"),
        ("sendMessage", {"chat_id": ANN, "text": "x" * 4097}, "message is too long"),
        (
            "sendMessage",
            {"chat_id": ANN, "text": "x", "parse_mode": "BBCode"},
            "unsupported parse_mode",
        ),
        (
            "sendMessage",
            {"chat_id": ANN, "text": "x", "reply_parameters": {"message_id": 99}},
            "message to be replied not found",
        ),
        (
            "sendMessage",
            {"chat_id": ANN, "text": "x", "message_thread_id": 7},
            "message thread not found",
        ),
        (
            "sendMessage",
            {"chat_id": ANN, "text": "x", "reply_markup": {"inline_keyboard": [[{"url": "a"}]]}},
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        (
            "sendMessage",
            {"chat_id": ANN, "text": "x", "disable_notification": 3},
            'parameter "disable_notification" must be of type Boolean',
        ),
        ("sendPhoto", {"chat_id": ANN}, "there is no photo in the request"),
        (
            "sendPhoto",
            {"chat_id": ANN, "photo": "https://example.org/a.png"},
            "failed to get HTTP URL content",
        ),
        (
            "sendPhoto",
            {"chat_id": ANN, "photo": "AQAD-9"},
            "wrong file identifier/HTTP URL specified",
        ),
        (
            "sendChatAction",
            {"chat_id": ANN, "action": "dance"},
            "wrong parameter action in request",
        ),
        ("deleteMessage", {"chat_id": ANN, "message_id": 77}, "message to delete not found"),
        (
            "setMessageReaction",
            {"chat_id": ANN, "message_id": 1, "reaction": [{"type": "emoji", "emoji": "x"}]},
            "REACTION_INVALID",
        ),
        (
            "setMessageReaction",
            {"chat_id": ANN, "message_id": 1, "reaction": [{"type": "smile"}]},
            'can\'t parse reaction type: Type "smile" is unknown',
        ),
        ("getFile", {"file_id": "zzz"}, "invalid file_id"),
        (
            "setMyCommands",
            {"commands": [{"command": "Größe", "description": "d"}]},
            "BOT_COMMAND_INVALID",
        ),
        ("getStickerSet", {"name": "x"}, "not supported by the stand-in"),
    ],
)
async def test_a_wrong_call_is_refused_in_telegrams_words(
    world: World, api: Api, method: str, params: dict[str, Any], description: str
) -> None:
    world.start(ANN, "shop")
    answer = await api(method, **params)
    assert answer.status == 400
    assert answer.error == f"Bad Request: {description}"
    assert world.called() == []


@pytest.mark.parametrize(("data", "fits"), [("a" * 64, True), ("a" * 65, False), ("", False),
                                            ("价" * 21, True), ("价" * 22, False)])  # fmt: skip
async def test_callback_data_has_1_to_64_bytes(
    world: World, api: Api, data: str, fits: bool
) -> None:
    world.start(ANN, "shop")
    keyboard = {"inline_keyboard": [[{"text": "A", "callback_data": data}]]}
    answer = await api("sendMessage", chat_id=ANN, text="x", reply_markup=keyboard)
    if fits:
        assert answer.result["reply_markup"] == keyboard
    else:
        assert answer.error == "Bad Request: BUTTON_DATA_INVALID"


async def test_4096_characters_count_after_the_markup_is_read(world: World, api: Api) -> None:
    world.start(ANN, "shop")
    fits = await api("sendMessage", chat_id=ANN, text="<b>" + "&lt;" * 4096 + "</b>",
                     parse_mode="HTML")  # fmt: skip
    assert len(fits.result["text"]) == 4096


async def test_methods_without_an_effect_here_answer_true(api: Api) -> None:
    assert (await api("logOut")).result is True


async def test_method_names_ignore_letter_case(api: Api) -> None:
    assert (await api("GETME")).result["id"] == 123


async def test_the_journal_keeps_accepted_calls_only(world: World, api: Api) -> None:
    world.start(ANN, "shop")
    await api("sendMessage", chat_id=ANN, text="kept")
    await api("sendMessage", chat_id=ANN, text="")
    [call] = world.called("sendMessage")
    assert call.params == {"chat_id": ANN, "text": "kept"}
    assert call.token == TOKEN
    assert world.count["sendMessage"] == 1
    assert world.refused["Bad Request: message text is empty"] == 1


async def test_a_body_that_is_not_json_is_refused(url: str, session: aiohttp.ClientSession) -> None:
    headers = {"Content-Type": "application/json"}
    address = f"{url}/bot{TOKEN}/getMe"
    async with session.post(address, data=b"{", headers=headers) as response:
        assert response.status == 400
