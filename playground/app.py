"""The playground as an aiohttp application: the Bot API, the control API and the page."""

from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from playground import botapi, control
from playground.botapi import WORLD
from playground.world import World

PAGE = Path(__file__).parent / "page"
_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; base-uri 'none'; form-action 'none'"
)


def build_app(world: World, *, prefix: str = "") -> web.Application:
    """Build the playground around a world.

    It can be served alone or mounted with ``add_subapp("/playground/", app)``; the page uses
    relative addresses only. The world opens and closes with the application.

    Args:
        world: Bots, people and chats.
        prefix: Put before every route, for an application that serves it without a sub-application
            (``"/playground"``). Empty for mounting.
    """
    app = web.Application()
    app[WORLD] = world
    app.cleanup_ctx.append(_world_lives)
    app.on_shutdown.append(_end_streams)
    botapi.add_routes(app, prefix)
    control.add_routes(app, prefix)
    app.router.add_get(f"{prefix}/", _page)
    app.router.add_get(f"{prefix}/{{name:[a-z-]+\\.(?:js|css|svg|html)}}", _page)
    return app


async def _world_lives(app: web.Application) -> AsyncIterator[None]:
    await app[WORLD].open()
    yield
    await app[WORLD].close()


async def _end_streams(app: web.Application) -> None:
    """End open streams and polls first, since a server waits for its handlers when it stops."""
    app[WORLD].hang_up()


async def _page(request: web.Request) -> web.Response:
    path = PAGE / request.match_info.get("name", "index.html")
    if not path.is_file():
        raise web.HTTPNotFound
    response = web.Response(
        body=path.read_bytes(), content_type=_TYPES[path.suffix], charset="utf-8"
    )
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
