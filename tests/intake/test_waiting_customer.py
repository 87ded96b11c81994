"""Customers who wait: their place and wait, call-backs, messages for later, other groups."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.handlers.desk_take import take_next
from bot.telling import Voice
from core.calendar import STANDARD_WEEK, Calendar
from core.messages import Content, InboundMessage, Kind
from core.playbook import GroupFace, Playbook, Prompt
from core.policy import Policies
from core.states import Direction, Presence, State
from core.timers import PLACE
from storage.engine import Database
from storage.repos.conversations import Talk
from storage.repos.handoffs import SWITCH
from storage.repos.staffing import StaffMember
from tests.handlers.floor import ZONE
from tests.people import ENGLISH, Shop, entry, said

CALL_BACK, MESSAGE = "c:back", "c:msg"


@pytest.fixture
async def shop(sqlite_url: str) -> AsyncIterator[Shop]:
    database = Database(sqlite_url)
    yield await Shop(database).open()
    await database.close()


def presses(data: str, by: str = "2001") -> InboundMessage:
    return said(data, by=by, kind=Kind.PRESS)


def buttons(content: Content) -> list[str]:
    return [button.data or "" for row in content.buttons for button in row]


async def talk_of(shop: Shop, by: str = "2001") -> Talk:
    async with shop.unit() as uow:
        (person,) = (await uow.people.find({(1, by)})).values()
        return (await uow.conversations.lock_open([person.id]))[person.id]


async def place_timers(shop: Shop, number: int) -> list[int | None]:
    """Return what the timer that looks at a place remembers; nothing where there is none."""
    async with shop.unit() as uow:
        timers = await uow.timers.of_conversation(number)
    return [(t.data or {}).get("told") for t in timers if t.kind == PLACE]


@dataclass
class History:
    """Conversations that were served before: ten minutes each."""

    shop: Shop

    async def past(self, ended: int, open_: int = 0) -> None:
        shop, now = self.shop, self.shop.now
        async with shop.unit() as uow:
            for number in range(ended + open_):
                key = (1, f"past{number}")
                person = (await uow.people.add({key: (said("x").sender, "p")}, now))[key]
                talk = (await uow.conversations.open([(1, person.id)], now))[person.id]
                talk.group_id, talk.agent_id = shop.group, shop.guard
                talk.state = State.SERVING if number >= ended else State.ENDED
                began = now if number >= ended else now - timedelta(minutes=10 + number)
                talk.serving_since = began
                talk.ended_at = None if number >= ended else began + timedelta(minutes=10)
                await uow.conversations.update([talk])
            await uow.commit()


async def owed(shop: Shop) -> dict[str, list[str]]:
    """Return what is owed through each account, and forget it."""
    async with shop.unit() as uow:
        rows = await uow.outbox.claim(500, shop.now, shop.now + timedelta(days=9))
        found: dict[str, list[str]] = {}
        while rows:
            for row in rows:
                found.setdefault(row.owed.account, []).append(row.owed.content.text)
            await uow.outbox.settle(dropped=[row.id for row in rows], now=shop.now)
            rows = await uow.outbox.claim(500, shop.now, shop.now + timedelta(days=9))
        await uow.commit()
    return found


async def takes(shop: Shop, agent: StaffMember) -> None:
    async with shop.unit() as uow:
        around = await shop.around()
        voice = Voice(around.texts, ZONE, around.new_key)
        await take_next(uow, agent, voice=voice, now=shop.now)
        await uow.commit()


# -- place and wait --------------------------------------------------------------------------------


async def test_who_joins_is_told_place_and_wait_and_is_looked_at_in_a_minute(shop: Shop) -> None:
    await History(shop).past(6, 2)

    await shop.hears(said("/human"), said("/human", by="2002"))

    first, second = await shop.owed_contents()
    # One place in two becomes free every ten minutes: 5 x 2/3 and 5 x 5/3 minutes.
    assert "number 1 in line; estimated wait: about 4 min" in first.text
    assert "number 2 in line; estimated wait: about 9 min" in second.text
    assert buttons(first) == [CALL_BACK, "c:end"]
    assert await place_timers(shop, (await talk_of(shop)).id) == [200]
    shop.now += timedelta(minutes=1)
    await shop.hears(said("/human", by="2002"))
    (again,) = await shop.owed_contents()
    assert "number 2 in line; estimated wait: about 9 min" in again.text


async def test_the_prompt_for_who_has_to_wait_holds_the_wait_and_the_buttons(shop: Shop) -> None:
    await History(shop).past(6, 2)
    shop.teach(prompts=[Prompt("queue", None, True, "You are #position#, #wait#.")])

    await shop.hears(said("/human"))

    (told,) = await shop.owed_contents()
    assert told.text == "You are 1, about 4 min."
    assert buttons(told) == [CALL_BACK, "c:end"]


async def test_nothing_is_said_of_the_wait_where_too_little_is_known(shop: Shop) -> None:
    await History(shop).past(4, 2)
    shop.teach(prompts=[Prompt("queue", None, True, "#wait#")])

    await shop.hears(said("/human"))
    assert await shop.owed() == ["not known yet"]

    await shop.hears(said("/human"))
    assert await shop.owed() == [ENGLISH("customer.position", place=1)]
    assert await place_timers(shop, (await talk_of(shop)).id) == [None]


async def test_the_wait_is_not_told_where_it_is_switched_off(shop: Shop) -> None:
    await History(shop).past(6, 2)
    shop.teach(policies=Policies({"": {"tell_wait": False}}))

    await shop.hears(said("/human"))

    assert await shop.owed() == [ENGLISH("customer.position", place=1)]
    assert await place_timers(shop, (await talk_of(shop)).id) == []


async def test_whose_group_has_priority_stands_in_front_and_is_told_so(shop: Shop) -> None:
    await shop.hears(said("/human", by="2008"), said("/human", by="2009"))
    await shop.owed()
    shop.teach(policies=Policies({"account:shop": {"priority": 3}}))

    await shop.hears(said("/human"))

    assert await shop.owed() == [ENGLISH("customer.position", place=1)]
    assert (await talk_of(shop)).rank == -3


# -- leaving, call-backs, messages -----------------------------------------------------------------


async def test_a_call_back_keeps_the_place_and_says_so_when_somebody_is_there(shop: Shop) -> None:
    agent = await shop.agent(presence=Presence.ONLINE.value, language="en")
    await shop.hears(said("/human"))
    await shop.owed()

    await shop.hears(presses(CALL_BACK))
    assert await shop.owed() == [ENGLISH("waiting.call_back")]
    talk = await talk_of(shop)
    assert (talk.state, talk.waits_as, talk.waiting_since) == (
        State.WAITING,
        "callback",
        shop.now,
    )
    assert await place_timers(shop, talk.id) == []

    await takes(shop, agent)

    told = await owed(shop)
    assert told["shop"] == [ENGLISH("waiting.callback_here", agent="Bo")]
    assert ENGLISH("card.call_back") in told["staff"][0]
    assert (await talk_of(shop)).waits_as == ""


async def test_who_asks_for_a_call_back_first_joins_the_line_with_it(shop: Shop) -> None:
    await shop.hears(said("hello"))
    await shop.owed()

    await shop.hears(presses(CALL_BACK))
    await shop.hears(presses(CALL_BACK))

    assert await shop.owed() == [ENGLISH("waiting.call_back")] * 2
    assert (await talk_of(shop)).state is State.WAITING
    await shop.hears(said("/human"))
    (told,) = await shop.owed_contents()
    assert told.text == ENGLISH("customer.position", place=1)
    assert (await talk_of(shop)).waits_as == ""
    assert await place_timers(shop, (await talk_of(shop)).id) == [None]


async def test_who_leaves_a_message_is_told_once_that_it_is_kept(shop: Shop) -> None:
    """And hears nothing from the robot, so that it does not answer for who comes next."""
    agent = await shop.agent(language="en")
    await shop.nobody_is_online()
    shop.teach(faq=[entry("多久发货", answer="48 小时内发货")])
    await shop.hears(said("/human"))
    nobody, place = await shop.owed_contents()
    assert nobody.text == ENGLISH("prompt.nobody.body")
    assert buttons(place) == [MESSAGE, CALL_BACK, "c:end"]

    await shop.hears(presses(MESSAGE))
    assert await shop.owed() == [ENGLISH("waiting.message")]
    await shop.hears(said("多久发货"))
    assert await shop.owed() == [ENGLISH("waiting.message_kept")]
    await shop.hears(said("order 17"), said("", content=Content(Kind.PHOTO, "look")))
    assert await shop.owed() == []

    shop.now += timedelta(hours=12)
    async with shop.unit() as uow:
        await uow.staffing.change(agent.id, presence=Presence.ONLINE.value)
        await uow.commit()
    await takes(shop, agent)
    told = await owed(shop)
    (card,) = told["staff"]
    assert ENGLISH("card.message_left") in card
    for words in ("多久发货", "order 17", "look"):
        assert words in card
    assert told["shop"] == [ENGLISH("customer.served_by", agent="Bo")]


async def test_outside_the_hours_a_message_can_be_left_at_once(shop: Shop) -> None:
    await shop.nobody_is_online()
    faces = (GroupFace(shop.group, "Front", "400-1"),)
    shop.teach(calendars={"": Calendar(week=STANDARD_WEEK)}, groups=faces)

    await shop.hears(said("hello"))  # a Sunday
    (closed, *_rest) = await shop.owed_contents()
    assert closed.text.endswith("\nBy phone: Front, 400-1")
    assert buttons(closed) == [MESSAGE]

    await shop.hears(presses(MESSAGE))
    assert await shop.owed() == [ENGLISH("waiting.message")]
    talk = await talk_of(shop)
    assert (talk.state, talk.waits_as) == (State.WAITING, "message")


async def test_who_is_served_is_served(shop: Shop) -> None:
    agent = await shop.agent(presence=Presence.ONLINE.value)
    await shop.hears(said("/human"))
    await takes(shop, agent)
    await shop.owed()

    for data in (CALL_BACK, MESSAGE, f"c:sw:{shop.group}"):
        await shop.hears(presses(data))

    assert await shop.owed() == [ENGLISH("customer.already_served", agent="Bo")] * 3
    assert (await talk_of(shop)).state is State.SERVING


async def test_the_line_is_left_by_a_button(shop: Shop) -> None:
    await shop.hears(said("/human"))
    number = (await talk_of(shop)).id

    await shop.hears(presses("c:end"))

    async with shop.unit() as uow:
        assert (await uow.conversations.by_ids([number]))[number].state is State.ENDED
        assert await uow.timers.of_conversation(number) == []


# -- other groups ----------------------------------------------------------------------------------


async def second_group(shop: Shop, *, shown: bool = True, phone: str | None = None) -> int:
    async with shop.unit() as uow:
        number = await uow.staffing.add_group("Repairs", "fix", phone, "test", shop.now)
        await uow.staffing.change_group(number, client_name="Workshop", client_shown=shown)
        playbook: Playbook = await uow.taught.playbook()
        await uow.commit()
    shop.teach(groups=playbook.groups)
    return number


@pytest.mark.requirement("QUE-03")
async def test_customers_get_a_button_into_each_group_that_is_shown(shop: Shop) -> None:
    """In the menu and with their place; with the name for customers; not into their own."""
    other = await second_group(shop)
    await shop.hears(said("/menu"))
    menu = (await shop.owed_contents())[-1]
    assert [b.label for row in menu.buttons for b in row][-1] == "Go to Workshop"
    assert buttons(menu)[-1] == f"c:sw:{other}"
    await shop.hears(said("/human"))
    (place,) = await shop.owed_contents()
    assert f"c:sw:{other}" in buttons(place)
    assert f"c:sw:{shop.group}" not in buttons(place)

    await shop.hears(said("/human", by="2002"))
    shop.teach(groups=(GroupFace(shop.group, "前台"), GroupFace(other, "Workshop")))
    await shop.owed()
    await shop.hears(said("/human", by="2002"), said("/menu", by="2002"))
    assert [b for c in await shop.owed_contents() for b in buttons(c) if "c:sw" in b] == []


@pytest.mark.requirement("QUE-03")
async def test_the_phone_number_of_the_group_is_shown_where_nobody_is_there(shop: Shop) -> None:
    other = await second_group(shop, phone="400-2")
    await shop.hears(presses(f"c:sw:{other}"))
    await shop.owed()

    await shop.hears(said("/human"))

    assert await shop.owed() == [
        ENGLISH("customer.position", place=1) + "\nBy phone: Workshop, 400-2"
    ]


@pytest.mark.requirement("QUE-22")
async def test_a_press_moves_who_waits_into_the_line_of_that_group(shop: Shop) -> None:
    other = await second_group(shop)
    await shop.hears(said("/human"))
    joined = await talk_of(shop)
    await shop.owed()
    shop.now += timedelta(minutes=3)

    await shop.hears(presses(f"c:sw:{other}"))

    talk = await talk_of(shop)
    assert (talk.id, talk.state, talk.group_id) == (joined.id, State.WAITING, other)
    assert await shop.owed() == [ENGLISH("customer.transferred", group="Workshop", place=1)]
    async with shop.unit() as uow:
        (handed,) = (await uow.handoffs.of_conversations([talk.id]))[talk.id]
        happened = [e.kind for e in await uow.conversations.events(talk.id)]
        lines, _ = await uow.messages.page(talk.id, offset=0, limit=50)
    assert (handed.kind, handed.by_id, handed.from_group_id, handed.to_group_id) == (
        SWITCH,
        None,
        shop.group,
        other,
    )
    assert "handoff" in happened
    assert any("Repairs" in x.content.text for x in lines if x.direction is Direction.SYSTEM)


@pytest.mark.requirement("QUE-22")
async def test_a_press_lets_who_talks_to_the_bot_ask_for_a_person_there(shop: Shop) -> None:
    other = await second_group(shop)
    await shop.hears(said("hello"))
    await shop.owed()

    await shop.hears(presses(f"c:sw:{other}"))

    talk = await talk_of(shop)
    assert (talk.state, talk.group_id, talk.waiting_since) == (State.WAITING, other, shop.now)


@pytest.mark.parametrize("data", ["c:sw:2", "c:sw:99", "c:go:2:1", "c:go:2:99", "c:own:1:1"])
async def test_nobody_gets_where_no_button_led(shop: Shop, data: str) -> None:
    """Into a group that is not shown, or that is not there; to a person who was not offered."""
    await second_group(shop, shown=False)
    await shop.hears(said("/human"))
    before = await talk_of(shop)
    await shop.owed()

    await shop.hears(presses(data))

    assert await shop.owed() == [ENGLISH("customer.offer_over")]
    assert await talk_of(shop) == before


# -- what it costs ---------------------------------------------------------------------------------


async def test_words_to_the_bot_cost_no_statement_more_and_waiting_costs_the_same_for_many(
    shop: Shop,
) -> None:
    asked: list[str] = []
    sync = shop.database.engine.sync_engine
    event.listen(sync, "before_cursor_execute", lambda *a: asked.append(a[2]))

    async def cost(by: Collection[str], words: str) -> int:
        asked.clear()
        await shop.hears(*(said(words, by=one) for one in by))
        return len(asked)

    everybody = [f"3{number:03}" for number in range(20)]
    await cost(everybody, "hello")
    await cost(everybody, "what?")  # they are told, once, how to reach a person
    plain = await cost(everybody, "more")
    shop.teach(
        policies=Policies({"": {"ask_rating": True}}),
        groups=(GroupFace(shop.group, "前台"), GroupFace(99, "x", "1", True)),
    )
    assert await cost(everybody, "and more") == plain
    assert not [a for a in asked if "ratings" in a or "handoffs" in a or "timers" in a]

    one = await cost(everybody[:1], "/human")
    assert await cost(everybody[1:], "/human") <= one + 2
