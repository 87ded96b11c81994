"""Owners put our people into departments."""

from typing import Any

import pytest

from bot.handlers import departments
from bot.handlers.departments import LONGEST_NAME, MOST_LEVELS
from core.errors import BadRequestText, Conflict, NotAllowed, NotFound
from core.line import AllocationRule, Target
from core.messages import text
from core.playbook import FaqEntry, Scope, Shelf
from core.states import Role
from storage.repos.accounts import DEPARTMENT, Receiver
from storage.repos.departments import Branch
from storage.repos.staffing import StaffMember
from tests.handlers.floor import Floor


class Company:
    """A floor with an owner who manages departments."""

    def __init__(self, floor: Floor, owner: StaffMember) -> None:
        self.floor, self.owner = floor, owner

    async def add(self, name: str, above: Branch | None = None) -> Branch:
        branch: Branch = await self.does(departments.add, name, above.id if above else None)
        return branch

    async def does(self, work: Any, *args: Any, **named: Any) -> Any:
        return await self.floor.do(work, self.owner, *args, now=self.floor.now, **named)

    async def tree(self) -> list[tuple[int, str]]:
        listed = await self.floor.do(departments.departments, self.owner)
        return [(one.level, one.branch.name) for one in listed]


@pytest.fixture
async def company(floor: Floor) -> Company:
    return Company(floor, await floor.agent("Olga", role=Role.OWNER))


async def test_departments_are_listed_each_followed_by_those_below_it(company: Company) -> None:
    sales = await company.add("Sales")
    await company.add("Repairs")
    south = await company.add("South", sales)
    await company.add("Old town", south)
    await company.add("North", sales)

    assert await company.tree() == [
        (1, "Sales"),
        (2, "South"),
        (3, "Old town"),
        (2, "North"),
        (1, "Repairs"),
    ]


@pytest.mark.requirement("ORG-14")
@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("", "department.bad_length"),
        (" ", "department.bad_length"),
        ("部" * 33, "department.bad_length"),
        *((f"a{sign}b", "department.bad_name") for sign in '\\:?"<>|'),
    ],
)
async def test_a_name_that_does_not_fit_is_refused(company: Company, name: str, key: str) -> None:
    with pytest.raises(BadRequestText) as refused:
        await company.add(name)

    assert refused.value.key == key
    assert LONGEST_NAME == 32
    assert await company.tree() == []


@pytest.mark.requirement("ORG-14")
@pytest.mark.parametrize("name", ["部", "部" * 32, "R&D / tools (old), *!"])
async def test_names_of_1_to_32_characters_fit(company: Company, name: str) -> None:
    await company.add(name)

    assert await company.tree() == [(1, name)]


@pytest.mark.requirement("ORG-12")
async def test_there_is_no_sixth_level_neither_added_nor_moved(company: Company) -> None:
    line: list[Branch] = []
    for number in range(1, 6):
        line.append(await company.add(f"L{number}", line[-1] if line else None))
    other = await company.add("Other")
    await company.add("Below", other)

    with pytest.raises(BadRequestText, match="too_deep"):
        await company.add("L6", line[-1])
    with pytest.raises(BadRequestText, match="too_deep"):
        await company.does(departments.move, other.id, line[3].id)
    await company.does(departments.move, other.id, line[2].id)

    assert MOST_LEVELS == 5
    assert (5, "Below") in await company.tree()


async def test_a_department_cannot_stand_below_itself(company: Company) -> None:
    sales = await company.add("Sales")
    south = await company.add("South", sales)

    with pytest.raises(BadRequestText, match="under_itself"):
        await company.does(departments.move, sales.id, south.id)


async def test_neighbours_have_different_names(company: Company) -> None:
    sales = await company.add("Sales")
    await company.add("South", sales)
    south = await company.add("South")

    with pytest.raises(Conflict, match="taken"):
        await company.add("Sales")
    with pytest.raises(Conflict, match="taken"):
        await company.does(departments.move, south.id, sales.id)
    with pytest.raises(Conflict, match="taken"):
        await company.does(departments.change, south.id, name="Sales")


async def hold_department(company: Company, branch: Branch) -> None:
    await company.add("Below", branch)


async def hold_person(company: Company, branch: Branch) -> None:
    bo = await company.floor.agent("Bo")
    await company.does(departments.place, bo.id, branch.id)


async def hold_reply(company: Company, branch: Branch) -> None:
    owned = {"shelf": Shelf.DESK, "scope": Scope.DEPARTMENT, "owner_id": branch.id}
    entry = FaqEntry(0, "", "Hello", (), (), text("hi"), **owned)  # type: ignore[arg-type]
    async with company.floor.unit() as uow:
        await uow.library.add([entry], company.floor.now)
        await uow.commit()


