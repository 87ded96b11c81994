"""What admins type is read with Latin and Chinese punctuation alike."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_bot.parsing import barred, halves, heads, listed, period, replies, tokens
from core.errors import BadRequestText

WORD = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8)


@given(st.lists(WORD, unique=True), st.sampled_from([",", "，", "、", " , ", ",,", "\n"]))
def test_a_list_comes_back_however_it_was_separated(words: list[str], comma: str) -> None:
    assert listed(comma.join(words)) == tuple(words)


@given(st.lists(WORD, unique=True), st.sampled_from(["|", "｜", " | ", "\n"]))
def test_similar_questions_come_back_however_they_were_separated(
    words: list[str], bar: str
) -> None:
    assert barred(bar.join(words)) == tuple(words)


@given(WORD, st.text(), st.sampled_from(["=", "＝"]))
def test_only_the_first_equals_sign_counts(left: str, right: str, equals: str) -> None:
    assert halves(f"{left} {equals} {right}") == (left, right.strip())


@given(st.text())
def test_nothing_that_is_typed_makes_a_reader_fall_over(text: str) -> None:
    for read in (listed, barred, halves, replies, tokens):
        read(text)
    heads(text, {"category": "category"})
    with suppress(BadRequestText):
        period(text)


@given(st.lists(WORD, min_size=1))
def test_replies_are_separated_by_lines_of_dashes(texts: list[str]) -> None:
    assert replies("\n---\n".join(texts)) == tuple(texts)


def test_dashes_within_a_line_separate_nothing() -> None:
    assert replies("a --- b\n--\nc") == ("a --- b\n--\nc",)


@pytest.mark.parametrize(
    ("text", "values", "rest"),
    [
        ("category: a\nq = b", {"category": "a"}, "q = b"),
        ("分类：a/b\nq", {"category": "a/b"}, "q"),
        ("Category : a\nq", {"category": "a"}, "q"),
        ("q: category: a = b", {}, "q: category: a = b"),
        ("q = a\ncategory: b", {}, "q = a\ncategory: b"),
        ("category: a", {"category": "a"}, ""),
        ("", {}, ""),
    ],
)
def test_only_known_names_at_the_top_are_taken_off(
    text: str, values: dict[str, str], rest: str
) -> None:
    names = {"category": "category", "分类": "category"}

    assert heads(text, names) == (values, rest)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('1 "Ann Lee" admin', ["1", "Ann Lee", "admin"]),
        ("1 “安 妮” 售后", ["1", "安 妮", "售后"]),
        ('1 ""  x', ["1", "x"]),
        ("  ", []),
    ],
)
def test_quotation_marks_keep_words_together(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-01..2026-12-31", (date(2026, 1, 1), date(2026, 12, 31))),
        ("2026-01-01 .. ", (date(2026, 1, 1), None)),
        ("~2026-12-31", (None, date(2026, 12, 31))),
        ("2026-01-01 至 2026-01-01", (date(2026, 1, 1), date(2026, 1, 1))),
    ],
)
def test_periods(text: str, expected: tuple[date | None, date | None]) -> None:
    assert period(text) == expected
