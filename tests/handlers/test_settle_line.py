"""Dealing the line to people, over a real database of each kind."""

import asyncio

import pytest

from bot.handlers.desk_presence import set_presence
from bot.handlers.desk_take import take
from core.errors import Conflict
from core.messages import Content, Kind, Media
from core.states import Author, Direction, Presence, State
from tests.handlers.floor import Floor


async def test_every_free_agent_of_the_group_gets_a_card(floor: Floor) -> None:
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    await floor.agent("Far", groups=(floor.repairs,))
    await floor.agent("Off", presence=Presence.OFFLINE)
    await floor.agent("Tea", presence=Presence.BREAK)
    await floor.agent("Gone", active=False)
    ann = await floor.waits("Ann")

    await floor.settle()

    rows = await floor.rows(account="staff")
    assert [(r.chat, r.purpose, r.conversation_id) for r in rows] == [
        (bo.chat, "card", ann),
        (cy.chat, "card", ann),
    ]
    assert [r.presses for r in rows] == [[f"take:{ann}"]] * 2


@pytest.mark.requirement("CHN-15")
async def test_a_card_tells_who_waits_from_where_since_when_and_what_was_said(
    floor: Floor,
) -> None:
    """Name, account, source, region, waiting time, and the last five messages by kind."""
    await floor.agent("Bo")
    sticker = Content(Kind.STICKER, media=Media("shop", "f1"), data={"emoji": "😀"})
    photo = Content(Kind.PHOTO, "look", media=Media("shop", "f2"))
    odd = Content(Kind.UNKNOWN, data={"type": "story"})
    said = ("zero", "one", "two", sticker, photo, odd)
    await floor.waits("Ann", source="spring-ad", region="PT", said=said)
    floor.later(minutes=65)

    await floor.settle()

    (row,) = await floor.rows(account="staff")
    assert row.content.title.endswith("Ann · #1")
    assert row.content.text.splitlines() == [
        "Account: shop",
        "Source: spring-ad",
        "Region: Portugal",
        "Waited: 1 h 5 min",
        "",
        "Ann: one",
        "Ann: two",
        "Ann: [Sticker 😀]",
        "Ann: [Photo] look",
        "Ann: [Unsupported type]",
    ]


async def test_cards_are_in_the_language_of_the_agent(floor: Floor) -> None:
    await floor.agent("Bo", language="zh-hans")
    await floor.waits("安", region="PT")

    await floor.settle()

    (row,) = await floor.rows(account="staff")
    assert "地域：葡萄牙" in row.content.text
    assert row.content.buttons[0][0].label == "开始接待"


async def test_nobody_has_more_cards_than_free_seats_and_they_are_for_the_oldest(
    floor: Floor,
) -> None:
    bo = await floor.agent("Bo", capacity=3)
    await floor.serves(bo, "Old")
    numbers = []
    for name in "WXYZ":
        floor.later(minutes=1)
        numbers.append(await floor.waits(name))

    await floor.settle()

    assert await floor.lying(bo) == numbers[:2]


async def test_the_same_card_is_never_dealt_twice(floor: Floor) -> None:
    await floor.agent("Bo")
    await floor.waits()

    assert await floor.settle() == 1
    assert await floor.settle() == 0
    assert len(await floor.rows(account="staff")) == 1


async def test_settling_in_two_places_at_once_deals_each_card_once(floor: Floor) -> None:
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    for name in "XYZ":
        await floor.waits(name)

    done = await asyncio.gather(*(floor.settle() for _ in range(4)))

    assert sum(done) == 6
    assert len(await floor.rows(account="staff")) == 6
    assert await floor.lying(bo) == await floor.lying(cy)


async def test_an_agent_who_comes_online_is_offered_those_who_wait(floor: Floor) -> None:
    bo = await floor.agent("Bo", presence=Presence.OFFLINE)
    ann = await floor.waits()
    await floor.settle()
    assert await floor.lying(bo) == []

    await floor.says(set_presence, bo, Presence.ONLINE)
    await floor.settle()

    assert await floor.lying(bo) == [ann]


async def test_cards_of_an_agent_who_leaves_are_taken_back(floor: Floor) -> None:
    """Seen cards lose their button; a card that nobody has seen never goes out."""
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    await floor.waits()
    await floor.settle()
    await floor.delivered()
    dee = await floor.waits("Dee")
    await floor.settle()
    unseen = [r.key for r in await floor.rows(chat=bo.chat, conversation_id=dee)]

    await floor.says(set_presence, bo, Presence.BREAK)
    await floor.settle()

    assert await floor.lying(bo) == []
    assert len(await floor.lying(cy)) == 2
    rows = await floor.rows(chat=bo.chat)
    assert [r.words for r in rows if r.edits_key] == ["Ann · #1: no longer offered to you"]
    assert all(not r.presses for r in rows if r.edits_key)
    assert [r.state for r in rows if r.key in unseen] == ["cancelled"]


