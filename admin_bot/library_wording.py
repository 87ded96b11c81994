"""How the knowledge base is shown to admins."""

from collections.abc import Callable, Collection
from datetime import date

from admin_bot.browsing import View
from admin_bot.listing import one_line, page_of, short
from admin_bot.wording import content, day_only, moment, state
from bot.wiring import Desk
from core.i18n.texts import Texts
from core.messages import Button, Kind
from core.playbook import Category, FaqEntry
from core.tree import LOOSE, ROOT, Node, Tree

NAME_COLUMNS = 20
"""How much of a node's name its button shows; a Chinese character takes two columns."""


def node_name(say: Texts, tree: Tree[Category], number: int) -> str:
    """Return what a node is called, also the two that always exist."""
    if number == LOOSE:
        return say("folder.loose")
    node = tree.get(number)
    return node.name if node else say("folder.root")


def place_name(say: Texts, view: View, tree: Tree[Category]) -> str:
    """Return the shelf and the path of the node that is open."""
    shelf = say(f"shelf.{view.shelf.value}")
    path = tree.path(view.node).replace("/", " / ") or node_name(say, tree, view.node)
    return f"{shelf} · {path}"


def entry_line(say: Texts, desk: Desk, entry: FaqEntry, day: date) -> str:
    """Return an entry on one line; *day* tells whether it is valid now."""
    shown = entry.answer.data.get("url") if entry.answer.kind is Kind.LINK else None
    return say(
        "entry.line",
        number=entry.id,
        marks=_marks(say, entry, day),
        heading=one_line(entry.heading, 40),
        keywords=one_line(say("word.comma").join(entry.keywords), 20),
        content=one_line(str(shown) if shown else content(say, entry.answer), 30),
        uses=entry.uses,
        updated=day_only(desk, entry.updated_at) if entry.updated_at else "–",
    )


def _marks(say: Texts, entry: FaqEntry, day: date) -> str:
    marks = say("library.new_mark") if entry.new else ""
    if not entry.enabled:
        return marks + say("word.off_mark")
    return marks if entry.offered_on(day) else marks + say("word.not_valid_mark")


def entry_card(say: Texts, desk: Desk, entry: FaqEntry) -> str:
    """Return everything about an entry."""
    nothing = say("word.none")
    valid = say("word.always")
    if entry.valid_from or entry.valid_until:
        valid = f"{entry.valid_from or ''} .. {entry.valid_until or ''}".strip()
    answer = content(say, entry.answer)
    if entry.answer.kind is Kind.LINK:
        answer = f"{answer}\n{entry.answer.data.get('url', '')}".strip()
    return say(
        "entry.card",
        kind=say(f"entry_kind.{entry.kind.value}"),
        title=entry.title or nothing,
        question=entry.question,
        state=state(say, entry.enabled),
        new=say("library.yes") if entry.new else say("library.no"),
        category=entry.category or say("folder.loose"),
        similar=one_line(" | ".join(entry.similar), 800) or nothing,
        keywords=one_line(say("word.comma").join(entry.keywords), 400) or nothing,
        valid=valid,
        uses=entry.uses,
        created=moment(desk, entry.created_at) if entry.created_at else "–",
        updated=moment(desk, entry.updated_at) if entry.updated_at else "–",
        added_by=entry.added_by or "–",
        answer=answer,
    )


def turning(say: Texts, number: int, pages: int, to: Callable[[int], str]) -> tuple[Button, ...]:
    """Return the buttons that turn the page; none where there is only one.

    Args:
        say: Texts.
        number: The page that is shown.
        pages: How many there are.
        to: Returns the data of the button of a page.
    """
    if pages == 1:
        return ()
    before, after = number - 1 or pages, number % pages + 1
    return (
        Button(say("list.before"), to(before)),
        Button(say("list.page", page=number, pages=pages), to(number)),
        Button(say("list.after"), to(after)),
    )


def picker(
    say: Texts,
    tree: Tree[Node],
    page: int,
    *,
    choose: Callable[[int], str],
    to: Callable[[int], str],
    without: Collection[int] = (),
    marked: Callable[[int], bool] | None = None,
) -> list[tuple[Button, ...]]:
    """Return the whole tree as buttons to choose a node, one a row, indented by level.

    Args:
        say: Texts.
        tree: The tree.
        page: From 1.
        choose: Returns the data of the button of a node.
        to: Returns the data of the button of a page.
        without: Nodes that cannot be chosen.
        marked: Says whether a node is chosen already; ``None``: nothing is marked.
    """
    shown = page_of([node for node in tree if node.id not in without], page)
    rows: list[tuple[Button, ...]] = []
    for node in shown.things:
        indent = "　" * (tree.level(node.id) - 1)
        label = indent + short(node.name, 2 * NAME_COLUMNS)
        if marked is not None:
            label = say("button.chosen" if marked(node.id) else "library.button_open", label=label)
        rows.append((Button(label, choose(node.id)),))
    rows.append(turning(say, shown.number, shown.pages, to))
    return rows


def above(tree: Tree[Node], number: int) -> int:
    """Return the node above one; the root for those of the first level."""
    node = tree.get(number)
    return (node.parent_id if node else None) or ROOT
