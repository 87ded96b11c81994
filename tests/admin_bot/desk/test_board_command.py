"""/board at the staff bot: a picture, and "refresh" that puts a new one in its place."""

import ast
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from telegram.error import BadRequest

from admin_bot.desk import board
from core.states import Role
from tests.admin_bot.desk.room import Paper, Room
from tests.admin_bot.office import BO, Office, open_office

ROOT = Path(__file__).parents[3]


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    async with open_office(sqlite_url, extra_commands=[board.COMMAND]) as opened:
        yield opened


async def test_admins_get_a_picture_that_refreshes_in_place(office: Office) -> None:
    told = await office.ada.says("/board")
    assert told == (
        "2026-11-22 20:00 · waiting: 0 · longest wait: – · in session: 0 · free seats: 0"
    ), "the time in the tenant's zone"
    before = office.ada.chat[-1]
    assert before["photo"][-1]["width"] == 1080

    await office.serving(BO, "Ann")
    office.moment[0] += timedelta(minutes=5)
    await office.ada.presses("Refresh")

    after = office.ada.chat[-1]
    assert after["message_id"] == before["message_id"]
    assert after["photo"][-1]["file_unique_id"] != before["photo"][-1]["file_unique_id"]
    assert after["caption"].startswith("2026-11-22 20:05")
    assert "in session: 1" in after["caption"]
    assert [b["text"] for b in office.ada.buttons()] == ["Refresh"]


async def test_it_is_not_for_agents(office: Office) -> None:
    assert "not allowed" in await office.bo.says("/board")
    await office.ada.says("/board")
    await office.bo.presses_data("board", office.bo.chat[-1])
    assert office.bo.notice == "You are not allowed to do that."


class Stubborn(Paper):
    """A platform that refuses to change a picture."""

    why = "Message is not modified: specified new message content is exactly the same"

    async def edit_message_media(self, *_: object, **__: object) -> None:
        raise BadRequest(self.why)


async def test_a_second_press_at_once_changes_nothing_and_is_no_failure(room: Room) -> None:
    boss = await room.agent("Boss", role=Role.ADMIN)
    room.paper = paper = Stubborn()

    await room.presses(boss, "board")

    paper.why = "Message to edit not found"
    with pytest.raises(BadRequest):
        await room.presses(boss, "board")


def test_a_desk_at_rest_does_not_hold_the_drawing_library() -> None:
    """It takes some 50 MB, so it is loaded inside the functions that draw, at the first picture."""
    loaded = [
        str(path)
        for package in ("core", "storage", "bot", "admin_bot", "playground")
        for path in (ROOT / package).rglob("*.py")
        if "matplotlib" in (code := path.read_text(encoding="utf-8"))
        for node in ast.parse(code).body
        if isinstance(node, ast.Import | ast.ImportFrom) and "matplotlib" in ast.unparse(node)
    ]
    assert loaded == []
