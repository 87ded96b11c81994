"""What the desk says of its own accord, as data."""

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.compiled import Compiled
from bot.dialog.variables import strangers
from core.i18n.texts import texts
from core.messages import Button, Content, Kind, text
from core.playbook import Playbook, Prompt
from core.prompts import (
    HOLIDAY,
    KINDS,
    QUEUE,
    REMINDER,
    WAITING,
    default_prompt,
    group_key,
    group_of,
    hours_in_words,
    is_of_group,
    on_holiday,
    prompt_contents,
    wait_in_words,
)

LANGUAGES = ("en", "zh-CN")


@pytest.mark.parametrize("language", LANGUAGES)
def test_queue_and_end_are_off_until_switched_on_and_the_others_are_on(language: str) -> None:
    on = {kind: default_prompt(kind, texts(language)).enabled for kind in KINDS}

    assert on == {
        "welcome": True,
        "queue": False,
        "nobody": True,
        "closed": True,
        "holiday": True,
        "reminder": True,
        "end": False,
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_words_and_holds_no_variable_that_is_none(kind: str, language: str) -> None:
    prompt = default_prompt(kind, texts(language))

    assert (prompt.kind, prompt.account) == (kind, None)
    assert prompt.body.strip()
    for part in prompt_contents(prompt):
        assert strangers(part, in_line=kind in WAITING) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_waits_is_told_place_and_wait_and_can_leave(language: str) -> None:
    prompt = default_prompt(QUEUE, texts(language))

    assert "#position#" in prompt.body
    assert "#wait#" in prompt.body
    assert [button.data for button in prompt.menu] == ["c:end"]


@pytest.mark.parametrize(("language", "words"), [("en", "closed soon"), ("zh-CN", "即将关闭")])
def test_the_reminder_says_that_the_conversation_will_be_closed_soon(
    language: str, words: str
) -> None:
    assert words in default_prompt(REMINDER, texts(language)).body


def test_the_text_with_its_menu_goes_first_and_the_rest_follows_in_order() -> None:
    buttons = (Button("A", "a"), Button("B", url="https://b.org"))
    more = (Content(Kind.PHOTO, "p"), Content(Kind.FAQ_CARD))

    contents = prompt_contents(Prompt("end", None, True, "Bye", buttons, more))

    assert contents == (text("Bye", (buttons[0],), (buttons[1],)), *more)


def test_without_a_text_the_messages_behind_it_are_all_there_is() -> None:
    more = (Content(Kind.PHOTO, "p"),)

    assert prompt_contents(Prompt("end", None, True, "", (), more)) == more


def test_a_holidays_own_text_takes_the_place_of_the_common_one() -> None:
    prompt = default_prompt(HOLIDAY, texts("en"))

    assert prompt_contents(on_holiday(prompt, "Happy new year!"))[0].text == "Happy new year!"
    assert on_holiday(prompt, " ") == prompt


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ([], None),
        ([None], None),
        (["shop"], "shop"),
        (["club"], None),
        (["group:7"], "group:7"),
        (["group:8"], None),
        (["group:70", "shop"], "shop"),
        ([None, "shop", "group:7"], "group:7"),
        ([None, "shop", "group:8"], "shop"),
        ([None, "club", "group:8"], None),
    ],
)
def test_a_groups_own_goes_before_an_accounts_own_and_that_before_the_common_one(
    stored: list[str | None], said: str | None
) -> None:
    prompts = tuple(Prompt(QUEUE, account, True, str(account)) for account in stored)
    other = Prompt("end", "group:7", True, "another kind")
    book = Compiled.build(Playbook(1, prompts=(*prompts, other)))

    found = book.prompt(QUEUE, "shop", 7)

    assert found == next((p for p in prompts if p.account == said), None)


def test_without_a_group_no_groups_own_is_told() -> None:
    book = Compiled.build(Playbook(1, prompts=(Prompt(QUEUE, "group:7", True, "x"),)))

    assert book.prompt(QUEUE, "shop") is None


@given(st.integers(0, 10**15))
def test_a_group_is_known_again_by_its_key(number: int) -> None:
    assert group_of(group_key(number)) == number
    assert is_of_group(group_key(number))


@pytest.mark.parametrize("account", [None, "", "shop", "7", "group", "group-7"])
def test_an_account_is_no_group(account: str | None) -> None:
    assert group_of(account) is None
    assert not is_of_group(account)


@pytest.mark.parametrize("account", ["group:", "group:x", "group:７", "group:-1"])
def test_a_key_without_a_number_is_of_no_group_that_there_is(account: str) -> None:
    assert group_of(account) is None
    assert is_of_group(account)


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ([], "closed today"),
        ([(time(9), time(18))], "09:00–18:00"),
        ([(time(9), time(12)), (time(13, 30), time(0))], "09:00–12:00, 13:30–24:00"),
        ([(time(22), time(6))], "22:00–06:00"),
    ],
)
def test_the_hours_of_a_day_in_words(spans: list[tuple[time, time]], words: str) -> None:
    assert hours_in_words(texts("en"), spans) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "not known yet"),
        (0, "about 1 min"),
        (60, "about 1 min"),
        (61, "about 2 min"),
        (3540, "about 59 min"),
        (3541, "about 1 h 0 min"),
        (7500, "about 2 h 5 min"),
    ],
)
def test_a_wait_is_told_in_whole_minutes_rounded_up(seconds: int | None, words: str) -> None:
    wait = None if seconds is None else timedelta(seconds=seconds)

    assert wait_in_words(texts("en"), wait) == words
