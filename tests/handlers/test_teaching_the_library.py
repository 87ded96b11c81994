"""Admins change entries of the knowledge base and look for them, on both databases."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, timedelta
from typing import Any

import pytest

from bot.handlers import find_entries, teach_faq
from bot.handlers.find_entries import Filter
from bot.handlers.teach_faq import FaqDraft
from core.errors import BadRequestText, DeskError
from core.messages import Content, Kind, Media, text
from core.playbook import EntryKind, FaqEntry, Playbook, Shelf
from core.states import Role
from storage.repos.staffing import StaffMember
from tests.handlers.library_house import DESK, FAQ, NOON, House, open_house


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with open_house(database_url) as opened:
        yield opened


@pytest.mark.requirement("KBF-14")
@pytest.mark.requirement("KBF-19")
@pytest.mark.parametrize("shelf", [FAQ, DESK])
async def test_every_field_of_an_entry_is_changed_on_its_own(house: House, shelf: Shelf) -> None:
    number = (await house.add("q", shelf=shelf)).id
    picture = Content(Kind.PHOTO, "", Media("staff", "file"))

    for wishes in (
        {"title": "Title"},
        {"question": "Other?"},
        {"similar": ("s1", "s2")},
        {"keywords": ("k1", "k2")},
        {"answer": picture},
        {"valid": (date(2026, 1, 1), None)},
        {"new": True},
        {"category": "A/B"},
        {"kind": EntryKind.FILE},
    ):
        entry = await house.amend(number, **wishes)

    assert (entry.title, entry.question, entry.similar) == ("Title", "Other?", ("s1", "s2"))
    assert (entry.keywords, entry.answer, entry.new) == (("k1", "k2"), picture, True)
    assert (entry.valid_from, entry.valid_until) == (date(2026, 1, 1), None)
    assert (entry.category, entry.kind, entry.shelf) == ("A/B", EntryKind.FILE, shelf)
    entry = await house.amend(number, valid=(None, None), category="", title="")
    assert (entry.valid_from, entry.category, entry.title) == (None, "", "")


@pytest.mark.requirement("KBF-14")
async def test_an_entry_for_agents_always_has_a_keyword(house: House) -> None:
    entry = await house.add("Return policy", shelf=DESK)
    assert entry.keywords == ("Return policy",)

    assert (await house.amend(entry.id, keywords=())).keywords == ("Return policy",)
    assert (await house.amend(entry.id, keywords=("back",))).keywords == ("back",)
    assert (await house.add("q", shelf=FAQ)).keywords == ()


@pytest.mark.parametrize(
    ("wishes", "error"),
    [
        ({"question": " "}, "faq.no_question"),
        ({"question": "x" * 501}, "faq.long_question"),
        ({"title": "x" * 101}, "entry.long_title"),
        ({"similar": ("x",) * 201}, "faq.too_many_similar"),
        ({"keywords": ("x" * 101,)}, "rule.long_word"),
        ({"category": "x" * 31}, "folder.long_name"),
        ({"category": "a/b/c/d/e"}, "folder.too_deep"),
        ({"kind": EntryKind.LINK}, "entry.needs_link"),
        ({"kind": EntryKind.CARD}, "entry.needs_card"),
        ({"kind": EntryKind.FILE}, "entry.needs_file"),
        ({"answer": text("x" * 4097)}, "faq.long_answer"),
        ({"answer": Content(Kind.LINK, title="t", data={"url": "nowhere"})}, "reply.bad_address"),
        ({"question": "taken"}, "faq.known"),
    ],
)
async def test_what_does_not_fit_changes_nothing(
    house: House, wishes: dict[str, Any], error: str
) -> None:
    before = await house.add("q")
    await house.add("taken")

    with pytest.raises(DeskError, match=error):
        await house.amend(before.id, **wishes)

    assert (await house.book()).faq[0] == before


@pytest.mark.requirement("KBF-10")
async def test_a_link_has_a_name_a_category_and_an_address(house: House) -> None:
    link = Content(Kind.LINK, title="Shop", data={"url": "https://example.com/"})
    draft = FaqDraft("Shop", link, "Links", shelf=DESK, kind=EntryKind.LINK)

    entry = await house.does(lambda uow: teach_faq.add(uow, house.admin, draft, Playbook(), NOON))

    assert (entry.question, entry.category, entry.kind) == ("Shop", "Links", EntryKind.LINK)
    assert entry.answer.data["url"] == "https://example.com/"
    with pytest.raises(BadRequestText, match=r"entry\.needs_link"):
        await house.does(
            lambda uow: teach_faq.add(
                uow, house.admin, replace(draft, question="x", answer=text("y")), Playbook(), NOON
            )
        )


async def test_an_entry_moves_among_those_of_its_category(house: House) -> None:
    a = await house.add("a", "A")
    await house.add("x")
    b = await house.add("b", "A")

    async def order() -> list[str]:
        return [entry.question for entry in (await house.book()).faq]

    await house.does(lambda uow: teach_faq.shift(uow, house.admin, b.id, True, NOON))
    assert await order() == ["b", "x", "a"]
    await house.does(lambda uow: teach_faq.shift(uow, house.admin, b.id, True, NOON))
    assert await order() == ["b", "x", "a"]
    await house.does(lambda uow: teach_faq.shift(uow, house.admin, b.id, False, NOON))
    assert await order() == ["a", "x", "b"]
    assert a.id < b.id


def made(number: int, **more: Any) -> FaqEntry:
    created = NOON - timedelta(days=number)
    entry = FaqEntry(number, "", f"q{number}", (), (), text("a"), created_at=created)
    return replace(entry, **more)


@pytest.mark.requirement("KBF-18")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(), [1, 2, 3, 4]),
        (Filter(words="BOX"), [1]),
        (Filter(words="parcel"), [2]),
        (Filter(words="两天"), [3]),
        (Filter(words="#4"), [4]),
        (Filter(new=True), [2]),
        (Filter(new=False), [1, 3, 4]),
        (Filter(enabled=False), [3]),
        (Filter(enabled=True), [1, 2, 4]),
        (Filter(since=date(2026, 11, 20)), [1, 2]),
        (Filter(until=date(2026, 11, 20)), [2, 3, 4]),
        (Filter(since=date(2026, 11, 19), until=date(2026, 11, 20)), [2, 3]),
        (Filter(words="q", new=False, enabled=True), [1, 4]),
        (Filter(by_use=True), [3, 1, 2, 4]),
    ],
)
def test_entries_are_found_by_text_day_label_and_state_and_sorted_by_use(
    house_admin: StaffMember, wanted: Filter, found: list[int]
) -> None:
    entries = [
        made(1, title="Box", uses=2),
        made(2, keywords=("parcel",), new=True),
        made(3, answer=text("两天"), enabled=False, uses=9),
        made(4),
    ]

    chosen = find_entries.choose(house_admin, entries, wanted, UTC)

    assert [entry.id for entry in chosen] == found


@pytest.fixture
def house_admin() -> StaffMember:
    nobody: Any = None
    return StaffMember(
        *(1, "telegram", "1", "Ada", Role.ADMIN, True, nobody, 5, False, None, NOON, None, NOON)
    )
