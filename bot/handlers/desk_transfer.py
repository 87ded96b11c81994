"""What happens when an agent hands a conversation on, or gives its customer to a colleague."""

from dataclasses import dataclass
from datetime import datetime

from bot import access
from bot.access import Permission
from bot.dialog.lines import offers
from bot.dialog.requests import GO, OWN
from bot.dialog.spoken import seen
from bot.moving import into_line, seat_free, to_member, write_down
from bot.moving import to_bot as back_to_bot
from bot.telling import Party, Telling, Voice, parties
from core.errors import BadRequestText, Conflict, NotFound
from core.messages import Button, text
from core.policy import CrossGroup
from core.states import Presence, State
from storage.repos.allocations import BY_TRANSFER, Allocated
from storage.repos.conversations import Talk
from storage.repos.handoffs import AGENT, ASK, ASK_CARD, GROUP, OWNER, Handed
from storage.repos.outbox import NOTICE
from storage.repos.staffing import ServiceGroup, StaffMember
from storage.uow import UnitOfWork

LONGEST_REMARK = 500
"""Characters that a remark may have: it stands on a card with the last messages."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the same group. Only who is online and has a seat free can be chosen."""

    staff_id: int
    name: str
    presence: Presence
    free: int

    @property
    def can_take(self) -> bool:
        """Say whether a conversation may be handed to them."""
        return self.presence is Presence.ONLINE and self.free > 0


@dataclass(frozen=True, slots=True)
class Choices:
    """Where a conversation may go: colleagues by name, groups by number."""

    conversation_id: int
    name: str
    colleagues: tuple[Colleague, ...]
    groups: tuple[ServiceGroup, ...]


@dataclass(frozen=True, slots=True)
class Everybody:
    """To whom a customer may be given for good, or whose card they may be sent, by name.

    Args:
        conversation_id: Number of the conversation.
        name: What the customer is called.
        people: All our people but the actor.
        owner_id: Whose the customer is; ``None`` for nobody.
    """

    conversation_id: int
    name: str
    people: tuple[StaffMember, ...]
    owner_id: int | None


@dataclass(frozen=True, slots=True)
class HandedOn:
    """What was done about a conversation.

    Args:
        conversation_id: Number of the conversation.
        name: What the customer is called.
        to: A colleague's or a group's name; empty for the bot.
        kind: What was done; see ``storage.repos.handoffs``.
        handoff_id: Number in the record of hand-overs.
    """

    conversation_id: int
    name: str
    to: str
    kind: str
    handoff_id: int


async def choices(uow: UnitOfWork, actor: StaffMember, conversation_id: int | None) -> Choices:
    """Return where *actor* may hand a conversation on to (requirements QUE-20, QUE-21).

    Args:
        uow: An open unit of work.
        actor: Who serves it.
        conversation_id: Which one; ``None`` for the one in front.

    Raises:
        NotAllowed: They may not serve customers.
        NotFound: There is no such conversation, or none is in front.
        Conflict: They do not serve it.
    """
    access.require(actor.role, Permission.SERVE)
    me, party = await _look(uow, actor, conversation_id)
    talk = party.talk
    groups_of = await uow.staffing.memberships()
    serving = await uow.staffing.serving_counts()
    colleagues = (
        Colleague(m.id, m.name, m.presence, max(0, m.capacity - serving.get(m.id, 0)))
        for m in await uow.staffing.all()
        if m.id != me.id and _same_group(talk, groups_of.get(m.id, []))
    )
    groups = (g for g in await uow.staffing.groups() if g.id != talk.group_id)
    return Choices(
        talk.id,
        party.person.name,
        tuple(sorted(colleagues, key=lambda c: (not c.can_take, c.name, c.staff_id))),
        tuple(groups),
    )


async def everybody(uow: UnitOfWork, actor: StaffMember, conversation_id: int | None) -> Everybody:
    """Return to whom *actor* may give the customer for good (requirements QUE-45, QUE-46).

    Raises:
        NotAllowed: They may not serve customers.
        NotFound: There is no such conversation, or none is in front.
        Conflict: They do not serve it.
    """
    access.require(actor.role, Permission.SERVE)
    me, party = await _look(uow, actor, conversation_id)
    customer = party.person.customer_id
    people = [m for m in await uow.staffing.all() if m.id != me.id]
    return Everybody(
        party.talk.id,
        party.person.name,
        tuple(sorted(people, key=lambda m: (m.name, m.id))),
        (await uow.allocations.owners([customer])).get(customer),
    )


