"""Admins set a welcome of several messages, for all accounts and for one."""

import pytest

from core.i18n.texts import texts
from core.messages import Button, Content, Kind
from core.playbook import Prompt
from core.prompts import WELCOME, default_welcome
from tests.admin_bot.office import Office


def welcome(office: Office, account: str = "shop") -> Prompt:
    stored = office.desk.playbook.now.prompt(WELCOME, account)
    return stored or default_welcome(texts("en"))


async def opened(office: Office, account: str = "all accounts") -> None:
    """Open the list of messages of an account's welcome."""
    await office.olga.says("/prompt welcome")
    await office.olga.presses(account)
    await office.olga.presses("Messages")


@pytest.mark.requirement("PRM-21")
async def test_messages_of_every_kind_follow_the_first_in_order(office: Office) -> None:
    await opened(office)
    await office.olga.presses("＋ Message")
    await office.olga.sends("photo", caption="our shop")
    await office.olga.presses("＋ Message")
    await office.olga.sends("voice", duration=5)
    await office.olga.presses("＋ Link")
    await office.olga.says("Site\nhttps://shop.example/")
    await office.olga.presses("＋ FAQ card")

    more = welcome(office).more

    assert [part.kind for part in more] == [Kind.PHOTO, Kind.VOICE, Kind.LINK, Kind.FAQ_CARD]
    assert more[0].text == "our shop"
    assert welcome(office).body == default_welcome(texts("en")).body


async def test_their_order_changes_and_one_is_removed_and_comes_back(office: Office) -> None:
    await opened(office)
    for said in ("two", "three"):
        await office.olga.presses("＋ Message")
        await office.olga.says(said)

    listed = await office.olga.presses("3. ")
    assert "3. three" in listed
    await office.olga.presses("Up")
    assert [part.text for part in welcome(office).more] == ["three", "two"]
    await office.olga.presses("Remove")
    await office.olga.presses("Yes, delete")
    assert [part.text for part in welcome(office).more] == ["two"]
    await office.olga.presses("Undo")
    assert [part.text for part in welcome(office).more] == ["three", "two"]


@pytest.mark.requirement("ARP-12")
@pytest.mark.requirement("ARP-13")
async def test_an_account_with_a_welcome_of_its_own_does_not_get_the_common_one(
    office: Office,
) -> None:
    """Its own has several messages, one text and one picture; the other account falls back."""
    await office.olga.says("/prompt welcome Common")
    await opened(office)
    await office.olga.presses("＋ Message")
    await office.olga.says("Common, second")
    await office.olga.says("/prompt welcome account=club Club")
    await opened(office, "club")
    assert "Common, second" in office.olga.heard[-1]
    await office.olga.presses("2. ")
    await office.olga.presses("Remove")
    await office.olga.presses("Yes, delete")
    await office.olga.presses("＋ Message")
    await office.olga.sends("photo", caption="the club")

    own, common = welcome(office, "club"), welcome(office, "shop")

    assert (own.body, [(p.kind, p.text) for p in own.more]) == ("Club", [(Kind.PHOTO, "the club")])
    assert (common.body, [p.text for p in common.more]) == ("Common", ["Common, second"])


async def test_an_account_goes_back_to_the_common_one_after_a_second_question(
    office: Office,
) -> None:
    await office.olga.says("/prompt welcome Common")
    await office.olga.says("/prompt welcome account=club Club")
    assert "club has its own" in office.olga.heard[-1]
    await office.olga.presses("Use the common one")
    assert welcome(office, "club").body == "Club"
    back = await office.olga.presses("Yes, reset")

    assert "club gets the common one" in back
    assert welcome(office, "club").body == "Common"
    await office.olga.says("/prompt welcome Common again")
    assert welcome(office, "club").body == "Common again"


async def test_a_reset_is_taken_back(office: Office) -> None:
    await office.olga.says("/prompt welcome Common")
    await office.olga.says("/prompt welcome account=club Club")
    await office.olga.says("/prompt welcome account=club reset")
    await office.olga.presses("Yes, reset")

    await office.olga.presses("Undo")

    assert (welcome(office, "club").body, welcome(office).body) == ("Club", "Common")


