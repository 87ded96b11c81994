"""``/library``: the agents' knowledge base; ``/faq_list`` opens the customers' part alike."""

import asyncio
from dataclasses import replace
from datetime import date

from admin_bot.asking import ask, asking_again, stop_asking
from admin_bot.browsing import View
from admin_bot.command import Command
from admin_bot.commands import library_entry, library_steps
from admin_bot.library_wording import (
    NAME_COLUMNS,
    above,
    entry_line,
    node_name,
    place_name,
    turning,
)
from admin_bot.listing import in_rows, page_of, short
from admin_bot.progress import Progress
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from admin_bot.wording import today
from bot.access import Permission
from bot.handlers import find_entries, library
from bot.handlers.find_entries import Filter
from bot.handlers.library import Stock
from bot.knowledge.pdf import knowledge_pdf
from core.errors import BadRequestText
from core.i18n.texts import Texts
from core.messages import Button
from core.playbook import FaqEntry, Shelf
from core.tree import LOOSE, ROOT

ACROSS = 5
"""Buttons of entries in one row."""
_EITHER = {None: True, True: False, False: None}
"""What the button of a switch in the filter does next: all, on, off, all."""


async def run(turn: Turn) -> None:
    """Open the root, or what the words find."""
    await show(turn, View(Shelf.DESK, wanted=Filter(words=" ".join(turn.words.split()))))


async def show(turn: Turn, view: View) -> None:
    """Show a page: the nodes below the open one, then the entries in it."""
    stop_asking(turn)
    say = turn.say
    async with turn.desk.reading() as uow:
        stock = await library.stock(uow, turn.staff, view.shelf)
    if view.searching or (view.node not in stock.tree and view.node != LOOSE):
        view = replace(view, node=ROOT)
    zone = turn.desk.config.zone
    entries = find_entries.choose(turn.staff, stock.lying_in(view.node), view.wanted, zone)
    page = page_of([*_nodes(stock, view), *entries], view.page)
    view = replace(view, page=page.number)
    day = today(turn.desk)
    counts = stock.counts()
    folders = [
        Button(
            say(
                "library.button_folder",
                name=short(node_name(say, stock.tree, thing), NAME_COLUMNS),
                count=counts.get(thing, 0),
            ),
            view.at(thing).data("lib"),
        )
        for thing in page.things
        if isinstance(thing, int)
    ]
    shown = [thing for thing in page.things if isinstance(thing, FaqEntry)]
    opening = [Button(f"#{entry.id}", view.data("ent", entry.id)) for entry in shown]
    rows = [
        *in_rows(folders, 2),
        *in_rows(opening, ACROSS),
        turning(say, page.number, page.pages, lambda to: replace(view, page=to).data("lib")),
        *_controls(say, view, stock),
        undo_row(turn),
    ]
    title = say("library.title", place=place_name(say, view, stock.tree), total=len(entries))
    if view.searching:
        title = say("library.found", filter=_filter_line(say, view.wanted), total=len(entries))
    lines = [entry_line(say, turn.desk, entry, day) for entry in shown]
    await turn.answer("\n".join(lines) or say("library.none"), rows, title=title)


def _nodes(stock: Stock, view: View) -> list[int]:
    if view.searching:
        return []
    below = [node.id for node in stock.tree.children(view.node)]
    return [LOOSE, *below] if view.node == ROOT else below


def _controls(say: Texts, view: View, stock: Stock) -> list[tuple[Button, ...]]:
    by_use = view.wanted.by_use
    order = "library.button_by_place" if by_use else "library.button_by_use"
    look = (
        Button(say("library.button_filter"), view.data("lib_filter")),
        Button(say(order), view.narrowed(replace(view.wanted, by_use=not by_use)).data("lib")),
        Button(say("library.button_pdf"), view.data("lib_pdf")),
    )
    if view.searching:
        return [look, (Button(say("library.button_all"), view.at(ROOT).data("lib")),)]
    add = [Button(say("library.button_add_entry"), view.data("lib_add"))]
    if view.node != LOOSE:
        add.append(Button(say("library.button_add_folder"), view.data("fold_add")))
    if view.node in stock.tree:
        add.append(Button(say("library.button_folder_menu"), view.data("fold")))
    rows = [tuple(add), look]
    if view.node == ROOT:
        rows.append(
            (
                Button(say("library.button_tree"), view.data("fold_list")),
                Button(say("library.button_assign"), "assign_list:1"),
            )
        )
    else:
        up = above(stock.tree, view.node)
        label = say(
            "library.button_up_to", name=short(node_name(say, stock.tree, up), NAME_COLUMNS)
        )
        rows.append((Button(label, view.at(up).data("lib")),))
    return rows


