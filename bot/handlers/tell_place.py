"""What happens, once a minute, to who stands in line: they are told when their wait has changed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.compiled import Compiled
from bot.dialog.waiting import moved_on
from bot.due import caught
from bot.queue.estimate import worth_telling
from bot.queue.rearming import still_waits
from bot.telling import Telling, Voice
from bot.timing import rearm
from bot.waiting import speed
from core.states import State
from storage.repos.timers import Timer
from storage.uow import UnitOfWork


async def fire(
    uow: UnitOfWork, timers: Sequence[Timer], *, voice: Voice, book: Compiled, now: datetime
) -> None:
    """Tell those who wait their place and wait where it has changed by a third, and look again.

    Nobody hears of it more than once a minute, nor where too little is known, nor who waits to be
    called back or has left a message. A constant number of statements for any number of timers.

    Args:
        uow: An open unit of work; the caller commits.
        timers: Due ones of kind ``PLACE``.
        voice: Texts, time zone, keys, policies.
        book: The compiled playbook.
        now: The moment.
    """
    due = await caught(uow, timers, now)
    told = {t.conversation_id: (t.data or {}).get("told") for t in due.timers}
    waiting = [
        party
        for party in due.parties.values()
        if party.talk.state is State.WAITING
        and not party.talk.waits_as
        and voice.policy(party).tell_wait
    ]
    if not waiting:
        return
    places = await uow.line.places(party.talk.id for party in waiting)
    known = await speed(uow, {p.talk.group_id for p in waiting if p.talk.group_id}, now)
    tell = Telling(uow, voice, now)
    again = []
    for party in waiting:
        talk = party.talk
        seconds = told[talk.id]
        before = None if seconds is None else timedelta(seconds=seconds)
        place = places.get(talk.id, 1)
        wait = known.wait(talk.group_id, place)
        if wait is not None and worth_telling(before, wait):
            say = voice.texts_for(party.person.language)
            tell.customer(party, moved_on(say, place, wait))
            before = wait
        again.append((talk, still_waits(before)))
    await rearm(uow, again, now)
    await tell.remember()
