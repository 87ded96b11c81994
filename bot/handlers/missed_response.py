"""What happens when an agent has missed a response target: the group's leads are told."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.compiled import Compiled
from bot.dialog.wording import how_long
from bot.due import caught, who
from bot.prompting import calendar_of, listener_of
from bot.telling import Party, Telling, Voice
from core.calendar import Closed
from core.messages import Button, text
from core.timers import RESPONSE
from storage.repos.outbox import NOTICE
from storage.repos.staffing import StaffMember
from storage.repos.timers import Timer
from storage.uow import UnitOfWork

SINCE = "since"
"""When the wait for an answer began, where the timer was put off to the next opening."""
MISSED = "missed"
"""Marks the timer of a missed answer that was told already."""
_NEVER = timedelta(days=3650)


async def fire(
    uow: UnitOfWork, timers: Sequence[Timer], *, voice: Voice, book: Compiled, now: datetime
) -> None:
    """Tell the leads of the group, and the agent, that an answer is overdue.

    Only the time within the hours counts: what was asked in the evening is due in the morning.

    Each missed answer is told once: a timer far away takes the place of the one that was due, so
    that further messages of the customer set none; the agent's answer ends it like any other.

    Args:
        uow: An open unit of work; the caller commits.
        timers: Due ones of kind ``RESPONSE``.
        voice: Texts, time zone, keys, policies.
        book: The compiled playbook: only the time within the hours counts.
        now: The moment.
    """
    due = await caught(uow, timers, now)
    tell = Telling(uow, voice, now)
    leads: dict[int, list[StaffMember]] = {}
    again: list[Timer] = []
    for timer, party, agent in due.served():
        data, policy, talk = timer.data or {}, voice.policy(party), party.talk
        first = bool(data.get("first"))
        minutes = policy.first_response_minutes if first else policy.next_response_minutes
        if not minutes or data.get(MISSED):
            continue
        span = timedelta(minutes=minutes)
        since = datetime.fromisoformat(data[SINCE]) if SINCE in data else timer.due_at - span
        left = span - _open_time(book, party, voice, since, now)
        if left > timedelta(0):
            later = _resumed(book, party, voice, now) + left
            again.append(Timer(RESPONSE, later, talk.id, data={**data, SINCE: since.isoformat()}))
            continue
        group = talk.group_id or 0
        if group not in leads:
            leads[group] = await uow.staffing.leads(group)
        others = [lead for lead in leads[group] if lead.id != agent.id]
        for reader, key in (
            (agent, "timer.response_yours"),
            *((o, "timer.response") for o in others),
        ):
            say = voice.texts_for(reader.language)
            words = say(key, who=who(party, voice, say), agent=agent.name, span=how_long(span, say))
            look = (Button(say("timer.look"), f"info:{talk.id}"),)
            tell.staff(reader, text(words, look), NOTICE, talk.id)
        facts = {"first": first, "agent": agent.id, "leads": [o.id for o in others]}
        tell.event(talk, "timer", None, {"kind": RESPONSE, **facts})
        again.append(Timer(RESPONSE, now + _NEVER, talk.id, data={**data, MISSED: True}))
    await uow.timers.set(again)
    await tell.remember()


def _open_time(
    book: Compiled, party: Party, voice: Voice, since: datetime, now: datetime
) -> timedelta:
    listener = listener_of(book, party, voice, now)
    return calendar_of(book, listener).open_time(since.astimezone(voice.zone), listener.local)


def _resumed(book: Compiled, party: Party, voice: Voice, now: datetime) -> datetime:
    """Return now, or the next opening where it is closed; a day later where none is in sight."""
    listener = listener_of(book, party, voice, now)
    state = calendar_of(book, listener).state_at(listener.local)
    if not isinstance(state, Closed):
        return now
    return now + timedelta(days=1) if state.opens is None else state.opens.astimezone(UTC)
