"""Admins at the lists of sensitive words, through the staff bot."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_bot.commands.word_card import ALL, OFF, ON, PRESSES, View, placed
from bot.handlers.teach_words import Order
from bot.rules.sensitive import WordBook
from core.i18n.texts import texts
from core.playbook import BannedWords, WordDirection
from storage.repos.watch import Hit
from tests.admin_bot.office import NOON, Office, Person


async def lists(office: Office) -> list[BannedWords]:
    async with office.desk.reading() as uow:
        return await uow.taught.word_lists()


async def only(office: Office) -> BannedWords:
    (found,) = await lists(office)
    return found


async def found_now(office: Office, text: str) -> list[str]:
    """Return what the playbook that is in force finds in an agent's *text*."""
    words: WordBook = office.desk.playbook.now.words
    return [hit.word for hit in words.find(text, WordDirection.STAFF, "shop")]


async def add(office: Office, name: str, words: str = "a", **more: object) -> int:
    """Store a list without the bot."""
    facts = {"action": "block", "direction": "staff", **more}
    async with office.unit() as uow:
        (number,) = await uow.taught.add_words(
            [BannedWords(name, (words,), **facts)],  # type: ignore[arg-type]
            office.moment[0],
            "Ada",
        )
        await uow.taught.touch()
        await uow.commit()
    office.moment[0] += timedelta(minutes=1)
    return number


async def hit(office: Office, number: int, times: int) -> None:
    async with office.unit() as uow:
        for one in range(times):
            await uow.watch.add_hits(
                [Hit(number, "x", "negative", "a", "warn", "staff", "shop", 1, f"m{one}", NOON)]
            )
        await uow.commit()


def listed(text: str) -> list[str]:
    """Return the numbers of the lists on a page, in their order."""
    return [line.split()[0] for line in text.splitlines() if line.startswith("#")]


def labels(person: Person) -> dict[str, str]:
    return {b["text"]: b["callback_data"] for b in person.buttons()}


@pytest.mark.requirement("SEN-02")
@pytest.mark.requirement("SEN-05")
async def test_a_new_list_is_off_until_it_is_switched_on(office: Office) -> None:
    """Its words may stand between commas of both kinds and line breaks."""
    answer = await office.ada.says("/word_add 广告 = 加微信，转账, 返现\n刷单")

    assert (await only(office)).words == ("加微信", "转账", "返现", "刷单")
    assert not (await only(office)).enabled
    assert "It is off: nothing is watched" in answer
    assert await found_now(office, "可以转账") == []

    answer = await office.ada.presses("On")

    assert (await only(office)).enabled
    assert "are on" in answer
    assert await found_now(office, "可以转账") == ["转账"]

    await office.ada.says(f"/word_off {(await only(office)).id}")
    assert await found_now(office, "可以转账") == []
    await office.ada.says(f"/word_on {(await only(office)).id}")
    assert await found_now(office, "可以转账") == ["转账"]


@pytest.mark.requirement("SEN-02")
async def test_a_name_has_ten_characters_and_the_rest_is_ignored_and_said(office: Office) -> None:
    answer = await office.ada.says("/word_add 一二三四五六七八九十百千 = x")

    assert (await only(office)).name == "一二三四五六七八九十"
    assert "“百千” was left out" in answer


@pytest.mark.requirement("SEN-02")
async def test_the_words_of_a_list_have_500_characters_in_all(office: Office) -> None:
    """The commas between them count, as in a box that takes 500 characters."""
    fits = "，".join(["词" * 99, "a" * 99, "b" * 99, "c" * 99, "d" * 100])
    assert len(fits) == 500

    await office.ada.says(f"/word_add long = {fits}")
    assert len((await only(office)).words) == 5
    answer = await office.ada.says(f"/word_add longer = {fits}e")

    assert "501 characters" in answer
    assert "500 are possible" in answer
    assert len(await lists(office)) == 1


@pytest.mark.requirement("SEN-03")
async def test_a_list_is_negative_unless_told_otherwise_and_works_whatever_its_class(
    office: Office,
) -> None:
    await office.ada.says("/word_add Ads = refund")
    assert (await only(office)).about == "negative"
    await office.ada.presses("On")

    for label, about in (("positive", "positive"), ("neutral", "neutral"), ("negative",) * 2):
        await office.ada.presses(label)
        assert (await only(office)).about == about
        assert await found_now(office, "a refund") == ["refund"]
        assert f"● {label}" in labels(office.ada)


