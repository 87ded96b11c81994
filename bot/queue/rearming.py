"""Decides which timers a happening sets and which it ends. Pure.

After the agent has written it is the customer's turn, and silence is theirs: the reminder and the
end are set. After the customer has written it is the agent's turn: what watches the agent is set,
and counts from the first message that has had no answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from core.policy import Policy
from core.timers import (
    END,
    OF_SERVING,
    OF_WAITING,
    PLACE,
    REASSIGN,
    REMIND,
    RESPONSE,
    SNOOZE,
    UNREAD,
)

PLACE_EVERY = timedelta(minutes=1)
"""How often who waits is told of their place at the most."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A timer to be set.

    Args:
        kind: What is to happen.
        after: How long from now.
        keep: Whether one that is set already stays as it is; otherwise it is moved.
        data: What it must remember.
    """

    kind: str
    after: timedelta
    keep: bool = False
    data: Mapping[str, object] | None = field(default=None)


@dataclass(frozen=True, slots=True)
class Rearming:
    """What becomes of a conversation's timers: first ``cancel`` ends some, then ``set`` sets."""

    set: tuple[Setting, ...] = ()
    cancel: tuple[str, ...] = ()


def joined_line(policy: Policy, told: timedelta | None) -> Rearming:
    """Return what follows when a conversation joins a line.

    Args:
        policy: What holds for it.
        told: The wait that the customer was told; ``None``: too little was known.
    """
    if not policy.tell_wait:
        return Rearming(cancel=OF_SERVING)
    return replace(still_waits(told), cancel=OF_SERVING)


def still_waits(told: timedelta | None) -> Rearming:
    """Return what follows when somebody in line has been looked at, or told of their place again.

    Args:
        told: The wait that they were told last; ``None``: none yet.
    """
    data = {"told": None if told is None else int(told.total_seconds())}
    return Rearming((Setting(PLACE, PLACE_EVERY, data=data),))


def left_the_watch() -> Rearming:
    """Return what follows when somebody waits on, but without watching the line."""
    return Rearming(cancel=(*OF_SERVING, PLACE))


def service_began(policy: Policy, *, given: bool) -> Rearming:
    """Return what follows when somebody begins to serve a conversation.

    Args:
        policy: What holds for it.
        given: Whether they were given it without asking, and may not be looking.
    """
    found = _agents_turn(policy, first=True, keep=False)
    if given and policy.reassign_minutes:
        found.append(Setting(REASSIGN, timedelta(minutes=policy.reassign_minutes)))
    # What watched an earlier agent says nothing about this one.
    return Rearming(tuple(found), (*OF_WAITING, *OF_SERVING))


def customer_wrote(policy: Policy) -> Rearming:
    """Return what follows when the customer of a served conversation writes."""
    watched = policy.remind or policy.end_minutes
    return Rearming(
        tuple(_agents_turn(policy, first=False, keep=True)), (REMIND, END) if watched else ()
    )


def agent_wrote(policy: Policy) -> Rearming:
    """Return what follows when the agent of a conversation writes."""
    found = []
    if policy.remind:
        found.append(Setting(REMIND, timedelta(minutes=policy.remind_minutes)))
    if policy.end_minutes:
        found.append(Setting(END, timedelta(minutes=policy.end_minutes)))
    return Rearming(tuple(found), (UNREAD, RESPONSE, REASSIGN, SNOOZE))


def put_off(after: timedelta | None) -> Rearming:
    """Return what follows when an agent puts a conversation off: nobody is watched meanwhile.

    Args:
        after: For how long; ``None``: until the customer writes.
    """
    found = () if after is None else (Setting(SNOOZE, after),)
    return Rearming(found, OF_SERVING)


def came_back(policy: Policy, *, owed: bool) -> Rearming:
    """Return what follows when a conversation that was put off comes back.

    Args:
        policy: What holds for it.
        owed: Whether the customer had the last word, so that it is the agent's turn.
    """
    if not owed:
        return replace(agent_wrote(policy), cancel=OF_SERVING)
    return Rearming(tuple(_agents_turn(policy, first=False, keep=False)), OF_SERVING)


def _agents_turn(policy: Policy, *, first: bool, keep: bool) -> list[Setting]:
    found = []
    if policy.push:
        found.append(Setting(UNREAD, timedelta(minutes=policy.push_minutes), keep))
    target = policy.first_response_minutes if first else policy.next_response_minutes
    if target:
        found.append(Setting(RESPONSE, timedelta(minutes=target), keep, {"first": first}))
    return found
