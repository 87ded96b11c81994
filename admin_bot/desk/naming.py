"""The picker for consultation categories: before the end of a conversation, or after it."""

from admin_bot.asking import stop_asking
from admin_bot.desk.speaking import voice_of
from admin_bot.listing import ROWS, Place, arrows, numbered, page_of, short, whole
from admin_bot.turn import Turn
from bot.dialog.mirror import heading
from bot.dialog.spoken import seen
from bot.handlers.name_categories import Naming, naming, note, tick
from core.messages import Button

_COLUMNS = 44
_NONE = frozenset({"-", "－", "none", "无"})
"""Typed for no remark."""


def button(turn: Turn, number: int) -> Button:
    """Return the button that opens the picker of a conversation."""
    return Button(turn.say("category.button"), f"cats:{number}:1:")


async def shown(turn: Turn) -> None:
    """Show a page of the picker, by ``number:page:search``."""
    stop_asking(turn)
    number, place = numbered(turn.words)
    await show(turn, number or 0, place)


async def show(turn: Turn, number: int, place: Place, told: str = "") -> None:
    """Show the picker of a conversation; *told* goes first."""
    async with turn.desk.reading() as uow:
        found = await naming(uow, turn.staff, number, voice=voice_of(turn), now=turn.desk.clock())
    await _answer(turn, found, place, told)


async def _answer(turn: Turn, found: Naming, place: Place, told: str = "") -> None:
    say, number = turn.say, found.conversation_id
    wanted = place.search.casefold()
    page = page_of([t for t in found.topics if wanted in t.path.casefold()], place.page, ROWS)
    lines = [told, ""] if told else []
    chosen = say("word.comma").join(topic.path for topic in found.chosen)
    lines.append(say("category.chosen", categories=chosen or say("word.none")))
    lines.append(say("category.remark", remark=found.remark or say("word.none")))
    if found.owed:
        lines.append(say("category.owed"))
    if wanted:
        lines.append(say("category.found", search=place.search, total=page.total))
    rows: list[tuple[Button, ...]] = []
    for topic in page.things:
        label = short(topic.path.replace("/", " / "), _COLUMNS)
        mark = "button.ticked" if topic.chosen else "button.unticked"
        rows.append((Button(say(mark, label=label), place.data("cat_tick", number, topic.number)),))
    rows += [
        arrows(say, page, f"cats:{number}", place),
        (
            Button(say("category.button_find"), f"cat_find:{number}"),
            *([Button(say("category.button_all"), f"cats:{number}:1:")] * bool(wanted)),
            Button(say("category.button_remark"), place.data("cat_note", number)),
        ),
        () if found.ended else (Button(say("category.button_end"), f"end:{number}"),),
    ]
    name = seen(found.name, turn.desk.playbook.now.mask, say)
    title = say("category.title", who=heading(name, number))
    await turn.answer("\n".join(lines), rows, title=title)


async def ticked(turn: Turn) -> None:
    """Name a category, or no longer; the picker changes in place."""
    first, _, rest = turn.words.partition(":")
    category, place = numbered(rest)
    async with turn.unit() as uow:
        found = await tick(
            uow,
            turn.staff,
            whole(first) or 0,
            category or 0,
            voice=voice_of(turn),
            now=turn.desk.clock(),
        )
        await uow.commit()
    await _answer(turn, found, place)


async def find(turn: Turn) -> None:
    """Ask for words to look for."""
    await turn.ask(turn.say("category.ask_find"), f"cat_found:{turn.words}")


async def looked_for(turn: Turn) -> None:
    """Show what holds the words."""
    await show(turn, whole(turn.words) or 0, Place.of_search(turn.said))


async def ask_note(turn: Turn) -> None:
    """Ask for a remark."""
    await turn.ask(turn.say("category.ask_remark"), f"cat_noted:{turn.words}")


async def noted(turn: Turn) -> None:
    """Keep the remark."""
    number, place = numbered(turn.words)
    remark = "" if turn.said.strip() in _NONE else turn.said
    async with turn.unit() as uow:
        voice, now = voice_of(turn), turn.desk.clock()
        found = await note(uow, turn.staff, number or 0, remark, voice=voice, now=now)
        await uow.commit()
    await _answer(turn, found, place)


PRESSES = {
    "cats": shown,
    "cat_tick": ticked,
    "cat_find": find,
    "cat_found": looked_for,
    "cat_note": ask_note,
    "cat_noted": noted,
}
