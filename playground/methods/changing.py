"""Changing what was sent: edits, deletions, pins, reactions, and the answers to button presses."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from playground.contents import summed
from playground.filestore import faced
from playground.ledger import known_message
from playground.methods.base import body_caption, body_text, is_admin, own_message, put_keyboard
from playground.methods.media import KINDS, media_content
from playground.refusal import bad
from playground.things import Bot, Json, Room
from playground.utf16 import units

if TYPE_CHECKING:
    from playground.world import World

DELETABLE_SECONDS = 48 * 3600
TOAST_LIMIT = 200
_SAME = (
    "message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)
_TEXT_FIELDS = frozenset(("text", "entities", "link_preview_options"))
_CAPTION_FIELDS = frozenset(
    ("caption", "caption_entities", "show_caption_above_media", "has_media_spoiler")
)
# The emoji that Telegram allows as reactions.
REACTIONS = frozenset((
    "❤", "👍", "👎", "🔥", "🥰", "👏", "😁", "🤔", "🤯", "😱", "🤬", "😢", "🎉", "🤩",
    "🤮", "💩", "🙏", "👌", "🕊", "🤡", "🥱", "🥴", "😍", "🐳", "❤‍🔥", "🌚", "🌭", "💯",
    "🤣", "⚡", "🍌", "🏆", "💔", "🤨", "😐", "🍓", "🍾", "💋", "🖕", "😈", "😴", "😭",
    "🤓", "👻", "👨‍💻", "👀", "🎃", "🙈", "😇", "😨", "🤝", "✍", "🤗", "🫡", "🎅", "🎄",
    "☃", "💅", "🤪", "🗿", "🆒", "💘", "🙉", "🦄", "😘", "💊", "🙊", "😎", "👾", "🤷‍♂",
    "🤷", "🤷‍♀", "😡",
))  # fmt: skip


def _edit_text(world: "World", bot: Bot, p: Json) -> Json:
    room, old = own_message(world, bot, p)
    if "text" not in p:
        raise bad("message text is empty")
    if "text" not in old:
        raise bad("there is no text in the message to edit")
    content = body_text(p)
    if "link_preview_options" in p:
        content["link_preview_options"] = p["link_preview_options"]
    return _changed(world, bot, room, old, _TEXT_FIELDS, content, p)


def _edit_caption(world: "World", bot: Bot, p: Json) -> Json:
    room, old = own_message(world, bot, p)
    if not KINDS & old.keys():
        raise bad("there is no caption in the message to edit")
    return _changed(world, bot, room, old, _CAPTION_FIELDS, body_caption(p), p)


def _edit_media(world: "World", bot: Bot, p: Json) -> Json:
    room, old = own_message(world, bot, p)
    item = p["media"]
    if not (KINDS | {"text"}) & old.keys():
        raise bad("message can't be edited")
    content = {**body_caption(item)}
    content.update(media_content(world, bot, item["type"], item["media"], item))
    return _changed(world, bot, room, old, _TEXT_FIELDS | _CAPTION_FIELDS | KINDS, content, p)


def _edit_markup(world: "World", bot: Bot, p: Json) -> Json:
    room, old = own_message(world, bot, p)
    return _changed(world, bot, room, old, frozenset(), {}, p)


def _changed(
    world: "World", bot: Bot, room: Room, old: Json, fields: frozenset[str], content: Json, p: Json
) -> Json:
    """Put a new version in the place of *old*: *fields* and the keyboard are given anew.

    A call without ``reply_markup`` takes the keyboard away, as at Telegram's.
    """
    new = {
        k: v for k, v in old.items() if k not in fields and k not in ("reply_markup", "edit_date")
    }
    new.update(content)
    if "reply_markup" in p:
        put_keyboard(world, room, p["reply_markup"], new)
    if new == {k: v for k, v in old.items() if k != "edit_date"}:
        raise bad(_SAME)
    new["edit_date"] = int(world.clock())
    world.replace(room, new)
    return faced(new, bot.id)


def _delete_message(world: "World", bot: Bot, p: Json) -> bool:
    room = world.room_for(bot, p["chat_id"])
    message = known_message(room, p["message_id"], "message to delete not found")
    if not _deletable(world, bot, room, message):
        raise bad("message can't be deleted for everyone")
    world.remove(room, [p["message_id"]])
    return True


def _delete_messages(world: "World", bot: Bot, p: Json) -> bool:
    room = world.room_for(bot, p["chat_id"])
    if not 1 <= len(p["message_ids"]) <= 100:
        raise bad("there must be 1-100 message identifiers")
    there = [n for n in p["message_ids"] if n in room.messages]
    world.remove(room, [n for n in there if _deletable(world, bot, room, room.messages[n])])
    return True


def _deletable(world: "World", bot: Bot, room: Room, message: Json) -> bool:
    own = message.get("from", {}).get("id") == bot.id
    if room.private or not is_admin(bot, room):
        recent: bool = world.clock() - message["date"] < DELETABLE_SECONDS
        return recent and (own or room.private)
    return True


def _pin(world: "World", bot: Bot, p: Json) -> bool:
    room = world.room_for(bot, p["chat_id"])
    message = known_message(room, p["message_id"], "message to pin not found")
    _need_rights(bot, room, "manage pinned messages in the chat")
    if p["message_id"] not in room.pinned:
        room.pinned.append(p["message_id"])
        world.publish(room, "pinned", ids=room.pinned)
        thread = message.get("message_thread_id")
        extra = {"message_thread_id": thread, "is_topic_message": True} if thread else {}
        world.post(room, bot.user, {**extra, "pinned_message": message})
    return True


def _unpin(world: "World", bot: Bot, p: Json) -> bool:
    room = world.room_for(bot, p["chat_id"])
    _need_rights(bot, room, "manage pinned messages in the chat")
    if "message_id" in p:
        if p["message_id"] not in room.pinned:
            raise bad("message to unpin not found")
        room.pinned.remove(p["message_id"])
    elif room.pinned:
        room.pinned.pop()
    world.publish(room, "pinned", ids=room.pinned)
    return True


def _unpin_all(world: "World", bot: Bot, p: Json) -> bool:
    room = world.room_for(bot, p["chat_id"])
    _need_rights(bot, room, "manage pinned messages in the chat")
    room.pinned.clear()
    world.publish(room, "pinned", ids=[])
    return True


def _need_rights(bot: Bot, room: Room, what: str) -> None:
    if not is_admin(bot, room):
        raise bad(f"not enough rights to {what}")


def _react(world: "World", bot: Bot, p: Json) -> bool:
    room = world.room_for(bot, p["chat_id"])
    known_message(room, p["message_id"], "message to react not found")
    wanted = p.get("reaction", [])
    if len(wanted) > 1:
        raise bad("REACTIONS_TOO_MANY")
    for reaction in wanted:
        emoji = reaction.get("emoji", "").replace("\ufe0f", "")
        if reaction["type"] == "emoji" and emoji not in REACTIONS:
            raise bad("REACTION_INVALID")
        if reaction["type"] == "paid":
            raise bad("REACTION_INVALID")
    of = room.reactions.setdefault(p["message_id"], {})
    of[bot.id] = wanted
    world.publish(room, "reaction", message_id=p["message_id"], reactions=summed(of))
    return True


def _answer_callback(world: "World", bot: Bot, p: Json) -> bool:
    query = world.queries.get(p["callback_query_id"])
    stale = (
        query is None
        or query.bot is not bot
        or query.answer is not None
        or world.clock() - query.born > world.callback_seconds
    )
    if query is None or stale:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    if units(p.get("text", "")) > TOAST_LIMIT:
        raise bad("MESSAGE_TOO_LONG")
    query.answer = {
        "text": p.get("text", ""),
        "show_alert": p.get("show_alert", False),
        "url": p.get("url", ""),
    }
    world.publish(
        query.room,
        "answer",
        person=query.person.id,
        query_id=query.id,
        message_id=query.message_id,
        **query.answer,
    )
    return True


TABLE: dict[str, Callable[["World", Bot, Json], Any]] = {
    "editMessageText": _edit_text,
    "editMessageCaption": _edit_caption,
    "editMessageMedia": _edit_media,
    "editMessageReplyMarkup": _edit_markup,
    "deleteMessage": _delete_message,
    "deleteMessages": _delete_messages,
    "pinChatMessage": _pin,
    "unpinChatMessage": _unpin,
    "unpinAllChatMessages": _unpin_all,
    "setMessageReaction": _react,
    "answerCallbackQuery": _answer_callback,
}
