"""Does what a member of staff asks for, and answers in words what went wrong."""

from contextlib import suppress

import structlog
from telegram.error import Forbidden, TelegramError

from admin_bot.command import Command, Run
from admin_bot.turn import AlreadyDone, Turn
from bot.access import may
from core.errors import BadRequestText, DeskError, NotAllowed
from core.i18n.texts import Texts

log = structlog.get_logger(__name__)


async def carry_out(turn: Turn, command: Command | None, run: Run) -> None:
    """Run what a turn asks for, once, and say why where it is refused.

    Args:
        turn: The turn.
        command: The command that it belongs to; ``None`` for none.
        run: What does it.

    Raises:
        Exception: It failed and nothing was changed.
    """
    try:
        if command is not None and not may(turn.staff.role, command.needs):
            raise NotAllowed
        await run(turn)
    except AlreadyDone:
        log.info("staff.repeated", update=turn.update_id)
    except DeskError as error:
        await _explain(turn, command, error)
    except Forbidden:
        # They have blocked the bot: nothing will reach them, and a repetition neither.
        log.info("staff.blocked", staff=turn.staff.id, update=turn.update_id)
    except Exception as error:
        if not turn.worked:
            raise
        # A repetition would do nothing, so it could not bring the answer either.
        log.error("staff.answer_lost", update=turn.update_id, exc_info=error)
        with suppress(TelegramError):
            await turn.write(turn.say("error.staff_answer_lost"))
    finally:
        with suppress(TelegramError):
            await turn.notice()


async def _explain(turn: Turn, command: Command | None, error: DeskError) -> None:
    words = _in_words(turn.say, error)
    if turn.press is not None and len(words) <= 200 and not turn.noticed:
        await turn.notice(words, alert=True)
        return
    usage = f"usage.{command.name}" if command is not None else ""
    explains_itself = error.key.startswith("usage.")
    if isinstance(error, BadRequestText) and usage in turn.say and not explains_itself:
        words = f"{words}\n\n{turn.say(usage)}"
    await turn.write(words)


def _in_words(say: Texts, error: DeskError) -> str:
    try:
        return say(error.key, **error.facts)
    except KeyError:
        log.error("staff.no_text", key=error.key)
        return say("error.refused")
