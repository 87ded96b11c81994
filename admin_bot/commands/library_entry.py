"""One entry of the knowledge base: its card, and what is changed about it with one press."""

from collections.abc import Awaitable, Callable, Mapping

from admin_bot.asking import stop_asking
from admin_bot.browsing import View
from admin_bot.command import Run
from admin_bot.library_wording import entry_card, picker
from admin_bot.listing import in_rows, whole
from admin_bot.previewing import preview
from admin_bot.teaching import newest, teaching
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from bot.handlers import library, teach_faq
from bot.handlers.teach_faq import Wishes
from core.errors import NotFound
from core.i18n.texts import Texts
from core.messages import Button, Kind
from core.playbook import EntryKind, FaqEntry, Shelf
from core.tree import ROOT

Show = Callable[[Turn, View], Awaitable[None]]


async def show_entry(turn: Turn, entry: FaqEntry, view: View, title: str = "") -> None:
    """Show an entry with everything that can be done about it."""
    stop_asking(turn)
    say = turn.say
    await turn.answer(
        entry_card(say, turn.desk, entry),
        [*_buttons(say, entry, view), undo_row(turn)],
        title=title or say("entry.title", shelf=say(f"shelf.{entry.shelf.value}"), number=entry.id),
    )


async def show_taught(turn: Turn, title: str, entry: FaqEntry) -> None:
    """Show an entry after a command; *title* is the key of a text."""
    view = View(entry.shelf, entry.category_id or ROOT)
    await show_entry(turn, entry, view, turn.say(title, number=entry.id))


def told(turn: Turn, what: str, entry: FaqEntry) -> str:
    """Return a sentence on what was done: ``added``, ``changed`` or ``deleted``."""
    area = "faq" if entry.shelf is Shelf.FAQ else "entry"
    return turn.say(f"{area}.{what}", number=entry.id)


def _buttons(say: Texts, entry: FaqEntry, view: View) -> list[tuple[Button, ...]]:
    def do(key: str, name: str, *parts: object) -> Button:
        return Button(say(key), view.data(name, *parts, entry.id))

    fields = ["title", "question", "similar", "keywords", "answer", "valid"]
    if entry.answer.kind is Kind.LINK:
        fields.append("address")
    switch = do("button.off", "ent_off") if entry.enabled else do("button.on", "ent_on")
    label = "library.button_new_off" if entry.new else "library.button_new_on"
    rows = [
        *in_rows([do(f"library.button_entry_{field}", "ent_ask", field) for field in fields], 3),
        (
            do("library.button_entry_kind", "ent_kind"),
            do("library.button_entry_category", "ent_to", 1),
            do(label, "ent_new", int(not entry.new)),
        ),
        (switch, do("library.button_up", "ent_up"), do("library.button_down", "ent_down")),
        (do("button.delete", "ent_drop"), Button(say("button.to_list"), view.data("lib"))),
    ]
    if entry.answer.media is not None or entry.answer.kind is Kind.LINK:
        rows.insert(-1, (do("library.button_entry_see", "ent_see"),))
    return rows


def read(words: str, parts: int = 0) -> tuple[list[str], int, View]:
    """Read the data of a button of an entry: *parts*, its number, the view behind it.

    Raises:
        NotFound: It holds no number.
    """
    *before, number, code = [*words.split(":", parts + 1), "", ""][: parts + 2]
    found = whole(number)
    if found is None:
        raise NotFound("entry.unknown", number="?")
    return before, found, View.read(code)


async def _entry(turn: Turn, number: int) -> FaqEntry:
    async with turn.desk.reading() as uow:
        return await teach_faq.show(uow, turn.staff, number, None)


async def _shown(turn: Turn) -> None:
    _, number, view = read(turn.words)
    await show_entry(turn, await _entry(turn, number), view)


async def _seen(turn: Turn) -> None:
    _, number, _ = read(turn.words)
    await preview(turn, (await _entry(turn, number)).answer)


async def _switch(turn: Turn, enabled: bool) -> None:
    _, number, view = read(turn.words)
    async with teaching(turn) as uow:
        entry = await teach_faq.switch(
            uow, turn.staff, number, enabled, turn.desk.clock(), shelf=None
        )
    await show_entry(turn, entry, view)


async def _on(turn: Turn) -> None:
    await _switch(turn, True)


async def _off(turn: Turn) -> None:
    await _switch(turn, False)


