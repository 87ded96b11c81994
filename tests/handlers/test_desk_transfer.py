"""Handing conversations on, over a real database of each kind."""

import asyncio
from typing import Any

import pytest

from bot.handlers.desk_take import take, take_next
from bot.handlers.desk_transfer import choices, to_agent, to_group
from core.errors import Conflict, DeskError, NotFound
from core.states import Direction, Presence, State
from tests.handlers.floor import Floor


@pytest.mark.requirement("QUE-20")
async def test_all_colleagues_of_the_group_are_listed_and_who_is_online_can_be_chosen(
    floor: Floor,
) -> None:
    bo = await floor.agent("Bo")
    await floor.agent("Off", presence=Presence.OFFLINE)
    await floor.agent("Tea", presence=Presence.BREAK)
    await floor.agent("Cy", capacity=3)
    full = await floor.agent("Full", capacity=1)
    await floor.agent("Far", groups=(floor.repairs,))
    await floor.agent("Left", active=False)
    await floor.serves(full, "Other")
    ann = await floor.serves(bo, "Ann")

    async with floor.unit() as uow:
        found = await choices(uow, bo, ann)

    assert [(c.name, c.presence, c.free, c.can_take) for c in found.colleagues] == [
        ("Cy", Presence.ONLINE, 3, True),
        ("Full", Presence.ONLINE, 0, False),
        ("Off", Presence.OFFLINE, 5, False),
        ("Tea", Presence.BREAK, 5, False),
    ]
    assert [g.name for g in found.groups] == ["Repairs"]


@pytest.mark.requirement("QUE-20")
async def test_the_colleague_serves_it_at_once(floor: Floor) -> None:
    """They get a card, the customer is told, the transcript and the record say who did what."""
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    ann = await floor.waits("Ann", said=("my order is late",))
    await floor.settle()
    await floor.says(take, bo, ann)
    floor.later(minutes=2)

    done = await floor.says(to_agent, bo, ann, cy.id, note="knows her order")

    assert (done.conversation_id, done.name, done.to) == (ann, "Ann", "Cy")
    talk = await floor.talk(ann)
    assert (talk.state, talk.agent_id, talk.serving_since) == (State.SERVING, cy.id, floor.now)
    assert (await floor.member(bo)).front_conversation_id is None
    assert (await floor.member(cy)).front_conversation_id == ann
    card = (await floor.rows(chat=cy.chat))[-1]
    assert card.presses == [f"end:{ann}", f"transfer:{ann}", f"info:{ann}"]
    assert card.content.text.startswith("Note: knows her order\n")
    assert "Ann: my order is late" in card.content.text
    assert [r.content.text for r in await floor.rows(account="shop")] == [
        "Bo is with you now. Just write here.",
        "Cy is with you now. Just write here.",
    ]
    assert await floor.system_lines(ann) == [
        "20:00 Bo starts service",
        "20:02 Bo transfers the conversation to Cy: knows her order",
        "20:02 Cy starts service",
    ]
    event = (await floor.events(ann))[-1]
    assert (event.staff_id, event.data and event.data["agent"]) == (bo.id, cy.id)


async def test_a_colleague_keeps_in_front_whom_they_are_writing_to(floor: Floor) -> None:
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    theirs = await floor.serves(cy, "Theirs")
    await floor.do(lambda uow: uow.staffing.change(cy.id, front_conversation_id=theirs))
    ann = await floor.serves(bo, "Ann")

    await floor.says(to_agent, bo, ann, cy.id)

    assert (await floor.member(cy)).front_conversation_id == theirs


@pytest.mark.requirement("QUE-20")
@pytest.mark.parametrize(
    ("who", "busy", "key"),
    [
        pytest.param(
            {"presence": Presence.OFFLINE}, False, "desk.colleague_off_duty", id="offline"
        ),
        pytest.param(
            {"presence": Presence.BREAK}, False, "desk.colleague_off_duty", id="on a break"
        ),
        pytest.param({"active": False}, False, "desk.no_such_colleague", id="left the company"),
        pytest.param({"groups": ()}, False, "desk.no_such_colleague", id="of no group"),
        pytest.param({"capacity": 1}, True, "desk.colleague_full", id="full"),
    ],
)
async def test_who_cannot_take_it_does_not_get_it(
    floor: Floor, who: dict[str, Any], busy: bool, key: str
) -> None:
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy", **who)
    if busy:
        await floor.serves(cy, "Other")
    ann = await floor.serves(bo, "Ann")

    with pytest.raises(DeskError) as refusal:
        await floor.says(to_agent, bo, ann, cy.id)

    assert refusal.value.key == key
    assert (await floor.talk(ann)).agent_id == bo.id


