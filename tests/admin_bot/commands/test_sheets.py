"""Admins take the knowledge base in from Excel sheets and give it out as a sheet or a PDF."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from pypdf import PdfReader

from bot.handlers.playbook_file import everything
from bot.knowledge.knowledge_sheet import read_sheet
from bot.knowledge.playbook_file import read
from core.messages import text
from core.playbook import Answering, EntryKind, FaqEntry, Playbook, Shelf
from tests.admin_bot.office import NOON, Office

HEADINGS = ["分类", "问题", "相似问", "关键词", "答案"]


def sheet(*rows: list[Any], headings: list[str] | None = None) -> bytes:
    book = Workbook()
    page: Any = book.active
    for row in (headings or HEADINGS, *rows):
        page.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


async def stored(office: Office) -> Playbook:
    async with office.unit() as uow:
        return await everything(uow)


def received(office: Office, back: int = 1) -> bytes:
    """Return the file in one of the bot's last messages."""
    file = office.world.files.get(office.ada.chat[-back]["document"]["file_id"])
    assert file is not None
    return file.data


async def sends(office: Office, data: bytes, name: str = "faq.xlsx") -> str:
    return await office.ada.sends("document", data, file_name=name, caption="/import")


async def test_the_template_is_sent_filled_in_and_taken_in(office: Office) -> None:
    await office.ada.says("/import template")
    document = office.ada.chat[-1]["document"]
    assert document["file_name"] == "knowledge-template.xlsx"

    preview = await office.ada.sends("document", received(office), file_name="mine.xlsx")

    assert "FAQ: 1 new" in preview
    assert "Entries for agents: 1 new" in preview
    assert "Folders: 3 new" in preview
    await office.ada.presses("Add to what is there")
    playbook = await stored(office)
    assert [entry.category for entry in playbook.faq] == ["Delivery/Sending"]
    assert [entry.kind for entry in playbook.library] == [EntryKind.PHRASE]


async def test_the_template_also_comes_by_a_button(office: Office) -> None:
    await office.ada.says("/import")
    await office.ada.presses("Template")

    assert read_sheet(received(office), depth=4).mistakes == ()


async def test_a_thousand_rows_with_three_bad_ones_lose_nothing(office: Office) -> None:
    """The three are told, the good ones come in on request, the corrected sheet adds the rest."""
    rows: list[list[Any]] = [
        ["物流", f"问题 {n}", f"问法 {n} 甲\n问法 {n} 乙", f"词{n}", f"答案 {n}"]
        for n in range(1000)
    ]
    bad = [list(row) for row in rows]
    bad[100][4] = ""
    bad[500][1] = "=1+1"
    bad[900][1] = "问题 7"

    told = await sends(office, sheet(*bad))

    assert "The file has 3 mistakes; nothing was changed" in told
    assert "Row 102: E102 (答案 / Answer) is empty." in told
    assert "Row 502: B502 holds a formula." in told
    assert "Row 902: “问题 7” already stands in this category in row 9." in told
    assert (await stored(office)).faq == ()

    done = await office.ada.presses("Import the 997 good rows")

    assert "FAQ: 997 new" in done
    assert len((await stored(office)).faq) == 997

    preview = await sends(office, sheet(*rows))
    assert "FAQ: 3 new, 0 changed, 997 the same" in preview
    await office.ada.presses("Add to what is there")

    found = {entry.question: entry for entry in (await stored(office)).faq}
    assert len(found) == 1000
    for n in (0, 100, 500, 900, 999):
        entry = found[f"问题 {n}"]
        assert entry.similar == (f"问法 {n} 甲", f"问法 {n} 乙")
        assert (entry.category, entry.keywords) == ("物流", (f"词{n}",))
        assert entry.answer == text(f"答案 {n}")


async def test_nothing_is_imported_while_there_is_a_mistake_and_nobody_asks_for_the_rest(
    office: Office,
) -> None:
    told = await sends(office, sheet(["", "q", "", "", "a"], ["", "", "", "", "a"]))

    assert "Row 3: B3" in told
    assert [b["text"] for b in office.ada.buttons()] == ["Import the 1 good rows", "Cancel"]
    await office.ada.presses("Cancel")
    assert (await stored(office)).version == 0


async def test_many_mistakes_come_as_a_list_in_a_file_above_the_buttons(office: Office) -> None:
    rows = [["", f"q{n}", "", "", ""] for n in range(200)]

    await sends(office, sheet(["", "good", "", "", "a"], *rows))

    lines = received(office, back=2).decode().splitlines()
    assert len(lines) == 200
    assert lines[-1].startswith("Row 202:")
    assert "Import the 1 good rows" in office.ada.buttons()[0]["text"]


