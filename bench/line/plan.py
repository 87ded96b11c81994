"""What happens at a simulated desk, drawn from a seed before anything runs.

Everything about a customer is drawn with the customer, so that what the engine decides changes
nothing of what is still to come.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count, islice

from core.policy import Value

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Monday, 9:00 in Shanghai: second 0 of every plan."""
ROUND_ROBIN: Mapping[str, Value] = {"mode": "auto", "order": "round_robin", "tell_wait": False}


@dataclass(frozen=True, slots=True)
class Visit:
    """One customer who asks for a person.

    Args:
        second: When.
        customer: Who; the same number comes again.
        account: Name of the account.
        service: Seconds that serving them takes.
        patience: Seconds after which they leave the line; ``None``: they wait for ever.
        moves: What their agent does half-way: ``colleague``, ``group``, or nothing.
    """

    second: float
    customer: int
    account: str
    service: float
    patience: float | None = None
    moves: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """An agent, by their place in the plan, comes, takes a break or goes; or falls silent.

    *becomes* is a presence, ``silent`` (their phone is dead: they do nothing any more) or
    ``awake``.
    """

    second: float
    agent: int
    becomes: str


@dataclass(frozen=True, slots=True)
class Hand:
    """An agent of the plan: how many conversations at once, in which groups by their place."""

    capacity: int
    groups: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A desk and all that happens at it.

    Args:
        name: What the scenario is called.
        seed: Where everything is drawn from.
        agents: Who works there.
        accounts: The group, by its place, of each account.
        visits: Who comes, in the order of their seconds.
        signs: What agents do, in the order of their seconds.
        groups: How many service groups there are.
        policies: What is set, by owner; ``group:0`` is the first group.
        waiting: So many of the visits wait from the start, without having gone through the intake.
        batch: Customers whose messages come in together, where so many write in one second.
        answers: Share of the conversations in which the agent answers at once; the others are
            served without a word, which is cheaper to simulate.
        timers: Whether the timers run too.
        until: The second at which it ends, whatever is still to come; ``None``: when all is over.
        together: What happens within so many seconds is settled together, as under load, when the
            bell has rung already; 0: each thing by itself.
        equals: Agents that are on duty for the same time, whose shares are compared.
    """

    name: str
    seed: int
    agents: Sequence[Hand]
    accounts: Mapping[str, int]
    visits: Sequence[Visit]
    signs: Sequence[Sign]
    groups: int = 1
    policies: Mapping[str, Mapping[str, Value]] = field(default_factory=lambda: {"": ROUND_ROBIN})
    waiting: int = 0
    batch: int = 50
    answers: float = 0.0
    timers: bool = False
    until: float | None = None
    together: float = 0.0
    equals: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Traffic:
    """How customers come.

    Args:
        every: Seconds between two of them, on average (Poisson).
        service: Median of the seconds that serving one takes (log-normal).
        spread: Its scatter.
        patience: Seconds that they wait on average before they leave; 0 for ever.
        returning: Share of those who have come before.
        moves: Share of those whose agent hands them on.
    """

    every: float
    service: float = 240.0
    spread: float = 0.5
    patience: float = 0.0
    returning: float = 0.0
    moves: float = 0.0


def visits(
    rng: random.Random, traffic: Traffic, accounts: Sequence[str], start: float = 0.0
) -> Iterator[Visit]:
    """Draw customers without end, the next one after the other."""
    second, known, newcomers = start, [0], count(1)
    while True:
        second += rng.expovariate(1 / traffic.every)
        # Whoever came long ago is over by now; somebody who still waits would not come anew.
        again = len(known) > 2_000 and rng.random() < traffic.returning
        customer = known[rng.randrange(len(known) - 1_500)] if again else next(newcomers)
        if not again:
            known.append(customer)
        # One account a customer: somebody who comes back writes to the same one.
        account = accounts[customer % len(accounts)]
        yield Visit(
            second,
            customer,
            account,
            rng.lognormvariate(0, traffic.spread) * traffic.service,
            rng.expovariate(1 / traffic.patience) if traffic.patience else None,
            rng.choice(("colleague", "group")) if rng.random() < traffic.moves else "",
        )


def _everybody(agents: int, becomes: str, start: float, within: float = 0.0) -> list[Sign]:
    step = within / max(1, agents)
    return [Sign(start + number * step, number, becomes) for number in range(agents)]


def steady(conversations: int, seed: int = 1, agents: int = 20) -> Plan:
    """An even day: as many come as can be served, and everybody is there from start to end.

    A twentieth comes again, a twentieth is handed on, and some lose patience.
    """
    capacity, service = 5, 240.0
    rng = random.Random(f"steady {seed}")
    load = 0.8
    # The mean of a log-normal lies above its median.
    busy = service * 1.133
    traffic = Traffic(busy / (agents * capacity * load), service, 0.5, 600.0, 0.05, 0.0)
    return Plan(
        "steady",
        seed,
        [Hand(capacity, (0,)) for _ in range(agents)],
        {"shop": 0, "site": 0},
        list(islice(visits(rng, traffic, ("shop", "site")), conversations)),
        _everybody(agents, "online", -60),
        equals=range(agents),
    )


def rush(conversations: int = 1_000, seed: int = 2) -> Plan:
    """Monday, 9:00: 500 wait before anybody is there, then 20 agents sign on within a minute."""
    rng = random.Random(f"rush {seed}")
    accounts = ("shop", "site", "vip")
    before = islice(visits(rng, Traffic(7.0, 200.0), accounts, -3_600.0), 500)
    early = [v for v in before if v.second < 0]
    more = 500 - len(early)
    early += [Visit(-0.5, 1_000_000 + n, "shop", 200.0) for n in range(more)]
    after = visits(rng, Traffic(3.0, 200.0, 0.6, 900.0, 0.0, 0.1), accounts)
    late = [
        Visit(v.second, v.customer + 2_000_000, v.account, v.service, v.patience, v.moves)
        for v in islice(after, max(0, conversations - 500))
    ]
    hands = [Hand(5, (n % 2,) if n % 5 else (0, 1)) for n in range(20)]
    policies: dict[str, Mapping[str, Value]] = {
        "": ROUND_ROBIN,
        "account:site": {"limit": 3},
        "group:1": {"limit": 4},
    }
    signs = _everybody(20, "online", 0.0, 60.0)
    plan = Plan("rush", seed, hands, {"shop": 0, "site": 0, "vip": 1}, early + late, signs, 2)
    return replace(plan, policies=policies)


def lunch(conversations: int = 1_000, seed: int = 3) -> Plan:
    """At noon one half takes a break for half an hour, then the other; a few go for good."""
    rng = random.Random(f"lunch {seed}")
    traffic = Traffic(6.0, 300.0, 0.7, 1_200.0, 0.1, 0.1)
    come = list(islice(visits(rng, traffic, ("shop", "site", "vip")), conversations))
    span = come[-1].second
    signs = _everybody(16, "online", -60.0)
    third = span / 3
    for number in range(16):
        start = third * (1 + number % 2)
        signs.append(Sign(start + number, number, "offline" if number in (3, 8) else "break"))
        signs.append(Sign(start + third * 0.8 + number, number, "online"))
    signs.sort(key=lambda s: s.second)
    hands = [Hand(4, (n % 2,) if n % 4 else (0, 1)) for n in range(16)]
    policies: dict[str, Mapping[str, Value]] = {
        "": {**ROUND_ROBIN, "return_minutes": 0},
        "account:vip": {"limit": 2, "priority": 3},
    }
    plan = Plan("lunch", seed, hands, {"shop": 0, "site": 1, "vip": 0}, come, signs, 2)
    return replace(plan, policies=policies)


def phone_dies(conversations: int = 600, seed: int = 4) -> Plan:
    """Three of eight agents do nothing any more, without a word; the timers notice."""
    rng = random.Random(f"phone {seed}")
    traffic = Traffic(16.0, 240.0, 0.5)
    come = list(islice(visits(rng, traffic, ("shop",)), conversations))
    middle = come[len(come) // 3].second
    signs = _everybody(8, "online", -60.0)
    signs += [Sign(middle + 40 * n, n, "silent") for n in range(3)]
    signs += [Sign(middle * 2 + 40 * n, n, "awake") for n in range(3)]
    policy: dict[str, Value] = {**ROUND_ROBIN, "reassign_minutes": 2, "break_after_minutes": 6}
    hands = [Hand(5, (0,)) for _ in range(8)]
    plan = Plan("phone_dies", seed, hands, {"shop": 0}, come, signs, answers=1.0, timers=True)
    return replace(plan, policies={"": policy})


def crowd(conversations: int = 12_000, seed: int = 5, waiting: int = 11_000) -> Plan:
    """Around 10,000 wait all the time while 200 agents of eight groups serve the first of them."""
    rng = random.Random(f"crowd {seed}")
    agents, groups = 200, 8
    accounts = {f"a{n}": n for n in range(groups)}
    traffic = Traffic(1.0, 600.0, 0.5)
    first = [
        Visit(-3_600 + n * 0.3, 1_000_000 + n, f"a{n % groups}", v.service)
        for n, v in enumerate(islice(visits(rng, traffic, list(accounts)), waiting))
    ]
    late = list(islice(visits(rng, traffic, list(accounts), 60.0), conversations - waiting))
    hands = [
        Hand(5, (n % groups,) if n % 5 else (n % groups, (n + 3) % groups)) for n in range(agents)
    ]
    signs = _everybody(agents, "online", 0.0, 60.0)
    plan = Plan("crowd", seed, hands, accounts, first + late, signs, groups, waiting=waiting)
    return replace(plan, until=late[-1].second + 1.0 if late else None)
