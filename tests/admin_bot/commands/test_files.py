"""Admins take playbooks in from files and give them out as files."""

import pytest

from bot.handlers.playbook_file import everything
from bot.knowledge.playbook_file import read, write
from core.playbook import Playbook
from tests.admin_bot.office import NOON, Office

GOOD = """
rules:
  - {name: price, match: any, words: [price, 多少钱], replies: [{text: 100 块}]}
  - {name: lamp, match: all, words: [red, lamp], replies: [{text: one}, {text: two}]}
faq:
  - {category: 物流/发货, question: 多久发货, similar: [几天能到], answer: {text: 48 小时}}
words:
  - {name: abuse, words: [bad], action: block, direction: staff}
"""
BAD = """
rules:
  - {name: price, match: some, words: [], replies: [{text: 100}]}
faq:
  - {question: How long?}
"""


async def stored(office: Office) -> Playbook:
    async with office.unit() as uow:
        return await uow.taught.playbook()


def received(office: Office) -> bytes:
    """Return the file that the bot has sent last."""
    file = office.world.files.get(office.ada.chat[-1]["document"]["file_id"])
    assert file is not None
    return file.data


async def sends(office: Office, text: str, caption: str = "/import") -> str:
    more = {"caption": caption} if caption else {}
    return await office.ada.sends("document", text.encode(), file_name="playbook.yaml", **more)


async def test_a_good_file_is_previewed_and_changes_nothing_yet(office: Office) -> None:
    preview = await sends(office, GOOD)

    assert "Rules: 2 new, 0 changed, 0 the same" in preview
    assert "FAQ: 1 new" in preview
    assert "Word lists: 1 new" in preview
    assert (await stored(office)).version == 0


async def test_the_file_may_follow_the_command(office: Office) -> None:
    assert "Send me the playbook (YAML)" in await office.ada.says("/import")

    assert "The file is fine" in await sends(office, GOOD, caption="")


async def test_only_the_very_next_message_counts_as_the_file(office: Office) -> None:
    """Otherwise a file for a customer would be read as a playbook."""
    await office.ada.says("/import")
    await office.ada.says("/help")

    assert "no such command" in await sends(office, GOOD, caption="")


async def test_every_mistake_is_listed_with_its_line_and_nothing_changes(office: Office) -> None:
    answer = await sends(office, BAD)

    assert "3 mistakes; nothing was changed" in answer
    assert answer.count("Line 3: rules") == 2
    assert "Line 5: faq" in answer
    assert office.ada.buttons() == []
    assert (await stored(office)).version == 0


async def test_more_mistakes_than_fit_come_as_a_file(office: Office) -> None:
    rules = "\n".join(f"  - {{name: r{n}, match: some}}" for n in range(100))

    await sends(office, f"rules:\n{rules}\n")

    lines = received(office).decode().splitlines()
    assert len(lines) == 300
    assert lines[-1].startswith("Line 101:")


async def test_adding_keeps_what_is_there(office: Office) -> None:
    await office.ada.says("/rule_add any hello = Hi")
    await office.ada.says("/rule_add any price = 1")
    before = await stored(office)
    preview = await sends(office, GOOD)
    assert "Rules: 1 new, 1 changed, 0 the same; 1 only on the desk" in preview

    answer = await office.ada.presses("Add to what is there")

    playbook = await stored(office)
    assert "taken in" in answer
    assert [rule.name for rule in playbook.rules] == ["hello", "price", "lamp"]
    assert playbook.rules[1].id == before.rules[1].id
    assert playbook.rules[1].words == ("price", "多少钱")
    assert office.desk.playbook.now.rules.match("shop", "多少钱") is not None
    assert office.ada.buttons() == []


