"""The compiled playbook that this process works with, swapped whole when admins change it."""

import asyncio
import gc
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.bell import heard
from bot.knowledge.matcher import FaqMatcher
from bot.rules.automaton import RuleBook
from core.playbook import Playbook, Prompt
from storage.uow import UnitOfWork

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 1.0
"""How often the version is looked at in case a bell was lost."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A playbook and what the deciders made of it; never changed after it is built."""

    playbook: Playbook
    rules: RuleBook
    faq: FaqMatcher

    @classmethod
    def build(cls, playbook: Playbook) -> "Compiled":
        """Compile *playbook*; takes up to seconds for a large one, so call it in a thread."""
        return cls(playbook, RuleBook.compile(playbook.rules), FaqMatcher.fit(playbook.faq))

    def prompt(self, kind: str, account: str) -> Prompt | None:
        """Return the prompt for *account*: its own, else the common one, else ``None``."""
        found = {p.account: p for p in self.playbook.prompts if p.kind == kind}
        return found.get(account) or found.get(None)


class CurrentPlaybook:
    """Keeps this process on the newest version.

    Args:
        reading: Opens a unit of work that only reads.
        changed: Set when some process says that the version is new.
    """

    def __init__(self, reading: Callable[[], UnitOfWork], changed: asyncio.Event) -> None:
        self._reading = reading
        self._changed = changed
        self._task: asyncio.Task[None] | None = None
        self.now = Compiled.build(Playbook())

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
        async with self._reading() as uow:
            if await uow.taught.version() == self.now.playbook.version:
                return
            playbook = await uow.taught.playbook()
        self.now = await asyncio.to_thread(Compiled.build, playbook)
        # A large playbook is hundreds of thousands of objects that live long: the garbage
        # collector need not look at them again for every few messages.
        gc.collect()
        gc.freeze()
        log.info("playbook.swapped", version=playbook.version, rules=len(playbook.rules))

    async def _follow(self) -> None:
        while True:
            await heard(self._changed, SWEEP_SECONDS)
            try:
                await self.refresh()
            except Exception:
                # The old version serves on; the next sweep tries again.
                log.exception("playbook.not_swapped")
