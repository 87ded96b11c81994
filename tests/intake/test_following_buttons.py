"""Customers press the buttons that an agent has sent them, through the door of all messages."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest

from bot.handlers.desk_transfer import send_card, to_bot, to_group
from bot.telling import Voice
from bot.wiring import new_key
from core.i18n.texts import spoken
from core.messages import Kind
from core.policy import Policies
from core.states import Presence, State
from storage.engine import Database
from storage.repos.categories import Topic
from storage.repos.conversations import Talk
from storage.repos.staffing import StaffMember
from tests.people import Shop, rule, said


@pytest.fixture
async def shop(sqlite_url: str) -> AsyncIterator[Shop]:
    database = Database(sqlite_url)
    yield await Shop(database).open()
    await database.close()


async def newest(shop: Shop) -> Talk:
    async with shop.unit() as uow:
        (person,) = (await uow.people.find({(1, "2001")})).values()
        return (await uow.conversations.lock_open([person.id]))[person.id]


async def served(shop: Shop, agent: StaffMember) -> Talk:
    """Let Ann be served by *agent*."""
    await shop.hears(said("/human"))
    talk = await newest(shop)
    async with shop.unit() as uow:
        assert await uow.seats.claim(talk.id, agent.id, shop.now)
        await uow.commit()
    await shop.owed()
    return talk


async def sends(shop: Shop, work: Any, agent: StaffMember, number: int, to: int) -> str:
    """Let *agent* send a button; return its data."""
    policies = Policies({"": {"cross_group": "ask"}})
    voice = Voice(lambda tag: spoken(tag, "en"), UTC, new_key, policies=policies)
    async with shop.unit() as uow:
        await work(uow, agent, number, to, voice=voice, now=shop.now)
        await uow.commit()
    (content,) = await shop.owed_contents()
    return content.buttons[0][0].data or ""


@pytest.mark.requirement("QUE-21")
async def test_a_press_leads_into_the_line_of_the_chosen_group(shop: Shop) -> None:
    bo = await shop.agent("Bo", presence=Presence.ONLINE.value)
    async with shop.unit() as uow:
        repairs = await uow.staffing.add_group("Repairs", "fix", None, "test", shop.now)
        await uow.commit()
    talk = await served(shop, bo)
    data = await sends(shop, to_group, bo, talk.id, repairs)

    await shop.hears(said("hello?"))
    assert (await newest(shop)).agent_id == bo.id
    await shop.hears(said(data, kind=Kind.PRESS))

    now = await newest(shop)
    assert (now.id, now.state, now.group_id) == (talk.id, State.WAITING, repairs)
    assert "You are being transferred to Repairs. You are number 1 in line." in await shop.owed()
    await shop.hears(said(data, kind=Kind.PRESS))
    assert (await newest(shop)) == replace(now)
    assert any("no longer valid" in words for words in await shop.owed())


@pytest.mark.requirement("QUE-46")
async def test_a_press_of_a_card_leads_to_that_person(shop: Shop) -> None:
    bo = await shop.agent("Bo", presence=Presence.ONLINE.value)
    cy = await shop.agent("Cy", "1003", presence=Presence.ONLINE.value)
    talk = await served(shop, bo)
    data = await sends(shop, send_card, bo, talk.id, cy.id)

    await shop.hears(said(data, kind=Kind.PRESS))

    now = await newest(shop)
    assert (now.id, now.state, now.agent_id) == (talk.id, State.SERVING, cy.id)
    assert "Cy is with you now. Just write here." in await shop.owed()
    async with shop.unit() as uow:
        person = (await uow.people.by_ids([now.identity_id]))[now.identity_id]
        owners = await uow.allocations.owners([person.customer_id])
    assert owners == {person.customer_id: cy.id}


@pytest.mark.requirement("QUE-47")
async def test_given_back_to_the_bot_a_customer_gets_answers_and_may_ask_again(
    shop: Shop,
) -> None:
    """They wait anew then, and are not in front of those who came meanwhile."""
    bo = await shop.agent("Bo", presence=Presence.ONLINE.value)
    shop.teach(rule("price"))
    talk = await served(shop, bo)
    voice = Voice(lambda tag: spoken(tag, "en"), UTC, new_key)
    async with shop.unit() as uow:
        await to_bot(uow, bo, talk.id, voice=voice, now=shop.now)
        await uow.commit()
    await shop.owed()

    await shop.hears(said("price"))
    assert await shop.owed() == ["100 块"]
    shop.now += timedelta(minutes=5)
    await shop.hears(said("人工"))

    now = await newest(shop)
    assert (now.id, now.state, now.waiting_since) == (talk.id, State.WAITING, shop.now)


@pytest.mark.requirement("QUE-18")
async def test_who_ends_it_themselves_is_not_held_up_by_categories(shop: Shop) -> None:
    bo = await shop.agent("Bo", presence=Presence.ONLINE.value)
    async with shop.unit() as uow:
        topic = await uow.categories.add(Topic(0, None, "Money"), shop.now)
        await uow.categories.assign(shop.group, [topic])
        await uow.commit()
    shop.teach(policies=Policies({"": {"ask_category": True}}))
    talk = await served(shop, bo)

    await shop.hears(said("/end"))

    async with shop.unit() as uow:
        assert (await uow.conversations.by_ids([talk.id]))[talk.id].state is State.ENDED


async def test_a_press_that_nobody_sent_moves_nobody(shop: Shop) -> None:
    bo = await shop.agent("Bo", presence=Presence.ONLINE.value)
    talk = await served(shop, bo)

    for data in (f"c:go:1:{talk.id}", f"c:own:{bo.id}:{talk.id}", f"c:own:999:{talk.id}"):
        await shop.hears(said(data, kind=Kind.PRESS))

    assert (await newest(shop)).agent_id == bo.id
