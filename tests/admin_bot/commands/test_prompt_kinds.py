"""Admins set what the desk says of its own accord, each kind by itself, for whom they like."""

import pytest

from core.i18n.texts import texts
from core.messages import Button, Kind
from core.playbook import Prompt
from core.prompts import (
    CLOSED,
    END,
    HOLIDAY,
    KINDS,
    NOBODY,
    QUEUE,
    REMINDER,
    WELCOME,
    default_prompt,
)
from tests.admin_bot.office import NOON, Office

SAY = texts("en")


def said(office: Office, kind: str, account: str = "shop", group: int | None = None) -> Prompt:
    """Return what a customer of *account* is told from now on."""
    return office.desk.playbook.now.prompt(kind, account, group) or default_prompt(kind, SAY)


async def groups(office: Office, *names: str) -> dict[str, int]:
    async with office.unit() as uow:
        ids = {
            name: await uow.staffing.add_group(name.title(), name, None, "Olga", NOON)
            for name in names
        }
        await uow.commit()
    return ids


async def test_all_kinds_are_listed_with_their_state_and_lead_to_their_cards(
    office: Office,
) -> None:
    await office.ada.says("/prompt end on")
    await office.ada.says("/prompt end account=club Bye")

    listed = await office.ada.says("/prompt")

    assert listed.splitlines()[1:8] == [
        "Welcome: on",
        "Waiting in line: off",
        "Nobody available: on",
        "Outside working hours: on",
        "Holiday: on",
        "Timeout reminder: on",
        "End of conversation: on (+1 of accounts and groups)",
    ]
    for kind in KINDS:
        card = await office.ada.presses(SAY(f"prompt.kind.{kind}"))
        assert default_prompt(kind, SAY).body in card
        assert SAY(f"prompt.when.{kind}") in card
        await office.ada.presses("Back")


@pytest.mark.requirement("PRM-01")
@pytest.mark.parametrize("kind", [WELCOME, QUEUE, NOBODY, END])
async def test_each_has_a_switch_an_edit_a_save_and_a_cancel_for_each_account(
    office: Office, kind: str
) -> None:
    """Cancel leaves the text as it was; what is written then is an ordinary message again."""
    name, before = SAY(f"prompt.kind.{kind}"), said(office, kind, "club")
    await office.ada.says("/prompt")
    await office.ada.presses(name)
    card = await office.ada.presses("club")
    assert card.startswith(f"{name} (club)")
    await office.ada.presses("Text")
    step = next(m for m in office.ada.chat if "Cancel" in str(office.ada.buttons(m)))
    shown = await office.ada.presses("Cancel", step)
    assert before.body in shown
    await office.ada.says("not this")
    assert said(office, kind, "club") == before

    await office.ada.says(f"/prompt {kind} account=club")
    await office.ada.presses("Text")
    await office.ada.says("Our own words")
    await office.ada.presses("Off" if before.enabled else "On")

    now = said(office, kind, "club")
    assert (now.body, now.enabled) == ("Our own words", not before.enabled)
    assert said(office, kind, "shop") == before
    for other in KINDS:
        if other != kind:
            assert said(office, other, "club") == default_prompt(other, SAY)


@pytest.mark.requirement("PRM-05")
async def test_the_end_is_switched_on_apart_and_body_and_menu_are_edited(office: Office) -> None:
    assert not said(office, END).enabled
    await office.ada.says("/prompt end Goodbye, #nickname#")
    await office.ada.says("/prompt end menu Our site=https://shop.example/")
    assert not said(office, END).enabled
    await office.ada.presses("On")

    prompt = said(office, END)

    assert prompt.enabled
    assert prompt.body == "Goodbye, #nickname#"
    assert prompt.menu == (Button("Our site", url="https://shop.example/"),)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        *((kind, kind) for kind in KINDS),
        ("QUEUE", QUEUE),
        ("排队提示语", QUEUE),
        ("无人接待", NOBODY),
        ("非工作时间", CLOSED),
        ("节假日", HOLIDAY),
        ("超时提醒", REMINDER),
        ("结束会话提示语", END),
    ],
)
async def test_a_kind_is_named_in_english_and_in_chinese(
    office: Office, word: str, kind: str
) -> None:
    await office.olga.says(f"/prompt {word} New words")

    assert said(office, kind).body == "New words"


