"""What somebody has just changed is taken back, on both databases."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.bell import PLAYBOOK
from bot.compiled import Compiled
from bot.handlers import (
    assign_library,
    library,
    settings,
    teach_faq,
    teach_prompt,
    teach_rule,
    teach_words,
    undo,
)
from bot.handlers.teach_faq import FaqDraft, Wishes
from bot.handlers.teach_rule import RuleDraft
from core.errors import Conflict, NotAllowed, NotFound
from core.i18n.texts import texts
from core.messages import text
from core.playbook import Match, Playbook
from core.prompts import CLOSED, default_prompt
from core.states import Role
from core.tree import ROOT
from storage.uow import UnitOfWork
from tests.handlers.library_house import DESK, FAQ, NOON, House, open_house


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with open_house(database_url) as opened:
        yield opened


async def everything(house: House) -> tuple[Any, ...]:
    book = await house.book()
    desk = await house.stock(DESK)
    # Nodes stand in their order; the numbers behind it may differ.
    nodes = [replace(node, position=0) for node in (*book.categories, *desk.tree)]
    others = book.words, book.prompts, book.answering
    return book.rules, book.faq, nodes, book.assigned, desk.entries, others


DEFAULT = default_prompt(CLOSED, texts("en"))


def words(name: str) -> teach_words.Wishes:
    return teach_words.Wishes(name=name, words=("bad",))


Act = Callable[[House, UnitOfWork], Awaitable[Any]]
CHANGES: dict[str, Act] = {
    "add entry": lambda h, uow: teach_faq.add(
        uow, h.admin, FaqDraft("new", text("x"), "A"), Playbook(), NOON
    ),
    "change entry": lambda h, uow: teach_faq.amend(
        uow, h.admin, 1, Wishes(question="other", category="A/B", new=True), Playbook(), NOON
    ),
    "switch entry": lambda h, uow: teach_faq.switch(uow, h.admin, 1, False, NOON),
    "delete entry": lambda h, uow: teach_faq.remove(uow, h.admin, 1, NOON),
    "move entry": lambda h, uow: teach_faq.shift(uow, h.admin, 1, False, NOON),
    "delete desk entry": lambda h, uow: teach_faq.remove(uow, h.admin, 3, NOON, shelf=None),
    "add node": lambda h, uow: library.add_folder(uow, h.admin, FAQ, 1, "x", NOON),
    "rename node": lambda h, uow: library.rename_folder(uow, h.admin, 1, "x", NOON),
    "move node": lambda h, uow: library.move_folder(uow, h.admin, 2, ROOT, NOON),
    "shift node": lambda h, uow: library.shift_folder(uow, h.admin, 3, True, NOON),
    "delete tree": lambda h, uow: library.delete_folder(uow, h.admin, 1, NOON, whole=True),
    "assign": lambda h, uow: assign_library.toggle(uow, h.admin, h.group, FAQ, 1, NOON),
    "add rule": lambda h, uow: teach_rule.add(
        uow,
        h.admin,
        RuleDraft(Match.ANY, ("w",), (text("r"),)),
        Compiled.build(Playbook()),
        NOON,
    ),
    "switch rule": lambda h, uow: teach_rule.switch(uow, h.admin, 1, False, NOON),
    "delete rule": lambda h, uow: teach_rule.remove(uow, h.admin, 1, NOON),
    "add words": lambda h, uow: teach_words.add(uow, h.admin, words("other"), NOON),
    "switch words": lambda h, uow: teach_words.switch(uow, h.admin, 1, True, NOON),
    "delete words": lambda h, uow: teach_words.remove(uow, h.admin, 1, NOON),
    "first prompt": lambda h, uow: teach_prompt.change(
        uow, h.admin, "shop", teach_prompt.Wishes(body="Hi"), DEFAULT, NOON
    ),
    "change prompt": lambda h, uow: teach_prompt.change(
        uow, h.admin, None, teach_prompt.Wishes(enabled=False), DEFAULT, NOON
    ),
    "reset prompt": lambda h, uow: teach_prompt.reset(uow, h.admin, None, DEFAULT, NOON),
    "first prompt of a group": lambda h, uow: teach_prompt.change(
        uow, h.admin, f"group:{h.group}", teach_prompt.Wishes(faq=True), DEFAULT, NOON
    ),
    "setting": lambda h, uow: settings.change(uow, h.admin, "depth", 6, NOON),
}


async def filled(house: House) -> None:
    """Nodes 1 A, 2 A/B, 3 C; entries 1 and 2 in A, 3 on the agents' shelf; rule 1; words 1."""
    await house.does(lambda uow: uow.accounts.keep({"shop": "telegram"}, NOON))
    a = await house.folder("A")
    await house.folder("B", a.id)
    await house.folder("C")
    await house.add("q1", "A")
    await house.add("q2", "A/B")
    await house.amend(2, category="A")
    await house.add("q3", "Desk", DESK)
    book = Compiled.build(Playbook())
    draft = RuleDraft(Match.ANY, ("price",), (text("100"),))
    await house.does(lambda uow: teach_rule.add(uow, house.admin, draft, book, NOON))
    await house.does(lambda uow: teach_words.add(uow, house.admin, words("rude"), NOON))
    hello = teach_prompt.Wishes(body="Hello")
    await house.does(lambda uow: teach_prompt.change(uow, house.admin, None, hello, DEFAULT, NOON))


