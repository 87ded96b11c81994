"""Ends conversations, whoever ends them: an agent, or the clock."""

from collections.abc import Sequence

from bot.bell import LINE
from bot.dialog.machine import Move
from bot.dialog.rating import question
from bot.telling import Party, Telling
from bot.timing import disarm
from core.messages import Content, text
from core.states import State
from storage.repos.ratings import Rated
from storage.repos.staffing import StaffMember
from storage.uow import UnitOfWork


async def close(
    uow: UnitOfWork,
    tell: Telling,
    party: Party,
    agent: StaffMember,
    *,
    line: str,
    goodbye: Sequence[Content],
    by: int | None,
    why: str = "",
) -> None:
    """End a conversation that *agent* serves; both are locked.

    Args:
        uow: The unit of work that holds them; the caller commits.
        tell: What is told; the caller writes it down.
        party: The conversation.
        agent: Who serves it.
        line: What the transcript says of it.
        goodbye: What the customer is told; where it is nothing, that it is over.
        by: Who ends it; ``None`` for the desk itself.
        why: The desk's reason, for the record.
    """
    talk = party.talk
    talk.state, talk.ended_at, talk.snoozed = State.ENDED, tell.now, False
    await uow.conversations.update([talk])
    await disarm(uow, [talk])
    if agent.front_conversation_id == talk.id:
        await uow.staffing.change(agent.id, front_conversation_id=None)
    tell.line(talk, line)
    say = tell.voice.texts_for(party.person.language)
    for content in tuple(goodbye) or (text(say("customer.ended")),):
        tell.customer(party, content)
    if tell.voice.policy(party).ask_rating:
        tell.customer(party, question(talk.id, agent.name, say))
        await uow.ratings.ask([Rated(talk.id, agent.id, talk.group_id)], tell.now)
    moved = {"from": State.SERVING.name, "to": State.ENDED.name, "move": Move.END.value}
    reason = {"why": why} if why else {}
    tell.event(talk, "state", by, {**moved, "agent": agent.id, **reason})
    uow.ring(LINE)
