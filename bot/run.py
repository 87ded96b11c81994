"""Runs the desk's processes: starts their parts in order and stops them in reverse."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import redis as sync_redis
import structlog
import uvloop
from aiohttp import web
from redis.exceptions import RedisError
from tenacity import AsyncRetrying, retry_if_exception_type, wait_exponential

from admin_bot.app import StaffBot
from admin_bot.desk import reply
from admin_bot.desk.all import COMMANDS as AGENT_COMMANDS
from admin_bot.polling import poll
from bot import wiring
from bot.account_watch import AccountWatch
from bot.bell import BELLS, LINE, PHRASING, PLAYBOOK, TIMERS
from bot.channels.base import Channel
from bot.embedded_redis import EmbeddedRedis
from bot.handlers.first_start import prepare
from bot.intake import Intake
from bot.jobs.clock import JobClock, JobThread, work_forever
from bot.knowledge.encoding import Encoder
from bot.line_watch import LineWatch
from bot.metrics import Metrics
from bot.phrase_watch import PhraseWatch
from bot.phrasing.client import Phraser
from bot.semantic.files import BadModel
from bot.semantic.loading import open_encoder
from bot.timer_watch import TimerWatch
from bot.web import Web
from bot.wiring import STAFF, Desk
from core.calendar import TENANT, Calendar
from core.clock import Clock, ShiftedClock, utc_now
from core.config import EMBEDDED, PLAYGROUND, Config, Phrasing
from core.errors import DeliveryError, Overloaded
from core.i18n.texts import texts
from playground.app import build_app
from playground.setup import build_world
from playground.timepiece import Timepiece
from playground.world import World
from storage.migrate import migrate
from storage.repos.accounts import AccountFacts

log = structlog.get_logger(__name__)

WEB, DELIVER, WORKER, CLOCK, POLL = "web", "deliver", "worker", "clock", "staff"
EVERYTHING = frozenset({WEB, DELIVER, WORKER, CLOCK, POLL})
SHUTDOWN_SECONDS = 2.0
"""How long open requests may take when the process is told to stop."""


class CannotStart(Exception):
    """The configuration is right, but this process cannot run with it; the text says why."""


async def serve(
    config: Config,
    parts: frozenset[str],
    *,
    ready: Callable[[str], None],
    stop: asyncio.Event,
    world: World | None = None,
) -> None:
    """Run *parts* of the desk until *stop* is set.

    Args:
        config: The configuration.
        parts: Any of ``web``, ``deliver``, ``worker``, ``clock``, ``staff``.
        ready: Called once with the address (empty without ``web``) when everything runs.
        stop: Set to end.
        world: The stand-in's world; ``None`` builds the one that the configuration asks for.

    Raises:
        CannotStart: See the text.
    """
    alone = parts == EVERYTHING
    calm_collector()
    if config.redis.url == EMBEDDED and not alone:
        raise CannotStart("redis.url is embedded, which only `serve` can use; give a redis:// url")
    async with contextlib.AsyncExitStack() as stack:
        listener = _listen(config) if WEB in parts else None
        if listener is not None:
            stack.callback(listener.close)
        base = _address(config, listener)
        redis_url = config.redis.url
        if redis_url == EMBEDDED:
            server = EmbeddedRedis(Path("var/redis"))
            await server.start()
            stack.push_async_callback(server.stop)
            redis_url = server.url
        # A desk that is one process keeps its bells and limits in memory.
        shared = None if alone and config.redis.url == EMBEDDED else wiring.open_redis(redis_url)
        if shared is not None:
            stack.push_async_callback(shared.aclose)
        desk = wiring.open_desk(
            config,
            redis=shared,
            playground_url=f"{base}/playground" if base else None,
            encoder=await _encoder(config, parts),
            clock=clock_of(config, alone=alone),
        )
        stack.push_async_callback(desk.database.close)
        await prepare_database(desk)
        await _part(stack, desk.bell)
        await _part(stack, desk.playbook)
        for channel in desk.channels.values():
            await _part(stack, channel)

        metrics = Metrics()
        accounts: dict[str, AccountFacts] = {}
        await _part(stack, AccountWatch(desk, accounts, desk.bell.listener(PLAYBOOK)))
        intake = wiring.build_intake(desk, accounts, metrics)
        background = await stack.enter_async_context(_background())
        staff_bot: StaffBot | None = None
        if WEB in parts or POLL in parts:
            staff_bot = _staff_bot(desk, base)
        if WEB in parts and listener is not None and staff_bot is not None:
            await _start_web(stack, desk, intake, metrics, staff_bot, listener, redis_url, world)
        elif POLL in parts:
            await _part(stack, intake)
        if DELIVER in parts:
            if shared is None:
                # Nobody else delivers: what an earlier run held when it was killed is due now.
                async with desk.unit() as uow:
                    await uow.outbox.release_all()
                    await uow.commit()
            await _part(stack, wiring.build_deliverer(desk, wiring.build_pace(shared), metrics))
            await _part(stack, LineWatch(desk, desk.bell.listener(LINE)))
            await _part(stack, TimerWatch(desk, desk.bell.listener(TIMERS)))
            if config.answering.phrasing is not None:
                await _part(stack, _phrase_watch(desk, config.answering.phrasing))
        if staff_bot is not None:
            await _part(stack, staff_bot)
            for name, channel in desk.channels.items():
                background(_connect(desk, name, channel, parts, base))
            if POLL in parts:
                _poll_accounts(desk, intake, staff_bot, background)
        if CLOCK in parts:
            await _part(stack, JobClock(lambda: sync_redis.Redis.from_url(redis_url)))
        if WORKER in parts:
            await _part(stack, JobThread(lambda: sync_redis.Redis.from_url(redis_url)))
        ready(base or "")
        await stop.wait()
        log.info("desk.stopping")


def calm_collector() -> None:
    """Let the garbage collector look for circles rarely: what a message makes, it leaves no circle.

    At Python's own threshold of 700 objects it runs several times for every batch.
    """
    gc.set_threshold(50_000, 20, 20)


async def _part(stack: contextlib.AsyncExitStack, part: object) -> None:
    """Start a part now and stop it when everything that was started after it has stopped."""
    await part.start()  # type: ignore[attr-defined]
    stack.push_async_callback(part.stop)  # type: ignore[attr-defined]


def _listen(config: Config) -> socket.socket:
    # Bound before anything else: a port that is taken must say so at once, and port 0 must be
    # known before the stand-in's address is.
    family = socket.AF_INET6 if ":" in config.server.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((config.server.host, config.server.port))
    except OSError as error:
        listener.close()
        where = f"{config.server.host}:{config.server.port}"
        raise CannotStart(f"server: cannot listen on {where}: {error.strerror}") from error
    return listener


def _address(config: Config, listener: socket.socket | None) -> str | None:
    if listener is None:
        return None
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  not a bind
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def prepare_database(desk: Desk) -> None:
    """Migrate the database and tell it what the configuration says."""
    await migrate(desk.database)
    config = desk.config
    async with desk.unit() as uow:
        await prepare(
            uow,
            accounts={name: account.channel for name, account in config.accounts.items()},
            owners=config.staff.owners,
            capacity=config.desk.agent_capacity,
            say=texts(config.language),
            now=desk.clock(),
        )
        await uow.commit()


async def _encoder(config: Config, parts: frozenset[str]) -> Encoder | None:
    """Load what compares meanings, in the processes that answer messages."""
    if not parts & {WEB, POLL}:
        return None
    try:
        return await asyncio.to_thread(open_encoder, config.answering.semantic)
    except BadModel as error:
        raise CannotStart(f"answering.semantic: {error}") from error


def _phrase_watch(desk: Desk, phrasing: Phrasing) -> PhraseWatch:
    phraser = Phraser(
        url=phrasing.url,
        key=phrasing.key.get_secret_value(),
        model=phrasing.model,
        seconds=phrasing.timeout_seconds,
    )
    return PhraseWatch(
        desk.unit,
        lambda: desk.playbook.now.playbook.faq,
        phraser,
        desk.bell.listener(PHRASING),
        desk.clock,
    )


def _staff_bot(desk: Desk, base: str | None) -> StaffBot:
    staff = desk.config.staff
    api_url = f"{base}/playground" if staff.api_url == PLAYGROUND else staff.api_url
    return StaffBot(
        desk,
        token=staff.token.get_secret_value(),
        api_url=api_url,
        extra_commands=AGENT_COMMANDS,
        fallback=reply.run,
    )


async def _start_web(
    stack: contextlib.AsyncExitStack,
    desk: Desk,
    intake: Intake,
    metrics: Metrics,
    staff_bot: StaffBot,
    listener: socket.socket,
    redis_url: str,
    world: World | None,
) -> None:
    async def redis_answers() -> str | None:
        client = wiring.open_redis(redis_url)
        try:
            async with asyncio.timeout(5):
                await client.ping()
        except (RedisError, OSError, TimeoutError) as error:
            return f"redis: {type(error).__name__}"
        finally:
            await client.aclose()
        return None

    doors = Web(desk, intake, metrics, staff_bot.handle, redis_answers)
    app = doors.app()
    if desk.config.server.playground:
        stage = world or build_world(desk.config)
        stage.timepiece = _timepiece(desk)
        app.add_subapp("/playground/", build_app(stage))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    stack.push_async_callback(doors.stop)
    await web.SockSite(runner, listener, backlog=1024).start()
    await _part(stack, intake)
    log.info("web.listening", port=listener.getsockname()[1])


def clock_of(config: Config, *, alone: bool) -> Clock:
    """Return the time: one that can be moved where there is a playground to move it in.

    Args:
        config: The configuration.
        alone: Whether this process is the whole desk; several would disagree about the time.
    """
    return ShiftedClock() if alone and config.server.playground else utc_now


def _timepiece(desk: Desk) -> Timepiece | None:
    """Return the clock that the playground's page moves; ``None`` where the desk has the real."""
    if not isinstance(desk.clock, ShiftedClock):
        return None
    return Timepiece(
        desk.clock,
        desk.config.zone,
        lambda: desk.playbook.now.playbook.calendars.get(TENANT, Calendar()),
        lambda: desk.bell.ring(BELLS),
    )


