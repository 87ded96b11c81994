"""The few words that storage, the deciders and the bots all share."""

from enum import IntEnum, StrEnum


class State(IntEnum):
    """Where a conversation stands. Numbers follow WeChat customer service's own five states."""

    NEW = 0
    BOT = 1
    WAITING = 2
    SERVING = 3
    ENDED = 4


class Presence(StrEnum):
    """Whether an agent takes conversations now."""

    ONLINE = "online"
    BREAK = "break"
    OFFLINE = "offline"


class Role(StrEnum):
    """What a member of staff is. Each role may do all that the one before it may."""

    AGENT = "agent"
    ADMIN = "admin"
    OWNER = "owner"


class Direction(StrEnum):
    """Which way a message in the transcript went."""

    IN = "in"
    OUT = "out"
    SYSTEM = "system"


class Author(StrEnum):
    """Who a message in the transcript is from."""

    CUSTOMER = "customer"
    ROBOT = "robot"
    AGENT = "agent"
    SYSTEM = "system"