async def test_the_first_welcome_of_an_account_is_taken_back(office: Office) -> None:
    await office.olga.says("/prompt welcome Common")
    await office.olga.says("/prompt welcome account=club Club")

    await office.olga.presses("Undo")

    assert "club gets the common one" in await office.olga.says("/prompt welcome account=club")
    assert office.desk.playbook.now.prompt(WELCOME, "club") == welcome(office, "shop")
    assert welcome(office).body == "Common"


async def test_text_and_menu_are_typed_when_asked_for(office: Office) -> None:
    await office.olga.says("/prompt welcome")
    await office.olga.presses("Text")
    await office.olga.says("Hello #nickname#")
    await office.olga.presses("Menu")
    wrong = await office.olga.says("A=faq:99")
    assert "no FAQ entry #99" in wrong
    await office.olga.says("A person=human\nSite=https://shop.example/")

    prompt = welcome(office)
    assert prompt.body == "Hello #nickname#"
    assert prompt.menu == (
        Button("A person", "c:human"),
        Button("Site", url="https://shop.example/"),
    )
    await office.olga.presses("Menu")
    await office.olga.says("none")
    assert welcome(office).menu == ()


async def test_a_dash_leaves_text_and_menu_as_they_are(office: Office) -> None:
    await office.olga.says("/prompt welcome Hello")
    for button in ("Text", "Menu"):
        await office.olga.presses(button)
        await office.olga.says("-")

    assert welcome(office).body == "Hello"
    assert welcome(office).menu == default_welcome(texts("en")).menu


async def test_an_unknown_variable_is_warned_of(office: Office) -> None:
    assert "No such variable: #nick#" in await office.olga.says("/prompt welcome Dear #nick#")
    assert "No such variable" not in await office.olga.says("/prompt welcome Dear #nickname#")


async def test_the_preview_shows_all_messages_as_customers_get_them(office: Office) -> None:
    await office.olga.says("/prompt welcome Dear #nickname#")
    await opened(office)
    await office.olga.presses("＋ Message")
    await office.olga.sends("photo", caption="#account#")
    await office.olga.presses("＋ Link")
    await office.olga.says("Site\nhttps://shop.example/\nCome in")
    before = len(office.olga.chat)

    await office.olga.presses("Preview")

    first, photo, link = office.olga.chat[before:]
    assert first["text"] == "Dear Olga"
    assert (photo["caption"], bool(photo["photo"])) == ("shop", True)
    assert link["text"] == "Site\nCome in"
    assert office.olga.buttons(link)[0]["url"] == "https://shop.example/"
    await office.olga.presses("Talk to a person", first)
    assert "does nothing" in office.olga.notice


async def test_a_welcome_has_at_most_ten_messages(office: Office) -> None:
    await opened(office)
    for number in range(9):
        await office.olga.presses("＋ Message")
        await office.olga.says(f"message {number}")

    assert not any("＋" in button["text"] for button in office.olga.buttons())
    assert len(welcome(office).more) == 9


@pytest.mark.parametrize(
    "sent", [Content(Kind.VOICE), Content(Kind.AUDIO)], ids=["a voice", "a sound"]
)
async def test_what_cannot_be_sent_is_explained_and_asked_for_again(
    office: Office, sent: Content
) -> None:
    await opened(office)
    await office.olga.presses("＋ Message")

    answer = await office.olga.sends(sent.kind.value, duration=61, mime_type="audio/mpeg")
    assert "60" in answer
    await office.olga.says("words instead")

    assert [part.text for part in welcome(office).more] == ["words instead"]


async def test_silence_while_an_agent_is_online_is_a_tick_box_beside_the_welcome(
    office: Office,
) -> None:
    await office.olga.says("/prompt welcome")
    for on in (True, False):
        await office.olga.presses("silent while an agent is online")
        assert office.desk.playbook.now.playbook.answering.quiet_online is on
    await office.olga.presses("Undo")
    assert office.desk.playbook.now.playbook.answering.quiet_online
