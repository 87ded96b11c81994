"""Opens a real desk over a real database as a plan describes it: people, groups, policies."""

from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from sqlalchemy import Table, func, select

from bench.line.plan import MONDAY, Plan, Visit
from bot import wiring
from bot.intake import Intake
from bot.metrics import Metrics
from bot.telling import Voice
from bot.wiring import Desk, new_key
from core.config import Config
from core.policy import Policies, Value
from core.states import Role, State
from storage.bulk import BulkInsert
from storage.migrate import migrate
from storage.models.conversation import Conversation, ConversationEvent
from storage.models.customer import Customer, Identity
from storage.repos.accounts import AccountFacts
from storage.repos.staffing import StaffMember

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redis.asyncio import Redis

BULK = 5_000


class VirtualClock:
    """A clock that stands until it is set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class Process:
    """One process of the desk: its own connections, its own bell, its own intake."""

    desk: Desk
    intake: Intake

    def voice(self) -> Voice:
        book = self.desk.playbook.now
        return Voice(
            self.desk.texts,
            self.desk.config.zone,
            new_key,
            words=book.words,
            mask=book.mask,
            policies=book.playbook.policies,
        )


@dataclass(frozen=True, slots=True)
class House:
    """A desk that is open.

    Args:
        clock: The time of all its processes.
        processes: They share the database and nothing else.
        agents: Our people, in the order of the plan.
        groups: Numbers of the groups, in the order of the plan.
        accounts: Our accounts by name.
        policies: What is set, with the groups' numbers.
    """

    clock: VirtualClock
    processes: Sequence[Process]
    agents: Sequence[StaffMember]
    groups: Sequence[int]
    accounts: dict[str, AccountFacts]
    policies: Policies


def _config(url: str, plan: Plan) -> Config:
    nowhere = "http://127.0.0.1:9"
    account = {"channel": "telegram", "secret": "s", "api_url": nowhere}
    return Config(
        language="en",
        storage={"url": url},
        staff={"token": "1:STAFF", "secret": "s", "api_url": nowhere},
        desk={"assignment": "auto", "feedback": False},
        accounts={name: {**account, "token": f"2:{name.upper()}"} for name in plan.accounts},
    )


@asynccontextmanager
async def opened(
    plan: Plan,
    url: str,
    *,
    processes: int = 1,
    redis: "Sequence[Redis] | None" = None,
    migrated: bool = False,
) -> "AsyncIterator[House]":
    """Make the desk of *plan* in the empty database at *url*, and open it.

    Args:
        plan: What the desk is like.
        url: The database.
        processes: How many processes share it.
        redis: For each process, through what it hears the others' bells; ``None``: not at all.
        migrated: Whether the tables are there.
    """
    clock = VirtualClock(MONDAY - timedelta(days=1))
    config = _config(url, plan)
    desks = [
        wiring.open_desk(config, redis=redis[n] if redis else None, clock=clock)
        for n in range(processes)
    ]
    try:
        if not migrated:
            await migrate(desks[0].database)
        groups, agents, policies, accounts = await _furnish(desks[0], plan, clock())
        running = []
        for desk in desks:
            await desk.playbook.start()
            await desk.bell.start()
            intake = wiring.build_intake(desk, accounts, Metrics())
            await intake.start()
            running.append(Process(desk, intake))
        yield House(clock, running, agents, groups, accounts, policies)
        for process in running:
            await process.intake.stop()
    finally:
        for desk in desks:
            await desk.bell.stop()
            await desk.playbook.stop()
            await desk.database.close()


async def _furnish(
    desk: Desk, plan: Plan, now: datetime
) -> tuple[list[int], list[StaffMember], Policies, dict[str, AccountFacts]]:
    async with desk.unit() as uow:
        await uow.accounts.keep(dict.fromkeys(plan.accounts, "telegram"), now)
        groups = [
            await uow.staffing.add_group(f"Group {n}", f"g{n}", None, "bench", now)
            for n in range(plan.groups)
        ]
        for account in await uow.accounts.all():
            await uow.accounts.change(account.id, group_id=groups[plan.accounts[account.name]])
        ids = []
        for number, hand in enumerate(plan.agents):
            id_ = await uow.staffing.add(
                "telegram",
                str(9_000_000 + number),
                f"Agent {number}",
                Role.AGENT,
                hand.capacity,
                now,
            )
            await uow.staffing.join(id_, [groups[g] for g in hand.groups])
            ids.append(id_)
        own: dict[str, dict[str, Value]] = {}
        for owner, values in plan.policies.items():
            if owner.startswith("group:"):
                owner = f"group:{groups[int(owner.removeprefix('group:'))]}"
            own[owner] = dict(values)
            await uow.policies.put(owner, own[owner])
        await uow.taught.touch()
        people = await uow.staffing.by_ids(ids)
        accounts = {a.name: a for a in await uow.accounts.all()}
        await uow.commit()
    return groups, [people[id_] for id_ in ids], Policies(own), accounts


_CUSTOMERS = BulkInsert(cast("Table", Customer.__table__), "name", "created_at")
_IDENTITIES = BulkInsert(
    cast("Table", Identity.__table__),
    *("account_id", "external_id", "customer_id", "name", "language", "chat", "blocked"),
    "created_at",
)
_CONVERSATIONS = BulkInsert(
    cast("Table", Conversation.__table__),
    *("account_id", "identity_id", "state", "group_id", "hinted", "rank", "waits_as", "snoozed"),
    *("opened_at", "waiting_since"),
)
_EVENTS = BulkInsert(
    cast("Table", ConversationEvent.__table__), "conversation_id", "at", "kind", "staff_id", "data"
)


async def fill_line(house: House, plan: Plan, waiting: Sequence[Visit]) -> None:
    """Let customers wait who have not gone through the intake: ten thousand would take minutes."""
    desk = house.processes[0].desk
    for start in range(0, len(waiting), BULK):
        part = waiting[start : start + BULK]
        moments = [MONDAY + timedelta(seconds=v.second) for v in part]
        async with desk.unit() as uow:
            connection = uow.connection
            first = int(await connection.scalar(select(func.max(Customer.id))) or 0) + 1
            await _CUSTOMERS.run(
                connection, [(f"C{v.customer}", m) for v, m in zip(part, moments, strict=True)]
            )
            await _IDENTITIES.run(
                connection,
                [
                    (
                        house.accounts[v.account].id,
                        str(v.customer),
                        first + n,
                        f"C{v.customer}",
                        "en",
                        str(v.customer),
                        False,
                        m,
                    )
                    for n, (v, m) in enumerate(zip(part, moments, strict=True))
                ],
            )
            rows = await connection.execute(
                select(Identity.id, Identity.external_id).where(Identity.customer_id >= first)
            )
            identity = {external: id_ for id_, external in rows}
            await _CONVERSATIONS.run(
                connection,
                [
                    (
                        house.accounts[v.account].id,
                        identity[str(v.customer)],
                        int(State.WAITING),
                        house.groups[plan.accounts[v.account]],
                        False,
                        0,
                        "",
                        False,
                        m,
                        m,
                    )
                    for v, m in zip(part, moments, strict=True)
                ],
            )
            made = await connection.execute(
                select(Conversation.id, Conversation.waiting_since)
                .where(Conversation.identity_id >= min(identity.values()))
                .order_by(Conversation.waiting_since, Conversation.id)
            )
            moved = {"from": State.BOT.name, "to": State.WAITING.name, "move": "ask_human"}
            await _EVENTS.run(connection, [(id_, at, "state", None, moved) for id_, at in made])
            await uow.commit()
    if not desk.database.is_sqlite:
        async with desk.unit() as uow:
            # What a server's own upkeep would have done by the time that so many wait.
            await uow.connection.exec_driver_sql("ANALYZE")
            await uow.commit()
