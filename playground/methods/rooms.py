"""Chats, members, profiles, files: what a bot can ask about others."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from playground.filestore import DOWNLOAD_LIMIT, faced
from playground.refusal import Refusal, bad
from playground.things import Bot, Json, Room, membership

if TYPE_CHECKING:
    from playground.world import World

_GIFTS = (
    "unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription",
    "gifts_from_channels",
)  # fmt: skip


def _get_me(world: "World", bot: Bot, p: Json) -> Json:
    return {
        **bot.user,
        "can_join_groups": True,
        "can_read_all_group_messages": bot.can_read_all_group_messages,
        "supports_inline_queries": bot.inline,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def _get_chat(world: "World", bot: Bot, p: Json) -> Json:
    room = _seen(world, bot, p["chat_id"])
    full: Json = {
        **room.chat,
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(_GIFTS, False),
    }
    if room.pinned:
        full["pinned_message"] = faced(room.messages[room.pinned[-1]], bot.id)
    return full


def _seen(world: "World", bot: Bot, chat_id: Any) -> Room:
    """Return a room that may be asked about; a person who blocked the bot can still be."""
    try:
        return world.room_for(bot, chat_id)
    except Refusal as refusal:
        room = world.rooms.get(f"p{bot.id}.{chat_id}")
        if refusal.code == 403 and room is not None and room.started:
            return room
        raise bad("chat not found") if refusal.code == 403 else refusal from None


def _get_member(world: "World", bot: Bot, p: Json) -> Json:
    room = _seen(world, bot, p["chat_id"])
    who = p["user_id"]
    status = room.members.get(who)
    if status is None and who not in world.people:
        raise bad("invalid user_id specified")
    return membership(world.user(who), status or "left")


def _get_administrators(world: "World", bot: Bot, p: Json) -> list[Json]:
    room = world.room_for(bot, p["chat_id"])
    if room.private:
        raise bad("there are no administrators in the private chat")
    return [
        membership(world.user(who), status)
        for who, status in room.members.items()
        if status in ("creator", "administrator") and (who in world.people or who == bot.id)
    ]


def _get_member_count(world: "World", bot: Bot, p: Json) -> int:
    return len(world.room_for(bot, p["chat_id"]).bots())


def _leave(world: "World", bot: Bot, p: Json) -> bool:
    room = world.room_for(bot, p["chat_id"])
    if room.private:
        raise bad("chat member status can't be changed in private chats")
    room.members[bot.id] = "left"
    world.publish(room, "group")
    return True


def _get_photos(world: "World", bot: Bot, p: Json) -> Json:
    person = world.people.get(p["user_id"])
    if person is None:
        raise bad("invalid user_id specified")
    stored = world.files.get(person.photo) if person.photo else None
    if stored is None:
        return {"total_count": 0, "photos": []}
    size = {**stored.described(), "file_id": f"{stored.unique}-{bot.id}"}
    return {"total_count": 1, "photos": [[size]] if p.get("offset", 0) < 1 else []}


def _get_file(world: "World", bot: Bot, p: Json) -> Json:
    try:
        stored = world.files.of_bot(p["file_id"], bot.id)
    except Refusal:
        raise bad("invalid file_id") from None
    if len(stored.data) > DOWNLOAD_LIMIT:
        raise bad("file is too big")
    return {
        "file_id": p["file_id"],
        "file_unique_id": stored.unique,
        "file_size": len(stored.data),
        "file_path": stored.path,
    }


TABLE: dict[str, Callable[["World", Bot, Json], Any]] = {
    "getMe": _get_me,
    "getChat": _get_chat,
    "getChatMember": _get_member,
    "getChatAdministrators": _get_administrators,
    "getChatMemberCount": _get_member_count,
    "leaveChat": _leave,
    "getUserProfilePhotos": _get_photos,
    "getFile": _get_file,
}
