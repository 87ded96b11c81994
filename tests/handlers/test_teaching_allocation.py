"""Owners say by rules whose new customers are, and ask who would get one: over the real engine."""

from dataclasses import replace
from typing import Any

import pytest

from bot.handlers import teach_allocation, undo
from bot.handlers.teach_allocation import Tried
from bot.queue.steps import Verdict
from core.errors import BadRequestText, Conflict, NotAllowed, NotFound
from core.line import AllocationRule, RuleOrder, Source, Target
from core.messages import Sender
from core.policy import Mode, Policy
from core.states import Presence, Role
from storage.engine import Database
from storage.repos.allocations import BY_CARD, BY_DESK, BY_HAND, BY_RULE, BY_TRANSFER, Allocated
from storage.repos.departments import Branch
from storage.repos.staffing import StaffMember
from tests.handlers.floor import ZONE, Floor

AUTO = Policy(mode=Mode.AUTO)
ANY = AllocationRule(0, "any")


class House:
    """A floor with a keeper in a department, and departments above and below."""

    floor: Floor
    owner: StaffMember
    people: dict[str, StaffMember]
    departments: dict[str, int]

    async def open(self, url: str) -> "House":
        self.database = Database(url)
        self.floor = floor = await Floor(self.database).open()
        self.owner = await floor.agent("Olga", role=Role.OWNER, presence=Presence.OFFLINE)
        self.departments = {}
        async with floor.unit() as uow:
            for name, parent in (
                ("head", None),
                ("shop", "head"),
                ("shop-1", "shop"),
                ("other", None),
            ):
                above = self.departments.get(parent or "")
                added = await uow.departments.add(Branch(0, above, name), floor.now)
                self.departments[name] = added
            await uow.commit()
        self.people = {
            name: await floor.agent(name, department_id=self.departments[where])
            for name, where in (
                ("Keeper", "shop"),
                ("Mate", "shop"),
                ("Below", "shop-1"),
                ("Far", "other"),
            )
        }
        async with floor.unit() as uow:
            shop, site = await uow.accounts.all()
            keeper = self.people["Keeper"].id
            await uow.accounts.change(shop.id, institution="North", keeper_id=keeper)
            await uow.accounts.change(site.id, institution="South")
            await uow.commit()
        return self

    async def store(self, rule: AllocationRule) -> AllocationRule:
        stored: AllocationRule = await self.floor.do(
            teach_allocation.store, self.owner, rule, self.floor.now
        )
        return stored

    async def names(self) -> list[str]:
        async with self.floor.unit() as uow:
            return [rule.name for rule in await teach_allocation.rules(uow, self.owner)]

    async def tried(self, number: int) -> Tried:
        async with self.floor.unit() as uow:
            return await teach_allocation.try_conversation(
                uow, self.owner, number, AUTO, ZONE, self.floor.now
            )

    async def winner(self, number: int) -> tuple[str, str]:
        """Return who would get a conversation, and by which stage."""
        tried = await self.tried(number)
        last = tried.steps[-1]
        if last.verdict is Verdict.CHOSEN or last.verdict is Verdict.OWNS:
            return tried.people[last.staff_id or 0], last.stage
        return "", last.stage


@pytest.fixture
async def house(sqlite_url: str) -> Any:
    opened = await House().open(sqlite_url)
    yield opened
    await opened.database.close()


# -- keeping rules ---------------------------------------------------------------------------------


@pytest.mark.requirement("QUE-33")
async def test_several_rules_stand_in_an_order_that_can_be_changed_and_the_first_counts(
    house: House,
) -> None:
    far = AllocationRule(0, "far", target=Target.DEPARTMENTS, targets=(house.departments["other"],))
    first = await house.store(far)
    second = await house.store(AllocationRule(0, "keeper", target=Target.KEEPER))
    ann = await house.floor.waits("Ann")
    assert await house.names() == ["far", "keeper"]
    assert await house.winner(ann) == ("Far", "rule")

    await house.floor.do(teach_allocation.move, house.owner, second.id, house.floor.now, up=True)

    assert await house.names() == ["keeper", "far"]
    assert await house.winner(ann) == ("Keeper", "rule")
    await house.floor.do(teach_allocation.switch, house.owner, second.id, house.floor.now, on=False)
    assert await house.winner(ann) == ("Far", "rule")
    await house.floor.do(teach_allocation.remove, house.owner, first.id, house.floor.now)
    assert (await house.winner(ann))[1] == "order"


