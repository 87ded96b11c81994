"""What customers read who wait, and what they can do meanwhile. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.dialog.requests import CALL_BACK, END, LEAVE_MESSAGE, SWITCH
from core.i18n.texts import Texts
from core.messages import Button, Content, Kind, text
from core.playbook import GroupFace
from core.prompts import wait_in_words

AS_CALL_BACK, AS_MESSAGE = "callback", "message"
"""How somebody waits who does not watch the line: called when their turn has come, or answered
when somebody is back."""
MOST_GROUPS = 8
"""Groups that can be chosen from under one message."""

Rows = tuple[tuple[Button, ...], ...]


def ways(
    say: Texts, *, nobody: bool, groups: Iterable[GroupFace] = (), call_back: bool = True
) -> Rows:
    """Return the buttons of who stands in line.

    Args:
        say: Texts in the customer's language.
        nobody: Whether nobody of their group is there.
        groups: Where they can go instead; see ``others``.
        call_back: Whether they can still ask to be called back.
    """
    rows = [message_row(say)] if nobody else []
    if call_back:
        rows.append((Button(say("waiting.button.call_back"), CALL_BACK),))
    rows += switches(say, groups)
    rows.append((Button(say("customer.button.leave"), END),))
    return tuple(rows)


def message_row(say: Texts) -> tuple[Button, ...]:
    """Return the button that leaves a message."""
    return (Button(say("waiting.button.message"), LEAVE_MESSAGE),)


def switches(say: Texts, groups: Iterable[GroupFace]) -> list[tuple[Button, ...]]:
    """Return a button for each group that can be chosen. Source: requirements QUE-03, QUE-22."""
    return [
        (Button(say("waiting.button.switch", group=face.name), f"{SWITCH}{face.id}"),)
        for face in groups
    ]


def others(faces: Iterable[GroupFace], group_id: int | None) -> list[GroupFace]:
    """Return the groups that a customer of *group_id* may choose: those that are shown."""
    return [face for face in faces if face.shown and face.id != group_id][:MOST_GROUPS]


def phone_line(say: Texts, faces: Iterable[GroupFace], group_id: int | None) -> str:
    """Return how a group can be reached by phone; empty where it has no number."""
    for face in faces:
        if face.id == group_id and face.phone:
            return say("waiting.phone", group=face.name, phone=face.phone)
    return ""


def place_told(
    say: Texts, place: int, wait: timedelta | None, rows: Rows, phone: str = ""
) -> Content:
    """Return what tells somebody their place in line.

    Args:
        say: Texts in the customer's language.
        place: From 1.
        wait: How long it will take; ``None``: too little is known to say.
        rows: Buttons.
        phone: How the group can be reached otherwise; empty for nothing.
    """
    if wait is None:
        words = say("customer.position", place=place)
    else:
        words = say("waiting.position", place=place, wait=wait_in_words(say, wait))
    return text(f"{words}\n{phone}" if phone else words, *rows)


def moved_on(say: Texts, place: int, wait: timedelta) -> Content:
    """Return what tells somebody who waits that their wait has changed."""
    words = say("waiting.moved_on", place=place, wait=wait_in_words(say, wait))
    return text(words, *ways(say, nobody=False))


def with_ways(contents: Sequence[Content], rows: Rows, phone: str = "") -> tuple[Content, ...]:
    """Return messages with buttons and a phone number under the first one that is a text.

    Buttons that it has already are not put there twice. Without any text they are as they were.
    """
    out = list(contents)
    for number, content in enumerate(out):
        if content.kind is Kind.TEXT:
            there = {button.data for row in content.buttons for button in row}
            new = tuple(row for row in rows if not {b.data for b in row} <= there)
            words = f"{content.text}\n{phone}" if phone else content.text
            out[number] = replace(content, text=words, buttons=(*content.buttons, *new))
            break
    return tuple(out)
