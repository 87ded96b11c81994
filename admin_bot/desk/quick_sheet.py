"""``/quick_import``: quick replies from an Excel sheet of titles and texts.

Nothing of the sheet is kept while the person thinks: what is shown quotes the message with the
file, and a press downloads it again.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import telegram

from admin_bot.command import Command
from admin_bot.desk.quick_list import show
from admin_bot.desk.quick_place import Spot, owner_code, owner_name, read_owner
from admin_bot.library_wording import turning
from admin_bot.listing import one_line, page_of, whole
from admin_bot.progress import Progress
from admin_bot.turn import Turn
from admin_bot.wording import today
from bot.access import Permission
from bot.dialog.replies import LONGEST_TEXT
from bot.handlers import quick_reply, teach_quick
from bot.handlers.teach_quick import LONGEST_TITLE, SheetRow
from bot.knowledge.excel import BadSheet, Column, read_rows, template
from bot.knowledge.mistakes import Mistake
from core.errors import BadRequestText, DeskError, NotFound
from core.i18n.texts import Texts
from core.messages import Button, text
from core.tree import ROOT
from storage.repos.library import Owner

LARGEST_BYTES = 20 * 1024 * 1024
"""What the platform lets a bot download."""
MOST_ROWS = 5_000
COLUMNS = (
    Column("title", required=True, longest=LONGEST_TITLE),
    Column("content", required=True, longest=LONGEST_TEXT),
)
"""Source: requirement MAT-09."""
_MOST_SHOWN = 3500
_ALL, _GOOD, _NEW = 0, 1, 2
"""What a press takes in: a sheet without mistakes; the rows without; of those the new titles."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that was read: the rows without mistakes, and the mistakes of the others."""

    rows: tuple[SheetRow, ...]
    mistakes: tuple[Mistake, ...]


def read(data: bytes) -> Sheet:
    """Read an .xlsx file; a title that stands twice is a mistake of the second row."""
    mistakes: list[Mistake] = []
    try:
        found = read_rows(data, COLUMNS, most_rows=MOST_ROWS)
    except BadSheet as bad:
        found, mistakes = list(bad.rows), list(bad.mistakes)
    good: list[SheetRow] = []
    titles: dict[str, int] = {}
    for row in found:
        title = " ".join(row.values["title"].split())
        try:
            teach_quick.fits(title, text(row.values["content"]))
        except DeskError as error:
            mistakes.append(_mistake(row.number, error.key, **error.facts))
            continue
        if title in titles:
            facts = {"title": one_line(title), "first": titles[title]}
            mistakes.append(_mistake(row.number, "quick.sheet_title_twice", **facts))
            continue
        titles[title] = row.number
        good.append(SheetRow(row.number, title, row.values["content"]))
    return Sheet(tuple(good), tuple(sorted(mistakes, key=lambda mistake: mistake.line)))


def _mistake(row: int, key: str, **facts: object) -> Mistake:
    return Mistake(row, key, {**facts, "line": row})


def _in_words(say: Texts, mistake: Mistake) -> str:
    words = say(mistake.key, **mistake.facts)
    own = mistake.key.startswith("quick.") and mistake.key != "quick.sheet_title_twice"
    return say("quick.sheet_row", row=mistake.line, what=words) if own else words


# -- asking for it --------------------------------------------------------------------------------


async def run(turn: Turn) -> None:
    """Send the sheet to fill in, and wait for the filled one."""
    data = await asyncio.to_thread(_template, turn.say)
    await turn.send_file("quick-replies.xlsx", data, turn.say("quick.sheet_sent"))
    turn.expecting.file(turn.staff.id, "quick_import", turn.desk.clock())


async def _asked(turn: Turn) -> None:
    await run(turn)


def _template(say: Texts) -> bytes:
    example = {
        "title": say("quick.sheet_example_title"),
        "content": say("quick.sheet_example_content"),
    }
    return template(say("quick.sheet_name"), COLUMNS, [example], say=say)


# -- looking at it --------------------------------------------------------------------------------


async def taken(turn: Turn) -> None:
    """Check a sheet whole; then ask where its replies go."""
    message = turn.message
    document = None if message is None else message.document
    if message is None or document is None:
        raise BadRequestText("quick.sheet_no_document")
    say = turn.say
    progress = Progress(turn, say("import.checking"), reply_to=message.message_id)
    sheet = await progress.during(_downloaded(turn, document))
    digest = _digest(document)
    if sheet.mistakes:
        lines = [_in_words(say, mistake) for mistake in sheet.mistakes]
        rows = []
        if sheet.rows:
            label = say("quick.button_good_rows", count=len(sheet.rows))
            rows = [(Button(label, f"quick_where:{digest}:{_GOOD}"),)]
        rows.append((Button(say("button.cancel"), "quick_sheet_no"),))
        title = say("quick.sheet_bad", count=len(lines))
        await _finish(turn, progress, lines, rows, title)
        return
    words, places = await _places(turn, digest, _ALL, len(sheet.rows))
    await progress.finish(words, places)


