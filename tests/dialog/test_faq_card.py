"""The FAQ card that customers get."""

from datetime import date

import pytest

from bot.dialog.faq_card import PAGE, as_text, card, opened
from bot.dialog.requests import asked_for
from core.i18n.texts import texts
from core.messages import Content, Kind, text
from core.playbook import Category, FaqEntry, Playbook, Shelf

SAY = texts("en")
TODAY = date(2026, 11, 22)
NODES = (
    Category(1, Shelf.FAQ, None, "Delivery", 1),
    Category(2, Shelf.FAQ, None, "Returns", 2),
    Category(3, Shelf.FAQ, 1, "Abroad", 1),
    Category(4, Shelf.FAQ, None, "Empty", 3),
)


def entry(number: int, node: int | None = None, **more: object) -> FaqEntry:
    values: dict[str, object] = {"question": f"Question {number}?", **more}
    return FaqEntry(
        id=number,
        category="",
        similar=(),
        keywords=(),
        answer=text("a"),
        category_id=node,
        **values,  # type: ignore[arg-type]
    )


def shown(
    *entries: FaqEntry, node: int = 0, page: int = 1, hidden: set[int] | None = None
) -> Content:
    book = Playbook(faq=entries, categories=NODES)
    return card(book, hidden or set(), TODAY, node, page, SAY)


def buttons(content: Content) -> list[tuple[str, str | None]]:
    return [(button.label, button.data) for row in content.buttons for button in row]


ENTRIES = (entry(1), entry(2, 1), entry(3, 3), entry(4, 2))


@pytest.mark.requirement("KBF-22")
def test_the_card_lists_questions_and_closed_categories() -> None:
    content = shown(*ENTRIES)

    assert content.title == "FAQ"
    assert buttons(content) == [
        ("Question 1?", "c:faq:1"),
        ("▸ Delivery (2)", "c:cat:1:1"),
        ("▸ Returns (1)", "c:cat:2:1"),
    ]


@pytest.mark.requirement("KBF-22")
def test_a_category_opens_and_closes() -> None:
    content = shown(*ENTRIES, node=1)

    assert buttons(content) == [
        ("▾ Delivery", "c:cat:0:1"),
        ("Question 2?", "c:faq:2"),
        ("▸ Abroad (1)", "c:cat:3:1"),
        ("‹ All questions", "c:cat:0:1"),
    ]
    assert buttons(shown(*ENTRIES, node=3))[0] == ("▾ Abroad", "c:cat:1:1")


@pytest.mark.requirement("KBF-22")
def test_a_question_on_the_card_asks_for_its_answer() -> None:
    data = buttons(shown(*ENTRIES))[0][1] or ""

    asked = asked_for(Content(Kind.PRESS, data), data)

    assert asked is not None
    assert asked.entry_id == 1


@pytest.mark.requirement("KBF-15")
@pytest.mark.parametrize(
    "more",
    [
        {"enabled": False},
        {"valid_until": date(2026, 11, 21)},
        {"valid_from": date(2026, 11, 23)},
    ],
)
def test_what_is_off_or_not_valid_is_not_on_the_card(more: dict[str, object]) -> None:
    content = shown(entry(1), entry(2, 2, **more))

    assert buttons(content) == [("Question 1?", "c:faq:1")]


def test_what_the_group_does_not_get_is_not_on_the_card() -> None:
    assert buttons(shown(entry(1), entry(2, 2), hidden={2})) == [("Question 1?", "c:faq:1")]


def test_a_card_without_any_question_says_so() -> None:
    content = shown(entry(1, enabled=False))

    assert "no questions" in content.text
    assert content.buttons == ()


def test_a_new_question_is_marked_and_the_title_is_shown() -> None:
    content = shown(entry(1, new=True, title="Shipping"), entry(2, question="x" * 100))

    labels = [label for label, _ in buttons(content)]
    assert labels[0] == "🆕 Shipping"
    assert len(labels[1]) == 60
    assert labels[1].endswith("...")


def test_eight_a_page_and_every_question_on_some_page() -> None:
    entries = [entry(number, 1) for number in range(1, 20)]
    seen: list[str | None] = []
    page = 1
    while True:
        content = shown(*entries, node=1, page=page)
        questions = [data for _, data in buttons(content) if (data or "").startswith("c:faq:")]
        assert len(questions) <= PAGE == 8
        seen += questions
        more = [data for label, data in buttons(content) if label == "More ›"]
        if not more:
            break
        found = opened(more[0] or "")
        assert found is not None
        assert found[0] == 1
        page = found[1]

    assert seen == [f"c:faq:{number}" for number in range(1, 20)]
    assert "Page 3 of 3" in content.text


def test_a_node_or_page_that_is_gone_is_the_nearest_there_is() -> None:
    assert buttons(shown(*ENTRIES, node=99, page=7)) == buttons(shown(*ENTRIES))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("c:cat:3:2", (3, 2)),
        ("c:cat:3", (3, 1)),
        ("c:cat:", None),
        ("c:cat:x:1", None),
        ("c:cat:1:-1", None),
        ("c:cat:١:1", None),
        (f"c:cat:{'9' * 19}:1", None),
        ("c:faq:3", None),
        ("", None),
    ],
)
def test_a_press_is_read_as_what_it_is(data: str, found: tuple[int, int] | None) -> None:
    assert opened(data) == found


@pytest.mark.requirement("KBF-22")
def test_where_there_are_no_buttons_a_number_chooses() -> None:
    content, numbers = as_text(shown(*ENTRIES, node=1), SAY)

    assert content.buttons == ()
    assert content.title == "FAQ"
    assert "2. Question 2?" in content.text
    assert numbers["2"] == "c:faq:2"
    assert numbers["3"] == "c:cat:3:1"
    assert "Press" not in content.text


def test_a_card_without_questions_is_the_same_as_text() -> None:
    empty = shown()

    assert as_text(empty, SAY) == (empty, {})
