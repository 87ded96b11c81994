"""Admins arrange the knowledge base with buttons."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from core.messages import Kind, text
from core.playbook import EntryKind, FaqEntry, Scope, Shelf
from tests.admin_bot.office import NOON, Office, Person

FAQ, DESK = Shelf.FAQ, Shelf.DESK


async def entries(office: Office, shelf: Shelf = DESK) -> list[FaqEntry]:
    async with office.unit() as uow:
        return await uow.library.entries(shelf)


async def paths(office: Office, shelf: Shelf = DESK) -> list[str]:
    async with office.unit() as uow:
        nodes = {node.id: node for node in await uow.library.categories(shelf)}
    found = []
    for node in nodes.values():
        parts = [node.name]
        while node.parent_id is not None:
            node = nodes[node.parent_id]
            parts.insert(0, node.name)
        found.append("/".join(parts))
    return found


def labels(person: Person) -> list[str]:
    return [button["text"] for button in person.buttons()]


async def answers(person: Person, words: str, **more: Any) -> str:
    """Reply to the question that was just asked."""
    return await person.says(words, **more)


# -- the tree -------------------------------------------------------------------------------------


@pytest.mark.requirement("KBF-01")
@pytest.mark.parametrize(
    ("command", "shelf"), [("/library", "Knowledge base"), ("/faq_list", "FAQ")]
)
async def test_the_root_and_uncategorised_are_there_from_the_start(
    office: Office, command: str, shelf: str
) -> None:
    answer = await office.ada.says(command)

    assert answer.startswith(f"{shelf} · All questions: 0 entries")
    assert labels(office.ada)[0] == "📁 Uncategorised (0)"


@pytest.mark.requirement("KBF-13")
async def test_the_plus_button_creates_a_child(office: Office) -> None:
    await office.ada.says("/library")
    await office.ada.presses("➕ Category")
    assert "What is the category called?" in office.ada.heard[-1]
    await answers(office.ada, "After sales")
    await office.ada.presses("➕ Category")
    card = await answers(office.ada, "Returns")

    assert await paths(office) == ["After sales", "After sales/Returns"]
    assert "After sales / Returns" in card
    assert "Level 2" in card


async def test_a_name_that_does_not_fit_is_asked_for_again(office: Office) -> None:
    await office.ada.says("/library")
    await office.ada.presses("➕ Category")

    assert "31 characters" in await answers(office.ada, "x" * 31)
    await answers(office.ada, "Returns")

    assert await paths(office) == ["Returns"]


async def test_leaving_a_question_leaves_everything_as_it_is(office: Office) -> None:
    await office.ada.says("/library")
    await office.ada.presses("➕ Category")
    waiting = office.ada.chat[-2]

    await office.ada.presses("Cancel", waiting)
    await office.ada.says("Returns")

    assert await paths(office) == []


@pytest.mark.requirement("KBF-04")
async def test_the_menu_of_a_node_renames_moves_and_deletes_it(office: Office) -> None:
    await office.ada.says("/folder_add faq Delivery/Abroad")
    await office.ada.says("/folder_add faq Returns")
    menu = {"➕ Category", "✏ Rename", "⬆ Up", "⬇ Down", "↪ Move into…", "🗑 Delete"}
    assert menu <= set(labels(office.ada))

    await office.ada.presses("⬆ Up")
    assert await paths(office, FAQ) == ["Returns", "Delivery", "Delivery/Abroad"]
    await office.ada.presses("✏ Rename")
    await answers(office.ada, "Refunds")
    await office.ada.presses("↪ Move into…")
    await office.ada.presses("Abroad")
    assert await paths(office, FAQ) == ["Delivery", "Delivery/Abroad", "Delivery/Abroad/Refunds"]
    await office.ada.presses("🗑 Delete")
    await office.ada.presses("Yes, delete")

    assert await paths(office, FAQ) == ["Delivery", "Delivery/Abroad"]


async def test_a_node_is_not_offered_a_place_in_itself_or_too_deep(office: Office) -> None:
    await office.ada.says("/folder_add a/b/c")
    await office.ada.says("/folder_add d/e")
    await office.ada.says("/folder_list d")
    await office.ada.presses("📁 d ")
    await office.ada.presses("↪ Move into…")

    assert labels(office.ada) == ["a", "　b", "‹ Back"]


@pytest.mark.requirement("KBF-05")
@pytest.mark.requirement("KBF-28")
async def test_a_full_node_is_deleted_only_after_an_explicit_second_word(office: Office) -> None:
    await office.ada.says("/faq_add category: Delivery/Abroad\nHow long? = 48 hours")
    await office.ada.says("/folder_list faq")
    await office.ada.presses("📁 Delivery")

    refused = await office.ada.presses("🗑 Delete")
    assert "still holds 1 categories and 1 entries" in refused
    assert "Clear it first" in refused
    assert "Yes, delete" not in labels(office.ada)

    sure = await office.ada.presses("Delete with everything in it")
    assert "2 categories and 1 entries" in sure
    assert len(await entries(office, FAQ)) == 1
    await office.ada.presses("Yes, delete")
    assert await paths(office, FAQ) == []
    assert await entries(office, FAQ) == []

    await office.ada.presses("Undo")
    assert await paths(office, FAQ) == ["Delivery", "Delivery/Abroad"]
    assert [entry.category for entry in await entries(office, FAQ)] == ["Delivery/Abroad"]


@pytest.mark.requirement("KBF-06")
async def test_the_tree_is_filtered_by_a_word_and_put_in_order(office: Office) -> None:
    for name in ("Delivery/Abroad", "Returns", "Express delivery"):
        await office.ada.says(f"/folder_add {name}")

    await office.ada.says("/folder_list DELIVERY")
    assert [label for label in labels(office.ada) if label.startswith("📁")] == [
        "📁 Delivery (0)",
        "📁 Express delivery (0)",
    ]
    await office.ada.presses("Find a category")
    await answers(office.ada, "abroad")
    assert labels(office.ada)[0] == "📁 Delivery/Abroad (0)"

    await office.ada.says("/folder_list")
    await office.ada.presses("📁 Express")
    await office.ada.presses("⬆ Up")
    assert await paths(office) == ["Delivery", "Express delivery", "Returns", "Delivery/Abroad"]


@pytest.mark.requirement("KBF-03")
async def test_a_long_name_is_cut_on_its_button(office: Office) -> None:
    await office.ada.says(f"/folder_add {'分' * 30}")
    await office.ada.says("/library")

    assert f"📁 {'分' * 8}... (0)" in labels(office.ada)


# -- entries --------------------------------------------------------------------------------------


@pytest.mark.requirement("KBF-07")
@pytest.mark.requirement("KBF-17")
async def test_a_list_shows_the_columns_and_twenty_a_page(office: Office) -> None:
    async with office.unit() as uow:
        await uow.library.add(
            [
                FaqEntry(0, "", f"Question {n}", (), (f"word{n}",), text(f"answer {n}"), shelf=DESK)
                for n in range(1, 22)
            ],
            NOON,
        )
        await uow.library.used({3: 7, 5: 2})
        await uow.commit()

    first = await office.ada.says("/library")
    second = await office.ada.presses("›")

    assert "21 entries" in first
    assert "#3 Question 3 · word3 → answer 3 · used 7× · 2026-11-22" in first
    # The node "uncategorised" is the first of the twenty-two things.
    assert sum(line.startswith("#") for line in first.splitlines()) == 19
    assert [line.split()[0] for line in second.splitlines()[1:]] == ["#20", "#21"]

    by_use = await office.ada.presses("Most used first")
    assert [line.split()[0] for line in by_use.splitlines()[1:4]] == ["#3", "#5", "#1"]
    by_place = await office.ada.presses("In their order")
    assert [line.split()[0] for line in by_place.splitlines()[1:4]] == ["#1", "#2", "#3"]


@pytest.mark.requirement("KBF-08")
async def test_a_script_is_added_step_by_step(office: Office) -> None:
    await office.ada.says("/folder_add After sales")
    await office.ada.presses("Open")
    await office.ada.presses("➕ Entry")
    await office.ada.presses("Question and answer")
    await answers(office.ada, "How do returns work?")
    await answers(office.ada, "Within 7 days")
    await office.ada.presses("✏ Similar")
    card = await answers(office.ada, "Return it\nSend it back")

    (entry,) = await entries(office)
    assert (entry.question, entry.answer.text) == ("How do returns work?", "Within 7 days")
    assert (entry.category, entry.kind) == ("After sales", EntryKind.QA)
    assert entry.similar == ("Return it", "Send it back")
    assert (entry.added_by, entry.scope) == ("Ada", Scope.PUBLIC)
    assert "Added: 2026-11-22 20:00, Ada" in card


@pytest.mark.requirement("KBF-09")
async def test_a_phrase_is_its_content_and_is_found_by_it(office: Office) -> None:
    await office.ada.says("/library_add")
    await office.ada.presses("Step by step")
    await office.ada.presses("Phrase")
    await answers(office.ada, "Have a nice day!")

    (entry,) = await entries(office)
    assert (entry.kind, entry.answer.text) == (EntryKind.PHRASE, "Have a nice day!")
    found = await office.ada.says("/library NICE")
    assert "Have a nice day! · used 0× · 2026-11-22" in found
    assert "#1" in labels(office.ada)
    assert "0 entries" in await office.ada.says("/library goodbye")


@pytest.mark.requirement("KBF-10")
async def test_a_link_is_asked_for_its_name_and_its_address(office: Office) -> None:
    await office.ada.says("/library")
    await office.ada.presses("➕ Entry")
    await office.ada.presses("Link")
    await answers(office.ada, "Our shop")
    refused = await answers(office.ada, "nowhere")
    assert await entries(office) == []
    assert "https://" in refused
    card = await answers(office.ada, "https://example.com/shop")

    (entry,) = await entries(office)
    assert (entry.question, entry.answer.kind) == ("Our shop", Kind.LINK)
    assert "https://example.com/shop" in card
    listed = await office.ada.says("/library our shop")
    assert "Our shop" in listed
    assert "https://example.com/shop" in listed


@pytest.mark.requirement("KBF-25")
async def test_a_picture_is_an_answer_and_is_previewed_as_a_picture(office: Office) -> None:
    await office.ada.says("/faq_add")
    await office.ada.presses("Step by step")
    await answers(office.ada, "Where are you?")
    await office.ada.sends("photo", caption="On this map")

    (entry,) = await entries(office, FAQ)
    assert (entry.answer.kind, entry.answer.text) == (Kind.PHOTO, "On this map")
    await office.ada.presses("Preview")
    assert "photo" in office.ada.chat[-1]
    assert office.ada.heard[-1] == "On this map"


@pytest.mark.requirement("KBF-14")
@pytest.mark.requirement("KBF-19")
@pytest.mark.parametrize(("shelf", "command"), [(FAQ, "/faq_add"), (DESK, "/library_add")])
async def test_every_field_has_a_button(office: Office, shelf: Shelf, command: str) -> None:
    await office.ada.says(f"{command} How long? = 48 hours")
    for button, words in (
        ("✏ Title", "Shipping time"),
        ("✏ Question", "How long does it take?"),
        ("✏ Keywords", "ship parcel"),
        ("✏ Answer", "24 hours"),
        ("✏ Validity", "2026-01-01..2026-12-31"),
    ):
        await office.ada.presses(button)
        await answers(office.ada, words)
    await office.ada.presses("Label on")
    await office.ada.presses("Off")

    (entry,) = await entries(office, shelf)
    assert (entry.title, entry.question) == ("Shipping time", "How long does it take?")
    assert (entry.keywords, entry.answer.text) == (("ship", "parcel"), "24 hours")
    assert (entry.valid_from, entry.valid_until) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (entry.new, entry.enabled) == (True, False)
    await office.ada.presses("✏ Validity")
    await answers(office.ada, "-")
    assert (await entries(office, shelf))[0].valid_from is None


async def test_an_entry_is_put_into_a_category_and_taken_out(office: Office) -> None:
    await office.ada.says("/folder_add faq Delivery/Abroad")
    await office.ada.says("/faq_add How long? = 48 hours")
    await office.ada.presses("Category")
    await office.ada.presses("Abroad")
    assert [e.category for e in await entries(office, FAQ)] == ["Delivery/Abroad"]

    await office.ada.presses("Category")
    await office.ada.presses("Uncategorised")
    assert [e.category for e in await entries(office, FAQ)] == [""]


@pytest.mark.requirement("KBF-18")
@pytest.mark.requirement("KBF-21")
@pytest.mark.parametrize(
    ("command", "shelf"), [("/faq_add", "/faq_list"), ("/library_add", "/library")]
)
async def test_the_search_has_texts_days_label_state_and_a_reset(
    office: Office, command: str, shelf: str
) -> None:
    await office.ada.says(f"{command} title: Post\nkeywords: parcel\nHow long? = 48 hours")
    office.moment[0] += timedelta(days=2)
    await office.ada.says(f"{command} How much? = 100")
    await office.ada.presses("Off")

    async def found() -> list[str]:
        shown = await office.ada.presses("Show")
        numbers = [line.split()[0] for line in shown.splitlines() if line.startswith("#")]
        await office.ada.presses("🔍 Search")
        return numbers

    await office.ada.says(shelf)
    await office.ada.presses("🔍 Search")
    assert await found() == ["#1", "#2"]
    for button, said, numbers in (
        ("Added from", "2026-11-23", ["#2"]),
        ("Added from", "-", ["#1", "#2"]),
        ("Added until", "2026-11-23", ["#1"]),
        ("Added until", "-", ["#1", "#2"]),
    ):
        await office.ada.presses(button)
        await answers(office.ada, said)
        assert await found() == numbers
    await office.ada.presses("State: all")
    assert await found() == ["#1"]
    await office.ada.presses("State: on")
    assert await found() == ["#2"]
    await office.ada.presses("“New” label: all")
    assert await found() == []
    await office.ada.presses("Reset")
    await office.ada.presses("🔍 Search")
    for words, numbers in (("POST", ["#1"]), ("parcel", ["#1"]), ("100", ["#2"])):
        await office.ada.presses("Words")
        await answers(office.ada, words)
        shown = office.ada.heard[-1]
        assert [line.split()[0] for line in shown.splitlines()[1:]] == numbers
        await office.ada.presses("🔍 Search")


@pytest.mark.requirement("KBF-18")
async def test_what_the_search_finds_is_sent_as_a_pdf(office: Office) -> None:
    await office.ada.says("/library_add keywords: parcel\nHow long? = 48 hours")
    await office.ada.says("/library_add How much? = 100")
    await office.ada.says("/library parcel")

    await office.ada.presses("PDF")

    file = next(message["document"] for message in office.ada.chat if "document" in message)
    assert file["file_name"] == "desk-2026-11-22.pdf"
    held = office.world.files.get(file["file_id"])
    assert held is not None
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(held.data)).pages)
    assert "48 hours" in text
    assert "How much?" not in text
    assert not any("Undo" in label for label in labels(office.ada))
    (change,) = await office.changes("library")
    assert (change.action, change.actor) == ("export", "Ada")


async def test_a_day_that_cannot_be_read_is_asked_for_again(office: Office) -> None:
    await office.ada.says("/library")
    await office.ada.presses("🔍 Search")
    await office.ada.presses("Added from")

    assert "2026-01-31" in await answers(office.ada, "yesterday")
    assert "2026-11-01 .." in await answers(office.ada, "2026-11-01")


async def test_entries_of_one_category_change_places(office: Office) -> None:
    await office.ada.says("/faq_add one = 1")
    await office.ada.says("/faq_add two = 2")

    await office.ada.presses("⬆ Up")
    assert office.ada.notice == "Moved"
    assert [e.question for e in await entries(office, FAQ)] == ["two", "one"]
    await office.ada.presses("⬆ Up")
    assert office.ada.notice == "It is at the end already"


# -- who gets it ----------------------------------------------------------------------------------


@pytest.mark.requirement("KBF-23")
@pytest.mark.requirement("KBF-24")
@pytest.mark.parametrize(("shelf", "button"), [(FAQ, "FAQ"), (DESK, "Knowledge base")])
async def test_a_groups_part_is_picked_on_its_card(
    office: Office, shelf: Shelf, button: str
) -> None:
    name = "faq" if shelf is FAQ else "library"
    await office.olga.says(f"/folder_add {name} Delivery/Abroad")
    await office.olga.says(f"/folder_add {name} Returns")
    await office.olga.says("/group_list")
    await office.olga.presses("Front desk")
    await office.olga.presses(button)
    assert labels(office.olga)[:3] == ["● Delivery", "● 　Abroad", "● Returns"]

    await office.olga.presses("Nothing")
    assert labels(office.olga)[:3] == ["○ Delivery", "○ 　Abroad", "○ Returns"]
    await office.olga.presses("○ Delivery")
    assert labels(office.olga)[:3] == ["● Delivery", "● 　Abroad", "○ Returns"]
    async with office.unit() as uow:
        ((_, nodes),) = (await uow.library.assigned(shelf)).items()
    assert len(nodes) == 1

    await office.olga.presses("Everything")
    async with office.unit() as uow:
        assert await uow.library.assigned(shelf) == {}


async def test_admins_pick_without_the_groups_card(office: Office) -> None:
    await office.ada.says("/folder_add faq Delivery")
    await office.ada.says("/library_assign")
    await office.ada.presses("Front desk · FAQ")

    assert "gets everything" in await office.ada.presses_data("assign:1:faq:1")
    await office.ada.presses("● Delivery")
    await office.ada.presses("Undo")

    async with office.unit() as uow:
        assert await uow.library.assigned(FAQ) == {}


# -- limits ---------------------------------------------------------------------------------------


async def test_agents_have_none_of_it(office: Office) -> None:
    for command in ("/library", "/library_add x = y", "/folder_add x", "/library_assign"):
        assert "not allowed" in (await office.bo.says(command)).lower()

    assert await paths(office) == []


@pytest.mark.parametrize(
    "data",
    [
        *("lib", "lib:x", "lib:f99999.9..-.", "lib_filter:z", "lib_ask:nothing:f0.1..-.", "ent:"),
        *("ent:99:f0.1..-.", "ent_ask:nothing:1:f0", "ent_kind_is:x:1:f0", "ent_put:99:1:f0"),
        *(
            "fold:f0.1..-.",
            "fold:f99.1..-.",
            "fold_put:x:f1",
            "fold_drop_yes:1:f77",
            "add_kind:x:f0",
        ),
        *("assign:", "assign:99:faq:1", "assign_tick:1:faq:1:99", "undo:", "undo:1", "undo:9-9"),
    ],
)
async def test_any_button_data_is_answered_and_changes_nothing(office: Office, data: str) -> None:
    await office.ada.says("/faq_add How long? = 48 hours")
    before = await office.changes("faq")

    await office.ada.presses_data(data)

    assert office.ada.query is not None
    assert office.ada.query.answer is not None
    assert await office.changes("faq") == before
    assert await paths(office, FAQ) == []


async def test_the_largest_page_stays_within_what_the_platform_takes(office: Office) -> None:
    async with office.unit() as uow:
        for n in range(30):
            await uow.library.ensure(FAQ, [f"{n:02}" + "类" * 28], NOON)
        await uow.library.add(
            [
                FaqEntry(0, "", f"{n}" + "😀" * 200, (), ("词" * 90,), text("字" * 4000))
                for n in range(60)
            ],
            NOON,
        )
        await uow.commit()

    await office.ada.says("/faq_list")
    for _ in range(4):
        assert len(office.ada.buttons()) <= 100
        assert office.ada.heard[-1]
        await office.ada.presses("›")
