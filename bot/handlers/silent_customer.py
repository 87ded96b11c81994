"""What happens when a customer has been silent for long: they are reminded, then it ends."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.closing import close
from bot.compiled import Compiled
from bot.dialog.lines import ended_silent
from bot.dialog.wording import how_long
from bot.due import Due, caught, spoken, unanswered, who
from bot.prompting import listener_of, prompt_for, told
from bot.telling import Party, Telling, Voice
from core.messages import Button, Content, text
from core.prompts import END as GOODBYE
from core.prompts import REMINDER
from core.timers import END, REMIND
from storage.repos.outbox import NOTICE
from storage.repos.staffing import StaffMember
from storage.repos.timers import Timer
from storage.uow import UnitOfWork


async def remind(
    uow: UnitOfWork, timers: Sequence[Timer], *, voice: Voice, book: Compiled, now: datetime
) -> None:
    """Mark conversations whose customers are silent, and remind the customers.

    The reminder is told where it is switched on; the agent is told in any case. Source:
    requirements QUE-30, PRM-16.

    Args:
        uow: An open unit of work; the caller commits.
        timers: Due ones of kind ``REMIND``.
        voice: Texts, time zone, keys, policies.
        book: The compiled playbook.
        now: The moment.
    """
    tell = Telling(uow, voice, now)
    marked = []
    for party, agent in await _silent(uow, await caught(uow, timers, now)):
        policy = voice.policy(party)
        if not policy.remind:
            continue
        talk = party.talk
        talk.timed_out_at = talk.timed_out_at or now
        marked.append(talk)
        tell.event(talk, "timer", None, {"kind": REMIND})
        said = _tell_prompt(tell, book, REMINDER, party, agent)
        say = voice.texts_for(agent.language)
        span = how_long(timedelta(minutes=policy.remind_minutes), say)
        key = "timer.reminded" if said else "timer.marked"
        words = say(key, who=who(party, voice, say), span=span)
        end = (Button(say("button.end"), f"end:{talk.id}"),)
        tell.staff(agent, text(words, end), NOTICE, talk.id)
    await uow.conversations.update(marked)
    await tell.remember()


async def end(
    uow: UnitOfWork, timers: Sequence[Timer], *, voice: Voice, book: Compiled, now: datetime
) -> None:
    """End conversations whose customers have been silent for too long.

    Source: requirement QUE-29. The arguments are those of ``remind``.
    """
    tell = Telling(uow, voice, now)
    for party, agent in await _silent(uow, await caught(uow, timers, now)):
        minutes = voice.policy(party).end_minutes
        if not minutes:
            continue
        span, own = timedelta(minutes=minutes), voice.texts_for(None)
        tell.event(party.talk, "timer", None, {"kind": END})
        goodbye = _prompt(tell, book, GOODBYE, party, agent)
        line = ended_silent(how_long(span, own), now, voice.zone, own)
        await close(uow, tell, party, agent, line=line, goodbye=goodbye, by=None, why="silent")
        say = voice.texts_for(agent.language)
        words = say("timer.ended", who=who(party, voice, say), span=how_long(span, say))
        tell.staff(agent, text(words), NOTICE, party.talk.id)
    await tell.remember()


async def _silent(uow: UnitOfWork, due: Due) -> list[tuple[Party, StaffMember]]:
    """Return the conversations in which the customer really did not have the last word."""
    served = [(party, agent) for _, party, agent in due.served()]
    said = await spoken(uow, [party for party, _ in served])
    return [(party, agent) for party, agent in served if not unanswered(said[party.talk.id])]


def _prompt(
    tell: Telling, book: Compiled, kind: str, party: Party, agent: StaffMember
) -> tuple[Content, ...]:
    listener = listener_of(book, party, tell.voice, tell.now, agent.name)
    prompt = prompt_for(book, kind, listener)
    if prompt.enabled:
        tell.event(party.talk, "prompt", None, {"kind": kind})
    return told(book, prompt, listener)


def _tell_prompt(
    tell: Telling, book: Compiled, kind: str, party: Party, agent: StaffMember
) -> bool:
    """Tell a customer everything that a prompt says; say whether that was anything."""
    contents = _prompt(tell, book, kind, party, agent)
    for content in contents:
        tell.customer(party, content)
    return bool(contents)
