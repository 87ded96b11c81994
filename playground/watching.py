"""Hearing what happens: for streams to the page, and for tests that wait for something."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from playground.things import Json, Room


class Watcher:
    """One listener that wants to hear what happens in some rooms.

    ``wants`` decides by room; ``queue`` holds the events, and ``None`` at the end.
    """

    def __init__(self, wants: Callable[[Room | None], bool]) -> None:
        self.wants = wants
        self.queue: asyncio.Queue[Json | None] = asyncio.Queue()


class Watching:
    """Everybody who listens."""

    def __init__(self) -> None:
        self._watchers: set[Watcher] = set()
        self._pulse: asyncio.Event | None = None

    def watch(self, wants: Callable[[Room | None], bool]) -> Watcher:
        """Begin to listen; give the watcher back with ``unwatch``."""
        watcher = Watcher(wants)
        self._watchers.add(watcher)
        return watcher

    def unwatch(self, watcher: Watcher) -> None:
        """Stop listening."""
        self._watchers.discard(watcher)

    def dismiss_watchers(self) -> None:
        """Send everybody home, so that open streams end."""
        for watcher in list(self._watchers):
            watcher.queue.put_nowait(None)
        self.beat()

    def publish(self, room: Room | None, kind: str, **facts: Any) -> None:
        """Tell the watchers that something happened in *room* (``None``: in the whole world)."""
        self.beat()
        if not self._watchers:
            return
        event = {"type": kind, "room": room.key if room is not None else None, **facts}
        for watcher in self._watchers:
            if watcher.wants(room):
                watcher.queue.put_nowait(event)

    def beat(self) -> None:
        """Let those who wait in ``until`` look again."""
        if self._pulse is not None:
            self._pulse.set()
            self._pulse = None

    async def until(self, met: Callable[[], Any], seconds: float = 5.0) -> Any:
        """Wait until *met* returns something true, looking again after every change.

        Raises:
            TimeoutError: It did not within *seconds*.
        """
        end = time.monotonic() + seconds
        while not (found := met()):
            if self._pulse is None:
                self._pulse = asyncio.Event()
            async with asyncio.timeout(end - time.monotonic()):
                await self._pulse.wait()
        return found
