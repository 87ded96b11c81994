"""``/category_add``: add a consultation category, on the first level or below another one."""

import re

from admin_bot.command import Command
from admin_bot.commands.category_list import show_topic
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import categories
from core.errors import BadRequestText, NotFound
from core.tree import ROOT, Tree
from storage.repos.categories import Topic

_LEVELS = re.compile("[>＞]")
"""Between the titles along a path."""


async def run(turn: Turn) -> None:
    """Read ``[<above> >] <title>`` and add the category."""
    *path, title = [part.strip() for part in _LEVELS.split(turn.words)]
    if not title or not all(path):
        raise BadRequestText("usage.category_add")
    async with turn.unit() as uow:
        above = _found(await categories.tree(uow, turn.staff), path)
        topic = await categories.add(uow, turn.staff, above, title, turn.desk.clock())
        await uow.commit()
    await show_topic(turn, topic.id, turn.say("category.added", name=topic.name))


def _found(tree: Tree[Topic], path: list[str]) -> int:
    """Return the category that a path leads to; the root for an empty one."""
    above = ROOT
    for title in path:
        wanted = " ".join(title.split())
        found = [topic.id for topic in tree.children(above) if topic.name == wanted]
        if not found:
            raise NotFound("category.no_such_title", name=title)
        above = found[0]
    return above


COMMAND = Command("category_add", Permission.STAFF, run)
