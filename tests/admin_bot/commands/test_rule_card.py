"""Admins complete and change a rule step by step, with buttons and by typing."""

from datetime import date, time

import pytest

from bot.handlers import teach_rule
from bot.handlers.teach_rule import RuleWishes
from core.errors import Conflict
from core.messages import Content, Kind
from core.playbook import ALWAYS, EntryKind, FaqEntry, Hours, Match, Rule, Shelf
from tests.admin_bot.office import NOON, Office
from tests.dialog.test_replies import recording


async def rules(office: Office) -> tuple[Rule, ...]:
    async with office.unit() as uow:
        return (await uow.taught.playbook()).rules


async def one(office: Office) -> Rule:
    (rule,) = await rules(office)
    return rule


async def kinds(office: Office) -> list[Kind]:
    return [reply.kind for reply in (await one(office)).replies]


async def begun(office: Office) -> None:
    """Add a rule step by step up to the question for its first reply."""
    await office.ada.says("/rule_add")
    await office.ada.says("price, how much")
    await office.ada.presses("all words")


# -- a new rule, step by step ----------------------------------------------------------------------


@pytest.mark.requirement("ARP-03")
async def test_a_rule_is_made_by_answering_one_question_after_the_other(office: Office) -> None:
    await begun(office)
    assert "Send the next message" in office.ada.heard[-1]

    listed = await office.ada.says("It is 100 yuan")

    rule = await one(office)
    assert (rule.words, rule.match) == (("price", "how much"), Match.ALL)
    assert [reply.text for reply in rule.replies] == ["It is 100 yuan"]
    assert not rule.enabled
    assert "rule is off" in listed
    await office.ada.presses("Back to the rule")
    await office.ada.presses("On")
    hit = office.desk.playbook.now.rules.match("shop", "how much, what price?")
    assert hit is not None
    assert [reply.text for reply in hit.rule.replies] == ["It is 100 yuan"]


async def test_a_half_made_rule_survives_a_restart_and_answers_nobody(office: Office) -> None:
    await office.ada.says("/rule_add")
    await office.ada.says("price")
    await office.restart()

    assert office.desk.playbook.now.rules.match("shop", "price") is None
    await office.ada.says("/rule_list")
    card = await office.ada.presses("#1")
    assert "no reply yet" in card
    await office.ada.presses("Messages")
    await office.ada.presses("＋ Message")
    await office.ada.says("100")

    assert [reply.text for reply in (await one(office)).replies] == ["100"]


async def test_a_rule_without_a_reply_cannot_be_switched_on(office: Office) -> None:
    await office.ada.says("/rule_add")
    await office.ada.says("price")

    assert "no reply yet" in await office.ada.says("/rule_on 1")
    assert not (await one(office)).enabled


async def test_the_button_of_the_list_begins_a_rule_as_well(office: Office) -> None:
    await office.ada.says("/rule_list")
    await office.ada.presses("New rule")
    await office.ada.says("price")

    assert (await one(office)).words == ("price",)


async def test_words_that_do_not_fit_are_explained_and_asked_for_again(office: Office) -> None:
    await office.ada.says("/rule_add")

    again = await office.ada.says("\u200b")
    assert "nothing visible" in again
    await office.ada.says("price")

    assert (await one(office)).words == ("price",)


@pytest.mark.parametrize("dash", ["-", "—"])
async def test_a_dash_stops_before_anything_was_made(office: Office, dash: str) -> None:
    await office.ada.says("/rule_add")

    assert await office.ada.says(dash) == "Nothing was changed."
    assert await rules(office) == ()


# -- kinds of replies ------------------------------------------------------------------------------


@pytest.mark.requirement("ARP-06")
async def test_replies_of_every_kind_are_put_in_order_and_each_may_have_a_title(
    office: Office,
) -> None:
    ada = office.ada
    await begun(office)
    await ada.says("Hello 😀")
    for kind, more in (
        ("photo", {"caption": "look"}),
        ("voice", {"duration": 60}),
        ("video", {}),
        ("document", {"file_name": "list.pdf"}),
    ):
        await ada.presses("＋ Message")
        await ada.sends(kind, **more)
    assert await kinds(office) == [
        Kind.TEXT, Kind.PHOTO, Kind.VOICE, Kind.VIDEO, Kind.DOCUMENT,
    ]  # fmt: skip

    for number in range(5):
        await ada.presses(f"{number + 1}. ")
        await ada.presses("Title")
        await ada.says(f"Title {number}")
        await ada.presses("Back")

    replies = (await one(office)).replies
    assert [reply.title for reply in replies] == [f"Title {n}" for n in range(5)]
    assert (replies[0].text, replies[1].text) == ("Hello 😀", "look")


