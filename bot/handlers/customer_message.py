"""What happens when customers write: a batch of messages, one unit of work.

Load, think, remember. ``_Desk.think`` is the policy, and the order of its checks is the order in
which an answer is looked for (requirement ARP-17):

1. what the customer asks of the desk itself (a person, the menu, the FAQ card, the end; to be
   called back, to leave a message, another group), so that no rule can shut anybody in with the
   bot;
2. the welcome on first contact;
3. the first keyword rule that fires;
4. the FAQ: an answer it is sure of, or up to three questions to choose from;
5. once, a hint how to reach a person.

While a conversation waits, only 1, 3 and sure FAQ answers speak, and nothing but 1 to who leaves a
message; while a person serves it the bot
is silent, unless that agent has switched their auto-reply on (then 3 speaks as well). Where the
desk is set to be quiet while agents are online, 3, 4 and 5 are silent in a group that has one.
"""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace
from datetime import UTC
from enum import StrEnum

from bot.answering import Question, rank
from bot.dialog.machine import Move
from bot.dialog.requests import CARD, FAQ, HUMAN, SAY, UNHELPFUL, Asked, Request, asked_for
from bot.dialog.waiting import AS_CALL_BACK, AS_MESSAGE, others, switches
from bot.knowledge.answering import Answer, Nothing, Offer, judge
from bot.knowledge.matcher import FaqMatch
from bot.moving import into_line, pressed_group, pressed_person
from bot.phrasing.wording import phrasable
from bot.prompting import card, prompt_for, ready
from bot.rating import Opinion, remarks_among, take
from bot.reception import Joined, Reception, Surroundings
from bot.rules.automaton import RuleHit
from bot.rules.folding import fold
from bot.telling import Party, Telling, Voice
from bot.watching import found_in, recorded
from core.i18n.texts import Texts
from core.messages import Button, Content, InboundMessage, Kind, Sender, text
from core.playbook import FaqEntry, WordDirection
from core.prompts import END, WELCOME
from core.states import State
from storage.repos.conversations import Talk
from storage.repos.handoffs import SWITCH
from storage.repos.outbox import NOTICE
from storage.repos.people import Person
from storage.repos.phrasings import Phrasing
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

__all__ = ["Outcome", "Surroundings", "receive"]

