"""The figures of the waiting line: ``line_assign``, ``line_violations``, ``line_fairness``."""

import asyncio
import gc
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from sqlalchemy import text

from bench.desks import fresh_database
from bench.line import plan as plans
from bench.line.bells import play_with_redis
from bench.line.checker import jain
from bench.line.house import House, opened
from bench.line.plan import Plan
from bench.line.simulate import Played, Simulation
from bench.load import percentile
from core.states import State

PROGRESS_SECONDS = 10.0
BARE_CLAIMS = 300
# Adds up to 20,000; those of the crowd that are left over go on waiting.
SIZES = {
    "crowd": 12_000,
    "steady": 3_400,
    "rush": 1_500,
    "lunch": 1_500,
    "phone": 500,
    "two": 1_000,
}
REDIS = 100

Row = dict[str, object]


def scenarios() -> list[tuple[Plan, str, int]]:
    """Return what is played beside the crowd and the Redis: plan, kind of database, processes."""
    return [
        (plans.steady(SIZES["steady"]), "sqlite", 1),
        (plans.rush(SIZES["rush"]), "postgres", 1),
        (plans.lunch(SIZES["lunch"]), "sqlite", 1),
        (plans.phone_dies(SIZES["phone"]), "sqlite", 1),
        (replace(plans.rush(SIZES["two"], seed=6), name="two_processes"), "postgres", 2),
    ]


async def line() -> list[Row]:
    """Play every scenario, 20,000 conversations in all, and return the three figures."""
    played: dict[str, Played] = {}
    crowd = plans.crowd(SIZES["crowd"])
    with fresh_database("postgres") as url:
        async with opened(crowd, url) as house:
            simulation = Simulation(house, crowd, _Progress(crowd))
            played[crowd.name] = await simulation.run()
            bare = await _bare_claims(house)
    _tell(crowd.name, played[crowd.name])
    fairness = 0.0
    for plan, kind, processes in scenarios():
        with fresh_database(kind) as url:
            async with opened(plan, url, processes=processes) as house:
                simulation = Simulation(house, plan, _Progress(plan))
                played[plan.name] = one = await simulation.run()
                if plan.equals:
                    shares = [one.found.given[house.agents[n].id] for n in plan.equals]
                    fairness = jain(shares)
        _tell(plan.name, one)
    with fresh_database("postgres") as url:
        restart = replace(plans.steady(REDIS, seed=7, agents=5), name="redis_restart")
        played[restart.name] = await play_with_redis(restart, url)
    _tell(restart.name, played[restart.name])
    waits = played[crowd.name].waits
    every = list(played.values())
    conversations = sum(one.conversations for one in every)
    return [
        {
            "name": "line_assign",
            "value": round(percentile(waits, 0.5), 2),
            "unit": "ms",
            "ratio": round(percentile(waits, 0.5) / median(bare), 2),
            "ratio_to": "bare SELECT FOR UPDATE SKIP LOCKED and UPDATE",
            "n": len(waits),
            "p50_ms": round(percentile(waits, 0.5), 2),
            "p99_ms": round(percentile(waits, 0.99), 2),
        },
        {
            "name": "line_violations",
            "value": sum(one.found.violations for one in every),
            "unit": "violations",
            "ratio": 1.0,
            "ratio_to": "conversations that were played",
            "n": conversations,
        },
        {
            "name": "line_fairness",
            "value": round(fairness, 4),
            "unit": "Jain's index",
            "ratio": round(fairness, 4),
            "ratio_to": "equal shares",
            "n": len(played["steady"].waits),
        },
    ]


async def long_run(conversations: int, kind: str = "postgres") -> list[Row]:
    """Play one even day after the other, with 200 agents, until there were so many.

    What happens within five seconds is settled together; each happening by itself would only take
    longer.
    """
    plan = replace(plans.steady(conversations, seed=8, agents=200), together=5.0)
    gc.collect()
    gc.freeze()  # a million visits, which nothing will ever free, need not be looked at again
    with fresh_database(kind) as url:
        async with opened(plan, url) as house:
            simulation = Simulation(house, plan, _Progress(plan))
            one = await simulation.run()
            shares = [one.found.given[house.agents[n].id] for n in plan.equals]
    _tell(plan.name, one)
    return [
        {
            "name": "line_long_run",
            "value": one.found.violations,
            "unit": "violations",
            "ratio": round(jain(shares), 4),
            "ratio_to": "equal shares (Jain's index)",
            "n": one.conversations,
            "p50_ms": round(percentile(one.waits, 0.5), 2),
            "p99_ms": round(percentile(one.waits, 0.99), 2),
        }
    ]


async def _bare_claims(house: House) -> list[float]:
    """Return the milliseconds of the least that any queue in a database must do for one claim."""
    desk = house.processes[0].desk
    took = []
    agent = house.agents[0].id
    first = text(
        "SELECT id FROM conversations WHERE state = :waiting AND group_id = :group "
        "ORDER BY rank, waiting_since, id LIMIT 1 FOR UPDATE SKIP LOCKED"
    )
    claim = text("UPDATE conversations SET state = :serving, agent_id = :agent WHERE id = :id")
    for number in range(BARE_CLAIMS):
        group = house.groups[number % len(house.groups)]
        started = time.perf_counter()
        async with desk.unit() as uow:
            values = {"waiting": int(State.WAITING), "group": group}
            id_ = await uow.connection.scalar(first, values)
            await uow.connection.execute(
                claim, {"serving": int(State.SERVING), "agent": agent, "id": id_}
            )
            await uow.commit()
        took.append((time.perf_counter() - started) * 1_000)
    return took


class _Progress:
    """Says on standard error how far a run is, every ten seconds."""

    def __init__(self, plan: Plan) -> None:
        self._name, self._all = plan.name, len(plan.visits)
        self._started = self._last = time.perf_counter()

    def __call__(self, conversations: int) -> None:
        now = time.perf_counter()
        if now - self._last >= PROGRESS_SECONDS:
            self._last = now
            spent = now - self._started
            print(f"{self._name}: {conversations} of {self._all}, {spent:.0f} s", file=sys.stderr)


def _tell(name: str, one: Played) -> None:
    """Say on standard error what one scenario gave."""
    found = one.found
    kinds = ("order", "limits", "absent", "doubles", "forgotten", "lost")
    broken = {kind: len(getattr(found, kind)) for kind in kinds if getattr(found, kind)}
    half, most = percentile(one.waits, 0.5), percentile(one.waits, 0.99)
    print(
        f"{name}: {one.conversations} conversations, {len(one.waits)} assigned, "
        f"p50 {half:.1f} ms, p99 {most:.1f} ms, violations {broken or 0}, {one.seconds:.0f} s",
        file=sys.stderr,
        flush=True,
    )


def main(arguments: Sequence[str]) -> list[Row]:
    """Run ``line``, or with ``--conversations N`` the long run; ``--sqlite`` for it on SQLite."""
    if "--conversations" in arguments:
        count = int(arguments[arguments.index("--conversations") + 1])
        kind = "sqlite" if "--sqlite" in arguments else "postgres"
        return asyncio.run(long_run(count, kind))
    return asyncio.run(line())
