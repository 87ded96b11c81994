"""The nouns of the stand-in: bots, people, rooms, topics, callback queries, seats."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playground.deliver import Delivery

Json = dict[str, Any]
GENERAL_TOPIC = 1
_RIGHTS = [
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
]


@dataclass(slots=True)
class Bot:
    """One bot and what Telegram remembers about it."""

    token: str
    id: int
    name: str
    username: str
    delivery: Delivery
    can_read_all_group_messages: bool = False
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    user: Json = field(default_factory=dict)
    menu_button: Json = field(default_factory=lambda: {"type": "default"})
    inline: bool = False
    """Inline mode, as BotFather switches it."""
    inline_feedback: bool = False
    """Whether the bot is told which inline result was picked."""

    def __post_init__(self) -> None:
        self.user = {
            "id": self.id,
            "is_bot": True,
            "first_name": self.name,
            "username": self.username,
        }


@dataclass(slots=True)
class Person:
    """One human being with a Telegram account."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    photo: str | None = None
    """``file_unique_id`` of the profile photo."""
    deactivated: bool = False
    user: Json = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.describe()

    def describe(self) -> None:
        """Build the ``User`` object again after a field changed."""
        self.user = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        for name in ("last_name", "username", "language_code"):
            value = getattr(self, name)
            if value:
                self.user[name] = value


@dataclass(slots=True)
class Topic:
    """One forum topic. ``id`` is the message id of the service message that opened it."""

    id: int
    name: str
    icon_color: int
    icon_custom_emoji_id: str | None = None
    closed: bool = False


@dataclass(slots=True)
class Room:
    """One chat: of one bot with one person, or a supergroup.

    Messages are kept as the JSON objects of the Bot API and never changed in place: an edit puts
    a new object under the same id, so updates that wait for delivery keep what they said.
    """

    key: str
    chat: Json
    person: Person | None = None
    bot: Bot | None = None
    started: bool = False
    blocked: bool = False
    members: dict[int, str] = field(default_factory=dict)
    """User or bot id -> status: creator, administrator, member, left, kicked."""
    anonymous: set[int] = field(default_factory=set)
    topics: dict[int, Topic] = field(default_factory=dict)
    migrated_to: int | None = None
    messages: OrderedDict[int, Json] = field(default_factory=OrderedDict)
    reactions: dict[int, dict[int, list[Json]]] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    last_id: int = 0
    keyboard: Json | None = None
    """The reply keyboard that the bot shows under the composer."""

    @property
    def id(self) -> int:
        """Return the chat id that bots use."""
        number: int = self.chat["id"]
        return number

    @property
    def private(self) -> bool:
        """Say whether this is the chat of one person with one bot."""
        return self.person is not None

    @property
    def forum(self) -> bool:
        """Say whether the group has topics."""
        return bool(self.chat.get("is_forum"))

    def bots(self) -> list[int]:
        """Return the ids in this room that could be bots: everybody who has not left."""
        return [who for who, status in self.members.items() if status not in ("left", "kicked")]


@dataclass(slots=True)
class CallbackQuery:
    """One press of an inline button and what the bot answered."""

    id: str
    bot: Bot
    person: Person
    room: Room
    message_id: int
    data: str
    born: float
    answer: Json | None = None
    """``{"text", "show_alert", "url"}`` once the bot has answered; empty text means no toast."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One column of the page: a person who talks to one bot.

    ``role`` is the column's test hook: ``customer``, ``agent``, ``admin``; more customers get
    ``customer-2`` and so on.
    """

    title: str
    person: int
    bot_token: str
    role: str = "customer"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the Bot API that was carried out. ``at`` is monotonic seconds."""

    at: float
    token: str
    method: str
    params: Json
    result: Any


Clock = Callable[[], float]
wall_clock: Clock = time.time


def membership(user: Json, status: str) -> Json:
    """Return the ``ChatMember`` object of a user or bot with this status."""
    member: Json = {"status": status, "user": user}
    if status == "creator":
        member["is_anonymous"] = False
    elif status == "administrator":
        member.update(dict.fromkeys(_RIGHTS, True), can_be_edited=False, is_anonymous=False)
    elif status == "kicked":
        member["until_date"] = 0
    return member
