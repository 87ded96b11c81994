"""How conversations reach our people, and what happens while they wait: what owners set.

A policy is set for the whole desk, for an account and for a service group; the group's word counts
over the account's, and that over the desk's. What nobody has set is as it stands in ``Policy``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum

from core.calendar import TENANT, of_account, of_group

MOST_CAPACITY = 50
"""Customers one agent may serve at the same time. Source: requirement QUE-25."""
MOST_END_MINUTES = 48 * 60
"""Source: requirement QUE-29."""
MOST_RECEIVERS = 200
"""Our people who serve one account. Source: requirement QUE-26."""

Value = bool | int | str


class Mode(StrEnum):
    """How conversations reach agents. Source: requirement QUE-49."""

    OFFER = "offer"
    """Pull: a card to every free agent; the first press wins."""
    AUTO = "auto"
    """Push: each goes to an agent at once."""
    OWN = "own"
    """Push, to the owner of the customer first; who gets a customer without one becomes it."""


class Order(StrEnum):
    """Who is given the next conversation. Source: requirement QUE-23."""

    FEWEST = "fewest"
    """Who serves the fewest now (空闲分配)."""
    ROUND_ROBIN = "round_robin"
    """Who was given work the longest ago (轮流分配)."""


class CrossGroup(StrEnum):
    """How a customer gets into the group that an agent chose for them. Source: QUE-21."""

    DIRECT = "direct"
    ASK = "ask"
    """They are sent a button and join the group's line when they press it."""


NEVER = -1
"""For ``return_minutes``: conversations stay with an agent who has gone offline."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for one account and group.

    Args:
        mode: How conversations reach agents.
        order: Who is given the next one.
        last_agent: A returning customer goes to who served them last (requirement QUE-24).
        owner_first: A customer who has an owner goes to them; always so in mode ``own``.
        limit: Conversations of this account, or of this group, that one agent may serve at once,
            1 to 50 (requirement QUE-25); 0: only the agent's own limit counts. Both the
            account's and the group's count, see ``Policies.limits``.
        priority: 0 to 9; the line is sorted by it before the time of waiting, highest first.
        offer_seconds: A card that nobody pressed goes to the next after so long; 0 for never.
        reassign_minutes: A conversation that was given to an agent who has not answered goes
            back to the head of the line after so long; 0 for never.
        break_after_offers: So many offers let pass in a row put an agent on a break; 0 for never.
        break_after_minutes: So long without a sign while customers wait puts an agent on a
            break; 0 for never.
        return_minutes: When the conversations of an agent who went offline return to the head of
            the line: 0 at once, ``NEVER`` (-1) not at all.
        cross_group: How customers get into another group.
        remind: The reminder for silent customers is on (requirement QUE-30).
        remind_minutes: Silence of the customer after which they are reminded and the
            conversation is marked.
        end_minutes: Silence of the customer after which the conversation ends; at most 48 hours
            (requirement QUE-29); 0 for never.
        first_response_minutes: An agent shall answer a new conversation within; 0: no target.
        next_response_minutes: And each later message within; 0: no target.
        push: Agents may be told of unread messages (requirement QUE-32); for the whole desk only.
        push_outside: Outside the hours as well; for the whole desk only.
        push_minutes: How long a message may stay unread before its agent is told (QUE-31).
        ask_category: Agents name a consultation category when they end (requirement PRM-17).
        ask_rating: Customers are asked to rate the service after its end.
        tell_wait: Who waits is told when the estimate has changed by a third.
        notify_allocated: Who is allocated a customer by hand is told (requirement QUE-42).
    """

    mode: Mode = Mode.OFFER
    order: Order = Order.FEWEST
    last_agent: bool = False
    owner_first: bool = False
    limit: int = field(default=0, metadata={"least": 0, "most": MOST_CAPACITY})
    priority: int = field(default=0, metadata={"least": 0, "most": 9})
    offer_seconds: int = field(default=60, metadata={"least": 0, "most": 3600})
    reassign_minutes: int = field(default=0, metadata={"least": 0, "most": 24 * 60})
    break_after_offers: int = field(default=3, metadata={"least": 0, "most": 100})
    break_after_minutes: int = field(default=0, metadata={"least": 0, "most": 24 * 60})
    return_minutes: int = field(default=NEVER, metadata={"least": NEVER, "most": 24 * 60})
    cross_group: CrossGroup = CrossGroup.DIRECT
    remind: bool = False
    remind_minutes: int = field(default=5, metadata={"least": 1, "most": MOST_END_MINUTES})
    end_minutes: int = field(default=0, metadata={"least": 0, "most": MOST_END_MINUTES})
    first_response_minutes: int = field(default=0, metadata={"least": 0, "most": 24 * 60})
    next_response_minutes: int = field(default=0, metadata={"least": 0, "most": 24 * 60})
    push: bool = field(default=False, metadata={"tenant": True})
    push_outside: bool = field(default=False, metadata={"tenant": True})
    push_minutes: int = field(default=3, metadata={"least": 1, "most": 24 * 60})
    ask_category: bool = False
    ask_rating: bool = False
    tell_wait: bool = True
    notify_allocated: bool = field(default=True, metadata={"tenant": True})

    @property
    def pushes(self) -> bool:
        """Whether conversations are given to agents without their asking."""
        return self.mode is not Mode.OFFER

    @property
    def to_owner(self) -> bool:
        """Whether the customer's owner comes first."""
        return self.owner_first or self.mode is Mode.OWN