async def test_what_does_not_fit_is_refused(house: House) -> None:
    for rule in (
        replace(ANY, name=""),
        replace(ANY, name="x" * 65),
        replace(ANY, source=Source.ACCOUNTS),
        replace(ANY, source=Source.INSTITUTIONS),
        replace(ANY, target=Target.DEPARTMENTS),
    ):
        with pytest.raises(BadRequestText):
            await house.store(rule)
    assert await house.names() == []


async def test_what_is_not_there_cannot_be_chosen(house: House) -> None:
    for rule in (
        replace(ANY, source=Source.ACCOUNTS, sources=("nowhere",)),
        replace(ANY, target=Target.DEPARTMENTS, targets=(999,)),
        replace(ANY, id=99),
    ):
        with pytest.raises(NotFound):
            await house.store(rule)


async def test_only_owners_make_rules(house: House) -> None:
    admin = await house.floor.agent("Ada", role=Role.ADMIN)
    for work in (
        teach_allocation.store(house.floor.unit(), admin, ANY, house.floor.now),
        teach_allocation.rules(house.floor.unit(), admin),
        teach_allocation.move(house.floor.unit(), admin, 1, house.floor.now, up=True),
        teach_allocation.remove(house.floor.unit(), admin, 1, house.floor.now),
        teach_allocation.switch(house.floor.unit(), admin, 1, house.floor.now, on=True),
    ):
        with pytest.raises(NotAllowed):
            await work


async def test_every_change_is_taken_back_for_30_seconds(house: House) -> None:
    async def back() -> None:
        first, last = await house.floor.do(undo.latest, house.owner, house.floor.now)
        await house.floor.do(undo.undo, house.owner, first, last, house.floor.now)
        house.floor.later(seconds=1)

    stored = await house.store(ANY)
    house.floor.later(seconds=1)
    other = await house.store(replace(ANY, name="other"))
    house.floor.later(seconds=1)
    await house.store(replace(stored, name="changed", online_only=False))
    house.floor.later(seconds=1)
    await back()
    assert await house.names() == ["any", "other"]
    await house.floor.do(teach_allocation.move, house.owner, other.id, house.floor.now, up=True)
    house.floor.later(seconds=1)
    assert await house.names() == ["other", "any"]
    await back()
    assert await house.names() == ["any", "other"]
    await house.floor.do(teach_allocation.remove, house.owner, stored.id, house.floor.now)
    house.floor.later(seconds=1)
    assert await house.names() == ["other"]
    await back()
    assert await house.names() == ["any", "other"]
    await house.floor.do(teach_allocation.remove, house.owner, stored.id, house.floor.now)
    house.floor.later(seconds=31)
    with pytest.raises((Conflict, NotFound)):
        await back()


# -- what the parts of a rule mean -----------------------------------------------------------------


@pytest.mark.requirement("QUE-34")
async def test_whose_customers_a_rule_is_about(house: House) -> None:
    """All, those of chosen institutions, of chosen accounts, or known on two accounts or more."""
    numbers = {
        "shop": await house.floor.waits("Ann"),
        "site": await house.floor.waits("Bob", account="site"),
        "both": await house.floor.waits("Cy", account="site"),
    }
    async with house.floor.unit() as uow:
        talk = (await uow.conversations.by_ids([numbers["both"]]))[numbers["both"]]
        person = (await uow.people.by_ids([talk.identity_id]))[talk.identity_id]
        shop = (await uow.accounts.all())[0]
        key = (shop.id, person.external_id)
        await uow.people.add({key: (_sender(person.external_id), "elsewhere")}, house.floor.now)
        await uow.commit()
    rule = await house.store(ANY)

    for source, sources, about in (
        (Source.ALL, (), {"shop", "site", "both"}),
        (Source.INSTITUTIONS, ("North",), {"shop"}),
        (Source.INSTITUTIONS, ("North", "South"), {"shop", "site", "both"}),
        (Source.ACCOUNTS, ("site",), {"site", "both"}),
        (Source.ACCOUNTS, ("shop", "site"), {"shop", "site", "both"}),
        (Source.SHARED, (), {"both"}),
    ):
        await house.store(replace(rule, source=source, sources=sources))
        tried = {name: await house.tried(number) for name, number in numbers.items()}
        found = {
            name
            for name, one in tried.items()
            if Verdict.NOT_ABOUT not in [step.verdict for step in one.steps]
        }
        assert found == about, (source, sources)


