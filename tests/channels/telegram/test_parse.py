"""Telegram's updates: what each becomes, and that no body does any harm."""

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import InboundBatch, Webhook
from bot.channels.telegram.content import MAX_TEXT
from bot.channels.telegram.parse import read, region_of
from core.errors import BadPayload, BadSignature
from core.messages import Content, InboundMessage, Kind, Media, Sender

PAYLOADS = Path(__file__).parent / "payloads"
NAMES = sorted(path.stem for path in PAYLOADS.glob("*.json"))
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SENT = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)  # 1700000000
SECRET = "s3cret_TOKEN-1"


def body(name: str) -> bytes:
    return (PAYLOADS / f"{name}.json").read_bytes()


def update(name: str) -> dict[str, Any]:
    return orjson.loads(body(name))


def read_body(raw: bytes) -> InboundBatch:
    hook = Webhook(raw, {"x-telegram-bot-api-secret-token": SECRET})
    return read(hook, account="shop", secret=SECRET.encode(), now=NOW)


def only(raw: bytes) -> InboundMessage:
    (message,) = read_body(raw).messages
    return message


def changed(name: str, where: str, value: object) -> bytes:
    """Return the payload with *value* at the dotted path *where*."""
    whole = update(name)
    *path, last = where.split(".")
    at = whole
    for step in path:
        at = at[step]
    at[last] = value
    return orjson.dumps(whole)


def media(file_id: str, *facts: object) -> Media:
    return Media("shop", file_id, *facts)  # type: ignore[arg-type]


ALBUM = {"album": "990001"}
PLACE = {"latitude": 31.2304, "longitude": 121.4737}
PHONE = "+8613800000000"

KINDS = {
    "text": Content(Kind.TEXT, "How much is it? 多少钱 😀"),
    "start_with_source": Content(Kind.TEXT, "/start src_qr01"),
    "start_with_bad_source": Content(Kind.TEXT, "/start a b c"),
    "photo_in_album": Content(
        Kind.PHOTO, "two photos", media("FID-l", None, "image/jpeg", 98000), data=ALBUM
    ),
    "voice": Content(Kind.VOICE, media=media("FID-voice", None, "audio/ogg", 31000, 7)),
    "audio": Content(Kind.AUDIO, media=media("FID-audio", "song.mp3", "audio/mpeg", 2900000, 181)),
    "video": Content(
        Kind.VIDEO, "unboxing", media("FID-video", "box.mp4", "video/mp4", 1900000, 12)
    ),
    "video_note": Content(Kind.VIDEO_NOTE, media=media("FID-note", None, "video/mp4", 300000, 4)),
    "document": Content(
        Kind.DOCUMENT, "my invoice", media("FID-doc", "invoice.pdf", "application/pdf", 345678)
    ),
    "animation": Content(Kind.ANIMATION, media=media("FID-anim", "cat.mp4", "video/mp4", 50000, 3)),
    "sticker": Content(
        Kind.STICKER,
        media=media("FID-stk", None, "application/x-tgsticker", 12000),
        data={"emoji": "👍"},
    ),
    "location": Content(Kind.LOCATION, data=PLACE),
    "location_live": Content(Kind.LOCATION, data={**PLACE, "live_seconds": 900}),
    "contact": Content(
        Kind.CONTACT,
        data={"phone_number": PHONE, "first_name": "Li", "last_name": "Lei", "user_id": 43},
    ),
    "venue": Content(Kind.VENUE, data={**PLACE, "title": "The shop", "address": "1 Nanjing Road"}),
    "dice": Content(Kind.DICE, data={"emoji": "🎲", "value": 5}),
    "poll": Content(Kind.POLL, data={"question": "Which size?", "options": ["S", "M"]}),
    "story": Content(Kind.UNKNOWN, data={"type": "story"}),
    "paid_media": Content(Kind.UNKNOWN, "paid", data={"type": "paid_media"}),
    "something_new": Content(Kind.UNKNOWN, data={"type": "hologram"}),
    "reply": Content(Kind.TEXT, "this one"),
    "reply_to_topic": Content(Kind.TEXT, "hello"),
    "edited": Content(Kind.TEXT, "corrected"),
    "edited_caption": Content(Kind.PHOTO, "corrected", media("FID-l", None, "image/jpeg", 98000)),
    "press": Content(Kind.PRESS, "menu:order"),
    "press_inaccessible": Content(Kind.PRESS, "menu:order"),
    "press_game": Content(Kind.PRESS),
    "blocked": Content(Kind.BLOCKED),
    "unblocked": Content(Kind.UNBLOCKED),
}
NOTHING_TO_DO = {name for name in NAMES if name.startswith("ignored__")} | {"press_inline"}