async def test_a_sheet_never_replaces_the_rules(office: Office) -> None:
    await office.ada.says("/rule_add any hello = Hi")
    await sends(office, sheet(["", "q", "", "", "a"]))
    labels = [button["text"] for button in office.ada.buttons()]
    data = office.ada.buttons()[0]["callback_data"].partition(":")[2]

    assert labels == ["Add to what is there", "Cancel"]
    await office.ada.presses_data(f"import_swap_yes:{data}")
    assert len((await stored(office)).rules) == 1


async def test_fields_without_a_column_stay_as_they_are(office: Office) -> None:
    await sends(office, sheet(["a", "q", "s", "k", "old"], ["a", "r", "", "", "x"]))
    await office.ada.presses("Add to what is there")

    preview = await sends(office, sheet(["a", "q", "new"], headings=["分类", "问题", "答案"]))

    assert "FAQ: 0 new, 1 changed, 0 the same; 1 only on the desk" in preview
    await office.ada.presses("Add to what is there")
    entry = (await stored(office)).faq[0]
    assert (entry.answer.text, entry.similar, entry.keywords) == ("new", ("s",), ("k",))


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("faq.xlsx", b"no sheet", "This is no Excel file"),
        ("faq.csv", b"a,b", "This is no Excel file"),
        ("faq.xls", b"\xd0\xcf\x11\xe0", "This is an old .xls file"),
        ("faq.yaml", b"PK\x03\x04", "cannot be read as Excel"),
    ],
)
async def test_a_file_of_a_wrong_type_is_told_so(
    office: Office, name: str, data: bytes, words: str
) -> None:
    told = await sends(office, data, name)

    assert words in told
    assert office.ada.buttons() == []


async def test_the_desks_own_depth_counts(office: Office) -> None:
    deep = sheet(["a/b/c/d/e", "q", "", "", "a"])
    assert "5 levels deep; at most 4" in await sends(office, deep)

    async with office.unit() as uow:
        await uow.taught.set_answering(Answering(depth=5))
        await uow.commit()

    assert "FAQ: 1 new" in await sends(office, deep)


async def taught(office: Office) -> None:
    async with office.unit() as uow:
        (first, _) = await uow.library.add(
            [
                FaqEntry(0, "物流", "多久发货", ("几天能到",), (), text("48 小时")),
                FaqEntry(
                    0, "话术", "开场", (), (), text("您好"), shelf=Shelf.DESK, kind=EntryKind.PHRASE
                ),
            ],
            NOON - timedelta(days=1),
        )
        await uow.library.used({first: 5})
        await uow.taught.touch()
        await uow.commit()


async def test_the_knowledge_base_goes_out_as_a_sheet_that_comes_back(office: Office) -> None:
    await taught(office)

    assert "1 FAQ entries, 1 entries for agents" in await office.ada.says("/export excel")

    data = received(office)
    assert office.ada.chat[-1]["document"]["file_name"] == "knowledge-2026-11-22.xlsx"
    page: Any = load_workbook(BytesIO(data)).worksheets[0]
    seen = [[cell.value for cell in row] for row in page]
    assert seen[0][-2:] == ["Use count", "Last update"]
    assert seen[1][-2:] == [5, "2026-11-21 20:00"]
    preview = await sends(office, data)
    assert "FAQ: 0 new, 0 changed, 1 the same" in preview
    assert "Entries for agents: 0 new, 0 changed, 1 the same" in preview


async def test_the_knowledge_base_goes_out_as_a_pdf(office: Office) -> None:
    await taught(office)
    await office.ada.says("/export")
    buttons = office.ada.chat[-2]
    assert [button["text"] for button in office.ada.buttons(buttons)] == ["Excel", "PDF"]

    await office.ada.presses("PDF", buttons)

    page = PdfReader(BytesIO(received(office))).pages[0].extract_text()
    assert [word in page for word in ("物流", "多久发货", "48 小时", "开场")] == [True] * 4


async def test_yaml_holds_both_shelves_and_the_tree(office: Office) -> None:
    await taught(office)
    await office.ada.says("/export yaml")

    playbook = read(received(office))

    assert [entry.question for entry in playbook.library] == ["开场"]
    assert playbook.nodes == {Shelf.FAQ: ("物流",), Shelf.DESK: ("话术",)}


async def test_exports_are_recorded_with_their_form(office: Office) -> None:
    await office.ada.says("/export pdf")

    (change,) = await office.changes("playbook")
    assert change.after is not None
    assert (change.action, change.actor, change.after["form"]) == ("export", "Ada", "pdf")


async def test_another_form_is_told_what_there_is(office: Office) -> None:
    assert "yaml, excel, pdf" in await office.ada.says("/export word")
