"""Variables in what the desk says of its own accord."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialog.variables import IN_LINE, NAMES, facts_of, fill, filled, strangers
from core.messages import Button, Content, Kind, Media, text

AT = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)
FACTS = facts_of(nickname="Ann", account="shop", local=AT, agent="Bo", place="Lisbon")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Hello #nickname#!", "Hello Ann!"),
        ("#account# on #date# at #time#", "shop on 2026-11-22 at 09:05"),
        ("#agent# in #place#", "Bo in Lisbon"),
        ("#Nickname# #NICKNAME# ＃nickname＃", "Ann Ann Ann"),
        ("#昵称#，#客服#为您服务", "Ann，Bo为您服务"),
        ("#weather# stays", "#weather# stays"),
        ("#weather#nickname#", "#weatherAnn"),
        ("No. #1 and #2#", "No. #1 and #2#"),
        ("# nickname #", "# nickname #"),
        ("C# and F# nickname", "C# and F# nickname"),
        ("##nickname##", "#Ann#"),
        ("", ""),
    ],
)
def test_variables_are_put_in_and_everything_else_stays_as_typed(typed: str, said: str) -> None:
    assert fill(typed, FACTS) == said


def test_what_is_not_known_leaves_nothing_behind() -> None:
    facts = facts_of(nickname="Ann", account="shop", local=AT)

    assert fill("[#agent#][#place#]", facts) == "[][]"


def test_hours_place_in_line_and_wait_are_put_in() -> None:
    facts = facts_of(
        nickname="Ann", account="shop", local=AT, hours="9–18", position=3, wait="about 5 min"
    )

    assert fill("#hours#|#position#|#wait#", facts) == "9–18|3|about 5 min"
    assert fill("#工作时间#|#排队位置#|#预计等待#", facts) == "9–18|3|about 5 min"


def test_who_does_not_wait_has_no_place_and_no_wait() -> None:
    facts = facts_of(nickname="Ann", account="shop", local=AT)

    assert fill("[#hours#][#position#][#wait#]", facts) == "[][#position#][#wait#]"


def test_place_and_wait_are_variables_only_for_those_who_stand_in_line() -> None:
    typed = text("#hours# #position# #Wait# #nick#")

    assert strangers(typed) == ("#position#", "#Wait#", "#nick#")
    assert strangers(typed, in_line=True) == ("#nick#",)


def test_a_variable_without_a_fact_stays_as_typed() -> None:
    assert fill("#agent# #nickname#", {"nickname": "Ann"}) == "#agent# Ann"


def test_a_nickname_holds_no_variables_and_no_lines_of_its_own() -> None:
    facts = facts_of(nickname="#agent#\nYou have won", account="shop", local=AT, agent="Bo")

    assert fill("Hello #nickname#", facts) == "Hello #agent# You have won"


def test_a_nickname_without_end_is_cut() -> None:
    facts = facts_of(nickname="x" * 100_000, account="shop", local=AT)

    assert len(fill("#nickname#", facts)) == 200


def test_title_text_and_labels_are_filled_but_no_address_and_no_data() -> None:
    content = Content(
        Kind.PHOTO,
        "Dear #nickname#",
        Media("shop", "#nickname#"),
        ((Button("For #nickname#", "c:say:#nickname#"), Button("#a#", url="https://x/#date#")),),
        "#account#",
        {"url": "https://x/#date#"},
    )

    done = filled(content, FACTS)

    assert (done.text, done.title, done.media) == ("Dear Ann", "shop", content.media)
    assert done.buttons == (
        (Button("For Ann", "c:say:#nickname#"), Button("#a#", url="https://x/#date#")),
    )
    assert done.data == content.data


def test_a_content_without_variables_is_the_same_object() -> None:
    content = text("Hello", (Button("Yes", "y"),))

    assert filled(content, FACTS) is content


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (text("#nickname# #date#"), ()),
        (text("#nick# and #nick#, #sale#"), ("#nick#", "#sale#")),
        (Content(Kind.PHOTO, "#a#", title="#b#", buttons=((Button("#c#", "x"),),)),
         ("#b#", "#a#", "#c#")),
        (text("only # signs # here #1"), ()),
    ],
)  # fmt: skip
def test_what_looks_like_a_variable_and_is_none_is_found(
    content: Content, found: tuple[str, ...]
) -> None:
    assert strangers(content) == found


EVERY = (*NAMES, *IN_LINE)
PIECES = st.sampled_from(["#", "＃", "nickname", "x", " ", *(f"#{name}#" for name in EVERY)])


@given(st.lists(PIECES, max_size=12).map("".join))
def test_what_has_been_filled_holds_no_variable_that_was_typed_whole(typed: str) -> None:
    done = fill(typed, dict.fromkeys(EVERY, "V"))

    assert all(f"#{name}#" not in done for name in EVERY)


@given(st.text(alphabet=st.characters(exclude_characters="#＃")))
def test_a_text_without_signs_is_left_alone(typed: str) -> None:
    assert fill(typed, FACTS) == typed