@pytest.mark.parametrize("work", [to_agent, to_group])
async def test_only_who_serves_it_hands_it_on(floor: Floor, work: Any) -> None:
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    ann = await floor.serves(bo, "Ann")

    with pytest.raises(Conflict) as refusal:
        await floor.says(work, cy, ann, bo.id if work is to_agent else floor.repairs)

    assert refusal.value.key == "desk.not_yours"
    assert (await floor.talk(ann)).agent_id == bo.id


async def test_to_themselves_is_refused(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    ann = await floor.serves(bo, "Ann")

    with pytest.raises(NotFound):
        await floor.says(to_agent, bo, ann, bo.id)


async def test_two_who_hand_to_the_last_seat_together_fill_it_once(floor: Floor) -> None:
    bo, di = await floor.agent("Bo"), await floor.agent("Di")
    cy = await floor.agent("Cy", capacity=1)
    ann, dee = await floor.serves(bo, "Ann"), await floor.serves(di, "Dee")

    results = await asyncio.gather(
        floor.says(to_agent, bo, ann, cy.id),
        floor.says(to_agent, di, dee, cy.id),
        return_exceptions=True,
    )

    assert len([r for r in results if isinstance(r, Conflict)]) == 1
    assert len(await floor.held(cy)) == 1


async def test_two_who_hand_to_each_other_do_not_lock_each_other_out(floor: Floor) -> None:
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    ann, dee = await floor.serves(bo, "Ann"), await floor.serves(cy, "Dee")

    await asyncio.gather(floor.says(to_agent, bo, ann, cy.id), floor.says(to_agent, cy, dee, bo.id))

    assert (await floor.held(bo), await floor.held(cy)) == ([dee], [ann])


async def test_in_another_groups_line_it_counts_as_long_as_it_has_waited(floor: Floor) -> None:
    """It stands in front there, whoever asks next gets it, and the customer knows."""
    bo = await floor.agent("Bo")
    cy = await floor.agent("Cy", groups=(floor.repairs,))
    ann = await floor.waits("Ann")
    since = floor.now
    await floor.settle()
    await floor.says(take, bo, ann)
    floor.later(minutes=5)
    await floor.waits("Dee", group=floor.repairs)
    floor.later(minutes=5)

    done = await floor.says(to_group, bo, ann, floor.repairs, note="it is broken")

    assert done.to == "Repairs"
    talk = await floor.talk(ann)
    assert (talk.state, talk.agent_id, talk.group_id) == (State.WAITING, None, floor.repairs)
    assert talk.waiting_since == since
    assert (await floor.member(bo)).front_conversation_id is None
    told = (await floor.rows(account="shop"))[-1]
    assert told.content.text == ("You are being transferred to Repairs. You are number 1 in line.")
    assert [x.external_id for x in await floor.transcript(ann) if x.direction is Direction.OUT][
        -1
    ] == told.key
    assert (await floor.system_lines(ann))[-1] == (
        "20:10 Bo transfers the conversation to Repairs: it is broken"
    )
    event = (await floor.events(ann))[-1]
    assert event.staff_id == bo.id
    assert event.data == {
        "from": "SERVING",
        "to": "WAITING",
        "move": "return_to_line",
        "from_group": floor.sales,
        "to_group": floor.repairs,
        "note": "it is broken",
    }
    assert (await floor.says(take_next, cy)).conversation_id == ann


@pytest.mark.parametrize("group", ["same", "none"])
async def test_a_group_that_makes_no_sense_is_refused(floor: Floor, group: str) -> None:
    bo = await floor.agent("Bo")
    ann = await floor.serves(bo, "Ann")

    with pytest.raises(DeskError) as refusal:
        await floor.says(to_group, bo, ann, floor.sales if group == "same" else 999)

    assert refusal.value.key == {"same": "desk.same_group", "none": "desk.no_such_group"}[group]
    assert (await floor.talk(ann)).state is State.SERVING
