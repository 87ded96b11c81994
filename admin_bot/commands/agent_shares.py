"""How much work comes to somebody: seats, customers a day, share, department; typed or pressed."""

from admin_bot.asking import ask, stop_asking
from admin_bot.command import Run
from admin_bot.listing import Place, in_rows, one_line, whole
from admin_bot.turn import Turn
from bot.handlers import agent_shares, departments, staffing
from bot.handlers.agent_shares import MOST_A_DAY, MOST_WEIGHT
from bot.handlers.staffing import MOST_CAPACITY, Colleague
from core.errors import BadRequestText, NotFound
from core.i18n.texts import Texts
from core.messages import Button

_BOUNDS = {"capacity": (1, MOST_CAPACITY), "daily": (0, MOST_A_DAY), "weight": (1, MOST_WEIGHT)}
_MOST_DEPARTMENTS = 80


def share_words(say: Texts, colleague: Colleague, department: str) -> str:
    """Return a person's limits and share."""
    member = colleague.member
    return say(
        "shares.line",
        daily=say("shares.any") if member.daily_limit is None else member.daily_limit,
        weight=member.weight,
        department=department or say("word.none"),
    )


def share_rows(say: Texts, chat: str, place: Place) -> list[tuple[Button, ...]]:
    """Return the buttons that change them."""

    def button(field: str) -> Button:
        return Button(say(f"shares.button_{field}"), place.data("agent_ask", field, chat))

    return [
        (button("capacity"), button("daily")),
        (
            button("weight"),
            Button(say("shares.button_department"), place.data("agent_dept", chat)),
        ),
    ]


async def department_of(turn: Turn, colleague: Colleague) -> str:
    """Return the name of a person's department; empty for none."""
    if colleague.member.department_id is None:
        return ""
    async with turn.desk.reading() as uow:
        listed = await departments.departments(uow, turn.staff)
    found = (d.branch for d in listed if d.branch.id == colleague.member.department_id)
    return next((branch.name for branch in found), "")


def _three(words: str) -> tuple[str, str, Place]:
    field, _, rest = words.partition(":")
    chat, _, place = rest.partition(":")
    return field, chat, Place.read(place)


def question(turn: Turn, field: str) -> str:
    """Return what is asked for a number."""
    if field not in _BOUNDS:
        raise NotFound("error.button_gone")
    least, most = _BOUNDS[field]
    return turn.say(f"shares.ask_{field}", least=least, most=most)


async def _ask(turn: Turn) -> None:
    field, chat, place = _three(turn.words)
    await ask(
        turn, question(turn, field), f"agent_said:{turn.words}", place.data("agent_show", chat)
    )


async def store(turn: Turn, field: str, chat: str) -> None:
    """Store the number that they wrote; a dash takes the daily limit away.

    Raises:
        BadRequestText: It is no number that fits.
    """
    if field not in _BOUNDS:
        raise NotFound("error.button_gone")
    least, most = _BOUNDS[field]
    number = whole(turn.said)
    nothing = field == "daily" and turn.said.strip() == "-"
    if number is None and not nothing:
        raise BadRequestText("policy.bad_number", least=least, most=most)
    now = turn.desk.clock()
    async with turn.unit() as uow:
        if field == "capacity":
            await staffing.set_capacity(uow, turn.staff, chat, number or 0, now)
        elif field == "weight":
            await agent_shares.set_weight(uow, turn.staff, chat, number or 0, now)
        else:
            await agent_shares.set_daily_limit(uow, turn.staff, chat, number, now)
        await uow.commit()


async def place_in(turn: Turn, chat: str, department: int | None) -> None:
    """Put a person into a department; ``None``: into none."""
    async with turn.unit() as uow:
        member = (await staffing.person(uow, turn.staff, chat)).member
        await departments.place(uow, turn.staff, member.id, department, turn.desk.clock())
        await uow.commit()


async def _departments(turn: Turn) -> None:
    stop_asking(turn)
    chat, _, rest = turn.words.partition(":")
    place = Place.read(rest)
    async with turn.desk.reading() as uow:
        listed = await departments.departments(uow, turn.staff)
        colleague = await staffing.person(uow, turn.staff, chat)
    say = turn.say
    inside = colleague.member.department_id
    buttons = []
    for one in listed[:_MOST_DEPARTMENTS]:
        label = "　" * (one.level - 1) + one_line(one.branch.name, 24)
        if one.branch.id == inside:
            label = say("button.chosen", label=label)
        buttons.append(Button(label, place.data("agent_in", one.branch.id, chat)))
    rows = [
        *in_rows(buttons, 2),
        (
            Button(say("word.none"), place.data("agent_in", 0, chat)),
            Button(say("department.button_back"), place.data("agent_show", chat)),
        ),
    ]
    text = say("shares.ask_department") if listed else say("department.none")
    await turn.answer(text, rows, title=colleague.member.name)


PRESSES: dict[str, Run] = {"agent_ask": _ask, "agent_dept": _departments}
"""What the buttons do that lead away from the card."""