async def _shift(turn: Turn, up: bool) -> None:
    _, number, view = read(turn.words)
    async with teaching(turn) as uow:
        entry = await teach_faq.shift(uow, turn.staff, number, up, turn.desk.clock())
    await turn.notice(turn.say("entry.moved" if turn.changes else "entry.at_the_end"))
    await show_entry(turn, entry, view)


async def _up(turn: Turn) -> None:
    await _shift(turn, True)


async def _down(turn: Turn) -> None:
    await _shift(turn, False)


async def amended(turn: Turn, number: int, wishes: Wishes) -> FaqEntry:
    """Change parts of an entry and return it."""
    book = await newest(turn)
    async with teaching(turn) as uow:
        return await teach_faq.amend(
            uow, turn.staff, number, wishes, book.playbook, turn.desk.clock()
        )


async def _label(turn: Turn) -> None:
    (on,), number, view = read(turn.words, 1)
    await show_entry(turn, await amended(turn, number, Wishes(new=on == "1")), view)


async def _kinds(turn: Turn) -> None:
    _, number, view = read(turn.words)
    entry = await _entry(turn, number)
    say = turn.say
    labels = {kind: say(f"entry_kind.{kind.value}") for kind in EntryKind}
    buttons = [
        Button(
            say("button.chosen" if kind is entry.kind else "library.button_open", label=label),
            view.data("ent_kind_is", kind.value, number),
        )
        for kind, label in labels.items()
    ]
    rows = [*in_rows(buttons, 2), (Button(say("library.button_back"), view.data("ent", number)),)]
    await turn.answer(say("library.ask_kind"), rows, title=entry.heading)


async def _kind_is(turn: Turn) -> None:
    (name,), number, view = read(turn.words, 1)
    if name not in {kind.value for kind in EntryKind}:
        raise NotFound("error.button_gone")
    await show_entry(turn, await amended(turn, number, Wishes(kind=EntryKind(name))), view)


async def _categories(turn: Turn) -> None:
    (page,), number, view = read(turn.words, 1)
    async with turn.desk.reading() as uow:
        entry = await teach_faq.show(uow, turn.staff, number, None)
        tree = await library.folders(uow, turn.staff, entry.shelf)
    say = turn.say
    rows = [
        (Button(say("folder.loose"), view.data("ent_put", ROOT, number)),),
        *picker(
            say,
            tree,
            whole(page) or 1,
            choose=lambda node: view.data("ent_put", node, number),
            to=lambda page: view.data("ent_to", page, number),
            marked=lambda node: node == entry.category_id,
        ),
        (Button(say("library.button_back"), view.data("ent", number)),),
    ]
    await turn.answer(say("library.ask_category"), rows, title=entry.heading)


async def _put(turn: Turn) -> None:
    (target,), number, view = read(turn.words, 1)
    node = whole(target) or ROOT
    async with turn.desk.reading() as uow:
        entry = await teach_faq.show(uow, turn.staff, number, None)
        tree = await library.folders(uow, turn.staff, entry.shelf)
    if node != ROOT and node not in tree:
        raise NotFound("folder.unknown", number=node)
    await show_entry(turn, await amended(turn, number, Wishes(category=tree.path(node))), view)


async def _drop(turn: Turn) -> None:
    _, number, view = read(turn.words)
    entry = await _entry(turn, number)
    say = turn.say
    await turn.answer(
        entry_card(say, turn.desk, entry),
        [
            (
                Button(say("button.delete_yes"), view.data("ent_drop_yes", number)),
                Button(say("button.keep"), view.data("ent", number)),
            )
        ],
        title=say("entry.delete_question", heading=entry.heading),
    )


def presses(show: Show) -> Mapping[str, Run]:
    """Return what the buttons of an entry do; *show* shows the list that it came from."""

    async def dropped(turn: Turn) -> None:
        _, number, view = read(turn.words)
        async with teaching(turn) as uow:
            entry = await teach_faq.remove(uow, turn.staff, number, turn.desk.clock(), shelf=None)
        await turn.notice(told(turn, "deleted", entry))
        await show(turn, view)

    return {
        "ent": _shown,
        "ent_see": _seen,
        "ent_on": _on,
        "ent_off": _off,
        "ent_up": _up,
        "ent_down": _down,
        "ent_new": _label,
        "ent_kind": _kinds,
        "ent_kind_is": _kind_is,
        "ent_to": _categories,
        "ent_put": _put,
        "ent_drop": _drop,
        "ent_drop_yes": dropped,
    }
