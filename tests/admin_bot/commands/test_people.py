"""Owners add people, switch them off, and give them roles, seats and groups."""

from datetime import UTC

import pytest

from bot.bell import LINE
from bot.handlers.settle_line import settle
from bot.wiring import new_key
from core.i18n.texts import spoken
from core.states import Presence, Role, State
from core.timers import SHIFT
from storage.repos.timers import Timer
from tests.admin_bot.office import ADA, BO, EVE, NOON, OLGA, Office


async def groups_of(office: Office, number: int) -> list[str]:
    member = await office.member(number)
    async with office.unit() as uow:
        names = {group.id: group.name for group in await uow.staffing.groups()}
        return [names[id_] for id_ in (await uow.staffing.memberships()).get(member.id, [])]


async def test_a_new_person_is_an_agent_of_the_oldest_group(office: Office) -> None:
    await office.olga.says("/group_add Second")

    answer = await office.olga.says(f"/agent_add {EVE} Eve")

    eve = await office.member(EVE)
    assert "Eve added" in answer
    assert (eve.name, eve.role, eve.active, eve.capacity) == ("Eve", Role.AGENT, True, 5)
    assert eve.presence is Presence.OFFLINE
    assert await groups_of(office, EVE) == ["Front desk"]
    assert "What you can do" in await office.eve.says("/help")


@pytest.mark.requirement("QUE-05")
async def test_role_and_several_groups_are_named_behind_the_name(office: Office) -> None:
    await office.olga.says('/group_add "After sales" after')
    await office.olga.says("/group_add 投诉 complaints")

    await office.olga.says(f'/agent_add {EVE} "Eve Li" admin after, 投诉')

    eve = await office.member(EVE)
    assert (eve.name, eve.role) == ("Eve Li", Role.ADMIN)
    assert await groups_of(office, EVE) == ["After sales", "投诉"]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("", "Write it like this"),
        ("Eve", "Write it like this"),
        (f"{EVE}", "Write it like this"),
        ("eve 6666", "Write it like this"),
        ("0 Zero", "Write it like this"),
        (f"{EVE} {'x' * 65}", "1 to 64 characters"),
        (f"{EVE} Eve admin moon", "There is no group “moon”"),
        (f"{BO} Bob", "Bo (1002) is on the team already"),
    ],
)
async def test_words_that_do_not_fit_are_explained_and_change_nothing(
    office: Office, words: str, answer: str
) -> None:
    assert answer in await office.olga.says(f"/agent_add {words}")

    async with office.unit() as uow:
        assert len(await uow.staffing.all(active_only=False)) == 3


@pytest.mark.requirement("ORG-28")
@pytest.mark.parametrize(
    "command",
    ["/agent_add 6666 Eve owner", "/agent_list", "/agent_off 1002", "/group_add New",
     "/group_list", "/group_edit 1 name=X"],
)  # fmt: skip
async def test_only_owners_manage_people_and_groups(office: Office, command: str) -> None:
    for person in (office.bo, office.ada):
        assert "not allowed" in await person.says(command)

    async with office.unit() as uow:
        assert len(await uow.staffing.all()) == 3
        assert [group.name for group in await uow.staffing.groups()] == ["Front desk"]


async def test_the_list_shows_presence_load_and_groups(office: Office) -> None:
    await office.serving(BO, "ann", "ben")

    answer = await office.olga.says("/agent_list")

    assert "⚪ Bo (1002)\nagent, offline, serving 2 of 5\nGroups: Front desk" in answer
    assert "Colleagues: 3" in answer


async def test_a_long_list_has_pages(office: Office) -> None:
    for number in range(20):
        await office.olga.says(f"/agent_add {7000 + number} Person{number}")

    first = await office.olga.says("/agent_list")
    second = await office.olga.presses("›")

    assert ("Person19" in first, "Person19" in second) == (False, True)


