"""Every command that agents have, in the order of the menu."""

from admin_bot.command import Command
from admin_bot.desk import (
    autoreply,
    chats,
    end,
    history,
    info,
    next,
    presence,
    queue,
    switch,
    take,
    transfer,
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
    history.COMMAND,
    autoreply.COMMAND,
)