@pytest.mark.parametrize("kind", [WELCOME, CLOSED])
async def test_a_tick_box_sends_one_faq_card_behind_everything_else(
    office: Office, kind: str
) -> None:
    await office.olga.says(f"/prompt {kind}")
    await office.olga.presses("Messages")
    await office.olga.presses("＋ FAQ card")
    await office.olga.presses("＋ Message")
    await office.olga.says("second")
    await office.olga.says(f"/prompt {kind}")

    await office.olga.presses("✅ Send the FAQ card too")
    assert [part.kind for part in said(office, kind).more] == [Kind.TEXT]
    await office.olga.presses("▫ Send the FAQ card too")

    assert [part.kind for part in said(office, kind).more] == [Kind.TEXT, Kind.FAQ_CARD]
    await office.olga.presses("Undo")
    assert [part.kind for part in said(office, kind).more] == [Kind.TEXT]


@pytest.mark.requirement("PRM-06")
async def test_only_super_administrators_change_what_greets_everybody(office: Office) -> None:
    """Its switch, its text and whether the FAQ card follows; an account's own is for admins."""
    card = await office.olga.says("/prompt welcome Good morning")
    await office.olga.presses("▫ Send the FAQ card too")
    await office.olga.presses("Off")
    ours = said(office, WELCOME)
    assert (ours.body, ours.enabled, [part.kind for part in ours.more]) == (
        "Good morning",
        False,
        [Kind.FAQ_CARD],
    )

    card = await office.ada.says("/prompt welcome")
    assert "Only super administrators change what greets everybody" in card
    assert [b for b in office.ada.buttons() if b["callback_data"].startswith("prompt_o")] == []
    board = office.ada.chat[-1]
    for data in ("prompt_on:welcome.0", "prompt_faq:welcome.0:off", "prompt_reset_yes:welcome.0"):
        await office.ada.presses_data(data, board)
    for words in ("Hi", "menu A=human", "on", "reset"):
        await office.ada.says(f"/prompt welcome {words}")
    assert said(office, WELCOME) == ours

    await office.ada.says("/prompt welcome account=club Welcome to the club")
    assert said(office, WELCOME, "club").body == "Welcome to the club"


async def test_a_group_has_its_own_and_no_other_group_gets_it(office: Office) -> None:
    ids = await groups(office, "vip", "night")
    await office.ada.says("/prompt queue account=shop The shop's")
    card = await office.ada.says("/prompt queue group=vip You are number #position#")

    assert card.startswith("Waiting in line (service group Vip)")
    assert "service group Vip has its own" in card
    assert said(office, QUEUE, "shop", ids["vip"]).body == "You are number #position#"
    assert said(office, QUEUE, "shop", ids["night"]).body == "The shop's"
    assert said(office, QUEUE, "club", ids["night"]) == default_prompt(QUEUE, SAY)


async def test_a_group_is_chosen_from_the_list_edited_and_sent_back_to_the_common_one(
    office: Office,
) -> None:
    ids = await groups(office, "vip", "night")
    await office.ada.says("/prompt nobody")
    await office.ada.presses("Service groups (3)")
    await office.ada.presses("Vip")
    assert "gets the common one" in office.ada.heard[-1]
    await office.ada.presses("Messages")
    await office.ada.presses("＋ Message")
    await office.ada.says("Call us")

    vip = said(office, NOBODY, "shop", ids["vip"])
    assert [part.text for part in vip.more] == ["Call us"]
    assert said(office, NOBODY, "shop", ids["night"]).more == ()
    await office.ada.presses("Back")
    await office.ada.presses("service group Vip")
    assert [b["text"] for b in office.ada.buttons()][:3] == ["Front desk", "● Vip", "Night"]
    await office.ada.presses("Vip")
    await office.ada.presses("Use the common one")
    await office.ada.presses("Yes, reset")
    assert said(office, NOBODY, "shop", ids["vip"]) == default_prompt(NOBODY, SAY)


async def test_many_groups_stand_on_pages(office: Office) -> None:
    await groups(office, *(f"team-{number}" for number in range(24)))
    await office.ada.says("/prompt queue")

    await office.ada.presses("Service groups (25)")
    first = [b["text"] for b in office.ada.buttons()]
    await office.ada.presses("1/2")
    await office.ada.presses(SAY("list.after"))

    second = [b["text"] for b in office.ada.buttons()]
    assert "Team-0" in first
    assert "Team-23" not in first
    assert "Team-23" in second
    assert "Team-0" not in second