def _sender(external_id: str) -> Sender:
    return Sender(external_id, "Cy")


@pytest.mark.requirement("QUE-35")
@pytest.mark.parametrize(
    ("target", "where", "people"),
    [
        (Target.ALL, (), {"Keeper", "Mate", "Below", "Far"}),
        (Target.KEEPER, (), {"Keeper"}),
        (Target.KEEPER_DEPARTMENT, (), {"Keeper", "Mate"}),
        (Target.KEEPER_TREE, (), {"Keeper", "Mate", "Below"}),
        (Target.KEEPER_BELOW, (), {"Below"}),
        (Target.DEPARTMENTS, ("other", "shop-1"), {"Far", "Below"}),
    ],
)
async def test_to_whom_a_rule_gives(
    house: House, target: Target, where: tuple[str, ...], people: set[str]
) -> None:
    """Six receivers; each of them gets one in turn and nobody else does."""
    targets = tuple(house.departments[name] for name in where)
    rule = await house.store(replace(ANY, target=target, targets=targets))
    winners = []
    for n in range(len(people)):
        number = await house.floor.waits(f"C{n}")
        name, stage = await house.winner(number)
        assert stage == "rule"
        winners.append(name)
        await _allocate(house, number, name, rule)
    assert set(winners) == people


async def _customer(house: House, number: int) -> int:
    async with house.floor.unit() as uow:
        talk = (await uow.conversations.by_ids([number]))[number]
        return (await uow.people.by_ids([talk.identity_id]))[talk.identity_id].customer_id


async def _allocate(
    house: House, number: int, name: str, rule: AllocationRule | None, how: str = BY_RULE
) -> None:
    customer = await _customer(house, number)
    rule_id = rule.id if rule else None
    async with house.floor.unit() as uow:
        one = Allocated(customer, house.people[name].id, how, rule_id)
        await uow.allocations.allocate([one], house.floor.now)
        await uow.commit()


@pytest.mark.requirement("QUE-35")
async def test_a_customer_who_adds_a_second_account_goes_to_who_follows_them(
    house: House,
) -> None:
    await house.store(replace(ANY, target=Target.FOLLOWER))
    first = await house.floor.waits("Ann")
    await _allocate(house, first, "Far", None, BY_CARD)
    second = await house.floor.waits("Ann", account="site")
    async with house.floor.unit() as uow:
        talks = await uow.conversations.by_ids([first, second])
        people = await uow.people.by_ids(t.identity_id for t in talks.values())
        known = people[talks[first].identity_id]
        site = (await uow.accounts.all())[1]
        key = (site.id, known.external_id)
        await uow.people.add({key: (_sender(known.external_id), "there")}, house.floor.now)
        again = (await uow.people.find([key]))[key]
        talk = (await uow.conversations.open([(site.id, again.id)], house.floor.now))[again.id]
        talk.group_id = house.floor.sales
        await uow.conversations.update([talk])
        await uow.commit()

    assert await house.winner(talk.id) == ("Far", "rule")
    assert (await house.winner(second))[1] == "order"


