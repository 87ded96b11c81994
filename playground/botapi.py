"""The Bot API over HTTP: ``/bot<token>/<method>`` and ``/file/bot<token>/<path>``."""

import asyncio
import re
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import BodyPartReader, web

from playground.checks import Upload
from playground.filestore import DOWNLOAD_LIMIT
from playground.limits import Fault
from playground.methods.settings import Described
from playground.refusal import Refusal, bad
from playground.things import Bot
from playground.world import World

BODY_LIMIT = 52 * 1024 * 1024
WORLD = web.AppKey("world", World)
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+\Z")
_NOT_FOUND = Refusal(404, "Not Found")
_UNAUTHORIZED = Refusal(401, "Unauthorized")
_OUTAGE = "<html>\r\n<head><title>{0} {1}</title></head>\r\n<body>{0} {1}</body>\r\n</html>\r\n"
_OUTAGE_NAMES = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
                 504: "Gateway Timeout"}  # fmt: skip


def add_routes(app: web.Application, prefix: str) -> None:
    """Add the Bot API's routes to an application that carries ``WORLD``."""
    app.router.add_route("*", prefix + "/bot{token:[^/]+}/{method:[^/]+}", handle_call)
    app.router.add_get(prefix + "/file/bot{token:[^/]+}/{path:.+}", handle_download)


def refused(refusal: Refusal) -> web.Response:
    """Return the HTTP answer for an error."""
    if refusal.code >= 500:
        name = _OUTAGE_NAMES.get(refusal.code, "Error")
        text = _OUTAGE.format(refusal.code, name)
        return web.Response(status=refusal.code, text=text, content_type="text/html")
    headers = {}
    if refusal.parameters and "retry_after" in refusal.parameters:
        headers["Retry-After"] = str(refusal.parameters["retry_after"])
    return web.Response(
        status=refusal.code,
        body=orjson.dumps(refusal.body()),
        content_type="application/json",
        headers=headers,
    )


async def handle_call(request: web.Request) -> web.StreamResponse:
    """Answer one call of the Bot API."""
    world = request.app[WORLD]
    bot = world.bots.get(request.match_info["token"])
    if bot is None:
        known_form = _TOKEN.match(request.match_info["token"])
        return refused(_UNAUTHORIZED if known_form else _NOT_FOUND)
    method = world.facts.method(request.match_info["method"])
    if method is None or request.method not in ("GET", "POST"):
        return refused(_NOT_FOUND)
    try:
        raw, form, uploads = await read_body(request)
        fault = world.fault_for(bot, method.name)
        if fault is not None:
            answer = await _fail_first(request, fault)
            if answer is not None:
                return answer
        result = await world.call(bot, method, raw, uploads, form=form)
    except Refusal as refusal:
        return refused(refusal)
    if fault is not None and fault.after and fault.fails:
        return _fail(request, fault)
    if isinstance(result, Described):
        described = {"ok": True, "result": result.result, "description": result.description}
        body = orjson.dumps(described)
    else:
        body = b'{"ok":true,"result":' + orjson.dumps(result) + b"}"
    return web.Response(body=body, content_type="application/json")


async def _fail_first(request: web.Request, fault: Fault) -> web.StreamResponse | None:
    """Fail before anything happens; ``None`` where the call is to be carried out first."""
    if fault.slow:
        await asyncio.sleep(fault.slow)
    if fault.after or not fault.fails:
        return None
    return _fail(request, fault)


def _fail(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.drop:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)
    return refused(fault.refusal())


async def read_body(request: web.Request) -> tuple[dict[str, Any], bool, dict[str, Upload]]:
    """Read the parameters of a call.

    Returns:
        The parameters, whether they are form fields (strings that hold JSON and digits), and the
        uploaded files by field name.

    Raises:
        Refusal: 413 for a body over 52 MiB, 400 for one that cannot be read.
    """
    query: dict[str, Any] = dict(request.query) if request.query_string else {}
    if request.method == "GET" or not request.body_exists:
        return query, True, {}
    if (request.content_length or 0) > BODY_LIMIT:
        raise Refusal(413, "Request Entity Too Large")
    kind = request.content_type
    if kind == "multipart/form-data":
        fields, uploads = await _read_multipart(request)
        return {**query, **fields}, True, uploads
    try:
        body = await request.clone(client_max_size=BODY_LIMIT).read()
    except web.HTTPRequestEntityTooLarge:
        raise Refusal(413, "Request Entity Too Large") from None
    if kind == "application/json":
        try:
            read = orjson.loads(body) if body else {}
        except orjson.JSONDecodeError:
            raise bad("can't parse request JSON object") from None
        if not isinstance(read, dict):
            raise bad("can't parse request JSON object")
        return {**query, **read}, False, {}
    if kind == "application/x-www-form-urlencoded":
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True)
        except UnicodeDecodeError:
            raise bad("strings must be encoded in UTF-8") from None
        return {**query, **dict(pairs)}, True, {}
    raise bad("unsupported Content-Type")


async def _read_multipart(request: web.Request) -> tuple[dict[str, str], dict[str, Upload]]:
    fields: dict[str, str] = {}
    uploads: dict[str, Upload] = {}
    left = BODY_LIMIT
    try:
        reader = await request.clone(client_max_size=BODY_LIMIT).multipart()
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader) or part.name is None:
                raise bad("can't parse multipart body")
            data = bytearray()
            while chunk := await part.read_chunk(2**18):
                data += chunk
                left -= len(chunk)
                if left < 0:
                    raise Refusal(413, "Request Entity Too Large")
            if part.filename is not None:
                mime = part.headers.get("Content-Type", "application/octet-stream")
                uploads[part.name] = Upload(part.filename, mime, bytes(data))
            else:
                fields[part.name] = data.decode()
    except UnicodeDecodeError:
        raise bad("strings must be encoded in UTF-8") from None
    except (ValueError, web.HTTPRequestEntityTooLarge) as fault:
        raise bad("can't parse multipart body") from fault
    return fields, uploads


async def handle_download(request: web.Request) -> web.Response:
    """Answer with the bytes of a file that ``getFile`` has named."""
    world = request.app[WORLD]
    bot: Bot | None = world.bots.get(request.match_info["token"])
    if bot is None:
        return refused(_UNAUTHORIZED)
    stored = world.files.at(request.match_info["path"])
    if stored is None or len(stored.data) > DOWNLOAD_LIMIT:
        return refused(_NOT_FOUND)
    return web.Response(body=stored.data, content_type="application/octet-stream")