def test_every_payload_is_expected_to_become_something():
    assert set(NAMES) == set(KINDS) | NOTHING_TO_DO


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_keeps_what_it_says(name: str):
    assert only(body(name)).content == KINDS[name]


@pytest.mark.parametrize("name", sorted(NOTHING_TO_DO))
def test_an_update_that_is_not_for_us_gives_an_empty_batch(name: str):
    assert read_body(body(name)).messages == ()


@pytest.mark.parametrize("name", ["story", "paid_media", "something_new"])
def test_a_kind_that_we_cannot_render_is_named_and_never_dropped(name: str):
    content = only(body(name)).content

    assert content.kind is Kind.UNKNOWN
    assert content.data["type"]


def test_a_message_says_who_wrote_when_and_where():
    message = only(body("text"))

    assert message.account == "shop"
    assert message.external_id == str(update("text")["update_id"])
    assert message.sender == Sender("42", "Test", "test_user", "en", None)
    assert message.chat == "42"
    assert message.message_id == "5"
    assert message.sent_at == SENT
    assert message.raw == body("text")
    assert (message.reply_to, message.edited, message.source, message.press_id) == (
        None,
        False,
        None,
        None,
    )


def test_the_link_that_a_customer_came_by_and_their_region_are_told():
    message = only(body("start_with_source"))

    assert message.source == "src_qr01"
    assert message.sender.region == "BR"
    assert message.sender.name == "Test User"
    assert message.content.text == "/start src_qr01"


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("/start", None),
        ("/start ", None),
        ("/start a b", None),
        ("/start " + "x" * 64, "x" * 64),
        ("/start " + "x" * 65, None),
        ("/start 来源", None),
        ("/start a;drop", None),
        ("/started abc", None),
        ("start abc", None),
        ("/start@desk_bot abc", "abc"),
        ("/start A-z_0", "A-z_0"),
    ],
)
def test_only_a_well_formed_start_payload_is_a_source(text: str, source: str | None):
    message = only(changed("text", "message.text", text))

    assert message.source == source
    assert message.content.text == text


@pytest.mark.parametrize(
    ("language", "region"),
    [
        ("en", None),
        ("pt-BR", "BR"),
        ("pt-br", "BR"),
        ("zh-hans", None),
        ("zh-hans-CN", "CN"),
        ("es-419", "419"),
        ("en-x-us", None),
        ("zh_TW", "TW"),
    ],
)
def test_the_region_is_the_territory_in_the_language(language: str, region: str | None):
    assert region_of(language) == region


def test_an_edit_is_marked_and_has_the_time_of_the_edit():
    message = only(body("edited"))

    assert message.edited
    assert message.message_id == "5"
    assert message.sent_at == datetime(2023, 11, 14, 22, 15, tzinfo=UTC)


def test_an_edited_start_is_no_new_source():
    assert only(changed("edited", "edited_message.text", "/start src")).source is None


def test_a_quote_names_the_quoted_message_but_a_topic_is_no_quote():
    assert only(body("reply")).reply_to == "3"
    assert only(body("reply_to_topic")).reply_to is None


