"""Owners make allocation rules with buttons and ask who would get a customer."""

from datetime import timedelta

import pytest

from core.line import AllocationRule, RuleOrder, Source, Target
from tests.admin_bot.office import ADA, BO, Office, Person


async def rules(office: Office) -> list[AllocationRule]:
    async with office.unit() as uow:
        return await uow.allocations.rules()


def labels(person: Person) -> list[str]:
    return [button["text"] for button in person.buttons()]


@pytest.mark.requirement("QUE-38")
async def test_a_rule_is_made_in_five_steps_and_works_at_once(office: Office) -> None:
    olga = office.olga
    await olga.says("/department_add Sales")
    await olga.says("/assign")
    await olga.presses("(c) My own rule")
    assert "step 1 of 5" in olga.heard[-1]
    await olga.presses("chosen accounts")
    await olga.presses("club")
    await olga.presses("Next")
    assert "step 2 of 5" in olga.heard[-1]
    await olga.presses("chosen departments")
    await olga.presses("▫ Sales")
    await olga.presses("Next")
    assert "step 3 of 5" in olga.heard[-1]
    await olga.presses("who knows them longest")
    await olga.presses("Next")
    assert "step 4 of 5" in olga.heard[-1]
    await olga.presses("Only agents who are online")
    await olga.presses("Next")
    assert "step 5 of 5" in olga.heard[-1]
    assert "Customers: accounts club\nTo: departments Sales" in olga.heard[-1]
    assert await rules(office) == []
    office.rings.clear()

    await olga.presses("Create")

    (rule,) = await rules(office)
    async with office.unit() as uow:
        (sales,) = await uow.departments.all()
    assert rule == AllocationRule(
        rule.id,
        "accounts club → departments Sales",
        Source.ACCOUNTS,
        ("club",),
        Target.DEPARTMENTS,
        (sales.id,),
        RuleOrder.RANDOM,
        online_only=False,
    )
    assert "line" in office.rings
    assert "Saved; it works from now on." in olga.heard[-1]
    await olga.presses("↩ Undo")
    assert await rules(office) == []


@pytest.mark.requirement("QUE-44")
async def test_a_desk_without_rules_is_offered_the_three_usual_ones(office: Office) -> None:
    olga = office.olga
    shown = await olga.says("/assign")
    for share in ("70 %", "20 %", "10 %"):
        assert share in shown
    assert [label[:3] for label in labels(olga) if label.startswith("(")] == ["(a)", "(b)", "(c)"]

    await olga.presses("(a)")
    await olga.presses("Create")
    (keeper,) = await rules(office)
    assert (keeper.source, keeper.target) == (Source.ALL, Target.KEEPER)
    await olga.presses("Delete")
    await olga.presses("Yes, delete")
    await olga.says("/department_add Sales")
    await olga.says("/assign")
    await olga.presses("(b)")
    await olga.presses("▫ Sales")
    await olga.presses("Next")
    assert "one each in turn" in " ".join(labels(olga))
    assert "else at random" in " ".join(labels(olga))
    await olga.presses("Next")
    await olga.presses("Next")
    await olga.presses("Create")

    (rule,) = await rules(office)
    assert (rule.source, rule.target, len(rule.targets)) == (Source.ALL, Target.DEPARTMENTS, 1)
    shown = await olga.says("/assign")
    assert "(a)" not in " ".join(labels(olga))


@pytest.mark.requirement("QUE-33")
async def test_rules_are_moved_switched_changed_and_deleted(office: Office) -> None:
    olga = office.olga
    async with office.unit() as uow:
        for name in ("first", "second", "third"):
            await uow.allocations.add_rule(AllocationRule(0, name), office.moment[0])
        await uow.commit()
    shown = await olga.says("/assign")
    assert [shown.index(name) for name in ("first", "second", "third")] == sorted(
        shown.index(name) for name in ("first", "second", "third")
    )
    await olga.presses("third")
    await olga.presses("⬆ Earlier")
    assert "Rule 1 of 3, on" in await olga.presses("⬆ Earlier")
    assert [r.name for r in await rules(office)] == ["third", "first", "second"]
    assert "⬆ Earlier" not in labels(olga)
    await olga.presses("⬇ Later")
    await olga.presses("⏸ Off")
    assert [(r.name, r.enabled) for r in await rules(office)][1] == ("third", False)
    await olga.presses("✏ Name")
    await olga.says("x" * 65)
    assert "1 to 64 characters" in olga.heard[-1]
    await olga.says("renamed")
    await olga.presses("✏ Change")
    await olga.presses("customers of two or more accounts")
    for _ in range(4):
        await olga.presses("Next")
    await olga.presses("Change: works at once")
    changed = (await rules(office))[1]
    assert (changed.name, changed.source) == ("renamed", Source.SHARED)
    await olga.presses("Delete")
    assert "Customers stay with whom they belong to." in olga.heard[-1]
    await olga.presses("Yes, delete")
    assert [r.name for r in await rules(office)] == ["first", "second"]
    await olga.presses("↩ Undo")
    assert [r.name for r in await rules(office)] == ["first", "renamed", "second"]


async def test_the_dry_run_names_every_step(office: Office) -> None:
    olga = office.olga
    await office.serving(ADA, "Ann")
    async with office.unit() as uow:
        bo = await uow.staffing.by_chat("telegram", str(BO))
        assert bo is not None
        await uow.staffing.change(bo.id, presence="online")
        await uow.allocations.add_rule(AllocationRule(0, "everybody"), office.moment[0])
        await uow.commit()

    shown = await olga.says("/assign test ann")

    assert "Ann, through shop, in the line of Front desk:" in shown
    assert "Their owner: switched off" in shown
    assert "Rule “everybody”: ✅ Bo gets the conversation" in shown
    assert "Nothing was changed." in shown
    assert "no customer called “zoe”" in await olga.says("/assign test zoe")
    assert "no conversation #77" in await olga.says("/assign test #77")
    await olga.says("/assign test")
    shown = await olga.presses("Somebody new on club")
    assert "Somebody new, through club" in shown


async def test_half_done_rules_are_forgotten_after_half_an_hour(office: Office) -> None:
    olga = office.olga
    await olga.says("/assign new")
    office.moment[0] += timedelta(minutes=31)
    await olga.presses("Next")

    assert "begin again with /assign" in olga.notice


async def test_only_owners_make_rules(office: Office) -> None:
    assert "not allowed" in (await office.ada.says("/assign")).lower()
    assert "/assign test" in await office.olga.says("/assign nonsense")