@pytest.mark.requirement("SEN-34")
async def test_the_form_changes_every_field_of_a_list(office: Office) -> None:
    """Many words, class, action, match, whose messages, accounts, on or off."""
    await office.ada.says("/word_add Ads = refund")
    before = await only(office)
    assert (before.action, before.direction, before.match) == ("block", "staff", "contains")

    for label in ("warn only", "both", "is the word", "neutral", "club", "On"):
        await office.ada.presses(label)
    await office.ada.presses("✏ Name")
    await office.ada.says("Money")
    await office.ada.presses("✏ Words")
    await office.ada.says("cash back，gift")

    now = await only(office)
    assert (now.action, now.direction, now.match, now.about) == (
        *("warn", "both", "equals"),
        "neutral",
    )
    assert (now.name, now.words) == ("Money", ("cash back", "gift"))
    assert (now.accounts, now.enabled) == (("club",), True)
    changes = await office.changes("words")
    assert [c.action for c in changes] == ["change"] * 2 + ["on"] + ["change"] * 5 + ["add"]
    await office.ada.presses("club")
    assert (await only(office)).accounts == ()


async def test_the_same_form_by_command(office: Office) -> None:
    await office.ada.says("/word_add Ads = refund")
    number = (await only(office)).id

    await office.ada.says(f"/word_edit {number} Money = cash, gift")
    assert ((await only(office)).name, (await only(office)).words) == ("Money", ("cash", "gift"))
    await office.ada.says(f"/word_edit {number} = cash")
    assert ((await only(office)).name, (await only(office)).words) == ("Money", ("cash",))
    answer = await office.ada.says(f"/word_edit {number}")
    assert "Class: negative" in answer


@pytest.mark.requirement("SEN-01")
async def test_the_list_shows_every_column_the_newest_first(office: Office) -> None:
    """Ten characters of the name, fifteen of the words and three dots."""
    old = await add(office, "一二三四五六七八九十百", "x" * 16, about="neutral")
    new = await add(office, "New", "x" * 15, enabled=True)
    await hit(office, old, 3)

    answer = await office.ada.says("/word_list")

    first, second = [line for line in answer.splitlines() if line.startswith("#")]
    assert first == (f"#{new} New: {'x' * 15} · negative · on · hits: 0 · Ada, 2026-11-22 20:01")
    assert second == (
        f"#{old} 一二三四五六七八九十: {'x' * 15}... · neutral · off · hits: 3 · "
        "Ada, 2026-11-22 20:00"
    )
    assert {f"#{old}", f"#{new}"} <= labels(office.ada).keys()
    opened = await office.ada.presses(f"#{old}")
    assert "Hits: 3" in opened
    assert {"▶ On", "🗑 Delete", "✏ Name", "✏ Words"} <= labels(office.ada).keys()


@pytest.mark.requirement("SEN-01")
async def test_hits_sort_ascending_first_then_descending(office: Office) -> None:
    numbers = [await add(office, name) for name in ("one", "two", "three")]
    for number, times in zip(numbers, (2, 5, 1), strict=True):
        await hit(office, number, times)
    one, two, three = (f"#{n}" for n in numbers)

    assert listed(await office.ada.says("/word_list")) == [three, two, one]
    assert listed(await office.ada.presses("Hits")) == [three, one, two]
    assert listed(await office.ada.presses("Hits")) == [two, one, three]
    assert listed(await office.ada.presses("Hits")) == [three, two, one]


@pytest.mark.requirement("SEN-01")
async def test_lists_are_filtered_by_state_and_searched_by_a_part_of_their_name(
    office: Office,
) -> None:
    on = await add(office, "广告一号", enabled=True)
    off = await add(office, "广告二号")
    other = await add(office, "Rude words")

    assert listed(await office.ada.says("/word_list")) == [f"#{n}" for n in (other, off, on)]
    assert "● All" in labels(office.ada)
    assert listed(await office.ada.presses_data(labels(office.ada)["On"])) == [f"#{on}"]
    assert listed(await office.ada.presses_data(labels(office.ada)["Off"])) == [
        f"#{other}",
        f"#{off}",
    ]
    assert listed(await office.ada.says("/word_list 广号")) == [f"#{off}", f"#{on}"]
    assert listed(await office.ada.presses_data(labels(office.ada)["On"])) == [f"#{on}"]
    await office.ada.presses("Search")
    assert listed(await office.ada.says("rude")) == []
    assert listed(await office.ada.presses("All of them")) == [f"#{n}" for n in (other, off, on)]
    assert listed(await office.ada.says("/word_list RUDE")) == [f"#{other}"]


async def test_twenty_lists_stand_on_a_page(office: Office) -> None:
    numbers = [await add(office, f"list {n}") for n in range(21)]

    page = await office.ada.says("/word_list")
    assert listed(page) == [f"#{n}" for n in reversed(numbers[1:])]
    assert listed(await office.ada.presses("›")) == [f"#{numbers[0]}"]


