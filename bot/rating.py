"""What follows when customers rate a conversation that is over, or add a remark to it.

They press buttons under the question that stands behind the end; no conversation begins with it. A
rating may be changed for a day after the first press, and a remark added to it by a button of its
own: the one message that comes within ten minutes of pressing that button, while no conversation is
open, is the remark. Nothing else that a customer writes is ever taken for one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.dialog import rating
from bot.dialog.mirror import heading
from bot.dialog.requests import BEST_SCORE, Asked, Request, asked_for
from bot.dialog.spoken import seen
from bot.reception import Reception
from bot.rules.folding import fold
from core.i18n.texts import Texts
from core.messages import InboundMessage, Kind, text
from storage.repos.conversations import Talk
from storage.repos.outbox import NOTICE
from storage.repos.people import Person
from storage.repos.ratings import REMARK_ASKED, REMARKED, Rated
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

CHANGE_WITHIN = timedelta(hours=24)
"""How long after the first press a rating may be changed and remarked on."""
REMARK_WITHIN = timedelta(minutes=10)
"""How long the next words of a customer who wants to add a remark are one."""
LONGEST_REMARK = 1000


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a customer did about a conversation that is over.

    Args:
        person: Who.
        message: What they pressed, or wrote.
        about: The conversation, as the button says or as was found; a press may carry anything.
        asked: What the button asks; ``None``: the message is a remark.
    """

    person: Person
    message: InboundMessage
    about: int
    asked: Asked | None


async def remarks_among(
    uow: UnitOfWork, told: Reception, quiet: Mapping[int, tuple[Person, InboundMessage]]
) -> dict[int, int]:
    """Return which messages are remarks on conversations that are over, and on which.

    Args:
        uow: The unit of work. A desk that asks nobody for a rating pays nothing for it.
        told: What the batch leads to.
        quiet: Messages of people with whom no conversation is open, by any key, in order.

    Returns:
        Conversations by the key of the message; at most one for each person.
    """
    if not told.around.book.playbook.policies.asks_rating:
        return {}
    words = {key: person.id for key, (person, message) in quiet.items() if _may_remark(message)}
    if not words:
        return {}
    due = await uow.ratings.remarks_due(words.values(), told.around.now - REMARK_WITHIN)
    return {key: due.pop(person) for key, person in words.items() if person in due}


def _may_remark(message: InboundMessage) -> bool:
    content = message.content
    return (
        content.kind is Kind.TEXT
        and not message.edited
        and not content.text.startswith("/")
        and asked_for(content, fold(content.text)) is None
    )


async def take(uow: UnitOfWork, told: Reception, opinions: Sequence[Opinion]) -> list[Talk]:
    """Keep ratings and remarks, thank for them, and tell the agents.

    Whoever presses a button of somebody else's conversation, or of one about which they were not
    asked, gets no answer and leaves no trace.

    Args:
        uow: The unit of work; the caller writes down what is *told*, and commits.
        told: What the batch leads to.
        opinions: In the order in which they came.

    Returns:
        The conversations of those that counted, in order; a conversation may be there twice.
    """
    rated = await uow.ratings.lock(one.about for one in opinions)
    talks = await uow.conversations.by_ids(rated)
    agents = await uow.staffing.by_ids(r.agent_id for r in rated.values() if r.agent_id)
    counted, changed = [], {}
    for one in opinions:
        talk = talks.get(one.about)
        if talk is None or talk.identity_id != one.person.id:
            continue
        found = rated[one.about]
        told.customer_line(talk, one.person, one.message)
        if _take_one(told, talk, found, one, agents.get(found.agent_id or 0)):
            changed[one.about] = found
        counted.append(talk)
    await uow.ratings.update(changed.values())
    return counted


def _take_one(
    told: Reception, talk: Talk, found: Rated, one: Opinion, agent: StaffMember | None
) -> bool:
    """Take one opinion in; say whether the rating has changed."""
    around, message = told.around, one.message
    say = around.texts(one.person.language)

    if found.rated_at is not None and around.now - found.rated_at > CHANGE_WITHIN:
        told.say(talk, message.account, message.chat, text(say("rating.too_late")))
        return False
    if one.asked is None:
        found.remark = message.content.text[:LONGEST_REMARK]
        told.event(talk, REMARKED)
        told.say(talk, message.account, message.chat, text(say("rating.remark_kept")))
        _tell_remark(told, talk, one.person, found, agent)
        return True
    if one.asked.request is Request.REMARK:
        minutes = int(REMARK_WITHIN.total_seconds() // 60)
        told.event(talk, REMARK_ASKED)
        words = say("rating.ask_remark", minutes=minutes)
        told.say(talk, message.account, message.chat, text(words))
        return False
    score, before = one.asked.score, found.score
    again = before is not None and before != score
    thanks = rating.thanks(talk.id, score, say, again=again)
    told.say(talk, message.account, message.chat, thanks)
    if before == score:
        return False
    found.score, found.rated_at = score, found.rated_at or around.now
    told.event(talk, "rated", {"score": score})
    if agent is not None:
        theirs = around.texts(agent.language)
        key = "rating.notice_changed" if again else "rating.notice"
        who = _who(told, one.person, talk, theirs)
        told.tell(talk, agent, text(theirs(key, who=who, score=score, best=BEST_SCORE)), NOTICE)
    return True


def _tell_remark(
    told: Reception, talk: Talk, person: Person, found: Rated, agent: StaffMember | None
) -> None:
    if agent is None:
        return
    say = told.around.texts(agent.language)
    facts: dict[str, object] = {
        "who": _who(told, person, talk, say),
        "words": seen(found.remark, told.around.book.mask, say),
    }
    key = "rating.notice_remark_only"
    if found.score is not None:
        key, facts = "rating.notice_remark", {**facts, "score": found.score, "best": BEST_SCORE}
    told.tell(talk, agent, text(say(key, **facts)), NOTICE)


def _who(told: Reception, person: Person, talk: Talk, say: Texts) -> str:
    return heading(seen(person.name, told.around.book.mask, say), talk.id)
