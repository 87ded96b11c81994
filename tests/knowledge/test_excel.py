"""Excel files are read as people see them, and none can do harm."""

import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from bot.knowledge import excel_parts
from bot.knowledge.excel import (
    LONGEST_CELL,
    BadSheet,
    Column,
    Row,
    read_rows,
    template,
    write_rows,
)
from core.i18n.texts import LANGUAGES, texts

COLUMNS = (Column("title", required=True, longest=100), Column("content", longest=50))


def sheet(*rows: list[Any], then: Callable[[Any], object] = lambda sheet: None) -> bytes:
    book = Workbook()
    page: Any = book.active
    for row in rows:
        page.append(row)
    then(page)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def refused(data: bytes, **more: Any) -> tuple[list[tuple[int, str]], list[int]]:
    """Return row and key of every mistake, having printed each, and the rows without any."""
    with pytest.raises(BadSheet) as caught:
        read_rows(data, COLUMNS, **more)
    for mistake in caught.value.mistakes:
        for language in LANGUAGES:
            assert str(mistake.line or "") in texts(language)(mistake.key, **mistake.facts)
    found = [(m.line, m.key.removeprefix("excel.")) for m in caught.value.mistakes]
    return found, [row.number for row in caught.value.rows]


def remade(data: bytes, **parts: bytes) -> bytes:
    """Return the same file with some parts replaced or added; ``__`` stands for a slash."""
    given = {name.replace("__", "/").replace("_dot_", "."): raw for name, raw in parts.items()}
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, given.pop(name, None) or old.read(name))
        for name, raw in given.items():
            new.writestr(name, raw)
    return out.getvalue()


@pytest.mark.parametrize(
    "headings",
    [["Title", "Content"], ["标题", "内容"], ["title", "内容"], [" TITLE* ", "Content(required)"]],
)
def test_headings_are_known_in_both_languages(headings: list[str]) -> None:
    assert read_rows(sheet(headings, ["a", "b"]), COLUMNS) == [
        Row(2, {"title": "a", "content": "b"})
    ]


def test_columns_stand_in_any_order_and_a_missing_one_is_empty() -> None:
    assert read_rows(sheet(["内容", "标题"], ["b", "a"]), COLUMNS)[0].values == {
        "title": "a",
        "content": "b",
    }
    (row,) = read_rows(sheet(["标题"], ["a"]), COLUMNS)
    assert (row.values, row.missing) == ({"title": "a", "content": ""}, frozenset({"content"}))


def test_empty_rows_are_passed_over_and_the_numbers_stay() -> None:
    data = sheet(["标题"], ["a"], [], [None, "  "], ["b"])

    assert [(row.number, row.values["title"]) for row in read_rows(data, COLUMNS)] == [
        (2, "a"),
        (5, "b"),
    ]


@pytest.mark.parametrize(
    ("value", "form", "seen"),
    [
        (100, None, "100"),
        (100.0, None, "100"),
        (0.1 + 0.2, None, "0.3"),
        (13800138000, None, "13800138000"),
        (7, "00000", "00007"),
        (1.5, "0.00", "1.50"),
        (1234567.5, "#,##0", "1,234,568"),
        (1234.5, '"¥"#,##0.00"元"', "¥1,234.50元"),
        (0.125, "0.0%", "12.5%"),
        (-2.5, "0.0", "-2.5"),
        (-2.5, "0.0;(0.0)", "(2.5)"),
        (0.5, "#.##", ".5"),
        (1e300, "0.00", "1e+300"),
        (True, None, "TRUE"),
        (date(2026, 1, 5), None, "2026-01-05"),
        (datetime.fromisoformat("2026-01-05 09:30"), None, "2026-01-05 09:30"),
        (time(9, 30), None, "09:30"),
        (" a\r\nb ", None, "a\nb"),
        ("007", None, "007"),
    ],
)
def test_a_cell_is_what_a_person_sees_in_it(value: Any, form: str | None, seen: str) -> None:
    def shape(page: Any) -> None:
        if form is not None:
            page["A2"].number_format = form

    (row,) = read_rows(sheet(["标题"], [value], then=shape), COLUMNS)
    assert row.values["title"] == seen


def test_every_mistake_is_told_with_its_row_and_the_others_are_good() -> None:
    data = sheet(
        ["标题", "内容"],
        ["a", "b"],
        ["=A2&1", "b"],
        ["", "no title"],
        ["c", "d" * 51],
        ["d", "e", "stray"],
        ["#N/A", "f"],
        ["g", "h"],
        ["merged", "i"],
        ["", "j"],
        then=lambda page: page.merge_cells("A9:A10"),
    )

    assert refused(data) == (
        [
            (3, "formula"),
            (4, "missing_value"),
            (5, "too_long"),
            (6, "no_heading"),
            (7, "error_value"),
            (9, "merged"),
        ],
        [2, 8],
    )


