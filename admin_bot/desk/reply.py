"""Everything an agent writes that is no command: it goes to a customer."""

import telegram

from admin_bot.desk.speaking import switches, voice_of
from admin_bot.turn import STAFF_ACCOUNT, Turn
from bot.channels.telegram.content import content_of
from bot.dialog.mirror import heading
from bot.handlers.agent_reply import NeverSent, NotTheirs, Sent, Unclear, Written, edit, reply
from core.errors import BadPayload, BadRequestText
from core.messages import Button
from core.states import State


async def run(turn: Turn) -> None:
    """Send it to its customer; say nothing when that worked, and what to do when it did not."""
    message = turn.message
    if message is None:
        return
    written = _written(message)
    edited = message.edit_date is not None
    async with turn.unit() as uow:
        now, voice = turn.desk.clock(), voice_of(turn)
        outcome: Sent | NotTheirs | Unclear | NeverSent
        if edited:
            outcome = await edit(uow, turn.staff, written, voice=voice, now=now)
        else:
            outcome = await reply(uow, turn.staff, written, voice=voice, now=now)
        await uow.commit()
    if not isinstance(outcome, Sent):
        await _explain(turn, message.message_id, outcome)


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


async def _explain(turn: Turn, quotes: int, outcome: NotTheirs | Unclear | NeverSent) -> None:
    say = turn.say
    rows: list[tuple[Button, ...]] = []
    match outcome:
        case NeverSent():
            words = say("reply.edit_of_nothing")
        case Unclear(open=()):
            words, rows = say("reply.nobody"), [(Button(say("button.next"), "next"),)]
        case Unclear(open=open_):
            words, rows = say("reply.to_whom"), switches(open_)
        case NotTheirs(agent=None, state=State.ENDED):
            words = say("reply.ended", who=heading(outcome.name, outcome.conversation_id))
            rows = switches(outcome.open)
        case NotTheirs(agent=None):
            words = say("reply.not_taken", who=heading(outcome.name, outcome.conversation_id))
            rows = switches(outcome.open)
        case NotTheirs(agent=agent):
            who = heading(outcome.name, outcome.conversation_id)
            words, rows = say("reply.somebody_elses", who=who, agent=agent), switches(outcome.open)
    # Quotes what they wrote, so that it is plain which message did not go out.
    await turn.write(words, rows, reply_to=quotes)
