"""The knowledge base as a sheet: what is filled in is read, and every mistake is told by row."""

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from bot.knowledge.knowledge_sheet import (
    KnowledgeSheet,
    knowledge_excel,
    knowledge_template,
    read_sheet,
)
from core.i18n.texts import LANGUAGES, texts
from core.messages import Button, Content, Kind, Media, text
from core.playbook import EntryKind, FaqEntry, Shelf

HEADINGS = ["category", "question", "similar", "keywords", "answer", "kind", "shelf"]
MORE = ["title", "enabled", "valid from", "valid until", "new"]


def sheet(*rows: list[Any], headings: list[str] | None = None) -> bytes:
    book = Workbook()
    page: Any = book.active
    page.append(headings or HEADINGS)
    for row in rows:
        page.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def read(*rows: list[Any], headings: list[str] | None = None, depth: int = 4) -> KnowledgeSheet:
    found = read_sheet(sheet(*rows, headings=headings), depth=depth)
    for mistake in found.mistakes:
        for language in LANGUAGES:
            assert str(mistake.line) in texts(language)(mistake.key, **mistake.facts)
    return found


def keys(found: KnowledgeSheet) -> list[tuple[int, str]]:
    return [(mistake.line, mistake.key) for mistake in found.mistakes]


def test_a_row_becomes_an_entry() -> None:
    row = ["物流 / 发货", "多久发货", "几天能到|什么时候发\n几时发", "发货 快递", "48 小时"]
    more = ["发货时间", "否", date(2026, 1, 1), "2026年12月31日", "是"]

    found = read([*row, "问答", "客户", *more], headings=[*HEADINGS, *MORE])

    assert found.mistakes == ()
    assert found.playbook.faq == (
        FaqEntry(
            0,
            "物流/发货",
            "多久发货",
            ("几天能到", "什么时候发", "几时发"),
            ("发货", "快递"),
            text("48 小时"),
            False,
            date(2026, 1, 1),
            date(2026, 12, 31),
            True,
            title="发货时间",
        ),
    )


def test_rows_for_agents_go_to_their_shelf_and_links_lead_somewhere() -> None:
    found = read(["", "官网", "", "", "https://example.com", "link", "agents"])

    assert found.playbook.faq == ()
    (entry,) = found.playbook.library
    assert (entry.kind, entry.shelf) == (EntryKind.LINK, Shelf.DESK)
    assert entry.answer == Content(Kind.LINK, title="官网", data={"url": "https://example.com"})


@pytest.mark.parametrize(
    ("row", "key"),
    [
        (["a" * 31, "q", "", "", "a"], "sheet.long_category"),
        (["a/b/c/d/e", "q", "", "", "a"], "sheet.deep_category"),
        (["", "", "", "", "a"], "excel.missing_value"),
        (["", "q", "", "", ""], "excel.missing_value"),
        (["", "\u200b", "", "", "a"], "sheet.blank"),
        (["", "q" * 501, "", "", "a"], "excel.too_long"),
        (["", "q", "s" * 501, "", "a"], "sheet.too_long"),
        (["", "q", "", "k" * 101, "a"], "sheet.too_long"),
        (["", "q", "", "", "a" * 4097], "sheet.too_long"),
        (["", "q", "", "", "a", "book"], "sheet.bad_choice"),
        (["", "q", "", "", "a", "", "nobody"], "sheet.bad_choice"),
        (["", "q", "", "", "nowhere", "link"], "sheet.bad_address"),
        (["", "q", "", "", '{"photo": {"account": "s"}}'], "playbook.missing_key"),
        (["", "q", "", "", "a", "", "", "", "perhaps"], "sheet.bad_flag"),
        (["", "q", "", "", "a", "", "", "", "", "soon"], "sheet.bad_day"),
        (["", "q", "", "", "a", "", "", "", "", "2026-02-30"], "sheet.bad_day"),
        (["", "q", "", "", "a", "", "", "", "", "2026-02-01", "2026-01-01"],
         "sheet.period_reversed"),
        (["", "=1+1", "", "", "a"], "excel.formula"),
    ],
)  # fmt: skip
def test_a_row_that_does_not_fit_is_told_and_the_others_are_good(row: list[Any], key: str) -> None:
    found = read(["", "good", "", "", "a"], row, headings=[*HEADINGS, *MORE])

    assert keys(found) == [(3, key)]
    assert [entry.question for entry in found.playbook.faq] == ["good"]
    assert found.good == 1


