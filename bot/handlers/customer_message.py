"""What happens when customers write: a batch of messages, one unit of work.

Load, think, remember. What a message leads to is decided by ``bot.thinking``.
"""

from collections.abc import Iterable, Sequence
from copy import copy
from datetime import UTC
from enum import StrEnum

from bot.dialog.requests import Request, asked_for
from bot.in_line import answer_the_line, push_queued
from bot.moving import into_line, pressed_group, pressed_person
from bot.rating import Opinion, remarks_among, take
from bot.reception import Reception, Surroundings
from bot.telling import Telling, Voice
from bot.thinking import GROUP, Thinking
from core.messages import InboundMessage, Kind, Sender, text
from core.states import State
from storage.repos.conversations import Talk
from storage.repos.handoffs import SWITCH
from storage.repos.people import Person
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

__all__ = ["Outcome", "Surroundings", "receive"]


class Outcome(StrEnum):
    """What became of a message."""

    KEPT = "kept"
    DUPLICATE = "duplicate"
    """It is in the transcript already; nothing happened."""


async def receive(
    uow: UnitOfWork, messages: Sequence[InboundMessage], around: Surroundings
) -> list[Outcome]:
    """Remember what customers wrote and decide what happens next.

    Safe to call again with the same messages. A constant number of statements for any number of
    messages, plus a few when somebody ends a conversation and writes on in the same batch.

    Args:
        uow: An open unit of work; the caller commits.
        messages: In the order in which they arrived; their accounts are all in *around*.
        around: Accounts, playbook, texts, time.

    Returns:
        What became of each message, in the order of *messages*.
    """
    outcomes: list[Outcome] = [Outcome.KEPT] * len(messages)
    rest = list(range(len(messages)))
    while rest:
        rest = await _Desk(uow, around).take_in(messages, rest, outcomes)
    return outcomes


