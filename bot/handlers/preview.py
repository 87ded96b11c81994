"""Admins see what a new rule or entry would have done, before it is stored.

Two steps, so that no transaction is open while it thinks: ``past``, then ``of_rule`` or
``of_entry``, which are pure.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from bot import access
from bot.access import Permission
from bot.answering import Question, rank
from bot.compiled import Compiled, folding_of
from bot.dialog.requests import asked_for
from bot.knowledge.answering import Answer, Offer, judge
from bot.knowledge.matcher import FaqMatch
from bot.rules.automaton import RuleBook
from bot.rules.folding import fold
from core.messages import Content, Kind
from core.playbook import FaqEntry, Rule
from core.states import Author
from storage.repos.accounts import AccountFacts
from storage.repos.learning import Noted, Spoken
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

LOOKED_BACK = timedelta(days=7)
MOST_TEXTS = 20_000
MOST_LINES = 200_000
"""Lines of the transcript that are looked at for customers' texts."""
MOST_EVENTS = 40_000
MOST_EXAMPLES = 10
_BATCH = 200
_KEPT_CHARS = 300
"""What of a message stands with the event of its answer."""


class Got(StrEnum):
    """What the robot did about a message."""

    RULE = "rule"
    FAQ = "faq"
    OFFER = "offer"
    NOTHING = "nothing"
    """It had no answer."""
    SILENT = "silent"
    """It kept quiet: a person was there, or the message asked something of the desk itself."""


@dataclass(frozen=True, slots=True)
class Example:
    """A message, what the robot did about it, and the number of the rule or entry, if any."""

    text: str
    got: Got
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What customers wrote in the last 7 days, oldest first, and what they got."""

    spoken: Sequence[Spoken]
    noted: Sequence[Noted]
    accounts: Mapping[int, AccountFacts]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a new rule or entry would have done.

    Args:
        looked_at: How many messages were looked at.
        answered: How many of them it would have answered.
        offered: How many would have got it as one of the choices; 0 for a rule.
        got: What those it would answer got until now.
        examples: Up to ten of those it would answer, each text once.
        takes_over: Entries that would answer some of them today, with how many, most first.
        rules_first: Rules that answer before it what it fits as well, with how many, most first.
        entries_first: Entries that fit better where it fits as well, with how many, most first.
        desk_first: Messages that it fits but that ask something of the desk itself.
    """

    looked_at: int
    answered: int
    offered: int
    got: Mapping[Got, int]
    examples: tuple[Example, ...]
    takes_over: tuple[tuple[FaqEntry, int], ...] = ()
    rules_first: tuple[tuple[Rule, int], ...] = ()
    entries_first: tuple[tuple[FaqEntry, int], ...] = ()
    desk_first: int = 0


async def past(uow: UnitOfWork, actor: StaffMember, now: datetime) -> Past:
    """Return what customers wrote in the last 7 days, the newest 20,000 texts at most.

    Raises:
        NotAllowed: The actor may not teach.
    """
    access.require(actor.role, Permission.TEACH)
    since = now - LOOKED_BACK
    return Past(
        await uow.learning.spoken(since, (Author.CUSTOMER,), MOST_TEXTS, looked_at=MOST_LINES),
        await uow.learning.noted(since, ("rule", "faq", "offer", "no_answer"), MOST_EVENTS),
        {account.id: account for account in await uow.accounts.all()},
    )


def of_rule(past: Past, rule: Rule, book: Compiled, zone: tzinfo) -> Preview:
    """Return what *rule* would have done, standing behind all other rules.

    Takes up to some seconds, so call it in a thread.

    Args:
        past: What customers wrote.
        rule: A rule that is not stored yet; it counts as switched on.
        book: What is taught now.
        zone: The tenant's time zone.

    Raises:
        BadRequestText: One of its words holds nothing visible.
    """
    alone = RuleBook.compile([replace(rule, enabled=True)], folding_of(book.playbook))
    tally = _Tally(past)
    open_: list[tuple[Spoken, Question]] = []
    for line in past.spoken:
        question, local = tally.question(line), line.stored_at.astimezone(zone)
        if alone.match(question.account, question.text, local) is None:
            continue
        if _asks_the_desk(question.text):
            tally.desk_first += 1
        elif (hit := book.rules.match(question.account, question.text, local)) is not None:
            tally.rules_first[hit.rule.id] += 1
            tally.rules[hit.rule.id] = hit.rule
        else:
            tally.answers(line)
            open_.append((line, question))
    if open_:
        local = max(line.stored_at for line, _ in open_).astimezone(zone)
        ranked = _ranked(book, {question for _, question in open_}, local)
        for _, question in open_:
            verdict = judge(ranked[question], book.faq.thresholds)
            if isinstance(verdict, Answer):
                tally.takes_over[verdict.entry.id] += 1
    return tally.preview(book)


