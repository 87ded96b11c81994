"""Conversations go back to the head of the line, because whoever serves them cannot."""

from collections.abc import Iterable

from bot.bell import LINE
from bot.dialog.lines import goes_back
from bot.dialog.machine import Move
from bot.queue.rearming import joined_line
from bot.telling import Party, Telling
from bot.timing import rearm
from core.messages import text
from core.states import State
from storage.repos.handoffs import RETURN, Handed
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork


async def back_to_line(
    uow: UnitOfWork,
    tell: Telling,
    served: Iterable[tuple[Party, StaffMember]],
    *,
    why: str,
    by: int | None = None,
) -> None:
    """Put conversations back into their lines, where they count as long as they have waited.

    Args:
        uow: The unit of work that holds agents and conversations locked; the caller commits.
        tell: What is told; the caller writes it down.
        served: Conversations, and who serves them until now.
        why: The reason, for the record: ``offline``, ``no_answer``.
        by: Who decided it; ``None`` for the desk itself.
    """
    pairs = list(served)
    if not pairs:
        return
    oldest = next(iter(await uow.staffing.groups()), None)
    own = tell.voice.texts_for(None)
    for party, agent in pairs:
        talk = party.talk
        moved = {"from": talk.state.name, "to": State.WAITING.name}
        talk.state, talk.agent_id, talk.serving_since = State.WAITING, None, None
        talk.waiting_since = talk.waiting_since or tell.now
        talk.snoozed, talk.timed_out_at = False, None
        if talk.group_id is None and oldest is not None:
            talk.group_id = oldest.id
        tell.line(talk, goes_back(agent.name, tell.now, tell.voice.zone, own))
        tell.event(
            talk,
            "state",
            by,
            {**moved, "move": Move.RETURN_TO_LINE.value, "why": why, "agent": agent.id},
        )
        await uow.handoffs.add(
            Handed(
                talk.id,
                party.person.customer_id,
                RETURN,
                by,
                from_agent_id=agent.id,
                from_group_id=talk.group_id,
                to_group_id=talk.group_id,
            ),
            tell.now,
        )
    await uow.conversations.update([party.talk for party, _ in pairs])
    fronts = {a.id: a.front_conversation_id for _, a in pairs}
    gone = {party.talk.id for party, _ in pairs}
    for id_ in sorted(fronts):
        if fronts[id_] in gone:
            await uow.staffing.change(id_, front_conversation_id=None)
    places = await uow.line.places(gone)
    for party, _ in pairs:
        say = tell.voice.texts_for(party.person.language)
        place = places.get(party.talk.id, 1)
        tell.customer(party, text(say("customer.back_in_line", place=place)))
    waiting = [(party.talk, joined_line(tell.voice.policy(party), None)) for party, _ in pairs]
    await rearm(uow, waiting, tell.now)
    uow.ring(LINE)