async def to_agent(
    uow: UnitOfWork,
    actor: StaffMember,
    conversation_id: int | None,
    colleague_id: int,
    *,
    voice: Voice,
    now: datetime,
    note: str = "",
) -> HandedOn:
    """Hand a conversation to a colleague of the same group, who serves it at once.

    *conversation_id* ``None`` stands for the one in front; *note* is for the colleague's eyes.

    Raises:
        NotAllowed: They may not serve customers.
        NotFound: There is no such conversation or colleague, or none is in front.
        Conflict: They do not serve it, or the colleague cannot take it.
        BadRequestText: The note is too long.
    """
    access.require(actor.role, Permission.SERVE)
    note = _checked(note)
    people = await uow.staffing.lock([actor.id, colleague_id])
    colleague = people.get(colleague_id)
    me, party = await _locked(uow, people[actor.id], conversation_id)
    groups_of = await uow.staffing.memberships()
    if (
        colleague is None
        or not colleague.active
        or colleague.id == me.id
        or not _same_group(party.talk, groups_of.get(colleague.id, []))
    ):
        raise NotFound("desk.no_such_colleague")
    if colleague.presence is not Presence.ONLINE:
        raise Conflict("desk.colleague_off_duty", agent=colleague.name)
    tell = Telling(uow, voice, now)
    if not seat_free(colleague, await uow.conversations.of_agent(colleague.id), party, tell):
        raise Conflict("desk.colleague_full", agent=colleague.name)
    handed = await to_member(uow, tell, party, colleague, kind=AGENT, by=me, remark=note)
    await tell.remember()
    return _done(party, colleague.name, handed)


async def to_group(
    uow: UnitOfWork,
    actor: StaffMember,
    conversation_id: int | None,
    group_id: int,
    *,
    voice: Voice,
    now: datetime,
    note: str = "",
) -> HandedOn:
    """Hand a conversation to another group (requirement QUE-21).

    By the policy ``cross_group`` it joins that group's line, where it counts as long as it has
    waited, or the customer is sent a button that leads there; until they press it the agent goes
    on serving.

    *conversation_id* ``None`` stands for the one in front; *note* is for whoever takes it.

    Raises:
        NotAllowed: They may not serve customers.
        NotFound: There is no such conversation or group, or none is in front.
        Conflict: They do not serve it, it is in that group, or the customer has the button.
    """
    access.require(actor.role, Permission.SERVE)
    note = _checked(note)
    me = (await uow.staffing.lock([actor.id]))[actor.id]
    me, party = await _locked(uow, me, conversation_id)
    talk = party.talk
    group = next((g for g in await uow.staffing.groups() if g.id == group_id), None)
    if group is None:
        raise NotFound("desk.no_such_group")
    if group.id == talk.group_id:
        raise Conflict("desk.same_group", group=group.name)
    tell = Telling(uow, voice, now)
    if voice.policy(party).cross_group is CrossGroup.DIRECT:
        handed = await into_line(uow, tell, party, group, kind=GROUP, by=me, remark=note)
    else:
        if await uow.handoffs.open_offer(talk.id, group.id) is not None:
            raise Conflict("transfer.asked_already", to=group.name)
        say = voice.texts_for(party.person.language)
        data = f"{GO}{group.id}:{talk.id}"
        button = Button(say("customer.button.go_to", group=group.shown_name), data)
        words = say("customer.go_to", agent=me.name, group=group.shown_name)
        handed = _offer(me, party, ASK, note, to_group=group.id)
        handed = await _send(uow, tell, party, handed, (words, button), me.name, group.name)
    await tell.remember()
    return _done(party, group.name, handed)


async def send_card(
    uow: UnitOfWork,
    actor: StaffMember,
    conversation_id: int | None,
    person_id: int,
    *,
    voice: Voice,
    now: datetime,
    note: str = "",
) -> HandedOn:
    """Send the customer the card of one of our people (升级服务, requirement QUE-46).

    When they press it they belong to that person, who serves them from then on.

    *conversation_id* ``None`` stands for the one in front; *note* is for that person's eyes.

    Raises:
        NotAllowed: They may not serve customers.
        NotFound: There is no such conversation or person, or none is in front.
        Conflict: They do not serve it, or the customer has that card.
    """
    access.require(actor.role, Permission.SERVE)
    note = _checked(note)
    me = (await uow.staffing.lock([actor.id]))[actor.id]
    me, party = await _locked(uow, me, conversation_id)
    person = await _person(uow, me, person_id)
    talk = party.talk
    if await uow.handoffs.open_card(talk.id, person.id) is not None:
        raise Conflict("transfer.asked_already", to=person.name)
    say = voice.texts_for(party.person.language)
    button = Button(
        say("customer.button.talk_to", agent=person.name), f"{OWN}{person.id}:{talk.id}"
    )
    words = say("customer.card", agent=me.name, person=person.name)
    tell = Telling(uow, voice, now)
    handed = _offer(me, party, ASK_CARD, note, to_agent=person.id)
    handed = await _send(uow, tell, party, handed, (words, button), me.name, person.name)
    await tell.remember()
    return _done(party, person.name, handed)


