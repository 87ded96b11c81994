"""Agents take quick replies in from an Excel sheet."""

from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from bot.knowledge.excel import write_rows
from core.messages import Kind
from core.playbook import Scope
from tests.admin_bot.desk.counter import kept, open_counter
from tests.admin_bot.office import BO, Office


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    async with open_counter(sqlite_url) as opened:
        yield opened


def sheet(*rows: tuple[str, str], headings: tuple[str, ...] = ("title", "content")) -> bytes:
    return write_rows("x", headings, rows)


async def sends(office: Office, data: bytes) -> str:
    return await office.bo.sends(
        "document", data, caption="/quick_import", file_name="replies.xlsx"
    )


@pytest.mark.requirement("MAT-09")
@pytest.mark.parametrize(
    ("language", "headings"), [("en", ["Title*", "Content*"]), ("zh-hans", ["标题*", "内容*"])]
)
async def test_the_template_has_a_title_and_a_content_and_can_be_sent_back(
    office: Office, language: str, headings: list[str]
) -> None:
    bo = office.person(BO, "Bo", language)
    await bo.says("/quick_import")
    file = office.world.files.get(bo.chat[-1]["document"]["file_id"])
    assert file is not None
    book = load_workbook(BytesIO(file.data))
    assert [cell.value for cell in book.worksheets[0][1]] == headings

    await bo.sends("document", file.data, file_name="quick-replies.xlsx")
    await bo.presses("个人" if language == "zh-hans" else "My own")

    (entry,) = await kept(office)
    assert entry.answer.kind is Kind.TEXT


@pytest.mark.requirement("MAT-09")
async def test_a_thousand_rows_become_text_replies_of_their_sender(office: Office) -> None:
    rows = [(f"Title {number}", f"Text {number}") for number in range(1000)]
    assert "1000 quick replies. Where" in await sends(office, sheet(*rows))
    assert await kept(office) == []

    await office.bo.presses("My own")

    found = await kept(office)
    assert [(entry.heading, entry.answer.text) for entry in found] == rows
    member = await office.member(BO)
    assert {(entry.scope, entry.owner_id) for entry in found} == {(Scope.PERSONAL, member.id)}
    await office.bo.presses("Undo")
    assert await kept(office) == []


@pytest.mark.requirement("MAT-09")
async def test_mistakes_are_told_by_row_and_nothing_is_taken_in(office: Office) -> None:
    rows = [("Hello", "Hi"), ("", "no title"), ("No text", ""), ("Hello", "again"), ("B", "C")]
    answer = await sends(office, sheet(*rows, ("x" * 101, "long")))

    assert "4 mistakes; nothing was taken in" in answer
    told = [line.partition(":")[0] for line in answer.splitlines()[1:]]
    assert told == ["Row 3", "Row 4", "Row 5", "Row 7"]
    assert "stands in row 2 as well" in answer
    assert await kept(office) == []

    await office.bo.presses("Take in the 2 good rows")
    assert await kept(office) == []
    good = office.bo.buttons()[0]["callback_data"]
    await office.bo.presses_data(good.replace(":1:", ":0:", 1))
    assert await kept(office) == []
    await office.bo.presses("My own")
    assert [entry.heading for entry in await kept(office)] == ["Hello", "B"]


async def test_titles_that_are_there_already_are_told_by_row_before_anything_is_added(
    office: Office,
) -> None:
    await office.bo.says("/quick_add Hello = Hi")
    await sends(office, sheet(("Bye", "See you"), ("Hello", "Again")))

    answer = await office.bo.presses("My own")
    assert "Row 3: There is a quick reply “Hello” in that place already." in answer
    assert len(await kept(office)) == 1
    await office.bo.presses("Take in the 1 good rows")

    assert [(e.heading, e.answer.text) for e in await kept(office)] == [
        ("Hello", "Hi"),
        ("Bye", "See you"),
    ]


async def test_rows_go_into_a_group_but_not_where_the_sender_may_not_write(
    office: Office,
) -> None:
    await office.bo.says("/quick")
    await office.bo.presses("My own")
    await office.bo.presses("New group")
    await office.bo.says("Greetings")
    await sends(office, sheet(("Bye", "See you")))
    places = [button["text"] for button in office.bo.buttons()]
    assert places == ["My own", "My own / Greetings", "Cancel"]
    data = office.bo.buttons()[0]["callback_data"]
    parts = data.split(":")

    await office.bo.presses_data(":".join([*parts[:3], "u", "0"]))
    assert await kept(office) == []
    await office.bo.presses("My own / Greetings")

    assert [(e.heading, e.category) for e in await kept(office)] == [("Bye", "Greetings")]


async def test_formulas_and_files_that_are_no_sheet_are_refused(office: Office) -> None:
    book = Workbook()
    page: Any = book.active
    page.append(["title", "content"])
    page.append(["Hello", '=HYPERLINK("http://evil.example")'])
    out = BytesIO()
    book.save(out)

    assert "Row 2" in await sends(office, out.getvalue())
    assert "mistakes; nothing was taken in" in await sends(office, b"no zip")
    assert await kept(office) == []
