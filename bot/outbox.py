"""Delivers what we owe: claim a batch, send, mark the batch. The only caller of ``channel.send``.

Rows of one chat go out in order: only the head of each lane can be claimed, and a head that must
wait lets its lane wait. No transaction is open while a platform is waited for; a claimed row has a
lease, and a lease that runs out makes the row due again, so a killed process loses nothing.
"""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

import structlog

from bot.bell import heard
from bot.channels.base import Channel, FetchedFile
from bot.metrics import Metrics
from bot.pace import Ask, Pace, windows
from core.clock import Clock
from core.errors import TryLater, WillNeverArrive
from core.i18n.texts import Texts
from core.messages import OutboundMessage, text
from storage.repos.outbox import (
    NOTICE,
    Binding,
    Claimed,
    Died,
    Owed,
    Postponed,
    Sent,
    lane,
)
from storage.uow import UnitOfWork

log = structlog.get_logger(__name__)

STAFF = "staff"
LEASE = timedelta(seconds=15)
"""After this long without a sign of life, what a process holds is somebody else's to send."""
RENEW_SECONDS = 5.0
"""How often the leases of deliveries that take longer are lengthened."""
GIVE_UP_AFTER = timedelta(hours=24)
"""A message that could not be delivered for a day has lost its sense."""
IN_FLIGHT = 256
"""Deliveries at the same moment in one process."""
SWEEP_SECONDS = 1.0
"""How often the table is looked at in case a bell was lost."""
HOLD_SECONDS = 5.0
"""A longer wait for a rate limit is spent in the table, not in memory."""
BACKOFF_SECONDS = 60.0
DRAIN_SECONDS = 3.5
GATHER_SECONDS = 0.004
"""At least this long from one transaction to the next."""
UNEXPECTED_TRIES = 10
"""How often an error that no adapter should raise is tried again."""


@dataclass(slots=True)
class _Fared:
    """How claimed rows fared, until it is written down."""

    sent: list[tuple[Claimed, Sent]] = field(default_factory=list)
    postponed: list[Postponed] = field(default_factory=list)
    died: list[tuple[Claimed, Died, bool]] = field(default_factory=list)
    dropped: list[Claimed] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.sent or self.postponed or self.died or self.dropped)


