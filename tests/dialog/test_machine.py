"""The conversation's states: only the moves of the table, from any beginning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialog.machine import MOVES, Move, after
from core.states import State


@pytest.mark.requirement("QUE-06")
@pytest.mark.parametrize(
    ("state", "move", "wanted"),
    [
        (State.NEW, Move.WRITE, State.BOT),
        (State.BOT, Move.ASK_HUMAN, State.WAITING),
        (State.WAITING, Move.TAKE, State.SERVING),
        (State.SERVING, Move.END, State.ENDED),
        (State.SERVING, Move.RETURN_TO_LINE, State.WAITING),
        (State.WAITING, Move.RETURN_TO_BOT, State.BOT),
        (State.BOT, Move.TAKE, None),
        (State.NEW, Move.TAKE, None),
        (State.BOT, Move.RETURN_TO_LINE, None),
        (State.ENDED, Move.WRITE, None),
        (State.ENDED, Move.TAKE, None),
    ],
)
def test_moves(state: State, move: Move, wanted: State | None) -> None:
    """Queued, in session and received are reached and left as the table says."""
    assert wanted == after(state, move)


@given(st.lists(st.sampled_from(Move), max_size=40))
def test_no_way_leads_out_of_the_end_and_none_to_an_agent_past_the_line(
    moves: list[Move],
) -> None:
    """Whatever happens in whatever order: a conversation is served only after it waited, and what
    has ended stays ended."""
    state, waited = State.NEW, False
    for move in moves:
        following = after(state, move)
        if following is None:
            continue
        assert state is not State.ENDED
        waited = waited or following is State.WAITING
        assert following is not State.SERVING or waited
        state = following


def test_every_open_state_can_be_ended_and_written_to() -> None:
    for state in State:
        if state is not State.ENDED:
            assert State.ENDED is after(state, Move.END)
            assert after(state, Move.WRITE) is not None
            assert after(state, Move.ASK_HUMAN) is not None


def test_nothing_leads_back_to_new() -> None:
    assert State.NEW not in MOVES.values()
