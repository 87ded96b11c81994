"""Admins make customers somebody's by hand: chosen ones or all found, by rule or to a person."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.handlers import allocate_customers, teach_allocation
from bot.handlers.allocate_customers import Given
from core.errors import BadRequestText, NotAllowed, NotFound
from core.line import AllocationRule, Source, Target
from core.states import Presence, Role
from storage.engine import Database
from storage.models.reception import Allocation
from storage.repos.outbox import NOTICE
from storage.repos.staffing import StaffMember
from tests.handlers.floor import Floor


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture
async def admin(floor: Floor) -> StaffMember:
    return await floor.agent("Ada", role=Role.ADMIN, presence=Presence.OFFLINE)


async def customers(floor: Floor, *names: str, account: str = "shop") -> list[int]:
    found = []
    for name in names:
        number = await floor.waits(name, account=account)
        talk = await floor.talk(number)
        async with floor.unit() as uow:
            found.append(
                (await uow.people.by_ids([talk.identity_id]))[talk.identity_id].customer_id
            )
    return found


async def owners(floor: Floor) -> dict[int, int]:
    async with floor.unit() as uow:
        everybody = [c.customer_id for c in (await uow.people.search("", limit=99))[0]]
        return await uow.allocations.owners(everybody)


async def allocations(floor: Floor) -> list[tuple[int, str, int | None]]:
    async with floor.unit() as uow:
        rows = await uow.connection.execute(
            select(Allocation.staff_id, Allocation.how, Allocation.by_id).order_by(Allocation.id)
        )
        return [(row[0], row[1], row[2]) for row in rows]


async def to(
    floor: Floor, actor: StaffMember, who: list[int], agent: StaffMember, notify: bool = True
) -> Given:
    given: Given = await floor.says(
        allocate_customers.to_person, actor, who, agent.id, notify=notify
    )
    return given


@pytest.mark.requirement("QUE-41")
async def test_chosen_customers_become_a_persons_and_the_daily_limit_is_not_asked(
    floor: Floor, admin: StaffMember
) -> None:
    bo = await floor.agent("Bo", daily_limit=1, presence=Presence.OFFLINE)
    ann, ben, cy = await customers(floor, "Ann", "Ben", "Cy")

    given = await to(floor, admin, [ann, ben], bo)

    assert (given.count, given.left) == (2, 0)
    assert await owners(floor) == {ann: bo.id, ben: bo.id}
    assert await allocations(floor) == [(bo.id, "hand", admin.id)] * 2
    async with floor.unit() as uow:
        (change,) = await uow.audit.newest(1, subject="customer")
    assert change.after == {"owners": {str(bo.id): 2}}
    assert cy not in await owners(floor)


@pytest.mark.requirement("QUE-41")
async def test_by_rule_asks_the_rules_in_order_and_leaves_who_has_none(
    floor: Floor, admin: StaffMember
) -> None:
    owner = await floor.agent("Olga", role=Role.OWNER, presence=Presence.OFFLINE)
    bo = await floor.agent("Bo", daily_limit=2)
    di = await floor.agent("Di")
    await floor.agent("Gone", presence=Presence.OFFLINE)
    await floor.do(
        teach_allocation.store,
        owner,
        AllocationRule(0, "shop in turn", Source.ACCOUNTS, ("shop",), Target.ALL),
        floor.now,
    )
    shop = await customers(floor, "A", "B", "C", "D", "E")
    site = await customers(floor, "S", account="site")
    await to(floor, admin, shop[:1], di, notify=False)

    given = await floor.says(allocate_customers.by_rule, admin, [*shop, *site], notify=False)

    # One each in turn, until Bo's two for today; the first belonged to somebody and is dealt anew.
    assert given.by_agent == {bo.id: 2, di.id: 3}
    assert given.left == 1
    found = await owners(floor)
    assert [found.get(one) for one in shop] == [bo.id, di.id, bo.id, di.id, di.id]
    assert site[0] not in found


@pytest.mark.requirement("QUE-42")
async def test_who_is_given_customers_is_told_only_where_the_switch_is_on(
    floor: Floor, admin: StaffMember
) -> None:
    bo = await floor.agent("Bo")
    ann, ben, cy = await customers(floor, "Ann", "Ben", "Cy")
    await to(floor, admin, [ann], bo)
    await to(floor, admin, [ben, cy], bo)
    told = [row.words for row in await floor.rows(purpose=NOTICE, chat=bo.chat)]
    assert told == [
        "Ada assigned a customer to you: Ann.",
        "Ada assigned 2 customers to you.",
    ]

    await to(floor, admin, [ann], bo, notify=False)

    assert len(await floor.rows(purpose=NOTICE, chat=bo.chat)) == 2
    await to(floor, admin, [ann], admin)
    assert await floor.rows(purpose=NOTICE, chat=admin.chat) == []


async def test_customers_are_found_by_name_username_and_without_an_owner(
    floor: Floor, admin: StaffMember
) -> None:
    bo = await floor.agent("Bo")
    await floor.waits("Ann Lee", username="annie")
    (ben,) = await customers(floor, "Ben 100%")
    await to(floor, admin, [ben], bo)

    async def found(words: str, unowned: bool = False) -> list[tuple[str, int]]:
        async with floor.unit() as uow:
            result = await allocate_customers.find(uow, admin, words, limit=20, unowned=unowned)
        return [(one.name, one.owner_id or 0) for one in result.customers]

    assert await found("") == [("Ben 100%", bo.id), ("Ann Lee", 0)]
    assert await found("LEE") == [("Ann Lee", 0)]
    assert await found("@ann") == [("Ann Lee", 0)]
    assert await found("%") == [("Ben 100%", bo.id)]
    assert await found("", unowned=True) == [("Ann Lee", 0)]


async def test_what_does_not_fit_is_refused(floor: Floor, admin: StaffMember) -> None:
    bo = await floor.agent("Bo")
    off = await floor.agent("Off", active=False)
    (ann,) = await customers(floor, "Ann")
    with pytest.raises(BadRequestText):
        await to(floor, admin, [], bo)
    with pytest.raises(NotFound):
        await to(floor, admin, [ann], off)
    for work in (
        to(floor, bo, [ann], bo),
        floor.says(allocate_customers.by_rule, bo, [ann], notify=False),
        floor.do(allocate_customers.find, bo, "", limit=1),
        floor.do(allocate_customers.agents, bo),
        floor.do(allocate_customers.everybody_found, bo, "", unowned=False),
    ):
        with pytest.raises(NotAllowed):
            await work
    assert await owners(floor) == {}


async def test_both_databases_search_and_allocate_alike(database_url: str) -> None:
    database = Database(database_url)
    floor = await Floor(database).open()
    admin = await floor.agent("Ada", role=Role.ADMIN)
    bo = await floor.agent("Bo")
    found = await customers(floor, "Ann", "Änne_", "Ben")
    await to(floor, admin, found, bo, notify=False)
    async with floor.unit() as uow:
        listed, total = await uow.people.search("_", limit=1)
    assert (listed[0].name, listed[0].accounts, listed[0].owner_id) == ("Änne_", ("shop",), bo.id)
    assert total == 1
    assert len(await owners(floor)) == 3
    await database.close()
