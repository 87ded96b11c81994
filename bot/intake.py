"""Takes messages in by micro-batches: one transaction for all that has arrived.

While one batch is being written the next one gathers, so the batch grows with the load and an idle
desk answers at once: a batch of one never waits.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

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
LOADED = 8
"""A last batch of this size means that more is on its way."""
LINGERS, LINGER_SECONDS = 4, 0.001


@dataclass(slots=True)
class _Parcel:
    """Messages that came together, and where their outcome goes."""

    messages: Sequence[InboundMessage]
    done: asyncio.Future[list[Outcome]]


@dataclass(slots=True)
class _Lane:
    """What waits for one of the tasks that write batches."""

    parcels: deque[_Parcel] = field(default_factory=deque)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    last: int = 0
    """How many messages its last batch had."""


class Intake:
    """The queues of one process and the tasks that empty them.

    A customer's messages always go through the same lane, so they keep their order, and batches
    that are written at the same moment never want the same conversation.

    Args:
        unit: Opens a unit of work.
        around: Gives accounts, playbook and time as they are now.
        clock: The time.
        metrics: Where batches are counted.
        batch: Messages in one transaction at the most.
        queue: Messages that may wait; above that ``put`` raises ``Overloaded``.
        lanes: Batches that are written at the same moment. One for a database with one writer;
            with a server, one lane thinks while another waits for the server.
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
        lanes: int = 1,
    ) -> None:
        self._unit = unit
        self._around = around
        self._clock = clock
        self._metrics = metrics
        self._batch = batch
        self._room = queue
        self._lanes = [_Lane() for _ in range(lanes)]
        self._closing = False
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to take messages in."""
        self._tasks = [
            asyncio.create_task(self._run(lane), name=f"intake-{number}")
            for number, lane in enumerate(self._lanes)
        ]

    async def stop(self) -> None:
        """Refuse new messages, finish those that were accepted, then end."""
        self._closing = True
        for lane in self._lanes:
            lane.arrived.set()
        await asyncio.gather(*self._tasks)
        self._tasks = []

    async def put(self, messages: Sequence[InboundMessage]) -> list[Outcome]:
        """Take messages in and return when they are durable.

        Messages of one customer are worked on in the order of the calls.

        Raises:
            Overloaded: The queue is full, or this process is shutting down.
            Exception: The database cannot be written; some may be kept. Answer 503.
        """
        if self._closing or self._room < len(messages):
            raise Overloaded(RETRY_AFTER_SECONDS)
        self._room -= len(messages)
        if len(messages) == 1:
            return await self._post(self._lane_of(messages[0]), messages)
        numbers: dict[int, list[int]] = {}
        for number, message in enumerate(messages):
            numbers.setdefault(self._lane_of(message), []).append(number)
        found = await asyncio.gather(
            *(self._post(lane, [messages[n] for n in mine]) for lane, mine in numbers.items())
        )
        outcomes = {
            number: outcome
            for mine, theirs in zip(numbers.values(), found, strict=True)
            for number, outcome in zip(mine, theirs, strict=True)
        }
        return [outcomes[number] for number in range(len(messages))]

    def _lane_of(self, message: InboundMessage) -> int:
        if len(self._lanes) == 1:
            return 0
        return hash((message.account, message.sender.external_id)) % len(self._lanes)

    def _post(
        self, number: int, messages: Sequence[InboundMessage]
    ) -> asyncio.Future[list[Outcome]]:
        parcel = _Parcel(messages, asyncio.get_running_loop().create_future())
        lane = self._lanes[number]
        lane.parcels.append(parcel)
        lane.arrived.set()
        return parcel.done

    async def _run(self, lane: _Lane) -> None:
        while True:
            if not lane.parcels:
                if self._closing:
                    return
                lane.arrived.clear()
                await lane.arrived.wait()
                continue
            await self._gather(lane)
            parcels = [lane.parcels.popleft()]
            size = len(parcels[0].messages)
            while lane.parcels and size + len(lane.parcels[0].messages) <= self._batch:
                parcels.append(lane.parcels.popleft())
                size += len(parcels[-1].messages)
            await self._take_in(parcels)
            lane.last = size
            self._room += size

    async def _gather(self, lane: _Lane) -> None:
        """Under load, give the next batch a moment to gather.

        When a batch has been answered, its senders all write again, and the first of them would
        otherwise have a transaction to itself while the others wait for it. An idle desk, whose
        last batch was small, never waits here.
        """
        if lane.last < LOADED:
            return
        for _ in range(LINGERS):
            if len(lane.parcels) >= lane.last:
                return
            await asyncio.sleep(LINGER_SECONDS)

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