async def test_role_seats_and_groups_are_changed_by_buttons(office: Office) -> None:
    await office.olga.says("/group_add Second")
    await office.olga.says("/agent_list")
    await office.olga.presses("Bo")

    await office.olga.presses("admin")
    await office.olga.presses("+")
    await office.olga.presses("▫ Second")
    await office.olga.presses("✅ Front desk")

    bo = await office.member(BO)
    assert (bo.role, bo.capacity) == (Role.ADMIN, 6)
    assert await groups_of(office, BO) == ["Second"]
    assert "● admin" in [button["text"] for button in office.olga.buttons()]


async def test_the_last_owner_stays_an_owner(office: Office) -> None:
    await office.olga.says("/agent_list")
    await office.olga.presses("Olga")

    await office.olga.presses("agent")

    assert "only owner" in office.olga.notice
    assert (await office.member(OLGA)).role is Role.OWNER


async def test_nobody_switches_themselves_or_the_last_owner_off(office: Office) -> None:
    assert "yourself" in await office.olga.says(f"/agent_off {OLGA}")

    await office.olga.says(f"/agent_add {EVE} Eve owner")
    assert "Switch off Olga" in await office.eve.says(f"/agent_off {OLGA}")
    await office.eve.presses("Yes, switch off")

    assert not (await office.member(OLGA)).active
    assert "yourself" in await office.eve.says(f"/agent_off {EVE}")


async def test_switching_off_needs_a_second_word(office: Office) -> None:
    asked = await office.olga.says(f"/agent_off {BO}")
    assert "Switch off Bo" in asked
    assert (await office.member(BO)).active

    await office.olga.presses("No, keep")
    assert (await office.member(BO)).active

    await office.olga.says(f"/agent_off {BO}")
    answer = await office.olga.presses("Yes, switch off")

    assert "Bo is switched off" in answer
    assert not (await office.member(BO)).active


async def test_open_conversations_need_a_third_word_and_go_back_to_the_line(
    office: Office,
) -> None:
    talks = await office.serving(BO, "ann", "ben")
    async with office.unit() as uow:
        await uow.staffing.change(
            (await office.member(BO)).id,
            presence=Presence.ONLINE,
            front_conversation_id=talks[0],
        )
        await uow.commit()
    await office.olga.says(f"/agent_off {BO}")

    asked = await office.olga.presses("Yes, switch off")
    assert "serves 2 conversations" in asked
    assert (await office.member(BO)).active
    office.rings.clear()
    answer = await office.olga.presses("back to the line")

    assert "2 conversations went back" in answer
    bo = await office.member(BO)
    assert (bo.active, bo.presence, bo.front_conversation_id) == (False, Presence.OFFLINE, None)
    async with office.unit() as uow:
        found = await uow.conversations.by_ids(talks)
        events = [await uow.conversations.events(number) for number in talks]
        waiting = await uow.line.lengths([1])
    assert {(t.state, t.agent_id, t.group_id) for t in found.values()} == {(State.WAITING, None, 1)}
    assert {t.waiting_since for t in found.values()} == {NOON}
    assert waiting == {1: 2}
    assert [(e[-1].kind, e[-1].data["move"]) for e in events if e[-1].data] == [
        ("state", "return_to_line")
    ] * 2
    assert LINE in office.rings


async def test_a_customer_who_waited_before_keeps_their_place(office: Office) -> None:
    (talk,) = await office.serving(BO, "ann")
    earlier = NOON.replace(hour=9)
    async with office.unit() as uow:
        (held,) = (await uow.conversations.lock([talk])).values()
        held.waiting_since = earlier
        await uow.conversations.update([held])
        await uow.commit()

    await office.olga.says(f"/agent_off {BO}")
    await office.olga.presses("Yes, switch off")
    await office.olga.presses("back to the line")

    async with office.unit() as uow:
        assert (await uow.conversations.by_ids([talk]))[talk].waiting_since == earlier