async def _turned(turn: Turn) -> None:
    await show(turn, View.read(turn.words))


async def _pdf(turn: Turn) -> None:
    """Send what the list shows, all pages of it, as a PDF. Source: requirement KBF-18."""
    view = View.read(turn.words)
    say = turn.say
    async with turn.unit() as uow:
        stock = await library.stock(uow, turn.staff, view.shelf)
        zone = turn.desk.config.zone
        found = find_entries.choose(turn.staff, stock.lying_in(view.node), view.wanted, zone)
        await find_entries.give_out(uow, turn.staff, found, turn.desk.clock())
        await uow.commit()
    title = place_name(say, view, stock.tree)
    progress = Progress(turn, say("export.working"))
    data = await progress.during(asyncio.to_thread(knowledge_pdf, found, title, say))
    name = f"{view.shelf.value}-{today(turn.desk).isoformat()}.pdf"
    await turn.send_file(name, data, say("library.title", place=title, total=len(found)))
    # Nothing was changed that could be taken back.
    turn.changes.clear()
    await show(turn, view)


# -- what the list is narrowed down to ------------------------------------------------------------


def _filter_line(say: Texts, wanted: Filter) -> str:
    parts = [f"“{wanted.words}”"] if wanted.words else []
    if wanted.since or wanted.until:
        parts.append(f"{wanted.since or ''} .. {wanted.until or ''}".strip())
    if wanted.new is not None:
        parts.append(say("library.filter_new", state=_either(say, wanted.new)))
    if wanted.enabled is not None:
        parts.append(say("library.filter_state", state=_either(say, wanted.enabled)))
    return say("word.comma").join(parts) or say("library.filter_everything")


def _either(say: Texts, value: bool | None) -> str:
    if value is None:
        return say("library.filter_all")
    return say("word.on") if value else say("word.off")


async def _show_filter(turn: Turn, view: View) -> None:
    stop_asking(turn)
    say, wanted = turn.say, view.wanted
    rows = [
        (Button(say("library.button_filter_words"), view.data("lib_ask", "words")),),
        (
            Button(say("library.button_filter_since"), view.data("lib_ask", "since")),
            Button(say("library.button_filter_until"), view.data("lib_ask", "until")),
        ),
        (
            Button(
                say("library.filter_new", state=_either(say, wanted.new)),
                view.narrowed(replace(wanted, new=_EITHER[wanted.new])).data("lib_filter"),
            ),
            Button(
                say("library.filter_state", state=_either(say, wanted.enabled)),
                view.narrowed(replace(wanted, enabled=_EITHER[wanted.enabled])).data("lib_filter"),
            ),
        ),
        (
            Button(say("library.button_filter_show"), view.data("lib")),
            Button(say("library.button_filter_reset"), view.at(view.node).data("lib")),
        ),
    ]
    await turn.answer(_filter_line(say, wanted), rows, title=say("library.filter_title"))


async def _filter(turn: Turn) -> None:
    await _show_filter(turn, View.read(turn.words))


async def _ask_filter(turn: Turn) -> None:
    field, _, code = turn.words.partition(":")
    if field not in {"words", "since", "until"}:
        raise BadRequestText("error.button_gone")
    view = View.read(code)
    question = turn.say(f"library.ask_filter_{field}")
    await ask(turn, question, f"lib_said:{turn.words}", view.data("lib_filter"))


async def _said_filter(turn: Turn) -> None:
    field, _, code = turn.words.partition(":")
    view = View.read(code)
    then = f"lib_said:{turn.words}"
    if field == "words":
        await show(turn, view.narrowed(replace(view.wanted, words=" ".join(turn.said.split()))))
        return
    async with asking_again(turn, turn.say(f"library.ask_filter_{field}"), then):
        day = _day(turn.said)
        since = day if field == "since" else view.wanted.since
        until = day if field == "until" else view.wanted.until
        await _show_filter(turn, view.narrowed(replace(view.wanted, since=since, until=until)))


def _day(words: str) -> date | None:
    if words.strip() in {"", "-"}:
        return None
    try:
        return date.fromisoformat(words.strip())
    except ValueError as error:
        raise BadRequestText("library.filter_bad_day") from error


COMMAND = Command(
    "library",
    Permission.TEACH,
    run,
    presses={
        "lib": _turned,
        "lib_pdf": _pdf,
        "lib_filter": _filter,
        "lib_ask": _ask_filter,
        "lib_said": _said_filter,
        **library_entry.presses(show),
        **library_steps.PRESSES,
    },
)
