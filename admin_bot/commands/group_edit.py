"""``/group_edit``: change a group's name, identifier or phone, or what customers see of it."""

import re

from admin_bot.command import Command
from admin_bot.commands.group_list import show_card
from admin_bot.listing import Place, number_first
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import grouping
from bot.handlers.grouping import GroupWishes
from core.errors import BadRequestText

_FIELDS = {
    "name": "name",
    "identifier": "identifier",
    "phone": "phone",
    "client": "client",
    "shown": "shown",
    "客户端组名": "client",
    "客户端显示": "shown",
    "名称": "name",
    "标识": "identifier",
    "电话": "phone",
}
_SWITCH = {"on": True, "off": False, "开启": True, "关闭": False, "开": True, "关": False}
_FIELD = re.compile(rf"(?:^|\s|(?<=\s))({'|'.join(_FIELDS)})\s*[=＝]\s*", re.IGNORECASE)


def wishes(words: str) -> GroupWishes:
    """Read ``name=.. identifier=.. phone=.. client=.. shown=on``.

    A value ends where the next field begins.

    Raises:
        BadRequestText: There is no such field, something stands before the first, or ``shown`` is
            neither on nor off.
    """
    parts = _FIELD.split(words)
    if len(parts) < 3 or parts[0].strip():
        raise BadRequestText("usage.group_edit")
    values = {
        _FIELDS[name.lower()]: value.strip()
        for name, value in zip(parts[1::2], parts[2::2], strict=True)
    }
    shown = values.get("shown")
    if shown is not None and shown.lower() not in _SWITCH:
        raise BadRequestText("usage.group_edit")
    return GroupWishes(
        values.get("name"),
        values.get("identifier"),
        values.get("phone"),
        values.get("client"),
        None if shown is None else _SWITCH[shown.lower()],
    )


async def run(turn: Turn) -> None:
    """Edit a group by its number."""
    number, rest = number_first(turn.words)
    if number is None or not rest:
        raise BadRequestText("usage.group_edit")
    wanted = wishes(rest)
    async with teaching(turn) as uow:
        group = await grouping.edit(uow, turn.staff, number, wanted, turn.desk.clock())
    await show_card(turn, group, Place(), title=turn.say("group.changed", name=group.name))


COMMAND = Command("group_edit", Permission.STAFF, run)
