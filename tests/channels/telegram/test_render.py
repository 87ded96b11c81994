"""Our messages as calls of the Bot API."""

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import FetchedFile
from bot.channels.telegram.render import Call, Step, render
from bot.channels.telegram.text import as_html, split, units
from core.errors import WillNeverArrive
from core.messages import Button, Content, Kind, Media, OutboundMessage, text

OURS = Media("shop", "FID")
THEIRS = Media("other", "THEIR-FID", "their.jpg", "image/jpeg")
JPEG = FetchedFile(b"\xff\xd8 jpeg", "their.jpg", "image/jpeg")


def calls(
    content: Content,
    files: dict[str, FetchedFile] | None = None,
    *,
    reply_to: str | None = None,
    edits: tuple[str, ...] = (),
) -> tuple[Call, ...]:
    message = OutboundMessage("shop", "42", content, "k1", reply_to, edits)
    return render(message, files or {})


def only(content: Content, files: dict[str, FetchedFile] | None = None) -> Call:
    (call,) = calls(content, files)
    return call


def methods(done: tuple[Call, ...]) -> list[str]:
    return [call.method for call in done]


def test_text_is_escaped_and_the_title_stands_bold_above_it():
    call = only(Content(Kind.TEXT, "1 < 2 & 3", title="Ann <b>\nBee"))

    assert call == Call(
        Step.SEND,
        "sendMessage",
        {
            "chat_id": 42,
            "text": "<b>Ann &lt;b&gt; Bee</b>\n1 &lt; 2 &amp; 3",
            "parse_mode": "HTML",
        },
    )


def test_a_title_alone_is_a_message():
    assert only(Content(Kind.TEXT, title="Menu")).params["text"] == "<b>Menu</b>"


@pytest.mark.parametrize("words", ["", " \n\t ", "\0"])
def test_nothing_to_say_never_arrives(words: str):
    with pytest.raises(WillNeverArrive):
        calls(text(words))


MEDIA_KINDS = [
    (Kind.PHOTO, "sendPhoto", "photo"),
    (Kind.VOICE, "sendVoice", "voice"),
    (Kind.AUDIO, "sendAudio", "audio"),
    (Kind.VIDEO, "sendVideo", "video"),
    (Kind.DOCUMENT, "sendDocument", "document"),
    (Kind.ANIMATION, "sendAnimation", "animation"),
]


@pytest.mark.parametrize(("kind", "method", "name"), MEDIA_KINDS)
def test_a_file_of_ours_is_sent_by_its_id_with_its_caption(kind: Kind, method: str, name: str):
    call = only(Content(kind, "a & b", OURS))

    assert call.method == method
    assert call.params == {
        "chat_id": 42,
        name: "FID",
        "caption": "a &amp; b",
        "parse_mode": "HTML",
    }
    assert not call.uploads


@pytest.mark.parametrize(
    ("kind", "method"), [(Kind.STICKER, "sendSticker"), (Kind.VIDEO_NOTE, "sendVideoNote")]
)
def test_what_has_no_caption_follows_its_text(kind: Kind, method: str):
    rows = ((Button("Yes", "y"),),)
    first, second = calls(Content(kind, "look", OURS, rows, title="Ann"), reply_to="7")

    assert first.params["text"] == "<b>Ann</b>\nlook"
    assert first.params["reply_parameters"]["message_id"] == 7
    assert second.method == method
    assert "reply_markup" not in first.params
    assert "reply_markup" in second.params
    assert "reply_parameters" not in second.params


def test_a_file_of_another_account_is_uploaded():
    call = only(Content(Kind.PHOTO, media=THEIRS), {"THEIR-FID": JPEG})

    assert call.method == "sendPhoto"
    assert call.uploads == {"photo": JPEG}
    assert "photo" not in call.params


@pytest.mark.parametrize(
    ("kind", "file", "method"),
    [
        pytest.param(Kind.VOICE, FetchedFile(b"x", "v.amr", "audio/amr"), "sendDocument", id="amr"),
        pytest.param(Kind.STICKER, FetchedFile(b"x", "s", "image/png"), "sendPhoto", id="png"),
        pytest.param(
            Kind.PHOTO, FetchedFile(b"x" * (10 * 1024 * 1024 + 1)), "sendDocument", id="over 10 MB"
        ),
        pytest.param(Kind.VIDEO, FetchedFile(b"x", "v", "video/mp4; a=b"), "sendVideo", id="mp4"),
        pytest.param(Kind.VOICE, FetchedFile(b"x"), "sendVoice", id="no type is believed"),
    ],
)
def test_an_upload_goes_as_what_telegram_can_show(kind: Kind, file: FetchedFile, method: str):
    call = only(Content(kind, media=Media("other", "F")), {"F": file})

    assert call.method == method
    (upload,) = call.uploads.values()
    assert upload.data == file.data
    assert upload.file_name


