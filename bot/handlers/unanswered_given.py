"""What happens when an agent does not answer a conversation that they were given unasked."""

from collections.abc import Sequence
from datetime import datetime

from bot.attendance import let_pass
from bot.compiled import Compiled
from bot.due import caught, who
from bot.returning import back_to_line
from bot.telling import Telling, Voice
from core.messages import text
from core.timers import REASSIGN
from storage.repos.outbox import NOTICE
from storage.repos.timers import Timer
from storage.uow import UnitOfWork


async def fire(
    uow: UnitOfWork, timers: Sequence[Timer], *, voice: Voice, book: Compiled, now: datetime
) -> None:
    """Put conversations back to the head of the line, where others are given them.

    It counts as an offer let pass: too many in a row put the agent on a break.

    Args:
        uow: An open unit of work; the caller commits.
        timers: Due ones of kind ``REASSIGN``; an answer would have ended them.
        voice: Texts, time zone, keys, policies.
        book: The compiled playbook; not asked.
        now: The moment.
    """
    due = await caught(uow, timers, now)
    back = [(p, a) for _, p, a in due.served() if voice.policy(p).reassign_minutes]
    tell = Telling(uow, voice, now)
    await back_to_line(uow, tell, back, why="no_answer")
    for party, agent in back:
        tell.event(party.talk, "timer", None, {"kind": REASSIGN, "agent": agent.id})
        say = voice.texts_for(agent.language)
        words = text(say("timer.reassigned", who=who(party, voice, say)))
        tell.staff(agent, words, NOTICE, party.talk.id)
    await let_pass(uow, tell, back)
    await tell.remember()