async def test_a_title_is_taken_away_again(office: Office) -> None:
    await begun(office)
    await office.ada.says("Hello")
    for said in ("Heading", "none"):
        await office.ada.presses("1. ")
        await office.ada.presses("Title")
        await office.ada.says(said)
        await office.ada.presses("Back")

    assert (await one(office)).replies[0].title == ""


async def test_a_link_has_a_title_an_address_a_text_and_a_cover(office: Office) -> None:
    await begun(office)
    await office.ada.says("-")
    await office.ada.presses("＋ Link")
    await office.ada.says("Our shop\nhttps://shop.example/a?b=c\nOpen\nday and night")
    await office.ada.presses("＋ Link")
    await office.ada.sends("photo", caption="Sale\nhttps://shop.example/sale")

    plain, covered = (await one(office)).replies

    assert plain == Content(
        Kind.LINK,
        "Open\nday and night",
        title="Our shop",
        data={"url": "https://shop.example/a?b=c"},
    )
    assert (covered.kind, covered.title) == (Kind.LINK, "Sale")
    assert covered.media is not None


@pytest.mark.parametrize(
    ("said", "why"),
    [("Our shop", "no web address"), ("Our shop\njavascript:x", "no web address")],
)
async def test_a_link_that_leads_nowhere_is_explained_and_asked_for_again(
    office: Office, said: str, why: str
) -> None:
    await begun(office)
    await office.ada.says("-")
    await office.ada.presses("＋ Link")

    assert why in await office.ada.says(said)
    await office.ada.says("Our shop\nhttps://shop.example/")

    assert await kinds(office) == [Kind.LINK]


async def test_a_contact_and_the_faq_card_are_replies(office: Office) -> None:
    await begun(office)
    await office.ada.sends("contact", phone_number="400-123", first_name="Bo")
    await office.ada.presses("＋ FAQ card")

    card, faq = (await one(office)).replies
    assert (card.kind, dict(card.data)) == (
        Kind.CONTACT,
        {"phone_number": "400-123", "first_name": "Bo"},
    )
    assert faq == Content(Kind.FAQ_CARD)


async def in_library(office: Office, *contents: Content) -> list[int]:
    entries = [
        FaqEntry(0, "", f"Entry {n}", (), (), what, shelf=Shelf.DESK, kind=EntryKind.FILE)
        for n, what in enumerate(contents)
    ]
    async with office.unit() as uow:
        ids = await uow.library.add(entries, NOON)
        await uow.commit()
    return ids


@pytest.mark.requirement("ARP-07")
async def test_a_picture_is_uploaded_or_chosen_from_the_library(office: Office) -> None:
    await office.ada.sends("photo", caption="/rule_add any map")
    stored = (await one(office)).replies[0]
    first, second = await in_library(office, Content(Kind.TEXT, "words"), stored)
    await office.ada.says("/rule_list")
    await office.ada.presses("#1")
    await office.ada.presses("Messages")

    shown = await office.ada.presses("＋ From the library")
    # What is more than words comes first: words are easily typed.
    assert [line.split(" →")[0] for line in shown.splitlines()[1:]] == [
        f"#{second} Entry 1",
        f"#{first} Entry 0",
    ]
    await office.ada.says("Entry 1")
    assert [b["text"] for b in office.ada.buttons()] == [f"#{second}", "Cancel"]
    await office.ada.presses(f"#{second}")

    rule = await one(office)
    assert rule.replies == (stored, stored)
    assert rule.replies[1].kind is Kind.PHOTO


@pytest.mark.requirement("ARP-09")
async def test_a_video_is_uploaded_up_to_10_mb_or_chosen_from_the_library(office: Office) -> None:
    await office.ada.sends("video", b"film", caption="/rule_add any film")
    stored = (await one(office)).replies[0]
    assert stored.kind is Kind.VIDEO

    whole = b"x" * (10 * 1024 * 1024)
    await office.ada.says("/rule_list")
    await office.ada.presses("#1")
    await office.ada.presses("Messages")
    await office.ada.presses("＋ Message")
    refused = await office.ada.sends("video", whole + b"x")
    assert "at most 10 MB" in refused
    await office.ada.sends("video", whole)
    assert await kinds(office) == [Kind.VIDEO, Kind.VIDEO]

    (number,) = await in_library(office, stored)
    await office.ada.presses("＋ From the library")
    await office.ada.says(f"#{number}")
    await office.ada.presses(f"#{number}")

    assert await kinds(office) == [Kind.VIDEO] * 3


