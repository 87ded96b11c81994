"""/queue with live numbers: edited in place, when something changed, and not for ever."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter
from telegram.ext import ExtBot

from admin_bot.desk import next as next_
from admin_bot.desk import queue
from admin_bot.live import EVERY, LIVES, Live, Look
from admin_bot.rate import ONCE
from bot.handlers.board import line_lengths
from bot.handlers.desk_end import end
from core.policy import Policies
from core.states import Presence, Role, State
from tests.admin_bot.desk.room import Room
from tests.admin_bot.office import ADA, BO, NOON, Office, open_office


@dataclass
class Wall:
    """A platform of which one can see what was edited, and that may refuse."""

    edits: list[tuple[int, str]] = field(default_factory=list)
    refusal: Exception | None = None

    async def edit_message_text(self, text: str, **more: Any) -> None:
        assert more["rate_limit_args"] == ONCE, "an edit is not repeated: the next one says more"
        if self.refusal is not None:
            raise self.refusal
        self.edits.append((more["message_id"], text))


@dataclass
class Scene:
    """Something that is kept up to date, at a clock that the test moves."""

    now: Any = NOON
    says: str | None = "one"
    looked: int = 0
    wall: Wall = field(default_factory=Wall)

    def __post_init__(self) -> None:
        self.live = Live(cast("ExtBot[str]", self.wall), lambda: self.now, self.never)

    async def never(self, _: float) -> None:
        # The test ticks itself.
        await asyncio.Event().wait()

    def follow(self, message: int = 7, chat: str = "1") -> None:
        self.live.follow(chat, message, Look("one"), self.look_up)

    async def look_up(self) -> Look | None:
        self.looked += 1
        return None if self.says is None else Look(self.says)

    async def after(self, **span: float) -> list[tuple[int, str]]:
        """Let time go by and the loop go round; return what was edited meanwhile."""
        self.now += timedelta(**span)
        before = len(self.wall.edits)
        await self.live.tick()
        return self.wall.edits[before:]


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    scene = Scene()
    yield scene
    await scene.live.stop()


async def test_it_is_edited_only_when_something_changed(scene: Scene) -> None:
    scene.follow()
    assert await scene.after(seconds=5) == []
    scene.says = "two"
    assert await scene.after(seconds=5) == [(7, "two")]
    assert await scene.after(seconds=5) == []


async def test_at_most_once_in_five_seconds(scene: Scene) -> None:
    assert timedelta(seconds=5) == EVERY
    scene.follow()
    scene.says = "two"
    assert await scene.after(seconds=4.9) == [], "the command's own answer counts"
    assert await scene.after(seconds=0.1) == [(7, "two")]
    scene.says = "three"
    assert await scene.after(seconds=4.9) == []
    assert await scene.after(seconds=0.1) == [(7, "three")]


async def test_for_ten_minutes_after_the_command_or_the_last_press(scene: Scene) -> None:
    assert timedelta(minutes=10) == LIVES
    scene.follow()
    scene.says = "two"
    assert await scene.after(minutes=9, seconds=59) == [(7, "two")]
    scene.live.moved_on("1", 7)
    scene.says = "three"
    assert await scene.after(minutes=9, seconds=59) == [(7, "three")]
    scene.says = "four"
    assert await scene.after(seconds=1) == []
    assert scene.live.followed == {}


async def test_a_new_one_takes_the_place_of_the_old_one_in_its_chat(scene: Scene) -> None:
    scene.follow(7)
    scene.follow(8, chat="2")
    scene.follow(9)
    scene.says = "two"
    assert sorted(await scene.after(seconds=5)) == [(8, "two"), (9, "two")]


async def test_it_ends_when_the_chat_moves_on(scene: Scene) -> None:
    scene.follow(7)
    scene.follow(8, chat="2")
    scene.live.moved_on("1", None)
    scene.live.moved_on("2", 5)
    scene.says = "two"
    assert await scene.after(seconds=5) == []
    assert scene.looked == 0


@pytest.mark.parametrize(
    ("refusal", "goes_on"),
    [
        (BadRequest("Message to edit not found"), False),
        (Forbidden("bot was blocked by the user"), False),
        (NetworkError("reset"), True),
        (BadRequest("Message is not modified: ..."), True),
    ],
)
async def test_a_message_that_is_gone_is_left_alone(
    scene: Scene, refusal: Exception, goes_on: bool
) -> None:
    scene.follow()
    scene.says, scene.wall.refusal = "two", refusal
    await scene.after(seconds=5)
    assert bool(scene.live.followed) is goes_on
    scene.says, scene.wall.refusal = "three", None
    assert await scene.after(seconds=5) == ([(7, "three")] if goes_on else [])


async def test_the_platforms_wish_for_patience_is_granted(scene: Scene) -> None:
    scene.follow()
    scene.says, scene.wall.refusal = "two", RetryAfter(timedelta(seconds=30))
    await scene.after(seconds=5)
    scene.wall.refusal = None
    assert await scene.after(seconds=29) == []
    assert await scene.after(seconds=1) == [(7, "two")]


async def test_what_cannot_be_looked_up_any_more_ends_and_the_others_go_on(scene: Scene) -> None:
    async def broken() -> Look | None:
        raise RuntimeError("the database is away")

    scene.live.follow("0", 1, Look("one"), broken)
    scene.follow()
    scene.says = "two"
    assert await scene.after(seconds=5) == [(7, "two")]
    assert scene.live.followed == {"1": 7}
    scene.says = None
    await scene.after(seconds=5)
    assert scene.live.followed == {}


# -- the numbers ---------------------------------------------------------------------------------


async def test_the_numbers_of_a_group(room: Room) -> None:
    """Waiting, longest wait, agents online and on a break, free seats."""
    bo = await room.agent("Bo", capacity=3, groups=(room.sales, room.repairs))
    await room.agent("Cy", capacity=2)
    await room.agent("Di", presence=Presence.BREAK)
    await room.agent("Off", presence=Presence.OFFLINE)
    await room.serves(bo, "Ann", group=room.repairs)
    await room.waits("Eve")
    room.later(minutes=4)
    await room.waits("Fay")

    shown = (await room.types(bo, "/queue")).splitlines()

    assert shown[1:5] == [
        "Sales: 2 waiting, longest 4 min",
        "   online: 2, on a break: 1, free seats: 4",
        "Repairs: nobody waits",
        "   online: 1, free seats: 2",
    ]


async def test_the_estimated_wait_is_told_once_enough_is_known(room: Room) -> None:
    """Five conversations of six minutes each: a seat becomes free every six minutes."""
    bo = await room.agent("Bo", capacity=1)
    for number in range(5):
        talk = await room.serves(bo, f"C{number}")
        room.later(minutes=6)
        await room.says(end, bo, talk)
    assert "estimated" not in await room.types(bo, "/queue"), "a seat is free"
    await room.serves(bo, "Ann")
    await room.waits("Eve")

    # Somebody who joins now is the second: (2 - 1/3) x 6 min.
    assert "free seats: 0, estimated wait: 10 min" in await room.types(bo, "/queue")


async def test_a_group_s_limit_leaves_fewer_seats_free(room: Room) -> None:
    bo = await room.agent("Bo", capacity=5)
    await room.serves(bo, "Ann")
    async with room.unit() as uow:
        own = Policies({f"group:{room.sales}": {"limit": 2}})
        (sales,) = await line_lengths(uow, bo, own, room.now)

    assert sales.free == 1


# -- at the staff bot ----------------------------------------------------------------------------


@pytest.fixture
async def office(sqlite_url: str) -> AsyncIterator[Office]:
    extra = [queue.COMMAND, next_.COMMAND]
    async with open_office(sqlite_url, extra_commands=extra) as opened:
        yield opened


async def waits(office: Office, name: str) -> None:
    (number,) = await office.serving(ADA, name)
    async with office.unit() as uow:
        talk = (await uow.conversations.lock([number]))[number]
        groups = await uow.staffing.groups()
        talk.state, talk.agent_id, talk.group_id = State.WAITING, None, groups[0].id
        talk.waiting_since, talk.serving_since = NOON, None
        await uow.conversations.update([talk])
        await uow.commit()


async def test_the_message_updates_in_place_until_the_agent_does_something_else(
    office: Office,
) -> None:
    async def later(**span: float) -> str:
        office.moment[0] += timedelta(**span)
        await office.bot.live.tick()
        return office.bo.heard[-1]

    assert "nobody waits" in await office.bo.says("/queue")
    shown = len(office.bo.chat)
    await waits(office, "Ann")
    assert "1 waiting" in await later(seconds=5)
    await waits(office, "Ben")
    assert "2 waiting" in await later(seconds=5)
    assert len(office.bo.chat) == shown, "no new message"

    await office.bo.says("/help")
    stays = office.bo.chat[-2]["text"]
    await waits(office, "Cid")
    await later(seconds=5)
    assert office.bo.chat[-2]["text"] == stays
    assert office.bot.live.followed == {}


async def test_a_new_role_changes_what_is_seen_and_leaving_ends_it(office: Office) -> None:
    await waits(office, "Ann")
    assert "Ann" not in await office.bo.says("/queue")
    bo = await office.member(BO)

    async def becomes(**values: object) -> str:
        async with office.unit() as uow:
            await uow.staffing.change(bo.id, **values)
            await uow.commit()
        office.moment[0] += timedelta(seconds=5)
        await office.bot.live.tick()
        return office.bo.heard[-1]

    assert "Ann" in await becomes(role=Role.ADMIN)
    await becomes(active=False)
    assert office.bot.live.followed == {}


async def test_a_stop_ends_it_and_the_next_queue_works(office: Office) -> None:
    await office.bo.says("/queue")
    await office.restart()
    assert office.bot.live.followed == {}
    assert "nobody waits" in await office.bo.says("/queue")
    assert len(office.bot.live.followed) == 1


async def test_pressing_in_it_keeps_it_alive(office: Office) -> None:
    for number in range(21):
        await waits(office, f"C{number:02}")
    await office.ada.says("/queue")
    assert "C20" in await office.ada.presses("▶")
    shown = office.ada.chat[-1]["message_id"]
    assert list(office.bot.live.followed.values()) == [shown]
    office.moment[0] += timedelta(minutes=3)
    await office.bot.live.tick()
    assert "C20" in office.ada.heard[-1], "the page stays"
    assert "3 min" in office.ada.heard[-1]
