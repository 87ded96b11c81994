"""What people do in Telegram: write, press, edit, block.

Every method takes the person as an id or a ``Person`` and the place as a ``Room``, a bot (object,
token, name or username: the private chat with it) or a group's id.
"""

from typing import Any

from playground.contents import quoted, summed
from playground.entities import TEXT_LIMIT, formatted
from playground.filestore import faced
from playground.groups import Groups, Place, Who
from playground.ledger import GROUP_ANONYMOUS_BOT
from playground.things import GENERAL_TOPIC, Bot, CallbackQuery, Json, Person, Room, membership
from playground.utf16 import units


class Crowd(Groups):
    """The people of the stand-in."""

    # -- writing -------------------------------------------------------------------------------

    def start(self, who: Who, bot: Bot | str | int, payload: str = "") -> Json:
        """Press START in the chat with a bot, or follow its deep link with *payload*."""
        return self.says(who, self.bot(bot), f"/start {payload}".strip())

    def says(
        self,
        who: Who,
        place: Place,
        text: str,
        *,
        reply_to: int | None = None,
        thread: int | None = None,
    ) -> Json:
        """Write a text; it is delivered to the bots of the room.

        Returns:
            The ``Message``.

        Raises:
            ValueError: Empty or over 4096 characters, or the person is not in the group.
        """
        shown, entities = formatted(text, None, None)
        if not shown:
            raise ValueError("the text is empty")
        if units(shown) > TEXT_LIMIT:
            raise ValueError(f"a message has at most {TEXT_LIMIT} characters")
        content: Json = {"text": shown}
        if entities:
            content["entities"] = entities
        return self._write(who, place, content, reply_to, thread)

    def sends(
        self,
        who: Who,
        place: Place,
        kind: str,
        data: bytes | None = None,
        *,
        reply_to: int | None = None,
        thread: int | None = None,
        **details: Any,
    ) -> Json:
        """Send something that is not text.

        Args:
            who: The sender.
            place: Where to.
            kind: ``photo voice video video_note audio animation document sticker`` with *data*;
                ``location`` (latitude, longitude), ``contact`` (phone_number, first_name),
                ``venue`` (latitude, longitude, title, address), ``dice`` (emoji) with *details*.
            data: The bytes of the file.
            reply_to: Message id to quote.
            thread: Topic of a forum.
            details: ``caption``, ``file_name``, ``mime_type``, ``media_group_id``, and whatever
                the object of this kind has in the Bot API (``duration``, ``emoji`` ...).
        """
        content = self.content_of(kind, data, details)
        return self._write(who, place, content, reply_to, thread)

    def sends_album(
        self, who: Who, place: Place, items: list[tuple[str, bytes]], caption: str = ""
    ) -> list[Json]:
        """Send several photos or videos at once: one update each, one ``media_group_id``."""
        album = self.next_album_id()
        sent = []
        for number, (kind, data) in enumerate(items):
            details: Json = {"media_group_id": album}
            if caption and number == 0:
                details["caption"] = caption
            sent.append(self.sends(who, place, kind, data, **details))
        return sent

    def _write(
        self, who: Who, place: Place, content: Json, reply_to: int | None, thread: int | None
    ) -> Json:
        person = self.whoever(who)
        room = self.place(person, place)
        sender: Json = person.user
        if room.private:
            if room.blocked:
                self.unblocks(person, room)
            room.started = True
        else:
            content = {**content, **self._in_group(room, person, thread)}
            if person.id in room.anonymous:
                sender = GROUP_ANONYMOUS_BOT
        if reply_to is not None:
            content["reply_to_message"] = quoted(room, reply_to)
        message = self.post(room, sender, content)
        self.tell(room, "message", message)
        return message

    def _in_group(self, room: Room, person: Person, thread: int | None) -> Json:
        if room.members.get(person.id) not in ("creator", "administrator", "member"):
            raise ValueError(f"{person.first_name} is not in this group")
        extra: Json = {}
        if person.id in room.anonymous:
            extra["sender_chat"] = room.chat
            extra["author_signature"] = "admin"
        if thread is not None and thread != GENERAL_TOPIC:
            topic = room.topics.get(thread)
            if topic is None:
                raise ValueError("no such topic")
            if topic.closed and room.members[person.id] == "member":
                raise ValueError("the topic is closed")
            extra["message_thread_id"] = thread
            extra["is_topic_message"] = True
        return extra

    # -- everything else -----------------------------------------------------------------------

    def edits(self, who: Who, place: Place, message_id: int, text: str) -> Json:
        """Change the text or caption of one's own message."""
        person = self.whoever(who)
        room = self.place(person, place)
        old = room.messages.get(message_id)
        if old is None or old.get("from", {}).get("id") != person.id:
            raise ValueError("only your own messages can be edited")
        field = "text" if "text" in old else "caption"
        key = "entities" if field == "text" else "caption_entities"
        shown, entities = formatted(text, None, None)
        if not shown and field == "text":
            raise ValueError("the text is empty")
        new = {k: v for k, v in old.items() if k != key}
        new.update({field: shown, "edit_date": int(self.clock())})
        if entities:
            new[key] = entities
        self.replace(room, new)
        self.tell(room, "edited_message", new)
        return new

    def deletes(self, who: Who, place: Place, message_id: int) -> None:
        """Delete a message; no bot hears of it, as in real life."""
        room = self.place(self.whoever(who), place)
        self.remove(room, [message_id])

    def presses(
        self, who: Who, place: Place, message_id: int, button: str | None = None
    ) -> CallbackQuery:
        """Press an inline button.

        Args:
            who: The one who presses.
            place: Where the message is.
            message_id: The message with the button.
            button: Its callback data or its label; ``None`` for the first one with data.

        Returns:
            The query; its ``answer`` is filled in when the bot answers.
        """
        person = self.whoever(who)
        room = self.place(person, place)
        message = room.messages.get(message_id)
        if message is None:
            raise ValueError("no such message")
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        labels = [b for row in rows for b in row if "callback_data" in b]
        fitting = [b for b in labels if button is None or b["callback_data"] == button]
        fitting = fitting or [b for b in labels if b["text"] == button]
        if not fitting:
            raise ValueError(f"the message has no button {button!r}")
        owner = self._bots_by_id.get(message.get("from", {}).get("id", 0))
        if owner is None:
            raise ValueError("the message was not sent by a bot")
        return self.pressed(person, room, message, owner, fitting[0]["callback_data"])

    def pressed(
        self, person: Person, room: Room, message: Json, owner: Bot, data: str
    ) -> CallbackQuery:
        """Send a callback query with any *data*, also such that no button ever had."""
        query = CallbackQuery(
            self.next_query_id(), owner, person, room, message["message_id"], data, self.clock()
        )
        self.queries[query.id] = query
        if len(self.queries) > 10_000:
            del self.queries[next(iter(self.queries))]
        payload = {
            "id": query.id,
            "from": person.user,
            "message": faced(message, owner.id),
            "chat_instance": str(-(abs(room.id) + owner.id)),
            "data": data,
        }
        owner.delivery.put("callback_query", f"u{person.id}", payload)
        self.beat()
        return query

    def reacts(self, who: Who, place: Place, message_id: int, emoji: str | None) -> None:
        """Set (or with ``None`` take away) one's reaction to a message."""
        person = self.whoever(who)
        room = self.place(person, place)
        if message_id not in room.messages:
            raise ValueError("no such message")
        of = room.reactions.setdefault(message_id, {})
        old = of.get(person.id, [])
        new: list[Json] = [{"type": "emoji", "emoji": emoji}] if emoji else []
        of[person.id] = new
        self.publish(room, "reaction", message_id=message_id, reactions=summed(of))
        payload = {
            "chat": room.chat, "message_id": message_id, "user": person.user,
            "date": int(self.clock()), "old_reaction": old, "new_reaction": new,
        }  # fmt: skip
        for who_reads in room.bots():
            bot = self._bots_by_id.get(who_reads)
            # Private chats: whether reactions are reported there is unconfirmed, so they are not.
            if bot is not None and room.members.get(bot.id) == "administrator":
                bot.delivery.put("message_reaction", f"r{room.id}", payload)

    def blocks(self, who: Who, place: Place) -> None:
        """Block a bot; it gets ``my_chat_member`` with status kicked."""
        self._membership(who, place, blocked=True)

    def unblocks(self, who: Who, place: Place) -> None:
        """Unblock a bot; it gets ``my_chat_member`` with status member."""
        self._membership(who, place, blocked=False)

    def _membership(self, who: Who, place: Place, *, blocked: bool) -> None:
        person = self.whoever(who)
        room = self.place(person, place)
        if room.bot is None:
            raise ValueError("only a private chat can be blocked")
        if room.blocked == blocked:
            return
        room.blocked = blocked
        kicked = membership(room.bot.user, "kicked")
        member = membership(room.bot.user, "member")
        payload = {
            "chat": room.chat,
            "from": person.user,
            "date": int(self.clock()),
            "old_chat_member": member if blocked else kicked,
            "new_chat_member": kicked if blocked else member,
        }
        room.bot.delivery.put("my_chat_member", f"m{room.id}", payload)
        self.publish(room, "blocked", blocked=blocked)
