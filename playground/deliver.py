"""How updates reach a bot: pushed to its webhook, or fetched with ``getUpdates``.

Webhook: one lane per queue (chat id for messages, user id for callbacks). Inside a lane the next
update waits until the one before was answered with 2xx; lanes run side by side up to
``max_connections``. The first repetition comes at once, then after 2, 4, 8 ... seconds up to a
random cap of 60 to 120; ``Retry-After`` of the answer is honoured up to an hour.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import aiohttp
import orjson

from playground.refusal import conflict

Json = dict[str, Any]
Execute = Callable[[Json], Awaitable[None]]

LIFETIME = 24 * 3600.0
CALLBACK_LIFETIME = 150.0
GONE_LIFETIME = 23 * 3600.0
IDLE_TIMEOUT = 60.0
ONLY_WHEN_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_SHORT_LIVED = frozenset({"callback_query", "inline_query", "shipping_query", "pre_checkout_query"})


class Update:
    """One update that was not acknowledged yet."""

    __slots__ = ("attempts", "body", "born", "id", "kind", "lane")

    def __init__(self, number: int, kind: str, lane: str, body: Json, born: float) -> None:
        self.id = number
        self.kind = kind
        self.lane = lane
        self.body = body
        self.born = born
        self.attempts = 0


class Delivery:
    """The updates of one bot.

    Args:
        scale: Factor on every waiting time between repetitions; 1 is Telegram's pace, tests take
            0.01.
    """

    def __init__(self, *, scale: float = 1.0, rng: random.Random | None = None) -> None:
        self.scale = scale
        self.url = ""
        self.secret: str | None = None
        self.max_connections = 40
        self.allowed: list[str] = []
        self.execute: Execute | None = None
        self.last_error: tuple[int, str] | None = None
        self.delivered = 0
        self.attempts = 0
        self._session: aiohttp.ClientSession | None = None
        self._rng = rng or random.Random()
        self._next_id = 1
        self._pending: dict[int, Update] = {}
        self._lanes: dict[str, deque[Update]] = {}
        self._ready: deque[str] = deque()
        self._running: set[asyncio.Task[None]] = set()
        self._poller: asyncio.Future[str] | None = None
        self._gone_since: float | None = None
        self._generation = 0

    # -- what the world hands over -------------------------------------------------------------

    def start(self, session: aiohttp.ClientSession) -> None:
        """Begin to deliver through *session*; whatever already waits goes out now."""
        self._session = session
        self._generation += 1
        self._ready = deque(self._lanes)
        self._pump()

    async def stop(self) -> None:
        """Cancel what is under way."""
        self._session = None
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def hang_up(self) -> None:
        """Answer a waiting poller with nothing."""
        self._wake("closed")

    def wants(self, kind: str) -> bool:
        """Say whether the bot asked for updates of this kind."""
        return kind in self.allowed if self.allowed else kind not in ONLY_WHEN_ASKED

    def put(self, kind: str, lane: str, payload: Json) -> int | None:
        """Queue one update.

        Returns:
            Its ``update_id``, or ``None`` where the bot did not ask for this kind.
        """
        if not self.wants(kind):
            return None
        number = self._next_id
        self._next_id += 1
        body = {"update_id": number, kind: payload}
        update = Update(number, kind, lane, body, time.monotonic())
        self._pending[number] = update
        if self.url:
            self._enter(update)
            self._pump()
        else:
            self._wake("update")
        return number

    def repeat(self, body: Json, lane: str = "repeat") -> None:
        """Deliver *body* again as it is, ``update_id`` included, as after a lost answer."""
        kind = next((key for key in body if key != "update_id"), "message")
        update = Update(body["update_id"], kind, lane, body, time.monotonic())
        self._pending[update.id] = update
        if self.url:
            self._enter(update)
            self._pump()
        else:
            self._wake("update")

    @property
    def waiting(self) -> int:
        """Return how many updates are not acknowledged."""
        return len(self._pending)

    @property
    def polled(self) -> bool:
        """Say whether a ``getUpdates`` call is waiting right now."""
        return self._poller is not None

    def forget(self) -> None:
        """Drop everything that waits."""
        self._pending.clear()
        self._lanes.clear()
        self._ready.clear()
        self._generation += 1

    # -- webhook -------------------------------------------------------------------------------

    def set_webhook(self, url: str, secret: str | None, max_connections: int) -> None:
        """Switch to pushing to *url*, or to polling where it is empty."""
        self._wake("webhook")
        self.url, self.secret, self.max_connections = url, secret, max_connections
        self.last_error = None
        self._gone_since = None
        self._generation += 1
        self._lanes.clear()
        self._ready.clear()
        if url:
            for update in self._pending.values():
                self._enter(update)
            self._pump()

    def _enter(self, update: Update) -> None:
        lane = self._lanes.get(update.lane)
        if lane is None:
            self._lanes[update.lane] = deque((update,))
            self._ready.append(update.lane)
        else:
            lane.append(update)

    def _pump(self) -> None:
        while self._session and self._ready and len(self._running) < self.max_connections:
            lane = self._ready.popleft()
            task = asyncio.create_task(self._run(lane, self._generation))
            self._running.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.result()
            self._pump()

    async def _run(self, lane: str, generation: int) -> None:
        """Deliver from one lane until it is empty, others wait for the place, or it fails."""
        while self._generation == generation:
            queue = self._lanes.get(lane)
            if queue is None:
                return
            if not queue:
                del self._lanes[lane]
                return
            update = queue[0]
            pause = 0.0
            if not self._expired(update):
                refused = await self._post(update)
                if refused is None:
                    self._pending.pop(update.id, None)
                if self._generation != generation:
                    return
                if refused is not None:
                    pause = refused * self.scale
                    if pause > 0:
                        self._later(pause, lane, generation)
                        return
                    continue
            queue.popleft()
            self._pending.pop(update.id, None)
            if queue and self._ready:
                self._ready.append(lane)
                return

    def _later(self, pause: float, lane: str, generation: int) -> None:
        def again() -> None:
            if self._generation == generation and lane in self._lanes:
                self._ready.append(lane)
                self._pump()

        asyncio.get_running_loop().call_later(pause, again)

    def _expired(self, update: Update) -> bool:
        life = CALLBACK_LIFETIME if update.kind in _SHORT_LIVED else LIFETIME
        return update.attempts > 0 and time.monotonic() - update.born > life

    async def _post(self, update: Update) -> float | None:
        """Send one update; return ``None`` when it arrived, else the unscaled pause in seconds."""
        session = self._session
        if session is None:
            return 1.0
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.secret
        update.attempts += 1
        self.attempts += 1
        retry_after: str | None = None
        try:
            async with session.post(
                self.url, data=orjson.dumps(update.body), headers=headers, allow_redirects=False
            ) as answer:
                body = await answer.read()
                if 200 <= answer.status < 300:
                    self.delivered += 1
                    self._gone_since = None
                    await self._answered(body)
                    return None
                self._note(f"Wrong response from the webhook: {answer.status} {answer.reason}")
                retry_after = answer.headers.get("Retry-After")
                self._mark_gone(answer.status)
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            self._note(f"Connection failed: {type(fault).__name__}")
        if retry_after is not None and retry_after.isdigit():
            return float(min(int(retry_after), 3600))
        if update.attempts == 1:
            return 0.0
        # A cap keeps 2**n small; the wait itself is bounded by the random limit.
        return min(2.0 ** min(update.attempts - 1, 7), self._rng.uniform(60, 120))

    async def _answered(self, body: bytes) -> None:
        """Carry out the method call that an answer may contain."""
        if not body.startswith(b"{") or self.execute is None:
            return
        try:
            call = orjson.loads(body)
        except orjson.JSONDecodeError:
            return
        if isinstance(call.get("method"), str):
            await self.execute(call)

    def _note(self, text: str) -> None:
        self.last_error = (int(time.time()), text)

    def _mark_gone(self, status: int) -> None:
        now = time.monotonic()
        if status != 410:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = now
        elif now - self._gone_since > GONE_LIFETIME * self.scale:
            self.set_webhook("", None, 40)

    # -- polling -------------------------------------------------------------------------------

    def _wake(self, reason: str) -> None:
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(reason)

    async def fetch(self, offset: int, limit: int, patience: float) -> list[Json]:
        """Return waiting updates, oldest first, after confirming those below *offset*.

        Args:
            offset: The lowest id still wanted; below zero counts from the end.
            limit: At most so many.
            patience: Seconds to wait for the first one.

        Raises:
            Refusal: A webhook is set, or another poller takes over while this one waits.
        """
        if self.url:
            raise conflict(
                "can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first"
            )
        self._wake("poller")
        self._confirm(offset)
        if not self._pending and patience > 0:
            await self._wait(patience)
        return [update.body for update in _first(self._pending.values(), limit)]

    async def _wait(self, patience: float) -> None:
        poller: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._poller = poller
        try:
            reason = await asyncio.wait_for(poller, patience)
        except TimeoutError:
            return
        finally:
            if self._poller is poller:
                self._poller = None
        if reason == "poller":
            raise conflict(
                "terminated by other getUpdates request; "
                "make sure that only one bot instance is running"
            )
        if reason == "webhook":
            raise conflict("terminated by setWebhook request")

    def _confirm(self, offset: int) -> None:
        ids = list(self._pending)
        gone = ids[:offset] if offset < 0 else [number for number in ids if number < offset]
        for number in gone:
            del self._pending[number]


def _first(updates: Iterable[Update], limit: int) -> list[Update]:
    taken: list[Update] = []
    for update in updates:
        if len(taken) >= limit:
            break
        taken.append(update)
    return taken
