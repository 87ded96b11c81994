"""What every agent's command needs to call a handler and to word what it returns."""

from admin_bot.turn import Turn
from bot.dialog.mirror import heading
from bot.dialog.wording import place
from bot.telling import Party, Voice
from bot.wiring import new_key
from core.i18n.texts import Texts
from core.messages import Button

PER_ROW = 3
"""Buttons side by side."""


def voice_of(turn: Turn) -> Voice:
    """Return what handlers speak with."""
    return Voice(turn.desk.texts, turn.desk.config.zone, new_key)


def summary(party: Party, say: Texts) -> str:
    """Return a conversation on one line: customer, number, account, source and region.

    The last two only where they are known. Source: requirement CHN-15.
    """
    talk = party.talk
    known = (talk.source, place(talk.region or party.person.region, say))
    parts = [heading(party.person.name, talk.id), party.account, *(fact for fact in known if fact)]
    return " · ".join(parts)


def switches(open_: tuple[Party, ...]) -> list[tuple[Button, ...]]:
    """Return a row with a button for each conversation, which puts it in front."""
    return [(Button(heading(p.person.name, p.talk.id), f"switch:{p.talk.id}"),) for p in open_]


def in_rows(buttons: list[Button]) -> list[tuple[Button, ...]]:
    """Return buttons in rows of three."""
    return [tuple(buttons[i : i + PER_ROW]) for i in range(0, len(buttons), PER_ROW)]
