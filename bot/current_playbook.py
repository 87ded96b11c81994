"""The compiled playbook that this process works with, swapped whole when admins change it."""

import asyncio
import gc
from collections.abc import Callable

import structlog

from bot.bell import heard
from bot.compiled import Compiled
from bot.knowledge.encoding import Encoder
from core.playbook import Playbook
from storage.uow import UnitOfWork

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 0.5
"""How often the version is looked at in case a bell was lost."""
LARGE = 1_000
"""Rules, entries and hundreds of keywords from which a playbook is read in a thread: reading ten
thousand entries takes a quarter of a second, in which no webhook would be answered."""
REST_SECONDS = 5.0
"""How long nothing must have changed before what was patched is compiled anew."""


class CurrentPlaybook:
    """Keeps this process on the newest version.

    A change is laid over what is compiled and serves at once; when admins rest, everything is
    compiled anew in a thread while the patched one serves on.

    Args:
        reading: Opens a unit of work that only reads.
        changed: Set when some process says that the version is new.
        encoder: Compares meanings as well as letters; ``None``: letters only.
        read_apart: Reads the playbook over a connection of its own, called in a thread;
            ``None``: it is read like everything else.
        rest_seconds: How long nothing must have changed before all is compiled anew.
    """

    def __init__(
        self,
        reading: Callable[[], UnitOfWork],
        changed: asyncio.Event,
        encoder: Encoder | None = None,
        *,
        read_apart: Callable[[], Playbook] | None = None,
        rest_seconds: float = REST_SECONDS,
    ) -> None:
        self._reading = reading
        self._changed = changed
        self._encoder = encoder
        self._read_apart = read_apart
        self._rest = rest_seconds
        self._task: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()
        self.now = Compiled.build(Playbook(), encoder)

    async def start(self) -> None:
        """Load the playbook, then follow its changes."""
        await self.refresh()
        self._task = asyncio.create_task(self._follow(), name="playbook")

    async def stop(self) -> None:
        """Stop following."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def refresh(self) -> None:
        """Compile the stored version, if it is not the one at hand, and swap it in."""
        async with self._one_at_a_time:
            async with self._reading() as uow:
                if await uow.taught.version() == self.now.playbook.version:
                    return
            playbook = await self._read()
            first = not self.now.playbook.version
            if first:
                fresh = await asyncio.to_thread(Compiled.build, playbook, self._encoder)
            else:
                fresh = await asyncio.to_thread(self.now.updated, playbook)
            self._swap(fresh)

    async def _read(self) -> Playbook:
        if self._read_apart is not None and _size(self.now.playbook) > LARGE:
            return await asyncio.to_thread(self._read_apart)
        async with self._reading() as uow:
            return await uow.taught.playbook()

    def _swap(self, fresh: Compiled) -> None:
        self.now = fresh
        if not fresh.stale:
            # A large playbook is hundreds of thousands of objects that live long: the garbage
            # collector need not look at them again for every few messages. What was only patched
            # is soon compiled anew.
            gc.collect()
            gc.freeze()
        log.info(
            "playbook.swapped",
            version=fresh.playbook.version,
            rules=len(fresh.playbook.rules),
            patched=fresh.stale,
        )

    async def _follow(self) -> None:
        rested = 0.0
        while True:
            version = self.now.playbook.version
            await heard(self._changed, SWEEP_SECONDS)
            try:
                await self.refresh()
                rested = rested + SWEEP_SECONDS if self.now.playbook.version == version else 0.0
                if self.now.stale and rested >= self._rest:
                    await self._compile_anew()
            except Exception:
                # The old version serves on; the next sweep tries again.
                log.exception("playbook.not_swapped")

    async def _compile_anew(self) -> None:
        patched = self.now
        fresh = await asyncio.to_thread(Compiled.build, patched.playbook, self._encoder)
        async with self._one_at_a_time:
            # A change that came meanwhile is newer than what was compiled.
            if self.now is patched:
                self._swap(fresh)


def _size(playbook: Playbook) -> int:
    keywords = sum(len(rule.words) for rule in playbook.rules)
    return len(playbook.faq) + len(playbook.rules) + keywords // 100
