"""What happens when an agent lets an offered conversation pass."""

from collections.abc import Sequence
from datetime import datetime

from bot.attendance import let_pass
from bot.bell import LINE
from bot.compiled import Compiled
from bot.dialog import card
from bot.due import caught
from bot.handover import withdraw
from bot.telling import Party, Telling, Voice
from core.messages import Content
from core.states import State
from core.timers import OFFER
from storage.repos.offers import DealtCard
from storage.repos.staffing import StaffMember
from storage.repos.timers import Timer
from storage.uow import UnitOfWork


async def fire(
    uow: UnitOfWork, timers: Sequence[Timer], *, voice: Voice, book: Compiled, now: datetime
) -> None:
    """Take cards back that nobody pressed in time; the next in turn are asked.

    The customer keeps their place. Who has let too many pass in a row goes on a break.

    Args:
        uow: An open unit of work; the caller commits.
        timers: Due ones of kind ``OFFER``, each about a conversation and an agent.
        voice: Texts, time zone, keys, policies.
        book: The compiled playbook; not asked.
        now: The moment.
    """
    due = await caught(uow, timers, now)
    wanted = {
        (t.conversation_id, t.staff_id)
        for t in due.timers
        if (party := due.parties.get(t.conversation_id)) is not None
        and party.talk.state is State.WAITING
        and voice.policy(party).offer_seconds
    }
    if not wanted:
        return
    lying = await uow.offers.cards({number for number, _ in wanted})
    cards = await uow.offers.take_back(
        c for c in lying if (c.conversation_id, c.staff_id) in wanted
    )
    tell = Telling(uow, voice, now)
    passed = [(due.parties[c.conversation_id], due.members[c.staff_id]) for c in cards]
    await withdraw(uow, tell, cards, _becomes(cards, passed, voice))
    await let_pass(uow, tell, passed)
    for party, member in passed:
        tell.event(party.talk, "timer", None, {"kind": OFFER, "agent": member.id})
    await tell.remember()
    uow.ring(LINE)


def _becomes(
    cards: Sequence[DealtCard], passed: Sequence[tuple[Party, StaffMember]], voice: Voice
) -> dict[tuple[int, int], Content]:
    return {
        (c.conversation_id, c.staff_id): card.let_pass(
            party.person.name, party.talk.id, voice.texts_for(member.language)
        )
        for c, (party, member) in zip(cards, passed, strict=True)
    }
