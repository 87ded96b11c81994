"""``/folder_list``: the tree of the knowledge base, and what can be done with its nodes."""

from dataclasses import replace

from admin_bot.asking import ask, asking_again, stop_asking
from admin_bot.browsing import View
from admin_bot.command import Command
from admin_bot.library_wording import above, picker, place_name, turning
from admin_bot.listing import page_of, short, whole
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from bot.access import Permission
from bot.handlers import library
from bot.handlers.find_entries import Filter
from core.errors import NotFound
from core.messages import Button
from core.playbook import Category, Shelf
from core.tree import ROOT, Tree

_COLUMNS = 36
_SHELVES = {
    **dict.fromkeys(("faq", "常见问题", "客户"), Shelf.FAQ),
    **dict.fromkeys(("library", "知识库", "坐席"), Shelf.DESK),
}


def shelf_first(words: str) -> tuple[Shelf, str]:
    """Take the name of a shelf off the front of *words*; without one it is the agents'."""
    first, *rest = words.split(maxsplit=1) or [""]
    shelf = _SHELVES.get(first.lower())
    if shelf is None:
        return Shelf.DESK, words.strip()
    return shelf, rest[0].strip() if rest else ""


async def run(turn: Turn) -> None:
    """Show the tree, or the nodes whose names hold the words."""
    shelf, words = shelf_first(turn.words)
    await _show_tree(turn, View(shelf, wanted=Filter(words=" ".join(words.split()))))


async def _turned(turn: Turn) -> None:
    await _show_tree(turn, View.read(turn.words))


async def _show_tree(turn: Turn, view: View) -> None:
    stop_asking(turn)
    say = turn.say
    async with turn.desk.reading() as uow:
        stock = await library.stock(uow, turn.staff, view.shelf)
    tree, counts = stock.tree, stock.counts()
    words = view.wanted.words.casefold()
    page = page_of([node for node in tree if words in node.name.casefold()], view.page)
    rows: list[tuple[Button, ...]] = []
    for node in page.things:
        indent = "" if words else "　" * (tree.level(node.id) - 1)
        name = short(tree.path(node.id) if words else node.name, _COLUMNS)
        label = say("library.button_folder", name=name, count=counts.get(node.id, 0))
        rows.append((Button(indent + label, view.at(node.id).data("fold")),))
    rows += [
        turning(say, page.number, page.pages, lambda to: replace(view, page=to).data("fold_list")),
        (
            Button(say("library.button_find_folder"), view.data("fold_find")),
            Button(say("library.button_add_folder"), view.at(ROOT).data("fold_add")),
        ),
        (Button(say("button.to_list"), view.at(ROOT).data("lib")),),
        undo_row(turn),
    ]
    key = "folder.found" if words else "folder.tree"
    text = say(key, search=view.wanted.words, total=page.total)
    await turn.answer(text, rows, title=say(f"shelf.{view.shelf.value}"))


async def _find(turn: Turn) -> None:
    view = View.read(turn.words)
    question = turn.say("library.ask_find_folder")
    await ask(turn, question, f"fold_found:{turn.words}", view.data("fold_list"))


async def _found(turn: Turn) -> None:
    view = View.read(turn.words)
    await _show_tree(turn, view.narrowed(Filter(words=" ".join(turn.said.split()))))


# -- one node -------------------------------------------------------------------------------------


async def show_folder(turn: Turn, shelf: Shelf, number: int, title: str = "") -> None:
    """Show a node with everything that can be done about it."""
    stop_asking(turn)
    async with turn.desk.reading() as uow:
        held = await library.holding(uow, turn.staff, number)
        tree = await library.folders(uow, turn.staff, shelf)
    say = turn.say
    view = View(shelf, number)
    text = say(
        "folder.card",
        place=place_name(say, view, tree),
        level=tree.level(number),
        nodes=len(held.nodes),
        entries=len(held.entries),
    )
    rows = [
        (
            Button(say("library.button_add_folder"), view.data("fold_add")),
            Button(say("library.button_rename"), view.data("fold_name")),
        ),
        (
            Button(say("library.button_up"), view.data("fold_up")),
            Button(say("library.button_down"), view.data("fold_down")),
            Button(say("library.button_move_to"), view.data("fold_to", 1)),
        ),
        (
            Button(say("button.delete"), view.data("fold_drop")),
            Button(say("library.button_open_folder"), view.data("lib")),
        ),
        (Button(say("library.button_tree"), view.at(ROOT).data("fold_list")),),
        undo_row(turn),
    ]
    await turn.answer(text, rows, title=title or short(held.node.name, _COLUMNS))


async def _menu(turn: Turn) -> None:
    view = View.read(turn.words)
    await show_folder(turn, view.shelf, view.node)


def _back(view: View) -> str:
    return view.data("fold") if view.node > ROOT else view.data("lib")


async def _ask_child(turn: Turn) -> None:
    view = View.read(turn.words)
    await ask(turn, turn.say("library.ask_folder_name"), f"fold_added:{turn.words}", _back(view))


async def _added(turn: Turn) -> None:
    view = View.read(turn.words)
    async with asking_again(turn, turn.say("library.ask_folder_name"), f"fold_added:{turn.words}"):
        async with teaching(turn) as uow:
            node = await library.add_folder(
                uow, turn.staff, view.shelf, view.node, turn.said, turn.desk.clock()
            )
        await show_folder(turn, view.shelf, node.id, turn.say("folder.added", name=node.name))


