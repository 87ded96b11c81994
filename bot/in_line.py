"""What follows when customers stand in line: they hear of it, and so do our people.

Decided and read here, written down with everything else of the batch by ``Reception.remember``.
"""

from datetime import timedelta

from bot.bell import LINE
from bot.dialog import waiting
from bot.dialog.card import LINE_CHARS
from bot.dialog.mirror import heading
from bot.dialog.spoken import hidden, seen
from bot.dialog.wording import in_words
from bot.prompting import calendar_of, prompt_for, told
from bot.queue.rearming import joined_line, left_the_watch
from bot.reception import Joined, Reception
from bot.waiting import speed
from core.calendar import Open
from core.i18n.texts import Texts
from core.messages import Button, Content, Kind, text
from core.policy import Policy
from core.prompts import NOBODY, QUEUE
from storage.repos.conversations import Talk
from storage.repos.outbox import NOTICE
from storage.uow import UnitOfWork


async def answer_the_line(uow: UnitOfWork, reception: Reception) -> None:
    """Put newcomers into a group's line and tell everybody who asked their place and wait."""
    joined = reception.joined
    if not joined:
        return
    groups = await uow.staffing.groups()
    own = {a.id: a.group_id for a in await uow.accounts.all()}
    for j in joined:
        if j.talk.group_id is None and groups:
            j.talk.group_id = own.get(j.talk.account_id) or groups[0].id
    here = {j.talk.group_id for j in joined if j.talk.group_id}
    known = await speed(uow, here, reception.around.now)
    again = [j.talk.id for j in joined if not j.new]
    places = await uow.line.places(again) if again else {}
    # Counting who waits walks along the whole line: only where somebody is new in it.
    ahead = await uow.waits.ahead(here) if len(places) < len(joined) else {}
    for j in joined:
        talk, group = j.talk, j.talk.group_id or 0
        policy = reception.policy(talk, j.account)
        place = places.get(talk.id, 0)
        if not place:
            talk.rank = -policy.priority
            ranks = ahead.setdefault(group, {})
            place = 1 + sum(n for rank, n in ranks.items() if rank <= talk.rank)
            ranks[talk.rank] = ranks.get(talk.rank, 0) + 1
        wait = known.wait(group, place)
        _tell_place(reception, j, place, wait, policy, nobody=group not in known.online)
        if talk.waits_as:
            reception.rearmings[talk.id] = (talk, left_the_watch())
        else:
            told_wait = wait if policy.tell_wait else None
            reception.rearmings[talk.id] = (talk, joined_line(policy, told_wait))
    uow.ring(LINE)


async def push_queued(uow: UnitOfWork, reception: Reception) -> None:
    """Tell the people of a group of every message of who waits for it.

    Those who have asked for it are told, whatever they do just now (requirement QUE-31),
    while the desk allows it; outside the hours only where it allows that too (QUE-32). One
    statement for any number of messages.
    """
    allowed = reception.around.book.playbook.policies.desk
    if not allowed.push or not reception.queued:
        return
    groups = {talk.group_id for talk, _, _ in reception.queued if talk.group_id is not None}
    readers = await uow.staffing.pushed(groups)
    for talk, person, message in reception.queued:
        who_reads = readers.get(talk.group_id or 0, ())
        listener = reception.listener(talk, person, message.account)
        state = calendar_of(reception.around.book, listener).state_at(reception.around.local)
        if not isinstance(state, Open) and not allowed.push_outside:
            continue
        for reader in who_reads:
            say, mask = reception.around.texts(reader.language), reception.around.book.mask
            name = heading(seen(person.name, mask, say), talk.id)
            words = in_words(hidden(message.content, mask, say), say, LINE_CHARS)
            take = (Button(say("button.next"), "next"),)
            pushed = text(say("timer.queued", who=name, words=words), take)
            reception.tell(talk, reader, pushed, NOTICE)


def _tell_place(
    reception: Reception,
    j: Joined,
    place: int,
    wait: timedelta | None,
    policy: Policy,
    *,
    nobody: bool,
) -> None:
    """Tell somebody who asked for a person where they stand and what they can do meanwhile."""
    talk, person = j.talk, j.person
    say = reception.around.texts(person.language)
    if talk.waits_as:
        reception.say(talk, j.account, person.chat, _waits_as(talk, say))
        return
    faces = reception.around.book.playbook.groups
    others = waiting.others(faces, talk.group_id)
    rows = waiting.ways(say, nobody=nobody, groups=others)
    if j.new:
        listener = reception.listener(talk, person, j.account, position=place, wait=wait)
        prompt = prompt_for(reception.around.book, NOBODY if nobody else QUEUE, listener)
        contents = told(reception.around.book, prompt, listener)
        # The words for who has to wait tell the place themselves; the buttons go under them.
        tells = not nobody and any(c.kind is Kind.TEXT for c in contents)
        if reception.tell_prompt(prompt, talk, person, listener, rows if tells else ()) and tells:
            return
    phone = waiting.phone_line(say, faces, talk.group_id) if nobody else ""
    shown = wait if policy.tell_wait else None
    reception.say(talk, j.account, person.chat, waiting.place_told(say, place, shown, rows, phone))


def _waits_as(talk: Talk, say: Texts) -> Content:
    """Return what somebody reads who does not watch the line."""
    leave = (Button(say("customer.button.leave"), "c:end"),)
    if talk.waits_as == waiting.AS_MESSAGE:
        return text(say("waiting.message"), leave)
    return text(say("waiting.call_back"), leave)