Background = Callable[[Awaitable[None]], None]


@contextlib.asynccontextmanager
async def _background():  # type: ignore[no-untyped-def]
    """Give a function that runs things beside the rest, and end them all at the end."""
    tasks: set[asyncio.Task[None]] = set()

    def start(work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    try:
        yield start
    finally:
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _connect(
    desk: Desk, name: str, channel: Channel, parts: frozenset[str], base: str | None
) -> None:
    """Tell the platform where to send webhooks, until it has heard."""
    settings = desk.config.staff if name == STAFF else desk.config.accounts[name]
    if settings.mode == "polling":
        if POLL not in parts:
            return
        address = None
    elif settings.api_url == PLAYGROUND:
        address = f"{base}/hooks/{name}"
    elif desk.config.server.public_url is None:
        log.warning("channel.no_public_url", account=name)
        return
    elif WEB not in parts:
        return
    else:
        address = f"{desk.config.server.public_url}/hooks/{name}"
    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type(DeliveryError),
        wait=wait_exponential(multiplier=1, max=60),
        before_sleep=lambda state: log.warning(
            "channel.not_connected",
            account=name,
            attempt=state.attempt_number,
            reason=_reason(state.outcome.exception() if state.outcome else None),
        ),
    ):
        with attempt:
            await channel.connect(address)
    log.info("channel.connected", account=name)


