"""Our people ask what happened in a conversation, and why. Reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot import access
from bot.access import Permission
from bot.telling import Party, parties
from core.errors import NotAllowed, NotFound
from core.playbook import FaqEntry
from storage.repos.conversations import Event
from storage.repos.staffing import StaffMember
from storage.repos.timers import Timer
from storage.uow import UnitOfWork

ROWS = 10
"""Events on a page."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One page of what happened in a conversation.

    Args:
        party: The conversation and who is on the other side.
        events: Oldest first.
        page: Which page, from 1; the last page holds the newest.
        pages: How many there are, at least 1.
        people: Names of members of staff by number.
        entries: Entries of the FAQ by number; those that are gone are left out.
        groups: Names of service groups by number.
        timers: What is set to happen, the next first.
    """

    party: Party
    events: tuple[Event, ...]
    page: int
    pages: int
    people: dict[int, str]
    entries: dict[int, FaqEntry]
    groups: dict[int, str]
    timers: tuple[Timer, ...] = ()


async def happened(
    uow: UnitOfWork,
    actor: StaffMember,
    conversation_id: int | None,
    *,
    replied_to: str | None = None,
    page: int | None = None,
) -> Happened:
    """Return a page of what happened in a conversation.

    The same people may see it as may see its transcript.

    Args:
        uow: An open unit of work; reading is enough.
        actor: Who asks.
        conversation_id: Which one; ``None``: the one that *replied_to* belongs to, else the one
            in front of the actor.
        replied_to: The staff chat's id of the message that they replied to; ``None`` for none.
        page: Which page; ``None`` for the newest. One that is not there gives the nearest.

    Raises:
        NotAllowed: It is not theirs to see.
        NotFound: There is no such conversation, or it is not clear which one is meant.
    """
    access.require(actor.role, Permission.SERVE)
    number = conversation_id
    if number is None and replied_to is not None:
        bound = await uow.outbox.bound_to(actor.chat, replied_to)
        number = bound.conversation_id if bound else None
    if number is None:
        # The actor was loaded before this unit of work began.
        number = (await uow.staffing.by_ids([actor.id]))[actor.id].front_conversation_id
    if number is None:
        raise NotFound("desk.none_in_front")
    talk = (await uow.conversations.by_ids([number])).get(number)
    if talk is None:
        raise NotFound("desk.no_such_conversation", number=number)
    if talk.agent_id != actor.id and not access.may(actor.role, Permission.SEE_LINE):
        raise NotAllowed
    _, total = await uow.learning.happened(number, offset=0, limit=1)
    pages = max(1, -(-total // ROWS))
    shown = pages if page is None else min(max(page, 1), pages)
    events, _ = await uow.learning.happened(number, offset=(shown - 1) * ROWS, limit=ROWS)
    timers = await uow.timers.of_conversation(number)
    people = await uow.staffing.by_ids(_people(events) | {t.staff_id for t in timers})
    entries = {}
    for entry_id in sorted(_entries(events)):
        entry = await uow.library.entry(entry_id)
        if entry is not None:
            entries[entry_id] = entry
    return Happened(
        party=(await parties(uow, [talk]))[number],
        events=tuple(events),
        page=shown,
        pages=pages,
        people={id_: member.name for id_, member in people.items()},
        entries=entries,
        groups={group.id: group.name for group in await uow.staffing.groups()},
        timers=tuple(timers),
    )


def _people(events: Sequence[Event]) -> set[int]:
    named = {event.staff_id for event in events if event.staff_id is not None}
    for event in events:
        data = event.data or {}
        named |= {
            data[name] for name in ("agent", "from_agent", "to_agent") if _is_number(data, name)
        }
        for listed in ("passed_over", "leads"):
            named.update(one for one in data.get(listed) or () if isinstance(one, int))
    return named


def _entries(events: Iterable[Event]) -> set[int]:
    found: set[int] = set()
    for event in events:
        data = event.data or {}
        if _is_number(data, "entry"):
            found.add(data["entry"])
        found.update(number for number in data.get("entries", ()) if isinstance(number, int))
    return found


def _is_number(data: dict[str, object], name: str) -> bool:
    return isinstance(data.get(name), int)
