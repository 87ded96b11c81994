"""Asking for something to be typed or sent, with a way out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from admin_bot.turn import Turn
from core.errors import BadRequestText, Conflict
from core.messages import Button


async def ask(turn: Turn, question: str, then: str, back: str) -> None:
    """Ask for a message and offer a button that leaves things as they are.

    Args:
        turn: The turn.
        question: What to ask.
        then: Data of the press that works on what they write, see ``Turn.ask``.
        back: Data of the press that leaves; it must call ``stop_asking``.
    """
    await turn.answer(turn.say("library.ask_waiting"), [(Button(turn.say("button.cancel"), back),)])
    await turn.ask(question, then)


def stop_asking(turn: Turn) -> None:
    """Expect no answer any more: the person has gone elsewhere."""
    if turn.press is not None:
        turn.expecting.answered(turn.staff.id, None, turn.desk.clock())


@asynccontextmanager
async def asking_again(turn: Turn, question: str, then: str) -> AsyncIterator[None]:
    """Tell what did not fit and ask once more, so that nothing that came before is lost."""
    try:
        yield
    except (BadRequestText, Conflict) as error:
        if turn.press is not None:
            raise
        why = turn.say(error.key, **error.facts)
        await turn.ask(f"{why}\n\n{question}", then)
