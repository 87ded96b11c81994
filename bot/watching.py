"""Sensitive words as every handler needs them: found in a whole message, and written down."""

from collections.abc import Sequence
from datetime import datetime

from bot.dialog.spoken import texts_in
from bot.rules.sensitive import WordBook, WordHit
from core.messages import Content
from core.playbook import WordAction, WordDirection
from storage.repos.conversations import Event
from storage.repos.watch import Hit, KeptDraft
from storage.uow import UnitOfWork


def found_in(
    words: WordBook, content: Content, direction: WordDirection, account: str
) -> tuple[WordHit, ...]:
    """Return the sensitive words in a message, each word of each list once.

    Everything that reaches a reader's eyes is looked at: the caption, the name of a file, the
    name on a contact. A list that wants the whole message finds any of them that is the word.

    Args:
        words: The lists that are on.
        content: The message.
        direction: Who wrote it: ``STAFF`` or ``CUSTOMER``.
        account: Name of the account.
    """
    found: dict[tuple[int, str], WordHit] = {}
    for text in texts_in(content):
        for hit in words.find(text, direction, account):
            found.setdefault((hit.list.id, hit.word), hit)
    return tuple(found.values())


def recorded(
    hits: Sequence[WordHit],
    direction: WordDirection,
    account: str,
    conversation_id: int,
    message_key: str,
    at: datetime,
    *,
    staff_id: int | None = None,
    blocked_text: str | None = None,
) -> list[Hit]:
    """Return what is written down of *hits*, for ``uow.watch.add_hits``.

    Args:
        hits: What was found in one message.
        direction: Who wrote it.
        account: Name of the account.
        conversation_id: Where.
        message_key: The transcript line's external id; of a message that was held back the staff
            chat's id of it.
        at: When.
        staff_id: Who wrote it; ``None`` for a customer.
        blocked_text: What was held back; ``None`` for a message that was sent.
    """
    return [
        Hit(
            hit.list.id,
            hit.list.name,
            hit.list.about,
            hit.word,
            hit.action.value,
            direction.value,
            account,
            conversation_id,
            message_key,
            at,
            staff_id,
            blocked_text,
        )
        for hit in hits
    ]


async def hold_back(
    uow: UnitOfWork, draft: KeptDraft, hits: Sequence[WordHit], account: str
) -> None:
    """Keep an agent's message that may not be sent, and record the attempt.

    What was held back stands with the hits and in the draft; the conversation's event names the
    lists only.

    Args:
        uow: An open unit of work; the caller commits.
        draft: The message.
        hits: All that was found in it, those that only warn included.
        account: Name of the account.
    """
    await uow.watch.keep(draft)
    lists = sorted({hit.list.id for hit in hits if hit.action is WordAction.BLOCK})
    event = Event(draft.conversation_id, draft.at, "held_back", draft.staff_id, {"lists": lists})
    await uow.conversations.record([event])
    await uow.watch.add_hits(
        recorded(
            hits,
            WordDirection.STAFF,
            account,
            draft.conversation_id,
            draft.message_id,
            draft.at,
            staff_id=draft.staff_id,
            blocked_text="\n".join(texts_in(draft.content)),
        )
    )
