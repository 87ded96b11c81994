"""Agents find quick replies at the staff bot and send them."""

from collections.abc import AsyncIterator

import pytest

from bot.handlers.agent_reply import STAFF_MESSAGE
from core.messages import Content, Kind, Media, text
from core.playbook import BannedWords, EntryKind, Scope, Shelf
from storage.repos.departments import Branch
from tests.admin_bot.desk.counter import add, kept, labels, open_counter, owned, said
from tests.admin_bot.office import BO, NOON, Office
from tests.playground.stage import png


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    async with open_counter(sqlite_url) as opened:
        yield opened


# -- sending --------------------------------------------------------------------------------------


@pytest.mark.requirement("MAT-11", "KBF-11")
async def test_a_reply_is_chosen_looked_at_and_sent_to_the_customer_in_front(
    office: Office,
) -> None:
    (ann,) = await office.serving(BO, "Ann")
    await office.bo.says("/quick_add Hello = Hi, what can I do for you?")

    await office.bo.says("/quick")
    shown = await office.bo.presses("Hello")
    assert "Hi, what can I do for you?" in shown
    assert await said(office, ann) == []
    after = await office.bo.presses("Send")

    assert f"Sent to Ann · #{ann}: Hello" in after
    (line,) = await said(office, ann)
    assert line.content.text == "Hi, what can I do for you?"
    assert line.author_name == "Bo"
    (entry,) = await kept(office)
    assert entry.uses == 1


async def test_a_repeated_press_sends_and_counts_once(office: Office) -> None:
    (ann,) = await office.serving(BO, "Ann")
    number = await add(office, "Hello", text("Hi"), **await owned(office))
    await office.bo.says("/quick")
    await office.bo.presses("Hello")
    send = next(b["callback_data"] for b in office.bo.buttons() if "Send" in b["text"])
    world, message = office.world, office.bo.chat[-1]
    room = world.place(world.whoever(BO), "900:STAFF")
    world.pressed(world.whoever(BO), room, message, world.bot("900:STAFF"), send)
    (update,) = await office.updates()

    await office.bot.handle(update)
    await office.bot.handle(update)

    assert len(await said(office, ann)) == 1
    assert [(e.id, e.uses) for e in await kept(office)] == [(number, 1)]


@pytest.mark.requirement("MAT-11")
async def test_without_confirmation_a_press_sends_at_once(office: Office) -> None:
    """The list stays, and the chat says what went where."""
    (ann,) = await office.serving(BO, "Ann")
    await add(office, "Hello", text("Hi"), **await owned(office))
    await office.bo.says("/quick")
    await office.bo.presses("Confirm before sending: on")
    assert "Confirm before sending: off" in labels(office.bo)
    listed = office.bo.chat[-1]

    await office.bo.presses("Hello")

    assert [line.content.text for line in await said(office, ann)] == ["Hi"]
    assert office.bo.heard[-1] == f"✔ Sent to Ann · #{ann}: Hello"
    await office.bo.presses("Hello", listed)
    assert len(await said(office, ann)) == 2


async def test_edited_first_the_new_words_go_out_and_the_reply_stays(office: Office) -> None:
    (ann,) = await office.serving(BO, "Ann")
    await add(office, "Hello", text("Hi <name>"), **await owned(office))
    await office.bo.says("/quick")
    await office.bo.presses("Hello")
    await office.bo.presses("Edit first")
    assert "Hi <name>" in office.bo.heard[-1]

    await office.bo.says("Hi Ann")

    (line,) = await said(office, ann)
    assert line.content.text == "Hi Ann"
    (entry,) = await kept(office)
    assert (entry.answer.text, entry.uses) == ("Hi <name>", 1)


async def test_a_picture_is_shown_and_sent_as_a_picture(office: Office) -> None:
    (ann,) = await office.serving(BO, "Ann")
    await office.bo.sends("photo", png(), caption="/quick_add Our shop = Come in")
    await office.bo.says("/quick")

    await office.bo.presses("Our shop")
    assert office.bo.chat[-1]["photo"]
    assert office.bo.chat[-1]["caption"] == "Come in"
    await office.bo.presses("Send", office.bo.chat[-2])

    (line,) = await said(office, ann)
    assert (line.content.kind, line.content.text) == (Kind.PHOTO, "Come in")


async def test_a_blocked_word_holds_it_back_as_a_draft_and_counts_no_use(office: Office) -> None:
    """It goes the way of everything that agents write."""
    (ann,) = await office.serving(BO, "Ann")
    async with office.unit() as uow:
        words = BannedWords("Ads", ("wechat",), "block", "staff", enabled=True)
        await uow.taught.add_words([words], NOON, "Ada")
        await uow.taught.touch()
        await uow.commit()
    await office.desk.playbook.refresh()
    await add(office, "Add me", text("my wechat"), **await owned(office))
    await office.bo.says("/quick")
    await office.bo.presses("Add me")

    await office.bo.presses("Send")

    assert f"Not sent to Ann · #{ann}" in office.bo.heard[-1]
    assert await said(office, ann) == []
    assert [entry.uses for entry in await kept(office)] == [0]
    async with office.unit() as uow:
        (draft,) = await uow.watch.drafts((await office.member(BO)).id)
    assert draft.content.text == "my wechat"
    assert STAFF_MESSAGE not in draft.content.data


