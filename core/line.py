"""The facts by which conversations are given to our people; see ``bot.queue.assignment``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Waiting:
    """A conversation in the line of a group.

    Args:
        conversation_id: Its number.
        group_id: The group in whose line it is.
        since: When the waiting began.
        priority: The line is sorted by it first, highest first.
        account: Name of the account.
        customer_id: Who waits.
        owner_id: The member of staff to whom this customer belongs; ``None`` for nobody.
        last_agent_id: Who served them last on this account; ``None`` for nobody.
        accounts: Names of all accounts to which the same person has written; only looked up where
            a rule asks.
        follower_id: To whom the same person belongs on another account; ``None`` for nobody.
    """

    conversation_id: int
    group_id: int
    since: datetime
    priority: int = 0
    account: str = ""
    customer_id: int = 0
    owner_id: int | None = None
    last_agent_id: int | None = None
    accounts: frozenset[str] = frozenset()
    follower_id: int | None = None

    @property
    def place(self) -> tuple[int, datetime, int]:
        """What the line is sorted by."""
        return (-self.priority, self.since, self.conversation_id)


@dataclass(frozen=True, slots=True)
class Seat:
    """An agent who is on duty for a group; somebody in two groups has two of these.

    Args:
        staff_id: Number of the agent.
        group_id: One group that they are in.
        capacity: Conversations they may hold at once.
        serving: Conversations they hold now.
        idle_since: When they were last given work.
        by_account: How many of those they hold are of each account; accounts without any are
            left out.
        by_group: The same by group.
    """

    staff_id: int
    group_id: int
    capacity: int
    serving: int
    idle_since: datetime
    by_account: Mapping[str, int] = field(default_factory=dict)
    by_group: Mapping[int, int] = field(default_factory=dict)


class Source(StrEnum):
    """Whose customers a rule is about. Source: requirement QUE-34."""

    ALL = "all"
    INSTITUTIONS = "institutions"
    """Accounts of the chosen institutions (account groups)."""
    ACCOUNTS = "accounts"
    SHARED = "shared"
    """Customers who have written to two or more accounts."""


class Target(StrEnum):
    """To whom a rule gives them. Source: requirement QUE-35."""

    ALL = "all"
    KEEPER = "keeper"
    """The account's keeper (设备保管者)."""
    KEEPER_DEPARTMENT = "keeper_department"
    KEEPER_TREE = "keeper_tree"
    """The keeper's department and those below it."""
    KEEPER_BELOW = "keeper_below"
    """Only those below it."""
    DEPARTMENTS = "departments"
    FOLLOWER = "follower"
    """The agent whom the same customer belongs to already."""


class RuleOrder(StrEnum):
    """Who of several is chosen. Source: requirement QUE-36."""

    SEQUENTIAL = "sequential"
    """One each in turn (顺序分配)."""
    RANDOM = "random"
    """Who follows the customer longest, then who has chatted most with them, then by lot, with
    each agent's weight as their share (随机分配)."""


@dataclass(frozen=True, slots=True)
class AllocationRule:
    """Decides whose a new customer is (分配规则). Source: requirements QUE-33 to QUE-39.

    Args:
        id: Number in storage; 0 before it is stored.
        name: What admins call it.
        source: Whose customers it is about.
        sources: Names of accounts, or of institutions, by ``source``.
        target: To whom it gives them.
        targets: Numbers of departments, where ``target`` is ``DEPARTMENTS``.
        order: Who of several is chosen.
        online_only: Only agents who are online are considered; otherwise a customer may become
            somebody's who is not there, and is served by somebody else meanwhile.
        enabled: Whether it is asked.
    """

    id: int
    name: str
    source: Source = Source.ALL
    sources: tuple[str, ...] = ()
    target: Target = Target.ALL
    targets: tuple[int, ...] = ()
    order: RuleOrder = RuleOrder.SEQUENTIAL
    online_only: bool = True
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class AccountSeats:
    """What assignment must know of an account.

    Args:
        name: Its name.
        institution: The institution that it belongs to; empty for none.
        keeper_id: Who keeps it; ``None`` for nobody.
        receivers: Who of a group serves it, by the group's number. In a group that is left out, for
            nobody was chosen or none of those who were belongs to it, everybody does: whoever waits
            there would wait for ever otherwise.
    """

    name: str
    institution: str = ""
    keeper_id: int | None = None
    receivers: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def served_by(self, staff_id: int, group_id: int) -> bool:
        """Say whether one of a group's people serves the account's customers there."""
        chosen = self.receivers.get(group_id)
        return chosen is None or staff_id in chosen


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whose a customer may become, on duty or not.

    Args:
        staff_id: Number of the agent.
        department_id: Their department; ``None`` for none.
        daily_limit: Customers who may become theirs in a day by a rule or by the desk itself
            (requirement QUE-39); ``None``: any number.
        allocated_today: How many did today.
        weight: Their share where a rule goes by lot, at least 1.
    """

    staff_id: int
    department_id: int | None = None
    daily_limit: int | None = None
    allocated_today: int = 0
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Tie:
    """What binds an agent and a customer: since when, and how many conversations."""

    since: datetime
    chats: int


@dataclass(frozen=True, slots=True)
class Allotment:
    """Everything that allocation rules look at besides who waits and who sits.

    Args:
        rules: In the order in which they are asked; those that are off may be among them.
        accounts: Facts by account name.
        candidates: Everybody who may own customers, by number.
        parents: The department above each; ``None`` for the top.
        turns: For (rule, agent), the number of the last allocation by that rule to that agent:
            a higher one was later. Those without one are left out.
        ties: For (customer, agent), what binds them; those without a tie are left out.
    """

    rules: tuple[AllocationRule, ...] = ()
    accounts: Mapping[str, AccountSeats] = field(default_factory=dict)
    candidates: Mapping[int, Candidate] = field(default_factory=dict)
    parents: Mapping[int, int | None] = field(default_factory=dict)
    turns: Mapping[tuple[int, int], int] = field(default_factory=dict)
    ties: Mapping[tuple[int, int], Tie] = field(default_factory=dict)
