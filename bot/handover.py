"""What follows when an agent gets a conversation: lines, cards, and what the customer is told."""

from collections.abc import Iterable, Mapping

from bot.dialog import card
from bot.dialog.card import CARD_MESSAGES, HANDED_MESSAGES, LINE_CHARS, Background, Shown
from bot.dialog.lines import starts
from bot.dialog.machine import Move
from bot.dialog.spoken import hidden
from bot.dialog.waiting import AS_CALL_BACK
from bot.dialog.wording import day_and_time, in_words, place
from bot.queue.rearming import service_began
from bot.telling import Party, Telling
from bot.timing import rearm
from core.i18n.texts import Texts
from core.messages import Content, text
from core.states import Author, Direction, State
from storage.repos.handoffs import STAYS
from storage.repos.messages import TranscriptLine
from storage.repos.offers import DealtCard
from storage.repos.outbox import CARD
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

_RECENT = 3 * CARD_MESSAGES
"""Lines that are loaded for a card: the desk's own lines among them are not shown."""

Recent = Mapping[int, list[TranscriptLine]]


async def recent_lines(uow: UnitOfWork, conversations: Iterable[int]) -> Recent:
    """Return what the cards of *conversations* need of their transcripts."""
    return await uow.messages.last(conversations, _RECENT)


async def _more_lines(uow: UnitOfWork, handed: Iterable[int]) -> Recent:
    """Return the transcripts of conversations that were handed over: their cards show more."""
    numbers = list(handed)
    return await uow.messages.last(numbers, 3 * HANDED_MESSAGES) if numbers else {}


async def backgrounds(
    uow: UnitOfWork, pairs: Iterable[Party], tell: Telling
) -> dict[int, Background]:
    """Return what is to be told of those conversations that were handed over, by number."""
    handed = {}
    around = {party.talk.id: party for party in pairs}
    if not around:
        return {}
    for number, all_of_it in (await uow.handoffs.of_conversations(around)).items():
        counted = [h for h in all_of_it if h.kind not in STAYS and h.undone_at is None]
        if counted:
            handed[number] = counted[-1]
    if not handed:
        return {}
    givers = {h.from_agent_id or h.by_id or 0 for h in handed.values()}
    names = {m.id: m.name for m in (await uow.staffing.by_ids(givers)).values()}
    groups = {g.id: g.name for g in await uow.staffing.groups()}
    contacts = await uow.conversations.contacts(around[n].talk.identity_id for n in handed)
    found = {}
    for number, last in handed.items():
        talk = around[number].talk
        first, count = contacts[talk.identity_id]
        moved = last.from_group_id != last.to_group_id
        found[number] = Background(
            names.get(last.from_agent_id or last.by_id or 0, ""),
            groups.get(last.from_group_id or 0, "") if moved else "",
            day_and_time(first, tell.voice.zone),
            day_and_time(talk.waiting_since, tell.voice.zone),
            count - 1,
            last.remark,
        )
    return found


def shown(
    party: Party,
    recent: Recent,
    to: StaffMember,
    tell: Telling,
    background: Background | None = None,
) -> Shown:
    """Return what a card tells *to* of a conversation; *background* of one handed over."""
    say = tell.voice.texts_for(to.language)
    talk = party.talk
    most = CARD_MESSAGES if background is None else HANDED_MESSAGES
    said = [line for line in recent[talk.id] if line.direction is not Direction.SYSTEM]
    return Shown(
        number=talk.id,
        name=party.person.name,
        account=party.account,
        source=talk.source,
        region=place(talk.region or party.person.region, say),
        waited=tell.now - (talk.waiting_since or tell.now),
        lines=tuple(
            f"{line.author_name}: {in_words(_seen(line, tell, say), say, LINE_CHARS)}"
            for line in said[-most:]
        ),
        background=background,
        waits_as=talk.waits_as,
    )


def _seen(line: TranscriptLine, tell: Telling, say: Texts) -> Content:
    """Return what our people see of a line: what customers wrote is masked, nothing else is."""
    if line.author is not Author.CUSTOMER:
        return line.content
    return hidden(line.content, tell.voice.mask, say)


