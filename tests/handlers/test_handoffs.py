"""Hand-overs by button, by card, for good and to the bot; their record, and taking them back."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.handlers import desk_transfer, handoffs
from bot.handlers.desk_take import take
from bot.handlers.handoffs import PATIENCE, record, undo
from bot.moving import pressed_group, pressed_person
from bot.telling import Telling, parties
from core.errors import BadRequestText, Conflict, DeskError, NotAllowed, NotFound
from core.messages import text
from core.policy import Policies
from core.states import Author, Direction, Presence, Role, State
from storage.engine import Database
from storage.repos.allocations import BY_HAND, Allocated
from storage.repos.messages import TranscriptLine
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork
from tests.handlers.floor import Floor

ASKS = Policies({"": {"cross_group": "ask"}})


@pytest.fixture
async def floor(sqlite_url: str) -> AsyncIterator[Floor]:
    database = Database(sqlite_url)
    yield await Floor(database).open()
    await database.close()


async def asks(floor: Floor, *args: Any, **named: Any) -> Any:
    """Hand to a group where customers are asked."""
    voice = replace(floor.voice, policies=ASKS)
    return await floor.do(desk_transfer.to_group, *args, voice=voice, now=floor.now, **named)


async def press(floor: Floor, number: int, data: str) -> bool:
    """Let the customer of a conversation press a button that leads to a group or a person."""
    _, kind, to, about = data.split(":")

    async def work(uow: UnitOfWork) -> bool:
        people = await uow.staffing.lock([int(to)] if kind == "own" else [])
        talk = (await uow.conversations.lock([number]))[number]
        party = (await parties(uow, [talk]))[number]
        tell = Telling(uow, floor.voice, floor.now)
        if kind == "go":
            done = await pressed_group(uow, tell, party, int(to), int(about))
        else:
            done = await pressed_person(uow, tell, party, people.get(int(to)), int(about))
        await tell.remember()
        return done

    found: bool = await floor.do(work)
    return found


async def owner(floor: Floor, number: int) -> int | None:
    talk = await floor.talk(number)
    async with floor.unit() as uow:
        person = (await uow.people.by_ids([talk.identity_id]))[talk.identity_id]
        return (await uow.allocations.owners([person.customer_id])).get(person.customer_id)


async def button(floor: Floor) -> str:
    """Return the data of the newest button that the customer got."""
    return (await floor.rows(account="shop"))[-1].presses[0]


# -- into another group ---------------------------------------------------------------------------


@pytest.mark.requirement("QUE-21")
async def test_the_customer_presses_a_button_and_joins_the_chosen_groups_line(
    floor: Floor,
) -> None:
    """Until they press it the agent serves them; the remark is for who takes them there."""
    bo = await floor.agent("Bo")
    cy = await floor.agent("Cy", groups=(floor.repairs,))
    ann = await floor.serves(bo, "Ann")

    done = await asks(floor, bo, ann, floor.repairs, note="a broken lamp")

    assert (done.kind, done.to) == ("ask", "Repairs")
    assert (await floor.talk(ann)).agent_id == bo.id
    sent = (await floor.rows(account="shop"))[-1]
    assert sent.presses == [f"c:go:{floor.repairs}:{ann}"]
    assert "Repairs" in sent.content.text
    assert "broken lamp" not in sent.content.text
    with pytest.raises(Conflict, match="asked_already"):
        await asks(floor, bo, ann, floor.repairs)

    assert await press(floor, ann, sent.presses[0])

    talk = await floor.talk(ann)
    assert (talk.state, talk.group_id, talk.agent_id) == (State.WAITING, floor.repairs, None)
    assert (await floor.rows(account="shop"))[-1].content.text == (
        "You are being transferred to Repairs. You are number 1 in line."
    )
    assert f"Ann (#{ann}) has pressed a button" in (await floor.rows(chat=bo.chat))[-1].words
    await floor.settle()
    await floor.says(take, cy, ann)
    card = (await floor.rows(chat=cy.chat))[-1].content.text
    assert card.startswith("Note: a broken lamp\n")
    assert "Handed over by: Bo\nCame from group: Sales" in card


@pytest.mark.parametrize("what", ["taken back", "handed on", "pressed", "of another"])
async def test_a_button_that_is_no_longer_good_moves_nobody(floor: Floor, what: str) -> None:
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    ann = await floor.serves(bo, "Ann")
    done = await asks(floor, bo, ann, floor.repairs)
    data = await button(floor)
    if what == "taken back":
        await floor.says(undo, bo, done.handoff_id)
    elif what == "handed on":
        await floor.says(desk_transfer.to_agent, bo, ann, cy.id)
    elif what == "pressed":
        await press(floor, ann, data)
    else:
        data = f"c:go:{floor.repairs}:{ann + 1}"
    before = await floor.talk(ann)

    assert not await press(floor, ann, data)

    assert await floor.talk(ann) == before
    assert (await floor.rows(account="shop"))[-1].content.text.startswith("This button is no")


# -- to a person ----------------------------------------------------------------------------------


@pytest.mark.requirement("QUE-46")
async def test_the_customer_presses_a_card_and_that_person_serves_them_from_then_on(
    floor: Floor,
) -> None:
    """Of another group too: the customer is theirs, and so is the conversation, at once."""
    bo = await floor.agent("Bo")
    cy = await floor.agent("Cy", groups=(floor.repairs,))
    ann = await floor.serves(bo, "Ann")

    done = await floor.says(desk_transfer.send_card, bo, ann, cy.id, note="a regular")
    assert done.kind == "ask_card"
    assert await owner(floor, ann) is None
    sent = (await floor.rows(account="shop"))[-1]
    assert sent.presses == [f"c:own:{cy.id}:{ann}"]
    assert [b.label for row in sent.content.buttons for b in row] == ["Talk to Cy"]

    assert await press(floor, ann, sent.presses[0])

    talk = await floor.talk(ann)
    assert (talk.state, talk.agent_id) == (State.SERVING, cy.id)
    assert await owner(floor, ann) == cy.id
    card = (await floor.rows(chat=cy.chat))[-1].content
    assert card.text.startswith("Note: a regular\n")
    assert "goes to Cy" in (await floor.rows(chat=bo.chat))[-1].words
    async with floor.unit() as uow:
        midnight = floor.now.replace(hour=0)
        assert (await uow.allocations.candidates(midnight))[cy.id].allocated_today == 0


@pytest.mark.requirement("QUE-46")
@pytest.mark.parametrize("why", ["offline", "full"])
async def test_who_cannot_serve_now_owns_the_customer_and_the_agent_goes_on(
    floor: Floor, why: str
) -> None:
    bo = await floor.agent("Bo")
    cy = await floor.agent("Cy", capacity=1)
    if why == "full":
        await floor.serves(cy, "Other")
    else:
        await floor.do(lambda uow: uow.staffing.change(cy.id, presence=Presence.OFFLINE))
    ann = await floor.serves(bo, "Ann")
    await floor.says(desk_transfer.send_card, bo, ann, cy.id)

    assert await press(floor, ann, await button(floor))

    assert (await floor.talk(ann)).agent_id == bo.id
    assert await owner(floor, ann) == cy.id
    assert "cannot answer at the moment" in (await floor.rows(account="shop"))[-1].content.text
    assert (await floor.rows(chat=cy.chat))[-1].words == (
        "Ann has pressed your card and is your customer now."
    )


async def test_a_card_pressed_with_nobody_serving_leads_into_their_line(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    cy = await floor.agent("Cy", groups=(floor.repairs,), presence=Presence.OFFLINE)
    ann = await floor.serves(bo, "Ann")
    await floor.says(desk_transfer.send_card, bo, ann, cy.id)
    data = await button(floor)
    talk = await floor.talk(ann)
    talk.state, talk.agent_id = State.WAITING, None
    await floor.do(lambda uow: uow.conversations.update([talk]))

    assert await press(floor, ann, data)

    talk = await floor.talk(ann)
    assert (talk.state, talk.group_id) == (State.WAITING, floor.repairs)


@pytest.mark.requirement("QUE-45")
async def test_a_customer_is_given_to_a_colleague_for_good(floor: Floor) -> None:
    """It counts for no daily limit; the conversation stays, and who gets the customer is told."""
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy", presence=Presence.OFFLINE)
    ann = await floor.serves(bo, "Ann")

    done = await floor.says(desk_transfer.give, bo, ann, cy.id, note="likes to phone")

    assert done.kind == "owner"
    assert await owner(floor, ann) == cy.id
    assert (await floor.talk(ann)).agent_id == bo.id
    assert (await floor.rows(chat=cy.chat))[-1].content.text == (
        "Bo has given you a customer: Ann.\nlikes to phone"
    )
    assert await floor.rows(account="shop") == []
    async with floor.unit() as uow:
        midnight = floor.now.replace(hour=0)
        assert (await uow.allocations.candidates(midnight))[cy.id].allocated_today == 0
    with pytest.raises(Conflict, match="theirs_already"):
        await floor.says(desk_transfer.give, bo, ann, cy.id)


# -- back to the bot ------------------------------------------------------------------------------


@pytest.mark.requirement("QUE-47")
async def test_a_conversation_goes_back_to_the_bot(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    ann = await floor.waits("Ann")
    await floor.settle()
    await floor.says(take, bo, ann)

    done = await floor.says(desk_transfer.to_bot, bo, None)

    assert done.kind == "bot"
    talk = await floor.talk(ann)
    assert (talk.state, talk.agent_id) == (State.BOT, None)
    assert (await floor.member(bo)).front_conversation_id is None
    told = (await floor.rows(account="shop"))[-1]
    assert told.content.text.startswith("Our smart service answers you again.")
    assert told.presses == ["c:human"]
    assert (await floor.system_lines(ann))[-1] == (
        "20:00 Bo transfers the conversation to Smart service"
    )


# -- what the next one is told --------------------------------------------------------------------


@pytest.mark.requirement("QUE-47")
async def test_the_receiver_is_told_who_since_when_and_the_last_ten_messages(
    floor: Floor,
) -> None:
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    ann = await floor.waits("Ann", said=tuple(f"m{n}" for n in range(12)))
    await floor.settle()
    floor.later(minutes=7)
    await floor.says(take, bo, ann)
    own = (await floor.rows(chat=bo.chat))[-1].content.text
    assert "m7" in own
    assert "m6" not in own

    await floor.says(desk_transfer.to_agent, bo, ann, cy.id, note="wants a refund")

    assert (await floor.rows(chat=cy.chat))[-1].content.text.splitlines()[:7] == [
        "Note: wants a refund",
        "Account: shop",
        "Waited: 7 min",
        "Handed over by: Bo",
        "First contact: 2026-11-22 20:00:00",
        "Waiting since: 2026-11-22 20:00:00",
        "Conversations before: 0",
    ]
    said = (await floor.rows(chat=cy.chat))[-1].content.text.splitlines()[8:]
    # Twelve of the customer's, and that Bo was with her now: the last ten of the thirteen.
    assert [line.split(": ")[1] for line in said[:-1]] == [f"m{n}" for n in range(3, 12)]


@pytest.mark.parametrize(
    ("owner", "account", "fits"),
    [("", "shop", False), ("account:shop", "shop", False), ("account:shop", "site", True)],
)
async def test_a_colleague_is_full_by_the_limit_of_the_account_too(
    floor: Floor, owner: str, account: str, fits: bool
) -> None:
    """Requirement QUE-25 holds for conversations that are handed over as well."""
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy", capacity=5)
    await floor.serves(cy, "Other", account=account)
    ann = await floor.serves(bo, "Ann")
    voice = replace(floor.voice, policies=Policies({owner: {"limit": 1}}))
    now = floor.now
    if fits:
        await floor.do(desk_transfer.to_agent, bo, ann, cy.id, voice=voice, now=now)
    else:
        with pytest.raises(Conflict, match="colleague_full"):
            await floor.do(desk_transfer.to_agent, bo, ann, cy.id, voice=voice, now=now)


@pytest.mark.parametrize("work", ["to_agent", "to_group", "send_card", "give", "to_bot"])
@pytest.mark.requirement("QUE-16")
async def test_only_who_serves_hands_over(floor: Floor, work: str) -> None:
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy", role=Role.OWNER)
    ann = await floor.serves(bo, "Ann")
    to = {"to_group": (floor.repairs,), "to_bot": ()}.get(work, (bo.id,))

    with pytest.raises(Conflict) as refusal:
        await floor.says(getattr(desk_transfer, work), cy, ann, *to)

    assert refusal.value.key == "desk.not_yours"


async def test_a_remark_has_500_characters_at_most(floor: Floor) -> None:
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    ann = await floor.serves(bo, "Ann")

    with pytest.raises(BadRequestText):
        await floor.says(desk_transfer.to_agent, bo, ann, cy.id, note="x" * 501)
    await floor.says(desk_transfer.to_agent, bo, ann, cy.id, note="x" * 500)


# -- the record -----------------------------------------------------------------------------------


@pytest.mark.requirement("QUE-48")
async def test_the_record_lists_every_hand_over_of_the_customer_newest_first(
    floor: Floor,
) -> None:
    """Over all their conversations, and with what was taken back marked."""
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    boss = await floor.agent("Boss", role=Role.ADMIN)
    ann, dee = await floor.serves(bo, "Ann"), await floor.serves(bo, "Dee")
    await floor.says(desk_transfer.to_agent, bo, dee, cy.id)
    await floor.says(desk_transfer.to_agent, bo, ann, cy.id, note="first")
    floor.later(minutes=1)
    await floor.says(desk_transfer.give, cy, ann, bo.id)
    done = await floor.says(desk_transfer.to_group, cy, ann, floor.repairs)
    await floor.says(undo, cy, done.handoff_id)
    # The customer comes again: another conversation, the same person.
    talk = await floor.talk(ann)
    talk.state = State.ENDED

    async def comes_again(uow: UnitOfWork) -> int:
        await uow.conversations.update([talk])
        new = await uow.conversations.open([(talk.account_id, talk.identity_id)], floor.now)
        return new[talk.identity_id].id

    again = await floor.do(comes_again)

    async with floor.unit() as uow:
        found = await record(uow, boss, again, 1, voice=floor.voice)

    assert (found.name, found.total, found.pages) == ("Ann", 3, 1)
    assert [(h.kind, h.conversation_id, h.undone_at is not None) for h in found.rows] == [
        ("group", ann, True),
        ("owner", ann, False),
        ("agent", ann, False),
    ]
    first = found.rows[-1]
    assert (first.by_id, first.from_agent_id, first.to_agent_id) == (bo.id, bo.id, cy.id)
    assert first.remark == "first"
    assert found.people == {bo.id: "Bo", cy.id: "Cy"}
    async with floor.unit() as uow:
        with pytest.raises(NotAllowed):
            await record(uow, bo, ann, 1, voice=floor.voice)


@pytest.mark.requirement("QUE-48")
async def test_the_record_has_pages_of_twenty(floor: Floor) -> None:
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    ann = await floor.serves(bo, "Ann")
    for n in range(21):
        giver, taker = (bo, cy) if n % 2 == 0 else (cy, bo)
        await floor.says(desk_transfer.to_agent, giver, ann, taker.id, note=f"n{n}")

    async with floor.unit() as uow:
        second = await record(uow, cy, ann, 2, voice=floor.voice)

    assert (second.pages, second.total, [h.remark for h in second.rows]) == (2, 21, ["n0"])


# -- taking back ----------------------------------------------------------------------------------


@pytest.mark.requirement("QUE-47")
@pytest.mark.parametrize("kind", ["agent", "group", "bot", "owner", "ask", "ask_card"])
async def test_within_ten_seconds_a_hand_over_is_taken_back(floor: Floor, kind: str) -> None:
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    ann = await floor.waits("Ann")
    await floor.settle()
    await floor.says(take, bo, ann)
    customer = await floor.talk(ann)

    async def belongs_to_bo(uow: UnitOfWork) -> None:
        person = (await uow.people.by_ids([customer.identity_id]))[customer.identity_id]
        belongs = Allocated(person.customer_id, bo.id, BY_HAND)
        await uow.allocations.allocate([belongs], floor.now)

    await floor.do(belongs_to_bo)
    done = await _hand_over(floor, kind, bo, cy, ann)
    assert done.kind == kind
    floor.later(seconds=10)

    back = await floor.says(undo, bo, done.handoff_id)

    assert (back.conversation_id, back.name) == (ann, "Ann")
    talk = await floor.talk(ann)
    assert (talk.state, talk.agent_id, talk.group_id) == (State.SERVING, bo.id, floor.sales)
    assert await owner(floor, ann) == bo.id
    assert (await floor.member(bo)).front_conversation_id == ann
    assert "Bo takes the transfer back" in "\n".join(await floor.system_lines(ann))
    with pytest.raises(Conflict, match="undone_already"):
        await floor.says(undo, bo, done.handoff_id)
    if kind == "agent":
        assert (await floor.rows(chat=cy.chat))[-1].words == f"Bo has taken Ann (#{ann}) back."
    events = [
        e.data["how"] for e in await floor.events(ann) if e.kind == "handoff_undone" and e.data
    ]
    assert events == [kind]


async def _hand_over(floor: Floor, kind: str, bo: Any, cy: Any, ann: int) -> Any:
    match kind:
        case "agent":
            return await floor.says(desk_transfer.to_agent, bo, ann, cy.id)
        case "group":
            return await floor.says(desk_transfer.to_group, bo, ann, floor.repairs)
        case "bot":
            return await floor.says(desk_transfer.to_bot, bo, ann)
        case "owner":
            return await floor.says(desk_transfer.give, bo, ann, cy.id)
        case "ask":
            return await asks(floor, bo, ann, floor.repairs)
        case _:
            return await floor.says(desk_transfer.send_card, bo, ann, cy.id)


async def test_after_ten_seconds_it_stays(floor: Floor) -> None:
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    ann = await floor.serves(bo, "Ann")
    done = await floor.says(desk_transfer.to_agent, bo, ann, cy.id)
    assert PATIENCE.total_seconds() == 10
    floor.later(seconds=10, milliseconds=1)

    with pytest.raises(Conflict) as refusal:
        await floor.says(undo, bo, done.handoff_id)

    assert (refusal.value.key, refusal.value.facts) == ("transfer.undo_too_late", {"seconds": 10})
    assert (await floor.talk(ann)).agent_id == cy.id


@pytest.mark.parametrize(
    ("what", "key"),
    [
        ("answered", "transfer.undo_answered"),
        ("handed on", "transfer.undo_changed"),
        ("ended", "transfer.undo_changed"),
        ("full", "transfer.undo_full"),
        ("somebody else's", "transfer.nothing_to_undo"),
    ],
)
async def test_what_has_happened_since_stands_in_the_way(floor: Floor, what: str, key: str) -> None:
    bo, cy = await floor.agent("Bo", capacity=1), await floor.agent("Cy")
    third = await floor.agent("Di")
    ann = await floor.serves(bo, "Ann")
    done = await floor.says(desk_transfer.to_agent, bo, ann, cy.id)
    who = bo
    if what == "answered":
        await _answers(floor, cy, ann)
    elif what == "handed on":
        await floor.says(desk_transfer.to_agent, cy, ann, third.id)
    elif what == "ended":
        talk = await floor.talk(ann)
        talk.state = State.ENDED
        await floor.do(lambda uow: uow.conversations.update([talk]))
    elif what == "full":
        await floor.serves(bo, "Other")
    else:
        who = cy

    with pytest.raises(DeskError) as refusal:
        await floor.says(undo, who, done.handoff_id)

    assert refusal.value.key == key
    async with floor.unit() as uow:
        assert (await uow.handoffs.get(done.handoff_id)).undone_at is None  # type: ignore[union-attr]


async def _answers(floor: Floor, agent: StaffMember, number: int) -> None:
    talk = await floor.talk(number)
    line = TranscriptLine(
        *(number, talk.account_id, "a1", Direction.OUT, Author.AGENT, agent.name),
        *(text("hello"), floor.now),
    )
    await floor.do(lambda uow: uow.messages.add([line], floor.now))


async def test_there_is_nothing_to_take_back(floor: Floor) -> None:
    bo = await floor.agent("Bo")

    with pytest.raises(NotFound):
        await floor.says(handoffs.undo, bo, 99)