async def test_a_button_of_a_group_that_is_gone_changes_nothing(office: Office) -> None:
    ids = await groups(office, "vip")
    await office.ada.says("/prompt queue group=vip")
    board = office.ada.chat[-1]
    async with office.unit() as uow:
        await uow.staffing.delete_group(ids["vip"])
        await uow.commit()

    for data in (f"prompt_on:queue.g{ids['vip']}", "prompt_on:queue.a99", "prompt_on:shop"):
        await office.ada.presses_data(data, board)
        assert "not there any more" in office.ada.notice

    assert office.desk.playbook.now.playbook.prompts == ()


async def test_place_and_wait_are_variables_where_customers_wait_and_nowhere_else(
    office: Office,
) -> None:
    for kind in (QUEUE, NOBODY):
        card = await office.olga.says(f"/prompt {kind} #position# #wait# #hours# #agent#")
        assert "No such variable" not in card
    for kind in (WELCOME, CLOSED, HOLIDAY, REMINDER, END):
        card = await office.olga.says(f"/prompt {kind} #position# #wait# #hours# #agent#")
        assert "#position# #wait# cannot stand here" in card
        assert "There are: #nickname# #account#" in card
        assert said(office, kind) == default_prompt(kind, SAY)


@pytest.mark.requirement("PRM-21")
async def test_a_misspelt_variable_is_refused_and_a_word_between_signs_is_doubted(
    office: Office,
) -> None:
    """Nobody is ever told "you are number #postion#"; a #hashtag# may be meant."""
    refused = await office.ada.says("/prompt queue You are #Postion#, #昵 称# #nick_name#")
    assert "#Postion# #nick_name# cannot stand here" in refused
    assert "There are: #nickname# #account# #date# #time# #agent# #place# #hours# #position#" in (
        refused
    )
    await office.ada.says("/prompt queue menu Hello #nicknam#=human")
    assert said(office, QUEUE) == default_prompt(QUEUE, SAY)

    card = await office.ada.says("/prompt queue You are #position#. #双十一#")

    assert said(office, QUEUE).body == "You are #position#. #双十一#"
    assert "No such variable: #双十一#. It is sent as it stands." in card


async def test_the_preview_fills_in_what_only_a_real_customer_has(office: Office) -> None:
    await office.ada.says("/prompt queue #nickname#: #position#, #wait#, #hours#")
    await office.ada.presses("Messages")
    before = len(office.ada.chat)

    await office.ada.presses("Preview")

    (shown,) = office.ada.chat[before:]
    assert shown["text"] == "Ada: 3, about 5 min, 09:00–18:00"


@pytest.mark.requirement("PRM-04")
async def test_nobody_available_is_on_editable_and_has_the_box_that_silences_the_robot(
    office: Office,
) -> None:
    assert said(office, NOBODY).enabled
    await office.ada.says("/prompt nobody We are out")
    assert said(office, NOBODY).body == "We are out"

    for on in (True, False):
        await office.ada.presses("silent while an agent is online")
        assert office.ada.heard[-1].startswith("Nobody available")
        assert office.desk.playbook.now.playbook.answering.quiet_online is on


async def test_the_reminder_that_announces_the_end_is_edited(office: Office) -> None:
    assert "will be closed soon" in await office.ada.says("/prompt reminder")
    await office.ada.presses("Text")
    await office.ada.says("Five more minutes")

    assert said(office, REMINDER).body == "Five more minutes"


async def test_a_change_is_recorded_by_kind_and_place(office: Office) -> None:
    ids = await groups(office, "vip")
    await office.ada.says("/prompt reminder group=vip Still there?")

    (change,) = await office.changes("prompt")

    assert change.subject_id == f"reminder:group:{ids['vip']}"
    await office.ada.presses("Undo")
    assert said(office, REMINDER, "shop", ids["vip"]) == default_prompt(REMINDER, SAY)


async def test_agents_may_not_change_them(office: Office) -> None:
    await office.bo.says("/prompt end on")

    assert not said(office, END).enabled
