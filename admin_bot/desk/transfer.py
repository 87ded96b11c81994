"""/transfer: hand a conversation on to a colleague or to another group."""

from admin_bot.command import Command
from admin_bot.desk.speaking import in_rows, voice_of
from admin_bot.listing import whole
from admin_bot.parsing import halves
from admin_bot.turn import Turn
from bot.access import Permission
from bot.dialog.mirror import heading
from bot.handlers.desk_transfer import Choices, HandedOn, choices, to_agent, to_group
from core.errors import BadRequestText, NotFound
from core.messages import Button


async def run(turn: Turn) -> None:
    """Show where the conversation in front (or ``#12``) may go, or send it where words say."""
    to, note = halves(turn.words)
    if to and not to.startswith("#"):
        await _straight(turn, to, note)
        return
    number = whole(to)
    if to and number is None:
        raise BadRequestText("usage.transfer")
    await _show(turn, number)


async def _pressed(turn: Turn) -> None:
    await _show(turn, whole(turn.words))


async def _show(turn: Turn, number: int | None) -> None:
    async with turn.desk.reading() as uow:
        found = await choices(uow, turn.staff, number)
    say = turn.say
    lines = []
    for colleague in found.colleagues:
        state = say(f"presence.{colleague.presence.value}")
        lines.append(
            say("transfer.colleague", name=colleague.name, state=state, free=colleague.free)
        )
    people = [
        Button(c.name, f"to_agent:{found.conversation_id}:{c.staff_id}")
        for c in found.colleagues
        if c.can_take
    ]
    groups = [
        Button(say("transfer.group", group=g.name), f"to_group:{found.conversation_id}:{g.id}")
        for g in found.groups
    ]
    if not people:
        lines.append(say("transfer.nobody_free"))
    # A new message: pressed on the hand-over card, the card stays what it is.
    await turn.notice()
    await turn.write(
        "\n".join(lines),
        [*in_rows(people), *in_rows(groups)],
        title=say("transfer.title", who=heading(found.name, found.conversation_id)),
    )


async def _straight(turn: Turn, to: str, note: str) -> None:
    """Hand the conversation in front to the colleague or group of that name."""
    async with turn.unit() as uow:
        found = await choices(uow, turn.staff, None)
        colleague, group = _named(found, to)
        voice, now, number = voice_of(turn), turn.desk.clock(), found.conversation_id
        if colleague is not None:
            done = await to_agent(
                uow, turn.staff, number, colleague, voice=voice, now=now, note=note
            )
        elif group is not None:
            done = await to_group(uow, turn.staff, number, group, voice=voice, now=now, note=note)
        else:
            raise NotFound("transfer.no_such_name", name=to)
        await uow.commit()
    await _tell(turn, done)


def _named(found: Choices, name: str) -> tuple[int | None, int | None]:
    wanted = name.casefold()
    people = [c.staff_id for c in found.colleagues if c.name.casefold() == wanted]
    groups = [g.id for g in found.groups if wanted in (g.name.casefold(), g.identifier.casefold())]
    if len(people) + len(groups) > 1:
        raise BadRequestText("transfer.two_of_that_name", name=name)
    return (people[0] if people else None), (groups[0] if groups else None)


async def _to_agent(turn: Turn) -> None:
    number, colleague = _two(turn.words)
    async with turn.unit() as uow:
        done = await to_agent(
            uow, turn.staff, number, colleague, voice=voice_of(turn), now=turn.desk.clock()
        )
        await uow.commit()
    await _tell(turn, done)


async def _to_group(turn: Turn) -> None:
    number, group = _two(turn.words)
    async with turn.unit() as uow:
        done = await to_group(
            uow, turn.staff, number, group, voice=voice_of(turn), now=turn.desk.clock()
        )
        await uow.commit()
    await _tell(turn, done)


def _two(words: str) -> tuple[int, int]:
    first, _, second = words.partition(":")
    return whole(first) or 0, whole(second) or 0


async def _tell(turn: Turn, done: HandedOn) -> None:
    who = heading(done.name, done.conversation_id)
    await turn.answer(turn.say("transfer.done", who=who, to=done.to))


COMMAND = Command(
    "transfer",
    Permission.SERVE,
    run,
    presses={"transfer": _pressed, "to_agent": _to_agent, "to_group": _to_group},
)
