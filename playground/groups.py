"""Who is where: people, the rooms they mean, supergroups and their topics."""

from playground.contents import Contents
from playground.things import GENERAL_TOPIC, Bot, Json, Person, Room, Topic, membership

TOPIC_COLOURS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)

Place = Room | Bot | str | int
Who = Person | int


class Groups(Contents):
    """Supergroups and everybody's way into rooms."""

    def whoever(self, who: Who) -> Person:
        """Return the person; ``LookupError`` for an id that nobody has."""
        if isinstance(who, Person):
            return who
        if who not in self.people:
            raise LookupError(f"no such person: {who}")
        return self.people[who]

    def place(self, person: Person, place: Place) -> Room:
        """Return the room that a person means; see ``crowd.py``."""
        if isinstance(place, Room):
            return place
        if isinstance(place, int) and place < 0:
            if place not in self.groups:
                raise LookupError(f"no such group: {place}")
            return self.groups[place]
        if isinstance(place, str) and place.startswith("-") and place[1:].isdigit():
            return self.place(person, int(place))
        return self.private(self.bot(place), person)

    def group(
        self,
        id: int,
        title: str,
        *,
        members: dict[int, str] | list[int] | None = None,
        bots: list[Bot | str | int] | None = None,
        forum: bool = True,
        bots_are_admins: bool = True,
    ) -> Room:
        """Create a supergroup, or return the one with this id with the new members added.

        Args:
            id: Chat id, below zero (Telegram's begin with -100).
            title: Its name.
            members: User ids, or ids with their status (creator, administrator, member).
            bots: Bots that are put into the group.
            forum: Whether it has topics.
            bots_are_admins: Whether the bots administer it; others are plain members.
        """
        if id >= 0:
            raise ValueError("a group's id is below zero")
        room = self.groups.get(id)
        if room is None:
            chat: Json = {"id": id, "title": title, "type": "supergroup"}
            if forum:
                chat["is_forum"] = True
            room = self.groups[id] = self.rooms[f"g{id}"] = Room(f"g{id}", chat)
            if forum:
                room.topics[GENERAL_TOPIC] = Topic(GENERAL_TOPIC, "General", TOPIC_COLOURS[0])
            room.last_id = GENERAL_TOPIC
        if members is not None:
            given = members if isinstance(members, dict) else dict.fromkeys(members, "member")
            for who, status in given.items():
                self.whoever(who)
                room.members[who] = status
        for reference in bots or ():
            status = "administrator" if bots_are_admins else "member"
            self.bot_becomes(self.bot(reference), room, status)
        self.publish(room, "group")
        return room

    def bot_becomes(self, bot: Bot, room: Room, status: str) -> None:
        """Change what a bot is in a group; it hears of that in ``my_chat_member``.

        Args:
            bot: The bot.
            room: The group.
            status: ``administrator``, ``member``, ``left`` or ``kicked``.
        """
        before = room.members.get(bot.id, "left")
        if before == status:
            return
        room.members[bot.id] = status
        people = [who for who in room.members if who in self.people]
        # Somebody has to have done it: the first person of the group, usually its owner.
        if people:
            payload = {
                "chat": room.chat,
                "from": self.people[people[0]].user,
                "date": int(self.clock()),
                "old_chat_member": membership(bot.user, before),
                "new_chat_member": membership(bot.user, status),
            }
            bot.delivery.put("my_chat_member", f"m{room.id}", payload)
        self.publish(room, "group")

    def opens_topic(self, who: Who, group: Place, name: str) -> Topic:
        """Open a topic as a person; the bots get the service message."""
        person = self.whoever(who)
        room = self.place(person, group)
        topic, message = self.new_topic(room, person.user, name, TOPIC_COLOURS[0])
        self.tell(room, "message", message)
        return topic

    def new_topic(
        self, room: Room, sender: Json, name: str, colour: int, emoji: str | None = None
    ) -> tuple[Topic, Json]:
        """Create a topic with its service message, whose id becomes the topic's."""
        topic = Topic(room.last_id + 1, name, colour, emoji)
        room.topics[topic.id] = topic
        made: Json = {"name": name, "icon_color": colour}
        if emoji:
            made["icon_custom_emoji_id"] = emoji
        message = self.post(
            room,
            sender,
            {
                "message_thread_id": topic.id,
                "is_topic_message": True,
                "forum_topic_created": made,
            },
        )
        return topic, message
