"""``/department_add``: add a department, on the first level or below another one."""

import re

from admin_bot.command import Command
from admin_bot.commands.department_list import show_card
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import departments
from core.errors import BadRequestText, NotFound

_LEVELS = re.compile("[>＞]")
"""Between the names along a path; no name may hold one (requirement ORG-14)."""


async def run(turn: Turn) -> None:
    """Read ``[<above> >] <name>``, and a remark on the lines below; add the department."""
    words, _, remark = turn.words.partition("\n")
    *path, name = [part.strip() for part in _LEVELS.split(words)]
    if not name or not all(path):
        raise BadRequestText("usage.department_add")
    async with turn.unit() as uow:
        above = _found(await departments.departments(uow, turn.staff), path)
        branch = await departments.add(uow, turn.staff, name, above, turn.desk.clock(), remark)
        await uow.commit()
    await show_card(turn, branch.id, turn.say("department.added", name=branch.name))


def _found(listed: list[departments.Listed], path: list[str]) -> int | None:
    """Return the number of the department that a path leads to; ``None`` for the first level."""
    above: int | None = None
    for name in path:
        wanted = (above, " ".join(name.split()))
        found = [d.branch.id for d in listed if (d.branch.parent_id, d.branch.name) == wanted]
        if not found:
            raise NotFound("department.no_such_name", name=name)
        above = found[0]
    return above


COMMAND = Command("department_add", Permission.STAFF, run)
