"""Admins teach questions and answers by command."""

from datetime import date

import pytest

from core.messages import Kind
from core.playbook import FaqEntry
from tests.admin_bot.office import NOON, Office


async def entries(office: Office) -> tuple[FaqEntry, ...]:
    async with office.unit() as uow:
        return (await uow.taught.playbook()).faq


@pytest.mark.requirement("KBF-08")
@pytest.mark.parametrize(
    ("typed", "category", "question", "similar", "keywords", "answer"),
    [
        ("How long? = 48 hours", "", "How long?", (), (), "48 hours"),
        ("多久发货 | 什么时候发货｜几天能到 = 48 小时", "", "多久发货",
         ("什么时候发货", "几天能到"), (), "48 小时"),
        ("category: Delivery / Shipping\nkeywords: ship, parcel\nHow long? = 2 = two",
         "Delivery/Shipping", "How long?", (), ("ship", "parcel"), "2 = two"),
        ("分类：物流/发货\n关键词：发货，快递\n多久发货\n几天能到 ＝ 48 小时\n以内", "物流/发货",
         "多久发货", ("几天能到",), ("发货", "快递"), "48 小时\n以内"),
    ],
)  # fmt: skip
async def test_an_entry_is_read_as_it_is_typed(
    office: Office,
    typed: str,
    category: str,
    question: str,
    similar: tuple[str, ...],
    keywords: tuple[str, ...],
    answer: str,
) -> None:
    assert "added" in await office.ada.says(f"/faq_add {typed}")

    (entry,) = await entries(office)

    assert (entry.category, entry.question, entry.similar) == (category, question, similar)
    assert (entry.keywords, entry.answer.text) == (keywords, answer)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("", "Write it like this"),
        ("= 48 hours", "Write the question"),
        ("!!! = 48 hours", "Write the question"),
        ("How long?", "Write the answer"),
        ("valid: soon\nHow long? = x", "Write the period"),
        ("valid: 2026-02-30..\nHow long? = x", "Write the period"),
        ("valid: 2026-03-01..2026-02-01\nHow long? = x", "Write the period"),
        ("How long? = one\n---\ntwo", "one answer only"),
        (f"{'x' * 501} = y", "501 characters"),
        (f"keywords: {'x' * 101}\nq = y", "101 characters"),
        (f"category: {'x' * 257}\nq = y", "257 characters"),
    ],
)
async def test_words_that_do_not_fit_are_explained_and_change_nothing(
    office: Office, typed: str, answer: str
) -> None:
    assert answer in await office.ada.says(f"/faq_add {typed}")

    assert await entries(office) == ()


async def test_the_same_question_in_the_same_category_is_refused(office: Office) -> None:
    await office.ada.says("/faq_add How long? = 48 hours")

    assert "#1" in await office.ada.says("/faq_add How long? = 72 hours")
    await office.ada.says("/faq_add category: Abroad\nHow long? = 72 hours")

    assert [entry.category for entry in await entries(office)] == ["", "Abroad"]


@pytest.mark.requirement("KBF-15")
@pytest.mark.parametrize(
    ("valid", "offered"),
    [
        ("2026-01-01..2026-12-31", True),
        ("2026-11-22..2026-11-22", True),
        ("..2026-11-21", False),
        ("2026-11-23..", False),
        ("2026-11-22 至 2026-12-01", True),
    ],
)
async def test_an_entry_outside_its_period_is_not_offered(
    office: Office, valid: str, offered: bool
) -> None:
    await office.ada.says(f"/faq_add valid: {valid}\nHow long? = 48 hours")

    matches = office.desk.playbook.now.faq.rank(["How long?"], day=NOON.date())[0]

    assert bool(matches) is offered
    assert ("🗓" in await office.ada.says("/faq_list")) is not offered


@pytest.mark.requirement("KBF-15")
async def test_an_entry_that_is_switched_off_is_not_offered(office: Office) -> None:
    def found() -> bool:
        return bool(office.desk.playbook.now.faq.rank(["How long?"], day=NOON.date())[0])

    await office.ada.says("/faq_add How long? = 48 hours")
    assert found()

    assert "is off" in await office.ada.says("/faq_off 1")
    assert not found()

    assert "is on" in await office.ada.says("/faq_on 1")
    assert found()


async def test_a_period_is_kept_to_the_day(office: Office) -> None:
    await office.ada.says("/faq_add 有效期：2026-01-02~2026-03-04\nHow long? = 48 hours")

    (entry,) = await entries(office)
    assert (entry.valid_from, entry.valid_until) == (date(2026, 1, 2), date(2026, 3, 4))


async def test_a_photo_with_the_command_is_the_answer(office: Office) -> None:
    await office.ada.sends("photo", caption="/faq_add Where are you? = On this map")

    (entry,) = await entries(office)
    assert (entry.answer.kind, entry.answer.text) == (Kind.PHOTO, "On this map")


async def test_an_entry_is_edited_by_its_number(office: Office) -> None:
    await office.ada.says("/faq_add How long? | When? = 48 hours")

    answer = await office.ada.says("/faq_edit 1 How long does it take? = 24 hours")

    (entry,) = await entries(office)
    assert "changed" in answer
    assert (entry.id, entry.question, entry.similar) == (1, "How long does it take?", ())
    assert "no FAQ entry #9" in await office.ada.says("/faq_edit 9 a = b")


async def test_the_list_searches_answers_too_and_opens_entries(office: Office) -> None:
    await office.ada.says("/faq_add How long? = 48 hours")
    await office.ada.says("/faq_add How much? = 100")

    found = await office.ada.says("/faq_list HOURS")
    card = await office.ada.presses("#1")

    assert "How much" not in found
    assert "Answer:\n48 hours" in card


async def test_an_entry_is_deleted_after_a_second_question(office: Office) -> None:
    await office.ada.says("/faq_add How long? = 48 hours")
    await office.ada.says("/faq_list")

    await office.ada.presses("#1")
    await office.ada.presses("Delete")
    assert len(await entries(office)) == 1
    await office.ada.presses("Yes, delete")

    assert await entries(office) == ()
    assert "deleted" in office.ada.notice


@pytest.mark.requirement("KBF-20")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("进群 加群", ("进群", "加群")),
        ("进群　加群 进群", ("进群", "加群")),
        ("join group, enter", ("join group", "enter")),
        ("进群，加群", ("进群", "加群")),
        ("one", ("one",)),
    ],
)
async def test_keywords_are_parted_by_blanks_or_commas(
    office: Office, typed: str, found: tuple[str, ...]
) -> None:
    await office.ada.says(f"/faq_add keywords: {typed}\nHow do I join? = Like this")

    assert (await entries(office))[0].keywords == found


@pytest.mark.requirement("OTH-09")
async def test_every_change_is_recorded_with_actor_and_time(office: Office) -> None:
    await office.ada.says("/faq_add How long? = 48 hours")
    await office.ada.says("/faq_edit 1 How long? = 24 hours")
    await office.ada.says("/faq_list")
    await office.ada.presses("#1")
    await office.ada.presses("Off")
    await office.ada.presses("On")
    await office.ada.presses("Delete")
    await office.ada.presses("Yes, delete")

    changes = list(reversed(await office.changes("faq")))

    assert [change.action for change in changes] == ["add", "change", "off", "on", "delete"]
    assert {(change.actor, change.subject_id, change.at) for change in changes} == {
        ("Ada", "1", NOON)
    }
    assert changes[1].before is not None
    assert changes[1].after is not None
    assert changes[1].before["answer"]["text"] == "48 hours"
    assert changes[1].after["answer"]["text"] == "24 hours"
