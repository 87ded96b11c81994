"""The only file that knows which class stands behind which word."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from secrets import token_hex

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff

from bot.bell import OUTBOX, PLAYBOOK, Bell
from bot.channels.base import Channel, Limits
from bot.channels.registry import CHANNELS
from bot.current_playbook import CurrentPlaybook
from bot.intake import Intake
from bot.knowledge.encoding import Encoder
from bot.metrics import Metrics
from bot.outbox import Deliverer
from bot.pace import LocalPace, Pace, SharedPace
from bot.reception import Surroundings
from core.clock import Clock, utc_now
from core.config import PLAYGROUND, Account, Config
from core.i18n.texts import Texts, spoken
from core.playbook import Playbook
from storage.engine import Database
from storage.repos.accounts import AccountFacts
from storage.uow import UnitOfWork

STAFF = "staff"
"""The account name of the staff bot."""
SERVER_LANES = 1
"""Batches that are written at the same moment where the database is a server. One: questions are
ranked faster in one large batch than in three small ones, which is worth more than thinking while
another batch waits for the server (0.14 of the bare handler against 0.09, measured)."""


_RUN = token_hex(8)
_NUMBERS = count(1)


def new_key() -> str:
    """Return a key for something that we say, unique for ever.

    A random name for this run of the process and a number within it: every message needs one or
    two, and a counter costs a tenth of fresh randomness.
    """
    return f"o{_RUN}{next(_NUMBERS):x}"


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that a process needs to work, built once."""

    config: Config
    database: Database
    clock: Clock
    bell: Bell
    playbook: CurrentPlaybook
    channels: Mapping[str, Channel]
    """By account name; the staff bot's own is ``staff``."""

    def unit(self) -> UnitOfWork:
        """Open a unit of work."""
        return UnitOfWork(self.database)

    def reading(self) -> UnitOfWork:
        """Open a unit of work that only reads."""
        return UnitOfWork(self.database, reading=True)

    def texts(self, language: str | None) -> Texts:
        """Return the texts for somebody who speaks *language* (``None`` when unknown)."""
        return spoken(language, self.config.language)


def open_channel(name: str, account: Account, playground_url: str | None) -> Channel:
    """Return the adapter for one configured account.

    Args:
        name: The account's name.
        account: Its settings.
        playground_url: Where the built-in stand-in listens, ``None`` when it is off.
    """
    api_url = playground_url if account.api_url == PLAYGROUND else account.api_url
    limits = account.limits
    # Our people use quick replies in any chat; customers' bots have nothing to offer there.
    more = {"inline": True} if name == STAFF else {}
    return CHANNELS[account.channel](
        name,
        token=account.token.get_secret_value(),
        secret=account.secret.get_secret_value(),
        api_url=api_url,
        limits=Limits(limits.per_second, limits.per_chat_per_second, limits.per_group_per_minute),
        **more,
    )


def open_redis(url: str) -> "Redis":
    """Return a client for the Redis at *url*; it reconnects by itself."""
    return Redis.from_url(
        url,
        retry=Retry(ExponentialBackoff(cap=1.0, base=0.05), 3),
        health_check_interval=30,
        socket_connect_timeout=5,
    )


def open_desk(
    config: Config,
    *,
    redis: "Redis | None" = None,
    playground_url: str | None = None,
    encoder: Encoder | None = None,
    clock: Clock = utc_now,
) -> Desk:
    """Build the desk; nothing is connected yet.

    Args:
        config: The configuration.
        redis: Where other processes listen, ``None`` when this is the only process.
        playground_url: Where the built-in stand-in listens, ``None`` when it is off.
        encoder: Compares meanings as well as letters; ``None``: letters only.
        clock: The time.
    """
    bell = Bell(redis)
    database = Database(config.storage.url, on_commit=bell.ring)
    playbook = CurrentPlaybook(
        lambda: UnitOfWork(database, reading=True),
        bell.listener(PLAYBOOK),
        encoder,
        read_apart=lambda: _read_apart(config.storage.url),
    )
    channels = {
        name: open_channel(name, account, playground_url)
        for name, account in {**config.accounts, STAFF: config.staff}.items()
    }
    return Desk(config, database, clock, bell, playbook, channels)


def _read_apart(url: str) -> Playbook:
    """Read the playbook with a connection and an event loop of this thread's own."""

    async def read() -> Playbook:
        database = Database(url, pooled=False)
        try:
            async with UnitOfWork(database, reading=True) as uow:
                return await uow.taught.playbook()
        finally:
            await database.close()

    return asyncio.run(read())


def phrase_within(config: Config) -> timedelta | None:
    """Return how long an answer may wait to be put into words; ``None`` where none is."""
    phrasing = config.answering.phrasing
    return None if phrasing is None else timedelta(seconds=phrasing.timeout_seconds + 2)


def build_intake(desk: Desk, accounts: Mapping[str, AccountFacts], metrics: Metrics) -> Intake:
    """Return the queue that customers' messages go through in this process."""
    zone = desk.config.zone

    def around() -> Surroundings:
        now = desk.clock()
        return Surroundings(
            accounts=accounts,
            book=desk.playbook.now,
            texts=desk.texts,
            local=now.astimezone(zone),
            now=now,
            new_key=new_key,
            hint=desk.config.desk.hint,
            feedback=desk.config.desk.feedback,
            phrase_within=phrase_within(desk.config),
        )

    sizes = desk.config.intake
    return Intake(
        desk.unit,
        around,
        desk.clock,
        metrics,
        batch=sizes.batch,
        queue=sizes.queue,
        lanes=1 if desk.database.is_sqlite else SERVER_LANES,
    )


def build_pace(redis: "Redis | None") -> Pace:
    """Return the rate limits: shared where there is a Redis to share them in."""
    return SharedPace(redis) if redis is not None else LocalPace()


def build_deliverer(desk: Desk, pace: Pace, metrics: Metrics) -> Deliverer:
    """Return what sends the messages that we owe."""
    return Deliverer(
        # What it notes down costs only a repeated message if a power cut takes it back.
        lambda: UnitOfWork(desk.database, lasting=False),
        desk.channels,
        pace,
        desk.bell.listener(OUTBOX),
        desk.clock,
        metrics,
        desk.texts,
    )


def job_desk(config: Config) -> Database:
    """Return the database for one job: each runs in an event loop of its own."""
    return Database(config.storage.url, pooled=False)