@pytest.mark.requirement("QUE-05")
async def test_an_agent_of_two_groups_works_in_both(floor: Floor) -> None:
    """One person gets the customers of all their groups, and their seats are shared by them."""
    bo = await floor.agent("Bo", groups=(floor.sales, floor.repairs), capacity=2)
    first = await floor.waits("Ann", group=floor.repairs)
    floor.later(minutes=1)
    second = await floor.waits("Dee", group=floor.sales)
    floor.later(minutes=1)
    third = await floor.waits("Eve", group=floor.repairs)

    await floor.settle(groups=(floor.sales,))
    assert await floor.lying(bo) == [first, second]

    for number in (first, second):
        await floor.says(take, bo, number)
    assert await floor.held(bo) == [first, second]
    with pytest.raises(Conflict):
        await floor.says(take, await floor.agent("Al", capacity=1), first)
    await floor.settle()
    assert await floor.lying(bo) == []
    assert (await floor.talk(third)).state is State.WAITING


async def test_auto_gives_the_oldest_to_the_least_busy(floor: Floor) -> None:
    """Fewest conversations first, then the longest idle; the seat is taken, the agent told."""
    bo, cy = await floor.agent("Bo"), await floor.agent("Cy")
    await floor.serves(bo, "Old")
    ann = await floor.waits("Ann", said=("hello", "anyone?"))
    floor.later(minutes=1)

    await floor.settle("auto")

    talk = await floor.talk(ann)
    assert (talk.state, talk.agent_id, talk.serving_since) == (State.SERVING, cy.id, floor.now)
    (card,) = await floor.rows(account="staff")
    assert (card.chat, card.conversation_id) == (cy.chat, ann)
    assert card.presses == [f"end:{ann}", f"transfer:{ann}", f"info:{ann}"]
    assert "Ann: anyone?" in card.content.text
    assert (await floor.member(cy)).front_conversation_id == ann
    assert (await floor.member(cy)).idle_since == floor.now


async def test_auto_leaves_in_front_what_the_agent_is_writing_to(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    old = await floor.serves(bo, "Old")
    await floor.do(lambda uow: uow.staffing.change(bo.id, front_conversation_id=old))
    new = await floor.waits("New")

    await floor.settle("auto")

    assert await floor.held(bo) == [old, new]
    assert (await floor.member(bo)).front_conversation_id == old


async def test_auto_never_goes_above_capacity_however_many_processes_deal(floor: Floor) -> None:
    agents = [await floor.agent(name, capacity=2) for name in ("Bo", "Cy")]
    numbers = []
    for name in "UVWXYZ":
        numbers.append(await floor.waits(name))
        floor.later(seconds=1)

    await asyncio.gather(*(floor.settle("auto") for _ in range(3)))

    held = [await floor.held(agent) for agent in agents]
    assert [len(h) for h in held] == [2, 2]
    assert sorted(number for h in held for number in h) == numbers[:4]
    assert len(await floor.rows(account="staff")) == 4


async def test_auto_tells_the_customer_once_and_writes_the_line(floor: Floor) -> None:
    await floor.agent("Bo")
    ann = await floor.waits("Ann")

    await floor.settle("auto")
    await floor.settle("auto")

    (told,) = await floor.rows(account="shop")
    out = [x for x in await floor.transcript(ann) if x.direction is Direction.OUT]
    assert [(x.external_id, x.author) for x in out] == [(told.key, Author.ROBOT)]
    assert await floor.system_lines(ann) == ["20:00 Bo starts service"]
    assigned, moved = await floor.events(ann)
    assert (assigned.kind, assigned.data) == ("assigned", {"agent": 1, "why": "fewest"})
    assert (moved.kind, moved.staff_id) == ("state", None)


async def test_a_card_for_somebody_who_waits_no_longer_is_taken_back(floor: Floor) -> None:
    bo = await floor.agent("Bo")
    ann = await floor.waits("Ann")
    await floor.settle()
    await floor.delivered()
    talk = await floor.talk(ann)
    talk.state = State.ENDED
    await floor.do(lambda uow: uow.conversations.update([talk]))

    await floor.settle()

    assert await floor.lying(bo) == []
    assert (await floor.rows(chat=bo.chat))[-1].edits_key is not None


async def test_more_than_one_transaction_should_do_is_left_for_the_next(floor: Floor) -> None:
    """The bell rings again, and nobody is forgotten."""
    bells: set[str] = set()
    floor.database.on_commit = bells.update
    for number in range(26):
        await floor.agent(f"A{number}")
    for number in range(5):
        await floor.waits(f"C{number}")

    assert await floor.settle() == 100
    assert "line" in bells
    assert await floor.settle() == 30
    assert await floor.settle() == 0


async def test_a_mode_that_does_not_exist_is_refused(floor: Floor) -> None:
    with pytest.raises(ValueError, match="sometimes"):
        await floor.settle("sometimes")