async def test_with_nobody_in_front_nothing_is_sent(office: Office) -> None:
    await add(office, "Hello", text("Hi"), **await owned(office))
    await office.bo.says("/quick")
    await office.bo.presses("Hello")

    await office.bo.presses("Send")

    assert "Sent to" not in office.bo.heard[-1]
    assert [entry.uses for entry in await kept(office)] == [0]


# -- finding --------------------------------------------------------------------------------------


async def test_the_list_tells_content_and_uses_and_is_narrowed_down_by_words(
    office: Office,
) -> None:
    mine = await owned(office)
    address = {"url": "https://shop.example/prices"}
    await add(
        office, "Prices", Content(Kind.LINK, title="Prices", data=address), kind=EntryKind.LINK
    )
    hello = await add(office, "Hello", text("Good morning"), **mine)
    async with office.unit() as uow:
        await uow.library.used({hello: 3})
        await uow.commit()

    shown = (await office.bo.says("/quick")).splitlines()
    assert shown[1] == "1. Hello → Good morning (3×)"
    assert shown[2].startswith("2. Prices → [")
    assert "https://shop.example/prices" in shown[2]
    found = await office.bo.says("/quick morning")
    assert "Hello" in found
    assert "Prices" not in found
    assert "Nothing holds these words." in await office.bo.says("/quick nothing")


@pytest.mark.requirement("KBF-26")
async def test_questions_of_customers_phrases_of_the_shop_and_own_ones_are_in_one_list(
    office: Office,
) -> None:
    await add(office, "How long?", text("48 hours"), kind=EntryKind.QA)
    await add(office, "Sorry", text("We are sorry"), kind=EntryKind.PHRASE)
    await office.bo.says("/quick_add Bye = See you")

    assert "1 Bye" in labels(office.bo)
    everything = await office.bo.says("/quick")
    shop = await office.bo.presses("Everybody's (2)")

    assert all(title in everything for title in ("How long?", "Sorry", "Bye"))
    assert "Bye" not in shop
    assert "How long? → 48 hours" in shop


@pytest.mark.requirement("MAT-24")
async def test_entries_of_every_scope_and_kind_are_found_and_sent(office: Office) -> None:
    """Scopes: personal, department, service group, public; kinds: phrase, Q&A, link, file, card."""
    (ann,) = await office.serving(BO, "Ann")
    bo = await office.member(BO)
    file = Media("staff", "f1", file_name="a.pdf")
    address = {"url": "https://shop.example"}
    contents = {
        EntryKind.PHRASE: text("phrase"),
        EntryKind.QA: text("answer"),
        EntryKind.LINK: Content(Kind.LINK, title="Shop", data=address),
        EntryKind.FILE: Content(Kind.DOCUMENT, "file", file),
        EntryKind.CARD: Content(Kind.LINK, "", Media("staff", "p1"), title="Shop", data=address),
    }
    async with office.unit() as uow:
        sales = await uow.departments.add(Branch(0, None, "Sales"), NOON)
        await uow.staffing.change(bo.id, department_id=sales, confirm_quick=False)
        (group,) = (await uow.staffing.memberships())[bo.id]
        await uow.commit()
    owners = {
        Scope.PERSONAL: bo.id,
        Scope.DEPARTMENT: sales,
        Scope.GROUP: group,
        Scope.PUBLIC: None,
    }
    for scope, owner in owners.items():
        for kind, content in contents.items():
            title = f"{scope.value} {kind.value}"
            await add(office, title, content, kind=kind, scope=scope, owner_id=owner)

    await office.bo.says("/quick")
    listed = office.bo.chat[-1]
    for scope in owners:
        for kind in contents:
            await office.bo.presses(f"{scope.value} {kind.value}", listed)

    sent = [line.content for line in await said(office, ann)]
    assert [(c.kind, c.text, c.media) for c in sent] == [
        (c.kind, c.text, c.media) for _ in owners for c in contents.values()
    ]
    assert {entry.uses for entry in await kept(office)} == {1}


@pytest.mark.requirement("MAT-02")
async def test_any_number_of_groups_can_be_reached(office: Office) -> None:
    mine = await owned(office)
    async with office.unit() as uow:
        owner = (mine["scope"], mine["owner_id"])
        await uow.library.ensure(Shelf.DESK, [f"Group {n:02}" for n in range(45)], NOON, owner)
        await uow.commit()
    await add(office, "Hello", text("Hi"), "Group 44", **mine)
    await office.bo.says("/quick")
    await office.bo.presses("My own")

    await office.bo.presses("‹")
    assert "1. Hello → Hi" in office.bo.heard[-1]
    await office.bo.presses("Group 44 (1)")

    assert office.bo.heard[-1].startswith("My own / Group 44 (1)")


async def test_admins_reach_every_department(office: Office) -> None:
    async with office.unit() as uow:
        for number in range(30):
            await uow.departments.add(Branch(0, None, f"Team {number:02}"), NOON)
        await uow.commit()

    await office.ada.says("/quick")
    await office.ada.presses("All 33 parts")
    await office.ada.presses("›")

    await office.ada.presses("Department Team 29")
    assert "Department Team 29 (0)" in office.ada.heard[-1]


async def test_long_lists_are_turned_20_at_a_time(office: Office) -> None:
    mine = await owned(office)
    for number in range(1, 24):
        await add(office, f"Reply {number:02}", text("x"), **mine)

    first = await office.bo.says("/quick")
    assert "20. Reply 20" in first
    assert "Reply 21" not in first
    second = await office.bo.presses("›")
    assert "21. Reply 21" in second
    assert "Reply 20" not in second