@pytest.mark.parametrize(
    "files",
    [{}, {"F": FetchedFile(b"")}, {"F": FetchedFile(b"x" * (50 * 1024 * 1024 + 1))}],
    ids=["not fetched", "empty", "over 50 MB"],
)
def test_a_file_that_cannot_be_uploaded_never_arrives(files: dict[str, FetchedFile]):
    with pytest.raises(WillNeverArrive):
        calls(Content(Kind.DOCUMENT, media=Media("other", "F")), files)


PLACE = {"latitude": 1.5, "longitude": 2.5}


@pytest.mark.parametrize(
    ("content", "method", "params"),
    [
        pytest.param(Content(Kind.LOCATION, data=PLACE), "sendLocation", PLACE, id="location"),
        pytest.param(
            Content(Kind.VENUE, data={**PLACE, "title": "T", "address": "A"}),
            "sendVenue",
            {**PLACE, "title": "T", "address": "A"},
            id="venue",
        ),
        pytest.param(
            Content(Kind.VENUE, data=PLACE), "sendLocation", PLACE, id="venue without a name"
        ),
        pytest.param(
            Content(Kind.CONTACT, data={"phone_number": "1", "first_name": "L", "user_id": 4}),
            "sendContact",
            {"phone_number": "1", "first_name": "L"},
            id="contact",
        ),
    ],
)
def test_places_and_people_are_native(content: Content, method: str, params: dict[str, object]):
    call = only(content)

    assert call.method == method
    assert call.params == {"chat_id": 42, **params}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(Content(Kind.DICE, data={"emoji": "🎲", "value": 5}), "🎲 5", id="dice"),
        pytest.param(
            Content(Kind.POLL, data={"question": "Q?", "options": ["a", "<"]}),
            "Q?\n• a\n• &lt;",
            id="poll",
        ),
        pytest.param(Content(Kind.UNKNOWN, data={"type": "story"}), "[story]", id="unknown"),
        pytest.param(Content(Kind.UNKNOWN, "said"), "said", id="unknown with words"),
        pytest.param(Content(Kind.UNKNOWN), "[unknown]", id="unknown without a type"),
        pytest.param(Content(Kind.PRESS, "menu:1"), "menu:1", id="press"),
        pytest.param(Content(Kind.BLOCKED), "[blocked]", id="blocked"),
        pytest.param(Content(Kind.PHOTO), "[photo]", id="photo without a file"),
        pytest.param(Content(Kind.LOCATION), "[location]", id="location without a place"),
        pytest.param(
            Content(Kind.CONTACT, data={"phone_number": "1"}), "1", id="contact without a name"
        ),
    ],
)
def test_a_kind_without_a_message_of_its_own_becomes_text(content: Content, words: str):
    call = only(content)

    assert call.method == "sendMessage"
    assert call.params["text"] == words


@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.FAQ_CARD}))
def test_every_kind_is_sent_somehow(kind: Kind):
    assert calls(Content(kind, "words"))
    assert calls(Content(kind, "words", OURS))


LINK = Content(Kind.LINK, "Half price", title="Sale <now>", data={"url": "https://x.org/s?a=b"})
OPENS = [[{"text": "Sale <now>", "url": "https://x.org/s?a=b"}]]


def test_a_link_is_a_bold_title_a_text_and_a_button_that_opens_it():
    call = only(LINK)

    assert call.method == "sendMessage"
    assert call.params["text"] == "<b>Sale &lt;now&gt;</b>\nHalf price"
    assert call.params["reply_markup"]["inline_keyboard"] == OPENS


def test_a_link_with_a_cover_is_a_photo_with_a_caption():
    call = only(replace(LINK, media=OURS))

    assert (call.method, call.params["photo"]) == ("sendPhoto", "FID")
    assert call.params["caption"] == "<b>Sale &lt;now&gt;</b>\nHalf price"
    assert call.params["reply_markup"]["inline_keyboard"] == OPENS


def test_a_cover_of_another_account_is_uploaded():
    call = only(replace(LINK, media=THEIRS), {"THEIR-FID": JPEG})

    assert (call.method, call.uploads) == ("sendPhoto", {"photo": JPEG})


