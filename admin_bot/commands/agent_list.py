"""``/agent_list``: who works here; presence, load, groups; switch off, role, groups, seats."""

from admin_bot.asking import asking_again, stop_asking
from admin_bot.command import Command
from admin_bot.commands import agent_shares
from admin_bot.listing import Place, arrows, page_of, whole
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import grouping, staffing
from bot.handlers.staffing import MOST_CAPACITY, Colleague
from core.errors import NotFound
from core.i18n.texts import Texts
from core.messages import Button
from core.states import Presence, Role

_MARKS = {Presence.ONLINE: "🟢", Presence.BREAK: "🟡", Presence.OFFLINE: "⚪"}
_MOST_GROUPS = 40


def _line(say: Texts, colleague: Colleague) -> str:
    member = colleague.member
    if not member.active:
        return say("agent.off_line", name=member.name, id=member.chat)
    return say(
        "agent.line",
        mark=_MARKS[member.presence],
        name=member.name,
        id=member.chat,
        role=say(f"role.{member.role.value}"),
        presence=say(f"presence.{member.presence.value}"),
        serving=colleague.serving,
        capacity=member.capacity,
        groups=say("word.comma").join(group.name for group in colleague.groups) or say("word.none"),
    )


async def run(turn: Turn) -> None:
    """Show the first page."""
    await _show_list(turn, 1)


async def _turned(turn: Turn) -> None:
    await _show_list(turn, Place.read(turn.words).page)


async def _show_list(turn: Turn, number: int) -> None:
    async with turn.desk.reading() as uow:
        people = await staffing.people(uow, turn.staff)
    say = turn.say
    page = page_of(people, number)
    place = Place(page.number)
    buttons = [
        Button(f"{colleague.member.name}", place.data("agent_show", colleague.member.chat))
        for colleague in page.things
    ]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    rows.append(arrows(say, page, "agent_list", place))
    await turn.answer(
        "\n\n".join(_line(say, colleague) for colleague in page.things),
        rows,
        title=say("agent.list_title", total=page.total),
    )


def _read(turn: Turn, parts: int) -> tuple[list[str], Place]:
    """Split the data of a button into its parts and the place in the list."""
    words = turn.words.split(":", parts)
    words += [""] * (parts + 1 - len(words))
    return words[:parts], Place.read(words[parts])


async def show_card(turn: Turn, colleague: Colleague, place: Place, title: str = "") -> None:
    """Show one person with everything that can be changed about them."""
    async with turn.desk.reading() as uow:
        groups = await grouping.groups(uow, turn.staff)
    say, member = turn.say, colleague.member
    rows: list[tuple[Button, ...]] = []
    if member.active:
        rows.append(
            tuple(
                Button(
                    say("button.chosen", label=say(f"role.{role.value}"))
                    if role is member.role
                    else say(f"role.{role.value}"),
                    place.data("agent_role", member.chat, role.value),
                )
                for role in Role
            )
        )
        fewer, more = max(1, member.capacity - 1), min(MOST_CAPACITY, member.capacity + 1)
        rows.append(
            (
                Button("−", place.data("agent_seats", member.chat, fewer)),
                Button(
                    say("agent.seats", capacity=member.capacity),
                    place.data("agent_show", member.chat),
                ),
                Button("+", place.data("agent_seats", member.chat, more)),
            )
        )
        inside = {group.id for group in colleague.groups}
        toggles = [
            Button(
                say("button.ticked", label=group.name)
                if group.id in inside
                else say("button.unticked", label=group.name),
                place.data(
                    "agent_leave" if group.id in inside else "agent_join", member.chat, group.id
                ),
            )
            for group in groups[:_MOST_GROUPS]
        ]
        rows += [tuple(toggles[at : at + 2]) for at in range(0, len(toggles), 2)]
        rows += agent_shares.share_rows(say, member.chat, place)
        rows.append((Button(say("button.agent_off"), place.data("agent_off", member.chat)),))
    else:
        rows.append((Button(say("button.agent_on"), place.data("agent_on", member.chat)),))
    rows.append((Button(say("button.to_list"), place.data("agent_list")),))
    text = _line(say, colleague)
    if member.active:
        department = await agent_shares.department_of(turn, colleague)
        text += "\n" + agent_shares.share_words(say, colleague, department)
    await turn.answer(text, rows, title=title or member.name)


async def _shown(turn: Turn) -> None:
    stop_asking(turn)
    (chat,), place = _read(turn, 1)
    async with turn.desk.reading() as uow:
        colleague = await staffing.person(uow, turn.staff, chat)
    await show_card(turn, colleague, place)


async def _role(turn: Turn) -> None:
    (chat, name), place = _read(turn, 2)
    if name not in list(Role):
        raise NotFound("error.button_gone")
    async with turn.unit() as uow:
        colleague = await staffing.set_role(uow, turn.staff, chat, Role(name), turn.desk.clock())
        await uow.commit()
    await show_card(turn, colleague, place)


async def _seats(turn: Turn) -> None:
    (chat, number), place = _read(turn, 2)
    async with turn.unit() as uow:
        colleague = await staffing.set_capacity(
            uow, turn.staff, chat, whole(number) or 0, turn.desk.clock()
        )
        await uow.commit()
    await show_card(turn, colleague, place)


async def _membership(turn: Turn, *, inside: bool) -> None:
    (chat, number), place = _read(turn, 2)
    async with turn.unit() as uow:
        colleague = await staffing.set_membership(
            uow, turn.staff, chat, whole(number) or 0, turn.desk.clock(), inside=inside
        )
        await uow.commit()
    await show_card(turn, colleague, place)


async def _join(turn: Turn) -> None:
    await _membership(turn, inside=True)


async def _leave(turn: Turn) -> None:
    await _membership(turn, inside=False)


async def _on(turn: Turn) -> None:
    (chat,), place = _read(turn, 1)
    async with turn.unit() as uow:
        colleague = await staffing.switch_on(uow, turn.staff, chat, turn.desk.clock())
        await uow.commit()
    await show_card(turn, colleague, place)


async def _said(turn: Turn) -> None:
    """Store the number that they wrote and show the card again."""
    words = turn.words
    (field, chat), place = _read(turn, 2)
    async with asking_again(turn, agent_shares.question(turn, field), f"agent_said:{words}"):
        await agent_shares.store(turn, field, chat)
        async with turn.desk.reading() as uow:
            colleague = await staffing.person(uow, turn.staff, chat)
        await show_card(turn, colleague, place)


async def _in_department(turn: Turn) -> None:
    (department, chat), place = _read(turn, 2)
    await agent_shares.place_in(turn, chat, whole(department) or None)
    async with turn.desk.reading() as uow:
        colleague = await staffing.person(uow, turn.staff, chat)
    await show_card(turn, colleague, place)


COMMAND = Command(
    "agent_list",
    Permission.STAFF,
    run,
    presses={
        "agent_list": _turned,
        "agent_show": _shown,
        "agent_role": _role,
        "agent_seats": _seats,
        "agent_join": _join,
        "agent_leave": _leave,
        "agent_on": _on,
        "agent_said": _said,
        "agent_in": _in_department,
        **agent_shares.PRESSES,
    },
)