@pytest.mark.requirement("ARP-08")
async def test_a_voice_is_recorded_uploaded_as_wav_or_chosen_from_the_library(
    office: Office,
) -> None:
    ada = office.ada
    await begun(office)

    too_long = await ada.sends("voice", duration=61)
    assert "61 seconds" in too_long
    assert "more than 60" in too_long
    await ada.sends("voice", duration=60)
    await ada.presses("＋ Message")
    await ada.sends("document", recording(60), file_name="note.wav", mime_type="audio/x-wav")
    await ada.presses("＋ Message")
    too_long = await ada.sends("document", recording(60.5), file_name="note.wav")
    assert "61 seconds" in too_long
    other = await ada.sends("audio", b"ID3", file_name="note.mp3", mime_type="audio/mpeg")
    assert "wav, at most 10 MB and 60 seconds" in other
    assert "Convert the file to wav" in other
    fake = await ada.sends("document", b"ID3", file_name="note.wav")
    assert "wav, at most 10 MB" in fake
    large = await ada.sends("document", recording(700), file_name="note.wav")
    assert "at most 10 MB" in large
    await ada.says("-")

    recorded, uploaded = (await one(office)).replies
    assert (recorded.kind, uploaded.kind) == (Kind.VOICE, Kind.VOICE)
    assert uploaded.media is not None
    assert uploaded.media.duration_seconds == 60

    (number,) = await in_library(office, recorded)
    await ada.presses("＋ From the library")
    await ada.presses(f"#{number}", ada.chat[-2])
    assert await kinds(office) == [Kind.VOICE] * 3


async def test_the_limits_hold_for_a_file_with_the_command_too(office: Office) -> None:
    answer = await office.ada.sends(
        "audio", b"ID3", caption="/rule_add any a", mime_type="audio/mpeg"
    )

    assert "must be wav" in answer
    assert await rules(office) == ()


async def test_an_entry_of_somebody_alone_cannot_be_chosen(office: Office) -> None:
    await begun(office)
    await office.ada.says("-")

    await office.ada.presses_data("rule_msg_pick:1:99")

    assert "no entry #99" in office.ada.notice


# -- the order of replies --------------------------------------------------------------------------


async def three(office: Office) -> None:
    await office.ada.says("/rule_add any price = one\n---\ntwo\n---\nthree")
    await office.ada.presses("Messages")


async def texts(office: Office) -> list[str]:
    return [reply.text for reply in (await one(office)).replies]


async def test_replies_move_up_and_down(office: Office) -> None:
    await three(office)

    await office.ada.presses("3. ")
    await office.ada.presses("Up")
    assert await texts(office) == ["one", "three", "two"]
    await office.ada.presses("Up")
    assert await texts(office) == ["three", "one", "two"]
    await office.ada.presses("Down")
    assert await texts(office) == ["one", "three", "two"]


async def test_a_reply_is_removed_after_a_second_question_and_comes_back(office: Office) -> None:
    await three(office)

    await office.ada.presses("2. ")
    await office.ada.presses("Remove")
    assert len(await texts(office)) == 3
    await office.ada.presses("Yes, delete")
    assert await texts(office) == ["one", "three"]
    await office.ada.presses("Undo")

    assert await texts(office) == ["one", "two", "three"]


async def test_a_button_that_is_older_than_the_list_removes_nothing_else(office: Office) -> None:
    """Pressed twice, it would otherwise take the next reply away as well."""
    await three(office)
    await office.ada.presses("2. ")
    await office.ada.presses("Remove")
    yes = office.ada.buttons()[0]["callback_data"]
    await office.ada.presses_data(yes)
    await office.ada.presses_data(yes)

    assert await texts(office) == ["one", "three"]
    assert "has changed since" in office.ada.notice


