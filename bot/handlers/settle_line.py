"""What happens when people and customers may be matched: cards are dealt, or seats filled."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from bot.allotting import midnight
from bot.bell import LINE, TIMERS
from bot.dialog import card
from bot.dialog.machine import Move
from bot.handover import begin_service, recent_lines, shown, withdraw
from bot.queue.assignment import assign
from bot.queue.decisions import Assign, Decision, Offer, Own, Withdraw
from bot.queue.floor import Floor
from bot.rules.masking import Mask
from bot.telling import Party, Telling, Voice
from core.i18n.texts import Texts
from core.line import AllocationRule, Allotment, RuleOrder, Seat, Source, Target, Waiting
from core.policy import Mode, Policies, Policy
from core.states import State
from core.timers import OFFER
from storage.claims import Claim
from storage.repos.allocations import BY_DESK, BY_RULE, Allocated
from storage.repos.offers import DealtCard
from storage.repos.outbox import CARD
from storage.repos.staffing import StaffMember
from storage.repos.timers import Timer
from storage.uow import UnitOfWork

MOST_AT_ONCE = 100
"""Decisions carried out in one transaction; for the rest the bell is rung again."""
_DEEPER = 4
"""Where the first in line cannot be served by those who are free, so many times more are read."""


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
    """Give or offer the waiting conversations of *groups* to the agents who are free.

    Safe to call at any time and by several processes at once: what is dealt already stays, and
    nobody gets more than they have seats for. Call it again whenever ``bell.LINE`` rings, and
    from time to time in case a ring was lost.

    Args:
        uow: An open unit of work; the caller commits.
        groups: Whose line may have moved; ``None`` for every group.
        mode: How conversations reach agents where no owner has said so: ``offer``, ``auto``,
            ``own``.
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
    policies = await uow.policies.all(Policy(mode=Mode(mode)))
    room = await _Room.enter(uow, asked, policies, zone, now)
    if room is None:
        return 0
    decided = await room.decide()
    now_or_later = decided[:MOST_AT_ONCE]
    if len(decided) > MOST_AT_ONCE:
        uow.ring(LINE)
    if not now_or_later:
        return 0
    locked = await uow.conversations.lock_with_people({d.conversation_id for d in now_or_later})
    around = {talk.id: Party(talk, person, account) for talk, person, account in locked}
    voice = Voice(texts_for, zone, new_key, mask=mask, policies=policies)
    tell = Telling(uow, voice, now)
    done = await _take_back(uow, tell, around, [d for d in now_or_later if isinstance(d, Withdraw)])

    def still_waits(decision: Decision) -> bool:
        """Say whether it waits in the line that was read even now that it is locked."""
        talk = around[decision.conversation_id].talk
        return talk.state is State.WAITING and talk.group_id == room.group_of[talk.id]

    going = [d for d in now_or_later if not isinstance(d, Withdraw) and still_waits(d)]
    await _own(uow, tell, around, [d for d in going if isinstance(d, Own)])
    done += await _offer(
        uow, tell, around, room.members, [d for d in going if isinstance(d, Offer)]
    )
    done += await _assign(
        uow, tell, around, room.members, [d for d in going if isinstance(d, Assign)]
    )
    await tell.remember()
    return done


