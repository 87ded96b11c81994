"""``/folder_add``: add a node to the tree of the knowledge base."""

from admin_bot.command import Command
from admin_bot.commands.folder_list import shelf_first, show_folder
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import library
from core.errors import BadRequestText


async def run(turn: Turn) -> None:
    """Add the nodes of a path that are not there."""
    shelf, path = shelf_first(turn.words)
    if not path:
        raise BadRequestText("usage.folder_add")
    async with teaching(turn) as uow:
        node = await library.add_path(uow, turn.staff, shelf, path, turn.desk.clock())
    await show_folder(turn, shelf, node.id, turn.say("folder.added", name=node.name))


COMMAND = Command("folder_add", Permission.TEACH, run)
