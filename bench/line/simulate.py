"""Plays a plan at a real desk, on a virtual clock: real handlers, a real database.

Deterministic: one seed always draws the same plan, and with one process the same things happen in
the same order. Wall time is measured and decides nothing.
"""

import asyncio
import heapq
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import select

from bench.line.books import CHUNK, Books, written
from bench.line.checker import (
    HANDED,
    TAKEN,
    Checker,
    Comes,
    Expected,
    Fact,
    Found,
    Gets,
    Joins,
    Leaves,
    Rules,
    Worker,
    accounted,
)
from bench.line.house import House, Process, fill_line
from bench.line.plan import MONDAY, Plan, Sign, Visit
from bot.bell import LINE
from bot.handlers.agent_reply import Written as Said
from bot.handlers.agent_reply import reply
from bot.handlers.desk_end import end
from bot.handlers.desk_presence import set_presence
from bot.handlers.desk_switch import switch
from bot.handlers.desk_transfer import choices, to_agent, to_group
from bot.line_watch import LineWatch
from bot.timer_watch import TimerWatch
from core.errors import Conflict
from core.messages import InboundMessage, Sender, text
from core.states import Presence, State
from storage.models.conversation import Conversation
from storage.models.customer import Identity

TICK = timedelta(milliseconds=1)
ANSWER_SECONDS = 5.0
BUSY_SECONDS = 20.0
"""Where a colleague has no seat free, so much later the conversation is ended instead."""
END, LEAVE, ANSWER, MOVE = "end", "leave", "answer", "move"

Work = Callable[[Process], Awaitable[Sequence[Fact]]]
"""Something that happens, in whichever process it comes in through."""


@dataclass(slots=True)
class Entry:
    """What the simulation's own book says of a conversation."""

    visit: Visit
    state: str = "waiting"
    agent_id: int | None = None
    turn: int = 0
    """Counts those who get it: what an earlier agent meant to do is void."""
    moved: bool = False
    said: int = 0
    told: int = 0
    cards: int = 0


@dataclass(slots=True)
class Played:
    """What came out of a run.

    Args:
        found: What the checker found.
        waits: For each assignment by the engine, milliseconds of wall time from the commit of
            the happening that made it possible to the commit of the assignment.
        joins: Milliseconds of wall time that the intake took for each batch of newcomers.
        conversations: How many there were.
        happenings: Everything that was played.
        seconds: Wall time of all of it.
    """

    found: Found
    waits: list[float] = field(default_factory=list)
    joins: list[float] = field(default_factory=list)
    conversations: int = 0
    happenings: int = 0
    seconds: float = 0.0


