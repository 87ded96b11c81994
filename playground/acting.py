"""The control API's POST actions: what people do, and how the stage is set.

``control.py`` describes them all; each takes the world and a JSON object and returns one.
"""

import base64
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from playground import inline
from playground.limits import FloodLimits
from playground.stream import seat_roles
from playground.things import Json, Person, Room, Seat
from playground.timepiece import Timepiece
from playground.world import World

Act = Callable[[World, Json], Any]


def where(world: World, body: Any) -> tuple[Person, Room]:
    """Return the person and the room that a call names with ``person`` and ``bot`` or ``chat``."""
    person = world.whoever(int(body["person"]))
    place = body.get("bot")
    if place is not None:
        text = str(place)
        return person, world.private(world.bot(text), person)
    return person, world.place(person, int(body["chat"]))


def _optional(body: Json, *names: str) -> Json:
    return {name: body[name] for name in names if body.get(name) is not None}


# -- people act ------------------------------------------------------------------------------------


def _say(world: World, body: Json) -> Json:
    person, room = where(world, body)
    return world.says(person, room, str(body["text"]), **_optional(body, "reply_to", "thread"))


def _start(world: World, body: Json) -> Json:
    person, room = where(world, body)
    return world.says(person, room, f"/start {body.get('payload', '')}".strip())


def _send(world: World, body: Json) -> Json:
    person, room = where(world, body)
    details = {
        k: v
        for k, v in body.items()
        if k not in ("person", "bot", "chat", "kind", "data") and v is not None
    }
    return world.sends(person, room, str(body["kind"]), _bytes(body.get("data")), **details)


def _album(world: World, body: Json) -> Json:
    person, room = where(world, body)
    items = [(str(i["kind"]), _bytes(i["data"]) or b"") for i in body["items"]]
    return {"messages": world.sends_album(person, room, items, str(body.get("caption", "")))}


def _bytes(data: Any) -> bytes | None:
    return base64.b64decode(data, validate=True) if isinstance(data, str) else data


def _edit(world: World, body: Json) -> Json:
    person, room = where(world, body)
    return world.edits(person, room, int(body["message_id"]), str(body["text"]))


def _delete(world: World, body: Json) -> Json:
    person, room = where(world, body)
    world.deletes(person, room, int(body["message_id"]))
    return {}


async def _press(world: World, body: Json) -> Json:
    person, room = where(world, body)
    query = world.presses(person, room, int(body["message_id"]), body.get("button"))
    if body.get("wait"):
        try:
            await world.until(lambda: query.answer is not None, float(body["wait"]))
        except TimeoutError:
            return {"query_id": query.id, "answer": None}
    return {"query_id": query.id, "answer": query.answer}


async def _inline(world: World, body: Json) -> Json:
    person, bot = world.whoever(int(body["person"])), world.bot(str(body["bot"]))
    query = inline.ask(
        world, person, bot, str(body.get("query", "")), offset=str(body.get("offset", ""))
    )
    if body.get("wait"):
        with suppress(TimeoutError):  # No answer in that time: there are no results to show.
            await world.until(lambda: query.answer is not None, float(body["wait"]))
    next_offset = query.answer.get("next_offset", "") if query.answer else ""
    return {"query_id": query.id, "results": query.results, "next_offset": next_offset}


def _choose(world: World, body: Json) -> Json:
    query = world.inline_queries.get(str(body["query_id"]))
    if query is None:
        raise ValueError("no such inline query")
    return inline.choose(world, query, str(body["result_id"]))


def _react(world: World, body: Json) -> Json:
    person, room = where(world, body)
    world.reacts(person, room, int(body["message_id"]), body.get("emoji"))
    return {}


def _block(world: World, body: Json) -> Json:
    world.blocks(*where(world, body))
    return {}


def _unblock(world: World, body: Json) -> Json:
    world.unblocks(*where(world, body))
    return {}


def _topic(world: World, body: Json) -> Json:
    person, room = where(world, body)
    topic = world.opens_topic(person, room, str(body["name"]))
    return {"message_thread_id": topic.id, "name": topic.name}


