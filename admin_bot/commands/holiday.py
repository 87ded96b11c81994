"""``/holiday``: holidays with replies of their own, and make-up days: lists, and adding to them."""

import re
from dataclasses import replace

from admin_bot import calendar_typed as typed
from admin_bot.asking import ask, asking_again, stop_asking
from admin_bot.command import Command
from admin_bot.commands import holiday_fill
from admin_bot.commands.holiday_card import (
    HOLIDAYS,
    PRESSES,
    WORKING,
    View,
    owner_words,
    show_card,
    tabs,
    view_of,
)
from admin_bot.listing import Place, arrows, in_rows, one_line, page_of
from admin_bot.parsing import halves
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from admin_bot.wording import today
from bot.access import Permission
from bot.handlers import teach_calendar
from bot.whose import Whose
from core.calendar import Holiday, SpecialDays, WorkingDays
from core.errors import BadRequestText
from core.messages import Button

PER_ROW = 5
_FILL = re.compile(r"(?:fill|填充|法定节假日|法定)(?:\s+|$)", re.IGNORECASE)
_WORK = re.compile(r"(?:work|working|工作日|上班)(?:\s+|$)", re.IGNORECASE)


async def run(turn: Turn) -> None:
    """Add a holiday or make-up days, those of a country, or show the lists."""
    async with turn.desk.reading() as uow:
        everybody = await teach_calendar.owners(uow, turn.staff)
    whose, words = typed.explicit(everybody, turn.words)
    if fill := _FILL.match(words):
        await holiday_fill.run(turn, whose, words[fill.end() :].strip())
        return
    shown = HOLIDAYS
    if work := _WORK.match(words):
        shown, words = WORKING, words[work.end() :].strip()
    days = _read(words, shown, whose)
    if days is not None:
        await _add(turn, days)
    elif "=" in words or "＝" in words or whose != everybody[0]:
        raise BadRequestText("usage.holiday")
    else:
        await _show(turn, View(search=Place.of_search(words).search, shown=shown))


def _read(words: str, shown: str, whose: Whose) -> SpecialDays | None:
    """Return the days that *words* describe; ``None`` where they hold no period."""
    head, reply = halves(words)
    found = typed.dated(head)
    if found is None:
        return None
    if shown == WORKING:
        if reply or not found.after:
            raise BadRequestText("usage.holiday")
        spans = typed.spans(found.after)
        return WorkingDays(found.before, found.first, found.last, spans, owner=whose.owner)
    if found.after:
        raise BadRequestText("usage.holiday")
    return Holiday(found.before, found.first, found.last, reply, owner=whose.owner)


async def _add(turn: Turn, days: SpecialDays) -> None:
    async with teaching(turn) as uow:
        added = await teach_calendar.add(uow, turn.staff, days, turn.desk.clock())
    await show_card(turn, added, view_of(added), turn.say("holiday.added", name=added.name))


async def _show(turn: Turn, view: View) -> None:
    say = turn.say
    async with turn.desk.reading() as uow:
        found = await teach_calendar.special_days(uow, turn.staff)
        everybody = await teach_calendar.owners(uow, turn.staff)
    now = today(turn.desk)
    wanted = view.search.casefold()
    listed = [one for one in found if view.holds(one) and wanted in one.name.casefold()]
    # What is over stands at the end, the latest first.
    coming = [one for one in listed if one.last >= now]
    over = [one for one in reversed(listed) if one.last < now]
    page = page_of([*coming, *over], view.page)
    view = replace(view, page=page.number)
    first = replace(view, page=1)
    lines = [
        say(
            "holiday.line" if one.last >= now else "holiday.line_over",
            number=one.id,
            name=one.name,
            period=typed.period_words(one.first, one.last),
            what=typed.spans_words(say, one.spans)
            if isinstance(one, WorkingDays)
            else one_line(one.reply, 40) or say("holiday.no_reply"),
            whose=owner_words(say, everybody, one.owner),
        )
        for one in page.things
    ]
    buttons = [Button(f"#{one.id}", view.data("holiday_show", one.id)) for one in page.things]
    new = "holiday.button_new_work" if view.shown == WORKING else "holiday.button_new"
    rows: list[tuple[Button, ...]] = [
        undo_row(turn),
        *in_rows(buttons, PER_ROW),
        arrows(say, page, "holiday_list", view),
        (
            Button(say(new), first.data("holiday_new")),
            Button(say("words.search"), first.data("holiday_find")),
        ),
        (Button(say("holidays.button_fill"), "holiday_fill"),),
    ]
    if view.search:
        everything = View(shown=view.shown).data("holiday_list")
        rows.append((Button(say("words.show_all"), everything),))
    rows.append(tabs(say, view.shown))
    title = "holiday.work_list_title" if view.shown == WORKING else "holiday.list_title"
    text = "\n".join(lines) or say("holiday.none")
    await turn.answer(text, rows, title=say(title, total=page.total))


async def _turned(turn: Turn) -> None:
    stop_asking(turn)
    await _show(turn, View.read(turn.words))


async def _search(turn: Turn) -> None:
    view = View.read(turn.words)
    question = turn.say("holiday.ask_search")
    await ask(turn, question, view.data("holiday_found"), view.data("holiday_list"))


async def _found(turn: Turn) -> None:
    view = View.read(turn.words)
    await _show(turn, replace(view, page=1, search=Place.of_search(turn.said).search))


def _how(turn: Turn, view: View) -> str:
    return turn.say("holiday.ask_work" if view.shown == WORKING else "holiday.ask_holiday")


async def _new(turn: Turn) -> None:
    view = View.read(turn.words)
    await ask(turn, _how(turn, view), view.data("holiday_said"), view.data("holiday_list"))


async def _said(turn: Turn) -> None:
    view = View.read(turn.words)
    async with asking_again(turn, _how(turn, view), view.data("holiday_said")):
        async with turn.desk.reading() as uow:
            everybody = await teach_calendar.owners(uow, turn.staff)
        whose, words = typed.explicit(everybody, turn.said)
        days = _read(words, view.shown, whose)
        if days is None:
            raise BadRequestText("holiday.bad_period")
        await _add(turn, days)


COMMAND = Command(
    "holiday",
    Permission.STAFF,
    run,
    presses={
        "holiday_list": _turned,
        "holiday_find": _search,
        "holiday_found": _found,
        "holiday_new": _new,
        "holiday_said": _said,
        **PRESSES,
        **holiday_fill.PRESSES,
    },
)
