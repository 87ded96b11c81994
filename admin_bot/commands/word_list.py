"""``/word_list``: look through the lists of sensitive words; search, filter and sort them."""

from dataclasses import replace

from admin_bot.asking import ask, stop_asking
from admin_bot.command import Command
from admin_bot.commands.word_card import ALL, OFF, ON, PRESSES, View
from admin_bot.listing import Place, arrows, in_rows, one_line, page_of
from admin_bot.turn import Turn
from admin_bot.wording import moment, state
from bot.access import Permission
from bot.handlers import teach_words
from bot.handlers.teach_words import Order
from core.i18n.texts import Texts
from core.messages import Button
from core.playbook import BannedWords

NAME_CHARS = 10
"""How much of a name is shown. Source: requirement SEN-01."""
WORDS_CHARS = 15
"""How much of the words is shown, and '...' behind it. Source: requirement SEN-01."""
PER_ROW = 5
_NEXT_ORDER = {
    Order.NEWEST: Order.FEWEST_HITS,
    Order.FEWEST_HITS: Order.MOST_HITS,
    Order.MOST_HITS: Order.NEWEST,
}


async def run(turn: Turn) -> None:
    """Show the first page of what the words find."""
    await _show(turn, View(search=Place.of_search(turn.words).search))


async def _turned(turn: Turn) -> None:
    stop_asking(turn)
    await _show(turn, View.read(turn.words))


async def _show(turn: Turn, view: View) -> None:
    say = turn.say
    async with turn.desk.reading() as uow:
        found = await teach_words.find(uow, turn.staff, view.search, view.enabled, view.order)
    page = page_of(found, view.page)
    view = replace(view, page=page.number)
    opened = [Button(f"#{banned.id}", view.data("word_show", banned.id)) for banned in page.things]
    rows = in_rows(opened, PER_ROW)
    first = replace(view, page=1)
    rows += [
        arrows(say, page, "word_list", view),
        tuple(_filter(say, first, shown) for shown in (ALL, ON, OFF)),
        (
            Button(
                say(f"words.order.{view.order.name.lower()}"),
                replace(first, order=_NEXT_ORDER[view.order]).data("word_list"),
            ),
            Button(say("words.search"), first.data("word_find")),
        ),
    ]
    if view.search:
        rows.append((Button(say("words.show_all"), View().data("word_list")),))
    title = say("words.list_title", total=page.total)
    if view.search:
        title = say("words.found_title", total=page.total, search=view.search)
    lines = [_line(turn, banned) for banned in page.things]
    await turn.answer("\n".join(lines) or say("words.none"), rows, title=title)


def _line(turn: Turn, banned: BannedWords) -> str:
    say = turn.say
    words = say("word.comma").join(banned.words)
    if len(words) > WORDS_CHARS:
        words = words[:WORDS_CHARS] + "..."
    return say(
        "words.line",
        number=banned.id,
        name=banned.name[:NAME_CHARS],
        words=words,
        about=say(f"words.about.{banned.about}"),
        state=state(say, banned.enabled),
        hits=banned.hits,
        by=one_line(banned.added_by, 20) or say("word.none"),
        at=moment(turn.desk, banned.created_at) if banned.created_at else say("word.none"),
    )


def _filter(say: Texts, view: View, shown: str) -> Button:
    name = {ALL: "all", ON: "on", OFF: "off"}[shown]
    label = say(f"words.filter.{name}")
    if view.shown == shown:
        label = say("button.chosen", label=label)
    return Button(label, replace(view, shown=shown).data("word_list"))


async def _search(turn: Turn) -> None:
    view = View.read(turn.words)
    question = turn.say("words.ask_search")
    await ask(turn, question, view.data("word_found"), view.data("word_list"))


async def _found(turn: Turn) -> None:
    view = View.read(turn.words)
    await _show(turn, replace(view, page=1, search=Place.of_search(turn.said).search))


COMMAND = Command(
    "word_list",
    Permission.TEACH,
    run,
    presses={"word_list": _turned, "word_find": _search, "word_found": _found, **PRESSES},
)
