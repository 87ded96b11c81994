"""Admins try what a text would be answered with, and learn why."""

from dataclasses import replace
from datetime import date

import pytest

from core.playbook import BannedWords
from tests.admin_bot.office import NOON, Office


async def test_the_rule_that_answers_and_those_that_do_not_are_explained(office: Office) -> None:
    await office.ada.says("/rule_add all price, lamp = A lamp is 100")
    await office.ada.says("/rule_add any price = Ask for a list")
    await office.ada.says("/rule_add any lamp = We have lamps")
    await office.ada.says("/rule_off 3")
    await office.ada.says("/rule_add any lamp, price = Never")

    both = await office.ada.says("/rule_test what is the price of a lamp")
    one = await office.ada.says("/rule_test the price?")

    assert "✅ #1 price (all words): it answers. Found: price, lamp" in both
    assert "→ A lamp is 100" in both
    assert "#2 price 2 (any word): #1 above it answers first" in both
    assert "#3 lamp (any word): switched off" in both
    assert "#1 price (all words): missing: lamp" in one
    assert "✅ #2" in one


async def test_rules_bound_to_accounts_are_explained_for_each(office: Office) -> None:
    await office.ada.says("/rule_add accounts: shop\nany price = Shop price")
    await office.ada.says("/rule_add any price = Common price")

    answer = await office.ada.says("/rule_test price")

    shop, club = answer.split("Keyword rules (on club)")
    assert "✅ #1" in shop
    assert "#2 price 2 (any word): #1 above it answers first" in shop
    assert "#1 price (any word): works on shop only" in club
    assert "✅ #2" in club


@pytest.mark.parametrize(
    ("text", "told", "why"),
    [
        pytest.param(
            "When do you ship?",
            "✅ Sure enough: #1 answers",
            "1.00 is at least 0.",
            id="in the very words",
        ),
        pytest.param(
            "my lamp",
            "❓ Not sure: the customer may choose from #2",
            "from which it offers",
            id="a keyword hints",
        ),
        pytest.param(
            "xyzzy",
            "No question is near enough",
            "0.00 is below 0.",
            id="nothing near",
        ),
    ],
)
async def test_the_faq_tells_what_it_does_and_why_not_more(
    office: Office, text: str, told: str, why: str
) -> None:
    await office.ada.says("/faq_add When do you ship? = Within 48 hours")
    await office.ada.says("/faq_add keywords: lamp\nWhat does it cost? = 100")

    answer = await office.ada.says(f"/rule_test {text}")

    assert told in answer
    assert why in answer


async def test_every_stage_of_the_faq_is_shown_with_its_figures(office: Office) -> None:
    await office.ada.says(
        "/faq_add When do you ship my order? | When is my order shipped? = Within 48 hours"
    )
    await office.ada.says("/faq_add keywords: lamp\nWhat does a lamp cost? = 100")

    answer = await office.ada.says("/rule_test hello, when will you ship the order with the LAMP?")

    assert "Compared as: when will you ship the order with the lamp" in answer
    assert "No question has the very same words" in answer
    assert "▫ candidate #1, weight 1.00: When do you ship my order?" in answer
    assert "Evidence: likeness 0." in answer
    assert "▫ keyword “lamp” hints at #2" in answer


async def test_an_exact_question_scores_one(office: Office) -> None:
    await office.ada.says("/faq_add When do you ship? = Within 48 hours")

    answer = await office.ada.says("/rule_test when do you ship")

    assert "Asked in the very words of #1" in answer
    assert "1.00  #1 When do you ship?" in answer


async def test_sensitive_words_are_named_with_their_list(office: Office) -> None:
    async with office.unit() as uow:
        await uow.taught.add_words(
            [
                BannedWords("abuse", ("idiot",), "block", "both", enabled=True),
                BannedWords("silent", ("idiot",), "warn", "both", enabled=False),
                BannedWords("ours", ("idiot",), "block", "staff", enabled=True),
            ],
            NOON,
        )
        await uow.taught.touch()
        await uow.commit()

    answer = await office.ada.says("/rule_test you idiot")

    assert "▫ idiot: list #1 abuse" in answer
    assert "silent" not in answer
    assert "ours" not in answer


async def test_a_rule_that_is_not_valid_now_is_told(office: Office) -> None:
    await office.ada.says("/rule_add any price = 100")
    async with office.unit() as uow:
        rule = await uow.taught.rule(1)
        assert rule is not None
        await uow.taught.change_rule(replace(rule, valid_until=date(2026, 11, 1)))
        await uow.taught.touch()
        await uow.commit()

    assert "#1 price (any word): not at this time" in await office.ada.says("/rule_test price")


async def test_a_wish_for_a_person_comes_before_every_rule(office: Office) -> None:
    await office.ada.says("/rule_add any human = I am one")

    answer = await office.ada.says("/rule_test human")

    assert "asks the desk itself: a person" in answer
    assert "→ I am one" not in answer


async def test_nothing_is_changed_or_recorded(office: Office) -> None:
    await office.ada.says("/rule_test price")

    assert await office.changes("rule") == []


async def test_without_words_it_says_how_to_use_it(office: Office) -> None:
    assert "Write it like this" in await office.ada.says("/rule_test")
