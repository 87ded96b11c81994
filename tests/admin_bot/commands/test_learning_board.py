"""Admins teach what the bot could not answer, and try things before they are stored."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from admin_bot.commands import faq_preview, learn, rule_preview, undo
from admin_bot.commands.all import COMMANDS
from core.messages import text
from core.states import Author, Direction
from storage.repos.conversations import Event
from storage.repos.messages import TranscriptLine
from tests.admin_bot.office import BO, NOON, Office, open_office

INVOICE = ("How do I get an invoice?", "can I get an invoice please", "I want to get an invoice")


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    mine = (learn.COMMAND, rule_preview.COMMAND, faq_preview.COMMAND, undo.COMMAND)
    extra = [command for command in mine if command not in COMMANDS]
    async with open_office(sqlite_url, extra_commands=extra) as opened:
        yield opened


async def asked(
    office: Office, *texts: str, answer: str = "", kind: str = "no_answer", **data: object
) -> None:
    """Put what customers asked into the transcript, with what the robot did about it."""
    names = [f"customer {number} of {texts[0]}" for number, _ in enumerate(texts)]
    numbers = await office.serving(BO, *names)
    bo = await office.member(BO)
    async with office.unit() as uow:
        account = (await uow.accounts.all())[0].id
        for number, words in zip(numbers, texts, strict=True):
            lines = [
                TranscriptLine(
                    *(number, account, f"in{number}", Direction.IN, Author.CUSTOMER, "Ann"),
                    *(text(words), NOON),
                )
            ]
            if answer:
                out = (number, account, f"out{number}", Direction.OUT, Author.AGENT, "Bo")
                lines.append(TranscriptLine(*out, text(answer), NOON, staff_id=bo.id))
            await uow.messages.add(lines, NOON)
            if kind:
                event = Event(number, NOON, kind, data={"said": words, **data})
                await uow.conversations.record([event])
        await uow.commit()


async def test_two_taps_make_an_entry_with_the_agents_answer(office: Office) -> None:
    await asked(office, *INVOICE, answer="Tick the invoice box when you order.")
    assert "Nothing to learn" in await office.ada.says("/learn")
    board = await office.ada.presses("Look again")
    assert "What the bot could learn: 1" in board
    assert "×3" in board
    assert "💬 Agents answer: Tick the invoice box" in board

    card = await office.ada.presses("learn_show:1")
    assert "Asked 3 times" in card
    done = await office.ada.presses("Make an entry with this answer")

    assert "Entry #1 is made" in done
    (entry,) = office.desk.playbook.now.playbook.faq
    assert set(INVOICE) == {entry.question, *entry.similar}
    assert text("Tick the invoice box when you order.") == entry.answer
    (change,) = await office.changes("faq")
    assert ("add", "Ada") == (change.action, change.actor)
    assert "Nothing to learn" in await office.ada.presses("To the suggestions")


async def test_what_was_made_can_be_taken_back_and_the_suggestion_comes_back(
    office: Office,
) -> None:
    await asked(office, *INVOICE, answer="Tick the invoice box when you order.")
    await office.ada.says("/learn")
    await office.ada.presses("Look again")
    await office.ada.presses("learn_show:1")
    await office.ada.presses("Make an entry with this answer")
    made = office.ada.chat[-1]

    await office.ada.presses("Undo", made)

    assert () == office.desk.playbook.now.playbook.faq
    assert "×3" in await office.ada.says("/learn")


async def test_where_agents_gave_no_common_answer_the_admin_is_asked_for_it(
    office: Office,
) -> None:
    await asked(office, *INVOICE)
    await office.ada.says("/learn")
    await office.ada.presses("Look again")
    card = await office.ada.presses("learn_show:1")
    assert "you write it" in card
    await office.ada.presses("write the answer")
    assert "What shall the bot answer" in office.ada.heard[-1]

    done = await office.ada.says("Write to billing@shop.example.")

    assert "Entry #1 is made" in done
    (entry,) = office.desk.playbook.now.playbook.faq
    assert text("Write to billing@shop.example.") == entry.answer


async def test_cancelling_the_question_lets_the_next_words_be_something_else(
    office: Office,
) -> None:
    await asked(office, *INVOICE)
    await office.ada.says("/learn")
    await office.ada.presses("Look again")
    await office.ada.presses("learn_show:1")
    await office.ada.presses("write the answer")

    await office.ada.presses("Cancel", office.ada.chat[-2])
    await office.ada.says("just thinking aloud")

    assert () == office.desk.playbook.now.playbook.faq


async def test_messages_are_added_to_the_nearest_entry(office: Office) -> None:
    await office.ada.says("/faq_add Is there an invoice in the parcel? = It comes by e-mail")
    await asked(office, *INVOICE)
    await office.ada.says("/learn")
    await office.ada.presses("Look again")
    card = await office.ada.presses("learn_show:1")
    assert "Nearest entry: #1 Is there an invoice in the parcel?" in card

    done = await office.ada.presses("Add to #1")

    assert "Entry #1 is asked in these ways too" in done
    (entry,) = office.desk.playbook.now.playbook.faq
    assert set(INVOICE) == {*entry.similar}
    assert text("It comes by e-mail") == entry.answer
    assert "Nothing to learn" in await office.ada.says("/learn")


async def test_what_is_put_away_stays_away_until_it_is_put_back(office: Office) -> None:
    await asked(office, *INVOICE)
    await office.ada.says("/learn")
    await office.ada.presses("Look again")
    await office.ada.presses("learn_show:1")

    assert "Put away" in await office.ada.presses("Never")
    gone = office.ada.chat[-1]
    await office.ada.says("/learn")
    assert "Nothing to learn" in await office.ada.presses("Look again")

    assert "Asked 3 times" in await office.ada.presses("Put it back", gone)
    assert "×3" in await office.ada.says("/learn")


async def test_the_second_of_two_admins_is_told_that_it_is_decided(office: Office) -> None:
    await asked(office, *INVOICE, answer="Tick the invoice box when you order.")
    await office.ada.says("/learn")
    await office.ada.presses("Look again")
    for who in (office.ada, office.olga):
        await who.says("/learn")
        await who.presses("learn_show:1")
    await office.ada.presses("Make an entry with this answer")

    await office.olga.presses("Make an entry with this answer")

    assert "decided on this already: Ada" in office.olga.notice
    assert 1 == len(office.desk.playbook.now.playbook.faq)


async def test_an_old_button_never_means_another_suggestion(office: Office) -> None:
    await asked(office, *INVOICE)
    await office.ada.says("/learn")
    await office.ada.presses("Look again")
    old = office.ada.chat[-1]
    await office.olga.says("/rule_add any invoice = Tick the box")
    await asked(office, "gift wrapping", "gift wrapping")
    await office.olga.says("/learn")
    await office.olga.presses("Look again")

    await office.ada.presses_data("learn_show:1", old)

    assert "not there any more" in office.ada.notice


async def test_a_button_still_works_when_the_same_was_found_again(office: Office) -> None:
    """The job runs every few hours; whoever thinks longer than that must not begin anew."""
    await asked(office, *INVOICE)
    await office.ada.says("/learn")
    await office.ada.presses("Look again")
    old = office.ada.chat[-1]
    await office.olga.says("/learn")
    await office.olga.presses("Look again")

    card = await office.ada.presses_data("learn_show:1", old)

    assert "Asked" in card


async def test_the_board_shows_the_ten_asked_most_often(office: Office) -> None:
    topics = (
        *("refund money", "invoice address", "battery charging", "lamp colour", "gift wrapping"),
        *("voucher code", "opening hours", "parking garage", "repair warranty", "cable length"),
        *("spare screws", "student discount"),
    )
    for number, topic in enumerate(topics, 2):
        await asked(office, *[topic] * number)
    await office.ada.says("/learn")

    board = await office.ada.presses("Look again")

    assert "could learn: 12" in board
    assert "1. ×13 student discount" in board
    assert "10. ×4 battery charging" in board
    assert "invoice address" not in board


async def test_entries_that_did_not_help_are_listed(office: Office) -> None:
    await office.ada.says("/faq_add When do you ship? = Within 48 hours")
    await asked(office, "when?", "ship?", kind="faq", entry=1, score=0.9)
    office.moment[0] = NOON + timedelta(seconds=5)
    async with office.unit() as uow:
        await uow.conversations.record([Event(1, office.moment[0], "unhelpful", data={"entry": 1})])
        await uow.commit()
    await office.ada.says("/learn")

    answer = await office.ada.presses("do not help")

    assert "in the last 7 days: 1" in answer
    assert "#1 When do you ship?: 1 of 2 (50%); not helpful 1, agent answered after it 0" in answer


async def test_agents_get_none_of_it(office: Office) -> None:
    for command in ("/learn", "/rule_preview any a = b", "/faq_preview a = b"):
        assert "not" in (await office.bo.says(command)).lower()
        assert not office.bo.buttons()


# -- before it is stored -----------------------------------------------------------------------


async def test_a_rule_is_tried_on_the_last_seven_days_before_it_is_stored(office: Office) -> None:
    await office.ada.says("/rule_add any shipping = Two days")
    await office.ada.says("/faq_add What does an invoice cost? = Nothing")
    await asked(office, *INVOICE)
    await asked(office, "What does an invoice cost", kind="faq", entry=1, score=1.0)
    await asked(office, "shipping and invoice", kind="rule", rule=1)
    await asked(office, "something else", "human invoice")

    answer = await office.ada.says("/rule_preview any invoice, bill = Tick the box")

    assert "It would have answered 4 of 7 messages" in answer
    assert "Rules that answer before it: #1 shipping ×1" in answer
    assert "It takes over from these entries: #1 What does an invoice cost? ×1" in answer
    assert "1 ask something of the desk itself" in answer
    assert "an answer from the FAQ ×1, no answer ×3" in answer
    assert "▫ can I get an invoice please (until now: no answer)" in answer
    assert 1 == len(office.desk.playbook.now.playbook.rules)

    assert "Rule #2 added" in await office.ada.presses("Add it")
    rule = office.desk.playbook.now.playbook.rules[1]
    assert (("invoice", "bill"), "Tick the box") == (rule.words, rule.replies[0].text)


async def test_an_entry_is_tried_on_the_last_seven_days_before_it_is_stored(
    office: Office,
) -> None:
    await asked(office, *INVOICE)
    await asked(office, "where do I park")

    answer = await office.ada.says(
        "/faq_preview How do I get an invoice | can I get an invoice = Tick the box"
    )

    assert "messages of the last 7 days" in answer
    assert "▫ How do I get an invoice? (until now: no answer)" in answer
    assert "where do I park" not in answer
    assert () == office.desk.playbook.now.playbook.faq

    assert "Entry #1 added" in await office.ada.presses("Add it")
    (entry,) = office.desk.playbook.now.playbook.faq
    assert ("can I get an invoice",) == entry.similar


async def test_cancelling_a_preview_stores_nothing(office: Office) -> None:
    await office.ada.says("/rule_preview any invoice = Tick the box")
    assert "would have answered 0 of 0" in office.ada.heard[-1]

    assert "Nothing was stored" in await office.ada.presses("Cancel")
    assert () == office.desk.playbook.now.playbook.rules


async def test_a_press_stores_only_what_the_preview_was_about(office: Office) -> None:
    await office.ada.says("/rule_preview any invoice = Tick the box")
    shown = office.ada.chat[-1]

    await office.ada.presses_data("rule_preview_save:0123456789abcdef", shown)

    assert "gone or was changed" in office.ada.notice
    assert () == office.desk.playbook.now.playbook.rules


@pytest.mark.parametrize("command", ["rule_preview", "faq_preview"])
async def test_without_words_a_preview_says_how_to_use_it(office: Office, command: str) -> None:
    assert "Write it like" in await office.ada.says(f"/{command}")


async def test_only_the_last_seven_days_count(office: Office) -> None:
    await asked(office, *INVOICE)
    office.moment[0] = NOON + timedelta(days=8)

    assert "answered 0 of 0" in await office.ada.says("/rule_preview any invoice = Tick the box")
