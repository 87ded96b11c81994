"""Forum topics of a supergroup."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from playground.groups import TOPIC_COLOURS
from playground.methods.base import is_admin
from playground.refusal import bad
from playground.things import GENERAL_TOPIC, Bot, Json, Room, Topic

if TYPE_CHECKING:
    from playground.world import World

NAME_LIMIT = 128


def _create(world: "World", bot: Bot, p: Json) -> Json:
    room = _forum(world, bot, p, "not enough rights to create a topic")
    name = _name(p["name"])
    colour = p.get("icon_color", TOPIC_COLOURS[0])
    if colour not in TOPIC_COLOURS:
        raise bad("invalid icon color specified")
    emoji = p.get("icon_custom_emoji_id")
    topic, _ = world.new_topic(room, bot.user, name, colour, emoji)
    return _described(topic)


def _edit(world: "World", bot: Bot, p: Json) -> bool:
    room, topic = _topic(world, bot, p)
    name = _name(p["name"]) if p.get("name") else topic.name
    emoji = p.get("icon_custom_emoji_id", topic.icon_custom_emoji_id)
    if (name, emoji) == (topic.name, topic.icon_custom_emoji_id):
        raise bad("TOPIC_NOT_MODIFIED")
    topic.name, topic.icon_custom_emoji_id = name, emoji
    _service(world, bot, room, topic, "forum_topic_edited", {"name": name})
    return True


def _close(world: "World", bot: Bot, p: Json) -> bool:
    return _turn(world, bot, p, closed=True)


def _reopen(world: "World", bot: Bot, p: Json) -> bool:
    return _turn(world, bot, p, closed=False)


def _turn(world: "World", bot: Bot, p: Json, *, closed: bool) -> bool:
    room, topic = _topic(world, bot, p)
    if topic.closed == closed:
        raise bad("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    kind = "forum_topic_closed" if closed else "forum_topic_reopened"
    _service(world, bot, room, topic, kind, {})
    return True


def _delete(world: "World", bot: Bot, p: Json) -> bool:
    room, topic = _topic(world, bot, p)
    del room.topics[topic.id]
    inside = [n for n, m in room.messages.items() if m.get("message_thread_id") == topic.id]
    world.remove(room, inside)
    world.publish(room, "topic", gone=topic.id)
    return True


def _unpin_all(world: "World", bot: Bot, p: Json) -> bool:
    room, topic = _topic(world, bot, p)
    room.pinned = [n for n in room.pinned if room.messages[n].get("message_thread_id") != topic.id]
    world.publish(room, "pinned", ids=room.pinned)
    return True


def _service(world: "World", bot: Bot, room: Room, topic: Topic, kind: str, said: Json) -> None:
    content = {"message_thread_id": topic.id, "is_topic_message": True, kind: said}
    world.post(room, bot.user, content)
    world.publish(room, "topic", topic={**_described(topic), "closed": topic.closed})


def _forum(world: "World", bot: Bot, p: Json, refused: str) -> Room:
    room = world.room_for(bot, p["chat_id"])
    if not room.forum:
        raise bad("the chat is not a forum")
    if not is_admin(bot, room):
        raise bad(refused)
    return room


def _topic(world: "World", bot: Bot, p: Json) -> tuple[Room, Topic]:
    room = _forum(world, bot, p, "not enough rights to manage topics")
    topic = room.topics.get(p["message_thread_id"])
    if topic is None or topic.id == GENERAL_TOPIC:
        raise bad("message thread not found")
    return room, topic


def _name(name: str) -> str:
    bare = name.strip()
    if not 1 <= len(bare) <= NAME_LIMIT:
        raise bad("TOPIC_TITLE_EMPTY" if not bare else "topic name is too long")
    return bare


def _described(topic: Topic) -> Json:
    described: Json = {
        "message_thread_id": topic.id,
        "name": topic.name,
        "icon_color": topic.icon_color,
    }
    if topic.icon_custom_emoji_id:
        described["icon_custom_emoji_id"] = topic.icon_custom_emoji_id
    return described


TABLE: dict[str, Callable[["World", Bot, Json], Any]] = {
    "createForumTopic": _create,
    "editForumTopic": _edit,
    "closeForumTopic": _close,
    "reopenForumTopic": _reopen,
    "deleteForumTopic": _delete,
    "unpinAllForumTopicMessages": _unpin_all,
}
