"""/transfer: hand a conversation on, or give its customer to a colleague."""

from admin_bot.asking import stop_asking
from admin_bot.command import Command
from admin_bot.desk.speaking import in_rows, voice_of
from admin_bot.library_wording import turning
from admin_bot.listing import one_line, page_of, whole
from admin_bot.parsing import halves
from admin_bot.turn import Turn
from bot.access import Permission
from bot.dialog.mirror import heading
from bot.dialog.spoken import seen
from bot.handlers import desk_transfer, handoffs
from bot.handlers.desk_transfer import Choices, HandedOn, choices, everybody, to_agent, to_group
from core.errors import BadRequestText, NotFound
from core.messages import Button

_WORK = {"group": to_group, "card": desk_transfer.send_card, "give": desk_transfer.give}
"""What may be done with a remark, by the word in the buttons' data."""
_LISTS = {"card": "to_card", "give": "to_owner"}
"""The lists of all our people, by what is done with whom one chooses there."""


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
    stop_asking(turn)
    await _show(turn, whole(turn.words))


async def _show(turn: Turn, number: int | None) -> None:
    async with turn.desk.reading() as uow:
        found = await choices(uow, turn.staff, number)
    say, number = turn.say, found.conversation_id
    lines = []
    for colleague in found.colleagues:
        state = say(f"presence.{colleague.presence.value}")
        lines.append(
            say("transfer.colleague", name=colleague.name, state=state, free=colleague.free)
        )
    people = [
        Button(c.name, f"to_agent:{number}:{c.staff_id}") for c in found.colleagues if c.can_take
    ]
    groups = [
        Button(say("transfer.group", group=g.name), f"to_group:{number}:{g.id}")
        for g in found.groups
    ]
    more = [
        Button(say("transfer.button.card"), f"to_card:{number}:1"),
        Button(say("transfer.button.give"), f"to_owner:{number}:1"),
        Button(say("transfer.button.bot"), f"to_bot:{number}"),
    ]
    if not people:
        lines.append(say("transfer.nobody_free"))
    # A new message: pressed on the hand-over card, the card stays what it is.
    await turn.notice()
    await turn.write(
        "\n".join(lines),
        [*in_rows(people), *in_rows(groups), *((button,) for button in more)],
        title=say("transfer.title", who=_who(turn, found.name, number)),
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


async def _to_bot(turn: Turn) -> None:
    async with turn.unit() as uow:
        done = await desk_transfer.to_bot(
            uow, turn.staff, whole(turn.words) or 0, voice=voice_of(turn), now=turn.desk.clock()
        )
        await uow.commit()
    await _tell(turn, done)


# -- everybody ------------------------------------------------------------------------------------


async def _cards(turn: Turn) -> None:
    await _people(turn, "card")


async def _owners(turn: Turn) -> None:
    await _people(turn, "give")


async def _people(turn: Turn, what: str) -> None:
    number, page_number = _two(turn.words)
    async with turn.desk.reading() as uow:
        found = await everybody(uow, turn.staff, number)
    say, number = turn.say, found.conversation_id
    page = page_of(found.people, page_number)
    buttons = []
    for person in page.things:
        name = one_line(person.name, 24)
        if what == "give" and person.id == found.owner_id:
            name = say("button.chosen", label=name)
        buttons.append(Button(name, f"hand_ask:{what}:{number}:{person.id}"))
    rows = [
        *in_rows(buttons),
        turning(say, page.number, page.pages, lambda to: f"{_LISTS[what]}:{number}:{to}"),
    ]
    who = _who(turn, found.name, number)
    text = say(f"transfer.whom.{what}") if found.people else say("transfer.no_colleagues")
    await turn.answer(text, rows, title=say(f"transfer.title.{what}", who=who))


# -- with a remark --------------------------------------------------------------------------------


async def _to_group(turn: Turn) -> None:
    await _ask(turn, f"group:{turn.words}")


async def _asked(turn: Turn) -> None:
    await _ask(turn, turn.words)


async def _ask(turn: Turn, words: str) -> None:
    """Ask for a remark; what they write next is it, and a button goes on without."""
    _, number, _ = _what(words)
    say = turn.say
    row = (
        Button(say("transfer.button.no_remark"), f"hand_go:{words}"),
        Button(say("button.cancel"), f"transfer:{number}"),
    )
    await turn.answer(say("transfer.remark_next"), [row])
    await turn.ask(say("transfer.ask_remark"), f"hand_said:{words}")


async def _said(turn: Turn) -> None:
    if not turn.said:
        await _ask(turn, turn.words)
        return
    await _do(turn, turn.said)


async def _go(turn: Turn) -> None:
    stop_asking(turn)
    await _do(turn, "")


async def _do(turn: Turn, remark: str) -> None:
    what, number, to = _what(turn.words)
    async with turn.unit() as uow:
        voice, now = voice_of(turn), turn.desk.clock()
        done = await _WORK[what](uow, turn.staff, number, to, voice=voice, now=now, note=remark)
        await uow.commit()
    await _tell(turn, done)


def _what(words: str) -> tuple[str, int, int]:
    what, _, rest = words.partition(":")
    if what not in _WORK:
        raise NotFound("error.button_gone")
    return (what, *_two(rest))


def _who(turn: Turn, name: str, number: int) -> str:
    """Return whom it is about, with what agents may not see of customers' names hidden."""
    return heading(seen(name, turn.desk.playbook.now.mask, turn.say), number)


def _two(words: str) -> tuple[int, int]:
    first, _, second = words.partition(":")
    return whole(first) or 0, whole(second) or 0


# -- afterwards -----------------------------------------------------------------------------------


async def _tell(turn: Turn, done: HandedOn) -> None:
    say = turn.say
    who = _who(turn, done.name, done.conversation_id)
    row = (
        Button(say("button.undo"), f"hand_undo:{done.handoff_id}"),
        Button(say("button.chats"), "chats"),
    )
    await turn.answer(say(f"transfer.done.{done.kind}", who=who, to=done.to), [row])


async def _undo(turn: Turn) -> None:
    async with turn.unit() as uow:
        back = await handoffs.undo(
            uow, turn.staff, whole(turn.words) or 0, voice=voice_of(turn), now=turn.desk.clock()
        )
        await uow.commit()
    who = _who(turn, back.name, back.conversation_id)
    await turn.answer(turn.say("transfer.undone", who=who))


COMMAND = Command(
    "transfer",
    Permission.SERVE,
    run,
    presses={
        "transfer": _pressed,
        "to_agent": _to_agent,
        "to_group": _to_group,
        "to_card": _cards,
        "to_owner": _owners,
        "to_bot": _to_bot,
        "hand_ask": _asked,
        "hand_said": _said,
        "hand_go": _go,
        "hand_undo": _undo,
    },
)