_SPOKEN = frozenset({Kind.TEXT, Kind.PHOTO, Kind.VIDEO, Kind.DOCUMENT, Kind.ANIMATION})
"""Kinds whose words are a customer's own and may be answered."""
GROUP = "group_"
"""Begins the source of a link that leads to a service group: ``group_vip``, by its identifier.
Source: requirement CHN-18."""
_REMEMBERED_CHARS = 300
"""What of an unanswered message is kept for learning; nobody teaches longer questions."""


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
        self.book = around.book
        self.told = Reception(around)
        self.agents: dict[int, StaffMember] = {}
        self.before: dict[int, Talk] = {}
        """Each conversation as it was loaded, to tell which ones have changed."""
        self.hits: dict[tuple[str, str], RuleHit | None] = {}
        self.ranked: dict[Question, list[FaqMatch]] = {}
        self.online: frozenset[int] = frozenset()
        """Groups in which the bot is silent because somebody is there."""
        self.entered: set[int] = set()
        """Conversations that this batch has opened and nobody has greeted yet."""
        self.groups: dict[str, int] = {}
        """Groups by identifier, where a message of the batch came through a link to one."""
        self.colleagues: dict[int, StaffMember] = {}
        """Our people to whom a customer of the batch wants to go by their card; locked."""
        self.choices: list[tuple[Party, Asked]] = []
        """Who pressed a button into a group or to a person."""

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
                self._open(talk, people[keys[n]], messages[n], first=keys[n] in new)
        self._look_up((messages[n], talks[people[keys[n]].id]) for n in fresh)

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
            self.think(talk, person, message, first=keys[n] in new)
            if talk.state is State.WAITING and _says_something(message):
                self.told.queued.append((talk, person, message))
            new.pop(keys[n], None)

        await self.told.answer_the_line(uow)
        await self.told.push_queued(uow)
        # Most messages change nothing but the transcript.
        moved = [t for t in talks.values() if t != self.before.get(t.id)]
        await self.told.remember(uow, moved, changed.values())
        if self.choices:
            await self._follow()
        return rest

    async def _take_opinions(self, opinions: Sequence[Opinion]) -> None:
        if not opinions:
            return
        by_number = {talk.id: talk for talk in await take(self.uow, self.told, opinions)}
        for opinion in opinions:
            if opinion.asked is None and opinion.about in by_number:
                self._watch(by_number[opinion.about], opinion.message)

    async def _follow(self) -> None:
        """Let customers go where the buttons lead that they have pressed.

        Behind everything else of the batch, which is written down by now.
        """
        around, playbook = self.around, self.book.playbook
        zone = around.local.tzinfo or UTC
        voice = Voice(
            around.texts, zone, around.new_key, mask=self.book.mask, policies=playbook.policies
        )
        tell = Telling(self.uow, voice, around.now)
        groups = {g.id: g for g in await self.uow.staffing.groups()}
        for party, asked in self.choices:
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
            self.agents = await self.uow.staffing.by_ids(ids)
        if self.book.playbook.answering.quiet_online:
            self.online = await self.uow.staffing.groups_online()

    async def _know_groups(self, sources: Iterable[str | None]) -> None:
        if any(source and source.startswith(GROUP) for source in sources):
            self.groups = {g.identifier: g.id for g in await self.uow.staffing.groups()}

    def _addressed(self, talk: Talk, source: str | None) -> None:
        """Let the group serve a conversation that a link names by its identifier."""
        if source and source.startswith(GROUP) and talk.state in (State.NEW, State.BOT):
            talk.group_id = self.groups.get(source.removeprefix(GROUP), talk.group_id)

    def _open(self, talk: Talk, person: Person, message: InboundMessage, *, first: bool) -> None:
        talk.source = message.source
        talk.region = person.region
        self._addressed(talk, message.source)
        self.entered.add(talk.id)
        self.told.event(talk, "opened", {"source": message.source, "first_contact": first})
        # The transcript is for us, so its own lines speak the desk's language.
        self.told.system_line(talk, self.around.texts(None)("transcript.connected"))

    def _look_up(self, messages: Iterable[tuple[InboundMessage, Talk]]) -> None:
        """Try the rules on the batch's messages, and the FAQ, all at once, on what they leave."""
        unanswered: set[Question] = set()
        for message, talk in messages:
            if not _is_question(message):
                continue
            said = (message.account, message.content.text)
            if said not in self.hits:
                self.hits[said] = self.book.rules.match(*said, self.around.local)
            if self.hits[said] is None and talk.state is not State.SERVING:
                unanswered.add(self._question(talk, *said))
        if unanswered:
            ordered = sorted(unanswered, key=lambda q: (q.text, q.account))
            found = rank(self.book, ordered, self.around.local)
            self.ranked = dict(zip(ordered, found, strict=True))

    def _question(self, talk: Talk, account: str, words: str) -> Question:
        return Question(account, words, self.told.group(talk, account))

    # -- the policy ----------------------------------------------------------------------------

    def think(self, talk: Talk, person: Person, message: InboundMessage, *, first: bool) -> None:
        """Decide what one message leads to. The order of the checks is the policy."""
        content = message.content
        self.told.customer_line(talk, person, message)
        if content.kind in (Kind.BLOCKED, Kind.UNBLOCKED):
            self.told.event(talk, content.kind.value)
            return
        self._watch(talk, message)
        serving = talk.state is State.SERVING
        agent = self.agents.get(talk.agent_id or 0) if serving else None
        if agent is not None:
            self.told.show(talk, person, message, agent)
        if serving:
            if agent is not None and talk.snoozed:
                self.told.back_from_snooze(talk, person, agent)
            self.told.wrote_to_agent(talk, message.account)
        if message.edited:
            return  # the agent sees the new version; the bot has answered the old one

        words = content.text if content.kind in _SPOKEN else ""
        if content.kind is Kind.PRESS and content.text.startswith(SAY):
            words = content.text.removeprefix(SAY)
        asked = asked_for(content, fold(words))
        if asked is not None and asked.request not in (Request.FAQ, Request.UNHELPFUL):
            self._serve_request(talk, person, message, asked, agent)
            return
        self.told.move(talk, Move.WRITE)
        if talk.waits_as == AS_MESSAGE and asked is None and talk.state is State.WAITING:
            self._keep_message(talk, person, message)
            return
        if talk.id in self.entered:
            self.entered.remove(talk.id)
            self.told.greet(talk, person, message.account, first=first)
        if serving and not (agent is not None and agent.auto_reply):
            return
        if asked is not None and asked.request is Request.UNHELPFUL:
            self._note_unhelpful(talk, person, message, asked)
        elif asked is not None:
            self._answer_pressed(talk, person, message, asked)
        elif words and self.told.group(talk, message.account) not in self.online:
            hit = self._rule_for(message.account, words)
            if hit is not None:
                self._answer_by_rule(talk, person, message, hit)
            elif not serving:
                self._answer_by_faq(talk, person, message, words, first=first)

    def _watch(self, talk: Talk, message: InboundMessage) -> None:
        """Note the sensitive words in what a customer wrote; nothing is kept from anybody."""
        if not self.book.playbook.words:
            return
        found = found_in(self.book.words, message.content, WordDirection.CUSTOMER, message.account)
        self.told.hits += recorded(
            found,
            WordDirection.CUSTOMER,
            message.account,
            talk.id,
            message.external_id,
            self.around.now,
        )

    def _serve_request(
        self,
        talk: Talk,
        person: Person,
        message: InboundMessage,
        asked: Asked,
        agent: StaffMember | None,
    ) -> None:
        say = self.around.texts(person.language)
        match asked.request:
            case Request.HUMAN:
                if talk.state is State.SERVING:
                    name = agent.name if agent else ""
                    self._reply(talk, message, text(say("customer.already_served", agent=name)))
                    return
                if talk.id in self.entered:
                    # Whoever asks for a person first of all is told, too, that it is closed.
                    self.entered.remove(talk.id)
                    self.told.greet(talk, person, message.account, first=False)
                self._join_line(talk, person, message)
            case Request.CALL_BACK | Request.MESSAGE:
                if talk.state is State.SERVING:
                    name = agent.name if agent else ""
                    self._reply(talk, message, text(say("customer.already_served", agent=name)))
                    return
                self._wait_as(talk, person, message, asked)
            case Request.SWITCH | Request.GO | Request.OWN:
                if talk.state is State.SERVING and asked.request is Request.SWITCH:
                    # Who is served asks their agent, who can hand them over with a word.
                    name = agent.name if agent else ""
                    self._reply(talk, message, text(say("customer.already_served", agent=name)))
                    return
                self.told.move(talk, Move.WRITE)
                self.entered.discard(talk.id)
                if asked.request is Request.SWITCH and asked.to == talk.group_id:
                    self._join_line(talk, person, message)
                    return
                self.choices.append((Party(talk, person, message.account), asked))
            case Request.END:
                self._end(talk, message, say, agent, person)
            case Request.MENU:
                self.told.move(talk, Move.WRITE)
                self._show_menu(talk, person, message)
            case Request.CARD:
                self.told.move(talk, Move.WRITE)
                listener = self.told.listener(talk, person, message.account)
                shown = card(self.book, listener, asked.node, asked.page)
                self._reply(talk, message, shown)
            case _:
                self.told.move(talk, Move.WRITE)
                self._addressed(talk, message.source)
                if message.source and talk.source != message.source:
                    talk.source = talk.source or message.source
                    self.told.event(talk, "source", {"source": message.source})
                if talk.state is not State.SERVING:
                    self.entered.discard(talk.id)
                    self.told.greet(talk, person, message.account, first=True)

    def _join_line(self, talk: Talk, person: Person, message: InboundMessage) -> None:
        new = talk.state is not State.WAITING
        if new:
            self.told.move(talk, Move.ASK_HUMAN)
            talk.waiting_since = self.around.now
        talk.waits_as = ""
        # Told twice in one batch would be noise: the first asking counts.
        if all(j.talk.id != talk.id for j in self.told.joined):
            self.told.joined.append(Joined(talk, person, message.account, new))

    def _wait_as(self, talk: Talk, person: Person, message: InboundMessage, asked: Asked) -> None:
        """Let somebody keep their place without watching the line."""
        self._join_line(talk, person, message)
        if asked.request is Request.MESSAGE:
            # What they write from now on is confirmed once.
            talk.waits_as, talk.hinted = AS_MESSAGE, False
        else:
            talk.waits_as = AS_CALL_BACK
        key = {AS_MESSAGE: "transcript.leaves_message", AS_CALL_BACK: "transcript.call_back"}
        self.told.event(talk, "waits_as", {"as": talk.waits_as})
        self.told.system_line(talk, self.around.texts(None)(key[talk.waits_as]))

    def _keep_message(self, talk: Talk, person: Person, message: InboundMessage) -> None:
        """Confirm, once, what somebody leaves for whoever comes next; the bot is silent else."""
        if talk.hinted or message.content.kind is Kind.PRESS:
            return
        talk.hinted = True
        say = self.around.texts(person.language)
        self._reply(talk, message, text(say("waiting.message_kept")))
        self.told.event(talk, "message_left")

    def _end(
        self,
        talk: Talk,
        message: InboundMessage,
        say: Texts,
        agent: StaffMember | None,
        person: Person,
    ) -> None:
        was = talk.state
        self.told.move(talk, Move.END)
        talk.ended_at = self.around.now
        self.told.over.append(talk)
        self.told.rearmings.pop(talk.id, None)
        self.told.joined = [j for j in self.told.joined if j.talk.id != talk.id]
        if was is State.WAITING:
            self.told.left.append(talk.id)
        name = agent.name if agent is not None else ""
        listener = self.told.listener(talk, person, message.account, agent=name)
        goodbye = prompt_for(self.book, END, listener)
        if not self.told.tell_prompt(goodbye, talk, person, listener):
            self._reply(talk, message, text(say("customer.ended")))
        self.told.system_line(talk, self.around.texts(None)("transcript.ended_by_customer"))
        if agent is not None:
            theirs = self.around.texts(agent.language)
            words = theirs("staff.customer_ended", name=person.name, number=talk.id)
            self.told.tell(talk, agent, text(words), NOTICE)
            self.told.ask_rating(talk, person, message.account, agent)

    def _rule_for(self, account: str, words: str) -> RuleHit | None:
        if (account, words) in self.hits:
            return self.hits[account, words]
        # Words that came from a button, not from a message.
        return self.book.rules.match(account, words, self.around.local)

    def _answer_by_rule(
        self, talk: Talk, person: Person, message: InboundMessage, hit: RuleHit
    ) -> None:
        rule = hit.rule
        for reply in rule.replies:
            self._reply(talk, message, self._ready(talk, person, message, reply))
        talk.hinted = False
        self.told.event(
            talk, "rule", {"rule": rule.id, "name": rule.name, "words": list(hit.words)}
        )

    def _answer_by_faq(
        self, talk: Talk, person: Person, message: InboundMessage, words: str, *, first: bool
    ) -> None:
        question = self._question(talk, message.account, words)
        matches = self.ranked.get(question)
        if matches is None:  # words that came from a button, not from a message
            matches = rank(self.book, [question], self.around.local)[0]
        say = self.around.texts(person.language)
        evidence: dict[str, object] = {"said": words[:_REMEMBERED_CHARS]}
        match judge(matches, self.book.faq.thresholds):
            case Answer(entry=entry, score=score):
                self._give(talk, person, message, entry, words, matches)
                evidence |= {"entry": entry.id, "score": round(score, 4)}
                self.told.event(talk, "faq", evidence)
            case Offer(entries=entries) if talk.state is State.BOT:
                rows = [(Button(e.question[:60], f"{FAQ}{e.id}"),) for e in entries]
                rows.append((Button(say("customer.button.human"), HUMAN),))
                self._reply(talk, message, text(say("customer.did_you_mean"), *rows))
                talk.hinted = False
                scores = [round(m.score, 4) for m in matches[: len(entries)]]
                evidence |= {"entries": [e.id for e in entries], "scores": scores}
                self.told.event(talk, "offer", evidence)
            case Nothing() | Offer():
                # The welcome has just told a newcomer how to reach a person.
                if self.around.hint and talk.state is State.BOT and not (talk.hinted or first):
                    talk.hinted = True
                    human = (Button(say("customer.button.human"), HUMAN),)
                    self._reply(talk, message, text(say("customer.no_answer"), human))
                self.told.event(talk, "no_answer", evidence)

    def _give(
        self,
        talk: Talk,
        person: Person,
        message: InboundMessage,
        entry: FaqEntry,
        words: str,
        matches: Sequence[FaqMatch],
    ) -> None:
        """Send an entry's answer, now or when it has been put into words."""
        talk.hinted = False
        answer = self._ready(talk, person, message, entry.answer)
        if self.around.feedback:
            say = self.around.texts(person.language)
            row = (Button(say("customer.button.unhelpful"), f"{UNHELPFUL}{entry.id}"),)
            answer = replace(answer, buttons=(*answer.buttons, row))
        within = self.around.phrase_within
        if within is not None and phrasable(entry):
            due = self.around.now + within
            key = self.told.say(talk, message.account, message.chat, answer, due_at=due)
            offered = self.book.faq.thresholds.offer
            others = [m.entry.id for m in matches if m.score >= offered and m.entry.id != entry.id]
            self.told.phrasings.append(
                Phrasing(
                    key,
                    talk.account_id,
                    talk.id,
                    words,
                    (entry.id, *others),
                    self.around.now,
                    due,
                )
            )
            return
        self._reply(talk, message, answer)

    def _answer_pressed(
        self, talk: Talk, person: Person, message: InboundMessage, asked: Asked
    ) -> None:
        """Answer the question that the customer chose from those we offered."""
        group = self.told.group(talk, message.account)
        entry = self.book.entry(asked.entry_id or 0, group, self.around.local)
        if entry is None:
            say = self.around.texts(person.language)
            self._reply(talk, message, text(say("customer.entry_gone")))
            return
        self._give(talk, person, message, entry, entry.question, ())
        self.told.event(talk, "faq", {"entry": entry.id, "pressed": True})

    def _note_unhelpful(
        self, talk: Talk, person: Person, message: InboundMessage, asked: Asked
    ) -> None:
        """Remember that an answer did not help, and show the way to a person."""
        say = self.around.texts(person.language)
        self.told.event(talk, "unhelpful", {"entry": asked.entry_id})
        human = (Button(say("customer.button.human"), HUMAN),)
        self._reply(talk, message, text(say("customer.unhelpful"), human))

    def _show_menu(self, talk: Talk, person: Person, message: InboundMessage) -> None:
        say = self.around.texts(person.language)
        prompt = prompt_for(self.book, WELCOME, self.told.listener(talk, person, message.account))
        rows: list[tuple[Button, ...]] = [(button,) for button in prompt.menu]
        datas = [button.data or "" for button in prompt.menu]
        if self.book.entries and not any(data.startswith(CARD) for data in datas):
            rows.append((Button(say("customer.button.faq"), f"{CARD}0:1"),))
        if HUMAN not in datas:
            rows.append((Button(say("customer.button.human"), HUMAN),))
        if talk.state is not State.SERVING:
            own = self.told.group(talk, message.account)
            rows += switches(say, others(self.book.playbook.groups, own))
        self._reply(talk, message, text(say("customer.menu"), *rows))

    # -- what is said ----------------------------------------------------------------------------

    def _ready(
        self, talk: Talk, person: Person, message: InboundMessage, content: Content
    ) -> Content:
        agent = self.agents.get(talk.agent_id or 0)
        name = agent.name if agent else ""
        listener = self.told.listener(talk, person, message.account, agent=name)
        return ready(self.book, content, listener)

    def _reply(self, talk: Talk, message: InboundMessage, content: Content) -> None:
        self.told.say(talk, message.account, message.chat, content)


def _is_question(message: InboundMessage) -> bool:
    return message.content.kind in _SPOKEN and bool(message.content.text) and not message.edited


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
