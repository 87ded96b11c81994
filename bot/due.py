"""Takes timers whose time has come, with everything that they are about locked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.dialog.mirror import heading
from bot.dialog.spoken import seen
from bot.telling import Party, Voice, parties
from core.i18n.texts import Texts
from core.states import Author, State
from storage.repos.messages import TranscriptLine
from storage.repos.staffing import StaffMember
from storage.repos.timers import Timer
from storage.uow import UnitOfWork

LOOK_BACK = 10
"""Lines of a transcript in which the last word is looked for."""
_SPEAKERS = (Author.CUSTOMER, Author.AGENT)


@dataclass(frozen=True, slots=True)
class Due:
    """Timers that this unit of work has taken, so that they happen here and nowhere else.

    Args:
        timers: They are gone from the table when the unit of work is committed.
        members: Our people whom they are about and who serve the conversations; locked.
        parties: The conversations that they are about, by number; locked.
    """

    timers: tuple[Timer, ...]
    members: dict[int, StaffMember]
    parties: dict[int, Party]

    def served(self) -> Iterator[tuple[Timer, Party, StaffMember]]:
        """Yield those whose conversation is served and not put off, with who serves it."""
        for timer in self.timers:
            party = self.parties.get(timer.conversation_id)
            if party is None or party.talk.snoozed or party.talk.state is not State.SERVING:
                continue
            agent = self.members.get(party.talk.agent_id or 0)
            if agent is not None:
                yield timer, party, agent


async def caught(uow: UnitOfWork, timers: Sequence[Timer], now: datetime) -> Due:
    """Lock what *timers* are about, staff before conversations, then take them.

    One that somebody else has taken, moved or cancelled is not among those returned. One whose
    conversation got another agent just now stays in the table for the next look.

    Args:
        uow: An open unit of work; the caller commits.
        timers: Due ones.
        now: The moment.
    """
    numbers = {t.conversation_id for t in timers if t.conversation_id}
    before = await uow.conversations.by_ids(numbers) if numbers else {}
    wanted = {t.staff_id for t in timers if t.staff_id}
    wanted |= {talk.agent_id for talk in before.values() if talk.agent_id is not None}
    members = await uow.staffing.lock(wanted) if wanted else {}
    talks = await uow.conversations.lock(numbers) if numbers else {}
    ready = [
        t
        for t in timers
        if (talk := talks.get(t.conversation_id)) is None
        or talk.agent_id is None
        or talk.agent_id in members
    ]
    taken = await uow.timers.take(ready, now)
    about = {t.conversation_id for t in taken}
    around = await parties(uow, (t for t in talks.values() if t.id in about)) if about else {}
    return Due(tuple(taken), members, around)


async def spoken(uow: UnitOfWork, found: Sequence[Party]) -> dict[int, list[TranscriptLine]]:
    """Return what customers and agents said last, oldest first, by conversation."""
    if not found:
        return {}
    lines = await uow.messages.last((p.talk.id for p in found), LOOK_BACK)
    return {
        number: [line for line in those if line.author in _SPEAKERS]
        for number, those in lines.items()
    }


def unanswered(lines: Sequence[TranscriptLine]) -> list[TranscriptLine]:
    """Return what the customer has said since the agent's last word; nothing if that was last."""
    found: list[TranscriptLine] = []
    for line in reversed(lines):
        if line.author is Author.AGENT:
            break
        found.append(line)
    return found[::-1]


def who(party: Party, voice: Voice, say: Texts) -> str:
    """Return a customer as our people may see them, with the conversation's number."""
    return heading(seen(party.person.name, voice.mask, say), party.talk.id)
