"""Tells a person that work goes on when it takes longer than they like to wait."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import telegram

from admin_bot.turn import Rows, Turn

PATIENCE_SECONDS = 2.0

Result = TypeVar("Result")


class Progress:
    """Writes "working on it" when the work takes long, and puts the result in its place.

    Args:
        turn: The turn whose work it is.
        words: What is said while it goes on.
        reply_to: The message that the answer quotes; ``None`` for none.
        patience_seconds: How long nothing is said.
    """

    def __init__(
        self,
        turn: Turn,
        words: str,
        *,
        reply_to: int | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._turn = turn
        self._words = words
        self._reply_to = reply_to
        self._patience = patience_seconds
        self._message: telegram.Message | None = None

    async def during(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do *work*, say that it goes on if it takes long, and return its result."""
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait({task}, timeout=self._patience)
            if not task.done() and self._message is None:
                await self._say(self._words)
            return await task
        finally:
            # Only where we were stopped ourselves: otherwise it is done by now.
            task.cancel()

    async def finish(self, text: str, rows: Rows = (), *, title: str = "") -> None:
        """Say how it ended, in place of what was said while it went on."""
        if self._message is not None:
            await self._turn.rewrite(self._message, text, rows, title=title)
        elif self._turn.press is not None:
            await self._turn.answer(text, rows, title=title)
        else:
            await self._turn.write(text, rows, title=title, reply_to=self._reply_to)

    async def _say(self, words: str) -> None:
        if self._turn.press is not None:
            await self._turn.answer(words)
        else:
            self._message = await self._turn.write(words, reply_to=self._reply_to)
