"""What an agent sees of what a customer wrote. Pure."""

from dataclasses import replace

from bot.dialog.spoken import Masking, hidden
from bot.dialog.wording import kind_name
from core.i18n.texts import Texts
from core.messages import NOTHING, Content, Kind

_IN_WORDS = frozenset({Kind.PRESS, Kind.UNKNOWN, Kind.BLOCKED, Kind.UNBLOCKED, Kind.POLL})
"""Kinds that no platform lets us send on as what they are."""


def mirror(
    person_name: str,
    conversation_id: int,
    content: Content,
    say: Texts,
    *,
    edited: bool = False,
    mask: Masking | None = None,
) -> Content:
    """Return a customer's message as their agent sees it, under a title that says whose it is.

    What can be sent on stays what it is; a pressed button, a poll and a kind that we cannot
    render become words (the fixed placeholder, with the caption if there is one). The title is
    for the agent's eyes only: which conversation a reply belongs to is never read from it.

    Args:
        person_name: What the customer is called.
        conversation_id: Number of the conversation.
        content: What the customer wrote.
        say: Texts in the agent's language.
        edited: Whether it is a new version of an earlier message.
        mask: Hides what agents may not see, in texts, captions and names of files alike;
            ``None``: they see everything.
    """
    title = heading(person_name, conversation_id)
    if edited:
        title = say("mirror.edited", title=title)
    seen = hidden(content, mask, say)
    # A contact is sent on as a card with a number that can be dialled: masked it is none.
    masked_contact = content.kind is Kind.CONTACT and seen != content
    content = seen
    if content.kind not in _IN_WORDS and not masked_contact:
        return replace(content, title=title, buttons=())
    lines = [kind_name(content, say)]
    if content.kind is Kind.POLL:
        lines += [f"• {option}" for option in content.data.get("options", ())]
    elif content.kind is not Kind.PRESS and content.text:
        lines.append(content.text)
    return Content(Kind.TEXT, "\n".join(lines), title=title, data=NOTHING)


def heading(person_name: str, conversation_id: int) -> str:
    """Return how a customer's messages are headed: ``Ann · #12``."""
    return f"{person_name} · #{conversation_id}"
