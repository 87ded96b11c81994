"""/chats: the conversations that an agent serves, with buttons to switch between them."""

from admin_bot.command import Command
from admin_bot.desk.speaking import in_rows, summary
from admin_bot.turn import Turn
from bot.access import Permission
from bot.dialog.mirror import heading
from bot.handlers.desk_view import chats
from core.messages import Button

FRONT, UNANSWERED = "▶", "●"
"""Marks the conversation that plain text goes to, and those whose customer spoke last."""


async def run(turn: Turn) -> None:
    """Show them."""
    async with turn.desk.reading() as uow:
        found = await chats(uow, turn.staff)
    if not found:
        await turn.answer(turn.say("chats.none"), [(Button(turn.say("button.next"), "next"),)])
        return
    lines, buttons = [], []
    for chat in found:
        marks = f"{FRONT * chat.front}{UNANSWERED * chat.unanswered}"
        lines.append(f"{marks} {summary(chat.party, turn.say)}".strip())
        name = heading(chat.party.person.name, chat.party.talk.id)
        buttons.append(Button(f"{marks} {name}".strip(), f"switch:{chat.party.talk.id}"))
    lines += ["", turn.say("chats.marks", front=FRONT, unanswered=UNANSWERED)]
    title = turn.say("chats.title", count=len(found))
    await turn.answer("\n".join(lines), in_rows(buttons), title=title)


COMMAND = Command("chats", Permission.SERVE, run, presses={"chats": run})