@dataclass(slots=True)
class _Room:
    """The people who are locked, and what is known of the lines that they could take from."""

    uow: UnitOfWork
    policies: Policies
    allotment: Allotment
    members: Mapping[int, StaffMember]
    seats: list[Seat]
    groups: set[int]
    """Those whose line is read: the groups asked for and, for cards, all of their agents."""
    cards: list[DealtCard]
    now: datetime
    group_of: dict[int, int]
    """The line in which each conversation was seen."""

    @classmethod
    async def enter(
        cls,
        uow: UnitOfWork,
        asked: set[int],
        policies: Policies,
        zone: tzinfo,
        now: datetime,
    ) -> "_Room | None":
        """Lock whoever could be given or offered something; ``None`` where nobody could.

        Staff before conversations, each in id order. Whoever takes a conversation holds their own
        row too, so that what is decided is still true when it is written.
        """
        accounts = await uow.allocations.accounts()
        allotment = Allotment(accounts=accounts)
        free, cards = await uow.seats.free(asked)
        # Cards may still lie from before the mode was changed.
        if not cards and not _offers(policies, asked, accounts):
            if not free:
                return None
            members = await uow.staffing.lock(free)
            # Only now: another process may have given them something a moment ago.
            seats = await uow.seats.on_duty(asked, members)
            room = cls(uow, policies, allotment, members, seats, asked, [], now, {})
        else:
            found = await cls._with_cards(uow, asked, policies, allotment, now)
            if found is None:
                return None
            room = found
        room.allotment = await room._allotment(zone)
        return room

    @classmethod
    async def _with_cards(
        cls,
        uow: UnitOfWork,
        asked: set[int],
        policies: Policies,
        allotment: Allotment,
        now: datetime,
    ) -> "_Room | None":
        """Lock those before whom cards lie, or may have to, as well."""
        seats = await uow.seats.on_duty(asked)
        free = {s.staff_id for s in seats if s.serving < s.capacity}
        # A card counts for one of the agent's seats, whichever group it is from.
        groups_of = await uow.staffing.memberships()
        wide = asked | {g for s in seats for g in groups_of.get(s.staff_id, ())}
        cards = await uow.offers.lying(wide)
        if not free and not cards:
            return None
        here = {s.staff_id for s in seats}
        on_duty = here if wide == asked else {s.staff_id for s in await uow.seats.on_duty(wide)}
        # Also the cards of those who have gone off duty, and of conversations that wait no longer.
        mine = {c.staff_id for c in cards if c.staff_id in here or c.staff_id not in on_duty}
        members = await uow.staffing.lock(free | mine)
        # Read again behind the locks: another process may have dealt a moment ago.
        cards = [c for c in await uow.offers.lying(wide) if c.staff_id in members]
        locked = members.keys() & here
        seats = await uow.seats.on_duty(wide, locked)
        return cls(uow, policies, allotment, members, seats, wide, cards, now, {})

    async def decide(self) -> list[Decision]:
        """Read as much of the lines as is needed, and decide."""
        agents = {s.staff_id: s for s in self.seats}.values()
        free = sum(max(0, one.capacity - one.serving) for one in agents)
        limit = min(free, MOST_AT_ONCE) + 1
        reach = self._reach(())
        waiting: dict[int, Waiting] = {}
        while True:
            whole = await self._read_on(waiting, reach, limit)
            line = await self._well_known(list(waiting.values()))
            self.group_of = {w.conversation_id: w.group_id for w in line}
            passed = await self.uow.offers.passed(self.group_of) if line else set()
            floor = Floor(self.seats, self.policies, self.allotment, self.cards, passed)
            dealt = assign(line, floor)
            # Whoever has a seat left could not serve those who were read, but perhaps others.
            gets = [
                (d.staff_id, waiting[d.conversation_id])
                for d in dealt.decisions
                if isinstance(d, Assign | Offer) and d.conversation_id in waiting
            ]
            hungry = dealt.hungry - whole
            reach = {g: a for g, a in self._reach(gets).items() if g in hungry} if hungry else {}
            if not reach:
                return list(dealt.decisions)
            limit *= _DEEPER

    async def _read_on(
        self,
        waiting: dict[int, Waiting],
        reach: Mapping[int, frozenset[str] | None],
        limit: int,
    ) -> set[int]:
        """Read the first *limit* in line into *waiting*; return the groups that have no more."""
        whole = set()
        for group, accounts in reach.items():
            found = await self.uow.line.oldest_of_each([group], limit, accounts)
            waiting |= {w.conversation_id: w for w in found}
            if len(found) < limit:
                whole.add(group)
        return whole

    def _reach(self, gets: Iterable[tuple[int, Waiting]]) -> dict[int, frozenset[str] | None]:
        """Return which groups have an agent who could serve somebody, and of which accounts.

        Args:
            gets: What agents get besides what they hold.

        Returns:
            By group the accounts, ``None`` for all.
        """
        facts = self.allotment.accounts
        serving: Counter[int] = Counter()
        of_account: Counter[tuple[int, str]] = Counter()
        of_group: Counter[tuple[int, int]] = Counter()
        for staff_id, w in gets:
            serving[staff_id] += 1
            of_account[staff_id, w.account] += 1
            of_group[staff_id, w.group_id] += 1
        pairs = {(name, s.group_id) for name in facts for s in self.seats}
        limits = {pair: self.policies.limits(*pair) for pair in pairs}
        found: dict[int, set[str]] = {}
        for s in self.seats:
            id_, group = s.staff_id, s.group_id
            if s.serving + serving[id_] >= s.capacity:
                continue
            for name, account in facts.items():
                most, most_of_group = limits[name, group]
                held = s.by_account.get(name, 0) + of_account[id_, name]
                held_of_group = s.by_group.get(group, 0) + of_group[id_, group]
                if (
                    account.served_by(id_, group)
                    and (not most or held < most)
                    and (not most_of_group or held_of_group < most_of_group)
                ):
                    found.setdefault(group, set()).add(name)
        return {
            group: None if len(names) == len(facts) else frozenset(names)
            for group, names in sorted(found.items())
        }

    async def _allotment(self, zone: tzinfo) -> Allotment:
        """Return what rules look at; only what is asked for is read."""
        repo = self.uow.allocations
        rules = tuple(rule for rule in await repo.rules() if rule.enabled)
        accounts = self.allotment.accounts
        modes = {self.policies.desk.mode, *(p.get("mode") for p in self.policies.own.values())}
        if not rules and Mode.OWN not in modes:
            return Allotment(accounts=accounts)
        candidates = await repo.candidates(midnight(self.now, zone))
        turns = await repo.turns(rule.id for rule in rules)
        return Allotment(rules, accounts, candidates, await repo.parents(), turns)

    async def _well_known(self, waiting: list[Waiting]) -> list[Waiting]:
        """Look up what rules ask about customers."""
        rules = self.allotment.rules
        strangers = {w.customer_id for w in waiting if w.owner_id is None}
        if not rules or not strangers:
            return waiting
        if any(rule.order is RuleOrder.RANDOM for rule in rules):
            ties = await self.uow.allocations.ties(strangers)
            self.allotment = replace(self.allotment, ties=ties)
        if not any(_asks_elsewhere(rule) for rule in rules):
            return waiting
        found = await self.uow.line.elsewhere(strangers)
        return [
            replace(
                w, accounts=frozenset(found[w.customer_id][0]), follower_id=found[w.customer_id][1]
            )
            if w.customer_id in found
            else w
            for w in waiting
        ]