@pytest.mark.parametrize(
    ("rows", "mistakes"),
    [
        ([["标题", "内荣"], ["a", "b"]], [(0, "unknown_heading")]),
        ([["标题", "Title"], ["a", "b"]], [(0, "double_heading")]),
        ([["内容"], ["a"]], [(0, "missing_heading")]),
        ([], [(0, "empty")]),
    ],
)
def test_a_sheet_whose_columns_are_wrong_has_no_good_rows(
    rows: list[list[Any]], mistakes: list[tuple[int, str]]
) -> None:
    assert refused(sheet(*rows)) == (mistakes, [])


def test_the_nearest_heading_is_named() -> None:
    with pytest.raises(BadSheet) as caught:
        read_rows(sheet(["标题", "Contents"], ["a", "b"]), COLUMNS)

    assert caught.value.mistakes[0].facts["nearest"] == "Content"


def test_formulas_are_found_however_they_are_written() -> None:
    def shared(page: Any) -> None:
        page["B2"] = "=1+1"
        page["B4"] = "=SUM(A1:A9)"

    assert refused(sheet(["标题", "内容"], ["a"], ["b"], ["c"], then=shared)) == (
        [(2, "formula"), (4, "formula")],
        [3],
    )
    plain = sheet(["标题"], ["a"])
    with zipfile.ZipFile(BytesIO(plain)) as archive:
        page = archive.read("xl/worksheets/sheet1.xml")
    hidden = page.replace(b"<is><t>a</t></is>", b"<f t='shared' si='0'/><v>1</v>")
    assert hidden != page
    assert refused(remade(plain, xl__worksheets__sheet1_dot_xml=hidden))[0] == [(2, "formula")]


def test_a_million_characters_in_a_cell_are_a_mistake_of_their_row() -> None:
    plain = sheet(["标题"], ["a"], ["b"])
    with zipfile.ZipFile(BytesIO(plain)) as archive:
        page = archive.read("xl/worksheets/sheet1.xml")
    # Not so alike that the file itself would be refused.
    long = "".join(map(str, range(200_000)))[:1_000_000].encode()

    data = remade(plain, xl__worksheets__sheet1_dot_xml=page.replace(b">a<", b">%s<" % long))

    assert refused(data) == ([(2, "too_long")], [3])