@pytest.mark.parametrize("name", ["press", "press_inaccessible", "press_game"])
def test_a_press_tells_the_button_message_and_what_stops_the_spinner(name: str):
    message = only(body(name))

    assert message.press_id == update(name)["callback_query"]["id"]
    assert message.message_id == "7"
    assert message.chat == "42"
    assert message.sent_at == NOW


@pytest.mark.parametrize(
    ("headers", "secret"),
    [
        pytest.param({}, "s", id="missing"),
        pytest.param({"x-telegram-bot-api-secret-token": "t"}, "s", id="wrong"),
        pytest.param({"x-telegram-bot-api-secret-token": "secret"}, "s", id="longer"),
        pytest.param({"x-telegram-bot-api-secret-token": "s"}, "secret", id="shorter"),
        pytest.param({"x-telegram-bot-api-secret-token": ""}, "", id="none is configured"),
        pytest.param({}, "", id="none is configured and none is sent"),
        pytest.param({"x-telegram-bot-api-secret-token": "密é\udcff\ud800"}, "s", id="not ASCII"),
        pytest.param({"X-Telegram-Bot-Api-Secret-Token": "s"}, "s", id="not in lower case"),
    ],
)
def test_a_call_without_the_secret_is_refused(headers: dict[str, str], secret: str):
    with pytest.raises(BadSignature):
        read(Webhook(body("text"), headers), account="shop", secret=secret.encode(), now=NOW)


DEEP = b'{"update_id":1,"message":' + b"[" * 5000 + b"]" * 5000 + b"}"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"hello", id="not JSON"),
        pytest.param(b"[]", id="not an object"),
        pytest.param(b"null", id="null"),
        pytest.param(b"{}", id="no update_id"),
        pytest.param(b'{"update_id":true}', id="a bool is no number"),
        pytest.param(b'{"update_id":-1}', id="negative"),
        pytest.param(b'{"update_id":99999999999999999999}', id="huge update_id"),
        pytest.param(b'{"update_id":NaN}', id="NaN"),
        pytest.param(b'{"update_id":1,"message":{"text":"\\ud800"}}', id="half a character"),
        pytest.param(b'{"update_id":1,"message":"\xff"}', id="not UTF-8"),
        pytest.param(DEEP, id="deep nesting"),
        pytest.param(b'{"update_id":1,"message":7}', id="message is a number"),
        pytest.param(b'{"update_id":1,"message":{}}', id="message is empty"),
        pytest.param(changed("text", "message.from", None), id="nobody wrote"),
        pytest.param(changed("text", "message.from.id", "42"), id="sender id is text"),
        pytest.param(changed("text", "message.from.id", True), id="sender id is a bool"),
        pytest.param(changed("text", "message.from.id", 2**52), id="sender id over 52 bits"),
        pytest.param(changed("text", "message.chat", []), id="chat is a list"),
        pytest.param(changed("text", "message.chat.type", 1), id="chat type is a number"),
        pytest.param(changed("text", "message.message_id", 1.0), id="message id is a float"),
        pytest.param(changed("text", "message.date", 0), id="date is zero"),
        pytest.param(changed("text", "message.date", -5), id="date before 1970"),
        pytest.param(changed("text", "message.date", 2**32), id="date out of range"),
        pytest.param(changed("text", "message.text", ["a"]), id="text is a list"),
        pytest.param(changed("photo_in_album", "message.photo", []), id="photo without sizes"),
        pytest.param(changed("photo_in_album", "message.photo", [1]), id="photo of numbers"),
        pytest.param(changed("voice", "message.voice.file_id", None), id="voice without file"),
        pytest.param(changed("voice", "message.voice.file_id", "a\0"), id="NUL in a file id"),
        pytest.param(changed("location", "message.location.latitude", 91), id="off the earth"),
        pytest.param(changed("location", "message.location", 5), id="location is a number"),
        pytest.param(changed("venue", "message.venue.location", None), id="venue is nowhere"),
        pytest.param(changed("contact", "message.contact", {}), id="contact without number"),
        pytest.param(changed("dice", "message.dice.value", "6"), id="dice shows text"),
        pytest.param(changed("poll", "message.poll.options", "S"), id="poll options are text"),
        pytest.param(changed("press", "callback_query.id", 1), id="press id is a number"),
        pytest.param(changed("press", "callback_query.message", 1), id="press on a number"),
        pytest.param(changed("blocked", "my_chat_member.new_chat_member", 1), id="no status"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused(raw: bytes):
    with pytest.raises(BadPayload) as refused:
        read_body(raw)

    assert refused.value.why


@pytest.mark.parametrize("raw", [b'{"update_id":1}', b'{"update_id":1,"hologram":{}}'])
def test_an_update_with_nothing_that_we_understand_is_no_error(raw: bytes):
    assert read_body(raw).messages == ()


def test_nul_is_taken_out_of_every_text():
    raw = changed("text", "message.text", "a\0b")
    raw = raw.replace(b'"Test"', b'"Te\\u0000st"').replace(b'"test_user"', b'"te\\u0000st"')
    message = only(raw)

    assert message.content.text == "ab"
    assert message.sender.name == "Test"
    assert message.sender.username == "test"


def test_a_text_of_a_million_characters_is_cut_and_says_so():
    content = only(changed("text", "message.text", "x" * 1_000_000)).content

    assert content.text == "x" * MAX_TEXT
    assert content.data == {"cut": 1_000_000}


def test_optional_facts_of_the_wrong_type_are_left_out():
    raw = update("document")
    raw["message"]["document"].update(file_name=5, mime_type=[], file_size=True)
    raw["message"]["from"].update(username={}, language_code="\0", last_name=1)
    raw["message"]["reply_to_message"] = {"message_id": "x"}
    message = only(orjson.dumps(raw))

    assert message.content.media == media("FID-doc")
    assert message.sender == Sender("42", "Test")
    assert message.reply_to is None


def tidy(batch: InboundBatch) -> None:
    """Check what storage relies on."""
    for message in batch.messages:
        orjson.dumps(message.content.to_json())
        assert "\0" not in repr(message.content.to_json())
        assert message.external_id.isdigit()
        assert int(message.sender.external_id) < 2**52
        assert message.sent_at.tzinfo is UTC
        assert len(message.content.text) <= MAX_TEXT


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)
KEYS = sorted(
    {
        key
        for name in NAMES
        for event in update(name).values()
        if type(event) is dict
        for key in event
    }
)