async def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten(office: Office) -> None:
    await three(office)
    rule = await one(office)
    wishes = RuleWishes(replies=rule.replies[:1], replies_were=rule.replies[:2])
    ada = await office.member(1003)

    with pytest.raises(Conflict):
        async with office.unit() as uow:
            await teach_rule.revise(uow, ada, 1, wishes, office.desk.playbook.now, NOON)

    assert await texts(office) == ["one", "two", "three"]


async def test_the_last_reply_of_a_rule_that_is_on_stays(office: Office) -> None:
    await office.ada.says("/rule_add any price = one")
    await office.ada.presses("Messages")
    await office.ada.presses("1. ")
    await office.ada.presses("Remove")
    await office.ada.presses("Yes, delete")

    assert await texts(office) == ["one"]
    assert "needs a reply" in office.ada.notice


async def test_a_rule_has_at_most_ten_replies(office: Office) -> None:
    await office.ada.says("/rule_add any a = " + "\n---\n".join("1234567890"))
    await office.ada.presses("Messages")

    assert not any("＋" in button["text"] for button in office.ada.buttons())
    await office.ada.presses_data("rule_msg_faq:1")
    assert len(await texts(office)) == 10


async def test_a_preview_sends_every_reply_with_its_variables_filled(office: Office) -> None:
    await office.ada.says("/rule_add any price = Dear #nickname#\n---\non #date#")
    await office.ada.presses("Messages")
    await office.ada.presses("＋ Message")
    await office.ada.sends("photo", caption="from #account#")
    before = len(office.ada.heard)

    await office.ada.presses("Preview")

    assert office.ada.heard[before:] == ["Dear Ada", "on 2026-11-22", "from shop"]
    assert office.ada.chat[-1]["photo"]


# -- the other parts -------------------------------------------------------------------------------


async def added(office: Office) -> None:
    await office.ada.says("/rule_add any price = 100")


async def test_words_name_hours_and_validity_are_typed(office: Office) -> None:
    await added(office)
    for button, said in (
        ("Words", "price, 多少钱"),
        ("Name", "Prices"),
        ("Hours", "mon-fri 09:00-18:00"),
        ("Validity", "2026-01-01..2026-12-31"),
    ):
        await office.ada.presses(button)
        await office.ada.says(said)

    rule = await one(office)

    assert (rule.words, rule.name) == (("price", "多少钱"), "Prices")
    assert rule.hours == Hours(frozenset(range(5)), ((time(9), time(18)),))
    assert (rule.valid_from, rule.valid_until) == (date(2026, 1, 1), date(2026, 12, 31))
    card = office.ada.heard[-1]
    assert "Hours: mon-fri 09:00-18:00" in card
    assert "Valid: 2026-01-01..2026-12-31" in card
    assert "🕒" in await office.ada.says("/rule_list")
    await office.ada.presses("#1")
    for button in ("Hours", "Validity"):
        await office.ada.presses(button)
        await office.ada.says("always")
    rule = await one(office)
    assert (rule.hours, rule.valid_from, rule.valid_until) == (ALWAYS, None, None)


@pytest.mark.parametrize(
    ("button", "said", "why", "then"),
    [
        ("Words", "\u200b", "nothing visible", "cost"),
        ("Hours", "noon", "not a time of the week", "weekend"),
        ("Validity", "tomorrow", "2026", "2026-01-01.."),
        ("Name", "n" * 101, "1 to 100", "Prices"),
        ("Group", "g" * 31, "at most 30", "Sales"),
    ],
)
async def test_a_part_that_does_not_fit_is_explained_and_asked_for_again(
    office: Office, button: str, said: str, why: str, then: str
) -> None:
    await added(office)
    before = await one(office)
    await office.ada.presses(button)

    assert why in await office.ada.says(said)
    assert await one(office) == before
    await office.ada.says(then)

    assert await one(office) != before


async def test_a_dash_or_the_cancel_button_leaves_a_part_as_it_is(office: Office) -> None:
    await added(office)
    before = await one(office)
    await office.ada.presses("Words")
    await office.ada.says("-")
    await office.ada.presses("Words")
    asked = [m for m in office.ada.chat if "Cancel" in str(m.get("reply_markup"))][-1]
    await office.ada.presses("Cancel", asked)

    await office.ada.says("this is meant for nobody")

    assert await one(office) == before


