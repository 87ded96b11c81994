"""Admins change how the desk answers by itself, through the staff bot."""

from dataclasses import asdict

import pytest

from bot.handlers.settings import NAMES
from core.playbook import Answering
from tests.admin_bot.office import Office

FIXTURE = r"([0-9]{3}\u202a?[-\s]?[0-9]{3,4}\u202a?[-\s]?[0-9]{0,4})"


async def stored(office: Office) -> Answering:
    async with office.desk.reading() as uow:
        return await uow.taught.answering()


def in_force(office: Office) -> Answering:
    return office.desk.playbook.now.playbook.answering


def test_every_setting_can_be_changed() -> None:
    assert sorted(NAMES) == sorted(asdict(Answering()))


async def test_every_setting_is_shown_with_its_value_and_its_meaning(office: Office) -> None:
    answer = await office.ada.says("/setting")

    for name in NAMES:
        assert f"({name})" in answer
        assert f"setting:{name}" in [b["callback_data"] for b in office.ada.buttons()]
    assert "Right answers (precision): 95%" in answer
    assert "(one_script): on" in answer
    assert "(mask_desk): nothing is hidden" in answer


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("precision", "97%", 0.97),
        ("precision", "0.9", 0.9),
        ("precision", "99.9%", 0.999),
        ("precision", "50", 0.5),
        ("quiet_online", "on", True),
        ("quiet_online", "开启", True),
        ("one_script", "off", False),
        ("one_script", "关", False),
        ("ignore_spacing", "yes", True),
        ("depth", "6", 6),
        ("mask_desk", FIXTURE, FIXTURE),
        ("mask_phone", "[0-9]{11}", "[0-9]{11}"),
        ("mask_wechat", r"\bwx_\w+", r"\bwx_\w+"),
    ],
)
async def test_a_setting_is_changed_by_command_and_taken_back(
    office: Office, name: str, typed: str, value: object
) -> None:
    before = await stored(office)

    answer = await office.ada.says(f"/setting {name} {typed}")

    assert "Changed" in answer
    assert asdict(await stored(office)) == asdict(before) | {name: value}
    assert in_force(office) == await stored(office)
    (change,) = await office.changes("setting")
    assert (change.subject_id, change.after) == (name, {name: value})

    await office.ada.presses("Undo")
    assert await stored(office) == in_force(office) == before


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("nothing", "no setting “nothing”"),
        ("nothing 1", "no setting “nothing”"),
        ("precision 0.4", "from 50% to 99.9%"),
        ("precision 100%", "from 50% to 99.9%"),
        ("precision nan", "from 50% to 99.9%"),
        ("precision much", "from 50% to 99.9%"),
        ("quiet_online maybe", "on or off"),
        ("depth 0", "from 1 to 10"),
        ("depth 11", "from 1 to 10"),
        ("depth 2.5", "from 1 to 10"),
    ],
)
async def test_a_value_that_does_not_fit_is_told_and_changes_nothing(
    office: Office, typed: str, part: str
) -> None:
    assert part in await office.ada.says(f"/setting {typed}")

    assert await stored(office) == Answering()


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("([0-9]", id="no expression"),
        pytest.param("(a+)+$", id="hangs"),
        pytest.param("([0-9]|[0-9]{2})+$", id="hangs on digits"),
        pytest.param("a" * 501, id="too long"),
    ],
)
async def test_an_expression_is_tried_before_it_is_kept(office: Office, expression: str) -> None:
    """One that would hang the desk is refused while the person who wrote it is still there."""
    answer = await office.ada.says(f"/setting mask_desk {expression}")

    assert "Changed" not in answer
    assert len(answer) > 20
    assert (await stored(office)).mask_desk == ""
    assert office.desk.playbook.now.mask is None


async def test_the_buttons_change_settings_too(office: Office) -> None:
    await office.ada.says("/setting")
    await office.ada.presses("setting:mask_desk")
    await office.ada.presses("Phone numbers")
    assert (await stored(office)).mask_desk == FIXTURE
    mask = office.desk.playbook.now.mask
    assert mask is not None
    assert mask.hide("138 1234 5678") == "*" * 13
    await office.ada.presses("Hide nothing")
    assert (await stored(office)).mask_desk == ""
    assert office.desk.playbook.now.mask is None

    await office.ada.presses("setting")
    await office.ada.presses("setting:depth")
    await office.ada.presses("5")
    await office.ada.presses("Type it")
    await office.ada.says("7")
    assert (await stored(office)).depth == 7
    await office.ada.says("/setting quiet_online")
    await office.ada.presses("setting_set:quiet_online:on")
    assert (await stored(office)).quiet_online


async def test_what_is_so_already_is_no_change(office: Office) -> None:
    assert "It was so already" in await office.ada.says("/setting depth 4")

    assert await office.changes("setting") == []
