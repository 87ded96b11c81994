"""Where in the knowledge base a person is, within the 64 bytes of a button."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_bot.browsing import View
from admin_bot.listing import in_rows, short
from bot.handlers.find_entries import Filter
from core.messages import Button
from core.playbook import Shelf
from core.tree import LOOSE

LONGEST_NAME = "fold_drop_yes"
DAYS = st.none() | st.dates(date(2000, 1, 1), date(2099, 12, 31))
FILTERS = st.builds(
    Filter,
    words=st.just(""),
    since=DAYS,
    until=DAYS,
    new=st.none() | st.booleans(),
    enabled=st.none() | st.booleans(),
    by_use=st.booleans(),
)
VIEWS = st.builds(
    View,
    shelf=st.sampled_from(Shelf),
    node=st.integers(LOOSE, 99_999),
    page=st.integers(1, 9999),
    wanted=FILTERS,
)


@given(VIEWS, st.integers(1, 99_999))
def test_a_button_leads_back_to_the_same_view(view: View, number: int) -> None:
    data = view.data(LONGEST_NAME, number)

    assert len(data.encode()) <= 64
    assert View.read(data.split(":", 2)[2]) == view


@given(VIEWS, st.text())
def test_a_search_is_cut_to_what_fits_and_never_changed(view: View, search: str) -> None:
    words = " ".join(search.split())
    asked = View(view.shelf, wanted=Filter(words=words))

    data = asked.data("ent", 12)

    assert len(data.encode()) <= 64
    kept = View.read(data.split(":", 2)[2]).wanted.words
    assert words.startswith(kept)
    if len(words.encode()) <= 30:
        assert kept == words


@given(st.text())
def test_any_data_is_read_as_some_view(words: str) -> None:
    assert View.read(words).page >= 1


def test_a_day_that_does_not_exist_is_none() -> None:
    assert View.read("f0.1..991340-.") == View()


@pytest.mark.requirement("KBF-03")
@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("delivery", 8, "delivery"),
        ("delivery", 7, "deli..."),
        ("物流与发货", 10, "物流与发货"),
        ("物流与发货", 9, "物流与..."),
        ("物流与发货", 8, "物流..."),
        ("a b c d e f", 7, "a b..."),
    ],
)
def test_a_name_wider_than_its_place_is_cut_with_dots(text: str, columns: int, shown: str) -> None:
    assert short(text, columns) == shown


def test_buttons_stand_in_rows() -> None:
    buttons = [Button(str(n)) for n in range(7)]

    assert [len(row) for row in in_rows(buttons, 3)] == [3, 3, 1]
    assert in_rows([], 3) == []
