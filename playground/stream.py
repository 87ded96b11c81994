"""Server-sent events: what happens in the chats, for the page and for tests.

``GET control/events?seats=1`` follows the rooms of all seats (their private chats and the groups
that their people are in); ``?rooms=p<bot id>.<person id>,g<group id>`` follows the named ones.
The first event is ``snapshot``, also after a reconnection; then one event per change, each with
``type`` and ``room``:

    message {message}   edit {message}   delete {ids}   reaction {message_id, reactions}
    answer {person, message_id, text, show_alert, url}   action {action}   draft {text}
    blocked {blocked}   keyboard {keyboard}   topic {topic | gone}   pinned {ids}
    clock {clock}                        the desk's clock was moved, see ``GET control/clock``
    group   seats   commands {bot}       the page asks for a new snapshot by connecting again
"""

import asyncio
from contextlib import suppress
from typing import Any

import orjson
from aiohttp import web

from playground.botapi import WORLD
from playground.contents import summed
from playground.things import Bot, Json, Person, Room
from playground.world import World

SNAPSHOT_MESSAGES = 200
HEARTBEAT_SECONDS = 15.0


def seat_roles(world: World) -> list[Json]:
    """Return the seats with a role that is different for each: customer, customer-2 ..."""
    seen: dict[str, int] = {}
    seats = []
    for seat in world.seats:
        seen[seat.role] = seen.get(seat.role, 0) + 1
        number = seen[seat.role]
        bot = world.bots.get(seat.bot_token)
        seats.append(
            {
                "role": seat.role if number == 1 else f"{seat.role}-{number}",
                "title": seat.title,
                "person": world.person(seat.person).user,
                "bot": bot.user if bot else None,
            }
        )
    return seats


def rooms_of(world: World, person: Person, bot: Bot) -> list[Room]:
    """Return the chats that a seat can open: with its bot, and the groups that both are in."""
    groups = [
        group
        for group in world.groups.values()
        if group.members.get(person.id) in ("creator", "administrator", "member")
        and bot.id in group.members
    ]
    return [world.private(bot, person), *groups]


def snapshot(world: World) -> Json:
    """Return everything that the page shows."""
    seats = seat_roles(world)
    rooms: dict[str, Json] = {}
    for seat in seats:
        seat["rooms"] = []
        if seat["bot"] is None:
            continue
        person = world.person(seat["person"]["id"])
        for room in rooms_of(world, person, world.bot(seat["bot"]["id"])):
            seat["rooms"].append(room.key)
            rooms[room.key] = room_shown(room)
    return {"type": "snapshot", "seats": seats, "rooms": rooms}


def room_shown(room: Room) -> Json:
    """Return one room with its latest messages, oldest first."""
    latest: list[Json] = []
    for number in reversed(room.messages):
        latest.append(room.messages[number])
        if len(latest) >= SNAPSHOT_MESSAGES:
            break
    return {
        "key": room.key,
        "chat": room.chat,
        "private": room.private,
        "blocked": room.blocked,
        "started": room.started,
        "keyboard": room.keyboard,
        "pinned": room.pinned,
        "topics": [
            {"message_thread_id": t.id, "name": t.name, "closed": t.closed}
            for t in room.topics.values()
        ],
        "messages": latest[::-1],
        "reactions": {number: summed(of) for number, of in room.reactions.items()},
    }


async def handle_events(request: web.Request) -> web.StreamResponse:
    """Stream a snapshot and then every change, until the reader goes away."""
    world = request.app[WORLD]
    named = [key for key in request.query.get("rooms", "").split(",") if key]
    if named:
        wanted = set(named)
        first: Json = {
            "type": "snapshot",
            "seats": [],
            "rooms": {k: room_shown(world.rooms[k]) for k in named if k in world.rooms},
        }
    else:
        first = snapshot(world)
        wanted = set(first["rooms"])
    watcher = world.watch(lambda room: room is None or room.key in wanted or _new(world, room))
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/event-stream",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        }
    )
    try:
        await response.prepare(request)
        await _write(response, first)
        while True:
            try:
                event = await asyncio.wait_for(watcher.queue.get(), HEARTBEAT_SECONDS)
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            if event is None:
                break
            await _write(response, event)
    except ConnectionResetError:
        return response  # The reader closed the page.
    finally:
        world.unwatch(watcher)
    with suppress(ConnectionResetError):
        await response.write_eof()
    return response


def _new(world: World, room: Room) -> bool:
    """Say whether a seat's person was put into this group after the stream began."""
    return not room.private and any(seat.person in room.members for seat in world.seats)


async def _write(response: web.StreamResponse, event: Any) -> None:
    body = orjson.dumps(event, option=orjson.OPT_NON_STR_KEYS)
    await response.write(b"data: " + body + b"\n\n")
