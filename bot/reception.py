"""What the desk has decided about a batch of customers' messages, until it is written down.

Thinking fills a ``Reception``; ``remember`` writes all of it at once, with a constant number of
statements for any number of messages.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.bell import LINE, OUTBOX, PHRASING
from bot.compiled import Compiled
from bot.dialog import rating, waiting
from bot.dialog.machine import Move, after
from bot.dialog.mirror import heading, mirror
from bot.dialog.spoken import seen
from bot.prompting import Listener, calendar_of, prompt_for, told
from bot.queue.rearming import Rearming, customer_wrote
from bot.timing import disarm, rearm
from core.calendar import Open
from core.i18n.texts import Texts
from core.messages import Button, Content, InboundMessage, text
from core.playbook import Prompt
from core.policy import Policy
from core.prompts import CLOSED, HOLIDAY, WELCOME, on_holiday
from core.states import Author, Direction
from core.timers import SNOOZE
from storage.repos.accounts import AccountFacts
from storage.repos.conversations import Event, Talk
from storage.repos.messages import TranscriptLine
from storage.repos.outbox import CARD, MIRROR, NOTICE, REPLY, Owed
from storage.repos.people import Person
from storage.repos.phrasings import Phrasing
from storage.repos.ratings import Rated
from storage.repos.staffing import StaffMember
from storage.repos.watch import Hit
from storage.uow import UnitOfWork

STAFF = "staff"
"""The account name of the staff bot."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the policy needs besides the batch.

    Args:
        accounts: Our accounts by name.
        book: The compiled playbook.
        texts: Texts for a language tag (``None`` when unknown).
        local: The moment by the tenant's clocks.
        now: The moment, UTC.
        new_key: Makes a key that is unique for ever.
        hint: Whether to tell a customer without an answer how to reach a person.
        feedback: Whether an answer from the FAQ carries a button "not helpful".
        phrase_within: How long an answer may wait to be put into words; ``None``: it is sent as
            it stands in the FAQ.
    """

    accounts: Mapping[str, AccountFacts]
    book: Compiled
    texts: Callable[[str | None], Texts]
    local: datetime
    now: datetime
    new_key: Callable[[], str]
    hint: bool = True
    feedback: bool = False
    phrase_within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody who asked for a person; ``new`` where they were not in the line before."""

    talk: Talk
    person: Person
    account: str
    new: bool


