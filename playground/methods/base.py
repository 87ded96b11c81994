"""What the methods of the Bot API share: finding the place, the quote, the keyboard, the text."""

from typing import TYPE_CHECKING

from playground.contents import quoted
from playground.entities import CAPTION_LIMIT, TEXT_LIMIT, formatted
from playground.refusal import bad
from playground.things import Bot, Json, Room
from playground.utf16 import units

if TYPE_CHECKING:
    from playground.world import World


def sent(world: "World", bot: Bot, p: Json, content: Json) -> Json:
    """Post what a bot sends, after the checks that all ``send*`` methods share.

    Args:
        world: The stand-in.
        bot: The caller.
        p: The call's parameters; chat, thread, reply, keyboard are read here.
        content: The fields of the message that are particular to the method.

    Returns:
        The ``Message`` as it is stored.
    """
    room = world.room_for(bot, p["chat_id"])
    return sent_to(world, bot, room, p, content)


def sent_to(world: "World", bot: Bot, room: Room, p: Json, content: Json) -> Json:
    """Post into a room that is known already."""
    thread = p.get("message_thread_id")
    if thread is not None:
        admin = room.members.get(bot.id) == "administrator"
        topic = world.thread_for(room, thread, admin=admin)
        if topic is not None:
            content["message_thread_id"] = topic.id
            content["is_topic_message"] = True
    reply = p.get("reply_parameters")
    if reply is not None:
        quote(world, bot, room, reply, content)
    markup = p.get("reply_markup")
    if markup is not None:
        put_keyboard(world, room, markup, content)
    if p.get("protect_content"):
        content["has_protected_content"] = True
    if "message_effect_id" in p:
        content["effect_id"] = p["message_effect_id"]
    return world.post(room, bot.user, content)


def quote(world: "World", bot: Bot, room: Room, reply: Json, content: Json) -> None:
    """Add ``reply_to_message`` to a message.

    Raises:
        Refusal: The message is gone and the caller did not allow for that.
    """
    source = world.room_for(bot, reply["chat_id"]) if "chat_id" in reply else room
    number = reply["message_id"]
    if number not in source.messages:
        if reply.get("allow_sending_without_reply"):
            return
        raise bad("message to be replied not found")
    content["reply_to_message"] = quoted(source, number)
    if "quote" in reply:
        text, entities = formatted(
            reply["quote"], reply.get("quote_parse_mode"), reply.get("quote_entities")
        )
        original = source.messages[number]
        if units(text) > CAPTION_LIMIT:
            raise bad("QUOTE_TEXT_INVALID")
        if text not in str(original.get("text", original.get("caption", ""))):
            raise bad("QUOTE_TEXT_INVALID")
        content["quote"] = {"text": text, "position": reply.get("quote_position", 0)}
        if entities:
            content["quote"]["entities"] = entities


def put_keyboard(world: "World", room: Room, markup: Json, content: Json) -> None:
    """Attach an inline keyboard to a message, or a reply keyboard to the room."""
    if "inline_keyboard" in markup:
        if any(markup["inline_keyboard"]):
            content["reply_markup"] = {
                "inline_keyboard": [row for row in markup["inline_keyboard"] if row]
            }
        return
    room.keyboard = markup if "keyboard" in markup else None
    world.publish(room, "keyboard", keyboard=room.keyboard)


def body_text(p: Json, name: str = "text") -> Json:
    """Return ``text`` and ``entities`` of a call.

    Raises:
        Refusal: Nothing left to show, too long, or unreadable markup.
    """
    text, entities = formatted(p[name], p.get("parse_mode"), p.get("entities"))
    if not text:
        raise bad("message text is empty")
    if units(text) > TEXT_LIMIT:
        raise bad("message is too long")
    return {"text": text, "entities": entities} if entities else {"text": text}


def body_caption(p: Json) -> Json:
    """Return ``caption`` and ``caption_entities`` of a call; empty without a caption.

    Raises:
        Refusal: Too long or unreadable markup.
    """
    if not p.get("caption"):
        return {}
    text, entities = formatted(p["caption"], p.get("parse_mode"), p.get("caption_entities"))
    if units(text) > CAPTION_LIMIT:
        raise bad("message caption is too long")
    content: Json = {"caption": text} if text else {}
    if entities:
        content["caption_entities"] = entities
    for flag, field in (
        ("show_caption_above_media", "show_caption_above_media"),
        ("has_spoiler", "has_media_spoiler"),
    ):
        if p.get(flag):
            content[field] = True
    return content


def own_message(world: "World", bot: Bot, p: Json) -> tuple[Room, Json]:
    """Return the bot's own message that a call wants to change.

    Raises:
        Refusal: Not named, not there, or somebody else's.
    """
    if "inline_message_id" in p:
        raise bad("MESSAGE_ID_INVALID")
    if "chat_id" not in p:
        raise bad("chat_id is empty")
    if "message_id" not in p:
        raise bad("message identifier is not specified")
    room = world.room_for(bot, p["chat_id"])
    message = room.messages.get(p["message_id"])
    if message is None:
        raise bad("message to edit not found")
    if message.get("from", {}).get("id") != bot.id or "forum_topic_created" in message:
        raise bad("message can't be edited")
    return room, message


def is_admin(bot: Bot, room: Room) -> bool:
    """Say whether the bot administers the room (always so in a private chat)."""
    return room.private or room.members.get(bot.id) == "administrator"
