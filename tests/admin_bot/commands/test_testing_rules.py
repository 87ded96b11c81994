"""Admins try what a text would be answered with, and learn why."""

import pytest

from tests.admin_bot.office import Office


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
    ("text", "told"),
    [
        ("When do you ship?", "✅ Sure enough: #1 answers"),
        ("something else entirely", "No question is near enough"),
        ("when do they ship a boat", "❓ Not sure"),
    ],
)
async def test_the_faq_is_explained_with_scores_and_thresholds(
    office: Office, text: str, told: str
) -> None:
    await office.ada.says("/faq_add When do you ship? = Within 48 hours")

    answer = await office.ada.says(f"/rule_test {text}")

    assert told in answer
    assert "answers from 0.70 when 0.10 ahead; offers from 0.40" in answer


async def test_an_exact_question_scores_one(office: Office) -> None:
    await office.ada.says("/faq_add When do you ship? = Within 48 hours")

    answer = await office.ada.says("/rule_test when do you ship")

    assert "1.00  #1 When do you ship?" in answer


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
