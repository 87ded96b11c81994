"""What happens when customers write: a batch of messages, one unit of work.

Load, think, remember. ``_Desk.think`` is the policy, and the order of its checks is the order in
which an answer is looked for:

1. what the customer asks of the desk itself (a person, the menu, the end), so that no rule can
   shut anybody in with the bot;
2. the welcome on first contact;
3. the first keyword rule that fires;
4. the FAQ: an answer it is sure of, or up to three questions to choose from;
5. once, a hint how to reach a person.

While a conversation waits, only 1, 3 and sure FAQ answers speak; while a person serves it the bot
is silent, unless that agent has switched their auto-reply on (then 3 speaks as well).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.bell import LINE, OUTBOX
from bot.current_playbook import Compiled
from bot.dialog.machine import Move, after
from bot.dialog.mirror import mirror
from bot.dialog.requests import FAQ, HUMAN, SAY, Asked, Request, asked_for
from bot.knowledge.answering import Answer, Nothing, Offer, Thresholds, judge
from bot.knowledge.matcher import FaqMatch
from bot.rules.automaton import RuleHit
from bot.rules.folding import fold
from core.i18n.texts import Texts
from core.messages import Button, Content, InboundMessage, Kind, Sender, text
from core.prompts import WELCOME, default_welcome
from core.states import Author, Direction, State
from storage.repos.accounts import AccountFacts
from storage.repos.conversations import Event, Talk
from storage.repos.messages import TranscriptLine
from storage.repos.outbox import CARD, MIRROR, NOTICE, REPLY, Owed
from storage.repos.people import Person
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

STAFF = "staff"
"""The account name of the staff bot."""
_SPOKEN = frozenset({Kind.TEXT, Kind.PHOTO, Kind.VIDEO, Kind.DOCUMENT, Kind.ANIMATION})
"""Kinds whose words are a customer's own and may be answered."""
_THRESHOLDS = Thresholds()


class Outcome(StrEnum):
    """What became of a message."""

    KEPT = "kept"
    DUPLICATE = "duplicate"
    """It is in the transcript already; nothing happened."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the policy needs besides the batch.

    Args:
        accounts: Our accounts by name.
        book: The compiled playbook.
        texts: Texts for a language tag (``None`` when unknown).
        today: The day in the tenant's time zone.
        now: The moment, UTC.
        new_key: Makes a key that is unique for ever.
        hint: Whether to tell a customer without an answer how to reach a person.
    """

    accounts: Mapping[str, AccountFacts]
    book: Compiled
    texts: Callable[[str | None], Texts]
    today: date
    now: datetime
    new_key: Callable[[], str]
    hint: bool = True


@dataclass(frozen=True, slots=True)
class _Joined:
    """Somebody who asked for a person; ``new`` where they were not in the line before."""

    talk: Talk
    person: Person
    account: str
    new: bool