def _asks_elsewhere(rule: AllocationRule) -> bool:
    return rule.source is Source.SHARED or rule.target is Target.FOLLOWER


def _offers(policies: Policies, asked: Collection[int], accounts: Iterable[str]) -> bool:
    """Say whether conversations of these groups are offered by cards."""
    return any(policies.of(name, group).mode is Mode.OFFER for name in accounts for group in asked)


async def _own(
    uow: UnitOfWork, tell: Telling, around: Mapping[int, Party], owned: list[Own]
) -> None:
    """Make customers somebody's."""
    if not owned:
        return
    await uow.allocations.allocate(
        (
            Allocated(
                o.customer_id,
                o.staff_id,
                BY_DESK if o.rule_id is None else BY_RULE,
                o.rule_id,
            )
            for o in owned
        ),
        tell.now,
    )
    for o in owned:
        data = {"agent": o.staff_id, "rule": o.rule_id}
        tell.event(around[o.conversation_id].talk, "owned", None, data)


async def _take_back(
    uow: UnitOfWork, tell: Telling, around: Mapping[int, Party], back: list[Withdraw]
) -> int:
    if not back:
        return 0
    wanted = {(d.conversation_id, d.staff_id) for d in back}
    lying = await uow.offers.cards({d.conversation_id for d in back})
    cards = await uow.offers.take_back(
        c for c in lying if (c.conversation_id, c.staff_id) in wanted
    )
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
    cards, timers = [], []
    for offer in offers:
        agent, party = members[offer.staff_id], around[offer.conversation_id]
        told = shown(party, recent, agent, tell)
        content = card.offered(told, tell.voice.texts_for(agent.language))
        key = tell.staff(agent, content, CARD, offer.conversation_id)
        cards.append(DealtCard(offer.conversation_id, agent.id, key, agent.chat))
        patience = tell.voice.policy(party).offer_seconds
        if patience:
            until = tell.now + timedelta(seconds=patience)
            timers.append(Timer(OFFER, until, offer.conversation_id, agent.id))
    await uow.offers.deal(cards, tell.now)
    await uow.timers.set(timers)
    if timers:
        uow.ring(TIMERS)
    return len(cards)


async def _assign(
    uow: UnitOfWork,
    tell: Telling,
    around: Mapping[int, Party],
    members: Mapping[int, StaffMember],
    assigns: list[Assign],
) -> int:
    given = []
    claims = [
        Claim(
            one.conversation_id, one.staff_id, one.limits, party.account, party.talk.group_id or 0
        )
        for one in assigns
        for party in (around[one.conversation_id],)
    ]
    claimed = await uow.seats.claim_all(claims, tell.now)
    for one in assigns:
        if one.conversation_id in claimed:
            party = around[one.conversation_id]
            party.talk.state, party.talk.agent_id = State.SERVING, one.staff_id
            given.append((party, members[one.staff_id]))
            data: dict[str, object] = {"agent": one.staff_id, "why": one.why.value}
            if one.rule is not None:
                data |= {"rule": one.rule.id, "rule_name": one.rule.name}
            tell.event(party.talk, "assigned", None, data)
    first: dict[int, int] = {}
    for party, member in given:
        first.setdefault(member.id, party.talk.id)
    await uow.seats.given_work(first, tell.now)
    if given:
        await begin_service(uow, tell, given, came_from=State.WAITING, move=Move.TAKE, by=None)
    return len(given)
