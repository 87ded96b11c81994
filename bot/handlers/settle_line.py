"""What happens when people and customers may be matched: cards are dealt, or seats filled."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, tzinfo

from bot.bell import LINE
from bot.dialog import card
from bot.dialog.machine import Move
from bot.handover import begin_service, recent_lines, shown, withdraw
from bot.queue.deal import Assign, Mode, Offer, Withdraw, deal
from bot.rules.masking import Mask
from bot.telling import Party, Telling, Voice, parties
from core.i18n.texts import Texts
from core.states import State
from storage.repos.line import DealtCard, Seat
from storage.repos.outbox import CARD
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork

MOST_AT_ONCE = 100
"""Decisions carried out in one transaction; for the rest the bell is rung again."""


async def settle(
    uow: UnitOfWork,
    groups: Iterable[int] | None,
    *,
    mode: str,
    texts_for: Callable[[str | None], Texts],
    zone: tzinfo,
    new_key: Callable[[], str],
    now: datetime,
    mask: Mask | None = None,
) -> int:
    """Deal the waiting conversations of *groups* to the agents who are free.

    Safe to call at any time and by several processes at once: what is dealt already stays, and
    nobody gets more than they have seats for. Call it again whenever ``bell.LINE`` rings, and
    from time to time in case a ring was lost.

    Args:
        uow: An open unit of work; the caller commits.
        groups: Whose line may have moved; ``None`` for every group.
        mode: How conversations reach agents: ``offer`` or ``auto``.
        texts_for: Texts for a language tag; ``None`` gives the desk's own language.
        zone: The tenant's time zone.
        new_key: Makes a key that is unique for ever.
        now: The moment.
        mask: What agents do not see of customers' messages; ``None``: they see everything.

    Returns:
        How many decisions were carried out; 0 when there was nothing to do.

    Raises:
        ValueError: There is no such mode.
    """
    asked = set(groups) if groups is not None else {g.id for g in await uow.staffing.groups()}
    if not asked:
        return 0
    # Staff before conversations, each in id order. Whoever takes a conversation holds their own
    # row too, so that what is decided below is still true when it is written.
    members = await uow.staffing.lock(s.staff_id for s in await uow.line.seats(asked))
    groups_of = await uow.staffing.memberships()
    wide = asked.union(*(groups_of.get(id_, ()) for id_ in members))
    seats = await uow.line.seats(wide)
    mine = [s for s in seats if s.staff_id in members]
    decided = await _decide(uow, asked, wide, mine, Mode(mode))
    now_or_later = decided[:MOST_AT_ONCE]
    if len(decided) > MOST_AT_ONCE:
        uow.ring(LINE)
    if not now_or_later:
        return 0
    talks = await uow.conversations.lock(d.conversation_id for d in now_or_later)
    around = await parties(uow, talks.values())
    tell = Telling(uow, Voice(texts_for, zone, new_key, mask=mask), now)
    done = await _take_back(uow, tell, around, [d for d in now_or_later if isinstance(d, Withdraw)])

    def still_fits(decision: Offer | Assign) -> bool:
        """Say whether it waits in a group of theirs even now that it is locked."""
        talk = around[decision.conversation_id].talk
        return talk.state is State.WAITING and talk.group_id in groups_of[decision.staff_id]

    offers = [d for d in now_or_later if isinstance(d, Offer) and still_fits(d)]
    done += await _offer(uow, tell, around, members, offers)
    assigns = [d for d in now_or_later if isinstance(d, Assign) and still_fits(d)]
    done += await _assign(uow, tell, around, members, assigns)
    await tell.remember()
    return done


async def _decide(
    uow: UnitOfWork, asked: set[int], wide: set[int], seats: list[Seat], mode: Mode
) -> list[Offer | Withdraw | Assign]:
    free = {s.staff_id: max(0, s.capacity - s.serving) for s in seats}
    if mode is Mode.AUTO:
        # An agent may be in other groups too; those lines are settled when they move.
        most = min(sum(free.values()), MOST_AT_ONCE + 1)
        waiting = await uow.line.oldest_of_each(asked, most) if most else []
        return list(deal(waiting, seats, (), mode))
    here = {s.staff_id for s in seats if s.group_id in asked}
    seats = [s for s in seats if s.staff_id in here]
    on_duty = {s.staff_id for s in await uow.line.seats(wide)}
    most = max((free[id_] for id_ in here), default=0)
    waiting = await uow.line.oldest_of_each(wide, most) if most else []
    # Also the cards of those who have gone off duty, and of conversations that wait no longer.
    cards = [
        c for c in await uow.line.lying(wide) if c.staff_id in here or c.staff_id not in on_duty
    ]
    return list(deal(waiting, seats, cards, mode))


async def _take_back(
    uow: UnitOfWork, tell: Telling, around: Mapping[int, Party], back: list[Withdraw]
) -> int:
    if not back:
        return 0
    wanted = {(d.conversation_id, d.staff_id) for d in back}
    lying = await uow.line.cards({d.conversation_id for d in back})
    cards = await uow.line.take_back(c for c in lying if (c.conversation_id, c.staff_id) in wanted)
    people = await uow.staffing.by_ids(c.staff_id for c in cards)
    becomes = {
        (c.conversation_id, c.staff_id): card.withdrawn(
            around[c.conversation_id].person.name,
            c.conversation_id,
            tell.voice.texts_for(people[c.staff_id].language),
        )
        for c in cards
    }
    await withdraw(uow, tell, cards, becomes)
    return len(cards)


async def _offer(
    uow: UnitOfWork,
    tell: Telling,
    around: Mapping[int, Party],
    members: Mapping[int, StaffMember],
    offers: list[Offer],
) -> int:
    recent = await recent_lines(uow, {d.conversation_id for d in offers}) if offers else {}
    cards = []
    for offer in offers:
        agent = members[offer.staff_id]
        told = shown(around[offer.conversation_id], recent, agent, tell)
        content = card.offered(told, tell.voice.texts_for(agent.language))
        key = tell.staff(agent, content, CARD, offer.conversation_id)
        cards.append(DealtCard(offer.conversation_id, agent.id, key, agent.chat))
    await uow.line.deal(cards, tell.now)
    return len(cards)


async def _assign(
    uow: UnitOfWork,
    tell: Telling,
    around: Mapping[int, Party],
    members: Mapping[int, StaffMember],
    assigns: list[Assign],
) -> int:
    given = []
    for assign in assigns:
        if await uow.line.claim(assign.conversation_id, assign.staff_id, tell.now):
            party = around[assign.conversation_id]
            party.talk.state, party.talk.agent_id = State.SERVING, assign.staff_id
            given.append((party, members[assign.staff_id]))
    for member_id in sorted({member.id for _, member in given}):
        first = next(party.talk.id for party, member in given if member.id == member_id)
        await _busy(uow, members[member_id], first, tell.now)
    if given:
        await begin_service(uow, tell, given, came_from=State.WAITING, move=Move.TAKE, by=None)
    return len(given)


async def _busy(uow: UnitOfWork, member: StaffMember, first: int, now: datetime) -> None:
    """Note that *member* was given work; put it in front where nothing is."""
    values: dict[str, object] = {"idle_since": now}
    held = {t.id for t in await uow.conversations.of_agent(member.id)}
    # A front that points at a conversation which is over is no front.
    if member.front_conversation_id not in held:
        values["front_conversation_id"] = first
    await uow.staffing.change(member.id, **values)