def _reason(error: BaseException | None) -> str:
    return str(getattr(error, "reason", type(error).__name__))


def _poll_accounts(desk: Desk, intake: Intake, staff_bot: StaffBot, background: Background) -> None:
    for name, account in desk.config.accounts.items():
        if account.mode == "polling":
            background(_poll_customers(desk.channels[name], intake))
    if desk.config.staff.mode == "polling":
        background(poll(staff_bot.bot, staff_bot.handle))


async def _poll_customers(channel: Channel, intake: Intake) -> None:
    async for batch in channel.poll():
        kept = False
        while not kept:
            try:
                await intake.put(batch.messages)
                kept = True
            except Overloaded as error:
                await asyncio.sleep(error.seconds)
            except Exception as error:
                # Not acknowledged, so nothing is lost; asking on would skip it.
                log.error("poll.not_kept", account=channel.account, error=type(error).__name__)
                await asyncio.sleep(1.0)
        for message in batch.messages:
            if message.press_id is not None:
                with contextlib.suppress(DeliveryError):
                    await channel.acknowledge(message.press_id, "")


def run(config: Config, parts: frozenset[str], ready: Callable[[str], None]) -> None:
    """Run *parts* until SIGINT or SIGTERM.

    Raises:
        CannotStart: See ``serve``.
    """
    if parts == {WORKER}:
        if config.redis.url == EMBEDDED:
            raise CannotStart("redis.url is embedded, which only `serve` can use")
        work_forever(sync_redis.Redis.from_url(config.redis.url))
        return

    async def until_stopped() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        await serve(config, parts, ready=ready, stop=stop)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(until_stopped())
