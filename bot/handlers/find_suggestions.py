"""The desk looks at what it could not answer and suggests what to learn.

Three steps, so that no transaction is open while it thinks: ``gather``, ``suggest``, ``keep``.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.answering import Question, answer
from bot.compiled import Compiled
from bot.knowledge.answering import Answer
from bot.knowledge.clusters import Cluster, Heard, asks, cluster, key_of
from core.messages import text
from core.states import Author
from storage.repos.accounts import AccountFacts
from storage.repos.learning import SAME_REPLY, TAKEN, UNANSWERED, Found, Noted, Spoken
from storage.uow import UnitOfWork

LOOKED_BACK = timedelta(days=7)
MOST_EVENTS = 20_000
MOST_TEXTS = 50_000
MOST_LINES = 200_000
"""Lines of the transcript that are looked at for texts."""
LEAST_SAME = 2
"""Conversations in which agents must have written the same for it to be an answer."""
MOST_KEPT = 200
"""Suggestions that are stored; nobody reads more."""
LONGEST = 300
"""Characters of a message that are looked at; as many are kept of what got no answer."""
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the last days left behind.

    Args:
        noted: What the robot did, oldest first.
        spoken: What customers and agents wrote, oldest first.
        decided: Suggestions on which somebody has decided.
        accounts: Our accounts by number.
    """

    noted: Sequence[Noted]
    spoken: Sequence[Spoken]
    decided: Sequence[Found]
    accounts: Mapping[int, AccountFacts]

    @property
    def worth(self) -> bool:
        """Whether there can be anything to learn."""
        return bool(self.noted) or any(one.author is Author.AGENT for one in self.spoken)


@dataclass(frozen=True, slots=True)
class Suggested:
    """What there is to learn, most asked first, and decided suggestions to forget, by number."""

    found: tuple[Found, ...] = ()
    gone: tuple[int, ...] = ()


async def gather(uow: UnitOfWork, now: datetime) -> Gathered:
    """Read what the last 7 days left behind; reading is enough.

    Bounded: the newest 20,000 events and 50,000 texts.
    """
    since = now - LOOKED_BACK
    kinds = ("no_answer", "offer", "unhelpful", "faq")
    people = (Author.CUSTOMER, Author.AGENT)
    return Gathered(
        await uow.learning.noted(since, kinds, MOST_EVENTS),
        await uow.learning.spoken(since, people, MOST_TEXTS, looked_at=MOST_LINES),
        await uow.learning.suggestions(decided=True, limit=MOST_KEPT * 10),
        {account.id: account for account in await uow.accounts.all()},
    )


def suggest(gathered: Gathered, book: Compiled, local: datetime) -> Suggested:
    """Return what the desk could learn, what was asked most first.

    Messages that the playbook answers by now are left out, and so are those that are like a
    suggestion on which somebody has decided. Takes up to some seconds, so call it in a thread.

    Args:
        gathered: What the last days left behind.
        book: What is taught now.
        local: The moment by the tenant's clocks.
    """
    heard = _heard(gathered)
    answered = _answered({question for question, _ in heard}, book, local)
    gone = [one for one in gathered.decided if _undone(one, book)]
    closed = [one.question for one in gathered.decided if one not in gone]
    groups = cluster((one for question, one in heard if question not in answered), closed)
    kept = groups[:MOST_KEPT]
    nearest = _nearest(kept, book, local)
    found = [
        Found(
            UNANSWERED if group.missed else SAME_REPLY,
            group.count,
            group.question,
            group.examples,
            text(group.answer) if group.answer else None,
            entry_id,
        )
        for group, entry_id in zip(kept, nearest, strict=True)
    ]
    return Suggested(tuple(found), tuple(one.id for one in gone))


async def keep(uow: UnitOfWork, suggested: Suggested, run: str, now: datetime) -> None:
    """Put what was found in place of the suggestions on which nobody has decided.

    Args:
        uow: An open unit of work; the caller commits.
        suggested: See ``suggest``.
        run: A name for this run, unique for ever.
        now: The moment.
    """
    await uow.learning.replace(run, suggested.found, now, gone=suggested.gone)


def _undone(decided: Found, book: Compiled) -> bool:
    """Say whether the entry that was made of a suggestion, or got its sentences, lost them."""
    if decided.state != TAKEN:
        return False
    entry = book.entries.get(decided.entry_id or 0)
    return entry is None or not asks(entry, (decided.question, *decided.examples))


