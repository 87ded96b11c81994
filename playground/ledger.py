"""What the stand-in remembers: bots, people, rooms, messages, and who is watching."""

import random
from collections.abc import Iterable
from typing import Any

from playground.deliver import Delivery
from playground.filestore import Files, faced
from playground.refusal import bad, forbidden
from playground.things import (
    GENERAL_TOPIC,
    Bot,
    CallbackQuery,
    Clock,
    Json,
    Person,
    Room,
    Topic,
    wall_clock,
)
from playground.watching import Watching

KEPT_MESSAGES = 10_000
"""Messages that one room keeps; older ones are forgotten as if they had been deleted."""

GROUP_ANONYMOUS_BOT = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}


class Ledger(Watching):
    """The memory of the stand-in, with the few ways in which it changes.

    Args:
        clock: Wall clock in seconds; dates of messages come from it.
        rng: Randomness for dice and for the caps of webhook repetition.
        retry_scale: Factor on the waiting times of webhook repetition; tests take 0.01.
    """

    def __init__(
        self,
        *,
        clock: Clock = wall_clock,
        rng: random.Random | None = None,
        retry_scale: float = 1.0,
    ) -> None:
        super().__init__()
        self.clock = clock
        self.rng = rng or random.Random()
        self.files = Files()
        self.bots: dict[str, Bot] = {}
        self.people: dict[int, Person] = {}
        self.rooms: dict[str, Room] = {}
        self.groups: dict[int, Room] = {}
        self.queries: dict[str, CallbackQuery] = {}
        self._bots_by_id: dict[int, Bot] = {}
        self._retry_scale = retry_scale
        self._next_query = 7_700_000_000_000_000_000
        self._next_album = 990_000

    # -- bots and people -----------------------------------------------------------------------

    def add_bot(
        self,
        token: str,
        name: str = "Bot",
        username: str | None = None,
        *,
        reads_all: bool = False,
    ) -> Bot:
        """Create the bot with *token* (``<id>:<secret>``), or return the one that has it.

        Raises:
            ValueError: The token does not begin with a number and a colon.
        """
        if token in self.bots:
            return self.bots[token]
        number, colon, secret = token.partition(":")
        if not (number.isdigit() and colon and secret):
            raise ValueError("a bot token looks like 123456:ABC")
        if int(number) in self._bots_by_id:
            raise ValueError(f"there is already a bot with id {number}")
        delivery = Delivery(scale=self._retry_scale, rng=self.rng)
        handle = (
            username or f"{''.join(c for c in name.lower() if c.isalnum() and c.isascii())}_bot"
        )
        bot = Bot(token, int(number), name, handle, delivery, reads_all)
        self.bots[token] = bot
        self._bots_by_id[bot.id] = bot
        return bot

    def bot(self, reference: "Bot | str | int") -> Bot:
        """Find a bot by token, id, name or username.

        Raises:
            LookupError: There is none.
        """
        if isinstance(reference, Bot):
            return reference
        if isinstance(reference, int):
            found = self._bots_by_id.get(reference)
        else:
            found = self.bots.get(reference) or next(
                (b for b in self.bots.values() if reference in (b.name, b.username, str(b.id))),
                None,
            )
        if found is None:
            raise LookupError(f"no such bot: {reference}")
        return found

    def person(self, id: int, first_name: str | None = None, **details: Any) -> Person:
        """Create a person, or return the one with this id with the given details changed.

        Args:
            id: The user id, above zero.
            first_name: Needed for a new person; ``None`` leaves it as it is.
            details: ``last_name``, ``username``, ``language_code``, ``deactivated``.
        """
        someone = self.people.get(id)
        if someone is None:
            if id <= 0:
                raise ValueError("a person's id is above zero")
            someone = self.people[id] = Person(id, first_name or f"Person {id}")
        elif first_name is not None:
            someone.first_name = first_name
        for name, value in details.items():
            if name not in ("last_name", "username", "language_code", "deactivated"):
                raise ValueError(f"a person has no {name}")
            setattr(someone, name, value)
        someone.describe()
        for room in self.rooms.values():
            if room.person is someone:
                room.chat = _private_chat(someone)
        return someone

    def private(self, bot: Bot, person: Person) -> Room:
        """Return the chat of a person with a bot; it exists from the first look."""
        key = f"p{bot.id}.{person.id}"
        room = self.rooms.get(key)
        if room is None:
            room = Room(key, _private_chat(person), person=person, bot=bot)
            room.members = {person.id: "member", bot.id: "member"}
            self.rooms[key] = room
        return room

    # -- finding what a call is about ----------------------------------------------------------

    def room_for(self, bot: Bot, chat_id: int | str) -> Room:
        """Return the room that a bot means.

        Raises:
            Refusal: Unknown chat, a person who never started or has blocked the bot, a group that
                the bot is not in or that became another one.
        """
        if isinstance(chat_id, str):
            chat_id = self._named_chat(chat_id)
        if chat_id > 0:
            room = self.rooms.get(f"p{bot.id}.{chat_id}")
            if room is None or room.person is None or not room.started:
                if chat_id in self._bots_by_id:
                    raise forbidden("bots can't send messages to bots")
                if chat_id not in self.people:
                    raise bad("chat not found")
                raise forbidden("bot can't initiate conversation with a user")
            if room.person.deactivated:
                raise forbidden("user is deactivated")
            if room.blocked:
                raise forbidden("bot was blocked by the user")
            return room
        group = self.groups.get(chat_id)
        if group is None or bot.id not in group.members:
            raise bad("chat not found")
        if group.migrated_to is not None:
            raise bad(
                "group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": group.migrated_to},
            )
        status = group.members[bot.id]
        kind = group.chat["type"]
        if status == "kicked":
            raise forbidden(f"bot was kicked from the {kind} chat")
        if status == "left":
            raise forbidden(f"bot is not a member of the {kind} chat")
        return group

    def _named_chat(self, name: str) -> int:
        handle = name.removeprefix("@").lower()
        for room in self.groups.values():
            if handle and room.chat.get("username", "").lower() == handle:
                return room.id
        raise bad("chat not found")

    def thread_for(self, room: Room, thread: int | None, *, admin: bool) -> Topic | None:
        """Return the topic that a call names; ``None`` for none, which is General in a forum.

        Raises:
            Refusal: No such topic (General, id 1, counts as unknown), or closed for non-admins.
        """
        if thread is None or thread == 0:
            return None
        topic = room.topics.get(thread)
        if topic is None or thread == GENERAL_TOPIC:
            raise bad("message thread not found")
        if topic.closed and not admin:
            raise bad("TOPIC_CLOSED")
        return topic

    # -- changing rooms ------------------------------------------------------------------------

    def post(self, room: Room, sender: Json | None, content: Json) -> Json:
        """Put a message into a room and tell the watchers; delivering it is the caller's part.

        Returns:
            The new ``Message``.
        """
        room.last_id += 1
        message: Json = {"message_id": room.last_id}
        if sender is not None:
            message["from"] = sender
        message["chat"] = room.chat
        message["date"] = int(self.clock())
        message.update(content)
        room.messages[room.last_id] = message
        if len(room.messages) > KEPT_MESSAGES:
            room.messages.popitem(last=False)
        self.publish(room, "message", message=message)
        return message

    def replace(self, room: Room, message: Json) -> None:
        """Put a changed message in the place of the old one."""
        room.messages[message["message_id"]] = message
        self.publish(room, "edit", message=message)

    def remove(self, room: Room, ids: Iterable[int]) -> None:
        """Take messages out of a room."""
        gone = [number for number in ids if room.messages.pop(number, None) is not None]
        for number in gone:
            room.reactions.pop(number, None)
            if number in room.pinned:
                room.pinned.remove(number)
        if gone:
            self.publish(room, "delete", ids=gone)

    def tell(self, room: Room, kind: str, payload: Json, *, besides: int | None = None) -> None:
        """Hand a message update to every bot in the room that is allowed to see it.

        Args:
            room: Where it happened.
            kind: ``message`` or ``edited_message``.
            payload: The ``Message``.
            besides: Id of the bot that did it itself and therefore hears nothing.
        """
        lane = f"c{room.id}"
        if room.bot is not None:
            if room.bot.id != besides:
                room.bot.delivery.put(kind, lane, faced(payload, room.bot.id))
            return
        for who in room.bots():
            bot = self._bots_by_id.get(who)
            if bot is None or who == besides or not self._may_read(bot, room, payload):
                continue
            bot.delivery.put(kind, lane, faced(payload, who))

    def _may_read(self, bot: Bot, room: Room, message: Json) -> bool:
        """Apply privacy mode: commands, mentions and replies to the bot, or everything."""
        if bot.can_read_all_group_messages or room.members.get(bot.id) == "administrator":
            return True
        answered = message.get("reply_to_message", {}).get("from", {}).get("id")
        text = message.get("text", "") or message.get("caption", "")
        service = "text" not in message and "forum_topic_created" in message
        return (
            answered == bot.id
            or text.startswith("/")
            or f"@{bot.username}" in text
            or service
            or "new_chat_members" in message
        )

    def next_query_id(self) -> str:
        """Return a fresh callback query id."""
        self._next_query += 1
        return str(self._next_query)

    def next_album_id(self) -> str:
        """Return a fresh ``media_group_id``."""
        self._next_album += 1
        return str(self._next_album)


def _private_chat(person: Person) -> Json:
    chat: Json = {"id": person.id, "type": "private", "first_name": person.first_name}
    for name in ("last_name", "username"):
        value = getattr(person, name)
        if value:
            chat[name] = value
    return chat


def known_message(room: Room, number: int, complaint: str) -> Json:
    """Return a message of the room.

    Raises:
        Refusal: ``Bad Request: <complaint>`` when it is not there.
    """
    message = room.messages.get(number)
    if message is None:
        raise bad(complaint)
    return message
