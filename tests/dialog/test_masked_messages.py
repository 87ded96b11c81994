"""What agents see of customers' messages when parts of them are masked."""

import pytest

from bot.dialog.mirror import mirror
from bot.dialog.spoken import hidden, seen, texts_in
from bot.rules.masking import Mask
from core.i18n.texts import texts
from core.messages import Content, Kind, Media, text

EN, ZH = texts("en"), texts("zh-CN")
PHONES = Mask.compile(r"([0-9]{3}\u202a?[-\s]?[0-9]{3,4}\u202a?[-\s]?[0-9]{0,4})")
"""The expression of requirement SEN-28, letter by letter."""
FILE = Media("shop", "f1", "13812345678.pdf")


class TooSlow:
    """An expression that never comes to an end in time."""

    def hide(self, text: str) -> str | None:
        return None


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("call 13812345678 please", "call *********** please"),
        ("138-1234-5678", "*************"),
        ("138 1234 5678", "*************"),
        ("138\u202a-1234\u202a-5678", "***************"),
        ("电话：138\u202a1234\u202a5678。", "电话：*************。"),
        ("order 12", "order 12"),
        ("hello", "hello"),
    ],
)
def test_phone_numbers_are_not_shown(said: str, shown: str) -> None:
    assert mirror("Ann", 1, text(said), EN, mask=PHONES).text == shown


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(Content(Kind.PHOTO, "13812345678", FILE), id="caption and file name"),
        pytest.param(Content(Kind.DOCUMENT, "", FILE), id="file name"),
        pytest.param(
            Content(
                Kind.CONTACT,
                data={"phone_number": "13812345678", "first_name": "A", "vcard": "TEL:13812345678"},
            ),
            id="contact",
        ),
        pytest.param(
            Content(
                Kind.VENUE,
                data={
                    "latitude": 1.0,
                    "longitude": 2.0,
                    "title": "13812345678",
                    "address": "at 138-1234-5678",
                },
            ),
            id="place",
        ),
        pytest.param(
            Content(Kind.POLL, data={"question": "138 1234 5678?", "options": ["13812345678"]}),
            id="poll",
        ),
        pytest.param(Content(Kind.UNKNOWN, "13812345678", data={"type": "story"}), id="unknown"),
        pytest.param(
            Content(Kind.PRESS, "c:say:x", data={"label": "13812345678"}), id="pressed button"
        ),
        pytest.param(Content(Kind.LINK, "13812345678", title="13812345678"), id="link"),
    ],
)
def test_no_kind_of_message_shows_what_is_masked(content: Content) -> None:
    shown = mirror("Ann", 1, content, EN, mask=PHONES)

    everything = repr(shown)
    assert "5678" not in everything
    assert "***" in everything
    assert "5678" in repr(content), "the original is not touched"


def test_a_masked_contact_is_words_because_nobody_can_dial_asterisks() -> None:
    contact = Content(Kind.CONTACT, data={"phone_number": "13812345678", "first_name": "Ann"})

    assert mirror("Ann", 1, contact, EN, mask=PHONES).kind is Kind.TEXT
    plain = Content(Kind.CONTACT, data={"phone_number": "1", "first_name": "Ann"})
    assert mirror("Ann", 1, plain, EN, mask=PHONES).kind is Kind.CONTACT


@pytest.mark.parametrize("say", [EN, ZH], ids=["en", "zh-CN"])
def test_what_takes_too_long_is_replaced_whole_in_the_agents_language(say: object) -> None:
    content = Content(Kind.PHOTO, "my number is 1", Media("shop", "f1"))

    shown = mirror("Ann", 1, content, say, mask=TooSlow())  # type: ignore[arg-type]

    assert shown.text == say("mask.not_shown")  # type: ignore[operator]
    assert shown.media == content.media


def test_without_an_expression_everything_is_shown() -> None:
    content = Content(Kind.PHOTO, "13812345678", FILE)

    assert hidden(content, None, EN) is content
    assert hidden(content, Mask.compile(""), EN) is content
    assert seen("13812345678", None, EN) == "13812345678"


def test_the_texts_of_a_message_are_all_that_a_reader_sees() -> None:
    link = Content(Kind.LINK, "text", title="title", data={"url": "https://a"})
    poll = Content(Kind.POLL, data={"question": "Q", "options": ["A", "B"]})

    assert set(texts_in(link)) == {"text", "title", "https://a"}
    assert set(texts_in(poll)) == {"Q", "A", "B"}
    assert texts_in(Content(Kind.DOCUMENT, "look", Media("a", "f", "n.pdf"))) == ("look", "n.pdf")
    assert texts_in(Content(Kind.PRESS, "c:menu", data={"label": "Menu"})) == ()
    assert texts_in(Content(Kind.STICKER, data={"emoji": "😀"})) == ()
