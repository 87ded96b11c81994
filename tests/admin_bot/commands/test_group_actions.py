"""What can be done with a service group, from its card."""

from collections.abc import AsyncIterator

import pytest

from admin_bot.commands.all import COMMANDS
from tests.admin_bot.office import Office, open_office


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    async with open_office(sqlite_url) as opened:
        yield opened


@pytest.mark.requirement("QUE-01")
async def test_edit_knowledge_base_faq_categories_and_delete(office: Office) -> None:
    known = {name for command in COMMANDS for name in command.presses}
    await office.olga.says("/group_list")
    card = await office.olga.presses("✏ Front desk")

    assert "/group_edit" in card
    buttons = {b["text"]: b["callback_data"] for b in office.olga.buttons()}
    assert buttons["Consultation categories"] == "topic_group:1:1"
    assert {data for data in buttons.values() if data.startswith("assign:")} == {
        "assign:1:desk:1",
        "assign:1:faq:1",
    }
    assert [label for label in buttons if "Delete" in label]
    assert {data.partition(":")[0] for data in buttons.values()} <= known
    assert "Front desk" in await office.olga.presses("Consultation categories")


@pytest.mark.requirement("QUE-01")
async def test_groups_are_for_super_administrators_only(office: Office) -> None:
    for person in (office.ada, office.bo):
        assert "not allowed" in await person.says("/group_list")
        await person.says("/help")
        # Which knowledge a group gets is taught, so administrators may choose that.
        for press in ("group_list:1:", "group_show:1:1:", "topic_group:1:1"):
            await person.presses_data(press)
            assert person.notice == "You are not allowed to do that.", press