@pytest.mark.requirement("SEN-06")
async def test_deleting_asks_first_and_keeps_what_was_there(office: Office) -> None:
    """The row stays, hidden; "undo" brings it back within 30 seconds with its counts."""
    number = await add(office, "Ads", "refund", enabled=True)
    await hit(office, number, 2)
    await office.ada.says("/word_list")
    await office.ada.presses(f"#{number}")

    await office.ada.presses("Delete")
    assert len(await lists(office)) == 1
    await office.ada.presses("No, keep it")
    await office.ada.presses("Delete")
    await office.ada.presses("Yes, delete")

    assert await lists(office) == []
    assert await found_now(office, "a refund") == []
    await office.ada.presses("Undo")
    assert ((await only(office)).id, (await only(office)).hits) == (number, 2)


async def test_what_does_not_fit_is_asked_for_again_and_asking_can_be_called_off(
    office: Office,
) -> None:
    number = await add(office, "Ads", "refund")
    await add(office, "Taken")
    await office.ada.says(f"/word_edit {number}")

    await office.ada.presses("✏ Name")
    assert "is called “Taken” already" in await office.ada.says("Taken")
    await office.ada.says("Money")
    assert {b.name for b in await lists(office)} == {"Money", "Taken"}

    await office.ada.presses("✏ Words")
    assert "501 characters" in await office.ada.says("x" * 501)
    await office.ada.says("gift")
    assert {b.words for b in await lists(office)} == {("gift",), ("a",)}

    await office.ada.presses("✏ Words")
    waiting = next(m for m in office.ada.chat if "reply_markup" in m and "Cancel" in str(m))
    await office.ada.presses("Cancel", waiting)
    await office.ada.says("this is for a customer")
    assert {b.words for b in await lists(office)} == {("gift",), ("a",)}


@given(
    st.integers(1, 999),
    st.text(max_size=40),
    st.sampled_from(Order),
    st.sampled_from([ALL, ON, OFF]),
    st.integers(1, 999_999),
)
def test_a_place_in_the_list_survives_the_64_bytes_of_a_button(
    page: int, search: str, order: Order, shown: str, number: int
) -> None:
    view = View(page, View.of_search(search).search, order, shown)

    for name in PRESSES:
        data = view.data(name, number, 999) if name == "word_account" else view.data(name, number)
        assert len(data.encode()) <= 64
    assert View.read(view.data("x").removeprefix("x:")) == view
    assert placed(view.data("x", number).removeprefix("x:")) == (number, view)


async def test_a_change_is_taken_back(office: Office) -> None:
    await add(office, "Ads", "refund")
    await office.ada.says(f"/word_edit {(await only(office)).id} Money = cash")

    await office.ada.presses("Undo")

    assert ((await only(office)).name, (await only(office)).words) == ("Ads", ("refund",))


async def test_trying_a_text_tells_what_each_list_would_do(office: Office) -> None:
    await add(office, "Ads", "refund", enabled=True)
    await add(office, "Rude", "fool", action="warn", direction="both", enabled=True)
    await add(office, "Off", "fool")

    answer = await office.ada.says("/word_test no refund, f\u200bool")

    assert "Ads: refund → an agent's message is not sent (all accounts)" in answer
    assert "an agent's message is sent and recorded, a customer's message is recorded" in answer
    assert "Off: fool → nothing, the list is off" in answer
    assert "finds anything" in await office.ada.says("/word_test good morning")


@pytest.mark.parametrize(
    ("command", "part"),
    [
        ("/word_add", "Write it like this"),
        ("/word_add Ads", "Write it like this"),
        ("/word_add = x", "Write it like this"),
        ("/word_add Ads = ,，", "at least one word"),
        ("/word_add Ads = \u200b\u200b", "holds nothing that could be found"),
        ("/word_add \u200b = x", "a name"),
        ("/word_add There = x", "is called “There” already"),
        ("/word_edit", "Write it like this"),
        ("/word_edit 99 = x", "no list of sensitive words #99"),
        ("/word_on 99", "no list of sensitive words #99"),
        ("/word_off x", "Write it like this"),
        ("/word_test", "Write it like this"),
    ],
)
async def test_mistakes_are_told_and_change_nothing(
    office: Office, command: str, part: str
) -> None:
    await add(office, "There")

    assert part in await office.ada.says(command)

    assert [b.name for b in await lists(office)] == ["There"]


async def test_agents_have_no_business_here(office: Office) -> None:
    number = await add(office, "Ads")

    for command in (
        *("/word_add X = y", "/word_list", "/word_test x", "/setting"),
        f"/word_on {number}",
    ):
        assert await office.bo.says(command) == texts("en")("error.not_allowed")

    assert [(b.name, b.enabled) for b in await lists(office)] == [("Ads", False)]
