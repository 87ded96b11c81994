"""What a customer's message leads to: the policy, free of input and output.

``Thinking.think`` decides, and the order of its checks is the order in which an answer is looked
for (requirement ARP-17):

1. what the customer asks of the desk itself (a person, the menu, the FAQ card, the end; to be
   called back, to leave a message, another group), so that no rule can shut anybody in with the
   bot;
2. the welcome on first contact;
3. the first keyword rule that fires;
4. the FAQ: an answer it is sure of, or up to three questions to choose from;
5. once, a hint how to reach a person.

While a conversation waits, only 1, 3 and sure FAQ answers speak, and nothing but 1 to who leaves a
message; while a person serves it the bot is silent, unless that agent has switched their
auto-reply on (then 3 speaks as well). Where the desk is set to be quiet while agents are online,
3, 4 and 5 are silent in a group that has one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.answering import Question, rank
from bot.compiled import Compiled
from bot.dialog.machine import Move
from bot.dialog.requests import CARD, FAQ, HUMAN, SAY, UNHELPFUL, Asked, Request, asked_for
from bot.dialog.waiting import AS_CALL_BACK, AS_MESSAGE, others, switches
from bot.knowledge.answering import Answer, Nothing, Offer, judge
from bot.knowledge.matcher import FaqMatch
from bot.phrasing.wording import phrasable
from bot.prompting import card, prompt_for, ready
from bot.reception import Joined, Reception, Surroundings
from bot.rules.automaton import RuleHit
from bot.rules.folding import fold
from bot.telling import Party
from bot.watching import found_in, recorded
from core.i18n.texts import Texts
from core.messages import Button, Content, InboundMessage, Kind, text
from core.playbook import FaqEntry, WordDirection
from core.prompts import END, WELCOME
from core.states import State
from storage.repos.conversations import Talk
from storage.repos.outbox import NOTICE
from storage.repos.people import Person
from storage.repos.phrasings import Phrasing
from storage.repos.staffing import StaffMember

_SPOKEN = frozenset({Kind.TEXT, Kind.PHOTO, Kind.VIDEO, Kind.DOCUMENT, Kind.ANIMATION})
"""Kinds whose words are a customer's own and may be answered."""
GROUP = "group_"
"""Begins the source of a link that leads to a service group: ``group_vip``, by its identifier.
Source: requirement CHN-18."""
_REMEMBERED_CHARS = 300
"""What of an unanswered message is kept for learning; nobody teaches longer questions."""


@dataclass(slots=True)
class Thinking:
    """Decides on the messages of one batch, one after the other.

    Args:
        around: Accounts, playbook, texts, time.
        told: Where everything that follows is put down.
        agents: Who serves the conversations of the batch, by number.
        groups: Groups by identifier, where a message of the batch came through a link to one.
        online: Groups in which the bot is silent because somebody is there.
        entered: Conversations that this batch has opened and nobody has greeted yet.
        choices: Who pressed a button into a group or to a person; the caller lets them go there.
    """

    around: Surroundings
    told: Reception
    agents: Mapping[int, StaffMember] = field(default_factory=dict)
    groups: Mapping[str, int] = field(default_factory=dict)
    online: frozenset[int] = frozenset()
    entered: set[int] = field(default_factory=set)
    choices: list[tuple[Party, Asked]] = field(default_factory=list)
    _hits: dict[tuple[str, str], RuleHit | None] = field(default_factory=dict)
    _ranked: dict[Question, list[FaqMatch]] = field(default_factory=dict)

    @property
    def book(self) -> Compiled:
        """Everything that the desk was taught."""
        return self.around.book

    # -- before the first message ------------------------------------------------------------------

    def opened(self, talk: Talk, person: Person, message: InboundMessage, *, first: bool) -> None:
        """Begin a conversation that this batch has opened."""
        talk.source = message.source
        talk.region = person.region
        self._addressed(talk, message.source)
        self.entered.add(talk.id)
        self.told.event(talk, "opened", {"source": message.source, "first_contact": first})
        # The transcript is for us, so its own lines speak the desk's language.
        self.told.system_line(talk, self.around.texts(None)("transcript.connected"))

    def look_up(self, messages: Iterable[tuple[InboundMessage, Talk]]) -> None:
        """Try the rules on the batch's messages, and the FAQ, all at once, on what they leave."""
        unanswered: set[Question] = set()
        for message, talk in messages:
            if not _is_question(message):
                continue
            said = (message.account, message.content.text)
            if said not in self._hits:
                self._hits[said] = self.book.rules.match(*said, self.around.local)
            if self._hits[said] is None and talk.state is not State.SERVING:
                unanswered.add(self._question(talk, *said))
        if unanswered:
            ordered = sorted(unanswered, key=lambda q: (q.text, q.account))
            found = rank(self.book, ordered, self.around.local)
            self._ranked = dict(zip(ordered, found, strict=True))

    # -- the policy ----------------------------------------------------------------------------

    def think(self, talk: Talk, person: Person, message: InboundMessage, *, first: bool) -> None:
        """Decide what one message leads to. The order of the checks is the policy."""
        content = message.content
        self.told.customer_line(talk, person, message)
        if content.kind in (Kind.BLOCKED, Kind.UNBLOCKED):
            self.told.event(talk, content.kind.value)
            return
        self.watch(talk, message)
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

    def watch(self, talk: Talk, message: InboundMessage) -> None:
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

    def _question(self, talk: Talk, account: str, words: str) -> Question:
        return Question(account, words, self.told.group(talk, account))

    def _addressed(self, talk: Talk, source: str | None) -> None:
        """Let the group serve a conversation that a link names by its identifier."""
        if source and source.startswith(GROUP) and talk.state in (State.NEW, State.BOT):
            talk.group_id = self.groups.get(source.removeprefix(GROUP), talk.group_id)

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
        if (account, words) in self._hits:
            return self._hits[account, words]
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
        matches = self._ranked.get(question)
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
