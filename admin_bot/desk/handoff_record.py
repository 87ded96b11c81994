"""The record of a customer's hand-overs, behind a button of ``/info``."""

from admin_bot.desk.speaking import voice_of
from admin_bot.library_wording import turning
from admin_bot.listing import one_line, whole
from admin_bot.turn import Turn
from bot.dialog.wording import NOT_KNOWN, day_and_time
from bot.handlers.handoffs import Record, record
from core.messages import Button
from storage.repos.handoffs import Handed

_REMARK_CHARS = 80
_BY_CUSTOMER = frozenset({"group", "card", "owner"})
"""Kinds that customers bring about too, by pressing a button that they were sent."""


async def show(turn: Turn) -> None:
    """Show a page of all hand-overs of a conversation's customer. Source: requirement QUE-48."""
    first, _, page = turn.words.partition(":")
    async with turn.desk.reading() as uow:
        found = await record(
            uow, turn.staff, whole(first) or 0, whole(page) or 1, voice=voice_of(turn)
        )
    say, number = turn.say, found.conversation_id
    lines = [_line(turn, found, handed) for handed in found.rows]
    rows = [
        turning(say, found.page, found.pages, lambda to: f"handoffs:{number}:{to}"),
        (Button(say("button.info"), f"info:{number}"),),
    ]
    title = say("handoff.title", name=found.name, total=found.total)
    await turn.notice()
    await turn.answer("\n".join(lines) or say("handoff.none"), rows, title=title)


def _line(turn: Turn, found: Record, handed: Handed) -> str:
    say = turn.say
    key = f"handoff.{handed.kind}"
    if handed.by_id is None and handed.kind in _BY_CUSTOMER:
        key += ".pressed"
    words = say(
        key,
        number=handed.conversation_id,
        by=found.people.get(handed.by_id or 0, NOT_KNOWN),
        giver=found.people.get(handed.from_agent_id or 0, NOT_KNOWN),
        to=found.people.get(handed.to_agent_id or 0, NOT_KNOWN),
        group=found.groups.get(handed.to_group_id or 0, NOT_KNOWN),
    )
    if handed.remark:
        words += say("handoff.remark", remark=one_line(handed.remark, _REMARK_CHARS))
    if handed.undone_at is not None:
        words += say("handoff.undone")
    return f"{day_and_time(handed.at, turn.desk.config.zone)} {words}"