def _heard(gathered: Gathered) -> list[tuple[Question, Heard]]:
    """Return what waits for a better answer, and as what it was asked."""
    answers = _common_answers(gathered.spoken)

    def asked(account_id: int, words: str) -> Question:
        account = gathered.accounts.get(account_id)
        if account is None:
            return Question("", words)
        return Question(account.name, words, account.group_id)

    heard: list[tuple[Question, Heard]] = []
    missed: set[tuple[int, str]] = set()
    for one, said in _missed(gathered.noted):
        key = (one.conversation_id, key_of(said))
        if key[1]:
            missed.add(key)
            heard.append((asked(one.account_id, said), Heard(said, answers.get(key, ""))))
    for line in gathered.spoken:
        if line.author is Author.CUSTOMER:
            key = (line.conversation_id, key_of(line.text))
            reply = answers.get(key, "")
            if reply and key not in missed:
                known = Heard(line.text[:LONGEST], reply, missed=False)
                heard.append((asked(line.account_id, line.text[:LONGEST]), known))
    return heard


def _missed(noted: Sequence[Noted]) -> list[tuple[Noted, str]]:
    """Return what got no good answer, with what was said.

    Offers of which the customer chose one are left out.
    """
    chosen: dict[int, set[int]] = {}
    found: list[tuple[Noted, str]] = []
    # From the end, so that a press is known before the offer that it was about.
    for one in reversed(noted):
        entries = chosen.setdefault(one.conversation_id, set())
        if one.kind == "faq":
            if one.data.get("pressed"):
                entries.add(int(one.data.get("entry", 0)))
        elif one.kind != "offer" or not entries & set(one.data.get("entries", ())):
            found.append((one, str(one.data.get("said", ""))))
    asked = _asked_before(noted)
    return [(one, said or asked.get(id(one), "")) for one, said in reversed(found)]


def _asked_before(noted: Sequence[Noted]) -> dict[int, str]:
    """Return what had been asked when a customer found an answer unhelpful."""
    last: dict[tuple[int, Any], str] = {}
    found: dict[int, str] = {}
    for one in noted:
        key = (one.conversation_id, one.data.get("entry"))
        if one.kind == "faq":
            last[key] = str(one.data.get("said", ""))
        elif one.kind == "unhelpful":
            found[id(one)] = last.get(key, "")
    return found


def _common_answers(spoken: Sequence[Spoken]) -> dict[tuple[int, str], str]:
    """Return what an agent wrote next, by conversation and what the customer had asked.

    Only what agents wrote in several conversations is kept.
    """
    waiting: dict[int, list[str]] = {}
    answers: dict[tuple[int, str], str] = {}
    for line in spoken:
        if line.author is Author.CUSTOMER:
            if key := key_of(line.text):
                waiting.setdefault(line.conversation_id, []).append(key)
        else:
            for key in waiting.pop(line.conversation_id, ()):
                answers[line.conversation_id, key] = line.text.strip()
    told = {(number, answer) for (number, _), answer in answers.items()}
    times = Counter(answer for _, answer in told)
    return {key: answer for key, answer in answers.items() if times[answer] >= LEAST_SAME}


def _answered(asked: set[Question], book: Compiled, local: datetime) -> set[Question]:
    """Return those messages that are answered by now, or that ask something of the desk itself."""
    found = set()
    ordered = sorted(asked, key=lambda question: (question.text, question.account))
    for start in range(0, len(ordered), _BATCH):
        batch = ordered[start : start + _BATCH]
        for question, made in zip(batch, answer(book, batch, local), strict=True):
            if made.asked or made.hit or isinstance(made.verdict, Answer):
                found.add(question)
    return found


def _nearest(groups: Sequence[Cluster], book: Compiled, local: datetime) -> list[int | None]:
    """Return for each group the entry that most of its messages are nearest to."""
    asked = [(group.question, *group.examples) for group in groups]
    flat = [sentence for sentences in asked for sentence in sentences]
    ranked = iter(book.faq.rank(flat, 1, day=local.date()))
    found: list[int | None] = []
    for sentences in asked:
        votes: Counter[int] = Counter()
        scores: dict[int, float] = {}
        for matches in (next(ranked) for _ in sentences):
            for match in matches:
                if match.score >= book.faq.thresholds.floor:
                    number = match.entry.id
                    votes[number] += 1
                    scores[number] = max(scores.get(number, 0.0), match.score)
        found.append(
            min(votes, key=lambda number: (-votes[number], -scores[number], number))
            if votes
            else None
        )
    return found