def test_the_same_question_twice_in_a_category_is_a_mistake_of_the_second() -> None:
    row = ["a", "q", "", "", "x"]

    found = read(row, ["b", "q", "", "", "x"], ["a", "q", "", "", "y"])

    assert keys(found) == [(4, "sheet.duplicate")]
    assert found.mistakes[0].facts["first"] == 2
    assert [entry.category for entry in found.playbook.faq] == ["a", "b"]


def test_agents_may_have_several_phrases_of_one_name_but_not_the_same_twice() -> None:
    row = ["", "您好", "", "", "x", "phrase", "agents"]

    found = read(row, [*row[:4], "y", *row[5:]], row)

    assert keys(found) == [(4, "sheet.duplicate")]


def test_the_tree_may_be_as_deep_as_the_desk_says() -> None:
    assert read(["a/b/c/d/e", "q", "", "", "a"], depth=5).mistakes == ()


def test_a_sheet_says_which_fields_it_leaves_alone() -> None:
    found = read(["", "q", "a"], headings=["category", "question", "answer"])

    assert found.unsaid == {
        *("title", "similar", "keywords", "kind"),
        *("enabled", "valid_from", "valid_until", "new"),
    }
    assert read(["", "q", "", "", "a"], headings=[*HEADINGS, *MORE]).unsaid == frozenset()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_template_with_its_examples_has_no_mistake(language: str) -> None:
    found = read_sheet(knowledge_template(texts(language)), depth=4)

    assert found.mistakes == ()
    assert (len(found.playbook.faq), len(found.playbook.library)) == (1, 1)


ENTRIES = (
    FaqEntry(
        1, "a/b", "q1", ("x", "y"), ("k", "l"), text("=1+1\n+2"), uses=7,
        updated_at=datetime(2026, 1, 5, 9, 30, tzinfo=UTC),
    ),
    FaqEntry(2, "", "q2", (), ("two words",), text("{not: json"), enabled=False, new=True),
    FaqEntry(
        3, "", "q3", (), (), Content(Kind.PHOTO, "look", Media("shop", "f")),
        valid_from=date(2026, 1, 1),
    ),
    FaqEntry(4, "", "q4", (), (), text('{"a": 1}', (Button("A", "b"),))),
    FaqEntry(
        5, "", "q5", (), (), Content(Kind.LINK, title="q5", data={"url": "https://a.b"}),
        shelf=Shelf.DESK, kind=EntryKind.LINK, title="Site",
    ),
    FaqEntry(6, "", "q6", (), (), Content(Kind.FAQ_CARD), shelf=Shelf.DESK, kind=EntryKind.CARD),
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_exported_sheet_is_read_as_the_same_entries(language: str) -> None:
    found = read_sheet(knowledge_excel(ENTRIES, texts(language), UTC), depth=4)

    assert found.mistakes == ()
    assert [entry.question for entry in (*found.playbook.faq, *found.playbook.library)] == [
        entry.question for entry in ENTRIES
    ]
    for was, now in zip(ENTRIES, (*found.playbook.faq, *found.playbook.library), strict=True):
        assert (now.answer, now.keywords, now.kind) == (was.answer, was.keywords, was.kind)
        assert (now.title, now.enabled, now.new) == (was.title, was.enabled, was.new)
        assert (now.valid_from, now.similar) == (was.valid_from, was.similar)


def test_an_exported_sheet_tells_use_counts_and_last_updates() -> None:
    page: Any = load_workbook(BytesIO(knowledge_excel(ENTRIES, texts("en"), UTC))).worksheets[0]

    headings = [cell.value for cell in page[1]]
    assert page.cell(2, headings.index("Use count") + 1).value == 7
    assert page.cell(2, headings.index("Last update") + 1).value == "2026-01-05 09:30"