async def _finish(
    turn: Turn,
    progress: Progress,
    lines: Sequence[str],
    rows: Sequence[tuple[Button, ...]],
    title: str,
) -> None:
    whole_text = "\n".join(lines)
    if len(whole_text) > _MOST_SHOWN:
        # The message with the buttons is to be the last one.
        await turn.send_file("mistakes.txt", whole_text.encode(), title)
        whole_text = turn.say("import.mistakes_in_file")
    await progress.finish(whole_text, rows, title=title)


async def _downloaded(turn: Turn, document: telegram.Document) -> Sheet:
    if (document.file_size or 0) > LARGEST_BYTES:
        raise BadRequestText("import.too_large", limit=LARGEST_BYTES // 1024 // 1024)
    file = await turn.bot.get_file(document.file_id)
    data = bytes(await file.download_as_bytearray())
    return await asyncio.to_thread(read, data)


def _digest(document: telegram.Document) -> str:
    """Return a short name of the file, so that a press cannot take in another one."""
    return hashlib.sha256(document.file_unique_id.encode()).hexdigest()[:16]


def _quoted(turn: Turn, digest: str) -> telegram.Document:
    message = None if turn.message is None else turn.message.reply_to_message
    document = None if message is None else message.document
    if document is None or _digest(document) != digest:
        raise NotFound("import.gone_file")
    return document


async def _places(
    turn: Turn, digest: str, which: int, count: int, number: int = 1
) -> tuple[str, list[tuple[Button, ...]]]:
    """Return the question where the replies go, with a button for every place."""
    say = turn.say
    if not count:
        return say("quick.sheet_empty"), []
    buttons: list[Button] = []
    async with turn.desk.reading() as uow:
        stand = await quick_reply.browse(uow, turn.staff, today(turn.desk))
        for owner in stand.reach.owners:
            if owner not in stand.reach.writes:
                continue
            part = await quick_reply.browse(uow, turn.staff, today(turn.desk), owner=owner)
            name = owner_name(say, stand, owner)
            for group, path in ((ROOT, ""), *part.groups.items()):
                label = f"{name} / {path.replace('/', ' / ')}" if path else name
                data = f"quick_in:{digest}:{which}:{owner_code(owner)}:{group}"
                buttons.append(Button(one_line(label, 50), data))
    page = page_of(buttons, number)
    rows: list[tuple[Button, ...]] = [(button,) for button in page.things]
    to_page = f"quick_where:{digest}:{which}:"
    rows.append(turning(say, page.number, page.pages, lambda to: f"{to_page}{to}"))
    rows.append((Button(say("button.cancel"), "quick_sheet_no"),))
    return say("quick.sheet_where", count=count), rows


async def _where(turn: Turn) -> None:
    digest, which, page = [*turn.words.split(":"), "", ""][:3]
    sheet = await _downloaded(turn, _quoted(turn, digest))
    words, places = await _places(
        turn, digest, whole(which) or _ALL, len(sheet.rows), whole(page) or 1
    )
    await turn.answer(words, places)


# -- taking it in ---------------------------------------------------------------------------------


async def _put(turn: Turn) -> None:
    digest, mode, code, number = [*turn.words.split(":"), "", "", "", ""][:4]
    which, owner, group = whole(mode) or _ALL, read_owner(code), whole(number) or ROOT
    if owner is None:
        raise NotFound("error.button_gone")
    document = _quoted(turn, digest)
    progress = Progress(turn, turn.say("import.working"))
    sheet = await progress.during(_downloaded(turn, document))
    if sheet.mistakes and which == _ALL:
        # No button of ours leads here: of a sheet with mistakes the good rows are asked for.
        raise NotFound("import.gone_file")
    async with turn.desk.reading() as uow:
        known = await teach_quick.clashes(uow, turn.staff, owner, group, sheet.rows)
    if known and which != _NEW:
        await _tell_known(turn, progress, sheet, known, f"{digest}:{_NEW}:{code}:{group}")
        return
    rows = [row for row in sheet.rows if row not in known]
    await _take_in(turn, owner, group, rows)


async def _tell_known(
    turn: Turn, progress: Progress, sheet: Sheet, known: Sequence[SheetRow], data: str
) -> None:
    say = turn.say
    lines = [
        say("quick.sheet_row", row=row.number, what=say("quick.taken", title=one_line(row.title)))
        for row in known
    ]
    rows = []
    if len(known) < len(sheet.rows):
        label = say("quick.button_good_rows", count=len(sheet.rows) - len(known))
        rows = [(Button(label, f"quick_in:{data}"),)]
    rows.append((Button(say("button.cancel"), "quick_sheet_no"),))
    await _finish(turn, progress, lines, rows, say("quick.sheet_bad", count=len(lines)))


async def _take_in(turn: Turn, owner: Owner, group: int, rows: Sequence[SheetRow]) -> None:
    async with turn.unit() as uow:
        count = await teach_quick.bring_in(uow, turn.staff, owner, group, rows, turn.desk.clock())
        await uow.commit()
    await show(turn, Spot(owner, group), turn.say("quick.sheet_done", count=count))


async def _cancelled(turn: Turn) -> None:
    await turn.answer(turn.say("import.cancelled"))


COMMAND = Command(
    "quick_import",
    Permission.SERVE,
    run,
    presses={
        "quick_sheet": _asked,
        "quick_where": _where,
        "quick_in": _put,
        "quick_sheet_no": _cancelled,
    },
    on_file=taken,
)