async def withdraw(
    uow: UnitOfWork,
    tell: Telling,
    cards: Iterable[DealtCard],
    becomes: Mapping[tuple[int, int], Content],
) -> None:
    """Change cards that were taken off the tables; those that nobody has seen never go out.

    Args:
        uow: The unit of work that took them off.
        tell: What is told.
        cards: The cards.
        becomes: The card's new content by (conversation, member of staff).
    """
    found = {c.outbox_key: c for c in cards}
    if not found:
        return
    await uow.outbox.cancel(found, tell.now)
    states = await uow.outbox.states(found)
    people = await uow.staffing.by_ids({c.staff_id for c in found.values()})
    for key, dealt in found.items():
        state, _ = states.get(key, ("cancelled", None))
        if state in ("due", "sent"):
            tell.staff(
                people[dealt.staff_id],
                becomes[dealt.conversation_id, dealt.staff_id],
                CARD,
                dealt.conversation_id,
                edits_key=key,
            )


async def begin_service(
    uow: UnitOfWork,
    tell: Telling,
    served: Iterable[tuple[Party, StaffMember]],
    *,
    came_from: State,
    move: Move,
    by: int | None,
    on_card: bool = False,
) -> None:
    """Tell everybody that conversations are served now; they are ``SERVING`` already.

    The transcript gets its line (requirement QUE-14), the customer and the new agent are told,
    and nobody's table keeps a card for them.

    Args:
        uow: The unit of work that gave the conversations to their agents.
        tell: What is told.
        served: Conversations and their new agents.
        came_from: Where the conversations stood before.
        move: What happened, for the record.
        by: Who did it, ``None`` for the desk itself.
        on_card: Whether the agent pressed their card, which then becomes the hand-over card;
            otherwise they get a new one.
    """
    pairs = list(served)
    ids = [party.talk.id for party, _ in pairs]
    # Most conversations have none of these, and many are given out at the same moment.
    traces = await uow.line.traces(ids)
    handed = [party for party, _ in pairs if party.talk.id in traces["handoff"]]
    known = await backgrounds(uow, handed, tell)
    recent = {**await recent_lines(uow, ids), **await _more_lines(uow, known)}
    cards = await uow.line.collect(traces["card"]) if traces["card"] else []
    people = await uow.staffing.by_ids({c.staff_id for c in cards}) if cards else {}
    becomes: dict[tuple[int, int], Content] = {}
    for party, agent in pairs:
        talk, name = party.talk, party.person.name
        tell.line(talk, starts(agent.name, tell.now, tell.voice.zone, tell.voice.texts_for(None)))
        say = tell.voice.texts_for(party.person.language)
        called_back = talk.waits_as == AS_CALL_BACK
        key = "waiting.callback_here" if called_back else "customer.served_by"
        tell.customer(party, text(say(key, agent=agent.name)))
        tell.event(
            talk,
            "state",
            by,
            {"from": came_from.name, "to": talk.state.name, "move": move.value, "agent": agent.id},
        )
        for dealt in (c for c in cards if c.conversation_id == talk.id):
            theirs = tell.voice.texts_for(people[dealt.staff_id].language)
            becomes[talk.id, dealt.staff_id] = card.taken_by(name, talk.id, agent.name, theirs)
        theirs = tell.voice.texts_for(agent.language)
        mine = card.handed_over(shown(party, recent, agent, tell, known.get(talk.id)), theirs)
        if on_card and (talk.id, agent.id) in becomes:
            becomes[talk.id, agent.id] = mine
        else:
            tell.staff(agent, mine, CARD, talk.id)
    await withdraw(uow, tell, cards, becomes)
    await uow.allocations.served_by({party.talk.identity_id: agent.id for party, agent in pairs})
    if traces["pass"]:
        await uow.line.forget_passes(traces["pass"])
    if away := [party.talk for party, _ in pairs if party.talk.waits_as]:
        await uow.waits.watch_again(talk.id for talk in away)
        for talk in away:
            talk.waits_as = ""  # should they ever wait again they watch the line
    put_off = [party.talk for party, _ in pairs if party.talk.snoozed]
    for talk in put_off:
        talk.snoozed = False  # by an earlier agent; this one has yet to see it
    await uow.conversations.update(put_off)
    began = [
        (party.talk, service_began(tell.voice.policy(party), given=by is None))
        for party, _ in pairs
    ]
    await rearm(uow, began, tell.now)
