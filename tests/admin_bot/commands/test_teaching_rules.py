"""Admins teach keyword rules by command."""

import pytest

from core.messages import Kind
from core.playbook import Match, Rule
from tests.admin_bot.office import Office


async def rules(office: Office) -> tuple[Rule, ...]:
    async with office.unit() as uow:
        return (await uow.taught.playbook()).rules


@pytest.mark.requirement("ARP-05")
async def test_the_acceptance_example_is_answered_with_exactly_that_text(office: Office) -> None:
    await office.ada.says("/rule_add all 多少钱 = 100 块")

    hit = office.desk.playbook.now.rules.match("shop", "请问这个多少钱？")

    assert hit is not None
    assert [reply.text for reply in hit.rule.replies] == ["100 块"]


@pytest.mark.requirement("ARP-03")
@pytest.mark.parametrize(
    ("typed", "match", "words", "replies", "accounts"),
    [
        ("any price, cost = 100", Match.ANY, ("price", "cost"), ("100",), ()),
        ("any 多少钱，价格、费用＝100 块", Match.ANY, ("多少钱", "价格", "费用"), ("100 块",), ()),
        ("exact hi = hello = there", Match.EXACT, ("hi",), ("hello = there",), ()),
        ("ALL a,b,,a = x", Match.ALL, ("a", "b"), ("x",), ()),
        ("any a = one\n---\ntwo\nlines\n --- \nthree", Match.ANY, ("a",),
         ("one", "two\nlines", "three"), ()),
        ("accounts: shop, club\nany a = x", Match.ANY, ("a",), ("x",), ("shop", "club")),
        ("账号：shop\n完全相同 在吗 = 在的", Match.EXACT, ("在吗",), ("在的",), ("shop",)),
        ("任意 a = x", Match.ANY, ("a",), ("x",), ()),
        ("any a\nb = x", Match.ANY, ("a", "b"), ("x",), ()),
    ],
)  # fmt: skip
async def test_a_rule_is_read_as_it_is_typed(
    office: Office,
    typed: str,
    match: Match,
    words: tuple[str, ...],
    replies: tuple[str, ...],
    accounts: tuple[str, ...],
) -> None:
    await office.ada.says(f"/rule_add {typed}")

    (rule,) = await rules(office)

    assert (rule.match, rule.words, rule.accounts) == (match, words, accounts)
    assert tuple(reply.text for reply in rule.replies) == replies


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("price = 100", "all, any or exact"),
        ("any = 100", "at least one word"),
        ("any price", "Write the reply"),
        ("any price =", "Write the reply"),
        ("any \u200b = x", "nothing visible"),
        (f"any {'x' * 101} = y", "101 characters"),
        ("accounts: moon\nany a = b", "No such account: moon. There are: shop, club"),
        ("any a = " + "\n---\n".join("12345678901"), "11"),
    ],
)
async def test_words_that_do_not_fit_are_explained_and_change_nothing(
    office: Office, typed: str, answer: str
) -> None:
    assert answer in await office.ada.says(f"/rule_add {typed}")

    assert await rules(office) == ()


async def test_a_mistake_is_followed_by_how_to_use_the_command(office: Office) -> None:
    assert "/rule_add <all|any|exact>" in await office.ada.says("/rule_add price = 100")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("photo", Kind.PHOTO),
        ("voice", Kind.VOICE),
        ("video", Kind.VIDEO),
        ("document", Kind.DOCUMENT),
    ],
)
async def test_a_file_with_the_command_becomes_a_reply(
    office: Office, kind: str, expected: Kind
) -> None:
    caption = "/rule_add any map, where = Here we are\n---\nSee you"
    answer = await office.ada.sends(kind, caption=caption)

    (rule,) = await rules(office)
    file, text = rule.replies
    assert (file.kind, file.text) == (expected, "Here we are")
    assert file.media is not None
    assert file.media.account == "staff"
    there = await office.bot.bot.get_file(file.media.file_id)
    assert await there.download_as_bytearray() == b"data"
    assert text.text == "See you"
    assert "added" in answer


async def test_a_file_alone_is_reply_enough(office: Office) -> None:
    await office.ada.sends("photo", caption="/rule_add any map")

    (rule,) = await rules(office)
    assert [reply.kind for reply in rule.replies] == [Kind.PHOTO]


async def test_the_next_message_is_answered_by_a_new_rule_at_once(office: Office) -> None:
    await office.ada.says("/rule_add any price = 100")

    assert office.desk.playbook.now.rules.match("shop", "the price?") is not None
    assert "playbook" in office.rings


@pytest.mark.parametrize(
    ("earlier", "later", "warned"),
    [
        ("any price = 1", "any price, cost = 2", "“price”"),
        ("any price = 1", "all price, cost = 2", "“price cost”"),
        ("any price, cost = 1", "any price, cost = 2", "“price, cost”"),
        ("exact price = 1", "any price = 2", "“price”"),
        ("all price, cost = 1", "any price = 2", None),
        ("accounts: shop\nany price = 1", "any price = 2", None),
        ("any price = 1", "accounts: shop\nany price = 2", "“price”"),
        ("any cost = 1", "any price = 2", None),
    ],
)
async def test_a_rule_that_an_earlier_one_overtakes_says_so(
    office: Office, earlier: str, later: str, warned: str | None
) -> None:
    await office.ada.says(f"/rule_add {earlier}")
    (first,) = await rules(office)

    answer = await office.ada.says(f"/rule_add {later}")

    if warned is None:
        assert "answers first" not in answer
    else:
        assert f"On {warned} the earlier rule #{first.id}" in answer


async def test_rules_have_names_of_their_own(office: Office) -> None:
    """A playbook file tells rules apart by name."""
    for _ in range(3):
        await office.ada.says("/rule_add any price = 100")

    assert [rule.name for rule in await rules(office)] == ["price", "price 2", "price 3"]


