"""Admins set the welcome by command."""

import pytest

from core.i18n.texts import texts
from core.messages import Button
from core.playbook import Prompt
from core.prompts import WELCOME, default_welcome
from tests.admin_bot.office import NOON, Office


def welcome(office: Office, account: str = "shop") -> Prompt:
    stored = office.desk.playbook.now.prompt(WELCOME, account)
    return stored or default_welcome(texts("en"))


@pytest.mark.requirement("PRM-02")
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_welcome_is_on_by_default_with_a_body_and_a_menu(language: str) -> None:
    prompt = default_welcome(texts(language))

    assert prompt.enabled
    assert prompt.body
    assert [button.data for button in prompt.menu] == ["c:human"]


@pytest.mark.requirement("PRM-02")
async def test_the_default_is_shown_before_anything_is_stored(office: Office) -> None:
    shown = await office.olga.says("/prompt welcome")

    assert "State: on" in shown
    assert default_welcome(texts("en")).body in shown
    assert "Talk to a person → talk to a person" in shown


@pytest.mark.requirement("PRM-02")
async def test_body_and_menu_are_edited_apart(office: Office) -> None:
    await office.olga.says("/faq_add How long? = 48 hours")
    await office.olga.says("/prompt welcome Hello!\nWhat is it?")
    await office.olga.says(
        "/prompt welcome menu A person=human | Shipping＝faq:1 ｜ Site=https://x.org/?a=b | Price"
        " | Lamps=all lamps, please | Menu=menu"
    )

    prompt = welcome(office)

    assert prompt.body == "Hello!\nWhat is it?"
    assert prompt.menu == (
        Button("A person", "c:human"),
        Button("Shipping", "c:faq:1"),
        Button("Site", url="https://x.org/?a=b"),
        Button("Price", "c:say:Price"),
        Button("Lamps", "c:say:all lamps, please"),
        Button("Menu", "c:menu"),
    )


async def test_an_empty_menu_takes_the_buttons_away(office: Office) -> None:
    await office.olga.says("/prompt welcome menu")

    assert welcome(office).menu == ()


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("/prompt goodbye", "Text: /prompt welcome"),
        ("/prompt welcomed", "Text: /prompt welcome"),
        ("/prompt queue group=moon Hi", "no group “moon”. There are: default"),
        ("/prompt welcome menu A=faq:9", "no FAQ entry #9"),
        ("/prompt welcome menu A=faq:x", "no FAQ entry #x"),
        ("/prompt welcome menu A=" + "长" * 17, "too long"),
        ("/prompt welcome menu " + "x" * 61, "cannot stand on a button"),
        ("/prompt welcome menu =human", "cannot stand on a button"),
        ("/prompt welcome menu " + "|".join("abcdefghijk"), "11 buttons"),
        ("/prompt welcome account=moon Hi", "No such account: moon"),
    ],
)
async def test_words_that_do_not_fit_are_explained_and_change_nothing(
    office: Office, words: str, answer: str
) -> None:
    assert answer in await office.olga.says(words)

    assert office.desk.playbook.now.playbook.prompts == ()


async def test_what_a_button_says_fits_into_its_data(office: Office) -> None:
    await office.olga.says("/prompt welcome menu A=" + "长" * 16)

    (button,) = welcome(office).menu
    assert len((button.data or "").encode()) <= 64


@pytest.mark.requirement("PRM-02")
async def test_it_is_switched_off_and_on_by_word_and_by_button(office: Office) -> None:
    await office.olga.says("/prompt welcome off")
    assert not welcome(office).enabled
    await office.olga.presses("On")
    assert welcome(office).enabled
    await office.olga.presses("Off")
    assert not welcome(office).enabled
    await office.olga.says("/prompt welcome on")

    assert welcome(office).enabled
    assert welcome(office).body == default_welcome(texts("en")).body


async def test_one_account_has_a_welcome_of_its_own(office: Office) -> None:
    await office.olga.says("/prompt welcome Common")
    await office.olga.says("/prompt welcome account=club Welcome to the club")

    assert (welcome(office, "shop").body, welcome(office, "club").body) == (
        "Common",
        "Welcome to the club",
    )
    assert "Common" in await office.olga.presses("all accounts")
    assert "Welcome to the club" in await office.olga.presses("club")


async def test_the_default_comes_back_after_a_second_question(office: Office) -> None:
    await office.olga.says("/prompt welcome Hello!")

    await office.olga.says("/prompt welcome reset")
    assert welcome(office).body == "Hello!"
    await office.olga.presses("Yes, reset")

    assert welcome(office) == default_welcome(texts("en"))


@pytest.mark.requirement("OTH-09")
async def test_every_change_is_recorded_with_actor_and_time(office: Office) -> None:
    await office.olga.says("/prompt welcome Hello!")
    await office.olga.says("/prompt welcome account=shop off")

    changes = list(reversed(await office.changes("prompt")))

    assert [(c.actor, c.at, c.subject_id) for c in changes] == [
        ("Olga", NOON, "welcome:"),
        ("Olga", NOON, "welcome:shop"),
    ]
    assert changes[0].after is not None
    assert changes[0].after["body"] == "Hello!"
