"""What happens when an agent hands a conversation on to a colleague or to another group."""

from dataclasses import dataclass
from datetime import datetime

from bot import access
from bot.access import Permission
from bot.bell import LINE
from bot.dialog.lines import hands_on
from bot.dialog.machine import Move
from bot.handover import begin_service
from bot.telling import Telling, Voice, parties
from core.errors import Conflict, NotFound
from core.messages import text
from core.states import Presence, State
from storage.repos.conversations import Talk
from storage.repos.staffing import ServiceGroup, StaffMember
from storage.uow import UnitOfWork


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
class HandedOn:
    """A conversation that is somebody else's now; ``to`` is a colleague's or a group's name."""

    conversation_id: int
    name: str
    to: str


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
    me = (await uow.staffing.by_ids([actor.id]))[actor.id]
    number = _number(me, conversation_id)
    talk = _own(me, number, (await uow.conversations.by_ids([number])).get(number))
    party = (await parties(uow, [talk]))[talk.id]
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
    """
    access.require(actor.role, Permission.SERVE)
    people = await uow.staffing.lock([actor.id, colleague_id])
    me, colleague = people[actor.id], people.get(colleague_id)
    number = _number(me, conversation_id)
    talk = _own(me, number, (await uow.conversations.lock([number])).get(number))
    groups_of = await uow.staffing.memberships()
    if (
        colleague is None
        or not colleague.active
        or colleague.id == me.id
        or not _same_group(talk, groups_of.get(colleague.id, []))
    ):
        raise NotFound("desk.no_such_colleague")
    if colleague.presence is not Presence.ONLINE:
        raise Conflict("desk.colleague_off_duty", agent=colleague.name)
    held = {t.id for t in await uow.conversations.of_agent(colleague.id)}
    if len(held) >= colleague.capacity:
        raise Conflict("desk.colleague_full", agent=colleague.name)
    party = (await parties(uow, [talk]))[talk.id]
    talk.agent_id, talk.serving_since = colleague.id, now
    await uow.conversations.update([talk])
    await _clear_front(uow, me, talk.id)
    news: dict[str, object] = {"idle_since": now}
    if colleague.front_conversation_id not in held:
        news["front_conversation_id"] = talk.id
    await uow.staffing.change(colleague.id, **news)
    tell = Telling(uow, voice, now)
    own = voice.texts_for(None)
    tell.line(talk, hands_on(me.name, colleague.name, note, now, voice.zone, own))
    await begin_service(
        uow,
        tell,
        [(party, colleague)],
        came_from=State.SERVING,
        move=Move.TAKE,
        by=me.id,
        note=note,
    )
    await tell.remember()
    uow.ring(LINE)
    return HandedOn(talk.id, party.person.name, colleague.name)


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
    """Put a conversation into another group's line, where it counts as long as it has waited.

    *conversation_id* ``None`` stands for the one in front; *note* goes into the transcript.

    Raises:
        NotAllowed: They may not serve customers.
        NotFound: There is no such conversation or group, or none is in front.
        Conflict: They do not serve it, or it is in that group.
    """
    access.require(actor.role, Permission.SERVE)
    me = (await uow.staffing.lock([actor.id]))[actor.id]
    number = _number(me, conversation_id)
    talk = _own(me, number, (await uow.conversations.lock([number])).get(number))
    group = next((g for g in await uow.staffing.groups() if g.id == group_id), None)
    if group is None:
        raise NotFound("desk.no_such_group")
    if group.id == talk.group_id:
        raise Conflict("desk.same_group", group=group.name)
    party = (await parties(uow, [talk]))[talk.id]
    came_from = talk.group_id
    talk.state, talk.group_id = State.WAITING, group.id
    talk.agent_id = talk.serving_since = None
    # It keeps the moment at which the customer began to wait, and so stands in front.
    talk.waiting_since = talk.waiting_since or now
    await uow.conversations.update([talk])
    await _clear_front(uow, me, talk.id)
    tell = Telling(uow, voice, now)
    own = voice.texts_for(None)
    tell.line(talk, hands_on(me.name, group.name, note, now, voice.zone, own))
    say = voice.texts_for(party.person.language)
    at = await uow.line.position(group.id, talk.waiting_since, talk.id)
    tell.customer(party, text(say("customer.transferred", group=group.name, place=at)))
    moved = {"from": State.SERVING.name, "to": State.WAITING.name}
    groups = {"from_group": came_from, "to_group": group.id}
    tell.event(
        talk,
        "state",
        me.id,
        {**moved, "move": Move.RETURN_TO_LINE.value, **groups, **({"note": note} if note else {})},
    )
    await tell.remember()
    uow.ring(LINE)
    return HandedOn(talk.id, party.person.name, group.name)


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


async def _clear_front(uow: UnitOfWork, me: StaffMember, conversation_id: int) -> None:
    if me.front_conversation_id == conversation_id:
        await uow.staffing.change(me.id, front_conversation_id=None)
