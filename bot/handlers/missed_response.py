"""What happens when an agent has missed a response target: the group's leads are told."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.compiled import Compiled
from bot.dialog.wording import how_long
from bot.due import caught, who
from bot.telling import Telling, Voice
from core.messages import Button, text
from core.timers import RESPONSE
from storage.repos.outbox import NOTICE
from storage.repos.staffing import StaffMember
from storage.repos.timers import Timer
from storage.uow import UnitOfWork

MISSED = "missed"
"""Marks the timer of a missed answer that was told already."""
_NEVER = timedelta(days=3650)


async def fire(
    uow: UnitOfWork, timers: Sequence[Timer], *, voice: Voice, book: Compiled, now: datetime
) -> None:
    """Tell the leads of the group, and the agent, that an answer is overdue.

    Each missed answer is told once: a timer far away takes the place of the one that was due, so
    that further messages of the customer set none; the agent's answer ends it like any other.

    Args:
        uow: An open unit of work; the caller commits.
        timers: Due ones of kind ``RESPONSE``.
        voice: Texts, time zone, keys, policies.
        book: The compiled playbook; not asked.
        now: The moment.
    """
    due = await caught(uow, timers, now)
    tell = Telling(uow, voice, now)
    leads: dict[int, list[StaffMember]] = {}
    told: list[Timer] = []
    for timer, party, agent in due.served():
        data, policy, talk = timer.data or {}, voice.policy(party), party.talk
        first = bool(data.get("first"))
        minutes = policy.first_response_minutes if first else policy.next_response_minutes
        if not minutes or data.get(MISSED):
            continue
        group = talk.group_id or 0
        if group not in leads:
            leads[group] = await uow.staffing.leads(group)
        span = timedelta(minutes=minutes)
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
        told.append(Timer(RESPONSE, now + _NEVER, talk.id, data={**data, MISSED: True}))
    await uow.timers.set(told)
    await tell.remember()
