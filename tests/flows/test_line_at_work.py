"""The line as several processes work on it at once, and a small simulated desk from end to end."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import select

from bench.line import plan as plans
from bench.line.checker import jain
from bench.line.house import House, Process, fill_line, opened
from bench.line.plan import Hand, Plan, Visit
from bench.line.simulate import Simulation
from bot.bell import LINE
from bot.handlers.desk_presence import set_presence
from bot.handlers.desk_take import take
from bot.line_watch import LineWatch
from core.errors import Conflict, NotAllowed
from core.states import Presence, Role, State
from storage.models.conversation import Conversation, ConversationEvent

AGENTS, WAITING, CAPACITY, OF_SHOP = 6, 60, 8, 3


def desk(waiting: int = WAITING, agents: int = AGENTS, **policy: object) -> Plan:
    """A desk in whose line customers of two accounts wait, and nobody is there yet."""
    come = [Visit(float(n - waiting), n, "shop" if n % 2 else "site", 60.0) for n in range(waiting)]
    own = {**plans.ROUND_ROBIN, **policy}
    plan = Plan(
        "desk",
        1,
        [Hand(CAPACITY, (0,))] * agents,
        {"shop": 0, "site": 0},
        come,
        (),
        waiting=waiting,
    )
    return replace(plan, policies={"": own, "account:shop": {"limit": OF_SHOP}})


async def comes(process: Process, house: House, agent: int, presence: Presence) -> None:
    async with process.desk.unit() as uow:
        await set_presence(
            uow, house.agents[agent], presence, voice=process.voice(), now=house.clock()
        )
        await uow.commit()


async def held(house: House) -> list[tuple[int, int, str]]:
    """Return (conversation, agent, account) for each that is served."""
    names = {a.id: name for name, a in house.accounts.items()}
    async with house.processes[0].desk.reading() as uow:
        rows = await uow.connection.execute(
            select(Conversation.id, Conversation.agent_id, Conversation.account_id)
            .where(Conversation.state == int(State.SERVING))
            .order_by(Conversation.id)
        )
        return [(number, agent, names[account]) for number, agent, account in rows]


async def begun(house: House) -> list[tuple[int, int]]:
    """Return (conversation, agent) for each beginning of a service, in order."""
    async with house.processes[0].desk.reading() as uow:
        rows = await uow.connection.execute(
            select(ConversationEvent.conversation_id, ConversationEvent.data)
            .where(ConversationEvent.kind == "state")
            .order_by(ConversationEvent.id)
        )
        return [(n, data["agent"]) for n, data in rows if data["to"] == State.SERVING.name]


@pytest.mark.postgres
async def test_two_processes_that_race_with_everybodys_presses_give_nothing_twice(
    postgres_url: str,
) -> None:
    """Six agents pick out of the line while two processes give it out; no limit is exceeded."""
    plan = desk()
    async with opened(plan, postgres_url, processes=2, migrated=True) as house:
        first, second = house.processes
        await fill_line(house, plan, plan.visits)
        async with first.desk.unit() as uow:
            for agent in house.agents:
                await uow.staffing.change(agent.id, role=Role.ADMIN)
            await uow.commit()
        admins = [replace(agent, role=Role.ADMIN) for agent in house.agents]
        watches = [LineWatch(p.desk, p.desk.bell.listener(LINE)) for p in house.processes]
        refused = Counter[str]()

        async def presses(process: Process, agent: int, numbers: range) -> None:
            for number in numbers:
                try:
                    async with process.desk.unit() as uow:
                        await take(
                            uow, admins[agent], number, voice=process.voice(), now=house.clock()
                        )
                        await uow.commit()
                except (Conflict, NotAllowed) as error:
                    refused[type(error).__name__] += 1

        await asyncio.gather(
            *(comes(house.processes[n % 2], house, n, Presence.ONLINE) for n in range(AGENTS))
        )
        await asyncio.gather(
            *(watch.look() for watch in watches),
            *(presses(first if n % 2 else second, n, range(1 + n, 40, 3)) for n in range(AGENTS)),
            *(watch.look() for watch in watches),
        )
        await asyncio.gather(*(watch.look() for watch in watches))

        served = await held(house)
        assert len({number for number, _, _ in served}) == len(served)
        assert max(Counter(agent for _, agent, _ in served).values()) <= CAPACITY
        shops = Counter(agent for _, agent, account in served if account == "shop")
        assert max(shops.values()) == OF_SHOP
        # Everybody's hands are full, and everything was begun once.
        assert len(served) == AGENTS * CAPACITY
        assert len(await begun(house)) == len(served)
        assert refused["Conflict"]


async def test_an_agent_who_comes_online_drains_the_line_oldest_first(sqlite_url: str) -> None:
    """Nobody who is not online is given anything, however long they wait."""
    plan = desk(waiting=12, agents=3)
    async with opened(plan, sqlite_url, migrated=True) as house:
        (process,) = house.processes
        await fill_line(house, plan, plan.visits)
        watch = LineWatch(process.desk, asyncio.Event())
        await watch.look()
        assert await held(house) == []

        await comes(process, house, 1, Presence.BREAK)
        await watch.look()
        assert await held(house) == []

        await comes(process, house, 0, Presence.ONLINE)
        await watch.look()
        agent = house.agents[0].id
        # Three of the shop's are the most; the site's come in between.
        sites = [n for n in range(1, 13) if n % 2][:5]
        expected = sorted([2, 4, 6, *sites])
        assert [number for number, _ in await begun(house)] == expected
        assert {a for _, a, _ in await held(house)} == {agent}


async def test_a_small_simulated_desk_breaks_no_rule_and_is_fair(sqlite_url: str) -> None:
    """300 customers, ten agents, real handlers: nothing lost, nothing twice, the oldest first."""
    plan = plans.steady(300, seed=3, agents=10)
    async with opened(plan, sqlite_url, migrated=True) as house:
        simulation = Simulation(house, plan)
        played = await simulation.run()

        assert played.conversations == 300
        assert played.found.violations == 0, played.found
        states = Counter(entry.state for entry in simulation.entries.values())
        assert sum(states.values()) == states["ended"]
        assert jain(played.found.given[agent.id] for agent in house.agents) >= 0.99