async def test_the_match_mode_is_a_button(office: Office) -> None:
    await added(office)
    for label, match in (("all words", Match.ALL), ("exactly", Match.EXACT)):
        await office.ada.presses(label)
        assert (await one(office)).match is match
    assert any(button["text"] == "● exactly" for button in office.ada.buttons())


async def test_accounts_are_ticked(office: Office) -> None:
    await added(office)
    await office.ada.presses("Accounts")
    await office.ada.presses("club")
    assert (await one(office)).accounts == ("club",)
    await office.ada.presses("shop")
    assert (await one(office)).accounts == ("club", "shop")
    await office.ada.presses("club")
    assert (await one(office)).accounts == ("shop",)
    await office.ada.presses("all accounts")
    assert (await one(office)).accounts == ()


async def test_a_copy_stands_last_is_off_and_has_a_name_of_its_own(office: Office) -> None:
    await added(office)
    await office.ada.presses("Copy")

    first, second = await rules(office)
    assert (second.words, second.replies) == (first.words, first.replies)
    assert (second.name, second.enabled) == ("price 2", False)


async def test_a_deleted_rule_comes_back_within_30_seconds(office: Office) -> None:
    await added(office)
    await office.ada.presses("Delete")
    await office.ada.presses("Yes, delete")
    assert await rules(office) == ()

    await office.ada.presses("Undo")

    assert (await one(office)).words == ("price",)
    assert office.desk.playbook.now.rules.match("shop", "price") is not None


# -- places and groups -----------------------------------------------------------------------------


async def four(office: Office) -> None:
    for name in "abcd":
        await office.ada.says(f"/rule_add any {name}{name} = {name}")


async def order(office: Office) -> str:
    return "".join(rule.name[0] for rule in await rules(office))


async def test_rules_move_up_and_down_by_button_and_to_a_place_by_command(office: Office) -> None:
    await four(office)
    assert "Place: 4 of 4" in await office.ada.presses("Up") or await order(office) == "abdc"
    assert await order(office) == "abdc"
    await office.ada.presses("Up")
    assert await order(office) == "adbc"
    await office.ada.presses("Down")
    assert await order(office) == "abdc"

    answer = await office.ada.says("/rule_move 4 1")
    assert await order(office) == "dabc"
    assert "Place: 1 of 4" in answer
    await office.ada.says("/rule_move 4 99")
    assert await order(office) == "abcd"
    await office.ada.says("/rule_move #1 down")
    assert await order(office) == "bacd"


async def test_a_new_order_decides_at_once_which_rule_answers(office: Office) -> None:
    await office.ada.says("/rule_add any price = first")
    await office.ada.says("/rule_add any price = second")

    await office.ada.says("/rule_move 2 1")

    hit = office.desk.playbook.now.rules.match("shop", "price")
    assert hit is not None
    assert hit.rule.replies[0].text == "second"


async def test_a_move_is_taken_back(office: Office) -> None:
    await four(office)
    await office.ada.says("/rule_move 4 1")
    await office.ada.presses("Undo")

    assert await order(office) == "abcd"


@pytest.mark.parametrize("words", ["", "x", "1", "1 sideways"])
async def test_a_move_that_makes_no_sense_is_explained(office: Office, words: str) -> None:
    await added(office)

    assert "/rule_move <number>" in await office.ada.says(f"/rule_move {words}".strip())


async def test_rules_stand_in_groups_that_filter_the_list(office: Office) -> None:
    await four(office)
    await office.ada.says("/rule_group 2, 3 After sales")
    await office.ada.says("/rule_move 4 1")
    assert [r.group for r in await rules(office)] == ["", "", "After sales", "After sales"]

    shown = await office.ada.says("/rule_group")
    assert "After sales: 2 rules, 2 on" in shown
    assert "No group: 2 rules" in shown
    listed = await office.ada.presses("After sales")
    assert "“After sales”: 2 rules" in listed
    assert ("#2" in listed, "#3" in listed, "#1" in listed) == (True, True, False)
    assert await office.ada.says("/rule_list group:after sales") == listed.replace(
        "“After sales”", "“after sales”"
    )
    await office.ada.says("/rule_group")
    listed = await office.ada.presses("No group")
    assert ("#1" in listed, "#2" in listed) == (True, False)


