"""Our people look at the lines and at the load: numbers by group and by agent. Reads only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import access
from bot.access import Permission
from bot.waiting import speed
from core.policy import Policies
from core.states import Presence
from storage.repos.staffing import StaffMember
from storage.repos.views import Crewman
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group's line and who could serve it.

    Args:
        group_id: Number of the group.
        name: What it is called.
        waiting: How many wait.
        since: Since when the first of them; ``None`` where nobody waits.
        online: Its people who take conversations.
        on_break: Its people on a break.
        free: Conversations that those online could take on now. Who is in two groups counts in
            both: the seats are not reserved.
        wait: How long somebody who joined now would wait; ``None`` where too little is known.
    """

    group_id: int
    name: str
    waiting: int
    since: datetime | None
    online: int = 0
    on_break: int = 0
    free: int = 0
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class AgentLoad:
    """How full somebody's hands are; ``capacity`` is what they may serve at once."""

    staff_id: int
    name: str
    presence: Presence
    serving: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Board:
    """All lines and all agents.

    Args:
        groups: Every group, those whose first customer has waited longest first.
        agents: Everybody who is in a group: online, on a break, offline, the fullest hands first.
        serving: Conversations in session.
        free: Seats of those online, each counted once.
    """

    groups: tuple[GroupLine, ...]
    agents: tuple[AgentLoad, ...]
    serving: int
    free: int


async def line_lengths(
    uow: UnitOfWork, actor: StaffMember, policies: Policies, now: datetime
) -> list[GroupLine]:
    """Return the lines of the groups of *actor*, or of all for who may see the line.

    Agents learn numbers only. Source: requirement QUE-12.

    Args:
        uow: An open unit of work; reading is enough.
        actor: Who asks.
        policies: How customers are received.
        now: The moment.

    Raises:
        NotAllowed: They may not serve customers.
    """
    access.require(actor.role, Permission.SERVE)
    crew = await uow.views.crew()
    mine = None
    if not access.may(actor.role, Permission.SEE_LINE):
        mine = {c.group_id for c in crew if c.staff_id == actor.id}
    return await _lines(uow, crew, await uow.views.held(), mine, policies, now)


async def board(uow: UnitOfWork, actor: StaffMember, policies: Policies, now: datetime) -> Board:
    """Return everything for the board.

    Raises:
        NotAllowed: They may not see the line.
    """
    access.require(actor.role, Permission.SEE_LINE)
    crew, held = await uow.views.crew(), await uow.views.held()
    lines = await _lines(uow, crew, held, None, policies, now)
    totals = _totals(held)
    agents = {
        c.staff_id: AgentLoad(c.staff_id, c.name, c.presence, totals.get(c.staff_id, 0), c.capacity)
        for c in crew
    }
    return Board(
        # The oldest line first; groups without one keep their order behind them.
        tuple(sorted(lines, key=lambda g: (g.since is None, g.since))),
        tuple(sorted(agents.values(), key=_rank)),
        sum(totals.values()),
        sum(
            max(0, a.capacity - a.serving) for a in agents.values() if a.presence is Presence.ONLINE
        ),
    )


async def _lines(
    uow: UnitOfWork,
    crew: Iterable[Crewman],
    held: Mapping[tuple[int, int], int],
    wanted: set[int] | None,
    policies: Policies,
    now: datetime,
) -> list[GroupLine]:
    groups = [g for g in await uow.staffing.groups() if wanted is None or g.id in wanted]
    stretches = await uow.views.line(g.id for g in groups)
    fast = await speed(uow, [g.id for g in groups], now)
    totals = _totals(held)
    people: dict[int, list[Crewman]] = {}
    for one in crew:
        people.setdefault(one.group_id, []).append(one)
    found = []
    for group in groups:
        stretch, own = stretches.get(group.id), people.get(group.id, [])
        _, limit = policies.limits("", group.id)
        online = [c for c in own if c.presence is Presence.ONLINE]
        seats = [
            min(
                c.capacity - totals.get(c.staff_id, 0),
                limit - held.get((c.staff_id, group.id), 0) if limit else c.capacity,
            )
            for c in online
        ]
        free = sum(max(0, seat) for seat in seats)
        waiting = stretch.waiting if stretch else 0
        found.append(
            GroupLine(
                group.id,
                group.name,
                waiting,
                stretch.since if stretch else None,
                len(online),
                sum(c.presence is Presence.BREAK for c in own),
                free,
                # Where a seat is free nobody who joins has to wait.
                None if free and not waiting else fast.wait(group.id, waiting + 1),
            )
        )
    return found


def _totals(held: Mapping[tuple[int, int], int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for (agent, _), count in held.items():
        found[agent] = found.get(agent, 0) + count
    return found


_PRESENCES = (Presence.ONLINE, Presence.BREAK, Presence.OFFLINE)


def _rank(agent: AgentLoad) -> tuple[int, float, int]:
    load = agent.serving / agent.capacity if agent.capacity else 1.0
    return _PRESENCES.index(agent.presence), -load, agent.staff_id