async def test_replacing_asks_again_and_leaves_only_the_file(office: Office) -> None:
    await office.ada.says("/rule_add any hello = Hi")
    await office.ada.says("/faq_add category: 物流/发货\n多久发货 = old")
    await office.ada.says("/faq_add Else? = x")
    await office.olga.says("/prompt welcome Hello!")
    await sends(office, GOOD)

    asked = await office.ada.presses("Replace everything")
    assert "1 rules, 1 FAQ entries, 0 entries for agents, 0 folders, 0 word lists" in asked
    assert len((await stored(office)).faq) == 2
    await office.ada.presses("Yes, replace everything")

    playbook = await stored(office)
    assert [rule.name for rule in playbook.rules] == ["price", "lamp"]
    assert [(entry.id, entry.answer.text) for entry in playbook.faq] == [(1, "48 小时")]
    assert [prompt.body for prompt in playbook.prompts] == ["Hello!"]


async def test_no_number_of_a_deleted_rule_is_given_out_again(office: Office) -> None:
    """Records of what a rule has answered name it by its number."""
    await office.ada.says("/rule_add any hello = Hi")
    old = {rule.id for rule in (await stored(office)).rules}
    await sends(office, GOOD)
    await office.ada.presses("Replace everything")
    await office.ada.presses("Yes, replace everything")

    assert not old & {rule.id for rule in (await stored(office)).rules}


async def test_cancelling_changes_nothing(office: Office) -> None:
    await sends(office, GOOD)

    assert "nothing was changed" in await office.ada.presses("Cancel")

    assert (await stored(office)).version == 0


async def test_a_press_after_a_restart_still_finds_the_file(office: Office) -> None:
    """Nothing is kept in memory: the preview quotes the message with the file."""
    await sends(office, GOOD)
    await office.restart()

    await office.ada.presses("Add to what is there")

    assert len((await stored(office)).rules) == 2


async def test_a_file_that_is_gone_is_asked_for_again(office: Office) -> None:
    await sends(office, GOOD)
    preview = office.ada.chat[-1]
    data = preview["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await office.ada.says("/help")

    await office.ada.presses_data(data)

    assert "send it again" in office.ada.notice
    assert (await stored(office)).version == 0


async def test_another_file_than_the_previewed_one_is_not_taken_in(office: Office) -> None:
    await sends(office, GOOD)

    await office.ada.presses_data("import_add:0123456789abcdef")

    assert "send it again" in office.ada.notice
    assert (await stored(office)).version == 0


async def test_accounts_that_are_not_there_are_told(office: Office) -> None:
    preview = await sends(
        office,
        "rules: [{name: a, match: any, words: [a], replies: [{text: b}], accounts: [moon]}]",
    )

    assert "does not have these accounts: moon" in preview


async def test_something_else_than_a_document_is_refused(office: Office) -> None:
    assert "Send the YAML or Excel as a file" in await office.ada.sends("photo", caption="/import")


@pytest.mark.requirement("OTH-08")
async def test_an_export_is_a_file_that_an_import_takes_back(office: Office) -> None:
    await sends(office, GOOD)
    await office.ada.presses("Add to what is there")
    await office.olga.says("/prompt welcome Hello!")

    caption = await office.ada.says("/export")

    document = office.ada.chat[-1]["document"]
    assert document["file_name"] == "playbook-2026-11-22.yaml"
    assert "2 rules, 1 FAQ entries" in caption
    data = received(office)
    async with office.unit() as uow:
        assert read(data) == read(write(await everything(uow)))
    assert "2 the same" in await sends(office, data.decode())


@pytest.mark.requirement("OTH-09")
async def test_imports_and_exports_are_recorded_with_actor_and_time(office: Office) -> None:
    await sends(office, GOOD)
    await office.ada.presses("Add to what is there")
    await office.ada.says("/export")

    changes = list(reversed(await office.changes("playbook")))

    assert [(c.action, c.actor, c.at) for c in changes] == [
        ("import", "Ada", NOON),
        ("export", "Ada", NOON),
    ]
    assert changes[0].after is not None
    assert (changes[0].after["rules"], changes[0].after["whole"]) == (2, False)


@pytest.mark.requirement("ORG-28")
async def test_agents_may_neither_import_nor_export(office: Office) -> None:
    assert "not allowed" in await office.bo.says("/export")
    answer = await office.bo.sends("document", GOOD.encode(), file_name="p.yaml", caption="/import")
    assert "not allowed" in answer
