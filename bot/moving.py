"""Moves conversations between people, groups and the bot, and writes each hand-over down.

What agents do by hand, and what customers do by pressing a button that an agent sent them, lead to
the same moves. The caller holds the conversation locked, and before it whoever is to serve it.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.bell import LINE
from bot.dialog import card
from bot.dialog.lines import goes_to, hands_on
from bot.dialog.machine import Move
from bot.dialog.requests import HUMAN
from bot.dialog.spoken import seen
from bot.handover import begin_service, withdraw
from bot.queue.rearming import joined_line
from bot.telling import Party, Telling
from bot.timing import disarm, rearm
from core.messages import Button, text
from core.states import Presence, State
from storage.repos.allocations import BY_CARD, Allocated
from storage.repos.conversations import Talk
from storage.repos.handoffs import BOT, CARD, GROUP, OWNER, Handed
from storage.repos.outbox import NOTICE
from storage.repos.staffing import ServiceGroup, StaffMember
from storage.uow import UnitOfWork


def seat_free(member: StaffMember, held: Sequence[Talk], party: Party, tell: Telling) -> bool:
    """Say whether *member*, who is locked and holds *held*, may serve one more like *party*.

    Their own limit counts, and those of the account and of the group (requirement QUE-25).
    """
    talk = party.talk
    of_account, of_group = tell.voice.policies.limits(party.account, talk.group_id)
    same_account = sum(t.account_id == talk.account_id for t in held)
    same_group = sum(t.group_id == talk.group_id for t in held)
    return (
        len(held) < member.capacity
        and (not of_account or same_account < of_account)
        and (not of_group or same_group < of_group)
    )


async def to_member(
    uow: UnitOfWork,
    tell: Telling,
    party: Party,
    member: StaffMember,
    *,
    kind: str,
    by: StaffMember | None,
    remark: str = "",
) -> Handed:
    """Let *member*, who has a seat free, serve a conversation at once.

    Args:
        uow: The unit of work.
        tell: What is told; the caller writes it down.
        party: The conversation.
        member: Who serves it from now on; locked.
        kind: How it came to them; see ``storage.repos.handoffs``.
        by: Who hands it over, ``None`` for the customer. Locked where they served it.
        remark: For *member*'s eyes.
    """
    talk, was = party.talk, party.talk.state
    handed = _from(party, kind, by, remark, to_agent=member.id, to_group=talk.group_id)
    held = {t.id for t in await uow.conversations.of_agent(member.id)}
    talk.state, talk.agent_id, talk.serving_since = State.SERVING, member.id, tell.now
    talk.waits_as, talk.timed_out_at, talk.snoozed = "", None, False
    await uow.conversations.update([talk])
    if by is not None:
        await clear_front(uow, by, talk.id)
        own = tell.voice.texts_for(None)
        tell.line(talk, hands_on(by.name, member.name, remark, tell.now, tell.voice.zone, own))
    await _leaves(uow, tell, party, handed, member.name)
    news: dict[str, object] = {"idle_since": tell.now}
    if member.front_conversation_id not in held:
        news["front_conversation_id"] = talk.id
    await uow.staffing.change(member.id, **news)
    if was in (State.NEW, State.BOT):
        was = asked_for_person(tell, talk, was, by)
    # Written before the service begins: the new agent's card tells of it.
    handed = await write_down(uow, tell, talk, handed)
    await begin_service(
        uow,
        tell,
        [(party, member)],
        came_from=was,
        move=Move.TAKE,
        by=by.id if by is not None else None,
    )
    uow.ring(LINE)
    return handed


async def into_line(
    uow: UnitOfWork,
    tell: Telling,
    party: Party,
    group: ServiceGroup,
    *,
    kind: str,
    by: StaffMember | None,
    remark: str = "",
) -> Handed:
    """Put a conversation into a group's line, where it counts as long as it has waited.

    Args:
        uow: The unit of work.
        tell: What is told; the caller writes it down.
        party: The conversation, in any state but ``ENDED``.
        group: Whose line.
        kind: How it came there; see ``storage.repos.handoffs``.
        by: Who hands it over, ``None`` for the customer. Locked where they served it.
        remark: For whoever takes it.
    """
    talk, was = party.talk, party.talk.state
    handed = _from(party, kind, by, remark, to_group=group.id)
    if was is State.WAITING:
        await _off_the_tables(uow, tell, party)
    talk.state, talk.group_id, talk.waits_as = State.WAITING, group.id, ""
    talk.agent_id = talk.serving_since = talk.timed_out_at = None
    talk.snoozed = False
    if was in (State.NEW, State.BOT) or talk.waiting_since is None:
        talk.waiting_since = tell.now
    # Otherwise it keeps the moment at which the customer began to wait, and so stands in front.
    policy = tell.voice.policy(party)
    talk.rank = -policy.priority
    await uow.conversations.update([talk])
    own, zone = tell.voice.texts_for(None), tell.voice.zone
    if by is not None:
        await clear_front(uow, by, talk.id)
        tell.line(talk, hands_on(by.name, group.name, remark, tell.now, zone, own))
    else:
        tell.line(talk, goes_to(party.person.name, group.name, tell.now, zone, own))
    await _leaves(uow, tell, party, handed, group.name)
    say = tell.voice.texts_for(party.person.language)
    place = (await uow.line.places([talk.id]))[talk.id]
    tell.customer(party, text(say("customer.transferred", group=group.shown_name, place=place)))
    handed = await write_down(uow, tell, talk, handed)
    move = Move.RETURN_TO_LINE if was is State.SERVING else Move.ASK_HUMAN
    data = {
        "from": was.name,
        "to": State.WAITING.name,
        "move": move.value,
        "from_group": handed.from_group_id,
        "to_group": group.id,
        **({"note": remark} if remark else {}),
    }
    tell.event(talk, "state", by.id if by is not None else None, data)
    await rearm(uow, [(talk, joined_line(policy, None))], tell.now)
    uow.ring(LINE)
    return handed


async def to_bot(
    uow: UnitOfWork, tell: Telling, party: Party, *, by: StaffMember, remark: str = ""
) -> Handed:
    """Give a conversation back to the bot; the customer is told who answers now.

    Args:
        uow: The unit of work.
        tell: What is told; the caller writes it down.
        party: The conversation, which *by* serves.
        by: Who gives it back; locked.
        remark: For the record.
    """
    talk, own = party.talk, tell.voice.texts_for(None)
    handed = _from(party, BOT, by, remark, to_group=talk.group_id)
    talk.state, talk.agent_id = State.BOT, None
    talk.serving_since = talk.timed_out_at = None
    talk.snoozed = talk.hinted = False
    await uow.conversations.update([talk])
    await disarm(uow, [talk])
    await clear_front(uow, by, talk.id)
    robot = own("robot.name")
    tell.line(talk, hands_on(by.name, robot, remark, tell.now, tell.voice.zone, own))
    say = tell.voice.texts_for(party.person.language)
    human = (Button(say("customer.button.human"), HUMAN),)
    tell.customer(party, text(say("customer.back_to_bot"), human))
    handed = await write_down(uow, tell, talk, handed)
    data = {
        "from": State.SERVING.name,
        "to": State.BOT.name,
        "move": Move.RETURN_TO_BOT.value,
        **({"note": remark} if remark else {}),
    }
    tell.event(talk, "state", by.id, data)
    uow.ring(LINE)
    return handed


async def pressed_group(
    uow: UnitOfWork, tell: Telling, party: Party, group_id: int, conversation_id: int
) -> bool:
    """A customer pressed the button into a group; say whether they are in its line now.

    They are where the button is still good: it was sent in this conversation, and neither taken
    back nor overtaken by another hand-over (requirement QUE-21). Otherwise they are told.

    Args:
        uow: The unit of work.
        tell: What is told; the caller writes it down.
        party: The customer's open conversation.
        group_id: The button's group; a press may carry anything.
        conversation_id: The button's conversation.
    """
    offer = None
    if conversation_id == party.talk.id:
        offer = await uow.handoffs.open_offer(party.talk.id, group_id)
    groups = {g.id: g for g in await uow.staffing.groups()}
    if offer is None or group_id not in groups:
        _too_late(tell, party)
        return False
    await into_line(uow, tell, party, groups[group_id], kind=GROUP, by=None, remark=offer.remark)
    return True


async def pressed_person(
    uow: UnitOfWork, tell: Telling, party: Party, person: StaffMember | None, conversation_id: int
) -> bool:
    """A customer pressed the card of one of our people; say whether they are theirs now.

    From now on the customer belongs to that person (requirement QUE-46), who serves this
    conversation too: at once where they are online with a seat free. Otherwise whoever serves it
    goes on, and one that nobody serves joins the line of a group of theirs.

    Args:
        uow: The unit of work.
        tell: What is told; the caller writes it down.
        party: The customer's open conversation.
        person: Whom the button names, locked before the conversation; ``None``: nobody of ours.
        conversation_id: The button's conversation.
    """
    talk = party.talk
    offer = None
    if conversation_id == talk.id and person is not None:
        offer = await uow.handoffs.open_card(talk.id, person.id)
    if person is None or offer is None or not person.active:
        _too_late(tell, party)
        return False
    customer = party.person.customer_id
    await uow.allocations.allocate(
        [Allocated(customer, person.id, BY_CARD, by_id=offer.by_id)], tell.now
    )
    if talk.state is State.SERVING and talk.agent_id == person.id:
        return True
    held = await uow.conversations.of_agent(person.id)
    if person.presence is Presence.ONLINE and seat_free(person, held, party, tell):
        await to_member(uow, tell, party, person, kind=CARD, by=None, remark=offer.remark)
        return True
    if tell.voice.policies.desk.notify_allocated:
        theirs = tell.voice.texts_for(person.language)
        name = seen(party.person.name, tell.voice.mask, theirs)
        # About no conversation: what they answer to it must not go to a customer of another's.
        tell.staff(person, text(theirs("transfer.chose_you", name=name)), NOTICE, None)
    say = tell.voice.texts_for(party.person.language)
    if talk.state is State.SERVING:
        tell.customer(party, text(say("customer.yours_later", agent=person.name)))
        given = _from(party, OWNER, None, offer.remark, to_agent=person.id, to_group=talk.group_id)
        await write_down(uow, tell, talk, given)
        return True
    tell.customer(party, text(say("customer.yours_busy", agent=person.name)))
    mine = (await uow.staffing.memberships()).get(person.id, [])
    groups = await uow.staffing.groups()
    wanted = talk.group_id if talk.group_id in mine or not mine else mine[0]
    group = next((g for g in groups if g.id == wanted), groups[0])
    await into_line(uow, tell, party, group, kind=CARD, by=None, remark=offer.remark)
    return True


def asked_for_person(tell: Telling, talk: Talk, was: State, by: StaffMember | None) -> State:
    """Record that a conversation leaves the bot; return where it stands then.

    Only who waits is given to somebody, be it for no time at all: see the table of moves.
    """
    data = {"from": was.name, "to": State.WAITING.name, "move": Move.ASK_HUMAN.value}
    tell.event(talk, "state", by.id if by is not None else None, data)
    return State.WAITING


async def clear_front(uow: UnitOfWork, me: StaffMember, conversation_id: int) -> None:
    """Let nothing be in front of *me*, who is locked, where it was this conversation."""
    if me.front_conversation_id == conversation_id:
        await uow.staffing.change(me.id, front_conversation_id=None)


def _from(
    party: Party,
    kind: str,
    by: StaffMember | None,
    remark: str,
    *,
    to_agent: int | None = None,
    to_group: int | None = None,
) -> Handed:
    talk = party.talk
    return Handed(
        talk.id,
        party.person.customer_id,
        kind,
        by.id if by is not None else None,
        talk.agent_id if talk.state is State.SERVING else None,
        to_agent,
        talk.group_id,
        to_group,
        remark,
    )


async def write_down(uow: UnitOfWork, tell: Telling, talk: Talk, handed: Handed) -> Handed:
    """Put a hand-over into its record and into what happened; return it as it is stored."""
    number = await uow.handoffs.add(handed, tell.now)
    facts = {
        "handoff": number,
        "how": handed.kind,
        "from_agent": handed.from_agent_id,
        "to_agent": handed.to_agent_id,
        "from_group": handed.from_group_id,
        "to_group": handed.to_group_id,
        "note": handed.remark or None,
    }
    known = {name: fact for name, fact in facts.items() if fact is not None}
    tell.event(talk, "handoff", handed.by_id, known)
    return replace(handed, id=number, at=tell.now)


async def _leaves(uow: UnitOfWork, tell: Telling, party: Party, handed: Handed, to: str) -> None:
    """Tell whoever served a conversation that it has gone, unless they did it themselves."""
    agent = handed.from_agent_id
    if agent is None or agent in (handed.by_id, handed.to_agent_id):
        return
    member = (await uow.staffing.by_ids([agent]))[agent]
    say = tell.voice.texts_for(member.language)
    name = seen(party.person.name, tell.voice.mask, say)
    words = say("transfer.customer_went", name=name, number=party.talk.id, to=to)
    tell.staff(member, text(words), NOTICE, party.talk.id)


async def _off_the_tables(uow: UnitOfWork, tell: Telling, party: Party) -> None:
    """Take back the cards that offer a conversation to people of the group that it leaves."""
    cards = await uow.line.collect([party.talk.id])
    people = await uow.staffing.by_ids(c.staff_id for c in cards)
    becomes = {
        (c.conversation_id, c.staff_id): card.withdrawn(
            party.person.name,
            c.conversation_id,
            tell.voice.texts_for(people[c.staff_id].language),
        )
        for c in cards
    }
    await withdraw(uow, tell, cards, becomes)
    await uow.line.forget_passes([party.talk.id])


def _too_late(tell: Telling, party: Party) -> None:
    say = tell.voice.texts_for(party.person.language)
    tell.customer(party, text(say("customer.offer_over")))
