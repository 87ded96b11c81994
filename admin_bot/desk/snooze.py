"""/snooze [#number] [when]: put a conversation off until a time or until the customer writes."""

import re
from datetime import datetime

from admin_bot.command import Command
from admin_bot.desk.speaking import in_rows, voice_of
from admin_bot.listing import whole
from admin_bot.moments_typed import moment
from admin_bot.turn import Turn
from bot.access import Permission
from bot.dialog.mirror import heading
from bot.dialog.wording import clock_time, day_and_time
from bot.handlers.snooze import bring_back, held, snooze
from core.errors import BadRequestText
from core.i18n.texts import Texts
from core.messages import Button

WRITES = "writes"
"""Stands in a button for: until the customer writes."""
_SPANS = ("10m", "30m", "1h", "2h")
_TOMORROW = "tomorrow 9:00"
_UNTIL_THEY_WRITE = frozenset(
    {
        WRITES,
        "until they write",
        "until they reply",
        "until the customer writes",
        "客户回复",
        "等客户回复",
        "直到客户回复",
        "直到客户发消息",
    }
)
_NUMBER = re.compile(r"#(\d{1,15})(?:\s+|$)")


async def run(turn: Turn) -> None:
    """Put the one in front off, or the one whose number is given; without a time, ask."""
    found = _NUMBER.match(turn.words)
    number = int(found[1]) if found else None
    await _put_off(turn, number, turn.words[found.end() :] if found else turn.words)


async def _pressed(turn: Turn) -> None:
    number, _, when = turn.words.partition(":")
    await _put_off(turn, whole(number), when)


async def _put_off(turn: Turn, number: int | None, when: str) -> None:
    if not when.strip():
        await _ask(turn, number)
        return
    now, zone = turn.desk.clock(), turn.desk.config.zone
    words = " ".join(when.lower().split())
    until: datetime | None = None
    if words not in _UNTIL_THEY_WRITE:
        until = moment(words, now.astimezone(zone))
    async with turn.unit() as uow:
        done = await snooze(uow, turn.staff, number, until, voice=voice_of(turn), now=now)
        await uow.commit()
    say, who = turn.say, heading(done.name, done.conversation_id)
    told = (
        say("snooze.done_writes", who=who)
        if done.until is None
        else say("snooze.done", who=who, time=_shown(turn, done.until))
    )
    rows = [
        (Button(say("snooze.button_back"), f"snooze_back:{done.conversation_id}"),),
        (Button(say("button.chats"), "chats"), Button(say("button.next"), "next")),
    ]
    await turn.answer(told, rows)


async def _ask(turn: Turn, number: int | None) -> None:
    async with turn.desk.reading() as uow:
        party = await held(uow, turn.staff, number)
    say, talk = turn.say, party.talk
    choices = [*((_span_told(say, span), span) for span in _SPANS)]
    choices += [(say("snooze.tomorrow"), _TOMORROW), (say("snooze.writes"), WRITES)]
    buttons = [Button(label, f"snooze:{talk.id}:{when}") for label, when in choices]
    title = say("snooze.until_when", who=heading(party.person.name, talk.id))
    await turn.answer(say("snooze.how"), in_rows(buttons), title=title)


def _span_told(say: Texts, span: str) -> str:
    unit = "minutes" if span.endswith("m") else "hours"
    return say(f"snooze.{unit}", count=span[:-1])


def _shown(turn: Turn, at: datetime) -> str:
    zone = turn.desk.config.zone
    today = turn.desk.clock().astimezone(zone).date()
    same_day = at.astimezone(zone).date() == today
    return clock_time(at, zone) if same_day else day_and_time(at, zone)[:-3]


async def _back(turn: Turn) -> None:
    number = whole(turn.words)
    if number is None:
        raise BadRequestText("usage.snooze")
    async with turn.unit() as uow:
        done = await bring_back(
            uow, turn.staff, number, voice=voice_of(turn), now=turn.desk.clock()
        )
        await uow.commit()
    words = turn.say("switch.done", name=done.name, number=number)
    await turn.answer(words, [(Button(turn.say("button.chats"), "chats"),)])


COMMAND = Command(
    "snooze", Permission.SERVE, run, presses={"snooze": _pressed, "snooze_back": _back}
)
