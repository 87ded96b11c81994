"""/info [number]: everything known of a conversation and its customer."""

from admin_bot.command import Command
from admin_bot.desk import handoff_record, naming
from admin_bot.desk.speaking import voice_of
from admin_bot.listing import whole
from admin_bot.turn import Turn
from bot.access import Permission
from bot.dialog.card import buttons
from bot.dialog.mirror import heading
from bot.dialog.wording import NOT_KNOWN, day_and_time, place
from bot.handlers.desk_view import Details, details
from bot.handlers.name_categories import AFTERWARDS
from core.errors import BadRequestText
from core.messages import Button
from core.states import State

DEVICE = ("app_version", "brand", "model", "os_version")
"""Device facts of the latest consultation. Source: requirement CHN-17."""


async def run(turn: Turn) -> None:
    """Show the one in front, or the one whose number is given."""
    number = whole(turn.words)
    if turn.words and number is None:
        raise BadRequestText("usage.info")
    async with turn.desk.reading() as uow:
        found = await details(uow, turn.staff, number, voice=voice_of(turn))
    talk = found.party.talk
    title = heading(found.party.person.name, talk.id)
    rows = list(
        buttons(talk.id, talk.state, mine=found.mine, may_take=found.may_take, say=turn.say)
    )
    # The viewer has this one before them.
    rows = [tuple(b for b in row if not (b.data or "").startswith("info:")) for row in rows]
    rows.append(
        (
            Button(turn.say("button.history"), f"history:{talk.id}:1"),
            Button(turn.say("handoff.button"), f"handoffs:{talk.id}:1"),
        )
    )
    if found.mine and found.nameable and _may_name(turn, found):
        rows.append((naming.button(turn, talk.id),))
    await turn.notice()
    # A new message: pressed on the hand-over card, the card stays what it is.
    await turn.write("\n".join(_lines(turn, found)), rows, title=title)


def _may_name(turn: Turn, found: Details) -> bool:
    talk = found.party.talk
    if talk.state is State.ENDED and talk.ended_at is not None:
        return turn.desk.clock() - talk.ended_at <= AFTERWARDS
    return talk.state is State.SERVING


def _lines(turn: Turn, found: Details) -> list[str]:
    say, zone = turn.say, turn.desk.config.zone
    person, talk = found.party.person, found.party.talk
    device = person.device or {}
    facts = {
        "visitor": person.external_id,
        "username": f"@{person.username}" if person.username else None,
        "language": person.language,
        "region": place(talk.region or person.region, say),
        "source": talk.source,
        "account": found.party.account,
        "state": say(f"state.{talk.state.name.lower()}"),
        "group": found.group,
        "agent": found.agent,
        **{name: device.get(name) for name in DEVICE},
        "opened": day_and_time(talk.opened_at, zone),
        "waiting_since": day_and_time(talk.waiting_since, zone),
        "serving_since": day_and_time(talk.serving_since, zone),
        "ended": day_and_time(talk.ended_at, zone) if talk.state is State.ENDED else None,
        "last_message": day_and_time(found.last_message, zone),
        "messages": found.messages,
    }
    # Most conversations have none: only what was said is shown.
    if found.categories:
        facts["categories"] = say("word.comma").join(found.categories)
    if found.remark:
        facts["end_remark"] = found.remark
    return [
        f"{say(f'info.{name}')}: {NOT_KNOWN if fact is None else fact}"
        for name, fact in facts.items()
    ]


COMMAND = Command(
    "info", Permission.SERVE, run, presses={"info": run, "handoffs": handoff_record.show}
)