ONE = sheet(["标题"], ["a"])
HUGE = b"<x>" + b"a" * 60_000_000


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "not_excel"),
        (b"title,content\na,b\n", "not_excel"),
        (b"%PDF-1.7", "not_excel"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "old_format"),
        (b"PK\x03\x04 and then nothing", "unreadable"),
        (ONE[: len(ONE) // 2], "unreadable"),
        (remade(ONE, xl__worksheets__sheet1_dot_xml=b"<worksheet"), "unreadable"),
        (remade(ONE, xl__workbook_dot_xml=b"<workbook/>"), "unreadable"),
        (remade(ONE, xl__styles_dot_xml=HUGE), "bomb"),
        (remade(ONE, xl__styles_dot_xml=b"<x>" + b"a" * 20_000_000), "bomb"),
        (remade(ONE, xl__media__a_dot_png=HUGE), "bomb"),
        (
            remade(ONE, xl__styles_dot_xml=b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>"),
            "bomb",
        ),
        (remade(ONE, xl__styles_dot_xml="<x/>".encode("utf-16")), "bomb"),
        (remade(ONE, xl__styles_dot_xml=b"<x>" + b"<a/>" * 60_001 + b"</x>"), "bomb"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_sheet_or_a_bomb_is_refused_unopened(data: bytes, key: str) -> None:
    assert refused(data) == ([(0, key)], [])


def test_a_part_that_lies_about_its_size_is_no_way_in() -> None:
    """The directory of a zip may state any size; what comes out is counted."""
    data = bytearray(remade(ONE, xl__theme__theme9_dot_xml=HUGE))
    real = len(HUGE).to_bytes(4, "little")
    assert data.count(real) >= 1
    lied = bytes(data).replace(real, (1000).to_bytes(4, "little"))

    mistakes, rows = refused(lied)
    assert rows == []
    assert mistakes[0][1] in ("bomb", "unreadable")


def test_files_of_other_programs_are_read_without_a_word() -> None:
    """Some write no styles at all, about which the library would complain."""
    bare = remade(ONE, xl__styles_dot_xml=b"<styleSheet/>")

    assert [row.values["title"] for row in read_rows(bare, COLUMNS)] == ["a"]


def test_a_flood_of_merged_areas_is_refused_before_the_library_sees_it() -> None:
    with zipfile.ZipFile(BytesIO(ONE)) as archive:
        page = archive.read("xl/worksheets/sheet1.xml")
    flood = b"</sheetData>" + b"".join(b'<mergeCell ref="A%d:B9"/>' % n for n in range(60_001))

    data = remade(ONE, xl__worksheets__sheet1_dot_xml=page.replace(b"</sheetData>", flood))

    assert refused(data) == ([(0, "bomb")], [])


def test_overlapping_merged_areas_spoil_just_their_rows() -> None:
    def merge(page: Any) -> None:
        page.merge_cells("A3:A5")
        page.merge_cells("B4:B6")
        page.merge_cells("A9:B9")

    data = sheet(["标题", "内容"], *([f"r{n}", "x"] for n in range(2, 11)), then=merge)

    assert refused(data) == ([(3, "merged"), (4, "merged"), (9, "merged")], [2, 7, 8, 10])


def test_too_many_parts_are_refused_before_they_are_listed() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(excel_parts.MOST_PARTS + 1):
            archive.writestr(f"{number}.xml", b"")

    assert refused(out.getvalue()) == ([(0, "bomb")], [])


def test_a_sheet_of_nothing_but_formatted_cells_is_refused() -> None:
    rows = b"<row>" + b"<c s='1'/>" * 1000 + b"</row>"
    page = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + b"".join(rows.replace(b"'1'", b"'%d'" % (n % 7)) for n in range(2000))
        + b"</sheetData></worksheet>"
    )
    data = remade(ONE, xl__worksheets__sheet1_dot_xml=page)
    # Small enough to be looked at, and too many cells to be read.
    padded = remade(data, xl__media__a_dot_bin=bytes(range(256)) * 1)
    assert refused(padded)[0][0][1] in ("too_many_cells", "bomb")


def test_rows_far_below_and_cells_far_to_the_right_take_no_time() -> None:
    far = sheet(["标题"], ["a"], then=lambda page: page.cell(1_048_576, 1, "b"))
    assert [row.number for row in read_rows(far, COLUMNS)] == [2, 1_048_576]

    wide = sheet(
        ["标题"], *([f"r{n}"] for n in range(200)),
        then=lambda page: [page.cell(n, 16_384, "x") for n in range(2, 202)],
    )  # fmt: skip
    mistakes, rows = refused(wide)
    assert (mistakes[0], rows) == ((0, "too_wide"), [])


def test_more_rows_than_asked_for_are_refused_whole() -> None:
    data = sheet(["标题"], *([f"r{n}"] for n in range(11)))

    assert refused(data, most_rows=10) == ([(0, "too_many_rows")], [])
    assert len(read_rows(data, COLUMNS, most_rows=11)) == 11


@pytest.mark.parametrize("risky", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|'/c calc'!A0"])
def test_nothing_that_is_written_becomes_a_formula(risky: str) -> None:
    data = write_rows("a/b:c?", ["title"], [[risky]])

    cell: Any = load_workbook(BytesIO(data)).worksheets[0]["A2"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert read_rows(data, ["title"])[0].values["title"] == risky.strip()


def test_a_written_sheet_keeps_its_headings_in_sight_and_its_columns_wide() -> None:
    page: Any = load_workbook(BytesIO(write_rows("x", ["a", "b"], [["你" * 10, 5]]))).worksheets[0]

    assert page.freeze_panes == "A2"
    assert page.column_dimensions["A"].width >= 20
    assert page["B2"].value == 5


def test_control_characters_and_endless_texts_cannot_break_a_sheet() -> None:
    (row,) = read_rows(write_rows("x", ["title"], [["a\x00\x0bb" + "c" * 40_000]]), ["title"])

    assert row.values["title"] == ("ab" + "c" * 40_000)[:LONGEST_CELL]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_template_is_read_as_what_it_shows(language: str) -> None:
    data = template("T", COLUMNS, [{"title": "a", "content": "b"}], say=texts(language))

    assert read_rows(data, COLUMNS)[0].values == {"title": "a", "content": "b"}
    page: Any = load_workbook(BytesIO(data)).worksheets[0]
    assert page["A1"].value == texts(language)("excel.column.title") + "*"


TYPED = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@settings(max_examples=40)
@given(st.lists(st.tuples(TYPED, TYPED), max_size=5))
def test_what_is_written_is_read_again(rows: list[tuple[str, str]]) -> None:
    columns = ["title", "content"]
    found = read_rows(write_rows("x", columns, [["t", "c"], *rows]), columns)

    wanted = [(a.strip(), b.strip()) for a, b in [("t", "c"), *rows]]
    assert [(row.values["title"], row.values["content"]) for row in found] == [
        pair for pair in wanted if any(pair)
    ]