NAMES = tuple(f.name for f in fields(Policy))
"""Every setting, in the order in which it is shown."""
_FIELDS = {f.name: f for f in fields(Policy)}
_KINDS: dict[str, type[StrEnum]] = {"mode": Mode, "order": Order, "cross_group": CrossGroup}


class BadPolicy(ValueError):
    """A setting cannot be that.

    Args:
        name: Of the setting.
        least: The least it can be; ``None`` where it is no number.
        most: The most; ``None`` where it is no number.
        choices: What it can be, where it is one of several words.
    """

    def __init__(
        self,
        name: str,
        *,
        least: int | None = None,
        most: int | None = None,
        choices: tuple[str, ...] = (),
    ) -> None:
        super().__init__(name)
        self.name = name
        self.least = least
        self.most = most
        self.choices = choices


def is_for_desk_only(name: str) -> bool:
    """Say whether a setting can only be set for the whole desk."""
    return bool(_FIELDS[name].metadata.get("tenant"))


def bounds(name: str) -> tuple[int, int]:
    """Return the least and the most that the number *name* can be.

    Raises:
        KeyError: There is no such setting, or it is no number.
    """
    metadata = _FIELDS[name].metadata
    return metadata["least"], metadata["most"]


def checked(name: str, value: Value) -> Value:
    """Return *value* as it is stored for the setting *name*.

    Raises:
        KeyError: There is no such setting.
        BadPolicy: It cannot be that.
    """
    setting = _FIELDS[name]
    if name in _KINDS:
        try:
            return _KINDS[name](str(value)).value
        except ValueError as error:
            raise BadPolicy(name, choices=tuple(k.value for k in _KINDS[name])) from error
    if isinstance(setting.default, bool):
        if not isinstance(value, bool):
            raise BadPolicy(name, choices=("on", "off"))
        return value
    least, most = setting.metadata["least"], setting.metadata["most"]
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BadPolicy(name, least=least, most=most)
    return value


def over(policy: Policy, values: Mapping[str, Value]) -> Policy:
    """Return *policy* with *values*, as they are stored, over it; unknown names are passed over."""
    if not values:
        return policy  # most owners have set nothing, and this is asked for every message
    known = {
        name: _KINDS[name](str(value)) if name in _KINDS else value
        for name, value in values.items()
        if name in _FIELDS
    }
    return replace(policy, **known)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Policies:
    """Everything that was set, by owner: see ``core.calendar`` for how owners are written.

    Args:
        own: By owner, what was set for it.
        base: What holds where nobody has set anything; the configuration may name the mode.
    """

    own: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    base: Policy = Policy()

    @property
    def asks_rating(self) -> bool:
        """Whether any customer is asked to rate the service."""
        return self.base.ask_rating or any(own.get("ask_rating") for own in self.own.values())

    @property
    def desk(self) -> Policy:
        """What holds for the whole desk."""
        return over(self.base, self.own.get(TENANT, {}))

    def of(self, account: str, group_id: int | None) -> Policy:
        """Return what holds for a conversation.

        Args:
            account: Name of its account.
            group_id: Its group; ``None`` where there is none yet.
        """
        found = over(self.desk, self.own.get(of_account(account), {}))
        return found if group_id is None else over(found, self.own.get(of_group(group_id), {}))

    def limits(self, account: str, group_id: int | None) -> tuple[int, int]:
        """Return how many conversations of the account, and of the group, one agent may serve.

        The desk's own ``limit`` counts for every account that has none. 0 stands for no limit.
        """
        desk = int(self.desk.limit)
        of_this = self.own.get(of_account(account), {}).get("limit", desk)
        group = 0 if group_id is None else self.own.get(of_group(group_id), {}).get("limit", 0)
        return int(of_this), int(group)
