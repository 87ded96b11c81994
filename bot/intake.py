"""Takes messages in by micro-batches: one transaction for all that has arrived.

While one batch is being written the next one gathers, so the batch grows with the load and an idle
desk answers at once: a batch of one never waits.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError

from bot.handlers.customer_message import Outcome, Surroundings, receive
from bot.metrics import Metrics
from core.clock import Clock
from core.errors import Overloaded
from core.messages import InboundMessage
from storage.repos.letters import Letter
from storage.uow import UnitOfWork

log = structlog.get_logger(__name__)

RETRY_AFTER_SECONDS = 2
"""What a platform is told when the queue is full."""
LONE_TRIES = 3
"""How often a message that failed alone is tried when the database said "try again"."""
_RETRY_PAUSE_SECONDS = 0.05


@dataclass(slots=True)
class _Parcel:
    """The messages of one webhook call, and where their outcome goes."""

    messages: tuple[InboundMessage, ...]
    done: asyncio.Future[list[Outcome]]


class Intake:
    """The queue of one process and the task that empties it.

    Args:
        unit: Opens a unit of work.
        around: Gives accounts, playbook and time as they are now.
        clock: The time.
        metrics: Where batches are counted.
        batch: Messages in one transaction at the most.
        queue: Messages that may wait; above that ``put`` raises ``Overloaded``.
    """

    def __init__(
        self,
        unit: Callable[[], UnitOfWork],
        around: Callable[[], Surroundings],
        clock: Clock,
        metrics: Metrics,
        *,
        batch: int = 200,
        queue: int = 5000,
    ) -> None:
        self._unit = unit
        self._around = around
        self._clock = clock
        self._metrics = metrics
        self._batch = batch
        self._room = queue
        self._parcels: deque[_Parcel] = deque()
        self._arrived = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to take messages in."""
        self._task = asyncio.create_task(self._run(), name="intake")

    async def stop(self) -> None:
        """Refuse new messages, finish those that were accepted, then end."""
        self._closing = True
        self._arrived.set()
        if self._task is not None:
            await self._task
            self._task = None

    async def put(self, messages: tuple[InboundMessage, ...]) -> list[Outcome]:
        """Take messages in and return when they are durable.

        Messages of one conversation are worked on in the order of the calls.

        Raises:
            Overloaded: The queue is full, or this process is shutting down.
            Exception: The database cannot be written; nothing was kept. Answer 503.
        """
        if self._closing or self._room < len(messages):
            raise Overloaded(RETRY_AFTER_SECONDS)
        self._room -= len(messages)
        parcel = _Parcel(messages, asyncio.get_running_loop().create_future())
        self._parcels.append(parcel)
        self._arrived.set()
        return await parcel.done

    async def _run(self) -> None:
        while True:
            if not self._parcels:
                if self._closing:
                    return
                self._arrived.clear()
                await self._arrived.wait()
                continue
            parcels = [self._parcels.popleft()]
            size = len(parcels[0].messages)
            while self._parcels and size + len(self._parcels[0].messages) <= self._batch:
                parcels.append(self._parcels.popleft())
                size += len(parcels[-1].messages)
            await self._take_in(parcels)
            self._room += size

    async def _take_in(self, parcels: Sequence[_Parcel]) -> None:
        messages = [message for parcel in parcels for message in parcel.messages]
        self._metrics.batch.observe(len(messages))
        try:
            outcomes = await self._commit(messages)
        except Exception as error:
            log.warning("intake.batch_failed", size=len(messages), error=type(error).__name__)
            await self._one_by_one(parcels)
            return
        start = 0
        for parcel in parcels:
            end = start + len(parcel.messages)
            _answer(parcel, outcomes[start:end])
            start = end

    async def _commit(self, messages: Sequence[InboundMessage]) -> list[Outcome]:
        async with self._unit() as uow:
            outcomes = await receive(uow, messages, self._around())
            await uow.commit()
        return outcomes

    async def _one_by_one(self, parcels: Sequence[_Parcel]) -> None:
        """Give each message of a failed batch a transaction of its own, in order."""
        for parcel in parcels:
            outcomes: list[Outcome] = []
            try:
                for message in parcel.messages:
                    outcomes += await self._alone(message)
            except Exception as error:
                # Not even the dead letter could be written: the platform keeps the message.
                if not parcel.done.done():
                    parcel.done.set_exception(error)
                continue
            _answer(parcel, outcomes)

    async def _alone(self, message: InboundMessage) -> list[Outcome]:
        for attempt in range(LONE_TRIES):
            try:
                return await self._commit([message])
            except Exception as error:
                if _transient(error) and attempt + 1 < LONE_TRIES:
                    await asyncio.sleep(_RETRY_PAUSE_SECONDS * (attempt + 1))
                    continue
                if _unreachable(error):
                    raise
                log.exception(
                    "intake.poisoned", account=message.account, update=message.external_id
                )
                why = f"{type(error).__name__}: {_without_parameters(error)}"
                async with self._unit() as uow:
                    letter = Letter(message.account, message.external_id, why, message.raw)
                    await uow.letters.keep([letter], self._clock())
                    await uow.commit()
                return [Outcome.KEPT]
        raise AssertionError("unreachable")


def _answer(parcel: _Parcel, outcomes: list[Outcome]) -> None:
    if not parcel.done.done():  # the web handler may have been cancelled meanwhile
        parcel.done.set_result(outcomes)


def _transient(error: Exception) -> bool:
    """Say whether the same transaction may succeed at once: a deadlock, a lost race, a lock."""
    return isinstance(error, DBAPIError)


def _unreachable(error: Exception) -> bool:
    """Say whether the database itself is out of reach, which is no fault of the message."""
    return isinstance(error, OperationalError | OSError | TimeoutError) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )


def _without_parameters(error: Exception) -> str:
    """Return the database's own words; SQLAlchemy would add the message's text to them."""
    return str(error.orig if isinstance(error, DBAPIError) else error)[:300]
