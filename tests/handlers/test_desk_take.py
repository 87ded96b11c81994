"""Taking waiting conversations, over a real database of each kind."""

import asyncio
from typing import Any

import pytest

from bot.handlers.desk_take import Taken, take, take_next
from core.errors import Conflict, NotAllowed, NotFound
from core.states import Author, Direction, Presence, Role, State
from storage.repos.staffing import StaffMember
from tests.handlers.floor import Floor


async def outcome(floor: Floor, agent: StaffMember, number: int, **named: Any) -> Taken | Conflict:
    try:
        taken: Taken = await floor.says(take, agent, number, **named)
    except Conflict as lost:
        return lost
    return taken


@pytest.mark.requirement("QUE-13")
@pytest.mark.requirement("QUE-06")
async def test_who_takes_a_customer_is_their_receiver(floor: Floor) -> None:
    """The conversation leaves the line, is in session with this agent, and stands in front."""
    bo = await floor.agent("Bo")
    ann = await floor.waits("Ann")
    await floor.settle()
    floor.later(minutes=3)

    taken = await floor.says(take, bo, ann, on_card=True)

    assert taken == Taken(ann, "Ann")
    talk = await floor.talk(ann)
    assert (talk.state, talk.agent_id, talk.serving_since) == (State.SERVING, bo.id, floor.now)
    me = await floor.member(bo)
    assert (me.front_conversation_id, me.idle_since) == (ann, floor.now)


