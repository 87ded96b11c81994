"""The desk's HTTP side: platforms' webhooks, health and figures. Source: the contract."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import orjson
import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from bot.channels.base import Channel, Webhook
from bot.intake import RETRY_AFTER_SECONDS, Intake
from bot.metrics import Metrics
from bot.wiring import Desk
from core.errors import BadPayload, BadSignature, DeliveryError, Overloaded
from core.messages import InboundMessage
from storage.repos.letters import Letter

log = structlog.get_logger(__name__)

STAFF = "staff"
LARGEST_BODY_BYTES = 4 * 1024 * 1024
"""Above every channel's own limit; each channel's is checked by its number."""

StaffUpdate = Callable[[Mapping[str, Any]], Awaitable[None]]
"""Works on one update of the staff bot; returns when its work is committed."""


class Web:
    """The routes of one process.

    Args:
        desk: The desk.
        intake: Where customers' messages go.
        metrics: What is counted.
        staff_update: Works on updates of the staff bot; ``None`` where this process has none.
        ready: Answers which part is not ready, or ``None`` when all are.
    """

    def __init__(
        self,
        desk: Desk,
        intake: Intake,
        metrics: Metrics,
        staff_update: StaffUpdate | None,
        ready: Callable[[], Awaitable[str | None]],
    ) -> None:
        self._desk = desk
        self._intake = intake
        self._metrics = metrics
        self._staff_update = staff_update
        self._ready = ready
        self._presses: set[asyncio.Task[None]] = set()
        self._counters = {
            name: metrics.messages.labels(name, "in") for name in desk.config.accounts
        }

    def app(self) -> web.Application:
        """Return the aiohttp application."""
        app = web.Application(client_max_size=LARGEST_BODY_BYTES)
        # A route for each account: looking a fixed path up costs a dictionary's look-up, matching
        # a pattern costs more than parsing the message.
        for name, channel in self._desk.channels.items():
            app.router.add_post(f"/hooks/{name}", partial(self.hook, name, channel))
        app.router.add_get("/healthz", self.healthz)
        app.router.add_get("/readyz", self.readyz)
        app.router.add_get("/metrics", self.figures)
        return app

    async def hook(self, account: str, channel: Channel, request: web.Request) -> web.Response:
        """Take one webhook call in; 200 only after the message is committed."""
        started = time.perf_counter()
        body = await _read(request, channel.max_body_bytes)
        if body is None:
            return web.Response(status=413)
        try:
            query = request.query if "?" in request.raw_path else {}
            batch = channel.read(Webhook(body, request.headers, query))
        except BadSignature:
            log.warning("hook.bad_signature", account=account)
            return web.Response(status=403)
        except BadPayload as error:
            return await self._keep_unreadable(account, body, error)
        if account == STAFF:
            return await self._staff(body)
        if batch.messages:
            try:
                await self._intake.put(batch.messages)
            except Overloaded as error:
                return web.Response(status=503, headers={"Retry-After": str(error.seconds)})
            except Exception as error:
                log.error("hook.not_kept", account=account, error=type(error).__name__)
                return web.Response(status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
            self._counters[account].inc(len(batch.messages))
            for message in batch.messages:
                if message.press_id is not None:
                    self._acknowledge(channel, message)
        self._metrics.ack.observe(time.perf_counter() - started)
        return web.Response(body=batch.answer)

    async def _staff(self, body: bytes) -> web.Response:
        if self._staff_update is None:
            return web.Response(status=404)
        try:
            await self._staff_update(orjson.loads(body))
        except Overloaded as error:
            return web.Response(status=503, headers={"Retry-After": str(error.seconds)})
        except Exception:
            log.exception("hook.staff_failed")
            return web.Response(status=500)  # the platform sends it again
        return web.Response()

    async def _keep_unreadable(self, account: str, body: bytes, error: BadPayload) -> web.Response:
        log.warning("hook.unreadable", account=account, why=error.why, size=len(body))
        try:
            async with self._desk.unit() as uow:
                await uow.letters.keep([Letter(account, None, error.why, body)], self._desk.clock())
                await uow.commit()
        except Exception as failure:
            log.error("hook.not_kept", account=account, error=type(failure).__name__)
            return web.Response(status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
        return web.Response(status=400)

    def _acknowledge(self, channel: Channel, message: InboundMessage) -> None:
        """Stop the pressed button's spinner; nothing depends on whether that works."""

        async def stop_spinner(press_id: str) -> None:
            try:
                await channel.acknowledge(press_id, "")
            except DeliveryError as error:
                log.info("hook.press_spins_on", account=channel.account, error=error.key)

        task = asyncio.create_task(stop_spinner(message.press_id or ""))
        self._presses.add(task)
        task.add_done_callback(self._presses.discard)

    async def stop(self) -> None:
        """Drop what is only a courtesy."""
        for task in self._presses:
            task.cancel()
        await asyncio.gather(*self._presses, return_exceptions=True)

    async def healthz(self, _request: web.Request) -> web.Response:
        """Say that the process lives."""
        return web.Response(text="ok\n")

    async def readyz(self, _request: web.Request) -> web.Response:
        """Say whether the database and Redis answer."""
        missing = await self._not_ready()
        if missing is None:
            return web.Response(text="ready\n")
        return web.Response(status=503, text=f"{missing}\n")

    async def _not_ready(self) -> str | None:
        try:
            async with asyncio.timeout(5), self._desk.reading() as uow:
                await uow.connection.execute(text("SELECT 1"))
        except Exception as error:
            return f"database: {type(error).__name__}"
        return await self._ready()

    async def figures(self, _request: web.Request) -> web.Response:
        """Return what Prometheus reads."""
        async with self._desk.reading() as uow:
            groups = await uow.staffing.groups()
            lengths = await uow.line.lengths(group.id for group in groups)
            due, dead = await uow.outbox.due_and_dead()
        for group in groups:
            self._metrics.waiting.labels(group.identifier).set(lengths[group.id])
        self._metrics.outbox_due.set(due)
        self._metrics.outbox_dead.set(dead)
        return web.Response(
            body=generate_latest(self._metrics.registry),
            headers={"Content-Type": CONTENT_TYPE_LATEST},
        )


async def _read(request: web.Request, limit: int) -> bytes | None:
    """Return the body, or ``None`` when it is larger than *limit*; never reads on past it."""
    if request.content_length is not None and request.content_length > limit:
        return None
    if request.content_length is not None:
        return await request.read()
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)