@dataclass(slots=True)
class Reception:
    """What thinking has decided and ``remember`` writes down."""

    around: Surroundings
    lines: list[TranscriptLine] = field(default_factory=list)
    owed: list[Owed] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    joined: list[Joined] = field(default_factory=list)
    """Who asked for a person, in order: new in the line or asking for their place again."""
    left: list[int] = field(default_factory=list)
    """Conversations that were waiting and are ended."""
    hits: list[Hit] = field(default_factory=list)
    """Sensitive words in what customers wrote."""
    phrasings: list[Phrasing] = field(default_factory=list)
    rearmings: dict[int, tuple[Talk, Rearming]] = field(default_factory=dict)
    """What becomes of conversations' timers, by number: the last word counts."""
    queued: list[tuple[Talk, Person, InboundMessage]] = field(default_factory=list)
    """What customers wrote who stand in line."""
    over: list[Talk] = field(default_factory=list)
    """Conversations that their customers have ended."""
    asked: list[Rated] = field(default_factory=list)
    """Who is asked how the service was."""

    def event(self, talk: Talk, kind: str, data: dict[str, object] | None = None) -> None:
        """Record that something happened to a conversation."""
        self.events.append(Event(talk.id, self.around.now, kind, data=data))

    def move(self, talk: Talk, move: Move) -> None:
        """Let a conversation make a move, where its state allows it."""
        state = after(talk.state, move)
        if state is None or state is talk.state:
            return
        self.event(talk, "state", {"from": talk.state.name, "to": state.name, "move": move.value})
        talk.state = state

    def customer_line(self, talk: Talk, person: Person, message: InboundMessage) -> None:
        """Put what a customer wrote into the transcript."""
        self.lines.append(
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

    def system_line(self, talk: Talk, words: str) -> None:
        """Put a line of the desk's own into the transcript."""
        self.lines.append(
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

    def say(
        self,
        talk: Talk,
        account: str,
        chat: str,
        content: Content,
        *,
        due_at: datetime | None = None,
    ) -> str:
        """Owe a customer a message of the robot's, and return its key.

        Args:
            talk: The conversation.
            account: Name of the account that sends.
            chat: The platform's id of the chat.
            content: What to say.
            due_at: Not to be sent before; ``None`` for now.
        """
        key = self.around.new_key()
        self.lines.append(
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
        self.owed.append(Owed(key, account, chat, content, REPLY, talk.id, due_at=due_at))
        return key

    def policy(self, talk: Talk, account: str) -> Policy:
        """Return how a customer is received."""
        return self.around.book.playbook.policies.of(account, self.group(talk, account))

    def wrote_to_agent(self, talk: Talk, account: str) -> None:
        """Note that the customer of a served conversation has written: it is the agent's turn."""
        rearming = customer_wrote(self.policy(talk, account))
        if rearming.set or rearming.cancel or talk.snoozed:
            cancel = (*rearming.cancel, *((SNOOZE,) if talk.snoozed else ()))
            self.rearmings[talk.id] = (talk, replace(rearming, cancel=cancel))
        talk.timed_out_at, talk.snoozed = None, False

    def back_from_snooze(self, talk: Talk, person: Person, agent: StaffMember) -> None:
        """Tell an agent that a conversation that they had put off is back: its customer writes."""
        say = self.around.texts(agent.language)
        name = heading(seen(person.name, self.around.book.mask, say), talk.id)
        to_front = (Button(say("timer.answer"), f"switch:{talk.id}"),)
        self.tell(talk, agent, text(say("snooze.back_wrote", who=name), to_front), NOTICE)

    # -- what was taught, as one customer gets it --------------------------------------------------

    def group(self, talk: Talk, account: str) -> int | None:
        """Return the group whose FAQ, prompts, hours and silence apply; ``None``: there is none."""
        own = talk.group_id or self.around.accounts[account].group_id
        return own or self.around.book.playbook.front_group

    def listener(
        self,
        talk: Talk,
        person: Person,
        account: str,
        *,
        agent: str = "",
        position: int | None = None,
        wait: timedelta | None = None,
    ) -> Listener:
        """Return the customer as what was taught is said to them.

        Args:
            talk: The conversation.
            person: The customer.
            account: Name of the account.
            agent: Who serves them; empty for nobody.
            position: Their place in line; ``None`` where they do not wait.
            wait: How long they will wait; ``None`` where that is not known.
        """
        around = self.around
        return Listener(
            person.name,
            account,
            self.group(talk, account),
            around.texts(person.language),
            around.local,
            talk.region or "",
            agent,
            position,
            wait,
        )

    def tell_prompt(
        self,
        prompt: Prompt,
        talk: Talk,
        person: Person,
        listener: Listener,
        rows: waiting.Rows = (),
        phone: str = "",
    ) -> bool:
        """Owe a customer everything that a prompt says; say whether it is switched on.

        *rows* and *phone* are put under the first text of it.
        """
        contents = told(self.around.book, prompt, listener)
        for content in waiting.with_ways(contents, rows, phone):
            self.say(talk, listener.account, person.chat, content)
        if prompt.enabled:
            self.event(talk, "prompt", {"kind": prompt.kind})
        return prompt.enabled

    def greet(self, talk: Talk, person: Person, account: str, *, first: bool) -> None:
        """Greet somebody who enters: the welcome within hours, else when we are back.

        The hours count at this moment, not at each message (requirement PRM-22).

        Args:
            talk: The conversation.
            person: The customer.
            account: Name of the account.
            first: Whether they are to be welcomed where the desk is open.
        """
        book, listener = self.around.book, self.listener(talk, person, account)
        state = calendar_of(book, listener).state_at(self.around.local)
        if isinstance(state, Open):
            if not first:
                return
            prompt = prompt_for(book, WELCOME, listener)
        elif state.holiday is not None:
            prompt = on_holiday(prompt_for(book, HOLIDAY, listener), state.holiday.reply)
        else:
            prompt = prompt_for(book, CLOSED, listener)
        if isinstance(state, Open):
            self.tell_prompt(prompt, talk, person, listener)
            return
        say = self.around.texts(person.language)
        phone = waiting.phone_line(say, book.playbook.groups, listener.group_id)
        self.tell_prompt(prompt, talk, person, listener, (waiting.message_row(say),), phone)

    # -- our people --------------------------------------------------------------------------------

    def show(self, talk: Talk, person: Person, message: InboundMessage, agent: StaffMember) -> None:
        """Show an agent what their customer wrote."""
        shown = mirror(
            person.name,
            talk.id,
            message.content,
            self.around.texts(agent.language),
            edited=message.edited,
            mask=self.around.book.mask,
        )
        self.tell(talk, agent, shown, MIRROR, quotes=message.message_id)

    def tell(
        self,
        talk: Talk,
        agent: StaffMember,
        content: Content,
        purpose: str,
        quotes: str | None = None,
    ) -> None:
        """Owe one of our people a message about a conversation."""
        self.owed.append(
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

    def ask_rating(self, talk: Talk, person: Person, account: str, agent: StaffMember) -> None:
        """Ask a customer how the service was, where the desk wants to know."""
        if not self.policy(talk, account).ask_rating:
            return
        say = self.around.texts(person.language)
        self.say(talk, account, person.chat, rating.question(talk.id, agent.name, say))
        self.asked.append(Rated(talk.id, agent.id, talk.group_id))

    async def remember(
        self, uow: UnitOfWork, talks: Iterable[Talk], people: Collection[Person]
    ) -> None:
        """Write everything down.

        Args:
            uow: The unit of work; the caller commits.
            talks: Conversations that have changed.
            people: Customers about whom something is new.
        """
        now = self.around.now
        if not self.lines:
            return
        if self.left:
            await self._withdraw_cards(uow)
        await uow.messages.add(self.lines, now)
        await uow.outbox.add(self.owed, now)
        await uow.conversations.record(self.events)
        await uow.conversations.update(sorted(talks, key=lambda t: t.id))
        if self.over:
            await disarm(uow, self.over)
        if self.rearmings:
            await rearm(uow, self.rearmings.values(), now)
        if self.asked:
            await uow.ratings.ask(self.asked, now)
        await uow.people.update(people)
        if self.hits:
            await uow.watch.add_hits(self.hits)
        if self.phrasings:
            await uow.phrasings.add(self.phrasings)
            uow.ring(PHRASING)
        if self.owed:
            uow.ring(OUTBOX)

    async def _withdraw_cards(self, uow: UnitOfWork) -> None:
        """Tell everybody who was offered a conversation that its customer has left the line."""
        cards = await uow.line.collect(self.left)
        staff = await uow.staffing.by_ids(card.staff_id for card in cards)
        for card in cards:
            say: Texts = self.around.texts(staff[card.staff_id].language)
            self.owed.append(
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
        uow.ring(LINE)
