"""What a command of the staff bot is."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from admin_bot.turn import Turn
from bot.access import Permission

Run = Callable[[Turn], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Command:
    """One command: it parses words, calls one handler, prints.

    Args:
        name: As typed, without the slash. Its help line is the text ``help.<name>``, its usage
            the text ``usage.<name>``.
        needs: Hides it from those who lack it; the handler checks again.
        run: Works on ``Turn.words``.
        presses: By the first part of a button's data (``rule_off`` in ``rule_off:12``), what a
            press does; ``Turn.words`` is what stands behind the colon. Names are unique in the
            whole bot.
        on_file: What a file sent with this command as its caption does; ``None`` where files
            mean nothing to it.
    """

    name: str
    needs: Permission
    run: Run
    presses: Mapping[str, Run] = field(default_factory=dict)
    on_file: Run | None = None
