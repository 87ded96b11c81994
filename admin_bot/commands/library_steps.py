"""Adding and editing an entry of the knowledge base step by step, by what is typed or sent."""

from dataclasses import replace

from admin_bot.asking import ask, asking_again
from admin_bot.browsing import View
from admin_bot.commands.library_entry import amended, read, show_entry, told
from admin_bot.listing import in_rows, one_line
from admin_bot.parsing import barred, contents, listed, media_of, period
from admin_bot.teaching import newest, teaching
from admin_bot.turn import Turn
from bot.handlers import library, teach_faq
from bot.handlers.teach_faq import FaqDraft, Wishes
from core.errors import BadRequestText, NotFound
from core.messages import Button, Content, Kind
from core.playbook import EntryKind, FaqEntry, Shelf

NOTHING = "-"
"""Written where something is to be emptied."""
_LONGEST_NAME = 60
"""How much of a phrase becomes its name."""
_FIELDS = ("title", "question", "similar", "keywords", "answer", "valid", "address")


def keywords(text: str) -> tuple[str, ...]:
    """Read keywords: commas or line ends between them, else blanks. Source: KBF-20."""
    parts = listed(text)
    return parts if len(parts) > 1 else tuple(dict.fromkeys(text.replace(",", " ").split()))


# -- editing --------------------------------------------------------------------------------------


async def _ask(turn: Turn) -> None:
    (field,), number, view = read(turn.words, 1)
    if field not in _FIELDS:
        raise NotFound("error.button_gone")
    question = turn.say(f"library.ask_{field}")
    await ask(turn, question, f"ent_said:{turn.words}", view.data("ent", number))


async def _said(turn: Turn) -> None:
    (field,), number, view = read(turn.words, 1)
    async with asking_again(turn, turn.say(f"library.ask_{field}"), f"ent_said:{turn.words}"):
        async with turn.desk.reading() as uow:
            entry = await teach_faq.show(uow, turn.staff, number, None)
        entry = await amended(turn, number, _wishes(turn, field, entry))
        await show_entry(turn, entry, view, told(turn, "changed", entry))


def _wishes(turn: Turn, field: str, entry: FaqEntry) -> Wishes:
    said = "" if turn.said == NOTHING else turn.said
    if field == "title":
        return Wishes(title=" ".join(said.split()))
    if field == "question":
        return Wishes(question=" ".join(said.split()))
    if field == "similar":
        return Wishes(similar=barred(said))
    if field == "keywords":
        return Wishes(keywords=keywords(said))
    if field == "valid":
        return Wishes(valid=period(said) if said else (None, None))
    if field == "address":
        return Wishes(answer=replace(entry.answer, data={"url": said.strip()}))
    return Wishes(answer=_answer(turn, entry))


def _answer(turn: Turn, entry: FaqEntry) -> Content:
    """Return the new answer; a link keeps its address and gets a text or a cover picture."""
    if entry.answer.kind is not Kind.LINK:
        return _one(contents(turn.said, turn.message))
    found = media_of(turn.message) if turn.message is not None else None
    if found is None:
        return replace(entry.answer, text=turn.said)
    kind, media = found
    if kind is not Kind.PHOTO:
        raise BadRequestText("entry.cover_is_picture")
    return replace(entry.answer, media=media, text=turn.said or entry.answer.text)


def _one(found: tuple[Content, ...]) -> Content:
    if len(found) > 1:
        raise BadRequestText("faq.one_answer")
    if not found:
        raise BadRequestText("entry.no_content")
    return found[0]


# -- adding ---------------------------------------------------------------------------------------


async def how_to_add(turn: Turn, usage: str, shelf: Shelf) -> None:
    """Say how to write an entry (*usage* is the key), and offer to do it step by step."""
    say = turn.say
    step = Button(say("library.button_step_by_step"), View(shelf).data("lib_add"))
    await turn.answer(say(usage), [(step,)])


async def _start(turn: Turn) -> None:
    """Begin to add an entry: agents' ones with their kind, customers' ones with the question."""
    view = View.read(turn.words)
    if view.shelf is Shelf.FAQ:
        await _ask_name(turn, EntryKind.QA, view)
        return
    say = turn.say
    buttons = [
        Button(say(f"entry_kind.{kind.value}"), view.data("add_kind", kind.value))
        for kind in EntryKind
    ]
    rows = [*in_rows(buttons, 2), (Button(say("button.cancel"), view.data("lib")),)]
    await turn.answer(say("library.ask_kind"), rows, title=say("library.button_add_entry"))


async def _kind(turn: Turn) -> None:
    name, _, code = turn.words.partition(":")
    view = View.read(code)
    if name == EntryKind.PHRASE:
        question = turn.say("library.ask_add_phrase")
        await ask(turn, question, f"add_done:{name}:{code}\n", view.data("lib"))
    else:
        await _ask_name(turn, _kind_of(name), view)


async def _ask_name(turn: Turn, kind: EntryKind, view: View) -> None:
    key = "library.ask_question" if kind is EntryKind.QA else "library.ask_name"
    await ask(turn, turn.say(key), view.data("add_named", kind.value), view.data("lib"))


async def _named(turn: Turn) -> None:
    name, _, code = turn.words.partition(":")
    kind, view = _kind_of(name), View.read(code)
    heading = " ".join(turn.said.split())
    if not heading:
        await turn.ask(turn.say("library.ask_name"), f"add_named:{turn.words}")
        return
    question = turn.say(f"library.ask_add_{kind.value}")
    await ask(turn, question, f"add_done:{name}:{code}\n{heading}", view.data("lib"))


async def _done(turn: Turn) -> None:
    where, _, heading = turn.words.partition("\n")
    name, _, code = where.partition(":")
    kind, view = _kind_of(name), View.read(code)
    then = f"add_done:{where}\n{heading}"
    async with asking_again(turn, turn.say(f"library.ask_add_{kind.value}"), then):
        entry = await _add(turn, kind, view, heading)
        await show_entry(turn, entry, view, told(turn, "added", entry))


async def _add(turn: Turn, kind: EntryKind, view: View, heading: str) -> FaqEntry:
    if kind in {EntryKind.LINK, EntryKind.CARD}:
        answer = Content(Kind.LINK, title=heading[:100], data={"url": turn.said.strip()})
    else:
        answer = _one(contents(turn.said, turn.message))
    heading = heading or _name_of(turn, answer)
    async with turn.desk.reading() as uow:
        tree = await library.folders(uow, turn.staff, view.shelf)
    draft = FaqDraft(
        question=heading,
        answer=answer,
        category=tree.path(view.node),
        shelf=view.shelf,
        kind=kind,
    )
    book = await newest(turn)
    async with teaching(turn) as uow:
        return await teach_faq.add(uow, turn.staff, draft, book.playbook, turn.desk.clock())


def _name_of(turn: Turn, answer: Content) -> str:
    """Return what a phrase is called: how it begins, or what its file is called."""
    if answer.text.strip():
        return one_line(answer.text, _LONGEST_NAME)
    file = answer.media.file_name if answer.media else None
    key = f"kind.{answer.kind.value}"
    return file or (turn.say(key) if key in turn.say else answer.kind.value)


def _kind_of(name: str) -> EntryKind:
    if name not in {kind.value for kind in EntryKind}:
        raise NotFound("error.button_gone")
    return EntryKind(name)


PRESSES = {
    "ent_ask": _ask,
    "ent_said": _said,
    "lib_add": _start,
    "add_kind": _kind,
    "add_named": _named,
    "add_done": _done,
}
