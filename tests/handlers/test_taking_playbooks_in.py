"""A playbook goes out of one desk and into another, on both databases."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

import pytest

from bot.handlers.playbook_file import Difference, compare, everything, give_out, take_in
from bot.knowledge.playbook_file import read, write
from core.errors import BadRequestText, NotAllowed
from core.messages import Button, Content, Kind, Media, text
from core.playbook import (
    Answering,
    BannedWords,
    Category,
    EntryKind,
    FaqEntry,
    Hours,
    Match,
    Playbook,
    Prompt,
    Rule,
    Scope,
    Shelf,
)
from core.states import Role
from storage.engine import Database
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

FULL = Playbook(
    rules=(
        Rule(
            0,
            "price",
            Match.ANY,
            ("多少钱",),
            (
                Content(
                    Kind.LINK, "看", Media("shop", "f"), title="T", data={"url": "https://a.b"}
                ),
                Content(Kind.FAQ_CARD),
            ),
            ("shop",),
            False,
            "售前",
            date(2026, 1, 1),
            date(2026, 12, 31),
            Hours(frozenset({0, 6}), ((time(9), time(18)), (time(22), time(6)))),
        ),
        Rule(0, "hello", Match.EXACT, ("hi",), (text("Hi"),)),
    ),
    faq=(
        FaqEntry(0, "物流/发货", "q2", ("s",), ("k",), text("a"), title="T"),
        FaqEntry(0, "", "q1", (), (), text("b"), new=True, kind=EntryKind.CARD),
    ),
    library=(
        FaqEntry(0, "话术", "开场", (), (), text("您好"), shelf=Shelf.DESK, kind=EntryKind.PHRASE),
        FaqEntry(0, "话术", "开场", (), (), text("在的"), shelf=Shelf.DESK, kind=EntryKind.PHRASE),
    ),
    words=(
        BannedWords(
            "b", ("x",), "warn", "both", about="neutral", match="equals", accounts=("shop",)
        ),
        BannedWords("a", ("y",), "block", "staff", enabled=True),
    ),
    prompts=(
        Prompt("welcome", None, True, "Hello", (Button("A", "b"),), (Content(Kind.FAQ_CARD),)),
    ),
    answering=Answering(precision=0.9, quiet_online=True, mask_desk=r"\d{11}", depth=6),
    nodes={
        Shelf.FAQ: ("售后", "物流", "物流/发货", "物流/退货"),
        Shelf.DESK: ("话术", "空"),
    },
)


@dataclass
class Desk:
    database: Database
    owner: StaffMember
    admin: StaffMember

    async def takes(
        self, file: Playbook, *, whole: bool = False, who: StaffMember | None = None
    ) -> Difference:
        async with UnitOfWork(self.database) as uow:
            done = await take_in(uow, who or self.owner, file, NOON, whole=whole)
            await uow.commit()
        return done

    async def holds(self) -> Playbook:
        async with UnitOfWork(self.database, reading=True) as uow:
            return await everything(uow)


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    async with UnitOfWork(database) as uow:
        await uow.accounts.keep({"shop": "telegram"}, NOON)
        await uow.staffing.add("telegram", "6", "Olga", Role.OWNER, 5, NOON)
        await uow.staffing.add("telegram", "7", "Ada", Role.ADMIN, 5, NOON)
        owner, admin = (await uow.staffing.all())[:2]
        await uow.commit()
    return Desk(database, owner, admin)


def said(playbook: Playbook) -> Playbook:
    """Return what a playbook says, whatever its numbers are."""
    return read(write(playbook))


@pytest.mark.parametrize("whole", [True, False])
async def test_an_export_taken_into_an_empty_desk_gives_the_same_desk(
    desk: Desk, whole: bool
) -> None:
    file = said(FULL)

    await desk.takes(file, whole=whole)

    assert said(await desk.holds()) == file
    async with UnitOfWork(desk.database) as uow:
        assert said(await give_out(uow, desk.admin, NOON)) == file


@pytest.mark.requirement("PRM-06")
async def test_an_admin_s_file_does_not_change_what_greets_everybody(desk: Desk) -> None:
    await desk.takes(said(FULL), whole=True)
    (prompt,) = FULL.prompts
    other = replace(FULL, prompts=(replace(prompt, body="Mine"),))

    with pytest.raises(NotAllowed):
        await desk.takes(said(other), who=desk.admin)
    await desk.takes(said(FULL), who=desk.admin)

    assert (await desk.holds()).prompts == FULL.prompts


async def test_taking_an_export_back_in_changes_nothing(desk: Desk) -> None:
    await desk.takes(said(FULL), whole=True)
    before = await desk.holds()

    done = await desk.takes(said(before), whole=False)

    assert [(c.new, c.changed, c.gone) for c in done.counts.values()] == [(0, 0, 0)] * 7
    assert replace(await desk.holds(), version=0) == replace(before, version=0)


async def test_replacing_leaves_only_the_file_in_its_order(desk: Desk) -> None:
    await desk.takes(said(FULL), whole=True)
    first = {entry.question: entry.id for entry in (await desk.holds()).faq}
    file = said(
        replace(
            FULL,
            faq=(FULL.faq[1], FaqEntry(0, "新", "q3", (), (), text("c")), FULL.faq[0]),
            library=FULL.library[1:],
            words=FULL.words[:1],
            nodes={Shelf.FAQ: ("新", "物流", "物流/退货", "物流/发货"), Shelf.DESK: ("话术",)},
        )
    )

    done = await desk.takes(file, whole=True)

    assert said(await desk.holds()) == file
    assert (done.folders.new, done.folders.gone) == (1, 2)
    now = {entry.question: entry.id for entry in (await desk.holds()).faq}
    assert {name: now[name] for name in first} == first


async def test_use_counts_stay_when_a_file_changes_an_entry(desk: Desk) -> None:
    await desk.takes(said(FULL))
    async with UnitOfWork(desk.database) as uow:
        await uow.library.used({(await uow.library.entries(Shelf.FAQ))[0].id: 3})
        await uow.commit()

    await desk.takes(
        said(replace(FULL, faq=(replace(FULL.faq[0], answer=text("new")),))), whole=True
    )

    (entry,) = (await desk.holds()).faq
    assert (entry.answer.text, entry.uses) == ("new", 3)


async def test_what_belongs_to_somebody_is_neither_given_out_nor_replaced(desk: Desk) -> None:
    async with UnitOfWork(desk.database) as uow:
        own = FaqEntry(
            0, "我的", "mine", (), (), text("x"), shelf=Shelf.DESK, kind=EntryKind.PHRASE,
            scope=Scope.PERSONAL, owner_id=desk.admin.id,
        )  # fmt: skip
        await uow.library.add([own], NOON)
        await uow.commit()

    assert (await desk.holds()).library == ()
    await desk.takes(said(Playbook()), whole=True)

    async with UnitOfWork(desk.database) as uow:
        (kept,) = await uow.library.entries(Shelf.DESK)
    assert (kept.question, kept.category) == ("mine", "我的")


async def test_a_node_under_which_somebody_keeps_theirs_is_not_dropped(desk: Desk) -> None:
    async with UnitOfWork(desk.database) as uow:
        above = (await uow.library.ensure(Shelf.DESK, ["公共"], NOON))["公共"]
        mine = Category(0, Shelf.DESK, above, "我的", 0, Scope.PERSONAL, desk.admin.id)
        await uow.library.add_category(mine, NOON)
        await uow.commit()

    await desk.takes(said(Playbook()), whole=True)

    async with UnitOfWork(desk.database) as uow:
        left = await uow.library.categories(Shelf.DESK)
    assert [node.name for node in left] == ["公共", "我的"]


async def test_settings_that_a_file_does_not_name_stay(desk: Desk) -> None:
    await desk.takes(read("settings: {precision: 0.8, depth: 6}"))

    done = await desk.takes(read("settings: {depth: 5}"), whole=True)

    assert (await desk.holds()).answering == Answering(precision=0.8, depth=5)
    assert (done.settings.changed, done.settings.same) == (1, 0)


async def test_an_expression_that_hangs_is_refused_and_nothing_changes(desk: Desk) -> None:
    file = read("settings: {mask_desk: '(a+)+$', depth: 5}\nrules: []")
    async with UnitOfWork(desk.database) as uow:
        with pytest.raises(BadRequestText):
            await compare(uow, desk.admin, file)

    with pytest.raises(BadRequestText):
        await desk.takes(file)

    assert (await desk.holds()).answering == Answering()