async def give(
    uow: UnitOfWork,
    actor: StaffMember,
    conversation_id: int | None,
    person_id: int,
    *,
    voice: Voice,
    now: datetime,
    note: str = "",
) -> HandedOn:
    """Let the customer belong to a colleague for good (转接, requirement QUE-45).

    It is no allocation that counts for the colleague's daily limit. The open conversation stays
    where it is; notes and everything else that is known stay with the customer (CRM-39).

    *conversation_id* ``None`` stands for the one in front; *note* is for the colleague's eyes.

    Raises:
        NotAllowed: They may not serve customers.
        NotFound: There is no such conversation or person, or none is in front.
        Conflict: They do not serve it, or the customer is that person's already.
    """
    access.require(actor.role, Permission.SERVE)
    note = _checked(note)
    me = (await uow.staffing.lock([actor.id]))[actor.id]
    me, party = await _locked(uow, me, conversation_id)
    person = await _person(uow, me, person_id)
    talk, customer = party.talk, party.person.customer_id
    owner = (await uow.allocations.owners([customer])).get(customer)
    if owner == person.id:
        raise Conflict("transfer.theirs_already", agent=person.name)
    await uow.allocations.allocate([Allocated(customer, person.id, BY_TRANSFER, by_id=me.id)], now)
    tell = Telling(uow, voice, now)
    handed = Handed(
        *(talk.id, customer, OWNER, me.id, owner, person.id),
        *(talk.group_id, talk.group_id, note),
    )
    handed = await write_down(uow, tell, talk, handed)
    if voice.policies.desk.notify_allocated:
        theirs = voice.texts_for(person.language)
        name = seen(party.person.name, voice.mask, theirs)
        words = theirs("transfer.given_to_you", name=name, by=me.name)
        # About no conversation: what they answer to it must not go to a customer of another's.
        tell.staff(person, text(f"{words}\n{note}".strip()), NOTICE, None)
    await tell.remember()
    return _done(party, person.name, handed)


async def to_bot(
    uow: UnitOfWork,
    actor: StaffMember,
    conversation_id: int | None,
    *,
    voice: Voice,
    now: datetime,
    note: str = "",
) -> HandedOn:
    """Give a conversation back to the bot; the customer may ask for a person again at any time.

    *conversation_id* ``None`` stands for the one in front; *note* is for the record.

    Raises:
        NotAllowed: They may not serve customers.
        NotFound: There is no such conversation, or none is in front.
        Conflict: They do not serve it.
    """
    access.require(actor.role, Permission.SERVE)
    note = _checked(note)
    me = (await uow.staffing.lock([actor.id]))[actor.id]
    me, party = await _locked(uow, me, conversation_id)
    tell = Telling(uow, voice, now)
    handed = await back_to_bot(uow, tell, party, by=me, remark=note)
    await tell.remember()
    return _done(party, "", handed)


def _done(party: Party, to: str, handed: Handed) -> HandedOn:
    return HandedOn(party.talk.id, party.person.name, to, handed.kind, handed.id)


async def _send(
    uow: UnitOfWork,
    tell: Telling,
    party: Party,
    handed: Handed,
    said: tuple[str, Button],
    giver: str,
    to: str,
) -> Handed:
    """Send the customer a button; nothing moves until they press it."""
    words, button = said
    own = tell.voice.texts_for(None)
    tell.line(party.talk, offers(giver, to, handed.remark, tell.now, tell.voice.zone, own))
    tell.customer(party, text(words, (button,)))
    return await write_down(uow, tell, party.talk, handed)


def _offer(
    me: StaffMember,
    party: Party,
    kind: str,
    note: str,
    *,
    to_agent: int | None = None,
    to_group: int | None = None,
) -> Handed:
    talk = party.talk
    return Handed(
        *(talk.id, party.person.customer_id, kind, me.id, me.id, to_agent),
        *(talk.group_id, to_group, note),
    )


def _checked(note: str) -> str:
    note = note.strip()
    if len(note) > LONGEST_REMARK:
        raise BadRequestText("transfer.remark_too_long", limit=LONGEST_REMARK)
    return note


async def _person(uow: UnitOfWork, me: StaffMember, person_id: int) -> StaffMember:
    person = (await uow.staffing.by_ids([person_id])).get(person_id)
    if person is None or not person.active or person.id == me.id:
        raise NotFound("transfer.no_such_person")
    return person


async def _look(
    uow: UnitOfWork, actor: StaffMember, conversation_id: int | None
) -> tuple[StaffMember, Party]:
    # The actor was loaded before this unit of work began.
    me = (await uow.staffing.by_ids([actor.id]))[actor.id]
    number = _number(me, conversation_id)
    talk = _own(me, number, (await uow.conversations.by_ids([number])).get(number))
    return me, (await parties(uow, [talk]))[number]


async def _locked(
    uow: UnitOfWork, me: StaffMember, conversation_id: int | None
) -> tuple[StaffMember, Party]:
    number = _number(me, conversation_id)
    talk = _own(me, number, (await uow.conversations.lock([number])).get(number))
    return me, (await parties(uow, [talk]))[number]


def _number(me: StaffMember, conversation_id: int | None) -> int:
    number = me.front_conversation_id if conversation_id is None else conversation_id
    if number is None:
        raise NotFound("desk.none_in_front")
    return number


def _own(me: StaffMember, number: int, talk: Talk | None) -> Talk:
    if talk is None:
        raise NotFound("desk.no_such_conversation", number=number)
    if talk.state is not State.SERVING or talk.agent_id != me.id:
        raise Conflict("desk.not_yours", number=number)
    return talk


def _same_group(talk: Talk, groups: list[int]) -> bool:
    return talk.group_id is None or talk.group_id in groups
