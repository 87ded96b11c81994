"""Pages, and the data behind their buttons."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_bot.expecting import PATIENCE, Expecting
from admin_bot.listing import Place, arrows, number_first, numbered, one_line, page_of, whole
from admin_bot.turn import page
from core.i18n.texts import texts

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LONGEST_NAME = "x" * 13
"""As long as the longest button name of a list, ``rule_show_off``."""


@given(st.text(), st.integers(1, 9999), st.integers(1, 10**10))
def test_a_buttons_data_fits_and_leads_back_to_its_place(
    search: str, number: int, thing: int
) -> None:
    place = Place(number, Place.of_search(search).search)

    data = place.data(LONGEST_NAME, thing)

    assert len(data.encode()) <= 64
    assert numbered(data.partition(":")[2]) == (thing, place)


@given(st.text())
def test_any_data_is_read_as_some_place(words: str) -> None:
    assert Place.read(words).page >= 1
    number_first(words)


@given(st.integers(0, 95), st.integers(-3, 30))
def test_a_page_that_is_not_there_is_the_nearest(count: int, wanted: int) -> None:
    shown = page_of(range(count), wanted)

    assert shown.pages == max(1, (count + 19) // 20)
    assert 1 <= shown.number <= shown.pages
    assert len(shown.things) <= 20
    assert bool(shown.things) == bool(count)


@given(st.integers(1, 95))
def test_turning_the_pages_shows_everything_once_and_ends_where_it_began(count: int) -> None:
    seen: list[int] = []
    place = Place()
    for _ in range(page_of(range(count), 1).pages):
        shown = page_of(range(count), place.page)
        seen += shown.things
        buttons = arrows(texts("en"), shown, "list", place)
        if buttons:
            place = Place.read((buttons[2].data or "").partition(":")[2])

    assert seen == list(range(count))
    assert place == Place()


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("#12", 12), (" 7 ", 7), ("", None), ("-1", None), ("١٢", None),
     ("9" * 16, None), ("1.5", None)],
)  # fmt: skip
def test_numbers_are_plain_digits(text: str, number: int | None) -> None:
    assert whole(text) == number


@given(st.text(), st.text())
def test_a_page_never_exceeds_what_the_platform_takes(title: str, text: str) -> None:
    long = page(title[:100], text + "😀" * 3000)

    assert len(long.encode("utf-16-le")) // 2 <= 4096 + len("<b></b>") + 6 * (
        long.count("&lt;") + long.count("&gt;") + long.count("&amp;")
    )


def test_a_line_is_cut_where_it_gets_too_long() -> None:
    assert one_line("a\nb  c") == "a b c"
    assert one_line("abcdef", 4) == "abc…"


def test_a_file_is_expected_once_and_not_for_ever() -> None:
    expecting = Expecting()
    expecting.file(1, "import", NOON)
    expecting.file(2, "import", NOON)

    assert expecting.taken(1, NOON) == "import"
    assert expecting.taken(1, NOON) is None
    assert expecting.taken(2, NOON + PATIENCE + timedelta(seconds=1)) is None
    assert expecting.taken(3, NOON) is None