@pytest.mark.requirement("QUE-36")
async def test_sequential_is_one_each_in_turn_and_random_prefers_who_follows_longest(
    house: House,
) -> None:
    rule = await house.store(ANY)
    turns = []
    for n in range(8):
        number = await house.floor.waits(f"C{n}")
        turns.append((await house.winner(number))[0])
        await _allocate(house, number, turns[-1], rule)
    assert turns[:4] == turns[4:]
    assert sorted(turns[:4]) == ["Below", "Far", "Keeper", "Mate"]

    await house.store(replace(rule, order=RuleOrder.RANDOM))
    ann = await house.floor.waits("Ann")
    async with house.floor.unit() as uow:
        # Mate has known her for longer than anybody, from a conversation that has ended.
        talk = (await uow.conversations.by_ids([ann]))[ann]
        assert await uow.seats.claim(ann, house.people["Mate"].id, house.floor.now)
        await uow.commit()
    assert talk.id == ann
    assert await house.winner(ann) == ("Mate", "rule")


@pytest.mark.requirement("QUE-37")
async def test_only_who_is_online_gets_customers_where_that_is_ticked(house: House) -> None:
    rule = await house.store(replace(ANY, target=Target.KEEPER, online_only=True))
    ann = await house.floor.waits("Ann")
    assert await house.winner(ann) == ("Keeper", "rule")
    async with house.floor.unit() as uow:
        await uow.staffing.change(house.people["Keeper"].id, presence=Presence.OFFLINE)
        await uow.commit()

    verdicts = [(s.stage, s.verdict) for s in (await house.tried(ann)).steps]
    assert ("rule", Verdict.NOT_THERE) in verdicts
    assert (await house.winner(ann))[1] == "order"
    await house.store(replace(rule, online_only=False))

    steps = (await house.tried(ann)).steps
    owns = [s.staff_id for s in steps if s.verdict is Verdict.OWNS]
    assert owns == [house.people["Keeper"].id]


@pytest.mark.requirement("QUE-39")
async def test_the_daily_limit_counts_what_rules_gave_not_what_people_did(house: House) -> None:
    """What an admin assigned by hand and what an agent transferred does not count."""
    await house.store(replace(ANY, target=Target.KEEPER))
    async with house.floor.unit() as uow:
        await uow.staffing.change(house.people["Keeper"].id, daily_limit=2)
        await uow.commit()
    ann = await house.floor.waits("Ann")
    for how in (BY_HAND, BY_TRANSFER, BY_CARD):
        for n in range(3):
            await _allocate(house, await house.floor.waits(f"{how}{n}"), "Keeper", None, how)
    assert await house.winner(ann) == ("Keeper", "rule")
    await _allocate(house, await house.floor.waits("R"), "Keeper", None, BY_RULE)
    assert await house.winner(ann) == ("Keeper", "rule")
    await _allocate(house, await house.floor.waits("D"), "Keeper", None, BY_DESK)

    verdicts = [(s.stage, s.verdict) for s in (await house.tried(ann)).steps]

    assert ("rule", Verdict.DAILY_LIMIT) in verdicts
    # The tenant's next day begins anew.
    house.floor.later(hours=24)
    assert await house.winner(ann) == ("Keeper", "rule")


# -- trying out ------------------------------------------------------------------------------------


async def test_trying_changes_nothing_and_takes_a_name_or_somebody_new(house: House) -> None:
    await house.store(replace(ANY, target=Target.KEEPER))
    number = await house.floor.waits("Ann Lee")
    async with house.floor.unit() as uow:
        by_name = await teach_allocation.try_customer(
            uow, house.owner, "ann l", AUTO, ZONE, house.floor.now
        )
        site = (await uow.accounts.all())[1]
        new = await teach_allocation.try_new(uow, house.owner, site.id, AUTO, ZONE, house.floor.now)
        with pytest.raises(NotFound):
            await teach_allocation.try_customer(
                uow, house.owner, "Zoe", AUTO, ZONE, house.floor.now
            )
        with pytest.raises(NotFound):
            await teach_allocation.try_conversation(
                uow, house.owner, 999, AUTO, ZONE, house.floor.now
            )
    assert (by_name.name, by_name.steps[-1].staff_id) == ("Ann Lee", house.people["Keeper"].id)
    # The site has no keeper, so its new customers are given out in order.
    assert (new.account.name, new.steps[-1].stage) == ("site", "order")
    assert (await house.floor.talk(number)).agent_id is None
    customer = await _customer(house, number)
    async with house.floor.unit() as uow:
        assert await uow.allocations.owners([customer]) == {}
