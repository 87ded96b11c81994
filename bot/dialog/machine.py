"""The conversation's states as a table of moves. The table is the documentation."""

from enum import StrEnum

from core.states import State


class Move(StrEnum):
    """Something that may change where a conversation stands."""

    WRITE = "write"
    """The customer wrote something that is not one of the requests below."""
    ASK_HUMAN = "ask_human"
    """The customer asked for a person."""
    TAKE = "take"
    """An agent took it, or it was assigned."""
    RETURN_TO_LINE = "return_to_line"
    """It goes back to the line: a transfer to a group, or its agent left."""
    RETURN_TO_BOT = "return_to_bot"
    """An agent gave it back to the bot, or the customer left the line."""
    END = "end"
    """Somebody ended it."""


MOVES: dict[tuple[State, Move], State] = {
    (State.NEW, Move.WRITE): State.BOT,
    (State.NEW, Move.ASK_HUMAN): State.WAITING,
    (State.NEW, Move.END): State.ENDED,
    (State.BOT, Move.WRITE): State.BOT,
    (State.BOT, Move.ASK_HUMAN): State.WAITING,
    (State.BOT, Move.END): State.ENDED,
    (State.WAITING, Move.WRITE): State.WAITING,
    (State.WAITING, Move.ASK_HUMAN): State.WAITING,
    (State.WAITING, Move.TAKE): State.SERVING,
    (State.WAITING, Move.RETURN_TO_BOT): State.BOT,
    (State.WAITING, Move.END): State.ENDED,
    (State.SERVING, Move.WRITE): State.SERVING,
    (State.SERVING, Move.ASK_HUMAN): State.SERVING,
    (State.SERVING, Move.TAKE): State.SERVING,
    (State.SERVING, Move.RETURN_TO_LINE): State.WAITING,
    (State.SERVING, Move.RETURN_TO_BOT): State.BOT,
    (State.SERVING, Move.END): State.ENDED,
}
"""From each state, what each move leads to. Nothing leads out of ``ENDED``: what a customer writes
after the end opens a new conversation."""


def after(state: State, move: Move) -> State | None:
    """Return the state that *move* leads to; ``None`` where it is not possible."""
    return MOVES.get((state, move))