def test_the_other_buttons_of_a_link_stand_below_the_one_that_opens_it():
    call = only(replace(LINK, buttons=((Button("Yes", "y"),),)))

    assert call.params["reply_markup"]["inline_keyboard"] == [
        *OPENS,
        [{"text": "Yes", "callback_data": "y"}],
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (Content(Kind.LINK, data={"url": "https://x.org/"}), "https://x.org/"),
        (Content(Kind.LINK, title="T", data={"url": "javascript:x"}), "<b>T</b>\njavascript:x"),
        (Content(Kind.LINK, "text", data={"url": "x.org/a b"}), "text\nx.org/a b"),
        (Content(Kind.LINK, "text"), "text"),
    ],
    ids=["no title", "no address for a button", "a blank in it", "no address at all"],
)
def test_what_no_button_can_open_is_told_in_words(content: Content, words: str):
    assert only(content).params["text"] == words


def test_a_faq_card_that_nobody_filled_in_never_arrives():
    with pytest.raises(WillNeverArrive, match="FAQ card"):
        calls(Content(Kind.FAQ_CARD))


def test_a_long_text_becomes_messages_of_4096_units_with_the_buttons_on_the_last():
    rows = ((Button("Yes", "y"),),)
    done = calls(text("😀" * 4096, *rows), reply_to="7")

    assert [units(c.params["text"]) for c in done] == [4096, 4096]
    assert ["reply_markup" in c.params for c in done] == [False, True]
    assert ["reply_parameters" in c.params for c in done] == [True, False]
    assert done[0].params["reply_parameters"] == {
        "message_id": 7,
        "allow_sending_without_reply": True,
    }


@pytest.mark.parametrize(
    ("caption", "title", "expected"),
    [
        pytest.param("x" * 1024, "", ["sendPhoto"], id="just fits"),
        pytest.param("x" * 1025, "", ["sendPhoto", "sendMessage"], id="one too long"),
        pytest.param("😀" * 512, "", ["sendPhoto"], id="counted in UTF-16"),
        pytest.param("😀" * 513, "", ["sendPhoto", "sendMessage"], id="one emoji too long"),
        pytest.param("x" * 1020, "Ann", ["sendPhoto"], id="fits with its title"),
        pytest.param("x" * 1021, "Ann", ["sendPhoto", "sendMessage"], id="title counts"),
        pytest.param("&" * 1024, "", ["sendPhoto"], id="counted after parsing"),
        pytest.param("x" * 5000, "", ["sendPhoto", "sendMessage", "sendMessage"], id="very long"),
    ],
)
def test_a_caption_that_does_not_fit_follows_as_text(caption: str, title: str, expected: list[str]):
    done = calls(Content(Kind.PHOTO, caption, OURS, ((Button("Y", "y"),),), title))

    assert methods(done) == expected
    assert ("caption" in done[0].params) == (len(expected) == 1)
    assert ["reply_markup" in c.params for c in done] == [False] * (len(done) - 1) + [True]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        pytest.param("a" * 60 + "\n\n" + "b" * 20 + "\n" + "c" * 40, "a" * 60, id="paragraph"),
        pytest.param("a" * 60 + "\n" + "b b " * 20, "a" * 60, id="line"),
        pytest.param("字" * 60 + "。" + "字" * 60, "字" * 60 + "。", id="Chinese sentence"),
        pytest.param("a" * 90 + " " + "b" * 60, "a" * 90, id="word"),
        pytest.param("a" * 100 + " " + "b" * 60, "a" * 100, id="word that just fits"),
        pytest.param("a\n" + "b" * 200, "a\n" + "b" * 98, id="a line that is too far back"),
        pytest.param("x" * 150, "x" * 100, id="no place to cut"),
    ],
)
def test_a_text_is_cut_where_it_hurts_least(words: str, first: str):
    assert split(words, 100)[0] == first


