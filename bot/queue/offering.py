"""Offers conversations that nobody was given, by cards. Pure."""

from collections.abc import Iterable, Sequence

from bot.queue.decisions import Offer, Withdraw
from bot.queue.floor import Lies
from bot.queue.on_duty import OnDuty
from core.line import Waiting


def deal_cards(
    offered: Sequence[Waiting], cards: Iterable[Lies], on_duty: OnDuty
) -> tuple[list[Withdraw], list[Offer]]:
    """Decide which cards are taken back and which are laid.

    Args:
        offered: Conversations that are offered, the first in line first.
        cards: The cards that lie on the tables.
        on_duty: Who could be offered something. Who is, counts as holding the conversation.
    """
    wanted = _wanted(offered, on_duty)
    lying = {(card.conversation_id, card.staff_id) for card in cards}
    place = {w.conversation_id: number for number, w in enumerate(offered)}
    back = sorted(lying - set(wanted))
    new = sorted(set(wanted) - lying, key=lambda pair: (place[pair[0]], pair[1]))
    return [Withdraw(*pair) for pair in back], [Offer(*pair) for pair in new]


def _wanted(offered: Sequence[Waiting], on_duty: OnDuty) -> list[tuple[int, int]]:
    """Return which card lies before whom: for each free seat one, the first in line first."""
    wanted = []
    # Who holds a card is counted as if they held the conversation: they may press it.
    for waits in offered:
        for agent in on_duty.able(waits):
            agent.take(waits)
            wanted.append((waits.conversation_id, agent.id))
    return wanted
