"""Every text in a message that a person reads, whatever its kind. Pure."""

from dataclasses import replace
from typing import Any, Protocol

from core.i18n.texts import Texts
from core.messages import Content, Kind

_FACTS = ("title", "address", "first_name", "last_name", "phone_number", "vcard", "question")
"""Under these names a kind's own facts hold words of whoever wrote the message."""
_LISTED = "options"
_ADDRESS = "url"


class Masking(Protocol):
    """What hides parts of texts from our people's eyes."""

    def hide(self, text: str) -> str | None:
        """Return what may be seen of *text*; ``None`` when that cannot be told in time."""


def texts_in(content: Content) -> tuple[str, ...]:
    """Return the texts that *content* holds; possibly none.

    That is its text or caption, its title, the name of its file, the words on a contact, a place
    or a poll, and the address of a link: whatever of it reaches a reader's eyes.
    """
    if content.kind in (Kind.PRESS, Kind.BLOCKED, Kind.UNBLOCKED):
        return ()
    data = content.data
    found: list[Any] = [content.text, content.title, *(data.get(name) for name in _FACTS)]
    found += [*(data.get(_LISTED) or ()), data.get(_ADDRESS)]
    if content.media is not None:
        found.append(content.media.file_name)
    return tuple(text for text in found if isinstance(text, str) and text)


def seen(text: str, mask: Masking | None, say: Texts) -> str:
    """Return what one of our people sees of a customer's *text*.

    Args:
        text: What the customer wrote.
        mask: ``None`` hides nothing. Where it takes too long a placeholder stands for the whole
            text, because then nobody knows what was to be hidden.
        say: Texts in the viewer's language.
    """
    if mask is None or not text:
        return text
    shown = mask.hide(text)
    return say("mask.not_shown") if shown is None else shown


def hidden(content: Content, mask: Masking | None, say: Texts) -> Content:
    """Return a customer's message with every text in it as one of our people sees it.

    The address of a link stays: changed it would lead elsewhere. The transcript keeps the
    original. Source: requirement SEN-28.
    """
    if mask is None:
        return content
    data = dict(content.data)
    for name in (*_FACTS, "label"):
        if isinstance(data.get(name), str):
            data[name] = seen(data[name], mask, say)
    if data.get(_LISTED):
        data[_LISTED] = [seen(str(option), mask, say) for option in data[_LISTED]]
    media = content.media
    if media is not None and media.file_name:
        media = replace(media, file_name=seen(media.file_name, mask, say))
    text, title = seen(content.text, mask, say), seen(content.title, mask, say)
    changed = replace(content, text=text, title=title, media=media, data=data)
    return content if changed == content else changed