class Deliverer:
    """Sends what is owed, in one process.

    Args:
        unit: Opens a unit of work.
        channels: By account name.
        pace: Says when a send may go out.
        rung: Set when somebody is owed something.
        clock: The time.
        metrics: Where deliveries are counted.
        texts: Texts for a language tag.
    """

    def __init__(
        self,
        unit: Callable[[], UnitOfWork],
        channels: Mapping[str, Channel],
        pace: Pace,
        rung: asyncio.Event,
        clock: Clock,
        metrics: Metrics,
        texts: Callable[[str | None], Texts],
    ) -> None:
        self._unit = unit
        self._channels = channels
        self._pace = pace
        self._rung = rung
        self._clock = clock
        self._metrics = metrics
        self._texts = texts
        self._fared = _Fared()
        self._flights: dict[asyncio.Task[None], Claimed] = {}
        self._closing = False
        self._task: asyncio.Task[None] | None = None
        self._soonest: float | None = None
        self._renewed = 0.0

    async def start(self) -> None:
        """Begin to deliver."""
        self._task = asyncio.create_task(self._run(), name="outbox")

    async def stop(self) -> None:
        """Claim no more, give what is under way a moment, hand the rest back."""
        self._closing = True
        self._rung.set()
        if self._task is not None:
            await self._task
            self._task = None
        if self._flights:
            await asyncio.wait(self._flights, timeout=DRAIN_SECONDS)
        now = self._clock()
        for task, claimed in list(self._flights.items()):
            task.cancel()
            self._fared.postponed.append(_postponed(claimed, now, None, tried=False))
        await asyncio.gather(*self._flights, return_exceptions=True)
        if self._fared:
            await self._write_down()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        began = 0.0
        while not self._closing:
            # Under load, what has fared and what has come up in the meantime share a transaction;
            # after a quiet moment nobody waits.
            if (pause := began + GATHER_SECONDS - loop.time()) > 0:
                await asyncio.sleep(pause)
            began = loop.time()
            try:
                claimed = await self._write_down(claim=True)
            except Exception:
                # What is known to be sent stays in memory and is written down when it works again.
                log.exception("outbox.database")
                await asyncio.sleep(SWEEP_SECONDS)
                continue
            if claimed:
                await self._launch(claimed)
            elif not self._fared:
                await self._wait()

    async def _wait(self) -> None:
        seconds = SWEEP_SECONDS
        if self._soonest is not None:
            seconds = min(seconds, max(0.001, self._soonest))
            self._soonest = None
        await heard(self._rung, seconds)

    # -- the database side -----------------------------------------------------------------------

    async def _write_down(self, *, claim: bool = False) -> list[Claimed]:
        """Write down how deliveries fared and claim the next ones, in one transaction."""
        self._rung.clear()
        fared, self._fared = self._fared, _Fared()
        now = self._clock()
        room = IN_FLIGHT - len(self._flights) if claim else 0
        try:
            async with self._unit() as uow:
                if fared:
                    await self._settle(uow, fared, now)
                await self._renew(uow, now)
                claimed = await uow.outbox.claim(room, now, now + LEASE) if room > 0 else []
                await uow.commit()
        except BaseException:
            fared.sent += self._fared.sent
            fared.postponed += self._fared.postponed
            fared.died += self._fared.died
            fared.dropped += self._fared.dropped
            self._fared = fared
            raise
        for postponed in fared.postponed:
            wait = (postponed.due_at - now).total_seconds()
            self._soonest = wait if self._soonest is None else min(self._soonest, wait)
        return claimed

    async def _renew(self, uow: UnitOfWork, now: datetime) -> None:
        """Keep the rows that are on their way: a large file takes longer than a lease."""
        moment = asyncio.get_running_loop().time()
        if self._flights and moment - self._renewed >= RENEW_SECONDS:
            self._renewed = moment
            await uow.outbox.renew([c.id for c in self._flights.values()], now + LEASE)

    async def _settle(self, uow: UnitOfWork, fared: _Fared, now: datetime) -> None:
        await uow.outbox.settle(
            sent=[sent for _, sent in fared.sent],
            postponed=fared.postponed,
            died=[died for _, died, _ in fared.died],
            dropped=[claimed.id for claimed in fared.dropped],
            now=now,
        )
        await uow.outbox.bind(
            [
                Binding(c.owed.chat, message_id, c.owed.conversation_id, c.owed.shows)
                for c, sent in fared.sent
                if c.owed.account == STAFF and c.owed.conversation_id is not None
                for message_id in sent.platform_ids
            ],
            now,
        )
        if fared.died:
            await self._mourn(uow, fared.died, now)

    async def _mourn(
        self, uow: UnitOfWork, died: Sequence[tuple[Claimed, Died, bool]], now: datetime
    ) -> None:
        """Tell agents which of their messages will never arrive, and remember who shut us out."""
        accounts = {account.name: account.id for account in await uow.accounts.all()}
        for name, account_id in accounts.items():
            chats = {c.owed.chat for c, _, blocked in died if blocked and c.owed.account == name}
            if chats:
                await uow.people.mark_blocked(account_id, chats)
        staff = await uow.staffing.by_ids(
            c.owed.staff_id for c, _, _ in died if c.owed.staff_id is not None
        )
        notices = []
        for claimed, death, _ in died:
            member = staff.get(claimed.owed.staff_id or 0)
            if member is None or claimed.owed.account == STAFF:
                continue
            say = self._texts(member.language)
            notices.append(
                Owed(
                    f"o{uuid4().hex}",
                    STAFF,
                    member.chat,
                    text(
                        say(
                            "staff.undelivered",
                            number=claimed.owed.conversation_id,
                            reason=death.error,
                        )
                    ),
                    NOTICE,
                    claimed.owed.conversation_id,
                )
            )
        await uow.outbox.add(notices, now)

    # -- the platform side -----------------------------------------------------------------------

    async def _launch(self, claimed: Sequence[Claimed]) -> None:
        known = []
        for c in claimed:
            if c.owed.account not in self._channels:
                self._die(c, f"the account {c.owed.account} is not configured")
            elif c.edits == ():
                # It would change a message that was never delivered: nobody misses it.
                self._fared.dropped.append(c)
            else:
                known.append(c)
        waits = await self._pace.ask([self._ask(c) for c in known])
        for c, wait in zip(known, waits, strict=True):
            task = asyncio.create_task(self._deliver(c, wait))
            self._flights[task] = c
            task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flights.pop(task, None)
        self._rung.set()

    def _ask(self, claimed: Claimed) -> Ask:
        owed = claimed.owed
        channel = self._channels[owed.account]
        return Ask(
            owed.account,
            windows(owed.account, owed.chat, channel.limits, group=channel.is_group(owed.chat)),
        )

    async def _deliver(self, claimed: Claimed, wait: float) -> None:
        owed = claimed.owed
        held = 0.0
        while wait > 0:
            if held + wait > HOLD_SECONDS:
                due = self._clock() + timedelta(seconds=wait)
                self._fared.postponed.append(_postponed(claimed, due, None, tried=False))
                return
            held += wait
            await asyncio.sleep(wait)
            wait = (await self._pace.ask([self._ask(claimed)]))[0]
        channel = self._channels[owed.account]
        try:
            files = await self._fetch(claimed)
            receipt = await channel.send(
                OutboundMessage(
                    owed.account,
                    owed.chat,
                    owed.content,
                    owed.key,
                    owed.reply_to,
                    claimed.edits or (),
                ),
                files,
            )
        except TryLater as error:
            await self._retry(claimed, error)
        except WillNeverArrive as error:
            self._die(claimed, error.reason, blocked=error.blocked)
        except Exception as error:
            log.exception("outbox.unexpected", account=owed.account, outbox=owed.key)
            if claimed.attempts + 1 >= UNEXPECTED_TRIES:
                self._die(claimed, f"unexpected: {type(error).__name__}")
            else:
                await self._retry(claimed, TryLater(None, type(error).__name__))
        else:
            self._fared.sent.append(
                (claimed, Sent(claimed.id, receipt.message_ids, claimed.attempts + 1))
            )
            self._metrics.messages.labels(owed.account, "out").inc()
            self._metrics.reply.observe(
                max(0.0, (self._clock() - claimed.created_at).total_seconds())
            )

    async def _fetch(self, claimed: Claimed) -> Mapping[str, FetchedFile]:
        """Download the file of another account's platform, which only that account can name."""
        media = claimed.owed.content.media
        if media is None or media.account == claimed.owed.account:
            return {}
        holder = self._channels.get(media.account)
        if holder is None:
            raise WillNeverArrive(f"the account {media.account}, which holds the file, is gone")
        return {media.file_id: await holder.fetch(media)}

    async def _retry(self, claimed: Claimed, error: TryLater) -> None:
        now = self._clock()
        if now - claimed.created_at > GIVE_UP_AFTER:
            self._die(claimed, f"gave up after a day: {error.reason}")
            return
        backoff = min(BACKOFF_SECONDS, 2.0 ** min(claimed.attempts, 10)) * random.uniform(0.4, 0.8)
        seconds = error.seconds if error.seconds is not None else backoff
        if error.account_wide:
            await self._pace.pause(claimed.owed.account, seconds)
        log.info(
            "outbox.later",
            account=claimed.owed.account,
            outbox=claimed.owed.key,
            seconds=round(seconds, 3),
            reason=error.reason,
        )
        self._fared.postponed.append(
            _postponed(claimed, now + timedelta(seconds=seconds), error.reason, tried=True)
        )

    def _die(self, claimed: Claimed, reason: str, *, blocked: bool = False) -> None:
        log.warning(
            "outbox.dead",
            account=claimed.owed.account,
            conversation=claimed.owed.conversation_id,
            outbox=claimed.owed.key,
            reason=reason,
        )
        self._fared.died.append((claimed, Died(claimed.id, reason), blocked))


def _postponed(claimed: Claimed, due: datetime, error: str | None, *, tried: bool) -> Postponed:
    return Postponed(claimed.id, lane(claimed.owed.account, claimed.owed.chat), due, error, tried)