# -- the stage -------------------------------------------------------------------------------------


def _add_bot(world: World, body: Json) -> Json:
    bot = world.add_bot(
        str(body["token"]),
        str(body.get("name", "Bot")),
        body.get("username"),
        reads_all=bool(body.get("reads_all", False)),
    )
    bot.inline = bool(body.get("inline", bot.inline))
    bot.inline_feedback = bool(body.get("inline_feedback", bot.inline_feedback))
    return bot.user


def _add_person(world: World, body: Json) -> Json:
    details = {k: v for k, v in body.items() if k not in ("id", "first_name")}
    return world.person(int(body["id"]), body.get("first_name"), **details).user


def _add_group(world: World, body: Json) -> Json:
    members = body.get("members")
    if isinstance(members, dict):
        members = {int(who): str(status) for who, status in members.items()}
    room = world.group(
        int(body["id"]),
        str(body.get("title", "Group")),
        members=members,
        bots=body.get("bots"),
        forum=bool(body.get("forum", True)),
        bots_are_admins=bool(body.get("admins", True)),
    )
    room.anonymous.update(int(who) for who in body.get("anonymous", ()))
    if body.get("migrated_to") is not None:
        room.migrated_to = int(body["migrated_to"])
    return {"chat": room.chat, "members": room.members}


def _add_seat(world: World, body: Json) -> Json:
    details = _optional(body, "language_code")
    person = world.person(int(body["person"]), body.get("first_name"), **details)
    bot = world.bot(str(body["bot"]))
    title = str(body.get("title") or person.first_name)
    seat = Seat(title, person.id, bot.token, str(body.get("role") or "customer"))
    taken = any(s.person == seat.person and s.bot_token == seat.bot_token for s in world.seats)
    if not taken:
        world.seats.append(seat)
        world.publish(None, "seats")
    return {"seats": seat_roles(world)}


def _fail(world: World, body: Json) -> Json:
    order = dict(body)
    world.fail(str(order.pop("bot")), **order)
    return {}


def _limits(world: World, body: Json) -> Json:
    world.enforce_limits = bool(body["enforce"])
    world.limits = FloodLimits(burst=int(body.get("burst", 1)))
    return {"enforce": world.enforce_limits}


def _delivery(world: World, body: Json) -> Json:
    delivery = world.bot(str(body["bot"])).delivery
    if "scale" in body:
        delivery.scale = float(body["scale"])
    return {
        "pending": delivery.waiting,
        "delivered": delivery.delivered,
        "attempts": delivery.attempts,
        "url": delivery.url,
    }


def timepiece(world: World) -> Timepiece:
    """Return the desk's clock.

    Raises:
        LookupError: It cannot be moved here.
    """
    if world.timepiece is None:
        raise LookupError("there is no desk in this process whose clock could be moved")
    return world.timepiece


def _clock(world: World, body: Json) -> Json:
    desk = timepiece(world)
    if "to" in body:
        desk.set_to(str(body["to"]))
    elif "by" in body:
        desk.move(by=timedelta(seconds=float(body["by"])))
    else:
        desk.move(to=timedelta(seconds=float(body["shift_seconds"])))
    face = desk.face()
    world.publish(None, "clock", clock=face)
    return face


def _repeat(world: World, body: Json) -> Json:
    world.bot(str(body["bot"])).delivery.repeat(dict(body["update"]))
    return {}


POSTS: dict[str, Act] = {
    "say": _say, "start": _start, "send": _send, "album": _album, "edit": _edit,
    "delete": _delete, "press": _press, "react": _react, "block": _block, "unblock": _unblock,
    "topic": _topic, "bots": _add_bot, "people": _add_person, "groups": _add_group,
    "seats": _add_seat, "fail": _fail, "limits": _limits, "delivery": _delivery,
    "repeat": _repeat, "inline": _inline, "choose": _choose, "clock": _clock,
}  # fmt: skip