@pytest.mark.parametrize("name", CHANGES)
async def test_every_change_is_taken_back_whole_and_once_within_thirty_seconds(
    house: House, name: str
) -> None:
    await filled(house)
    before = await everything(house)
    await house.does(lambda uow: CHANGES[name](house, uow))
    assert await everything(house) != before
    first, last = min(house.recorded), max(house.recorded)
    house.rings.clear()

    await house.takes_back(after=30)

    assert await everything(house) == before
    assert (PLAYBOOK in house.rings) is (name != "delete desk entry")
    with pytest.raises(Conflict, match=r"undo\.changed_since"):
        await house.does(lambda uow: undo.undo(uow, house.admin, first, last, NOON))
    assert await everything(house) == before


async def test_after_thirty_seconds_it_is_too_late(house: House) -> None:
    await house.add("q")

    with pytest.raises(Conflict, match=r"undo\.too_late"):
        await house.takes_back(after=30.1)

    assert len((await house.book()).faq) == 1


async def test_what_was_changed_since_stays(house: House) -> None:
    entry = await house.add("q")
    await house.amend(entry.id, title="one")
    recorded = house.recorded
    await house.amend(entry.id, title="two")
    house.recorded = recorded

    with pytest.raises(Conflict, match=r"undo\.changed_since"):
        await house.takes_back()

    assert (await house.book()).faq[0].title == "two"


async def test_a_new_node_that_holds_something_by_now_stays(house: House) -> None:
    await house.folder("A")
    recorded = house.recorded
    await house.add("q", "A")
    house.recorded = recorded

    with pytest.raises(Conflict, match=r"undo\.changed_since"):
        await house.takes_back()

    assert await house.paths() == ["A"]


async def test_nobody_takes_back_what_somebody_else_did(house: House) -> None:
    await house.add("q")

    for role in (Role.OWNER, Role.AGENT):
        with pytest.raises(NotFound, match=r"undo\.nothing"):
            await house.takes_back(by=role)


async def test_who_may_no_longer_teach_takes_nothing_back(house: House) -> None:
    await house.add("q")
    demoted = replace(house.admin, role=Role.AGENT)

    with pytest.raises(NotAllowed):
        await house.does(
            lambda uow: undo.undo(uow, demoted, min(house.recorded), max(house.recorded), NOON)
        )


async def test_what_was_changed_last_is_found_without_its_number(house: House) -> None:
    async def latest() -> tuple[int, int]:
        now = NOON + timedelta(seconds=10)
        found: tuple[int, int] = await house.does(lambda uow: undo.latest(uow, house.admin, now))
        return found

    with pytest.raises(NotFound, match=r"undo\.nothing"):
        await latest()
    await house.add("q1")
    (number,) = house.recorded
    assert await latest() == (number, number)


@pytest.mark.requirement("OTH-09")
async def test_taking_back_is_itself_recorded(house: House) -> None:
    entry = await house.add("q")
    await house.amend(entry.id, title="t")
    await house.takes_back()

    async with UnitOfWork(house.database) as uow:
        newest, change, _ = await uow.audit.newest(5, subject="faq")

    assert (newest.action, newest.actor, newest.subject_id) == ("undo", "admin", str(entry.id))
    assert (newest.before, newest.after) == (change.after, change.before)