@dataclass(slots=True)
class _Effects:
    """What thinking has decided and remembering writes down."""

    lines: list[TranscriptLine] = field(default_factory=list)
    owed: list[Owed] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    joined: list[_Joined] = field(default_factory=list)
    """Who asked for a person, in order: new in the line or asking for their place again."""
    left: list[int] = field(default_factory=list)
    """Conversations that were waiting and are ended."""


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
        self.effects = _Effects()
        self.agents: dict[int, StaffMember] = {}
        self.before: dict[int, Talk] = {}
        """Each conversation as it was loaded, to tell which ones have changed."""
        self.hits: dict[tuple[str, str], RuleHit | None] = {}
        self.ranked: dict[str, list[FaqMatch]] = {}

    async def take_in(
        self, messages: Sequence[InboundMessage], numbers: list[int], outcomes: list[Outcome]
    ) -> list[int]:
        """Work on the messages with *numbers*; return those that need another pass."""
        uow, now = self.uow, self.around.now
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
        missing = {
            (keys[n][0], people[keys[n]].id) for n in fresh if people[keys[n]].id not in talks
        }
        opened = await uow.conversations.open(sorted(missing), now) if missing else {}
        self.before = {t.id: copy(t) for t in talks.values()}
        talks |= opened
        await self._know_agents(talks.values())
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
            new.pop(keys[n], None)

        await self._answer_the_line()
        await self._remember(talks.values(), changed.values())
        return rest

    async def _know_agents(self, talks: Iterable[Talk]) -> None:
        ids = {t.agent_id for t in talks if t.state is State.SERVING and t.agent_id}
        if ids:
            self.agents = await self.uow.staffing.by_ids(ids)

    def _open(self, talk: Talk, person: Person, message: InboundMessage, *, first: bool) -> None:
        talk.source = message.source
        talk.region = person.region
        self.effects.events.append(
            Event(
                talk.id,
                self.around.now,
                "opened",
                data={"source": message.source, "first_contact": first},
            )
        )
        # The transcript is for us, so its own lines speak the desk's language.
        self._system_line(talk, self.around.texts(None)("transcript.connected"))

    def _look_up(self, messages: Iterable[tuple[InboundMessage, Talk]]) -> None:
        """Try the rules on the batch's messages, and the FAQ, all at once, on what they leave."""
        unanswered: set[str] = set()
        for message, talk in messages:
            if not _is_question(message):
                continue
            said = (message.account, message.content.text)
            if said not in self.hits:
                self.hits[said] = self.around.book.rules.match(*said)
            if self.hits[said] is None and talk.state is not State.SERVING:
                unanswered.add(message.content.text)
        if unanswered:
            ordered = sorted(unanswered)
            found = self.around.book.faq.rank(ordered, 3, day=self.around.today)
            self.ranked = dict(zip(ordered, found, strict=True))

    # -- the policy ----------------------------------------------------------------------------

    def think(self, talk: Talk, person: Person, message: InboundMessage, *, first: bool) -> None:
        """Decide what one message leads to. The order of the checks is the policy."""
        content = message.content
        self._customer_line(talk, person, message)
        if content.kind in (Kind.BLOCKED, Kind.UNBLOCKED):
            self.effects.events.append(Event(talk.id, self.around.now, content.kind.value))
            return
        serving = talk.state is State.SERVING
        agent = self.agents.get(talk.agent_id or 0) if serving else None
        if agent is not None:
            self._mirror(talk, person, message, agent)
        if message.edited:
            return  # the agent sees the new version; the bot has answered the old one

        words = content.text if content.kind in _SPOKEN else ""
        if content.kind is Kind.PRESS and content.text.startswith(SAY):
            words = content.text.removeprefix(SAY)
        asked = asked_for(content, fold(words))
        if asked is not None and asked.request is not Request.FAQ:
            self._serve_request(talk, person, message, asked, agent)
            return
        self._move(talk, Move.WRITE)
        if first:
            self._welcome(talk, person, message)
        if serving and not (agent is not None and agent.auto_reply):
            return
        if asked is not None:
            self._answer_pressed(talk, person, message, asked)
        elif words:
            hit = self._rule_for(message.account, words)
            if hit is not None:
                self._answer_by_rule(talk, person, message, hit)
            elif not serving:
                self._answer_by_faq(talk, person, message, words, first=first)

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
                self._join_line(talk, person, message)
            case Request.END:
                self._end(talk, message, say, agent, person)
            case Request.MENU:
                self._move(talk, Move.WRITE)
                self._show_menu(talk, person, message)
            case _:
                self._move(talk, Move.WRITE)
                if message.source and talk.source != message.source:
                    talk.source = talk.source or message.source
                    self.effects.events.append(
                        Event(talk.id, self.around.now, "source", data={"source": message.source})
                    )
                if talk.state is not State.SERVING:
                    self._welcome(talk, person, message)

    def _join_line(self, talk: Talk, person: Person, message: InboundMessage) -> None:
        new = talk.state is not State.WAITING
        if new:
            self._move(talk, Move.ASK_HUMAN)
            talk.waiting_since = self.around.now
        # Told twice in one batch would be noise: the first asking counts.
        if all(j.talk.id != talk.id for j in self.effects.joined):
            self.effects.joined.append(_Joined(talk, person, message.account, new))

    def _end(
        self,
        talk: Talk,
        message: InboundMessage,
        say: Texts,
        agent: StaffMember | None,
        person: Person,
    ) -> None:
        was = talk.state
        self._move(talk, Move.END)
        talk.ended_at = self.around.now
        self.effects.joined = [j for j in self.effects.joined if j.talk.id != talk.id]
        if was is State.WAITING:
            self.effects.left.append(talk.id)
        self._reply(talk, message, text(say("customer.ended")))
        self._system_line(talk, self.around.texts(None)("transcript.ended_by_customer"))
        if agent is not None:
            theirs = self.around.texts(agent.language)
            self._tell_staff(
                talk,
                agent,
                text(theirs("staff.customer_ended", name=person.name, number=talk.id)),
                NOTICE,
            )

    def _rule_for(self, account: str, words: str) -> RuleHit | None:
        if (account, words) in self.hits:
            return self.hits[account, words]
        # Words that came from a button, not from a message.
        return self.around.book.rules.match(account, words)

    def _answer_by_rule(
        self, talk: Talk, person: Person, message: InboundMessage, hit: RuleHit
    ) -> None:
        rule = hit.rule
        for reply in rule.replies:
            self._reply(talk, message, reply)
        talk.hinted = False
        self.effects.events.append(
            Event(
                talk.id,
                self.around.now,
                "rule",
                data={"rule": rule.id, "name": rule.name, "words": list(hit.words)},
            )
        )

    def _answer_by_faq(
        self, talk: Talk, person: Person, message: InboundMessage, words: str, *, first: bool
    ) -> None:
        matches = self.ranked.get(words)
        if matches is None:  # words that came from a button, not from a message
            matches = self.around.book.faq.rank([words], 3, day=self.around.today)[0]
        say = self.around.texts(person.language)
        match judge(matches, _THRESHOLDS):
            case Answer(entry=entry, score=score):
                self._reply(talk, message, entry.answer)
                talk.hinted = False
                self.effects.events.append(
                    Event(
                        talk.id,
                        self.around.now,
                        "faq",
                        data={"entry": entry.id, "score": round(score, 4)},
                    )
                )
            case Offer(entries=entries) if talk.state is State.BOT:
                rows = [(Button(e.question[:60], f"{FAQ}{e.id}"),) for e in entries]
                rows.append((Button(say("customer.button.human"), HUMAN),))
                self._reply(talk, message, text(say("customer.did_you_mean"), *rows))
                talk.hinted = False
                self.effects.events.append(
                    Event(
                        talk.id,
                        self.around.now,
                        "offer",
                        data={"entries": [e.id for e in entries]},
                    )
                )
            case Nothing() | Offer():
                # The welcome has just told a newcomer how to reach a person.
                if self.around.hint and talk.state is State.BOT and not (talk.hinted or first):
                    talk.hinted = True
                    human = (Button(say("customer.button.human"), HUMAN),)
                    self._reply(talk, message, text(say("customer.no_answer"), human))
                self.effects.events.append(Event(talk.id, self.around.now, "no_answer"))

    def _answer_pressed(
        self, talk: Talk, person: Person, message: InboundMessage, asked: Asked
    ) -> None:
        """Answer the question that the customer chose from those we offered."""
        entry = next(
            (
                e
                for e in self.around.book.playbook.faq
                if e.id == asked.entry_id and e.offered_on(self.around.today)
            ),
            None,
        )
        if entry is None:
            say = self.around.texts(person.language)
            self._reply(talk, message, text(say("customer.entry_gone")))
            return
        self._reply(talk, message, entry.answer)
        talk.hinted = False
        self.effects.events.append(
            Event(talk.id, self.around.now, "faq", data={"entry": entry.id, "pressed": True})
        )

    def _welcome(self, talk: Talk, person: Person, message: InboundMessage) -> None:
        say = self.around.texts(person.language)
        prompt = self.around.book.prompt(WELCOME, message.account) or default_welcome(say)
        if prompt.enabled:
            rows = tuple((button,) for button in prompt.menu)
            self._reply(talk, message, text(prompt.body, *rows))

    def _show_menu(self, talk: Talk, person: Person, message: InboundMessage) -> None:
        say = self.around.texts(person.language)
        prompt = self.around.book.prompt(WELCOME, message.account) or default_welcome(say)
        rows = [(button,) for button in prompt.menu]
        if not any(b.data == HUMAN for (b,) in rows):
            rows.append((Button(say("customer.button.human"), HUMAN),))
        self._reply(talk, message, text(say("customer.menu"), *rows))

    # -- what the decisions are made of ----------------------------------------------------------

    def _move(self, talk: Talk, move: Move) -> None:
        state = after(talk.state, move)
        if state is None or state is talk.state:
            return
        self.effects.events.append(
            Event(
                talk.id,
                self.around.now,
                "state",
                data={"from": talk.state.name, "to": state.name, "move": move.value},
            )
        )
        talk.state = state

    def _customer_line(self, talk: Talk, person: Person, message: InboundMessage) -> None:
        self.effects.lines.append(
            TranscriptLine(
                talk.id,
                talk.account_id,
                message.external_id,
                Direction.IN,
                Author.CUSTOMER,
                person.name,
                message.content,
                message.sent_at,
                platform_id=message.message_id,
                reply_to=message.reply_to,
                edited=message.edited,
            )
        )

    def _system_line(self, talk: Talk, words: str) -> None:
        self.effects.lines.append(
            TranscriptLine(
                talk.id,
                talk.account_id,
                self.around.new_key(),
                Direction.SYSTEM,
                Author.SYSTEM,
                "",
                text(words),
                self.around.now,
            )
        )

    def _reply(self, talk: Talk, message: InboundMessage, content: Content) -> None:
        self._say_to(talk, message.account, message.chat, content)

    def _say_to(self, talk: Talk, account: str, chat: str, content: Content) -> None:
        key = self.around.new_key()
        self.effects.lines.append(
            TranscriptLine(
                talk.id,
                talk.account_id,
                key,
                Direction.OUT,
                Author.ROBOT,
                self.around.texts(None)("robot.name"),
                content,
                self.around.now,
            )
        )
        self.effects.owed.append(Owed(key, account, chat, content, REPLY, talk.id))

    def _mirror(
        self, talk: Talk, person: Person, message: InboundMessage, agent: StaffMember
    ) -> None:
        say = self.around.texts(agent.language)
        shown = mirror(person.name, talk.id, message.content, say, edited=message.edited)
        self._tell_staff(talk, agent, shown, MIRROR, quotes=message.message_id)

    def _tell_staff(
        self,
        talk: Talk,
        agent: StaffMember,
        content: Content,
        purpose: str,
        quotes: str | None = None,
    ) -> None:
        self.effects.owed.append(
            Owed(
                self.around.new_key(),
                STAFF,
                agent.chat,
                content,
                purpose,
                talk.id,
                shows=quotes,
            )
        )

    async def _answer_the_line(self) -> None:
        """Put newcomers into a group's line and tell everybody who asked their place."""
        joined = self.effects.joined
        if not joined:
            return
        groups = await self.uow.staffing.groups()
        own = {a.id: a.group_id for a in await self.uow.accounts.all()}
        for j in joined:
            if j.talk.group_id is None and groups:
                j.talk.group_id = own.get(j.talk.account_id) or groups[0].id
        lengths = await self.uow.line.lengths(j.talk.group_id for j in joined if j.talk.group_id)
        again = [j.talk.id for j in joined if not j.new]
        places = await self.uow.line.places(again) if again else {}
        for j in joined:
            talk, person = j.talk, j.person
            say = self.around.texts(person.language)
            if talk.id in places:
                place = places[talk.id]
            else:
                lengths[talk.group_id or 0] = place = lengths.get(talk.group_id or 0, 0) + 1
            end = (Button(say("customer.button.leave"), "c:end"),)
            self._say_to(
                talk, j.account, person.chat, text(say("customer.position", place=place), end)
            )
        self.uow.ring(LINE)

    async def _remember(self, talks: Iterable[Talk], people: Collection[Person]) -> None:
        uow, effects, now = self.uow, self.effects, self.around.now
        if not effects.lines:
            return
        if effects.left:
            await self._withdraw_cards()
        await uow.messages.add(effects.lines, now)
        await uow.outbox.add(effects.owed, now)
        await uow.conversations.record(effects.events)
        # Most messages change nothing but the transcript.
        await uow.conversations.update(
            sorted((t for t in talks if t != self.before.get(t.id)), key=lambda t: t.id)
        )
        await uow.people.update(people)
        if effects.owed:
            uow.ring(OUTBOX)

    async def _withdraw_cards(self) -> None:
        """Tell everybody who was offered a conversation that its customer has left the line."""
        cards = await self.uow.line.collect(self.effects.left)
        staff = await self.uow.staffing.by_ids(card.staff_id for card in cards)
        for card in cards:
            say = self.around.texts(staff[card.staff_id].language)
            self.effects.owed.append(
                Owed(
                    self.around.new_key(),
                    STAFF,
                    card.chat,
                    text(say("staff.left_line", number=card.conversation_id)),
                    CARD,
                    card.conversation_id,
                    edits_key=card.outbox_key,
                )
            )
        self.uow.ring(LINE)


def _is_question(message: InboundMessage) -> bool:
    return message.content.kind in _SPOKEN and bool(message.content.text) and not message.edited


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
