"""Who the staff bot works for, and what it does when something goes wrong."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

import orjson
import pytest

from admin_bot.command import Command
from admin_bot.turn import Turn
from bot.access import Permission
from core.errors import Overloaded
from tests.admin_bot.office import ADA, BO, EVE, NOON, TOKEN, Office, open_office


async def test_a_stranger_is_refused_politely_and_told_their_own_id(office: Office) -> None:
    answer = await office.eve.says("/rule_list")

    assert str(EVE) in answer
    assert "rule" not in answer.lower()


async def test_a_stranger_is_answered_at_most_once_a_minute(office: Office) -> None:
    eve = office.eve
    await eve.says("hello")
    await eve.says("hello?")
    office.moment[0] += timedelta(seconds=59)
    await eve.says("anybody?")
    assert len(eve.heard) == 1

    office.moment[0] += timedelta(seconds=2)
    await eve.says("please")

    assert len(eve.heard) == 2


async def test_a_strangers_press_is_refused_with_the_same_text(office: Office) -> None:
    eve = office.eve
    await eve.says("hello")
    office.moment[0] += timedelta(minutes=2)

    await eve.presses_data("rule_list:1:")

    assert eve.notice == eve.heard[0]


async def test_somebody_switched_off_is_a_stranger(office: Office) -> None:
    await office.olga.says(f"/agent_off {BO}")
    await office.olga.presses("Yes, switch off")

    assert str(BO) in await office.bo.says("/help")
    assert "/rule" not in office.bo.heard[-1]


async def test_a_sign_of_somebody_is_written_down_once_a_minute(office: Office) -> None:
    """Whatever they do is one; it also ends the count of offers let pass."""
    seen = []
    for seconds in (0, 59, 1):
        office.moment[0] += timedelta(seconds=seconds)
        await office.bo.says("/help")
        seen.append((await office.member(BO)).seen_at)
    assert seen == [NOON, NOON, NOON + timedelta(minutes=1)]

    bo = await office.member(BO)
    async with office.unit() as uow:
        await uow.staffing.change(bo.id, missed_offers=2)
        await uow.commit()
    await office.bo.says("/help")

    assert (await office.member(BO)).missed_offers == 0


async def test_a_group_chat_is_not_answered(office: Office) -> None:
    office.world.group(-1001, "Crowd", members=[ADA], bots=[TOKEN])
    office.world.says(ADA, -1001, "/rule_list")

    await office.work()

    assert office.world.called("sendMessage") == []


async def test_the_language_of_a_person_is_remembered_when_it_changes(office: Office) -> None:
    await office.ada.says("/help")
    assert (await office.member(ADA)).language == "en"

    answer = await office.person(ADA, "Ada", language="zh-hans").says("/help")

    assert (await office.member(ADA)).language == "zh-hans"
    assert "添加关键词规则" in answer


async def test_help_lists_what_the_asker_may_use(office: Office) -> None:
    agent, admin, owner = [
        await person.says("/help") for person in (office.bo, office.ada, office.olga)
    ]

    assert "/rule_add" not in agent
    assert "/rule_add" in admin
    assert "/agent_add" not in admin
    assert "/agent_add" in owner


async def test_the_buttons_below_the_help_run_the_commands(office: Office) -> None:
    await office.ada.says("/help")

    await office.ada.presses("open:rule_list")

    assert "Rules: 0" in office.ada.heard[-1]


async def test_help_with_a_name_says_how_to_use_it(office: Office) -> None:
    assert "/faq_add <question>" in await office.ada.says("/help faq_add")
    assert "no such command" in await office.ada.says("/help agent_add")


@pytest.mark.parametrize("words", ["/help@staff_bot", "/HELP", "/help \n"])
async def test_a_command_may_carry_the_bots_name(office: Office, words: str) -> None:
    assert "/rule_add" in await office.ada.says(words)


async def test_an_unknown_command_points_at_the_help(office: Office) -> None:
    assert "/help" in await office.ada.says("/nonsense")


async def test_a_button_of_yesterday_says_so(office: Office) -> None:
    await office.ada.says("/help")

    await office.ada.presses_data("no_such_button:1")

    assert "no longer works" in office.ada.notice


async def test_an_agent_may_not_use_an_admins_command_or_button(office: Office) -> None:
    assert "not allowed" in await office.bo.says("/rule_add any a = b")
    await office.bo.presses_data("rule_list:1:")
    assert "not allowed" in office.bo.notice
    async with office.unit() as uow:
        assert (await uow.taught.playbook()).rules == ()


async def test_the_command_lists_are_set_in_both_languages(office: Office) -> None:
    calls = office.world.called("setMyCommands")

    assert [call.params.get("language_code") for call in calls] == [None, "zh", "en"]
    for call in calls:
        names = [command["command"] for command in call.params["commands"]]
        assert "help" in names
        assert "rule_add" not in names, "strangers see this list"


async def test_an_admins_own_list_holds_what_they_may_use(office: Office) -> None:
    await office.ada.says("/help")
    await office.world.until(lambda: len(office.world.called("setMyCommands")) == 4)

    own = office.world.called("setMyCommands")[-1].params

    assert own["scope"] == {"type": "chat", "chat_id": ADA}
    names = [command["command"] for command in own["commands"]]
    assert "rule_add" in names
    assert "agent_add" not in names


async def test_a_repeated_update_changes_nothing_twice(office: Office) -> None:
    office.world.says(ADA, TOKEN, "/rule_add any price = 100")
    (update,) = await office.updates()

    for _ in range(3):
        await office.bot.handle(update)

    async with office.unit() as uow:
        assert len((await uow.taught.playbook()).rules) == 1
    assert len(office.ada.heard) == 1


async def test_a_command_works_from_an_edited_text(office: Office) -> None:
    message = office.world.says(ADA, TOKEN, "/rule_add any price 100")
    await office.work()
    assert "Write the reply" in office.ada.heard[-1]

    office.world.edits(ADA, TOKEN, message["message_id"], "/rule_add any price = 100")
    await office.work()

    assert "added" in office.ada.heard[-1]


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"update_id": "x"},
        {"update_id": 5, "message": {"text": "no chat"}},
        {"update_id": 5, "message": 7},
        {"update_id": 5, "callback_query": {"id": "1"}},
    ],
)
async def test_what_cannot_be_read_is_kept_and_dropped(office: Office, raw: dict[str, Any]) -> None:
    await office.bot.handle(raw)

    async with office.unit() as uow:
        (letter,) = await uow.letters.newest(5)
    assert orjson.loads(letter.body) == raw


async def test_other_kinds_of_updates_are_let_go(office: Office) -> None:
    await office.bot.handle({"update_id": 7})
    office.world.blocks(ADA, TOKEN)
    await office.work()

    async with office.unit() as uow:
        assert await uow.letters.count() == 0


class Broken:
    """A fallback that fails as often as it is told to."""

    def __init__(self) -> None:
        self.failures = 0
        self.runs = 0

    async def run(self, turn: Turn) -> None:
        self.runs += 1
        if self.failures:
            self.failures -= 1
            raise ZeroDivisionError
        await turn.answer("it works")


async def test_a_failure_is_told_and_raised_so_that_the_platform_repeats_it(
    sqlite_url: str,
) -> None:
    broken = Broken()
    broken.failures = 1
    async with open_office(sqlite_url, fallback=broken.run) as office:
        office.world.says(ADA, TOKEN, "some words")
        (update,) = await office.updates()

        with pytest.raises(ZeroDivisionError):
            await office.bot.handle(update)
        assert "nothing has been changed" in office.ada.heard[-1]

        await office.bot.handle(update)
        assert office.ada.heard[-1] == "it works"


async def test_an_update_that_fails_three_times_becomes_a_dead_letter(sqlite_url: str) -> None:
    """A poisoned update must not stand in the way of all that come after it."""
    broken = Broken()
    broken.failures = 99
    async with open_office(sqlite_url, fallback=broken.run) as office:
        office.world.says(ADA, TOKEN, "some words")
        (update,) = await office.updates()
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                await office.bot.handle(update)

        await office.bot.handle(update)

        assert broken.runs == 3
        async with office.unit() as uow:
            (letter,) = await uow.letters.newest(5)
        assert (letter.account, letter.external_id) == ("staff", str(update["update_id"]))
        assert orjson.loads(letter.body) == update
        assert "after several tries" in office.ada.heard[-1]
        assert "What you can do" in await office.ada.says("/help")


async def test_a_change_whose_answer_is_lost_is_not_reported_as_a_failure(
    office: Office,
) -> None:
    office.world.fail(TOKEN, method="sendMessage", status=400, description="Bad Request: no")

    answer = await office.ada.says("/rule_add any price = 100")

    assert answer == "It is done, but the result could not be shown."
    async with office.unit() as uow:
        assert len((await uow.taught.playbook()).rules) == 1
        assert await uow.letters.count() == 0


async def test_a_person_who_blocked_the_bot_causes_no_repetitions(office: Office) -> None:
    office.world.says(ADA, TOKEN, "/help")
    office.world.blocks(ADA, TOKEN)

    await office.work()

    async with office.unit() as uow:
        assert await uow.letters.count() == 0


async def test_a_limit_of_the_platform_is_waited_out(office: Office) -> None:
    office.world.fail(TOKEN, method="sendMessage", status=429, retry_after=1)

    assert "What you can do" in await office.ada.says("/help")


async def test_plain_words_and_files_go_to_the_fallback(sqlite_url: str) -> None:
    heard: list[str] = []

    async def fallback(turn: Turn) -> None:
        heard.append(turn.words)

    async with open_office(sqlite_url, fallback=fallback) as office:
        await office.bo.says("hello customer")
        await office.bo.sends("photo", caption="look / here")

    assert heard == ["hello customer", "look / here"]


async def test_a_file_for_a_command_that_has_no_use_for_it_is_refused(office: Office) -> None:
    assert "no use for a file" in await office.ada.sends("photo", caption="/rule_list")


async def test_two_commands_of_one_name_are_refused(sqlite_url: str) -> None:
    twice = Command("help", Permission.SERVE, Broken().run)
    with pytest.raises(ValueError, match="help"):
        async with open_office(sqlite_url, extra_commands=[twice]):
            pass


async def test_before_the_platform_is_reached_updates_are_put_off(office: Office) -> None:
    await office.bot.stop()

    with pytest.raises(Overloaded):
        await office.bot.handle({"update_id": 1})


async def test_updates_of_one_person_are_worked_on_one_after_the_other(sqlite_url: str) -> None:
    """What an agent types must reach the customer in the order in which it was typed."""
    steps: list[str] = []
    others_came = asyncio.Event()

    async def fallback(turn: Turn) -> None:
        steps.append(f"begin {turn.words}")
        if turn.staff.chat == str(ADA):
            others_came.set()
        elif turn.words == "one":
            # Somebody else is not held up meanwhile.
            await asyncio.wait_for(others_came.wait(), 10)
        steps.append(f"end {turn.words}")

    async with open_office(sqlite_url, fallback=fallback) as office:
        for who, words in ((BO, "one"), (BO, "two"), (ADA, "three")):
            office.world.says(who, TOKEN, words)
        updates = await office.updates()

        await asyncio.gather(*(office.bot.handle(update) for update in updates))

    assert [step for step in steps if "three" not in step] == [
        *("begin one", "end one"),
        *("begin two", "end two"),
    ]
    assert steps.index("end three") < steps.index("end one")


async def test_a_platform_that_is_down_at_the_start_is_tried_again(office: Office) -> None:
    await office.bot.stop()
    office.world.forget_calls()
    office.world.fail(TOKEN, method="getMe", status=502, times=5)

    bot = office.bot = office.new_bot()
    await bot.start()
    await office.world.until(lambda: office.world.count["setMyCommands"] == 3, seconds=20)

    assert "What you can do" in await office.ada.says("/help")


async def test_the_token_is_not_written_into_the_log(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="telegram"):
        await office.ada.says("/help")

    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
    assert TOKEN not in caplog.text