async def test_groups_have_pages_of_twenty(office: Office) -> None:
    async with office.unit() as uow:
        await uow.taught.add_rules(
            [
                Rule(0, f"r{n}", Match.ANY, (f"w{n}",), (Content(Kind.TEXT, "x"),), group=f"g{n}")
                for n in range(21)
            ],
            NOON,
        )
        await uow.taught.touch()
        await uow.commit()

    first = await office.ada.says("/rule_group")
    second = await office.ada.presses("›")

    assert ("g19:" in first, "g20:" in first) == (True, False)
    assert ("g19:" in second, "g20:" in second) == (False, True)


async def test_a_whole_group_is_switched_and_that_is_taken_back(office: Office) -> None:
    await four(office)
    await office.ada.says("/rule_group 2 3 Sales")
    await office.ada.presses("Off")
    assert [r.enabled for r in await rules(office)] == [True, False, False, True]
    await office.ada.presses("Undo")
    assert [r.enabled for r in await rules(office)] == [True] * 4


async def test_a_rule_goes_into_a_group_and_out_of_it_by_button(office: Office) -> None:
    await added(office)
    await office.ada.presses("Group")
    await office.ada.says("Sales")
    assert (await one(office)).group == "Sales"
    await office.ada.presses("Group")
    offered = office.ada.chat[-2]
    await office.ada.presses("No group", offered)
    assert (await one(office)).group == ""


async def test_a_group_of_rules_that_do_not_all_exist_changes_nothing(office: Office) -> None:
    await added(office)

    assert "no rule #9" in await office.ada.says("/rule_group 1 9 Sales")
    assert (await one(office)).group == ""


async def test_the_list_is_searched_by_button(office: Office) -> None:
    await four(office)
    await office.ada.says("/rule_list")
    await office.ada.presses("Search")
    found = await office.ada.says("bb")

    assert "“bb”: 1 rules" in found
    assert "Rules: 4" in await office.ada.presses("Show all")


async def test_use_counts_are_shown(office: Office) -> None:
    await added(office)
    async with office.unit() as uow:
        await uow.taught.rules_used({1: 12})
        await uow.taught.touch()
        await uow.commit()

    assert "×12" in await office.ada.says("/rule_list")
    assert "Used: ×12" in await office.ada.presses("#1")


# -- what is odd -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "warned"),
    [
        ("any ？！ = x", "“？！” holds nothing but punctuation"),
        ("any a = x", "“a” is a single character"),
        ("any 好 = x", "“好” is a single character"),
        ("exact a = x", None),
        ("any 😀 = x", None),
        ("any 转人工 = x", "“转人工” asks the desk itself"),
        ("exact /menu = x", "“/menu” asks the desk itself"),
        ("any price = Dear #nick#", "No such variable: #nick#"),
        ("any price = Dear #nickname#", None),
    ],
)
async def test_what_is_hardly_meant_is_warned_of_when_it_is_saved(
    office: Office, typed: str, warned: str | None
) -> None:
    answer = await office.ada.says(f"/rule_add {typed}")

    assert len(await rules(office)) == 1
    assert ("⚠" in answer) == (warned is not None)
    assert (warned or "") in answer


# -- a command that is edited ----------------------------------------------------------------------


async def test_editing_the_message_changes_the_rule_that_it_made(office: Office) -> None:
    sent = office.world.says(1003, "900:STAFF", "/rule_add any price = 100")
    await office.work()
    office.world.edits(1003, "900:STAFF", sent["message_id"], "/rule_add all price, lamp = 200")
    await office.work()

    rule = await one(office)

    assert (rule.match, rule.words) == (Match.ALL, ("price", "lamp"))
    assert [reply.text for reply in rule.replies] == ["200"]
    assert "Rule #1 changed" in office.ada.heard[-1]


async def test_editing_a_message_that_made_no_rule_makes_one(office: Office) -> None:
    sent = office.world.says(1003, "900:STAFF", "/rule_add price = 100")
    await office.work()
    office.world.edits(1003, "900:STAFF", sent["message_id"], "/rule_add any price = 100")
    await office.work()

    assert (await one(office)).words == ("price",)


async def test_editing_the_message_of_a_deleted_rule_makes_a_new_one(office: Office) -> None:
    sent = office.world.says(1003, "900:STAFF", "/rule_add any price = 100")
    await office.work()
    await office.ada.presses("Delete")
    await office.ada.presses("Yes, delete")
    office.world.edits(1003, "900:STAFF", sent["message_id"], "/rule_add any price = 200")
    await office.work()

    assert ((await one(office)).id, await texts(office)) == (2, ["200"])