class _Desk:
    """One pass over a batch: at most one conversation of each customer."""

    def __init__(self, uow: UnitOfWork, around: Surroundings) -> None:
        self.uow = uow
        self.around = around
        self.told = Reception(around)
        self.policy = Thinking(around, self.told)
        self.before: dict[int, Talk] = {}
        """Each conversation as it was loaded, to tell which ones have changed."""
        self.colleagues: dict[int, StaffMember] = {}
        """Our people to whom a customer of the batch wants to go by their card; locked."""

    async def take_in(
        self, messages: Sequence[InboundMessage], numbers: list[int], outcomes: list[Outcome]
    ) -> list[int]:
        """Work on the messages with *numbers*; return those that need another pass."""
        uow, now = self.uow, self.around.now
        pressed = {
            n: asked
            for n in numbers
            if messages[n].content.kind is Kind.PRESS
            and (asked := asked_for(messages[n].content, "")) is not None
        }
        # Staff before conversations: whoever gets one by their card is locked first.
        wanted = {asked.to for asked in pressed.values() if asked.request is Request.OWN}
        if wanted:
            self.colleagues = await uow.staffing.lock(wanted)
        keys = {
            n: (self.around.accounts[messages[n].account].id, messages[n].sender.external_id)
            for n in numbers
        }
        known = await uow.conversations.lock_open_of(keys.values())
        people = {key: person for key, (person, _) in known.items()}
        talks = {person.id: talk for person, talk in known.values()}
        new: dict[tuple[int, str], tuple[Sender, str]] = {}
        if strangers := set(keys.values()) - people.keys():
            people |= await uow.people.find(strangers)
            new = {
                keys[n]: (messages[n].sender, messages[n].chat)
                for n in reversed(numbers)
                if keys[n] not in people
            }
            if new:
                people |= await uow.people.add(new, now)
            # Another process may have opened one of theirs a moment ago.
            talks |= await uow.conversations.lock_open(people[key].id for key in strangers)
        # Only behind the locks: whoever else holds this update has committed by now.
        seen = await uow.messages.seen((keys[n][0], messages[n].external_id) for n in numbers)
        fresh: list[int] = []
        for n in numbers:
            event = (keys[n][0], messages[n].external_id)
            if event in seen:
                outcomes[n] = Outcome.DUPLICATE
            else:
                seen.add(event)
                fresh.append(n)
        opinions = {n: a for n, a in pressed.items() if a.of_ended}
        quiet = [n for n in fresh if n not in opinions and people[keys[n]].id not in talks]
        wrote = {n: (people[keys[n]], messages[n]) for n in quiet if keys[n] not in new}
        remarks = await remarks_among(uow, self.told, wrote)
        await self._take_opinions(
            [
                Opinion(
                    people[keys[n]],
                    messages[n],
                    remarks[n] if n in remarks else opinions[n].about,
                    opinions.get(n),
                )
                for n in fresh
                if n in opinions or n in remarks
            ]
        )
        fresh = [n for n in fresh if n not in opinions and n not in remarks]
        missing = {
            (keys[n][0], people[keys[n]].id) for n in fresh if people[keys[n]].id not in talks
        }
        opened = await uow.conversations.open(sorted(missing), now) if missing else {}
        self.before = {t.id: copy(t) for t in talks.values()}
        talks |= opened
        await self._know_agents(talks.values())
        await self._know_groups(messages[n].source for n in fresh)
        for n in fresh:
            if people[keys[n]].id in opened:
                talk = opened.pop(people[keys[n]].id)
                self.policy.opened(talk, people[keys[n]], messages[n], first=keys[n] in new)
        self.policy.look_up((messages[n], talks[people[keys[n]].id]) for n in fresh)

        changed: dict[int, Person] = {}
        rest: list[int] = []
        for n in fresh:
            person = people[keys[n]]
            talk = talks[person.id]
            if talk.state is State.ENDED:
                rest.append(n)
                continue
            message = messages[n]
            if _learn(person, message):
                changed[person.id] = person
            self.policy.think(talk, person, message, first=keys[n] in new)
            if talk.state is State.WAITING and _says_something(message):
                self.told.queued.append((talk, person, message))
            new.pop(keys[n], None)

        await answer_the_line(uow, self.told)
        await push_queued(uow, self.told)
        # Most messages change nothing but the transcript.
        moved = [t for t in talks.values() if t != self.before.get(t.id)]
        await self.told.remember(uow, moved, changed.values())
        if self.policy.choices:
            await self._follow()
        return rest

    async def _take_opinions(self, opinions: Sequence[Opinion]) -> None:
        if not opinions:
            return
        by_number = {talk.id: talk for talk in await take(self.uow, self.told, opinions)}
        for opinion in opinions:
            if opinion.asked is None and opinion.about in by_number:
                self.policy.watch(by_number[opinion.about], opinion.message)

    async def _follow(self) -> None:
        """Let customers go where the buttons lead that they have pressed.

        Behind everything else of the batch, which is written down by now.
        """
        around, playbook = self.around, self.around.book.playbook
        zone = around.local.tzinfo or UTC
        voice = Voice(
            around.texts,
            zone,
            around.new_key,
            mask=around.book.mask,
            policies=playbook.policies,
        )
        tell = Telling(self.uow, voice, around.now)
        groups = {g.id: g for g in await self.uow.staffing.groups()}
        for party, asked in self.policy.choices:
            if party.talk.state is State.ENDED:
                continue
            match asked.request:
                case Request.GO:
                    await pressed_group(self.uow, tell, party, asked.to, asked.about)
                case Request.OWN:
                    colleague = self.colleagues.get(asked.to)
                    await pressed_person(self.uow, tell, party, colleague, asked.about)
                case _:
                    group = groups.get(asked.to)
                    if group is None or not group.client_shown:
                        say = around.texts(party.person.language)
                        tell.customer(party, text(say("customer.offer_over")))
                    else:
                        await into_line(self.uow, tell, party, group, kind=SWITCH, by=None)
        await tell.remember()

    async def _know_agents(self, talks: Iterable[Talk]) -> None:
        ids = {t.agent_id for t in talks if t.state is State.SERVING and t.agent_id}
        if ids:
            self.policy.agents = await self.uow.staffing.by_ids(ids)
        if self.around.book.playbook.answering.quiet_online:
            self.policy.online = await self.uow.staffing.groups_online()

    async def _know_groups(self, sources: Iterable[str | None]) -> None:
        if any(source and source.startswith(GROUP) for source in sources):
            self.policy.groups = {g.identifier: g.id for g in await self.uow.staffing.groups()}


def _says_something(message: InboundMessage) -> bool:
    return not message.edited and message.content.kind not in (Kind.BLOCKED, Kind.UNBLOCKED)


def _learn(person: Person, message: InboundMessage) -> bool:
    """Bring what we know of a person up to date; say whether anything changed."""
    sender = message.sender
    blocked = message.content.kind is Kind.BLOCKED
    news = (
        sender.name or person.name,
        sender.username,
        sender.language or person.language,
        sender.region or person.region,
        message.chat,
        blocked,
    )
    known = (
        person.name,
        person.username,
        person.language,
        person.region,
        person.chat,
        person.blocked,
    )
    if news == known:
        return False
    (
        person.name,
        person.username,
        person.language,
        person.region,
        person.chat,
        person.blocked,
    ) = news
    return True
