"""What happens when a customer's message stays unread: its agent is told."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.compiled import Compiled
from bot.dialog.wording import how_long
from bot.due import caught, spoken, unanswered, who
from bot.prompting import calendar_of, listener_of
from bot.telling import Telling, Voice
from core.calendar import Closed
from core.messages import Button, text
from core.timers import UNREAD
from storage.repos.outbox import NOTICE
from storage.repos.timers import Timer
from storage.uow import UnitOfWork


async def fire(
    uow: UnitOfWork, timers: Sequence[Timer], *, voice: Voice, book: Compiled, now: datetime
) -> None:
    """Tell agents, and nobody else, of messages that they have not answered.

    Only who has asked for it is told, while the desk allows it at all (requirements QUE-31,
    QUE-32, AGT-19). Outside working hours it waits for the next opening, unless the desk pushes
    then as well.

    Args:
        uow: An open unit of work; the caller commits.
        timers: Due ones of kind ``UNREAD``.
        voice: Texts, time zone, keys, policies.
        book: The compiled playbook.
        now: The moment.
    """
    due = await caught(uow, timers, now)
    allowed = voice.policies.desk
    served = [(p, a) for _, p, a in due.served() if a.active and a.push_unread]
    if not allowed.push or not served:
        return
    said = await spoken(uow, [party for party, _ in served])
    tell = Telling(uow, voice, now)
    later: list[Timer] = []
    for party, agent in served:
        talk = party.talk
        waits = unanswered(said[talk.id])
        since = talk.serving_since or now
        if waits:
            since = max(since, waits[0].sent_at)
        listener = listener_of(book, party, voice, now)
        state = calendar_of(book, listener).state_at(listener.local)
        if isinstance(state, Closed) and not allowed.push_outside:
            if state.opens is not None:
                later.append(Timer(UNREAD, state.opens.astimezone(UTC), talk.id))
            continue
        say = voice.texts_for(agent.language)
        words = say("timer.unread", who=who(party, voice, say), span=how_long(now - since, say))
        to_front = (Button(say("timer.answer"), f"switch:{talk.id}"),)
        tell.staff(agent, text(words, to_front), NOTICE, talk.id)
        tell.event(talk, "timer", None, {"kind": UNREAD, "agent": agent.id})
    await uow.timers.set(later)
    await tell.remember()
