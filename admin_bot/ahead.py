"""What a new rule or entry would have done, in words, with buttons to store it or not.

Nothing is kept while the admin thinks: the answer quotes the message with the command, and a press
reads that message again. So it survives a restart, and it takes no memory.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable
from datetime import tzinfo

import telegram

from admin_bot.listing import one_line
from admin_bot.progress import Progress
from admin_bot.teaching import newest
from admin_bot.turn import Turn
from bot.compiled import Compiled
from bot.dialog.spoken import seen
from bot.handlers import preview
from bot.handlers.preview import Example, Got, Past, Preview
from core.errors import NotFound
from core.messages import Button

_COMMAND = re.compile(r"/\w+(?:@\w+)?")
_EXAMPLE_CHARS = 80
_NAME_CHARS = 40
_MOST_NAMED = 3


Judged = Callable[[Past, Compiled, tzinfo], Preview]
"""Says what something new would have made of the past; takes seconds."""


async def look(turn: Turn, judged: Judged, name: str) -> None:
    """Work out what would have happened and say it, with ``<name>_save`` and ``<name>_cancel``.

    Args:
        turn: The turn.
        judged: Works it out, in a thread.
        name: Of the command.
    """
    book = await newest(turn)

    async def worked_out() -> Preview:
        async with turn.desk.reading() as uow:
            past = await preview.past(uow, turn.staff, turn.desk.clock())
        return await asyncio.to_thread(judged, past, book, turn.desk.config.zone)

    quote = turn.message.message_id if turn.message is not None else None
    progress = Progress(turn, turn.say("ahead.looking"), reply_to=quote)
    await _show(turn, progress, await progress.during(worked_out()), book, name)


async def _show(turn: Turn, progress: Progress, found: Preview, book: Compiled, name: str) -> None:
    say = turn.say
    lines = [*_first(turn, found), *_got(turn, found)]
    if found.examples:
        lines += ["", say("ahead.examples")]
        lines += [_example(turn, book, example) for example in found.examples]
    save = Button(say("ahead.button.save"), f"{name}_save:{_digest(turn.message)}")
    row = (save, Button(say("button.cancel"), f"{name}_cancel"))
    title = say("ahead.title", answered=found.answered, looked_at=found.looked_at)
    await progress.finish("\n".join(lines), [row], title=title)


def quoted(turn: Turn) -> tuple[str, telegram.Message]:
    """Return the words behind the command that a preview is about, and its message.

    Raises:
        NotFound: The message is gone, or says something else by now.
    """
    message = None if turn.message is None else turn.message.reply_to_message
    if message is None or _digest(message) != turn.words:
        raise NotFound("ahead.gone")
    return _words(message), message


def _words(message: telegram.Message) -> str:
    return _COMMAND.sub("", message.text or message.caption or "", count=1).strip()


def _digest(message: telegram.Message | None) -> str:
    """Return a short name of what a message says, so that a press cannot store anything else."""
    if message is None:
        return ""
    file = message.effective_attachment
    largest = file[-1] if isinstance(file, tuple | list) and file else file
    said = f"{_words(message)}\n{getattr(largest, 'file_unique_id', '')}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _first(turn: Turn, preview: Preview) -> list[str]:
    """Return a line for each thing that stands in its way, or in whose way it stands."""
    say, lines = turn.say, []
    if preview.offered:
        lines.append(say("ahead.offered", count=preview.offered))
    for key, found in (
        ("ahead.rules_first", [(r.id, r.name, n) for r, n in preview.rules_first]),
        ("ahead.entries_first", [(e.id, e.heading, n) for e, n in preview.entries_first]),
        ("ahead.takes_over", [(e.id, e.heading, n) for e, n in preview.takes_over]),
    ):
        if found:
            named = [
                f"#{number} {one_line(heading, _NAME_CHARS)} ×{count}"
                for number, heading, count in found[:_MOST_NAMED]
            ]
            if len(found) > _MOST_NAMED:
                named.append("…")
            lines.append(say(key, names=say("word.comma").join(named)))
    if preview.desk_first:
        lines.append(say("ahead.desk_first", count=preview.desk_first))
    return lines


def _got(turn: Turn, preview: Preview) -> list[str]:
    if not preview.got:
        return []
    say = turn.say
    parts = [
        say(f"ahead.got.{got.value}", count=preview.got[got]) for got in Got if preview.got.get(got)
    ]
    return [say("ahead.until_now", parts=say("word.comma").join(parts))]


def _example(turn: Turn, book: Compiled, example: Example) -> str:
    say = turn.say
    shown = one_line(seen(example.text, book.mask, say), _EXAMPLE_CHARS)
    name = ""
    if example.got is Got.FAQ and (entry := book.entries.get(example.number or 0)):
        name = f" #{entry.id}"
    if example.got is Got.RULE and example.number:
        name = f" #{example.number}"
    return f"▫ {shown} ({say(f'ahead.was.{example.got.value}')}{name})"
