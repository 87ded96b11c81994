"""Steps of a change that is made by pressing and typing, one thing at a time."""

from collections.abc import Sequence

from admin_bot.turn import Turn
from core.errors import DeskError
from core.messages import Button

_KEEP = frozenset({"-", "–", "—", "－"})


async def ask(turn: Turn, question: str, then: str, cancel: str, *, title: str = "") -> None:
    """Ask for a message below a button that calls it off.

    Args:
        turn: The turn; a press changes its own message into the one with the button.
        question: What to ask.
        then: Data of the press that works on what they write, see ``Turn.ask``.
        cancel: Data of the button that calls it off; its function must call ``called_off``.
        title: What it is about.
    """
    rows: Sequence[Sequence[Button]] = [(Button(turn.say("button.cancel"), cancel),)]
    await turn.answer(turn.say("rules.step_write_below"), rows, title=title)
    await turn.ask(question, then)


async def again(turn: Turn, error: DeskError, question: str, then: str) -> None:
    """Tell what is wrong with what they wrote and ask for it once more."""
    await turn.ask(f"{turn.say(error.key, **error.facts)}\n\n{question}", then)


def called_off(turn: Turn) -> None:
    """Expect no more what was asked for: the next message is an ordinary one again."""
    turn.expecting.answered(turn.staff.id, None, turn.desk.clock())


def keeps(turn: Turn) -> bool:
    """Say whether they wrote a dash: leave it as it is."""
    return turn.said.strip() in _KEEP
