"""Decides who is given or offered which waiting conversation. Pure.

For each conversation, the first in line first, in this order (requirement QUE-49):

1. the customer's owner, where owners come first, and who served them last, where that is on;
2. the allocation rules, from top to bottom, for customers who belong to nobody;
3. where conversations are given out: who was given work the longest ago (round-robin), or who
   serves the fewest;
4. where they are offered: a card to every free agent;
5. the line.

Nobody gets anything who is not on duty, who has no seat free, who serves as many conversations of
the account or group as one agent may, or who is not among those chosen to serve the account. Who
has let a conversation pass gets it only when all others have. Ties are broken by who has waited
longest for work, then by number: the same facts always give the same answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.queue.decisions import Decision
from bot.queue.floor import Floor
from bot.queue.giving import Giver
from bot.queue.offering import deal_cards
from bot.queue.on_duty import OnDuty
from bot.queue.steps import Step, Verdict
from core.line import Waiting
from core.policy import Mode


@dataclass(frozen=True, slots=True)
class Dealt:
    """What was decided.

    Args:
        decisions: First what is taken back, then the rest, the first in line first.
        hungry: Groups that have an agent who could take more than the line that was given holds.
    """

    decisions: tuple[Decision, ...]
    hungry: frozenset[int]


def assign(waiting: Iterable[Waiting], floor: Floor) -> Dealt:
    """Decide who gets what.

    Args:
        waiting: Who waits: of each group the first in line, as many as seats are free there, and
            more where ``Dealt.hungry`` names the group.
        floor: Everything else.
    """
    on_duty = OnDuty(floor)
    giver = Giver(floor.allotment, on_duty)
    line = sorted(waiting, key=lambda w: w.place)
    left = [w for w in line if not giver.give(w, None)]
    offered = [w for w in left if on_duty.policy(w).mode is Mode.OFFER]
    back, new = deal_cards(offered, floor.cards, on_duty)
    return Dealt((*back, *giver.decided, *new), on_duty.hungry)


def explain(waits: Waiting, floor: Floor) -> tuple[Step, ...]:
    """Tell, step by step, who would get a conversation if it were the first in line.

    Args:
        waits: The conversation.
        floor: Everything else; cards are not looked at.

    Returns:
        The steps in their order. The last one tells the outcome: ``CHOSEN`` with the agent,
        ``OFFERED`` once for each agent who would get a card, or the stage ``line`` with
        ``NOBODY``.
    """
    on_duty = OnDuty(floor)
    steps: list[Step] = []
    if Giver(floor.allotment, on_duty).give(waits, steps):
        return tuple(steps)
    able = on_duty.able(waits) if on_duty.policy(waits).mode is Mode.OFFER else []
    steps += [Step("offer", Verdict.OFFERED, agent.id) for agent in able]
    if not able:
        steps.append(Step("line", Verdict.NOBODY))
    return tuple(steps)
