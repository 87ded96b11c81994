"""Draws lines, seats, cards and rules of every kind."""

from hypothesis import strategies as st

from bot.queue.floor import Floor
from core.line import (
    AccountSeats,
    AllocationRule,
    Allotment,
    Candidate,
    RuleOrder,
    Seat,
    Source,
    Target,
    Waiting,
)
from core.policy import Mode, Order, Policies, Policy
from tests.queue.shift import Lies, s, w

ACCOUNTS = ("shop", "site")
CARDS = st.sets(st.builds(Lies, st.integers(1, 30), st.integers(1, 12)), max_size=12)


@st.composite
def lines(draw: st.DrawFn) -> list[Waiting]:
    """Draw customers whom nobody knows, in three groups of one account."""
    ids = draw(st.lists(st.integers(1, 30), unique=True, max_size=12))
    return [w(i, group=draw(st.integers(1, 3)), minute=draw(st.integers(0, 4))) for i in ids]


@st.composite
def rooms(draw: st.DrawFn) -> list[Seat]:
    """Draw agents, each in one group or more, some of them with too many conversations."""
    seats = []
    for staff_id in draw(st.lists(st.integers(1, 9), unique=True, max_size=6)):
        capacity, serving = draw(st.integers(1, 4)), draw(st.integers(0, 5))
        idle = draw(st.integers(0, 3))
        for group in draw(st.sets(st.integers(1, 3), min_size=1)):
            seats.append(s(staff_id, group=group, capacity=capacity, serving=serving, idle=idle))
    return seats


@st.composite
def queues(draw: st.DrawFn) -> list[Waiting]:
    """Draw customers of two accounts: urgent, owned and known ones too."""
    ids = draw(st.lists(st.integers(1, 30), unique=True, max_size=12))
    return [
        w(
            id_,
            group=draw(st.integers(1, 3)),
            minute=draw(st.integers(0, 4)),
            priority=draw(st.integers(0, 1)),
            account=draw(st.sampled_from(ACCOUNTS)),
            owner_id=draw(st.none() | st.integers(1, 9)),
            last_agent_id=draw(st.none() | st.integers(1, 9)),
        )
        for id_ in ids
    ]


@st.composite
def floors(draw: st.DrawFn) -> Floor:
    """Draw people, policies, rules and passes of every kind."""
    seats = []
    people = {}
    for staff_id in draw(st.lists(st.integers(1, 9), unique=True, max_size=6)):
        held = draw(
            st.dictionaries(
                st.tuples(st.sampled_from(ACCOUNTS), st.integers(1, 3)),
                st.integers(1, 2),
                max_size=3,
            )
        )
        by_account: dict[str, int] = {}
        by_group: dict[int, int] = {}
        for (account, group), count in held.items():
            by_account[account] = by_account.get(account, 0) + count
            by_group[group] = by_group.get(group, 0) + count
        capacity, idle = draw(st.integers(1, 6)), draw(st.integers(0, 3))
        daily = draw(st.none() | st.integers(0, 3))
        people[staff_id] = Candidate(staff_id, draw(st.integers(10, 12)), daily)
        for group in draw(st.sets(st.integers(1, 3), min_size=1)):
            seats.append(
                s(
                    staff_id,
                    group=group,
                    capacity=capacity,
                    serving=sum(by_account.values()),
                    idle=idle,
                    by_account=by_account,
                    by_group=by_group,
                )
            )
    limits = st.dictionaries(
        st.sampled_from(["", "account:shop", "account:site", "group:1", "group:2"]),
        st.fixed_dictionaries(
            {}, optional={"limit": st.integers(0, 3), "mode": st.sampled_from([*Mode]).map(str)}
        ),
        max_size=4,
    )
    base = Policy(
        mode=draw(st.sampled_from(Mode)),
        order=draw(st.sampled_from(Order)),
        last_agent=draw(st.booleans()),
        owner_first=draw(st.booleans()),
    )
    rules = draw(
        st.lists(
            st.builds(
                AllocationRule,
                st.integers(1, 5),
                st.just("rule"),
                st.sampled_from([Source.ALL, Source.ACCOUNTS]),
                st.just(("shop",)),
                st.sampled_from([Target.ALL, Target.DEPARTMENTS]),
                st.just((10, 11)),
                st.sampled_from(RuleOrder),
                st.booleans(),
            ),
            max_size=2,
            unique_by=lambda rule: rule.id,
        )
    )
    of_group = st.frozensets(st.integers(1, 9), min_size=1, max_size=4)
    receivers = draw(st.dictionaries(st.integers(1, 3), of_group, max_size=2))
    accounts = {"shop": AccountSeats("shop", receivers=receivers)}
    passed = draw(st.sets(st.tuples(st.integers(1, 30), st.integers(1, 9)), max_size=6))
    allotment = Allotment(tuple(rules), accounts, people)
    return Floor(seats, Policies(draw(limits), base), allotment, passed=passed)
