"""Everything an agent writes that is no command: it goes to a customer."""

import telegram

from admin_bot.desk.speaking import explain, voice_of
from admin_bot.turn import STAFF_ACCOUNT, Turn
from bot.channels.telegram.content import content_of
from bot.handlers.agent_reply import Sent, Unsent, Written, edit, reply
from core.errors import BadPayload, BadRequestText


async def run(turn: Turn) -> None:
    """Send it to its customer; say nothing when that worked, and what to do when it did not."""
    message = turn.message
    if message is None:
        return
    written = _written(message)
    edited = message.edit_date is not None
    async with turn.unit() as uow:
        now, voice = turn.desk.clock(), voice_of(turn)
        outcome: Sent | Unsent
        if edited:
            outcome = await edit(uow, turn.staff, written, voice=voice, now=now)
        else:
            outcome = await reply(uow, turn.staff, written, voice=voice, now=now)
        await uow.commit()
    if not isinstance(outcome, Sent):
        # Quotes what they wrote, so that it is plain which message did not go out.
        await explain(turn, outcome, message.message_id)


def _written(message: telegram.Message) -> Written:
    try:
        content = content_of(message.to_dict(), STAFF_ACCOUNT)
    except BadPayload as error:
        raise BadRequestText("reply.kind_refused") from error
    quoted = message.reply_to_message
    return Written(
        content=content,
        message_id=str(message.message_id),
        reply_to=str(quoted.message_id) if quoted is not None else None,
        sent_at=message.edit_date or message.date,
    )
