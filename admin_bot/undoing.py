"""The button that takes back what was just changed."""

from admin_bot.turn import Turn
from core.messages import Button

UNDO = "undo"
"""Name of the button; behind it stand the first and the last number in the record of changes."""


def undo_row(turn: Turn) -> tuple[Button, ...]:
    """Return a row with the "Undo" button for all that this turn has changed.

    Put it below the answer of every change. It works for the same person and for
    ``bot.handlers.undo.PATIENCE``. The row is empty when the turn has changed nothing.
    """
    if not turn.changes:
        return ()
    # What one person changes, they change one turn after the other: between the first and the
    # last number there may be other people's changes, but none of theirs from another turn.
    first, last = min(turn.changes), max(turn.changes)
    return (Button(turn.say("button.undo"), f"{UNDO}:{first}-{last}"),)