@pytest.mark.requirement("ORG-13")
@pytest.mark.parametrize("fill", [hold_department, hold_person, hold_reply])
async def test_a_department_is_deleted_only_when_it_holds_nothing(
    company: Company, fill: Any
) -> None:
    sales = await company.add("Sales")
    await fill(company, sales)

    with pytest.raises(Conflict) as refused:
        await company.does(departments.remove, sales.id)

    assert refused.value.key == "department.not_empty"
    held = (refused.value.facts[what] for what in ("departments", "people", "replies"))
    assert sorted(held) == [0, 0, 1]
    assert (1, "Sales") in await company.tree()


@pytest.mark.requirement("ORG-13")
async def test_an_empty_department_is_deleted(company: Company) -> None:
    await company.add("Head office")
    sales = await company.add("Sales")

    await company.does(departments.remove, sales.id)

    assert await company.tree() == [(1, "Head office")]
    with pytest.raises(NotFound):
        await company.does(departments.remove, sales.id)


@pytest.mark.requirement("ORG-15")
async def test_the_top_department_stays_whatever_it_holds(company: Company) -> None:
    head = await company.add("Head office")

    with pytest.raises(Conflict, match="last"):
        await company.does(departments.remove, head.id)

    assert await company.tree() == [(1, "Head office")]
    below = await company.add("Sales", head)
    await company.does(departments.remove, below.id)
    assert await company.tree() == [(1, "Head office")]


@pytest.mark.requirement("ORG-15")
async def test_a_department_has_a_name_a_remark_and_a_place_and_all_three_change(
    company: Company,
) -> None:
    head = await company.add("Head office")
    sales = await company.does(departments.add, "Sales", head.id, remark="since May")
    assert (sales.remark, sales.parent_id) == ("since May", head.id)
    with pytest.raises(BadRequestText):
        await company.does(departments.add, "Long", None, remark="x" * 257)

    await company.does(departments.change, sales.id, name="Shop", remark="since June")
    await company.does(departments.move, sales.id, None)

    (_, changed) = await company.floor.do(departments.departments, company.owner)
    branch = changed.branch
    assert (branch.name, branch.remark, branch.parent_id) == ("Shop", "since June", None)


@pytest.mark.requirement("ORG-12")
async def test_neighbours_trade_places_with_all_below_them(company: Company) -> None:
    first = await company.add("A")
    await company.add("A1", first)
    second = await company.add("B")
    await company.add("C")

    await company.does(departments.reorder, second.id, up=True)
    assert await company.tree() == [(1, "B"), (1, "A"), (2, "A1"), (1, "C")]
    await company.does(departments.reorder, first.id, up=False)
    assert await company.tree() == [(1, "B"), (1, "C"), (1, "A"), (2, "A1")]
    await company.does(departments.reorder, first.id, up=False)
    await company.does(departments.reorder, second.id, up=True)
    assert await company.tree() == [(1, "B"), (1, "C"), (1, "A"), (2, "A1")]


async def test_what_accounts_and_rules_name_is_not_deleted(company: Company) -> None:
    """Otherwise nobody would serve those customers, and nobody would know why."""
    await company.add("Head office")
    sales, shop = await company.add("Sales"), await company.add("Shop")
    async with company.floor.unit() as uow:
        await uow.accounts.set_receivers(1, [Receiver(DEPARTMENT, sales.id)])
        rule = AllocationRule(0, "to shop", target=Target.DEPARTMENTS, targets=(shop.id,))
        await uow.allocations.add_rule(rule, company.floor.now)
        await uow.commit()

    for branch, by in ((sales, "shop"), (shop, "to shop")):
        with pytest.raises(Conflict) as refused:
            await company.does(departments.remove, branch.id)
        assert refused.value.facts == {"name": branch.name, "by": by}


async def test_a_person_is_put_into_a_department_and_taken_out(company: Company) -> None:
    sales, bo = await company.add("Sales"), await company.floor.agent("Bo")

    await company.does(departments.place, bo.id, sales.id)
    await company.does(departments.lead, sales.id, bo.id)
    (listed,) = await company.floor.do(departments.departments, company.owner)
    assert [person.name for person in listed.people] == ["Bo"]
    assert listed.head == "Bo"

    await company.does(departments.place, bo.id, None)
    await company.does(departments.lead, sales.id, None)
    (listed,) = await company.floor.do(departments.departments, company.owner)
    assert (listed.people, listed.head) == ((), "")


async def test_every_change_is_recorded_before_and_after(company: Company) -> None:
    sales = await company.add("Sales")
    await company.does(departments.change, sales.id, name="Shop", remark="since May")

    async with company.floor.unit() as uow:
        changes = await uow.audit.newest(9, subject="department")
    assert [change.action for change in changes] == ["change", "add"]
    assert changes[0].before == {"parent": None, "name": "Sales", "remark": "", "head": None}
    assert changes[0].after is not None
    assert (changes[0].after["name"], changes[0].after["remark"]) == ("Shop", "since May")


@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMIN])
async def test_only_owners_manage_departments(floor: Floor, role: Role) -> None:
    actor = await floor.agent("Somebody", role=role)

    with pytest.raises(NotAllowed):
        await floor.do(departments.add, actor, "Sales", None, floor.now)
    with pytest.raises(NotAllowed):
        await floor.do(departments.departments, actor)
