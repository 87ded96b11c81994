"""Conversations' timers, as several handlers set and end them."""

from collections.abc import Iterable
from datetime import datetime

from bot.bell import TIMERS
from bot.queue.rearming import Rearming
from storage.repos.conversations import Talk
from storage.repos.timers import Timer
from storage.uow import UnitOfWork


async def rearm(uow: UnitOfWork, rearmings: Iterable[tuple[Talk, Rearming]], now: datetime) -> None:
    """Do what was decided about conversations' timers, and wake whoever watches them.

    Args:
        uow: The unit of work, which holds the conversations locked.
        rearmings: Conversations, and what becomes of their timers; each conversation once.
        now: The moment.
    """
    by_kinds: dict[tuple[str, ...], list[int]] = {}
    moved: list[Timer] = []
    kept: list[Timer] = []
    for talk, rearming in rearmings:
        if rearming.cancel:
            by_kinds.setdefault(rearming.cancel, []).append(talk.id)
        for setting in rearming.set:
            timer = Timer(setting.kind, now + setting.after, talk.id, data=setting.data)
            (kept if setting.keep else moved).append(timer)
    for kinds, conversations in by_kinds.items():
        await uow.timers.cancel(conversations, kinds)
    await uow.timers.set(moved)
    await uow.timers.set(kept, keep=True)
    if moved or kept:
        uow.ring(TIMERS)


async def disarm(uow: UnitOfWork, talks: Iterable[Talk]) -> None:
    """End all timers of conversations that are over."""
    await uow.timers.cancel((talk.id for talk in talks), None)
