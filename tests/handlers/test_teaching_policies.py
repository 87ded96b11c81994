"""Owners set how customers are received; what does not fit is refused, what fits works at once."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest

from admin_bot.commands.limits_draft import BLOCKS, Draft, next_of
from bot.bell import LINE, PLAYBOOK
from bot.handlers import teach_policy, undo
from bot.handlers.teach_policy import Origin, Shown
from core.calendar import TENANT, of_account, of_group
from core.errors import BadRequestText, NotAllowed, NotFound
from core.policy import NAMES, Mode, Policies, Policy, Value, bounds, is_for_desk_only
from core.states import Role
from storage.engine import Database
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork
from tests.handlers.floor import Floor

BASE = Policy(mode=Mode.AUTO)


class Desk:
    """A floor with an owner, an admin, and the bells that were rung."""

    def __init__(self, floor: Floor, owner: StaffMember, admin: StaffMember) -> None:
        self.floor = floor
        self.owner = owner
        self.admin = admin
        self.rings: set[str] = set()

    async def save(
        self,
        changes: Mapping[str, Value | None],
        owner: str = TENANT,
        actor: StaffMember | None = None,
    ) -> Shown:
        shown: Shown = await self.floor.do(
            teach_policy.save, actor or self.owner, owner, changes, BASE, self.floor.now
        )
        return shown

    async def policies(self) -> Policies:
        async with self.floor.unit() as uow:
            return await uow.policies.all(BASE)

    async def version(self) -> int:
        async with self.floor.unit() as uow:
            return await uow.taught.version()


@pytest.fixture
async def desk(sqlite_url: str) -> AsyncIterator[Desk]:
    rings: set[str] = set()
    database = Database(sqlite_url, on_commit=rings.update)
    floor = await Floor(database).open()
    owner = await floor.agent("Olga", role=Role.OWNER)
    made = Desk(floor, owner, await floor.agent("Ada", role=Role.ADMIN))
    made.rings = rings
    rings.clear()
    yield made
    await database.close()


def test_every_setting_stands_in_one_block() -> None:
    assert sorted(name for block in BLOCKS.values() for name in block) == sorted(NAMES)


@pytest.mark.parametrize("block", BLOCKS)
def test_the_longest_draft_of_a_block_fits_into_a_button(block: str) -> None:
    values: dict[str, Value | None] = {}
    for name in BLOCKS[block]:
        default = getattr(Policy(), name)
        values[name] = bounds(name)[1] if type(default) is int else default
        if isinstance(default, str):
            values[name] = str(default)
    draft = Draft(block, values)
    data = draft.data("a1234567890")
    _, number, changes = data.split(":")
    assert len(f"limits_block:{data}:z".encode()) <= 64
    assert Draft.read(list(BLOCKS)[int(number)], changes) == draft


@pytest.mark.parametrize(
    ("name", "value", "up", "expected"),
    [
        ("limit", 50, True, 50),
        ("limit", 0, False, 0),
        ("limit", 7, True, 8),
        ("end_minutes", 2880, True, 2880),
        ("end_minutes", 1440, True, 2880),
        ("remind_minutes", 1, False, 1),
        ("remind_minutes", 5, True, 10),
        ("remind_minutes", 7, False, 5),
        ("return_minutes", 0, False, -1),
        ("return_minutes", -1, True, 0),
        ("offer_seconds", 60, True, 90),
    ],
)
def test_a_press_goes_to_the_next_number_worth_it(
    name: str, value: int, up: bool, expected: int
) -> None:
    assert next_of(name, value, up=up) == expected


@pytest.mark.requirement("QUE-23", "QUE-24")
async def test_the_order_and_the_priority_of_who_served_last_are_set_for_one_account(
    desk: Desk,
) -> None:
    """Round-robin or fewest conversations, and the switch for returning customers."""
    shop = of_account("shop")

    await desk.save({"order": "round_robin", "last_agent": True}, shop)

    policies = await desk.policies()
    assert policies.of("shop", None).order == "round_robin"
    assert policies.of("shop", None).last_agent is True
    assert policies.of("site", None).order == "fewest"
    assert policies.of("site", None).last_agent is False
    with pytest.raises(BadRequestText):
        await desk.save({"order": "by_name"}, shop)


@pytest.mark.requirement("QUE-25")
async def test_the_reception_limit_is_at_most_50(desk: Desk) -> None:
    shop = of_account("shop")
    for limit in (1, 50):
        await desk.save({"limit": limit}, shop)
        assert (await desk.policies()).limits("shop", None) == (limit, 0)
    for limit in (-1, 51):
        with pytest.raises(BadRequestText) as refused:
            await desk.save({"limit": limit}, shop)
        assert refused.value.facts == {"least": 0, "most": 50}
    assert (await desk.policies()).limits("shop", None) == (50, 0)


async def test_a_conversation_may_wait_48_hours_for_its_end_and_no_longer(desk: Desk) -> None:
    await desk.save({"end_minutes": 48 * 60})
    with pytest.raises(BadRequestText) as refused:
        await desk.save({"end_minutes": 48 * 60 + 1})
    assert refused.value.facts["most"] == 2880
    assert (await desk.policies()).desk.end_minutes == 2880


async def test_a_block_is_saved_whole_or_not_at_all(desk: Desk) -> None:
    version = await desk.version()
    with pytest.raises(BadRequestText):
        await desk.save({"remind": True, "remind_minutes": 0})
    assert (await desk.policies()).own == {}
    assert await desk.version() == version
    assert desk.rings == set()


async def test_a_change_counts_a_version_rings_and_is_recorded(desk: Desk) -> None:
    version = await desk.version()

    await desk.save({"mode": "own"})

    assert await desk.version() == version + 1
    assert {PLAYBOOK, LINE} <= desk.rings
    async with desk.floor.unit() as uow:
        (change,) = await uow.audit.newest(1, subject="policy")
        assert (await uow.taught.playbook()).policies.desk.mode is Mode.OWN
    assert (change.before, change.after) == ({"settings": {}}, {"settings": {"mode": "own"}})


async def test_a_change_is_taken_back_within_30_seconds(desk: Desk) -> None:
    await desk.save({"mode": "own", "limit": 7})
    desk.floor.later(seconds=1)
    await desk.save({"limit": 9})
    desk.rings.clear()
    desk.floor.later(seconds=30)
    first, last = await desk.floor.do(undo.latest, desk.owner, desk.floor.now)

    await desk.floor.do(undo.undo, desk.owner, first, last, desk.floor.now)

    assert (await desk.policies()).own == {TENANT: {"mode": "own", "limit": 7}}
    assert {PLAYBOOK, LINE} <= desk.rings


@pytest.mark.requirement("PRM-18")
async def test_only_owners_see_and_save_a_block(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        await desk.save({"limit": 7}, actor=desk.admin)
    with pytest.raises(NotAllowed):
        await desk.floor.do(teach_policy.show, desk.admin, TENANT, BASE)
    assert (await desk.policies()).own == {}


async def test_values_tell_where_they_come_from(desk: Desk) -> None:
    group = of_group(desk.floor.sales)
    await desk.save({"remind_minutes": 10, "limit": 8})
    shown = await desk.save({"end_minutes": 60}, group)

    assert shown.origin("end_minutes") is Origin.OWN
    assert (shown.value("remind_minutes"), shown.origin("remind_minutes")) == (10, Origin.DESK)
    assert (shown.value("mode"), shown.origin("mode")) == ("auto", Origin.BASE)
    # The desk's limit is for accounts; a group's own stands beside it.
    assert (shown.value("limit"), shown.origin("limit")) == (0, Origin.BASE)
    shown = await desk.save({"end_minutes": None}, group)
    assert (shown.own, shown.value("end_minutes")) == ({}, 0)


async def test_what_is_for_the_whole_desk_is_refused_elsewhere(desk: Desk) -> None:
    for name in filter(is_for_desk_only, NAMES):
        with pytest.raises(BadRequestText, match="desk_only"):
            await desk.save({name: True}, of_account("shop"))
    with pytest.raises(NotFound):
        await desk.save({"limit": 5}, of_account("nowhere"))
    with pytest.raises(BadRequestText, match="nothing_changed"):
        await desk.save({})


async def test_two_owners_who_save_different_blocks_lose_neither(database_url: str) -> None:
    """The version is counted first, which locks: a later save sees what an earlier one has set."""
    database = Database(database_url)
    floor = await Floor(database).open()
    owner = await floor.agent("Olga", role=Role.OWNER)

    async def save(uow: UnitOfWork, changes: dict[str, Value | None]) -> None:
        await teach_policy.save(uow, owner, TENANT, changes, BASE, floor.now)

    blocks: list[dict[str, Value | None]] = [{"limit": 7}, {"priority": 3}, {"remind": True}]

    await asyncio.gather(*(floor.do(save, block) for block in [{"tell_wait": False}, *blocks]))

    async with floor.unit() as uow:
        own = await uow.policies.own(TENANT)
    assert own == {"tell_wait": False, "limit": 7, "priority": 3, "remind": True}
    await database.close()
