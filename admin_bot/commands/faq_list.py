"""``/faq_list``: look through the FAQ; switch, delete and open entries."""

from admin_bot.command import Command
from admin_bot.listing import Place, arrows, numbered, one_line, page_of
from admin_bot.teaching import newest, teaching
from admin_bot.turn import Turn
from admin_bot.wording import faq_card, faq_line, today
from bot.access import Permission
from bot.handlers import teach_faq
from core.errors import NotFound
from core.i18n.texts import Texts
from core.messages import Button
from core.playbook import FaqEntry


async def run(turn: Turn) -> None:
    """Show the first page of what the words find."""
    await _show_list(turn, Place.of_search(turn.words))


async def _turned(turn: Turn) -> None:
    await _show_list(turn, Place.read(turn.words))


async def _show_list(turn: Turn, place: Place) -> None:
    say = turn.say
    book = await newest(turn)
    page = page_of(teach_faq.find(turn.staff, book.playbook, place.search), place.page)
    place = Place(page.number, place.search)
    day = today(turn.desk)
    lines = [faq_line(say, entry, day) for entry in page.things]
    rows: list[tuple[Button, ...]] = [
        (
            Button(one_line(f"#{entry.id} {entry.question}", 24), place.data("faq_show", entry.id)),
            _switch(say, entry, place, "faq_off", "faq_on"),
            Button(say("button.delete"), place.data("faq_drop", entry.id)),
        )
        for entry in page.things
    ]
    rows.append(arrows(say, page, "faq_list", place))
    title = say("faq.list_title", total=page.total)
    if place.search:
        title = say("faq.found_title", total=page.total, search=place.search)
    await turn.answer("\n".join(lines) or say("faq.none"), rows, title=title)


def _switch(say: Texts, entry: FaqEntry, place: Place, off: str, on: str) -> Button:
    if entry.enabled:
        return Button(say("button.off"), place.data(off, entry.id))
    return Button(say("button.on"), place.data(on, entry.id))


def card_rows(say: Texts, entry: FaqEntry, place: Place) -> list[tuple[Button, ...]]:
    """Return the buttons below one entry."""
    return [
        (
            _switch(say, entry, place, "faq_show_off", "faq_show_on"),
            Button(say("button.delete"), place.data("faq_drop", entry.id)),
        ),
        (Button(say("button.to_list"), place.data("faq_list")),),
    ]


async def show_taught(turn: Turn, title: str, entry: FaqEntry) -> None:
    """Show an entry that was just added or changed."""
    say = turn.say
    await turn.answer(
        faq_card(say, entry), card_rows(say, entry, Place()), title=say(title, number=entry.id)
    )


async def _show_card(turn: Turn, entry: FaqEntry, place: Place) -> None:
    say = turn.say
    text = faq_card(say, entry) + "\n\n" + say("faq.how_to_edit", number=entry.id)
    title = say("faq.card_title", number=entry.id)
    await turn.answer(text, card_rows(say, entry, place), title=title)


async def _shown(turn: Turn) -> None:
    number, place = numbered(turn.words)
    async with turn.desk.reading() as uow:
        entry = await teach_faq.show(uow, turn.staff, _known(number))
    await _show_card(turn, entry, place)


async def _switched(turn: Turn, enabled: bool) -> tuple[FaqEntry, Place]:
    number, place = numbered(turn.words)
    async with teaching(turn) as uow:
        entry = await teach_faq.switch(uow, turn.staff, _known(number), enabled, turn.desk.clock())
    return entry, place


async def _on(turn: Turn) -> None:
    _, place = await _switched(turn, True)
    await _show_list(turn, place)


async def _off(turn: Turn) -> None:
    _, place = await _switched(turn, False)
    await _show_list(turn, place)


async def _card_on(turn: Turn) -> None:
    await _show_card(turn, *await _switched(turn, True))


async def _card_off(turn: Turn) -> None:
    await _show_card(turn, *await _switched(turn, False))


async def _drop(turn: Turn) -> None:
    number, place = numbered(turn.words)
    async with turn.desk.reading() as uow:
        entry = await teach_faq.show(uow, turn.staff, _known(number))
    say = turn.say
    await turn.answer(
        faq_card(say, entry),
        [
            (
                Button(say("button.delete_yes"), place.data("faq_drop_yes", entry.id)),
                Button(say("button.keep"), place.data("faq_list")),
            )
        ],
        title=say("faq.delete_question", number=entry.id),
    )


async def _dropped(turn: Turn) -> None:
    number, place = numbered(turn.words)
    async with teaching(turn) as uow:
        entry = await teach_faq.remove(uow, turn.staff, _known(number), turn.desk.clock())
    await turn.notice(turn.say("faq.deleted", number=entry.id))
    await _show_list(turn, place)


def _known(number: int | None) -> int:
    if number is None:
        raise NotFound("faq.unknown", number="?")
    return number


COMMAND = Command(
    "faq_list",
    Permission.TEACH,
    run,
    presses={
        "faq_list": _turned,
        "faq_show": _shown,
        "faq_on": _on,
        "faq_off": _off,
        "faq_show_on": _card_on,
        "faq_show_off": _card_off,
        "faq_drop": _drop,
        "faq_drop_yes": _dropped,
    },
)
