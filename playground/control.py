"""The control API: what the page and tests in other processes use to play people.

Everything is JSON, relative to ``control/``. An error is ``{"error": text}`` with status 400 or
404. ``bot`` is a token, id, name or username; ``place`` is ``{"bot": ...}`` or ``{"chat": <group
id>}``; ``person`` is a user id. Message objects are the Bot API's.

    GET  state                        bots, people, groups, seats, counters, enforce_limits
    POST bots      {token, name, username?, reads_all?, inline?, inline_feedback?}
    POST people    {id, first_name?, last_name?, username?, language_code?, deactivated?}
    POST groups    {id, title, members?: [ids] | {id: status}, bots?: [...], forum?, admins?,
                    migrated_to?, anonymous?: [ids]}
    POST seats     {title, person, bot, role?, first_name?, language_code?}    a column more
    POST start     {person, bot, payload?}                -> message
    POST say       {person, place.., text, reply_to?, thread?}      -> message
    POST send      {person, place.., kind, data?: base64, caption?, reply_to?, thread?, ...}
                   or multipart/form-data with the same fields and a file ``data``  -> message
                   kind: photo voice video video_note audio animation document sticker with data;
                   location venue {latitude, longitude}, contact {phone_number}, dice without
    POST album     {person, place.., items: [{kind, data: base64}], caption?}  -> messages
    POST edit      {person, place.., message_id, text}    -> message
    POST delete    {person, place.., message_id}
    POST press     {person, place.., message_id, button?, wait?}    -> {query_id, answer}
                   ``wait`` seconds for the bot's answer; answer is null while there is none
    POST inline    {person, bot, query, offset?, wait?}   -> {query_id, results, next_offset}
                   types ``@bot query`` in some chat; no results while there is no answer
    POST choose    {query_id, result_id}                  -> what goes into the chat
    POST react     {person, place.., message_id, emoji | null}
    POST block     {person, bot}          POST unblock {person, bot}
    POST topic     {person, chat, name}                   -> {message_thread_id, name}
    GET  chat?person=&bot= (or &chat=) [&after=<message id>] [&wait=<seconds>] [&from_bot=1]
                                      -> {messages, blocked, keyboard, topics, pinned}
                   with ``wait``: answers as soon as there is a message above ``after``
    GET  calls?[bot=]&[method=]&[last=100]                -> {calls, count, refused, total}
    DELETE calls
    POST fail      {bot, times?, status?, retry_after?, method?, description?, drop?, slow?, after?}
    DELETE fail[?bot=]
    POST limits    {enforce, burst?}
    POST delivery  {bot, scale?}                          -> pending, delivered, attempts
    POST repeat    {bot, update}                          deliver an update again as it is
    GET  clock                        -> {now, shift_seconds, zone, open, changes}: the desk's own;
                                      404 where there is no desk in this process
    POST clock     {shift_seconds} | {by: seconds} | {to: opening | closing | now | ISO moment}
                                      moves it and wakes everything that waits; -> as GET
    GET  menu?person=&bot= (or &chat=)                    -> {commands}
    GET  files/<file_unique_id>                           the bytes
    GET  events?rooms=<key,key>  or ?seats=1              server-sent events, see ``stream.py``
"""

import binascii
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from playground.acting import POSTS, Act, timepiece, where
from playground.botapi import WORLD, read_body
from playground.methods.settings import menu_for
from playground.refusal import Refusal
from playground.stream import handle_events, seat_roles
from playground.things import Json
from playground.world import World

_SAFE_INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/", "video/")


def add_routes(app: web.Application, prefix: str) -> None:
    """Add the control API's routes to an application that carries ``WORLD``."""
    for name, act in POSTS.items():
        app.router.add_post(f"{prefix}/control/{name}", _posted(act))
    for name, read in _GETS.items():
        app.router.add_get(f"{prefix}/control/{name}", _asked(read))
    app.router.add_delete(f"{prefix}/control/calls", _asked(_forget_calls))
    app.router.add_delete(f"{prefix}/control/fail", _asked(_heal))
    app.router.add_get(f"{prefix}/control/files/{{unique}}", _file)
    app.router.add_get(f"{prefix}/control/events", handle_events)


