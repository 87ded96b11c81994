"""``send*``, ``copy*`` and ``forward*``: everything that puts a message into a chat."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from playground.filestore import faced
from playground.methods.base import body_caption, body_text, sent, sent_to
from playground.methods.media import media_content
from playground.refusal import bad
from playground.things import Bot, Json

if TYPE_CHECKING:
    from playground.world import World

ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
DICE = {"🎲": 6, "🎯": 6, "🎳": 6, "🏀": 5, "⚽": 5, "⚽️": 5, "🎰": 64}
_CONTENT = frozenset(
    [
        "text",
        "entities",
        "caption",
        "caption_entities",
        "photo",
        "voice",
        "video",
        "video_note",
        "audio",
        "animation",
        "document",
        "sticker",
        "location",
        "contact",
        "venue",
        "dice",
        "poll",
        "has_media_spoiler",
        "show_caption_above_media",
        "link_preview_options",
    ]
)


def _send_message(world: "World", bot: Bot, p: Json) -> Json:
    content = body_text(p)
    if "link_preview_options" in p:
        content["link_preview_options"] = p["link_preview_options"]
    return sent(world, bot, p, content)


def _send_media(kind: str) -> Callable[["World", Bot, Json], Json]:
    def send(world: "World", bot: Bot, p: Json) -> Json:
        room = world.room_for(bot, p["chat_id"])
        content = body_caption(p)
        content.update(media_content(world, bot, kind, p[kind], p))
        return faced(sent_to(world, bot, room, p, content), bot.id)

    return send


def _send_media_group(world: "World", bot: Bot, p: Json) -> list[Json]:
    items = p["media"]
    if not 2 <= len(items) <= 10:
        raise bad(
            "media group must include 2-10 items" if items else "there are no messages to send"
        )
    kinds = {item["type"] for item in items}
    if len(kinds) > 1 and kinds & {"document", "audio"}:
        raise bad("document and audio can't be mixed with other media types")
    if "animation" in kinds:
        raise bad("animation can't be sent in a media group")
    room = world.room_for(bot, p["chat_id"])
    album = world.next_album_id()
    contents = []
    for item in items:
        content = {"media_group_id": album, **body_caption(item)}
        content.update(media_content(world, bot, item["type"], item["media"], item))
        contents.append(content)
    return [faced(sent_to(world, bot, room, p, content), bot.id) for content in contents]


def _send_location(world: "World", bot: Bot, p: Json) -> Json:
    return sent(world, bot, p, {"location": _place(p)})


def _place(p: Json) -> Json:
    if not (-90 <= p["latitude"] <= 90 and -180 <= p["longitude"] <= 180):
        raise bad("wrong latitude or longitude specified")
    names = ("latitude", "longitude", "horizontal_accuracy", "live_period", "heading")
    return {name: p[name] for name in names if name in p}


def _send_venue(world: "World", bot: Bot, p: Json) -> Json:
    place = {name: _place(p)[name] for name in ("latitude", "longitude")}
    venue = {"location": place, "title": p["title"], "address": p["address"]}
    return sent(world, bot, p, {"venue": venue, "location": place})


def _send_contact(world: "World", bot: Bot, p: Json) -> Json:
    names = ("phone_number", "first_name", "last_name", "vcard")
    return sent(world, bot, p, {"contact": {name: p[name] for name in names if name in p}})


def _send_dice(world: "World", bot: Bot, p: Json) -> Json:
    emoji = p.get("emoji", "🎲")
    if emoji not in DICE:
        raise bad("wrong dice emoji specified")
    value = world.rng.randint(1, DICE[emoji])
    return sent(world, bot, p, {"dice": {"emoji": emoji, "value": value}})


def _send_poll(world: "World", bot: Bot, p: Json) -> Json:
    if not 1 <= len(p["question"]) <= 300:
        raise bad(
            "poll question must be non-empty" if not p["question"] else "POLL_QUESTION_INVALID"
        )
    if not 1 <= len(p["options"]) <= 12:
        raise bad("poll must have at least 1 option and at most 12 options")
    poll = {
        "id": world.next_query_id(),
        "question": p["question"],
        "options": [
            {"persistent_id": str(n), "text": option["text"], "voter_count": 0}
            for n, option in enumerate(p["options"])
        ],
        "total_voter_count": 0,
        "is_closed": p.get("is_closed", False),
        "is_anonymous": p.get("is_anonymous", True),
        "type": p.get("type", "regular"),
        "allows_multiple_answers": p.get("allows_multiple_answers", False),
        "allows_revoting": p.get("allows_revoting", True),
        "members_only": p.get("members_only", False),
    }
    return sent(world, bot, p, {"poll": poll})


def _send_chat_action(world: "World", bot: Bot, p: Json) -> bool:
    room = world.room_for(bot, p["chat_id"])
    world.thread_for(room, p.get("message_thread_id"), admin=True)
    if p["action"] not in ACTIONS:
        raise bad("wrong parameter action in request")
    world.publish(
        room, "action", action=p["action"], bot=bot.name, thread=p.get("message_thread_id")
    )
    return True


def _send_message_draft(world: "World", bot: Bot, p: Json) -> bool:
    room = world.room_for(bot, p["chat_id"])
    if not room.private:
        raise bad("drafts can be sent only to private chats")
    world.publish(room, "draft", text=p.get("text", ""))
    return True


def _copy_message(world: "World", bot: Bot, p: Json) -> Json:
    content = _content(world, bot, p["from_chat_id"], p["message_id"], "copied")
    if "caption" in p and "text" not in content:
        for name in ("caption", "caption_entities"):
            content.pop(name, None)
        content.update(body_caption(p))
    return {"message_id": sent(world, bot, p, content)["message_id"]}


def _copy_messages(world: "World", bot: Bot, p: Json) -> list[Json]:
    copied = []
    for number in _ascending(p["message_ids"]):
        content = _content(world, bot, p["from_chat_id"], number, "copied", skip=True)
        if content:
            if p.get("remove_caption"):
                content.pop("caption", None)
                content.pop("caption_entities", None)
            copied.append({"message_id": sent(world, bot, p, content)["message_id"]})
    return copied


def _forward_message(world: "World", bot: Bot, p: Json) -> Json:
    content = _content(world, bot, p["from_chat_id"], p["message_id"], "forwarded")
    content["forward_origin"] = _origin(world, bot, p["from_chat_id"], p["message_id"])
    return faced(sent(world, bot, p, content), bot.id)


def _forward_messages(world: "World", bot: Bot, p: Json) -> list[Json]:
    forwarded = []
    for number in _ascending(p["message_ids"]):
        content = _content(world, bot, p["from_chat_id"], number, "forwarded", skip=True)
        if content:
            content["forward_origin"] = _origin(world, bot, p["from_chat_id"], number)
            forwarded.append({"message_id": sent(world, bot, p, content)["message_id"]})
    return forwarded


def _ascending(ids: list[int]) -> list[int]:
    if not 1 <= len(ids) <= 100 or ids != sorted(set(ids)):
        raise bad("message identifiers must be in a strictly increasing order, 1-100 of them")
    return ids


def _content(
    world: "World", bot: Bot, chat: Any, number: int, verb: str, *, skip: bool = False
) -> Json:
    """Return what a message says, to put it into another one.

    Raises:
        Refusal: It is not there (unless *skip*, which gives nothing), or it is a service message.
    """
    source = world.room_for(bot, chat).messages.get(number)
    done = {"copied": "copy", "forwarded": "forward"}[verb]
    content = {k: v for k, v in source.items() if k in _CONTENT} if source else {}
    if not content and not skip:
        raise bad(f"message can't be {verb}" if source else f"message to {done} not found")
    return content


def _origin(world: "World", bot: Bot, chat: Any, number: int) -> Json:
    source = world.room_for(bot, chat).messages[number]
    if "forward_origin" in source:
        origin: Json = source["forward_origin"]
        return origin
    return {"type": "user", "date": source["date"], "sender_user": source["from"]}


TABLE: dict[str, Callable[["World", Bot, Json], Any]] = {
    "sendMessage": _send_message,
    "sendPhoto": _send_media("photo"),
    "sendVoice": _send_media("voice"),
    "sendAudio": _send_media("audio"),
    "sendVideo": _send_media("video"),
    "sendVideoNote": _send_media("video_note"),
    "sendAnimation": _send_media("animation"),
    "sendDocument": _send_media("document"),
    "sendSticker": _send_media("sticker"),
    "sendMediaGroup": _send_media_group,
    "sendLocation": _send_location,
    "sendVenue": _send_venue,
    "sendContact": _send_contact,
    "sendDice": _send_dice,
    "sendPoll": _send_poll,
    "sendChatAction": _send_chat_action,
    "sendMessageDraft": _send_message_draft,
    "copyMessage": _copy_message,
    "copyMessages": _copy_messages,
    "forwardMessage": _forward_message,
    "forwardMessages": _forward_messages,
}
