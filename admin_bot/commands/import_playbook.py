"""``/import``: take a playbook, or a sheet of the knowledge base, in from a file.

Nothing of the file is kept while the admin thinks: the preview quotes the message with the file,
and a press downloads it again. So it survives a restart, and it takes no memory.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import telegram

from admin_bot.command import Command
from admin_bot.progress import Progress
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from bot.access import Permission
from bot.handlers import playbook_file
from bot.knowledge.knowledge_sheet import knowledge_template, read_sheet
from bot.knowledge.mistakes import BadPlaybook, Mistake
from bot.knowledge.playbook_difference import Count, Difference
from bot.knowledge.playbook_file import read
from core.errors import BadRequestText, NotFound
from core.i18n.texts import Texts
from core.messages import Button
from core.playbook import Playbook

LARGEST_BYTES = 20 * 1024 * 1024
"""What the platform lets a bot download."""
_MOST_SHOWN = 3500
"""Characters of mistakes that are written; more are sent as a file."""
_TEMPLATE_WORDS = ("template", "模板")
_SHEETS = (".xlsx", ".xlsm", ".xls", ".csv")
_SHEET_STARTS = (b"PK", b"\xd0\xcf\x11\xe0")
"""How zip files and the files of old Excels begin; no YAML does."""


@dataclass(frozen=True, slots=True)
class _File:
    """A file that was read.

    Args:
        playbook: What it holds; of a sheet the rows without mistakes.
        mistakes: What is wrong with a sheet; a YAML file with mistakes is never read.
        unsaid: Fields of entries for which a sheet has no column.
        sheet: Whether it is one.
    """

    playbook: Playbook
    mistakes: tuple[Mistake, ...] = ()
    unsaid: frozenset[str] = frozenset()
    sheet: bool = False

    @property
    def good(self) -> int:
        """How many entries it holds."""
        return len(self.playbook.faq) + len(self.playbook.library)


async def run(turn: Turn) -> None:
    """Ask for the file, or send the sheet to fill in."""
    if turn.words.lower() in _TEMPLATE_WORDS:
        await _template(turn)
        return
    turn.expecting.file(turn.staff.id, "import", turn.desk.clock())
    await turn.answer(
        turn.say("import.send"),
        [(Button(turn.say("import.template"), "import_template"),)],
    )


async def _template(turn: Turn) -> None:
    data = await asyncio.to_thread(knowledge_template, turn.say)
    await turn.send_file("knowledge-template.xlsx", data, turn.say("import.template_sent"))
    turn.expecting.file(turn.staff.id, "import", turn.desk.clock())


async def taken(turn: Turn) -> None:
    """Check a file whole and show what it would change."""
    message = turn.message
    document = None if message is None else message.document
    if message is None or document is None:
        raise BadRequestText("import.no_document")
    say = turn.say
    progress = Progress(turn, say("import.checking"), reply_to=message.message_id)
    digest = _digest(document)
    try:
        file = await progress.during(_downloaded(turn, document))
    except BadPlaybook as bad:
        await _show_mistakes(turn, progress, bad.mistakes)
        return
    if file.mistakes:
        await _show_mistakes(turn, progress, file.mistakes, good=file.good, digest=digest)
        return
    async with turn.desk.reading() as uow:
        difference = await playbook_file.compare(uow, turn.staff, file.playbook, unsaid=file.unsaid)
    rows = [(Button(say("import.add"), f"import_add:{digest}"),)]
    if not file.sheet:
        # A sheet is never all there is: it holds no rules.
        rows.append((Button(say("import.swap"), f"import_swap:{digest}"),))
    rows.append((Button(say("button.cancel"), "import_no"),))
    await progress.finish(_preview(say, difference), rows, title=say("import.good"))


async def _downloaded(turn: Turn, document: telegram.Document) -> _File:
    if (document.file_size or 0) > LARGEST_BYTES:
        raise BadRequestText("import.too_large", limit=LARGEST_BYTES // 1024 // 1024)
    file = await turn.bot.get_file(document.file_id)
    data = bytes(await file.download_as_bytearray())
    async with turn.desk.reading() as uow:
        depth = (await uow.taught.answering()).depth
    name = (document.file_name or "").lower()
    if name.endswith(_SHEETS) or data.startswith(_SHEET_STARTS):
        sheet = await asyncio.to_thread(read_sheet, data, depth=depth)
        return _File(sheet.playbook, sheet.mistakes, sheet.unsaid, sheet=True)
    return _File(await asyncio.to_thread(read, data, depth=depth))


async def _show_mistakes(
    turn: Turn,
    progress: Progress,
    mistakes: Sequence[Mistake],
    *,
    good: int = 0,
    digest: str = "",
) -> None:
    say = turn.say
    lines = [say(mistake.key, **mistake.facts) for mistake in mistakes]
    title = say("import.bad", count=len(lines))
    whole = "\n".join(lines)
    in_file = len(whole) > _MOST_SHOWN
    shown = say("import.mistakes_in_file") if in_file else whole
    rows = []
    if good:
        shown = "\n\n".join((shown, say("import.good_rows_question", count=good)))
        rows = [
            (Button(say("import.good_rows", count=good), f"import_rows:{digest}"),),
            (Button(say("button.cancel"), "import_no"),),
        ]
    if in_file and good:
        # The message with the buttons is to be the last one.
        await turn.send_file("mistakes.txt", whole.encode(), title)
    await progress.finish(shown, rows, title=title)
    if in_file and not good:
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


async def _good_rows(turn: Turn) -> None:
    await _take_in(turn, whole=False, good_rows=True)


async def _swap(turn: Turn) -> None:
    document = _quoted(turn)
    say = turn.say
    file = await _downloaded(turn, document)
    async with turn.desk.reading() as uow:
        difference = await playbook_file.compare(uow, turn.staff, file.playbook)
    await turn.answer(
        say(
            "import.swap_question",
            rules=difference.rules.gone,
            faq=difference.faq.gone,
            library=difference.library.gone,
            folders=difference.folders.gone,
            words=difference.words.gone,
        ),
        [
            (Button(say("import.swap_yes"), f"import_swap_yes:{turn.words}"),),
            (Button(say("button.cancel"), "import_no"),),
        ],
    )


async def _swapped(turn: Turn) -> None:
    await _take_in(turn, whole=True)


async def _take_in(turn: Turn, *, whole: bool, good_rows: bool = False) -> None:
    document = _quoted(turn)
    say = turn.say
    progress = Progress(turn, say("import.working"))
    difference = await progress.during(_stored(turn, document, whole=whole, good_rows=good_rows))
    counts = difference.counts.items()
    lines = [_done(say, name, count, whole=whole) for name, count in counts if count != _NOTHING]
    await progress.finish("\n".join(lines), title=say("import.done"))


async def _stored(
    turn: Turn, document: telegram.Document, *, whole: bool, good_rows: bool
) -> Difference:
    file = await _downloaded(turn, document)
    if (whole and file.sheet) or (file.mistakes and not good_rows):
        # No button of ours leads here: of a sheet with mistakes the good rows are asked for.
        raise NotFound("import.gone_file")
    async with teaching(turn) as uow:
        return await playbook_file.take_in(
            uow,
            turn.staff,
            file.playbook,
            turn.desk.clock(),
            whole=whole,
            unsaid=file.unsaid,
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
        "import_rows": _good_rows,
        "import_swap": _swap,
        "import_swap_yes": _swapped,
        "import_no": _cancelled,
        "import_template": _template,
    },
    on_file=taken,
)