@given(st.text(st.sampled_from("ab 。\n<&😀字"), max_size=400), st.integers(2, 60))
def test_cutting_loses_nothing_and_every_piece_fits(words: str, limit: int):
    pieces = split(words, limit)

    assert all(units(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(words.split())


@given(
    st.text(st.characters(codec=None), max_size=300),
    st.text(st.characters(codec=None), max_size=700),
)
def test_html_of_any_text_is_whole_and_fits(title: str, words: str):
    for piece in as_html(title, words, 1024):
        piece.encode()
        plain = re.sub(r"\A<b>(.*?)</b>", r"\1", piece)
        assert "<" not in plain
        assert ">" not in plain
        assert re.sub(r"&(amp|lt|gt);", "", plain).count("&") == 0
        assert 0 < units(html.unescape(plain)) <= 1024 * 5
        assert units(re.sub(r"&(amp|lt|gt);", "&", plain)) <= 1024


def keyboard(*rows: tuple[Button, ...]) -> list[list[dict[str, str]]]:
    return only(text("hi", *rows)).params["reply_markup"]["inline_keyboard"]


def test_a_button_sends_data_or_opens_an_address():
    assert keyboard(
        (Button("A", "a"), Button("B", url="https://example.org/")), (Button("C", "c"),)
    ) == [
        [{"text": "A", "callback_data": "a"}, {"text": "B", "url": "https://example.org/"}],
        [{"text": "C", "callback_data": "c"}],
    ]


@pytest.mark.parametrize("data", ["x" * 64, "字" * 21])
def test_data_of_64_bytes_is_taken(data: str):
    assert keyboard((Button("A", data),))[0][0]["callback_data"] == data


@pytest.mark.parametrize("data", [None, "", "x" * 65, "字" * 22, "\ud800"])
def test_other_data_never_arrives(data: str | None):
    with pytest.raises(WillNeverArrive):
        calls(text("hi", (Button("A", data),)))


def test_a_label_is_one_short_line_and_a_row_has_eight_buttons():
    rows = keyboard(tuple(Button("long\nlabel " * 20, str(n)) for n in range(10)))

    assert [len(row) for row in rows] == [8, 2]
    label = rows[0][0]["text"]
    assert label.startswith("long label")
    assert label.endswith("…")
    assert len(label) <= 64


def test_more_than_a_hundred_buttons_never_arrive():
    with pytest.raises(WillNeverArrive):
        calls(text("hi", *((Button("A", "a"),) for _ in range(101))))


def test_an_edited_text_edits_its_message_and_takes_old_buttons_away():
    (call,) = calls(text("new"), edits=("9",), reply_to="7")

    assert (call.step, call.method) == (Step.EDIT, "editMessageText")
    assert call.params == {
        "chat_id": 42,
        "message_id": 9,
        "text": "new",
        "parse_mode": "HTML",
        "reply_markup": {"inline_keyboard": []},
    }
    assert call.instead is not None
    assert call.instead.method == "sendMessage"


@pytest.mark.parametrize(("kind", "method", "name"), MEDIA_KINDS)
def test_an_edited_file_edits_its_message(kind: Kind, method: str, name: str):
    (call,) = calls(Content(kind, "new", OURS), edits=("9",))

    assert call.params["message_id"] == 9
    if kind is Kind.VOICE:
        assert call.method == "editMessageCaption"
        assert call.params["caption"] == "new"
    else:
        assert call.method == "editMessageMedia"
        assert call.params["media"] == {
            "type": name,
            "media": "FID",
            "caption": "new",
            "parse_mode": "HTML",
        }


def test_an_edited_file_of_another_account_is_attached():
    (call,) = calls(Content(Kind.PHOTO, media=THEIRS), {"THEIR-FID": JPEG}, edits=("9",))

    assert call.params["media"] == {"type": "photo", "media": "attach://file"}
    assert call.uploads == {"file": JPEG}


@pytest.mark.parametrize(
    ("length", "edits", "expected"),
    [
        pytest.param(10, ("1", "2", "3"), ["editMessageText", "deleteMessage", "deleteMessage"]),
        pytest.param(9000, ("1",), ["editMessageText", "sendMessage", "sendMessage"]),
        pytest.param(9000, ("1", "2", "3"), ["editMessageText"] * 3),
    ],
    ids=["shorter", "longer", "the same"],
)
def test_an_edit_may_need_fewer_or_more_messages(
    length: int, edits: tuple[str, ...], expected: list[str]
):
    done = calls(text("x" * length), edits=edits)

    assert methods(done) == expected
    numbers = [c.params["message_id"] for c in done if c.step is not Step.SEND]
    assert numbers == [int(edit) for edit in edits]


def test_what_cannot_be_edited_is_sent_anew_before_the_old_is_deleted():
    done = calls(Content(Kind.LOCATION, data=PLACE), edits=("9",))

    assert methods(done) == ["sendLocation", "deleteMessage"]


def test_an_edit_of_a_message_without_a_telegram_id_never_arrives():
    with pytest.raises(WillNeverArrive):
        calls(text("new"), edits=("wamid.abc",))


def test_a_quote_without_a_telegram_id_is_left_out():
    (call,) = calls(text("hi"), reply_to="wamid.abc")

    assert "reply_parameters" not in call.params


@given(
    st.sampled_from(Kind),
    st.text(st.characters(codec=None), max_size=60),
    st.text(st.characters(codec=None), max_size=20),
    st.dictionaries(
        st.sampled_from(
            ["latitude", "longitude", "phone_number", "first_name", "title", "options", "type"]
        ),
        st.none() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=9),
    ),
)
def test_no_content_does_harm(kind: Kind, words: str, chat: str, data: dict[str, object]):
    import orjson

    message = OutboundMessage("shop", chat, Content(kind, words, data=data), "k", reply_to=chat)
    try:
        done = render(message, {})
    except WillNeverArrive:
        return
    for call in done:
        orjson.dumps(call.params)
