"""Every command that agents have, in the order of the menu."""

from admin_bot.command import Command
from admin_bot.desk import (
    autoreply,
    chats,
    drafts,
    end,
    history,
    info,
    next,
    presence,
    queue,
    quick,
    quick_sheet,
    quick_write,
    switch,
    take,
    transfer,
    why,
)

COMMANDS: tuple[Command, ...] = (
    presence.ONLINE,
    presence.BREAK,
    presence.OFFLINE,
    queue.COMMAND,
    next.COMMAND,
    take.COMMAND,
    chats.COMMAND,
    switch.COMMAND,
    end.COMMAND,
    transfer.COMMAND,
    info.COMMAND,
    quick.COMMAND,
    quick_write.COMMAND,
    quick_sheet.COMMAND,
    history.COMMAND,
    why.COMMAND,
    drafts.COMMAND,
    autoreply.COMMAND,
)
