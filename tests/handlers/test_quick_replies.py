"""Who sees which quick replies, who may change them, and what is told to whom."""

from datetime import date, timedelta
from typing import Any

import pytest

from bot.handlers import quick_groups, quick_reply, teach_quick, undo
from bot.handlers.teach_quick import QuickDraft, SheetRow
from core.errors import BadRequestText, Conflict, NotAllowed, NotFound
from core.messages import Content, Kind, Media, text
from core.playbook import Category, EntryKind, FaqEntry, Scope, Shelf
from core.states import Role
from core.tree import LOOSE, ROOT
from storage.repos.departments import Branch
from storage.repos.library import EVERYBODY, Owner
from storage.repos.staffing import StaffMember
from tests.handlers.floor import Floor

DAY = date(2026, 11, 22)
MEGABYTE = 2**20


def media(**more: Any) -> Media:
    return Media("staff", "file-1", **more)


class House:
    """Agents of a company: Head leads Sales; Bo is in Sales, Cy in South below it, Di elsewhere."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.departments: dict[str, int] = {}
        self.people: dict[str, StaffMember] = {}

    async def open(self) -> "House":
        floor = self.floor
        self.people = {
            "Ada": await floor.agent("Ada", role=Role.ADMIN),
            "Head": await floor.agent("Head"),
        }
        async with floor.unit() as uow:
            for name, above in (("Sales", None), ("South", "Sales"), ("Repairs", None)):
                parent = self.departments.get(above or "")
                branch = Branch(0, parent, name)
                self.departments[name] = await uow.departments.add(branch, floor.now)
            sales = Branch(self.departments["Sales"], None, "Sales", "", self.people["Head"].id)
            await uow.departments.change(sales)
            await uow.commit()
        for name, of in (("Bo", "Sales"), ("Cy", "South"), ("Di", "Repairs")):
            groups = (floor.repairs,) if name == "Di" else None
            self.people[name] = await floor.agent(
                name, department_id=self.departments[of], groups=groups
            )
        return self

    def own(self, name: str) -> Owner:
        return Scope.PERSONAL, self.people[name].id

    def of(self, department: str) -> Owner:
        return Scope.DEPARTMENT, self.departments[department]

    async def add(
        self,
        by: str,
        title: str,
        owner: Owner | None = None,
        content: Content | None = None,
        group: int = ROOT,
    ) -> FaqEntry:
        draft = QuickDraft(title, content or text("hi"), owner or self.own(by), group)
        entry: FaqEntry = await self.floor.do(
            teach_quick.add, self.people[by], draft, self.floor.now
        )
        return entry

    async def group(self, by: str, name: str, owner: Owner | None = None) -> Category:
        node: Category = await self.floor.do(
            quick_groups.add, self.people[by], owner or self.own(by), name, self.floor.now
        )
        return node

    async def sees(self, name: str, **how: Any) -> list[str]:
        stand = await self.floor.do(quick_reply.browse, self.people[name], DAY, **how)
        return [entry.heading for entry in stand.entries]

    async def removes(self, by: str, entry: FaqEntry) -> None:
        await self.floor.says(teach_quick.remove, self.people[by], entry.id)


@pytest.fixture
async def house(floor: Floor) -> House:
    return await House(floor).open()


# -- who sees what --------------------------------------------------------------------------------


@pytest.mark.requirement("MAT-01")
@pytest.mark.parametrize(
    ("owner", "seen_by"),
    [
        ("own", {"Bo"}),
        ("South", {"Cy", "Head", "Ada"}),
        ("Sales", {"Bo", "Cy", "Head", "Ada"}),
        ("public", {"Bo", "Cy", "Di", "Head", "Ada"}),
    ],
)
async def test_a_reply_is_seen_by_whom_its_scope_says(
    house: House, owner: str, seen_by: set[str]
) -> None:
    """Of a department: by its people, those below it, who leads it, and admins."""
    owners = {"own": house.own("Bo"), "public": EVERYBODY}
    writer = "Bo" if owner == "own" else "Ada"
    await house.add(writer, "Hello", owners.get(owner) or house.of(owner))

    seen = {name for name in house.people if "Hello" in await house.sees(name)}

    assert seen == seen_by


async def test_a_reply_of_a_service_group_is_seen_by_those_who_work_in_it(house: House) -> None:
    await house.add("Ada", "Hello", (Scope.GROUP, house.floor.repairs))

    assert {n for n in ("Bo", "Cy", "Di") if await house.sees(n)} == {"Di"}


@pytest.mark.requirement("KBF-23")
async def test_of_what_is_public_a_narrowed_group_sees_what_was_assigned_to_it(
    house: House,
) -> None:
    prices = await house.group("Ada", "Prices", EVERYBODY)
    repairs = await house.group("Ada", "Fix", EVERYBODY)
    await house.add("Ada", "Price list", EVERYBODY, group=prices.id)
    await house.add("Ada", "How to fix", EVERYBODY, group=repairs.id)
    async with house.floor.unit() as uow:
        await uow.library.assign(house.floor.repairs, Shelf.DESK, [repairs.id])
        await uow.commit()

    assert await house.sees("Di") == ["How to fix"]
    assert set(await house.sees("Bo")) == {"Price list", "How to fix"}
    stand = await house.floor.do(quick_reply.browse, house.people["Di"], DAY, owner=EVERYBODY)
    assert list(stand.groups.values()) == ["Fix"]


@pytest.mark.requirement("KBF-11")
async def test_each_use_counts_and_the_most_used_come_first(house: House) -> None:
    await house.add("Bo", "First")
    second = await house.add("Bo", "Second")
    assert await house.sees("Bo") == ["First", "Second"]

    await house.floor.do(quick_reply.used, house.people["Bo"], second)
    await house.floor.do(quick_reply.used, house.people["Bo"], second)

    assert await house.sees("Bo") == ["Second", "First"]
    seen = await house.floor.do(quick_reply.show, house.people["Bo"], second.id, DAY)
    assert seen.entry.uses == 2


async def test_a_search_finds_words_in_titles_and_texts(house: House) -> None:
    await house.add("Bo", "Hello", content=text("Good morning, how can I help?"))
    await house.add("Bo", "Price", content=text("It costs 100"))

    assert await house.sees("Bo", words="HELP morning") == ["Hello"]
    assert await house.sees("Bo", words="price") == ["Price"]
    assert await house.sees("Bo", words="hello price") == []


async def test_what_is_switched_off_or_out_of_its_time_is_not_offered(house: House) -> None:
    entry = await house.add("Ada", "Sale", EVERYBODY)
    async with house.floor.unit() as uow:
        await uow.connection.exec_driver_sql(
            f"UPDATE library_entries SET valid_until = '2026-11-22' WHERE id = {entry.id}"
        )
        await uow.commit()
    assert await house.sees("Bo") == ["Sale"]

    stand = await house.floor.do(quick_reply.browse, house.people["Bo"], DAY + timedelta(days=1))
    assert stand.entries == ()
    with pytest.raises(NotFound):
        await house.floor.do(
            quick_reply.show, house.people["Bo"], entry.id, DAY + timedelta(days=1)
        )


async def test_what_somebody_does_not_see_is_not_shown_by_its_number_either(house: House) -> None:
    entry = await house.add("Bo", "Mine")

    for name in ("Di", "Ada"):
        with pytest.raises(NotFound):
            await house.floor.do(quick_reply.show, house.people[name], entry.id, DAY)
        with pytest.raises(NotFound):
            await house.sees(name, owner=house.own("Bo"))


# -- who changes what -----------------------------------------------------------------------------


@pytest.mark.requirement("MAT-01")
@pytest.mark.parametrize(
    ("owner", "writers"),
    [
        ("Bo's own", {"Bo"}),
        ("Sales", {"Head", "Ada"}),
        ("South", {"Head", "Ada"}),
        ("Repairs", {"Ada"}),
        ("group", {"Ada"}),
        ("public", {"Ada"}),
    ],
)
async def test_replies_of_others_are_written_by_admins_and_heads_of_the_department(
    house: House, owner: str, writers: set[str]
) -> None:
    owners = {
        "Bo's own": house.own("Bo"),
        "group": (Scope.GROUP, house.floor.sales),
        "public": EVERYBODY,
    }
    to = owners.get(owner) or house.of(owner)
    done = set()
    for name in house.people:
        try:
            entry = await house.add(name, f"By {name}", to)
        except NotAllowed:
            continue
        done.add(name)
        assert (entry.scope, entry.owner_id, entry.shelf) == (*to, Shelf.DESK)

    assert done == writers


async def test_nobody_changes_or_deletes_what_they_only_see(house: House) -> None:
    entry = await house.add("Ada", "Hello", EVERYBODY)

    with pytest.raises(NotAllowed):
        await house.floor.do(
            teach_quick.change, house.people["Bo"], entry.id, house.floor.now, title="Bye"
        )
    with pytest.raises(NotAllowed):
        await house.removes("Bo", entry)


@pytest.mark.requirement("MAT-02", "MAT-10")
async def test_replies_lie_in_any_number_of_groups_and_a_full_one_is_not_deleted(
    house: House,
) -> None:
    groups = [await house.group("Bo", f"Group {number}") for number in range(30)]
    entry = await house.add("Bo", "Hello", group=groups[7].id)
    assert entry.category == "Group 7"
    assert await house.sees("Bo", owner=house.own("Bo"), group=groups[7].id) == ["Hello"]

    bo, now = house.people["Bo"], house.floor.now
    with pytest.raises(Conflict) as refused:
        await house.floor.do(quick_groups.remove, bo, groups[7].id, now)
    assert refused.value.key == "quick.group_not_empty"
    await house.removes("Bo", entry)
    await house.floor.do(quick_groups.remove, bo, groups[7].id, now)

    stand = await house.floor.do(quick_reply.browse, bo, DAY, owner=house.own("Bo"))
    assert len(stand.groups) == 29
    assert stand.entries == ()


async def test_a_reply_moves_between_groups_of_its_owner_only(house: House) -> None:
    mine, theirs = await house.group("Bo", "Mine"), await house.group("Cy", "Theirs")
    entry = await house.add("Bo", "Hello", group=mine.id)
    bo, now = house.people["Bo"], house.floor.now

    with pytest.raises(NotFound):
        await house.floor.do(teach_quick.change, bo, entry.id, now, group=theirs.id)
    await house.floor.do(teach_quick.change, bo, entry.id, now, group=ROOT)

    assert await house.sees("Bo", owner=house.own("Bo"), group=LOOSE) == ["Hello"]


@pytest.mark.parametrize("name", ["", "组" * 31, "a/b"])
async def test_a_group_has_a_name_of_1_to_30_characters_without_slashes(
    house: House, name: str
) -> None:
    with pytest.raises(BadRequestText, match="bad_group_name"):
        await house.group("Bo", name)
    assert (await house.group("Bo", "组" * 30)).name == "组" * 30


async def test_a_title_stands_once_in_a_group(house: House) -> None:
    group = await house.group("Bo", "Greetings")
    await house.add("Bo", "Hello", group=group.id)

    with pytest.raises(Conflict, match="taken"):
        await house.add("Bo", "  Hello ", group=group.id)
    await house.add("Bo", "Hello")
    await house.add("Cy", "Hello")


# -- what a reply may be --------------------------------------------------------------------------


@pytest.mark.requirement("MAT-03", "MAT-04", "MAT-08")
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (text("您好 😀👍🏽"), EntryKind.PHRASE),
        (Content(Kind.PHOTO, "our shop", media()), EntryKind.PHRASE),
        (Content(Kind.VOICE, "", media(duration_seconds=60)), EntryKind.PHRASE),
        (Content(Kind.VIDEO, "", media(size_bytes=10 * MEGABYTE)), EntryKind.PHRASE),
        (Content(Kind.DOCUMENT, "", media(file_name="a.pdf")), EntryKind.FILE),
        (
            Content(Kind.LINK, "", media(), title="Shop", data={"url": "https://a.example"}),
            EntryKind.CARD,
        ),
        (Content(Kind.LINK, title="Shop", data={"url": "https://a.example"}), EntryKind.LINK),
    ],
)
async def test_a_reply_is_a_text_a_picture_a_voice_a_video_or_a_link(
    house: House, content: Content, kind: EntryKind
) -> None:
    """A link is a file message with a title and a file, or a card with address and cover."""
    entry = await house.add("Bo", "Title", content=content)

    async with house.floor.unit() as uow:
        kept = await uow.library.entry(entry.id, Shelf.DESK)
    assert kept is not None
    assert (kept.heading, kept.kind, kept.answer.kind) == ("Title", kind, content.kind)
    assert kept.answer.media == content.media
    assert kept.answer.data == content.data
    assert kept.answer.text == ("Title" if kind is EntryKind.FILE else content.text)


@pytest.mark.requirement("MAT-06", "MAT-07")
@pytest.mark.parametrize(
    ("content", "key"),
    [
        (Content(Kind.VOICE, "", media(duration_seconds=61)), "rules.reply_long_voice"),
        (Content(Kind.VOICE, "", media(size_bytes=10 * MEGABYTE + 1)), "rules.reply_large_file"),
        (Content(Kind.AUDIO, "", media(mime="audio/mpeg")), "rules.reply_not_wav"),
        (Content(Kind.VIDEO, "", media(size_bytes=10 * MEGABYTE + 1)), "rules.reply_large_file"),
        (Content(Kind.STICKER, "", media()), "quick.bad_kind"),
        (Content(Kind.FAQ_CARD), "quick.bad_kind"),
        (text("x" * 4097), "rule.long_reply"),
        (text(" "), "rules.reply_empty"),
        (Content(Kind.LINK, title="Shop", data={"url": "nothing"}), "rules.reply_bad_address"),
    ],
)
async def test_what_cannot_be_sent_is_not_kept(house: House, content: Content, key: str) -> None:
    with pytest.raises(BadRequestText) as refused:
        await house.add("Bo", "Title", content=content)

    assert refused.value.key == key
    assert await house.sees("Bo") == []


@pytest.mark.parametrize(
    ("title", "key"), [(" ", "quick.no_title"), ("x" * 101, "quick.long_title")]
)
async def test_a_title_has_1_to_100_characters(house: House, title: str, key: str) -> None:
    with pytest.raises(BadRequestText) as refused:
        await house.add("Bo", title)
    assert refused.value.key == key


# -- superiors ------------------------------------------------------------------------------------


@pytest.mark.requirement("MAT-12")
async def test_a_superior_sees_the_own_replies_of_those_below_and_deletes_them(
    house: House,
) -> None:
    """The owner is told. They are not among what the superior uses, nor can others see them."""
    bad = await house.add("Cy", "Rude")
    await house.add("Di", "Elsewhere")
    assert await house.sees("Head", owner=house.own("Cy")) == ["Rude"]
    assert await house.sees("Head") == []
    for name in ("Bo", "Di", "Ada"):
        with pytest.raises(NotFound):
            await house.sees(name, owner=house.own("Cy"))
        with pytest.raises(NotAllowed):
            await house.removes(name, bad)
    with pytest.raises(NotFound):
        await house.sees("Head", owner=house.own("Di"))

    await house.removes("Head", bad)

    assert await house.sees("Cy") == []
    (told,) = await house.floor.rows(purpose="notice")
    assert told.chat == house.people["Cy"].chat
    assert told.words == "Head deleted your quick reply “Rude”."


async def test_a_superior_does_not_rewrite_what_others_say(house: House) -> None:
    entry = await house.add("Cy", "Rude")

    with pytest.raises(NotAllowed):
        await house.floor.do(
            teach_quick.change, house.people["Head"], entry.id, house.floor.now, title="Nice"
        )


async def test_who_deletes_their_own_is_told_nothing(house: House) -> None:
    await house.removes("Bo", await house.add("Bo", "Old"))

    assert await house.floor.rows(purpose="notice") == []


async def test_a_deletion_is_taken_back_by_who_did_it(house: House) -> None:
    entry = await house.add("Cy", "Rude")
    async with house.floor.unit() as uow:
        await teach_quick.remove(
            uow, house.people["Head"], entry.id, voice=house.floor.voice, now=house.floor.now
        )
        (number,) = uow.audit.recorded
        await uow.commit()

    await house.floor.do(undo.undo, house.people["Head"], number, number, house.floor.now)

    assert await house.sees("Cy") == ["Rude"]


# -- from a sheet ---------------------------------------------------------------------------------


@pytest.mark.requirement("MAT-09")
async def test_rows_become_text_replies_all_or_none(house: House) -> None:
    group = await house.group("Bo", "Greetings")
    rows = [SheetRow(2, "Hello", "Hi there"), SheetRow(3, "Bye", "See you")]
    bo, now = house.people["Bo"], house.floor.now
    await house.add("Bo", "Bye", group=group.id)

    clash = await house.floor.do(teach_quick.clashes, bo, house.own("Bo"), group.id, rows)
    assert [row.number for row in clash] == [3]
    with pytest.raises(Conflict):
        await house.floor.do(teach_quick.bring_in, bo, house.own("Bo"), group.id, rows, now)
    assert len(await house.sees("Bo")) == 1

    count = await house.floor.do(teach_quick.bring_in, bo, house.own("Bo"), group.id, rows[:1], now)
    assert count == 1
    assert set(await house.sees("Bo", owner=house.own("Bo"), group=group.id)) == {"Hello", "Bye"}


async def test_nobody_brings_rows_in_where_they_may_not_write(house: House) -> None:
    rows = [SheetRow(2, "Hello", "Hi")]

    with pytest.raises(NotAllowed):
        await house.floor.do(
            teach_quick.bring_in, house.people["Bo"], EVERYBODY, ROOT, rows, house.floor.now
        )