def of_entry(past: Past, entry: FaqEntry, book: Compiled, zone: tzinfo) -> Preview:
    """Return what *entry* would have done.

    It counts as switched on, and as given to customers of every group. Takes up to some seconds,
    so call it in a thread.

    Args:
        past: What customers wrote.
        entry: An entry that is not stored yet.
        book: What is taught now.
        zone: The tenant's time zone.
    """
    new = replace(entry, id=0, enabled=True)
    taught = replace(book, faq=book.faq.updated([*book.playbook.faq, new]))
    tally = _Tally(past)
    if not past.spoken:
        return tally.preview(book)
    local = past.spoken[-1].stored_at.astimezone(zone)
    asked = {tally.question(line) for line in past.spoken}
    ranked = _ranked(taught, asked, local)
    fits = {q for q, matches in ranked.items() if any(m.entry.id == 0 for m in matches)}
    before = _ranked(book, fits, local)
    for line in past.spoken:
        question = tally.question(line)
        if question not in fits:
            continue
        verdict = judge(ranked[question], taught.faq.thresholds)
        would_answer = isinstance(verdict, Answer) and verdict.entry.id == 0
        moment = line.stored_at.astimezone(zone)
        if would_answer and _asks_the_desk(question.text):
            tally.desk_first += 1
        elif (hit := book.rules.match(question.account, question.text, moment)) is not None:
            if would_answer:
                tally.rules_first[hit.rule.id] += 1
                tally.rules[hit.rule.id] = hit.rule
        elif would_answer:
            tally.answers(line)
            until_now = judge(before[question], book.faq.thresholds)
            if isinstance(until_now, Answer):
                tally.takes_over[until_now.entry.id] += 1
        elif isinstance(verdict, Answer):
            if _score(ranked[question]) >= taught.faq.thresholds.offer:
                tally.entries_first[verdict.entry.id] += 1
        elif isinstance(verdict, Offer) and any(one.id == 0 for one in verdict.entries):
            tally.offered += 1
    return tally.preview(book)


class _Tally:
    """Counts while the messages are gone through."""

    def __init__(self, past: Past) -> None:
        self.past = past
        self.answered: list[Spoken] = []
        self.offered = 0
        self.desk_first = 0
        self.takes_over: Counter[int] = Counter()
        self.rules_first: Counter[int] = Counter()
        self.entries_first: Counter[int] = Counter()
        self.rules: dict[int, Rule] = {}
        self._noted: dict[tuple[int, datetime], list[Noted]] = {}
        for one in past.noted:
            self._noted.setdefault((one.conversation_id, one.at), []).append(one)

    def question(self, line: Spoken) -> Question:
        account = self.past.accounts.get(line.account_id)
        if account is None:
            return Question("", line.text)
        return Question(account.name, line.text, account.group_id)

    def answers(self, line: Spoken) -> None:
        """Note a message that would be answered."""
        self.answered.append(line)

    def preview(self, book: Compiled) -> Preview:
        got = [self._got(line) for line in self.answered]
        # The newest first, each text once.
        examples: dict[str, Example] = {}
        for line, example in zip(reversed(self.answered), reversed(got), strict=True):
            if len(examples) == MOST_EXAMPLES:
                break
            examples.setdefault(line.text, example)
        entries = book.entries
        return Preview(
            looked_at=len(self.past.spoken),
            answered=len(self.answered),
            offered=self.offered,
            got=Counter(example.got for example in got),
            examples=tuple(examples.values()),
            takes_over=tuple((entries[id_], n) for id_, n in _most_first(self.takes_over)),
            rules_first=tuple((self.rules[id_], n) for id_, n in _most_first(self.rules_first)),
            entries_first=tuple((entries[id_], n) for id_, n in _most_first(self.entries_first)),
            desk_first=self.desk_first,
        )

    def _got(self, line: Spoken) -> Example:
        """Return what a message got; what was done about it bears the moment it was stored at."""
        for one in self._noted.get((line.conversation_id, line.stored_at), ()):
            said = one.data.get("said")
            if said is not None and said != line.text[:_KEPT_CHARS]:
                continue
            if one.kind == "rule":
                return Example(line.text, Got.RULE, one.data.get("rule"))
            if one.kind == "faq":
                return Example(line.text, Got.FAQ, one.data.get("entry"))
            return Example(line.text, Got.OFFER if one.kind == "offer" else Got.NOTHING)
        return Example(line.text, Got.SILENT)


def _ranked(
    book: Compiled, questions: set[Question], local: datetime
) -> dict[Question, list[FaqMatch]]:
    ordered = sorted(questions, key=lambda one: (one.text, one.account))
    found: dict[Question, list[FaqMatch]] = {}
    for start in range(0, len(ordered), _BATCH):
        batch = ordered[start : start + _BATCH]
        found |= zip(batch, rank(book, batch, local), strict=True)
    return found


def _score(matches: Sequence[FaqMatch]) -> float:
    return next((match.score for match in matches if match.entry.id == 0), 0.0)


def _asks_the_desk(text: str) -> bool:
    return asked_for(Content(Kind.TEXT, text), fold(text)) is not None


def _most_first(counts: Counter[int]) -> list[tuple[int, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