class Simulation:
    """One run of one plan.

    Args:
        house: The desk, open.
        plan: What happens.
        on_progress: Called now and then with how many conversations there were.
    """

    def __init__(
        self, house: House, plan: Plan, on_progress: Callable[[int], None] | None = None
    ) -> None:
        self.house = house
        self.plan = plan
        self._on_progress = on_progress
        numbers = {id_: n for n, id_ in enumerate(house.groups)}
        limits = {o: int(v.get("limit", 0)) for o, v in house.policies.own.items()}
        workers = [
            Worker(one.id, hand.capacity, frozenset(house.groups[g] for g in hand.groups))
            for one, hand in zip(house.agents, plan.agents, strict=True)
        ]
        rules = Rules(
            {a: limits.get(f"account:{a}", limits.get("", 0)) for a in plan.accounts},
            {g: limits.get(f"group:{g}", 0) for g in numbers},
        )
        self.checker = Checker(workers, rules)
        groups = {name: house.groups[place] for name, place in plan.accounts.items()}
        self._books = Books(groups, house.policies)
        self._members = {one.id: one for one in house.agents}
        self._silent: set[int] = set()
        self.entries: dict[int, Entry] = {}
        self._open: dict[int, int] = {}
        """The open conversation of each customer."""
        self._todo: list[tuple[float, int, str, int, int]] = []
        self._number = count()
        self._update = count(1)
        self._watches = [LineWatch(p.desk, asyncio.Event()) for p in house.processes]
        self._rung = [p.desk.bell.listener(LINE) for p in house.processes]
        self._timers = TimerWatch(house.processes[0].desk, asyncio.Event())
        self._turn = 0
        self._second = 0.0
        # The next one last, so that taking it is cheap.
        self._visits: list[Visit] = list(plan.visits[plan.waiting :])[::-1]
        self._signs: list[Sign] = list(plan.signs)[::-1]
        self.played = Played(self.checker.found)

    # -- the run -----------------------------------------------------------------------------------

    async def run(self) -> Played:
        """Play everything, and check it."""
        started = time.perf_counter()
        plan, visits = self.plan, self.plan.visits
        if plan.waiting:
            await fill_line(self.house, plan, visits[: plan.waiting])
            await self._filled(visits[: plan.waiting])
        due: datetime | None = None
        while True:
            second = self._next_second()
            if second is None or (plan.until is not None and second > plan.until):
                break
            if due is not None and due <= self._moment(second):
                await self._happens(due, [self._timers_fire])
            else:
                works = [self._pop(second)]
                while (
                    plan.together
                    and (following := self._next_second()) is not None
                    and following <= second + plan.together
                ):
                    works.append(self._pop(following))
                await self._happens(self._moment(second), works)
            if plan.timers:
                async with self.house.processes[0].desk.reading() as uow:
                    due = await uow.timers.next_due()
            if self._on_progress is not None:
                self._on_progress(self.played.conversations)
        self.checker.end()
        await self._account()
        self.played.seconds = time.perf_counter() - started
        return self.played

    def _next_second(self) -> float | None:
        """Return when the next thing happens; ``None``: nothing does any more."""
        times = [
            self._todo[0][0] if self._todo else None,
            self._visits[-1].second if self._visits else None,
            self._signs[-1].second if self._signs else None,
        ]
        return min((t for t in times if t is not None), default=None)

    def _pop(self, second: float) -> Work:
        """Return the next thing that happens, which is at *second*."""
        if self._signs and self._signs[-1].second == second:
            sign = self._signs.pop()
            return lambda process: self._sign(process, sign)
        if self._todo and self._todo[0][0] == second:
            _, _, what, number, turn = heapq.heappop(self._todo)
            return lambda process: self._do(process, what, number, turn)
        # Who writes in the same second comes in together, as it would under load.
        together = [self._visits.pop()]
        last = second + max(1.0, self.plan.together)
        while self._visits and len(together) < self.plan.batch:
            others = [*(t[0] for t in self._todo[:1]), *(s.second for s in self._signs[-1:])]
            before = last if self.plan.together else min([last, *others])
            if self._visits[-1].second >= before:
                break
            together.append(self._visits.pop())
        return lambda process: self._visit(process, together)

    def _moment(self, second: float) -> datetime:
        return MONDAY + timedelta(seconds=second)

    async def _happens(self, at: datetime, works: Sequence[Work]) -> None:
        """Let things happen at a moment of their own, then settle the lines as the bell would."""
        clock = self.house.clock
        clock.now = max(at, clock.now + TICK)
        self._second = (clock.now - MONDAY).total_seconds()
        self.played.happenings += len(works)
        for work in works:
            facts = await work(self._comes_through())
            committed = time.perf_counter()
            self.checker.see(facts)
        await self._settle_down(committed)

    def _comes_through(self) -> Process:
        """Return the process that a message or a command comes in through: each in turn."""
        self._turn = (self._turn + 1) % len(self.house.processes)
        return self.house.processes[self._turn]

    async def _settle_down(self, committed: float) -> None:
        """Settle until no bell rings; all processes watch the line, at the same moment.

        Args:
            committed: When what has happened was durable.
        """
        if not any(event.is_set() for event in self._rung):
            await self._read()
        while any(event.is_set() for event in self._rung):
            await self._settle()
            settled = (time.perf_counter() - committed) * 1_000
            fresh = await self._read()
            self.played.waits += [settled] * fresh
            # What was read in between is no part of it.
            committed = time.perf_counter() - settled / 1_000

    async def _settle(self) -> None:
        for event in self._rung:
            event.clear()
        await asyncio.gather(*(watch.look() for watch in self._watches))

    async def _read(self) -> int:
        """Tell the checker what was written down; return how many the engine has given out."""
        async with self.house.processes[0].desk.reading() as uow:
            facts = await self._books.news(uow)
        self.checker.see(facts)
        given = 0
        for fact in facts:
            if isinstance(fact, Gets):
                self._got(fact)
                given += fact.why not in (TAKEN, HANDED)
            elif isinstance(fact, Leaves):
                self._left(fact)
            elif isinstance(fact, Joins):
                self._joined(fact)
        return given

    # -- what follows from what was read -----------------------------------------------------------

    def _later(self, second: float, what: str, number: int, turn: int) -> None:
        heapq.heappush(self._todo, (second, next(self._number), what, number, turn))

    def _joined(self, fact: Joins) -> None:
        entry = self.entries.get(fact.conversation_id)
        if entry is None or not entry.turn:
            return  # the first time, which is entered when the customer writes
        entry.state, entry.agent_id = "waiting", None
        entry.turn += 1
        entry.told += 1

    def _got(self, fact: Gets) -> None:
        entry = self.entries[fact.conversation_id]
        entry.state, entry.agent_id = "serving", fact.agent_id
        entry.turn += 1
        entry.told += 1
        entry.cards += 1
        visit, now = entry.visit, self._second
        if visit.moves and not entry.moved:
            self._later(now + visit.service / 2, MOVE, fact.conversation_id, entry.turn)
        else:
            rest = visit.service / (2 if entry.moved else 1)
            self._later(now + rest, END, fact.conversation_id, entry.turn)
        if self.plan.answers:
            self._later(now + ANSWER_SECONDS, ANSWER, fact.conversation_id, entry.turn)

    def _left(self, fact: Leaves) -> None:
        entry = self.entries[fact.conversation_id]
        entry.state, entry.agent_id = "ended", None
        entry.turn += 1
        entry.told += 1
        self._open.pop(entry.visit.customer, None)

    # -- customers ---------------------------------------------------------------------------------

    def _message(self, visit: Visit, words: str) -> InboundMessage:
        number, chat = next(self._update), str(visit.customer)
        sender = Sender(chat, f"C{visit.customer}", None, "en")
        now = self.house.clock()
        return InboundMessage(
            visit.account, f"u{number}", sender, chat, text(words), now, f"m{number}"
        )

    async def _visit(self, process: Process, together: Sequence[Visit]) -> Sequence[Fact]:
        started = time.perf_counter()
        await process.intake.put([self._message(v, "/human") for v in together])
        self.played.joins.append((time.perf_counter() - started) * 1_000)
        new = [v for v in together if v.customer not in self._open]
        await self._enter(process, new)
        for visit in together:
            entry = self.entries[self._open[visit.customer]]
            entry.said += 1
            entry.told += 1
        return ()

    async def _enter(self, process: Process, new: Sequence[Visit]) -> None:
        """Put newcomers into the book, with the numbers that their conversations have got."""
        async with process.desk.reading() as uow:
            rows = await uow.connection.execute(
                select(Conversation.id, Identity.external_id)
                .join(Identity, Identity.id == Conversation.identity_id)
                .where(
                    Identity.external_id.in_([str(v.customer) for v in new]),
                    Conversation.state != int(State.ENDED),
                )
            )
            numbers = {int(external): id_ for id_, external in rows}
        for visit in new:
            number = numbers[visit.customer]
            self._open[visit.customer] = number
            self.entries[number] = Entry(visit)
            self.played.conversations += 1
            if visit.patience is not None:
                self._later(self._second + visit.patience, LEAVE, number, 0)

    async def _filled(self, waiting: Sequence[Visit]) -> None:
        for start in range(0, len(waiting), CHUNK):
            await self._enter(self.house.processes[0], waiting[start : start + CHUNK])
        await self._read()

    # -- agents ------------------------------------------------------------------------------------

    async def _sign(self, process: Process, sign: Sign) -> Sequence[Fact]:
        member = self.house.agents[sign.agent]
        if sign.becomes == "silent":
            self._silent.add(member.id)
            return ()
        if sign.becomes == "awake":
            self._silent.discard(member.id)
            for number, entry in self.entries.items():
                if entry.agent_id == member.id:
                    self._later(self._second + entry.visit.service, END, number, entry.turn)
            presence = Presence.ONLINE
        else:
            presence = Presence(sign.becomes)
        now = self.house.clock()
        async with process.desk.unit() as uow:
            await set_presence(uow, member, presence, voice=process.voice(), now=now)
            await uow.commit()
        return (Comes(now, member.id, presence is Presence.ONLINE),)

    async def _do(self, process: Process, what: str, number: int, turn: int) -> Sequence[Fact]:
        entry = self.entries[number]
        if what == LEAVE:
            if entry.state == "waiting":
                await process.intake.put([self._message(entry.visit, "/end")])
                entry.said += 1
            return ()
        agent = entry.agent_id
        if entry.turn != turn or agent is None or agent in self._silent:
            return ()
        member, now, voice = self._members[agent], self.house.clock(), process.voice()
        async with process.desk.unit() as uow:
            if what == END:
                await end(uow, member, number, voice=voice, now=now)
            elif what == ANSWER:
                await switch(uow, member, number)
                said = Said(text("How can I help?"), f"s{next(self._update)}", None, now)
                await reply(uow, member, said, voice=voice, now=now)
            else:
                entry.moved = True
                where = await choices(uow, member, number)
                free = [c.staff_id for c in where.colleagues if c.can_take]
                try:
                    if entry.visit.moves == "group" and where.groups:
                        group = where.groups[number % len(where.groups)].id
                        await to_group(uow, member, number, group, voice=voice, now=now)
                    elif free:
                        other = free[number % len(free)]
                        await to_agent(uow, member, number, other, voice=voice, now=now)
                    else:
                        self._later(self._second + BUSY_SECONDS, END, number, turn)
                except Conflict:
                    # As many of the account or group as the colleague may serve.
                    self._later(self._second + BUSY_SECONDS, END, number, turn)
                    return ()
            await uow.commit()
        return ()

    async def _timers_fire(self, process: Process) -> Sequence[Fact]:
        await self._timers.look()
        async with process.desk.reading() as uow:
            return await self._books.changes(uow)

    # -- the end -----------------------------------------------------------------------------------

    async def _account(self) -> None:
        """Compare our book with the tables, conversation by conversation."""
        numbers = sorted(self.entries)
        for start in range(0, len(numbers), CHUNK):
            part = numbers[start : start + CHUNK]
            async with self.house.processes[0].desk.reading() as uow:
                there = await written(uow, part[0], part[-1])
            expected = {
                n: Expected(e.state, e.said, e.told if e.said else 0, e.cards)
                for n in part
                for e in (self.entries[n],)
            }
            self.checker.found.lost += [(n, 0) for n in accounted(expected, there)]
            self.checker.found.lost += [
                (n, 0) for n in part if self.checker.where(n) != self.entries[n].state
            ]
