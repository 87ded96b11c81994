"""/board: a picture of who waits, how long, and how full everybody's hands are; for admins."""

import asyncio
from datetime import datetime

import telegram

from admin_bot import board_picture
from admin_bot.command import Command
from admin_bot.turn import Turn, keyboard
from bot.access import Permission
from bot.handlers.board import Board, board
from core.messages import Button


async def run(turn: Turn) -> None:
    """Draw it; a press on "refresh" puts the new picture in the place of the old one."""
    now = turn.desk.clock().astimezone(turn.desk.config.zone)
    policies = turn.desk.playbook.now.playbook.policies
    async with turn.desk.reading() as uow:
        found = await board(uow, turn.staff, policies, now)
    # Half a second of work, in which customers' messages must not wait.
    picture = await asyncio.to_thread(board_picture.draw, found, turn.say, now)
    caption = _caption(turn, found, now)
    rows = keyboard([(Button(turn.say("board.refresh"), "board"),)])
    if turn.press is None or turn.message is None:
        await turn.bot.send_photo(turn.staff.chat, picture, caption=caption, reply_markup=rows)
        return
    try:
        await turn.bot.edit_message_media(
            telegram.InputMediaPhoto(picture, caption=caption),
            chat_id=turn.staff.chat,
            message_id=turn.message.message_id,
            reply_markup=rows,
        )
    except telegram.error.BadRequest as error:
        # Pressed twice within a minute in which nothing has happened.
        if "not modified" not in error.message:
            raise


def _caption(turn: Turn, found: Board, now: datetime) -> str:
    """Return the most important numbers in words, for who cannot see the picture."""
    since = [g.since for g in found.groups if g.since is not None]
    return turn.say(
        "board.caption",
        moment=f"{now:%Y-%m-%d %H:%M}",
        waiting=sum(g.waiting for g in found.groups),
        longest=board_picture.span_words(now - min(since), turn.say) if since else "–",
        serving=found.serving,
        free=found.free,
    )


COMMAND = Command("board", Permission.SEE_LINE, run, presses={"board": run})
