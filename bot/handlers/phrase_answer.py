"""What happens to an answer that a language model may put into words.

Intake has owed the entry's own answer already, due a few seconds later than usual. So nothing is
lost whatever becomes of the endpoint or of this process: at the worst the customer waits those
seconds. Between ``take`` and ``settle`` no transaction is open.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.bell import OUTBOX
from bot.phrasing.wording import Phrased, Source, phrasable
from core.messages import Content, text
from core.playbook import FaqEntry
from storage.repos.conversations import Event
from storage.repos.phrasings import Phrasing
from storage.uow import UnitOfWork

LEASE = timedelta(seconds=30)
"""Longer than any answer takes; then another process may have it, which only tidies up."""
MOST_SOURCES = 3
"""Entries that one answer may be made from."""
NEWEST_LINES = 50
"""More than a conversation gets while an answer is worded."""


async def take(uow: UnitOfWork, limit: int, *, now: datetime) -> list[Phrasing]:
    """Claim at most *limit* answers to word, oldest first; those whose time is over are dropped.

    Args:
        uow: An open unit of work; the caller commits before asking the model.
        limit: At least 1.
        now: The moment.
    """
    claimed = await uow.phrasings.claim(limit, now, now + LEASE)
    late = [p.outbox_key for p in claimed if p.send_by <= now]
    if late:
        await uow.phrasings.done(late)
    return [p for p in claimed if p.send_by > now]


def sources(phrasing: Phrasing, entries: Iterable[FaqEntry]) -> list[Source]:
    """Return what the model may use, best first: those found that still may be worded.

    None when the entry whose answer is owed is gone meanwhile: then nothing is worded.

    Args:
        phrasing: The answer to word.
        entries: The playbook's.
    """
    by_id = {e.id: e for e in entries if e.enabled}
    found = [by_id[id_] for id_ in phrasing.entry_ids if id_ in by_id]
    if not found or found[0].id != phrasing.entry_ids[0]:
        return []
    return [Source.of(e) for e in found if phrasable(e)][:MOST_SOURCES]


async def settle(
    uow: UnitOfWork, phrasing: Phrasing, phrased: Phrased | None, *, now: datetime
) -> bool:
    """Send the answer now: in the model's words, or as the entry has it.

    Safe to call twice. Buttons under the answer stay. The transcript gets the words that are sent
    and, for our people, the entries they were made from.

    Args:
        uow: An open unit of work; the caller commits.
        phrasing: What was taken.
        phrased: The model's words; ``None``: the entry's own.
        now: The moment.

    Returns:
        Whether the model's words are sent; ``False`` also when they came too late.
    """
    await uow.phrasings.done([phrasing.outbox_key])
    sent = False
    if phrased is not None:
        words = replace(await _owed(uow, phrasing), text=phrased.text)
        sent = await uow.outbox.reword(phrasing.outbox_key, words, now)
        if sent:
            used = list(phrased.entry_ids)
            await uow.messages.reword(
                phrasing.account_id,
                phrasing.outbox_key,
                replace(words, data={"entries": used}),
            )
            await uow.conversations.record(
                [Event(phrasing.conversation_id, now, "phrased", data={"entries": used})]
            )
    if sent or await uow.outbox.hasten(phrasing.outbox_key, now):
        uow.ring(OUTBOX)
    return sent


async def _owed(uow: UnitOfWork, phrasing: Phrasing) -> Content:
    """Return the answer as it stands in the transcript, among the newest lines."""
    lines = await uow.messages.last([phrasing.conversation_id], NEWEST_LINES)
    for line in lines[phrasing.conversation_id]:
        if line.external_id == phrasing.outbox_key:
            return line.content
    return text("")