@given(st.binary(max_size=200))
def test_no_bytes_do_harm(raw: bytes):
    with contextlib.suppress(BadPayload):
        tidy(read_body(raw))


@given(JSON, st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member"]))
def test_no_json_does_harm(value: object, event: str):
    for whole in (value, {"update_id": 1, event: value}):
        with contextlib.suppress(BadPayload):
            tidy(read_body(orjson.dumps(whole)))


@given(st.data())
def test_no_change_to_a_real_update_does_harm(data: st.DataObject):
    whole = update(data.draw(st.sampled_from(NAMES)))
    for _ in range(data.draw(st.integers(1, 3))):
        at: Any = whole
        while True:
            keys = list(at) if type(at) is dict else list(range(len(at)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if type(at[key]) not in (dict, list) or data.draw(st.booleans()):
                if type(at) is dict and data.draw(st.booleans()):
                    del at[key]
                else:
                    at[key] = data.draw(JSON)
                break
            at = at[key]
    if type(whole.get("message")) is dict:
        whole["message"].update(data.draw(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=2)))
    with contextlib.suppress(BadPayload):
        tidy(read_body(orjson.dumps(whole)))


@given(st.text(max_size=30), st.text(max_size=30))
def test_only_the_very_secret_opens(given_secret: str, secret: str):
    hook = Webhook(b'{"update_id":1}', {"x-telegram-bot-api-secret-token": given_secret})
    try:
        read(hook, account="shop", secret=secret.encode("utf-8", "surrogatepass"), now=NOW)
        opened = True
    except BadSignature:
        opened = False

    assert opened == (given_secret == secret != "")
