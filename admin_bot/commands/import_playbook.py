"""``/import``: take a playbook in from a file, after a preview.

Nothing of the file is kept while the admin thinks: the preview quotes the message with the file,
and a press downloads it again. So it survives a restart, and it takes no memory.
"""

import asyncio
import hashlib

import telegram

from admin_bot.command import Command
from admin_bot.progress import Progress
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import playbook_file
from bot.handlers.playbook_file import Count, Difference
from bot.knowledge.playbook_file import BadPlaybook, read
from core.errors import BadRequestText, NotFound
from core.i18n.texts import Texts
from core.messages import Button
from core.playbook import Playbook

LARGEST_BYTES = 20 * 1024 * 1024
"""What the platform lets a bot download."""
_MOST_SHOWN = 3500
"""Characters of mistakes that are written; more are sent as a file."""


async def run(turn: Turn) -> None:
    """Ask for the file."""
    turn.expecting.file(turn.staff.id, "import", turn.desk.clock())
    await turn.answer(turn.say("import.send"))


async def taken(turn: Turn) -> None:
    """Check a file whole and show what it would change."""
    message = turn.message
    document = None if message is None else message.document
    if message is None or document is None:
        raise BadRequestText("import.no_document")
    say = turn.say
    progress = Progress(turn, say("import.checking"), reply_to=message.message_id)
    try:
        playbook = await progress.during(_downloaded(turn, document))
    except BadPlaybook as bad:
        await _show_mistakes(turn, progress, bad)
        return
    async with turn.desk.reading() as uow:
        difference = await playbook_file.compare(uow, turn.staff, playbook)
    digest = _digest(document)
    await progress.finish(
        _preview(say, difference),
        [
            (Button(say("import.add"), f"import_add:{digest}"),),
            (Button(say("import.swap"), f"import_swap:{digest}"),),
            (Button(say("button.cancel"), "import_no"),),
        ],
        title=say("import.good"),
    )


async def _downloaded(turn: Turn, document: telegram.Document) -> Playbook:
    if (document.file_size or 0) > LARGEST_BYTES:
        raise BadRequestText("import.too_large", limit=LARGEST_BYTES // 1024 // 1024)
    file = await turn.bot.get_file(document.file_id)
    data = bytes(await file.download_as_bytearray())
    return await asyncio.to_thread(read, data)


async def _show_mistakes(turn: Turn, progress: Progress, bad: BadPlaybook) -> None:
    say = turn.say
    lines = [say(mistake.key, **mistake.facts) for mistake in bad.mistakes]
    title = say("import.bad", count=len(lines))
    whole = "\n".join(lines)
    if len(whole) <= _MOST_SHOWN:
        await progress.finish(whole, title=title)
        return
    await progress.finish(say("import.mistakes_in_file"), title=title)
    await turn.send_file("mistakes.txt", whole.encode(), title)


def _preview(say: Texts, difference: Difference) -> str:
    lines = [
        _count(say, name, count) for name, count in difference.counts.items() if count != _NOTHING
    ]
    if difference.unknown_accounts:
        lines.append(
            say(
                "import.unknown_accounts",
                names=say("word.comma").join(difference.unknown_accounts),
            )
        )
    return "\n".join([*(lines or [say("import.empty")]), "", say("import.question")])


_NOTHING = Count(0, 0, 0, 0)


def _count(say: Texts, name: str, count: Count) -> str:
    text = say(
        "import.count",
        what=say(f"import.{name}"),
        new=count.new,
        changed=count.changed,
        same=count.same,
    )
    return text + (say("import.gone", count=count.gone) if count.gone else "")


def _digest(document: telegram.Document) -> str:
    """Return a short name of the file, so that a press cannot take in another one."""
    return hashlib.sha256(document.file_unique_id.encode()).hexdigest()[:16]


def _quoted(turn: Turn) -> telegram.Document:
    """Return the file that the preview is about.

    Raises:
        NotFound: The message with the file is gone, or holds another file by now.
    """
    message = None if turn.message is None else turn.message.reply_to_message
    document = None if message is None else message.document
    if document is None or _digest(document) != turn.words:
        raise NotFound("import.gone_file")
    return document


async def _add(turn: Turn) -> None:
    await _take_in(turn, whole=False)


async def _swap(turn: Turn) -> None:
    document = _quoted(turn)
    say = turn.say
    playbook = await _downloaded(turn, document)
    async with turn.desk.reading() as uow:
        difference = await playbook_file.compare(uow, turn.staff, playbook)
    await turn.answer(
        say(
            "import.swap_question",
            rules=difference.rules.gone,
            faq=difference.faq.gone,
            words=difference.words.gone,
        ),
        [
            (Button(say("import.swap_yes"), f"import_swap_yes:{turn.words}"),),
            (Button(say("button.cancel"), "import_no"),),
        ],
    )


async def _swapped(turn: Turn) -> None:
    await _take_in(turn, whole=True)


async def _take_in(turn: Turn, *, whole: bool) -> None:
    document = _quoted(turn)
    say = turn.say
    progress = Progress(turn, say("import.working"))
    difference = await progress.during(_stored(turn, document, whole=whole))
    counts = difference.counts.items()
    lines = [_done(say, name, count, whole=whole) for name, count in counts if count != _NOTHING]
    await progress.finish("\n".join(lines), title=say("import.done"))


async def _stored(turn: Turn, document: telegram.Document, *, whole: bool) -> Difference:
    playbook = await _downloaded(turn, document)
    async with teaching(turn) as uow:
        return await playbook_file.take_in(
            uow, turn.staff, playbook, turn.desk.clock(), whole=whole
        )


def _done(say: Texts, name: str, count: Count, *, whole: bool) -> str:
    text = say(
        "import.count",
        what=say(f"import.{name}"),
        new=count.new,
        changed=count.changed,
        same=count.same,
    )
    return text + (say("import.deleted", count=count.gone) if whole and count.gone else "")


async def _cancelled(turn: Turn) -> None:
    await turn.answer(turn.say("import.cancelled"))


COMMAND = Command(
    "import",
    Permission.TEACH,
    run,
    presses={
        "import_add": _add,
        "import_swap": _swap,
        "import_swap_yes": _swapped,
        "import_no": _cancelled,
    },
    on_file=taken,
)
