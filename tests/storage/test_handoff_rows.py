"""Hand-overs and categories as both databases keep them."""

from datetime import UTC, datetime, timedelta

from core.messages import Sender
from core.states import State
from storage.repos.categories import Topic
from storage.repos.handoffs import AGENT, ASK, ASK_CARD, Handed
from storage.uow import UnitOfWork

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


async def talk_of(uow: UnitOfWork) -> tuple[int, int]:
    """Return a conversation that has ended, and its customer."""
    await uow.accounts.keep({"shop": "telegram"}, NOON)
    account = (await uow.accounts.all())[0].id
    (person,) = (await uow.people.add({(account, "a"): (Sender("a", "Ann"), "a")}, NOON)).values()
    talk = (await uow.conversations.open([(account, person.id)], NOON))[person.id]
    talk.state, talk.ended_at = State.ENDED, NOON
    await uow.conversations.update([talk])
    return talk.id, person.customer_id


async def test_an_offer_is_open_until_it_is_taken_back_or_overtaken(uow: UnitOfWork) -> None:
    number, customer = await talk_of(uow)
    first = await uow.handoffs.add(Handed(number, customer, ASK, 1, to_group_id=5), NOON)
    await uow.handoffs.add(Handed(number, customer, ASK_CARD, 1, to_agent_id=7), NOON)

    assert (found := await uow.handoffs.open_offer(number, 5)) is not None
    assert (found.id, found.at) == (first, NOON)
    assert await uow.handoffs.open_offer(number, 6) is None
    assert await uow.handoffs.open_card(number, 7) is not None

    assert await uow.handoffs.undo(first, NOON)
    assert not await uow.handoffs.undo(first, NOON)
    assert await uow.handoffs.open_offer(number, 5) is None
    moved = await uow.handoffs.add(Handed(number, customer, AGENT, 1, 1, 2), NOON)
    assert await uow.handoffs.open_card(number, 7) is None
    await uow.handoffs.undo(moved, NOON)
    assert await uow.handoffs.open_card(number, 7) is not None

    rows, total = await uow.handoffs.of_customer(customer, 2, 1)
    assert ([row.kind for row in rows], total) == ([ASK_CARD, ASK], 3)
    identity = (await uow.conversations.by_ids([number]))[number].identity_id
    assert await uow.conversations.contacts([identity]) == {identity: (NOON, 1)}


async def test_categories_are_kept_assigned_and_counted(uow: UnitOfWork) -> None:
    number, _ = await talk_of(uow)
    group = await uow.staffing.add_group("Sales", "sales", None, "test", NOON)
    above = await uow.categories.add(Topic(0, None, "Delivery"), NOON)
    below = await uow.categories.add(Topic(0, above, "Late"), NOON)
    other = await uow.categories.add(Topic(0, None, "Money"), NOON)
    await uow.categories.assign(group, [above, other])
    await uow.categories.name(number, [below, other], "twice")
    await uow.categories.order([other, above])
    await uow.categories.delete([other], NOON)

    assert [topic.name for topic in await uow.categories.all()] == ["Delivery", "Late"]
    assert await uow.categories.assigned() == {group: {above}}
    assert await uow.categories.of_conversation(number) == ([below, other], "twice")
    assert (await uow.categories.named([other]))[other].name == "Money"
    assert await uow.categories.uses([below, other]) == 1
    day = NOON.date()
    counts = await uow.categories.counts(NOON, NOON + timedelta(seconds=1), UTC)
    assert counts == {(day, below): 1, (day, other): 1}
    await uow.categories.name(number, [below])
    assert await uow.categories.of_conversation(number) == ([below], "twice")
