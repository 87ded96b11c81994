"""The board: its numbers over a real database of each kind, and its picture."""

import struct
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import matplotlib
import pytest

from admin_bot import board_picture
from admin_bot.board_picture import MOST_AGENTS, MOST_GROUPS, best_font, draw, font_at, span_words
from bot.handlers.board import AgentLoad, Board, GroupLine, board
from core.errors import NotAllowed
from core.i18n.texts import texts
from core.states import Presence, Role
from tests.handlers.floor import Floor

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


async def seen(floor: Floor, viewer: object) -> Board:
    async with floor.unit() as uow:
        return await board(uow, viewer, floor.voice.policies, floor.now)  # type: ignore[arg-type]


async def test_the_board_holds_every_line_and_everybodys_load(floor: Floor) -> None:
    boss = await floor.agent("Boss", role=Role.ADMIN, groups=())
    bo = await floor.agent("Bo", capacity=2, groups=(floor.sales, floor.repairs))
    cy = await floor.agent("Cy", capacity=4)
    di = await floor.agent("Di", presence=Presence.BREAK)
    off = await floor.agent("Off", presence=Presence.OFFLINE)
    await floor.serves(bo, "Ann")
    await floor.serves(bo, "Ben", group=floor.repairs)
    await floor.serves(cy, "Cid")
    await floor.serves(off, "Dan")
    first = floor.now
    await floor.waits("Eve", group=floor.repairs)
    floor.later(minutes=1)
    await floor.waits("Fay", group=floor.repairs)
    await floor.waits("Gil")

    found = await seen(floor, boss)

    assert [(g.name, g.waiting, g.since, g.online, g.on_break, g.free) for g in found.groups] == [
        ("Repairs", 2, first, 1, 0, 0),
        ("Sales", 1, floor.now, 2, 1, 3),
    ], "the line with the longest wait first; full hands have no seat for any group"
    assert found.agents == (
        AgentLoad(bo.id, "Bo", Presence.ONLINE, 2, 2),
        AgentLoad(cy.id, "Cy", Presence.ONLINE, 1, 4),
        AgentLoad(di.id, "Di", Presence.BREAK, 0, 5),
        AgentLoad(off.id, "Off", Presence.OFFLINE, 1, 5),
    ), "who is in two groups stands there once; who is in none does not"
    assert (found.serving, found.free) == (4, 3)


async def test_only_who_may_see_the_line_sees_the_board(floor: Floor) -> None:
    with pytest.raises(NotAllowed):
        await seen(floor, await floor.agent("Bo"))
    await seen(floor, await floor.agent("Olga", role=Role.OWNER))


# -- the picture -----------------------------------------------------------------------------------


def busy(groups: int = 3, agents: int = 4, name: str = "客服组 $x$ 🎉") -> Board:
    lines = tuple(
        GroupLine(n, f"{name} {n}", n, NOW - timedelta(minutes=3 * n) if n else None, 2, 0, 1)
        for n in range(groups)
    )
    people = tuple(
        AgentLoad(n, f"{name} {n}", tuple(Presence)[n % 3], n % 6, 50 if n == 5 else 5)
        for n in range(agents)
    )
    return Board(lines, people, sum(a.serving for a in people), 3)


def size(picture: bytes) -> tuple[int, int]:
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize(("groups", "agents"), [(0, 0), (40, 200)])
def test_a_picture_a_phone_can_show(language: str, groups: int, agents: int) -> None:
    """No sign is missing (a warning would be an error), and it is never a long strip."""
    width, height = size(draw(busy(groups, agents), texts(language), NOW))

    assert width == 1080
    assert 600 <= height <= 2 * width


def test_the_font_that_comes_with_the_desk_knows_chinese() -> None:
    assert best_font().chinese


def test_without_a_chinese_font_the_labels_are_english_and_names_what_can_be_drawn() -> None:
    latin = font_at(f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf")
    assert not latin.chinese
    assert latin.shown("陈 Chen 晓雨 🎉", "#3") == "Chen"
    assert latin.shown("陈晓雨", "#3") == "#3"

    chinese, english = (draw(busy(), texts(t), NOW, font=latin) for t in ("zh-CN", "en"))
    assert chinese == english


def test_the_picture_is_made_of_the_numbers_alone() -> None:
    say, few = texts("en"), busy(1, 1)
    picture = draw(few, say, NOW)
    assert picture == draw(few, say, NOW)
    assert picture != draw(few, say, NOW + timedelta(minutes=1))
    assert picture != draw(replace(few, serving=few.serving + 1), say, NOW)


def test_what_is_left_out_is_told() -> None:
    assert (MOST_GROUPS, MOST_AGENTS) == (8, 24)
    say, one = texts("en"), busy(1, 1)
    many = replace(one, groups=one.groups * (MOST_GROUPS + 1), agents=one.agents * MOST_AGENTS)
    full = replace(many, groups=many.groups[1:])
    assert size(draw(many, say, NOW))[1] - size(draw(full, say, NOW))[1] == 46, "a line of words"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=59), "< 1 min"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=3, minutes=20), "3 h 20"),
        (timedelta(days=1), "24 h 0"),
    ],
)
def test_a_wait_in_few_characters(span: timedelta, words: str) -> None:
    assert span_words(span, texts("en")) == words


@pytest.mark.parametrize(
    ("minutes", "colour"), [(0, "green"), (1.9, "green"), (2, "amber"), (4.9, "amber"), (5, "red")]
)
def test_a_long_wait_has_another_colour(minutes: float, colour: str) -> None:
    names = {
        board_picture._GREEN: "green",
        board_picture._AMBER: "amber",
        board_picture._RED: "red",
    }
    assert names[board_picture._severity(timedelta(minutes=minutes))] == colour