@pytest.mark.requirement("ARP-03")
async def test_a_rule_is_edited_by_its_number(office: Office) -> None:
    await office.ada.says("/rule_add any price = 100")
    (before,) = await rules(office)

    await office.ada.says(f"/rule_edit {before.id} exact cost = 200")

    (rule,) = await rules(office)
    assert (rule.id, rule.match, rule.words) == (before.id, Match.EXACT, ("cost",))
    assert rule.replies[0].text == "200"
    assert office.desk.playbook.now.rules.match("shop", "the price?") is None


async def test_editing_a_rule_does_not_warn_of_the_rule_itself(office: Office) -> None:
    await office.ada.says("/rule_add any price = 100")
    await office.ada.says("/rule_add any price, cost = 200")
    (first, _) = await rules(office)

    answer = await office.ada.says(f"/rule_edit {first.id} any price = 300")

    assert "answers first" not in answer


@pytest.mark.parametrize(
    "command",
    ["/rule_edit 99 any a = b", "/rule_off 99", "/rule_on 99"],
)
async def test_a_number_that_is_not_there_is_told(office: Office, command: str) -> None:
    assert "There is no rule #99" in await office.ada.says(command)


@pytest.mark.parametrize("command", ["/rule_edit", "/rule_edit 1", "/rule_off", "/rule_off x"])
async def test_wrong_words_are_answered_with_how_to_use_it(office: Office, command: str) -> None:
    assert "Write it like this" in await office.ada.says(command)


async def test_a_rule_is_switched_off_and_on(office: Office) -> None:
    await office.ada.says("/rule_add any price = 100")
    (rule,) = await rules(office)

    assert "is off" in await office.ada.says(f"/rule_off {rule.id}")
    assert office.desk.playbook.now.rules.match("shop", "price") is None

    assert "is on" in await office.ada.says(f"/rule_on #{rule.id}")
    assert office.desk.playbook.now.rules.match("shop", "price") is not None


@pytest.mark.requirement("OTH-09")
async def test_every_change_is_recorded_with_actor_and_time(office: Office) -> None:
    await office.ada.says("/rule_add any price = 100")
    (rule,) = await rules(office)
    await office.ada.says(f"/rule_edit {rule.id} any cost = 200")
    await office.ada.says(f"/rule_off {rule.id}")
    await office.ada.says(f"/rule_off {rule.id}")
    await office.ada.says(f"/rule_on {rule.id}")
    await office.ada.presses("Delete")
    await office.ada.presses("Yes, delete")

    changes = list(reversed(await office.changes("rule")))

    assert [change.action for change in changes] == ["add", "change", "off", "on", "delete"]
    assert {(c.actor, c.subject_id, c.at) for c in changes} == {
        ("Ada", str(rule.id), office.moment[0])
    }
    added, changed = changes[:2]
    assert added.before is None
    assert added.after is not None
    assert added.after["words"] == ["price"]
    assert changed.before == added.after
    assert changed.after is not None
    assert changed.after["words"] == ["cost"]
    assert changes[-1].after is None


async def fill(office: Office, count: int) -> None:
    for number in range(count):
        await office.ada.says(f"/rule_add any word{number} = reply{number}")


@pytest.mark.requirement("OTH-08")
async def test_long_lists_have_pages_of_twenty_with_buttons(office: Office) -> None:
    await fill(office, 22)
    first = await office.ada.says("/rule_list")

    second = await office.ada.presses("›")
    again = await office.ada.presses("›")

    assert "Rules: 22" in first
    assert [f"word{n} " in first for n in (0, 19, 20, 21)] == [True, True, False, False]
    assert [f"word{n} " in second for n in (0, 19, 20, 21)] == [False, False, True, True]
    assert again == first


async def test_a_search_narrows_the_list_on_every_page(office: Office) -> None:
    await fill(office, 12)

    await office.ada.says("/rule_list word1")
    text = office.ada.heard[-1]

    assert "“word1”: 3 rules" in text
    assert "word2" not in text


async def test_a_rule_is_switched_and_deleted_from_its_card_after_a_second_question(
    office: Office,
) -> None:
    await fill(office, 2)
    await office.ada.says("/rule_list")

    await office.ada.presses("#1")
    await office.ada.presses("Off")
    assert [rule.enabled for rule in await rules(office)] == [False, True]
    await office.ada.presses("On")
    assert [rule.enabled for rule in await rules(office)] == [True, True]

    asked = await office.ada.presses("Delete")
    assert "Delete rule" in asked
    assert len(await rules(office)) == 2
    await office.ada.presses("No, keep it")
    assert len(await rules(office)) == 2
    await office.ada.presses("Delete")
    await office.ada.presses("Yes, delete")

    assert [rule.words for rule in await rules(office)] == [("word1",)]
    assert "word1" in office.ada.heard[-1]
    assert office.ada.notice == "Rule #1 deleted"


async def test_one_rule_is_opened_switched_and_closed(office: Office) -> None:
    await fill(office, 1)
    await office.ada.says("/rule_list")

    card = await office.ada.presses("#")
    assert "reply0" in card
    assert "Off" not in card
    off = await office.ada.presses("Off")
    assert "State: off" in off

    assert "Rules: 1" in await office.ada.presses("Back to the list")


async def test_a_rule_that_is_gone_is_told_at_the_press(office: Office) -> None:
    await fill(office, 1)
    await office.ada.says("/rule_list")
    opens = office.ada.buttons()[0]["callback_data"]
    await office.ada.presses("#1")
    await office.ada.presses("Delete")
    await office.ada.presses("Yes, delete")

    await office.ada.presses_data(opens)

    assert "There is no rule" in office.ada.notice