async def _ask_name(turn: Turn) -> None:
    view = View.read(turn.words)
    await ask(turn, turn.say("library.ask_folder_name"), f"fold_named:{turn.words}", _back(view))


async def _named(turn: Turn) -> None:
    view = View.read(turn.words)
    async with asking_again(turn, turn.say("library.ask_folder_name"), f"fold_named:{turn.words}"):
        async with teaching(turn) as uow:
            node = await library.rename_folder(
                uow, turn.staff, view.node, turn.said, turn.desk.clock()
            )
        await show_folder(turn, view.shelf, node.id, turn.say("folder.changed", name=node.name))


async def _shift(turn: Turn, up: bool) -> None:
    view = View.read(turn.words)
    async with teaching(turn) as uow:
        await library.shift_folder(uow, turn.staff, view.node, up, turn.desk.clock())
    await turn.notice(turn.say("entry.moved" if turn.changes else "entry.at_the_end"))
    await show_folder(turn, view.shelf, view.node)


async def _up(turn: Turn) -> None:
    await _shift(turn, True)


async def _down(turn: Turn) -> None:
    await _shift(turn, False)


async def _targets(turn: Turn) -> None:
    """Show where the node can be put: not into itself, nor where the tree would get too deep."""
    page, _, code = turn.words.partition(":")
    view = View.read(code)
    async with turn.desk.reading() as uow:
        node = await library.folder(uow, turn.staff, view.node)
        tree = await library.folders(uow, turn.staff, view.shelf)
    say = turn.say
    depth = turn.desk.playbook.now.playbook.answering.depth
    rows = [
        *_to_root(turn, tree, node, view),
        *picker(
            say,
            tree,
            whole(page) or 1,
            choose=lambda target: view.data("fold_put", target),
            to=lambda page: view.data("fold_to", page),
            without=_unfit(tree, node, depth),
        ),
        (Button(say("library.button_back"), view.data("fold")),),
    ]
    await turn.answer(say("library.ask_move_folder"), rows, title=short(node.name, _COLUMNS))


def _to_root(
    turn: Turn, tree: Tree[Category], node: Category, view: View
) -> list[tuple[Button, ...]]:
    if above(tree, node.id) == ROOT:
        return []
    return [(Button(turn.say("folder.root"), view.data("fold_put", ROOT)),)]


def _unfit(tree: Tree[Category], node: Category, depth: int) -> set[int]:
    deepest = depth - 1 - tree.levels_below(node.id)
    return {
        *tree.whole([node.id]),
        above(tree, node.id),
        *(other.id for other in tree if tree.level(other.id) > deepest),
    }


async def _put(turn: Turn) -> None:
    target, _, code = turn.words.partition(":")
    view = View.read(code)
    where = whole(target)
    if where is None:
        raise NotFound("folder.unknown", number="?")
    async with teaching(turn) as uow:
        await library.move_folder(uow, turn.staff, view.node, where, turn.desk.clock())
    await show_folder(turn, view.shelf, view.node)


# -- deleting -------------------------------------------------------------------------------------


async def _drop(turn: Turn) -> None:
    """Ask, where the node is empty; refuse where it is not, and offer to delete all of it."""
    view = View.read(turn.words)
    async with turn.desk.reading() as uow:
        held = await library.holding(uow, turn.staff, view.node)
    say = turn.say
    name = held.node.name
    keep = Button(say("button.keep"), view.data("fold"))
    if not (held.nodes or held.entries):
        await turn.answer(
            say("folder.empty"),
            [(Button(say("button.delete_yes"), view.data("fold_drop_yes", 0)), keep)],
            title=say("folder.delete_question", name=name),
        )
        return
    await turn.answer(
        say("folder.holds", name=name, nodes=len(held.nodes), entries=len(held.entries)),
        [(Button(say("library.button_delete_all"), view.data("fold_drop_all")), keep)],
        title=say("folder.not_empty"),
    )


async def _drop_all(turn: Turn) -> None:
    view = View.read(turn.words)
    async with turn.desk.reading() as uow:
        held = await library.holding(uow, turn.staff, view.node)
    say = turn.say
    await turn.answer(
        say("folder.all_question", nodes=len(held.nodes) + 1, entries=len(held.entries)),
        [
            (
                Button(say("button.delete_yes"), view.data("fold_drop_yes", 1)),
                Button(say("button.keep"), view.data("fold")),
            )
        ],
        title=say("folder.delete_question", name=held.node.name),
    )


async def _dropped(turn: Turn) -> None:
    everything, _, code = turn.words.partition(":")
    view = View.read(code)
    async with teaching(turn) as uow:
        held = await library.delete_folder(
            uow, turn.staff, view.node, turn.desk.clock(), whole=everything == "1"
        )
    await turn.notice(turn.say("folder.deleted", name=held.node.name))
    await _show_tree(turn, view.at(ROOT))


COMMAND = Command(
    "folder_list",
    Permission.TEACH,
    run,
    presses={
        "fold_list": _turned,
        "fold_find": _find,
        "fold_found": _found,
        "fold": _menu,
        "fold_add": _ask_child,
        "fold_added": _added,
        "fold_name": _ask_name,
        "fold_named": _named,
        "fold_up": _up,
        "fold_down": _down,
        "fold_to": _targets,
        "fold_put": _put,
        "fold_drop": _drop,
        "fold_drop_all": _drop_all,
        "fold_drop_yes": _dropped,
    },
)