def _posted(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        if not _own_page(request):
            return _answer({"error": "other sites may not control the playground"}, 403)
        try:
            body = await _body(request)
            result = act(request.app[WORLD], body)
            if isinstance(result, Awaitable):
                result = await result
        except LookupError as fault:
            missing = f"missing: {fault.args[0]}" if isinstance(fault, KeyError) else str(fault)
            return _answer({"error": missing}, 400 if isinstance(fault, KeyError) else 404)
        except (ValueError, TypeError, binascii.Error) as fault:
            return _answer({"error": str(fault)}, 400)
        except Refusal as fault:
            return _answer({"error": fault.description}, 400)
        return _answer(result)

    return handle


def _asked(
    read: Callable[[World, Any], Any],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        if request.method != "GET" and not _own_page(request):
            return _answer({"error": "other sites may not control the playground"}, 403)
        try:
            result = read(request.app[WORLD], request.query)
            if isinstance(result, Awaitable):
                result = await result
        except LookupError as fault:
            missing = f"missing: {fault.args[0]}" if isinstance(fault, KeyError) else str(fault)
            return _answer({"error": missing}, 400 if isinstance(fault, KeyError) else 404)
        except ValueError as fault:
            return _answer({"error": str(fault)}, 400)
        return _answer(result)

    return handle


def _own_page(request: web.Request) -> bool:
    """Say whether a change comes from the page itself or from a program, not from another site."""
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _answer(result: Any, status: int = 200) -> web.Response:
    body = orjson.dumps(result, default=_shown, option=orjson.OPT_NON_STR_KEYS)
    return web.Response(body=body, status=status, content_type="application/json")


def _shown(value: Any) -> Any:
    """Show what JSON does not know: files as their size, everything else by its own fields."""
    if hasattr(value, "data") and hasattr(value, "content_type"):
        return {"file": value.name, "size": len(value.data), "type": value.content_type}
    if hasattr(value, "result") and hasattr(value, "description"):
        return value.result
    raise TypeError(f"no JSON for {type(value).__name__}")


async def _body(request: web.Request) -> Json:
    """Return the JSON object of a request; a multipart form's fields are read as JSON values."""
    raw, form, uploads = await read_body(request)
    if not form:
        return raw
    body: Json = {}
    for name, value in raw.items():
        try:
            parsed = json.loads(value)
        except ValueError:
            parsed = value
        body[name] = value if name in ("text", "caption", "file_name", "emoji") else parsed
    if "data" in uploads:
        upload = uploads["data"]
        body["data"] = upload.data
        body.setdefault("file_name", upload.name)
        body.setdefault("mime_type", upload.content_type)
    return body


# -- questions -------------------------------------------------------------------------------------


def _state(world: World, query: Any) -> Json:
    return {
        "bots": [bot.user for bot in world.bots.values()],
        "people": [person.user for person in world.people.values()],
        "groups": [{"chat": g.chat, "members": g.members} for g in world.groups.values()],
        "seats": seat_roles(world),
        "enforce_limits": world.enforce_limits,
        "count": world.count,
        "refused": world.refused,
    }


async def _chat(world: World, query: Any) -> Json:
    _, room = where(world, query)
    after = int(query.get("after", 0))
    bot_only = query.get("from_bot") == "1"

    def found() -> list[Json]:
        new: list[Json] = []
        for number in reversed(room.messages):
            if number <= after:
                break
            message = room.messages[number]
            if not bot_only or message.get("from", {}).get("is_bot"):
                new.append(message)
        return new[::-1]

    if "wait" in query:
        with suppress(TimeoutError):  # Nothing came in that time: an empty list is the answer.
            await world.until(found, min(float(query["wait"]), 60.0))
    return {
        "messages": found(),
        "blocked": room.blocked,
        "keyboard": room.keyboard,
        "pinned": room.pinned,
        "topics": [
            {"message_thread_id": t.id, "name": t.name, "closed": t.closed}
            for t in room.topics.values()
        ],
    }


def _calls(world: World, query: Any) -> Json:
    calls = world.called(query.get("method"), query.get("bot"))
    last = int(query.get("last", 100))
    shown = [
        {"at": c.at, "bot": world.bots[c.token].id, "method": c.method, "params": c.params,
         "result": c.result}
        for c in calls[-last:]
    ]  # fmt: skip
    return {
        "calls": shown,
        "count": world.count,
        "refused": world.refused,
        "total": sum(world.count.values()),
    }


def _forget_calls(world: World, query: Any) -> Json:
    world.forget_calls()
    return {}


def _heal(world: World, query: Any) -> Json:
    world.heal(query.get("bot"))
    return {}


def _menu(world: World, query: Any) -> Json:
    person, room = where(world, query)
    language = person.language_code or ""
    bots = [room.bot] if room.bot else [b for b in world.bots.values() if b.id in room.members]
    commands = [c for bot in bots for c in menu_for(bot, room.id, person.id, language)]
    return {"commands": commands}


async def _file(request: web.Request) -> web.Response:
    stored = request.app[WORLD].files.get(request.match_info["unique"])
    if stored is None:
        return _answer({"error": "no such file"}, 404)
    inline = stored.mime.startswith(_SAFE_INLINE)
    response = web.Response(
        body=stored.data,
        content_type=stored.mime.partition(";")[0] if inline else "application/octet-stream",
    )
    # Whatever somebody uploads must not run as a page of this origin.
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if not inline:
        response.headers["Content-Disposition"] = "attachment"
    return response


def _clock(world: World, query: Any) -> Json:
    return timepiece(world).face()


_GETS: dict[str, Callable[[World, Any], Any]] = {
    "state": _state, "chat": _chat, "calls": _calls, "menu": _menu, "clock": _clock,
}  # fmt: skip