@pytest.mark.requirement("ORG-05")
async def test_only_who_is_switched_on_can_use_the_bot_and_is_given_customers(
    office: Office,
) -> None:
    """Switching off puts them offline and ends their shift; their customers hear of it."""
    (talk,) = await office.serving(BO, "ann")
    bo = await office.member(BO)
    assert "What you can do" in await office.bo.says("/help")
    async with office.unit() as uow:
        await uow.staffing.change(bo.id, presence=Presence.ONLINE)
        await uow.timers.set([Timer(SHIFT, NOON, staff_id=bo.id)])
        await uow.commit()

    await office.olga.says(f"/agent_off {BO}")
    await office.olga.presses("Yes, switch off")
    await office.olga.presses("back to the line")
    async with office.unit() as uow:
        given = await settle(
            uow,
            None,
            mode="auto",
            texts_for=lambda tag: spoken(tag, "en"),
            zone=UTC,
            new_key=new_key,
            now=NOON,
        )
        await uow.commit()

    assert given == 0
    assert "What you can do" not in await office.bo.says("/help")
    assert str(BO) in office.bo.heard[-1]
    assert (await office.member(BO)).presence is Presence.OFFLINE
    async with office.unit() as uow:
        assert await uow.timers.of_staff(bo.id, SHIFT) is None
        assert (await uow.conversations.by_ids([talk]))[talk].state is State.WAITING
        (line,) = (await uow.messages.last([talk], 1))[talk]
    assert "You have kept your place".lower() in line.content.text.lower()

    await office.olga.says(f"/agent_add {BO} Bo")
    assert "What you can do" in await office.bo.says("/help")
    assert (await office.member(BO)).presence is Presence.OFFLINE


async def test_somebody_switched_off_comes_back_as_they_were(office: Office) -> None:
    await office.olga.says("/group_add Second")
    await office.olga.says(f"/agent_add {EVE} Eve admin Second")
    await office.olga.says(f"/agent_off {EVE}")
    await office.olga.presses("Yes, switch off")
    first = await office.member(EVE)

    answer = await office.olga.says(f"/agent_add {EVE} Eva")

    eve = await office.member(EVE)
    assert "Eva is back" in answer
    assert (eve.id, eve.name, eve.role, eve.active) == (first.id, "Eva", Role.ADMIN, True)
    assert await groups_of(office, EVE) == ["Second"]


async def test_somebody_switched_off_is_switched_on_by_button(office: Office) -> None:
    await office.olga.says(f"/agent_off {ADA}")
    await office.olga.presses("Yes, switch off")

    await office.olga.presses("Switch on again")

    assert (await office.member(ADA)).active


@pytest.mark.parametrize("words", ["", "x", "Bo"])
async def test_agent_off_without_a_number_says_how_to_use_it(office: Office, words: str) -> None:
    assert "Write it like this" in await office.olga.says(f"/agent_off {words}")


async def test_somebody_unknown_is_told(office: Office) -> None:
    assert "Nobody on the team has the id 4242" in await office.olga.says("/agent_off 4242")


@pytest.mark.requirement("OTH-09")
async def test_every_change_is_recorded_with_actor_and_time(office: Office) -> None:
    await office.olga.says(f"/agent_add {EVE} Eve")
    await office.olga.presses("admin")
    await office.olga.presses("+")
    await office.olga.presses("✅ Front desk")
    await office.olga.presses("▫ Front desk")
    await office.olga.presses("Switch off")
    await office.olga.presses("Yes, switch off")
    await office.olga.presses("Switch on again")

    changes = list(reversed(await office.changes("agent")))

    assert [change.action for change in changes] == [
        *("add", "change", "change", "leave", "join", "off", "on")
    ]
    assert {(change.actor, change.at) for change in changes} == {("Olga", NOON)}
    assert changes[1].before is not None
    assert changes[1].after is not None
    assert (changes[1].before["role"], changes[1].after["role"]) == ("agent", "admin")
