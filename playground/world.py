"""The stand-in as a whole: it takes calls of the Bot API and remembers what was called."""

import asyncio
import inspect
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import aiohttp

from playground import facts, inline
from playground.checks import Upload
from playground.crowd import Crowd
from playground.facts import Method
from playground.limits import Fault, Faults, FloodLimits, counts
from playground.methods import changing, rooms, sending, settings, topics
from playground.methods.media import settle_files, takes_files
from playground.refusal import Refusal, bad
from playground.things import Bot, Call, Clock, Json, Seat, wall_clock
from playground.timepiece import Timepiece

CALLS_KEPT = 20_000
CALLBACK_SECONDS = 150.0
ACTS: dict[str, Callable[["World", Bot, Json], Any]] = {
    **sending.TABLE,
    **changing.TABLE,
    **topics.TABLE,
    **rooms.TABLE,
    **settings.TABLE,
    **inline.TABLE,
}


class World(Crowd):
    """An in-memory Telegram.

    Args:
        clock: Wall clock in seconds.
        rng: Randomness for dice and retry caps.
        retry_scale: Factor on the pauses between repetitions of a webhook call.
        enforce_limits: Answer 429 above Telegram's flood limits.

    Attributes:
        calls: What was carried out, oldest first, bounded.
        count: How often each method was carried out since the beginning (or ``forget_calls``).
        refused: How often each error description was answered.
        seats: The columns of the page.
        timepiece: The desk's clock, where it can be moved; ``None`` where it cannot.
        callback_seconds: How long a callback query, or an inline query, can be answered.
        inline_queries: What people typed behind bots' names, by the query's id.
    """

    def __init__(
        self,
        *,
        clock: Clock = wall_clock,
        rng: random.Random | None = None,
        retry_scale: float = 1.0,
        enforce_limits: bool = False,
    ) -> None:
        super().__init__(clock=clock, rng=rng, retry_scale=retry_scale)
        self.facts = facts.load()
        self.calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self.count: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.seats: list[Seat] = []
        self.timepiece: Timepiece | None = None
        self.enforce_limits = enforce_limits
        self.limits = FloodLimits()
        self.callback_seconds = CALLBACK_SECONDS
        self.inline_queries: dict[str, inline.InlineQuery] = {}
        self._faults = Faults()
        self._session: aiohttp.ClientSession | None = None
        self._with_files: dict[str, bool] = {}

    # -- life ----------------------------------------------------------------------------------

    async def open(self) -> None:
        """Begin to deliver updates. The application calls this when its server starts."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=60),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        for bot in self.bots.values():
            bot.delivery.start(self._session)

    def hang_up(self) -> None:
        """End open streams and waiting polls, so that a server can stop without delay."""
        self.dismiss_watchers()
        for bot in self.bots.values():
            bot.delivery.hang_up()

    async def close(self) -> None:
        """End deliveries and streams. What was not acknowledged stays queued."""
        self.hang_up()
        await asyncio.gather(*(bot.delivery.stop() for bot in self.bots.values()))
        if self._session is not None:
            await self._session.close()
            self._session = None

    def add_bot(
        self,
        token: str,
        name: str = "Bot",
        username: str | None = None,
        *,
        reads_all: bool = False,
    ) -> Bot:
        """Create a bot; see ``Ledger.add_bot``. Its updates are delivered from now on."""
        bot = super().add_bot(token, name, username, reads_all=reads_all)
        if bot.delivery.execute is None:

            async def execute(call: Json) -> None:
                await self._answered_with(bot, call)

            bot.delivery.execute = execute
            if self._session is not None:
                bot.delivery.start(self._session)
        return bot

    def user(self, who: int) -> Json:
        """Return the ``User`` of a person or bot."""
        if who in self.people:
            return self.people[who].user
        return self.bot(who).user

    def seat_bots(self) -> Sequence[Bot]:
        """Return the bots that the seats talk to, each once, in the seats' order."""
        tokens = dict.fromkeys(seat.bot_token for seat in self.seats)
        return [self.bots[token] for token in tokens if token in self.bots]

    # -- failures and the journal --------------------------------------------------------------

    def fail(self, bot: Bot | str | int, **order: Any) -> None:
        """Let coming calls of a bot fail.

        Args:
            bot: Whose calls.
            order: The fields of ``limits.Fault``: ``times status retry_after method description
                drop slow after parameters``.
        """
        self._faults.order(self.bot(bot), Fault(**order))

    def heal(self, bot: Bot | str | int | None = None) -> None:
        """Take back the failures that are left, for one bot or for all."""
        self._faults.clear(None if bot is None else self.bot(bot))

    def fault_for(self, bot: Bot, method: str) -> Fault | None:
        """Use up one ordered failure for this call."""
        return self._faults.next(bot, method)

    def forget_calls(self) -> None:
        """Empty the journal and the counters."""
        self.calls.clear()
        self.count.clear()
        self.refused.clear()

    def called(self, method: str | None = None, bot: Bot | str | int | None = None) -> list[Call]:
        """Return the journal's calls of a method and a bot, oldest first."""
        token = None if bot is None else self.bot(bot).token
        return [
            call
            for call in self.calls
            if (method is None or call.method == method) and (token is None or call.token == token)
        ]

    # -- calls ---------------------------------------------------------------------------------

    async def call(
        self,
        bot: Bot,
        method: Method,
        raw: Json,
        uploads: dict[str, Upload] | None = None,
        *,
        form: bool = False,
    ) -> Any:
        """Carry out one call of the Bot API.

        Args:
            bot: The caller.
            method: What it calls.
            raw: Parameters as they came.
            uploads: Files of a multipart body by field name.
            form: Whether *raw* holds form fields, see ``Method.read``.

        Returns:
            The result; a ``settings.Described`` where the answer carries a sentence as well.

        Raises:
            Refusal: Telegram's error.
        """
        name = method.name
        try:
            if uploads:
                known = method.parameters
                raw.update({key: file for key, file in uploads.items() if key in known})
            p = method.read(raw, form=form)
            kept = dict(p)
            if self._takes_files(method):
                await settle_files(p, uploads or {}, self._session)
            act = ACTS.get(name)
            if act is None:
                result = self._unacted(method)
            else:
                if self.enforce_limits and counts(name):
                    self._check_flood(bot, p)
                result = act(self, bot, p)
                if inspect.isawaitable(result):
                    result = await result
        except Refusal as refusal:
            self.refused[refusal.description] += 1
            self.beat()
            raise
        self.count[name] += 1
        self.calls.append(Call(time.monotonic(), bot.token, name, kept, result))
        self.beat()
        return result

    def _takes_files(self, method: Method) -> bool:
        known = self._with_files.get(method.name)
        if known is None:
            known = self._with_files[method.name] = takes_files(method)
        return known

    def _check_flood(self, bot: Bot, p: Json) -> None:
        room = self.room_for(bot, p["chat_id"])
        many = p.get("media") or p.get("message_ids")
        self.limits.check(bot, room.id, len(many) if isinstance(many, list) else 1)

    def _unacted(self, method: Method) -> bool:
        """Answer a method of the facts that the stand-in does not act on."""
        if method.returns == ("Boolean",):
            return True
        raise bad("not supported by the stand-in")

    async def _answered_with(self, bot: Bot, call: Json) -> None:
        """Carry out the method that a webhook put into its answer; its result goes nowhere."""
        name = call.pop("method")
        method = self.facts.method(name)
        silent = ("get", "setwebhook", "deletewebhook", "close", "logout")
        if method is None or name.lower().startswith(silent):
            return
        with suppress(Refusal):  # Counted in ``refused``; Telegram drops the result as well.
            await self.call(bot, method, call)
