"""What agents read: mirrors, cards and lines, as tables."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialog.card import buttons
from bot.dialog.lines import ends, hands_on, starts
from bot.dialog.mirror import mirror
from bot.dialog.wording import day_and_time, how_long, in_words, place
from core.i18n.texts import texts
from core.messages import Button, Content, Kind, Media
from core.states import State

EN, ZH = texts("en"), texts("zh-CN")
FILE = Media("shop", "f1", "a.pdf", duration_seconds=65)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(Content(Kind.TEXT, "hello\n there"), "hello there", id="text on one line"),
        pytest.param(Content(Kind.PHOTO, "look", FILE), "[Photo] look", id="photo with caption"),
        pytest.param(Content(Kind.VOICE, media=FILE), "[Voice message 1:05]", id="voice"),
        pytest.param(Content(Kind.VIDEO_NOTE, media=FILE), "[Video message 1:05]", id="note"),
        pytest.param(Content(Kind.DOCUMENT, media=FILE), "[File a.pdf]", id="file by name"),
        pytest.param(Content(Kind.STICKER, data={"emoji": "😀"}), "[Sticker 😀]", id="sticker"),
        pytest.param(Content(Kind.STICKER), "[Sticker]", id="sticker without emoji"),
        pytest.param(
            Content(Kind.CONTACT, data={"first_name": "A", "phone_number": "1"}),
            "[Contact A 1]",
            id="contact",
        ),
        pytest.param(
            Content(Kind.DICE, data={"emoji": "🎲", "value": 4}), "[Dice 🎲 4]", id="dice"
        ),
        pytest.param(Content(Kind.POLL, data={"question": "Q?"}), "[Poll Q?]", id="poll"),
        pytest.param(Content(Kind.PRESS, "c:menu"), "[Pressed: c:menu]", id="press by its data"),
        pytest.param(
            Content(Kind.PRESS, "c:menu", data={"label": "Menu"}),
            "[Pressed: Menu]",
            id="press by its label",
        ),
        pytest.param(
            Content(Kind.UNKNOWN, data={"type": "story"}), "[Unsupported type]", id="unknown"
        ),
        pytest.param(
            Content(Kind.UNKNOWN, "cap", data={"type": "live"}),
            "[Unsupported type] cap",
            id="unknown with a caption",
        ),
    ],
)
def test_every_kind_has_words(content: Content, words: str) -> None:
    assert in_words(content, EN) == words


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("say", [EN, ZH], ids=["en", "zh-CN"])
def test_no_kind_is_without_words_or_without_a_mirror(kind: Kind, say: object) -> None:
    content = Content(kind, "x")

    assert in_words(content, say)  # type: ignore[arg-type]
    shown = mirror("Ann", 1, content, say)  # type: ignore[arg-type]
    assert shown.title == "Ann · #1"


@given(st.text(max_size=300), st.integers(2, 100))
def test_what_is_cut_is_never_longer_than_asked_for(words: str, most: int) -> None:
    assert len(in_words(Content(Kind.TEXT, words), EN, most)) <= most


@pytest.mark.parametrize(
    "content",
    [
        Content(Kind.TEXT, "hello"),
        Content(Kind.PHOTO, "look", FILE),
        Content(Kind.STICKER, media=FILE, data={"emoji": "😀"}),
        Content(Kind.LOCATION, data={"latitude": 1.0, "longitude": 2.0}),
    ],
    ids=lambda c: c.kind.value,
)
def test_a_mirror_is_the_message_under_the_customers_name(content: Content) -> None:
    shown = mirror("Ann", 12, content, EN)

    assert shown.title == "Ann · #12"
    assert (shown.kind, shown.text, shown.media, shown.data) == (
        content.kind,
        content.text,
        content.media,
        content.data,
    )


def test_a_new_version_says_that_it_is_one() -> None:
    assert mirror("Ann", 12, Content(Kind.TEXT, "x"), EN, edited=True).title == (
        "Ann · #12 · edited"
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (Content(Kind.UNKNOWN, "cap", data={"type": "story"}), "[不支持的类型]\ncap"),
        (Content(Kind.UNKNOWN, data={"type": "story"}), "[不支持的类型]"),
        (Content(Kind.PRESS, "c:menu"), "[点击：c:menu]"),
        (Content(Kind.POLL, data={"question": "Q", "options": ["A", "B"]}), "[投票 Q]\n• A\n• B"),
        (Content(Kind.BLOCKED), "[客户已屏蔽本账号]"),
    ],
    ids=["unknown with caption", "unknown", "press", "poll", "blocked"],
)
def test_what_cannot_be_sent_on_is_mirrored_in_words(content: Content, words: str) -> None:
    shown = mirror("安", 3, content, ZH)

    assert (shown.kind, shown.text, shown.title) == (Kind.TEXT, words, "安 · #3")


def test_buttons_of_a_customer_are_not_mirrored() -> None:
    """An agent who pressed one would ask the staff bot for something that it does not know."""
    content = Content(Kind.TEXT, "x", buttons=((Button("Menu", "c:menu"),),))

    assert mirror("Ann", 1, content, EN).buttons == ()


@pytest.mark.requirement("QUE-16")
@pytest.mark.parametrize(
    ("state", "mine", "may_take", "names"),
    [
        pytest.param(State.SERVING, True, True, ["end", "transfer", "info"], id="own"),
        pytest.param(State.WAITING, False, True, ["take"], id="not received"),
        pytest.param(State.WAITING, False, False, [], id="not received, may not pick"),
        pytest.param(State.SERVING, False, True, [], id="received by somebody else"),
        pytest.param(State.ENDED, True, True, [], id="ended"),
        pytest.param(State.BOT, False, True, [], id="with the bot"),
    ],
)
def test_buttons_by_ownership(state: State, mine: bool, may_take: bool, names: list[str]) -> None:
    found = buttons(7, state, mine=mine, may_take=may_take, say=EN)

    assert [b.data for row in found for b in row] == [f"{name}:7" for name in names]


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-5), "less than a minute"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h 0 min"),
        (timedelta(days=1, minutes=7), "24 h 7 min"),
    ],
)
def test_how_long_somebody_has_waited(span: timedelta, words: str) -> None:
    assert how_long(span, EN) == words


@pytest.mark.parametrize(
    ("region", "words"),
    [("PT", "Portugal"), ("pt", "Portugal"), ("Leiria", "Leiria"), (None, None), ("", None)],
)
def test_places_are_named(region: str | None, words: str | None) -> None:
    assert place(region, EN) == words


@pytest.mark.requirement("QUE-14")
def test_the_desks_own_lines_carry_the_tenants_time() -> None:
    now, zone = datetime(2026, 11, 22, 23, 5, tzinfo=UTC), ZoneInfo("Asia/Shanghai")

    assert starts("Bo", now, zone, EN) == "07:05 Bo starts service"
    assert ends("Bo", now, zone, EN) == "07:05 Bo ends service"
    assert ends("Bo", now, zone, ZH) == "07:05 Bo 结束接待"
    assert hands_on("Bo", "Cy", "", now, zone, EN) == ("07:05 Bo transfers the conversation to Cy")
    assert day_and_time(now, zone) == "2026-11-23 07:05:00"
    assert day_and_time(None, zone) == "–"