@pytest.mark.requirement("QUE-14")
async def test_the_transcript_says_who_starts_service_in_the_tenants_time(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    ann = await floor.waits("Ann")
    await floor.settle()
    floor.later(minutes=5)

    await floor.says(take, bo, ann)

    assert await floor.system_lines(ann) == ["20:05 Bo starts service"]


async def test_the_customer_is_told_once_and_the_transcript_holds_it(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    ann = await floor.waits("Ann")
    await floor.settle()

    await floor.says(take, bo, ann)

    (told,) = await floor.rows(account="shop")
    assert (told.purpose, told.conversation_id) == ("reply", ann)
    assert told.content.text == "Bo is with you now. Just write here."
    out = [x for x in await floor.transcript(ann) if x.direction is Direction.OUT]
    assert [(x.external_id, x.author, x.author_name) for x in out] == [
        (told.key, Author.ROBOT, "Smart service")
    ]


async def test_the_customer_is_told_in_their_own_language(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    ann = await floor.waits("安", language="zh-CN")
    await floor.settle()

    await floor.says(take, bo, ann)

    (told,) = await floor.rows(account="shop")
    assert told.content.text == "Bo 为您服务，请直接留言。"


async def test_cards_change_for_everybody(floor: Floor) -> None:
    """The winner's own becomes the hand-over card, the others' say who has it."""
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy", language="zh")
    ann = await floor.waits("Ann", said=("my order is late",))
    await floor.settle()
    await floor.delivered()
    cards = {r.chat: r.key for r in await floor.rows(purpose="card")}

    await floor.says(take, bo, ann, on_card=True)

    edits = {r.edits_key: r for r in await floor.rows(account="staff", state="due")}
    assert set(edits) == set(cards.values())
    mine, theirs = edits[cards[bo.chat]], edits[cards[cy.chat]]
    assert mine.presses == [f"end:{ann}", f"transfer:{ann}", f"info:{ann}"]
    assert mine.content.title == "You took Ann · #1"
    assert "Ann: my order is late" in mine.content.text
    assert (mine.conversation_id, theirs.conversation_id) == (ann, ann)
    assert (theirs.words, theirs.presses) == ("Ann · #1：已由 Bo 接待", [])
    assert await floor.lying(bo) == await floor.lying(cy) == []


async def test_a_card_that_nobody_has_seen_is_never_sent(floor: Floor) -> None:
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    ann = await floor.waits("Ann")
    await floor.settle()

    await floor.says(take, bo, ann)

    assert [r.state for r in await floor.rows(chat=cy.chat)] == ["cancelled"]
    assert [r.presses for r in await floor.rows(chat=bo.chat, state="due")] == [
        [f"end:{ann}", f"transfer:{ann}", f"info:{ann}"]
    ]


async def test_a_card_under_way_is_changed_after_it(floor: Floor) -> None:
    """A leased row cannot be withdrawn; its edit stands behind it in the same lane."""
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    ann = await floor.waits("Ann")
    await floor.settle()
    later = floor.now.replace(hour=23)
    await floor.do(lambda uow: uow.outbox.claim(10, floor.now, later))

    await floor.says(take, bo, ann)

    card, edit = await floor.rows(chat=cy.chat)
    assert (card.state, edit.edits_key, edit.state) == ("due", card.key, "due")


async def test_of_two_who_press_at_the_same_moment_one_wins(floor: Floor) -> None:
    """One claim, one line, one message to the customer; the other is told who was first."""
    agents = [await floor.agent("Bo"), await floor.agent("Cy")]
    ann = await floor.waits("Ann")
    await floor.settle()
    await floor.delivered()

    results = await asyncio.gather(*(outcome(floor, a, ann, on_card=True) for a in agents))

    (won,) = [n for n, r in enumerate(results) if isinstance(r, Taken)]
    lost = results[1 - won]
    assert isinstance(lost, Conflict)
    assert lost.key == "desk.already_taken"
    assert lost.facts == {"number": ann, "agent": agents[won].name}
    assert (await floor.talk(ann)).agent_id == agents[won].id
    assert len(await floor.system_lines(ann)) == 1
    assert len(await floor.rows(account="shop")) == 1
    assert len(await floor.rows(account="staff", state="due")) == 2


async def test_many_presses_of_one_agent_never_exceed_their_capacity(floor: Floor) -> None:
    bo = await floor.agent("Bo", capacity=2, role=Role.ADMIN)
    numbers = [await floor.waits(name) for name in "VWXYZ"]

    results = await asyncio.gather(*(outcome(floor, bo, number) for number in numbers))

    assert len(await floor.held(bo)) == 2
    lost = [r for r in results if isinstance(r, Conflict)]
    assert [(r.key, r.facts) for r in lost] == [("desk.hands_full", {"capacity": 2})] * 3


@pytest.mark.requirement("QUE-12")
async def test_agents_take_what_was_offered_and_only_who_sees_the_line_picks(floor: Floor) -> None:
    bo = await floor.agent("Bo", capacity=1)
    boss = await floor.agent("Boss", role=Role.ADMIN, presence=Presence.OFFLINE)
    first = await floor.waits("Ann")
    floor.later(minutes=1)
    second = await floor.waits("Dee")
    await floor.settle()

    with pytest.raises(NotAllowed):
        await floor.says(take, bo, second)
    assert (await floor.talk(second)).state is State.WAITING
    await floor.says(take, boss, second)
    assert (await floor.talk(second)).agent_id == boss.id
    await floor.says(take, bo, first)
    assert (await floor.talk(first)).agent_id == bo.id


@pytest.mark.requirement("QUE-12")
async def test_next_gives_the_oldest_of_the_agents_groups(floor: Floor) -> None:
    bo = await floor.agent("Bo", groups=(floor.repairs,))
    await floor.waits("Not mine", group=floor.sales)
    floor.later(minutes=1)
    old = await floor.waits("Old", group=floor.repairs)
    floor.later(minutes=1)
    await floor.waits("New", group=floor.repairs)

    assert (await floor.says(take_next, bo)).conversation_id == old
    assert len(await floor.rows(chat=bo.chat, purpose="card")) == 1


async def test_next_with_nobody_waiting_gives_nothing(floor: Floor) -> None:
    assert await floor.says(take_next, await floor.agent("Bo")) is None


async def test_next_with_full_hands_is_refused(floor: Floor) -> None:
    bo = await floor.agent("Bo", capacity=1)
    await floor.serves(bo, "Old")
    await floor.waits("New")

    with pytest.raises(Conflict) as refusal:
        await floor.says(take_next, bo)

    assert refusal.value.key == "desk.hands_full"


async def test_agents_who_ask_for_the_next_together_get_different_ones(floor: Floor) -> None:
    agents = [await floor.agent(name) for name in ("Bo", "Cy", "Di")]
    numbers = [await floor.waits(name) for name in "XYZ"]

    taken = await asyncio.gather(*(floor.says(take_next, a) for a in agents))

    assert sorted(t.conversation_id for t in taken) == numbers


@pytest.mark.parametrize(
    ("state", "key"),
    [
        pytest.param(State.ENDED, "desk.waits_no_longer", id="ended"),
        pytest.param(State.BOT, "desk.waits_no_longer", id="left the line"),
    ],
)
async def test_what_does_not_wait_cannot_be_taken(floor: Floor, state: State, key: str) -> None:
    bo = await floor.agent("Bo", role=Role.ADMIN)
    ann = await floor.waits("Ann")
    talk = await floor.talk(ann)
    talk.state = state
    await floor.do(lambda uow: uow.conversations.update([talk]))

    lost = await outcome(floor, bo, ann)

    assert isinstance(lost, Conflict)
    assert lost.key == key
    assert (await floor.talk(ann)).state is state


async def test_taking_the_same_one_again_says_that_it_is_theirs(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    ann = await floor.waits("Ann")
    await floor.settle()
    await floor.says(take, bo, ann)

    again = await outcome(floor, bo, ann)

    assert isinstance(again, Conflict)
    assert again.key == "desk.yours_already"
    assert len(await floor.system_lines(ann)) == 1


async def test_a_number_that_does_not_exist_is_refused(floor: Floor) -> None:
    with pytest.raises(NotFound):
        await floor.says(take, await floor.agent("Bo"), 999)


async def test_what_happened_is_recorded_with_who_did_it(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    ann = await floor.waits("Ann")
    await floor.settle()

    await floor.says(take, bo, ann)

    (event,) = await floor.events(ann)
    assert (event.kind, event.staff_id, event.at) == ("state", bo.id, floor.now)
    assert event.data == {"from": "WAITING", "to": "SERVING", "move": "take", "agent": bo.id}


async def test_a_seat_that_is_gone_takes_the_cards_that_do_not_fit_along(floor: Floor) -> None:
    bo = await floor.agent("Bo", capacity=2)
    first = await floor.waits("Ann")
    floor.later(minutes=1)
    await floor.waits("Dee")
    await floor.settle()
    assert len(await floor.lying(bo)) == 2
    await floor.says(take_next, bo)
    floor.later(minutes=1)
    await floor.waits("Eve")
    await floor.settle()

    assert await floor.held(bo) == [first]
    assert len(await floor.lying(bo)) == 1
