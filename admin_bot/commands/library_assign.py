"""``/library_assign``: which part of the knowledge base each service group gets."""

from admin_bot.command import Command
from admin_bot.library_wording import picker, turning
from admin_bot.listing import page_of, short, whole
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from bot.access import Permission
from bot.handlers import assign_library
from bot.handlers.assign_library import Assigned
from core.errors import NotFound
from core.messages import Button
from core.playbook import Shelf


async def run(turn: Turn) -> None:
    """Show the groups."""
    await _show_groups(turn, 1)


async def _groups(turn: Turn) -> None:
    await _show_groups(turn, whole(turn.words) or 1)


async def _show_groups(turn: Turn, number: int) -> None:
    async with turn.desk.reading() as uow:
        groups = await assign_library.groups(uow, turn.staff)
    say = turn.say
    page = page_of(groups, number)
    rows: list[tuple[Button, ...]] = [
        assign_row(turn, group.id, short(group.name, 12)) for group in page.things
    ]
    rows.append(turning(say, page.number, page.pages, lambda to: f"assign_list:{to}"))
    await turn.answer(say("assign.groups"), rows, title=say("assign.title"))


def assign_row(turn: Turn, group_id: int, name: str = "") -> tuple[Button, ...]:
    """Return the buttons that open the two pickers of a group."""
    prefix = f"{name} · " if name else ""
    return tuple(
        Button(prefix + turn.say(f"shelf.{shelf.value}"), f"assign:{group_id}:{shelf.value}:1")
        for shelf in (Shelf.DESK, Shelf.FAQ)
    )


def _read(words: str) -> tuple[int, Shelf, int, int]:
    group, shelf, page, node = [*words.split(":"), "", "", "", ""][:4]
    number = whole(group)
    if number is None or shelf not in {one.value for one in Shelf}:
        raise NotFound("error.button_gone")
    return number, Shelf(shelf), whole(page) or 1, whole(node) or 0


async def _shown(turn: Turn) -> None:
    group, shelf, page, _ = _read(turn.words)
    async with turn.desk.reading() as uow:
        found = await assign_library.assigned(uow, turn.staff, group, shelf)
    await _show(turn, found, page)


async def _show(turn: Turn, found: Assigned, page: int) -> None:
    say = turn.say
    here = f"{found.group.id}:{found.shelf.value}"
    gets = found.tree.whole(found.chosen or ())
    rows = [
        *picker(
            say,
            found.tree,
            page,
            choose=lambda node: f"assign_tick:{here}:{page}:{node}",
            to=lambda to: f"assign:{here}:{to}",
            marked=lambda node: found.chosen is None or node in gets,
        ),
        (
            Button(say("library.button_assign_all"), f"assign_all:{here}"),
            Button(say("library.button_assign_none"), f"assign_none:{here}"),
        ),
        (Button(say("button.to_list"), "assign_list:1"),),
        undo_row(turn),
    ]
    key = "assign.everything" if found.chosen is None else "assign.narrowed"
    title = say("assign.of", group=found.group.name, shelf=say(f"shelf.{found.shelf.value}"))
    await turn.answer(say(key, count=len(gets)), rows, title=title)


async def _ticked(turn: Turn) -> None:
    group, shelf, page, node = _read(turn.words)
    async with teaching(turn) as uow:
        found = await assign_library.toggle(uow, turn.staff, group, shelf, node, turn.desk.clock())
    await _show(turn, found, page)


async def _everything(turn: Turn) -> None:
    group, shelf, _, _ = _read(turn.words)
    async with teaching(turn) as uow:
        found = await assign_library.give_everything(
            uow, turn.staff, group, shelf, turn.desk.clock()
        )
    await _show(turn, found, 1)


async def _nothing(turn: Turn) -> None:
    group, shelf, _, _ = _read(turn.words)
    async with teaching(turn) as uow:
        found = await assign_library.give_nothing(uow, turn.staff, group, shelf, turn.desk.clock())
    await _show(turn, found, 1)


COMMAND = Command(
    "library_assign",
    Permission.TEACH,
    run,
    presses={
        "assign_list": _groups,
        "assign": _shown,
        "assign_tick": _ticked,
        "assign_all": _everything,
        "assign_none": _nothing,
    },
)
