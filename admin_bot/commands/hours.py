"""``/hours``: when the desk is open in the week; for all, or for an account or a service group."""

from datetime import date, timedelta

from admin_bot import calendar_typed as typed
from admin_bot.asking import ask, asking_again, stop_asking
from admin_bot.command import Command
from admin_bot.commands.holiday_card import tabs, whose_words
from admin_bot.listing import in_rows, one_line, whole
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from admin_bot.wording import moment, today
from bot.access import Permission
from bot.handlers import teach_calendar
from bot.handlers.teach_calendar import Shown
from bot.whose import Whose
from core.calendar import TENANT, Calendar, Closed, Week
from core.i18n.texts import Texts
from core.messages import Button

MOST_OWNERS = 30
"""Accounts and groups that get a button; the others are typed."""
_ON, _OFF = ("on", "开启", "打开"), ("off", "关闭", "关")
_OPEN, _DAY_OFF, _HOLIDAY = "■", "□", "◆"


async def run(turn: Turn) -> None:
    """Show or change the weekly hours."""
    async with turn.desk.reading() as uow:
        everybody = await teach_calendar.owners(uow, turn.staff)
    whose, words = typed.named(everybody, turn.words)
    if not words:
        await _show(turn, whose)
    elif words.lower() in _ON:
        await _switch_on(turn, whose)
    elif words.lower() in _OFF:
        await _ask_off(turn, whose)
    else:
        await _set_week(turn, whose, typed.week(words))


async def _show(turn: Turn, whose: Whose, month: date | None = None) -> None:
    async with turn.desk.reading() as uow:
        shown = await teach_calendar.show(uow, turn.staff, whose.owner)
    await _card(turn, shown, month)


async def _set_week(turn: Turn, whose: Whose, week: Week | None) -> None:
    async with teaching(turn) as uow:
        shown = await teach_calendar.set_week(uow, turn.staff, whose.owner, week, turn.desk.clock())
    await _card(turn, shown)


async def _switch_on(turn: Turn, whose: Whose) -> None:
    """Begin with the hours that count, or with the usual ones; hours that are there stay."""
    async with teaching(turn) as uow:
        shown = await teach_calendar.show(uow, turn.staff, whose.owner)
        if shown.own is None:
            week = teach_calendar.starting_week(shown)
            shown = await teach_calendar.set_week(
                uow, turn.staff, whose.owner, week, turn.desk.clock()
            )
    await _card(turn, shown)


async def _card(turn: Turn, shown: Shown, month: date | None = None) -> None:
    say, ref = turn.say, shown.whose.ref
    month = (month or today(turn.desk)).replace(day=1)
    parts = [
        _now(turn, shown.calendar),
        typed.week_words(say, shown.own) if shown.own is not None else _without(say, shown),
        f"{month:%Y-%m}\n{month_view(shown.calendar, month)}\n{say('hours.legend')}",
        say("hours.zone", zone=turn.desk.config.time_zone),
    ]
    names = say("rules.word_weekdays").split()
    days = [Button(name, f"hours_day:{ref}:{number}") for number, name in enumerate(names)]
    switch = (
        Button(say("hours.button_on"), f"hours_on:{ref}")
        if shown.own is None
        else Button(say("hours.button_off"), f"hours_off:{ref}")
    )
    before, after = month - timedelta(days=1), month + timedelta(days=31)
    rows: list[tuple[Button, ...]] = [
        undo_row(turn),
        *in_rows(days, 4),
        (Button(say("hours.button_week"), f"hours_week:{ref}"), switch),
        (
            Button(f"‹ {before:%Y-%m}", f"hours_show:{ref}:{before:%Y-%m}"),
            Button(f"{after:%Y-%m} ›", f"hours_show:{ref}:{after:%Y-%m}"),
        ),
        *_owners(turn, shown),
        tabs(say, "hours"),
    ]
    title = say("hours.title", whose=whose_words(say, shown.whose))
    await turn.answer("\n\n".join(parts), rows, title=title)


def _now(turn: Turn, calendar: Calendar) -> str:
    say = turn.say
    state = calendar.state_at(turn.desk.clock().astimezone(turn.desk.config.zone))
    if not isinstance(state, Closed):
        return say("hours.now_open")
    opens = moment(turn.desk, state.opens) if state.opens else say("word.none")
    if state.holiday is not None:
        return say("hours.now_holiday", name=state.holiday.name, opens=opens)
    return say("hours.now_closed", opens=opens)


def _without(say: Texts, shown: Shown) -> str:
    if shown.whose.owner == TENANT:
        return say("hours.always")
    key = "hours.inherited_group" if shown.whose.identifier else "hours.inherited"
    return say(key, week=typed.week_words(say, shown.calendar.pattern))


def month_view(calendar: Calendar, month: date) -> str:
    """Return a month as a picture, a week a line: worked, day off, holiday.

    Args:
        calendar: The calendar.
        month: Its first day.
    """
    lines = []
    day = month
    while day.month == month.month:
        last = day
        marks = "  " * day.weekday()
        while last.month == month.month:
            marks += _mark(calendar, last) + " "
            last += timedelta(days=1)
            if last.weekday() == 0:
                break
        lines.append(f"{day:%d}-{last - timedelta(days=1):%d}  {marks.rstrip()}")
        day = last
    return "\n".join(lines)


def _mark(calendar: Calendar, day: date) -> str:
    if calendar.holiday_on(day) is not None:
        return _HOLIDAY
    return _OPEN if calendar.spans_on(day) else _DAY_OFF


def _owners(turn: Turn, shown: Shown) -> list[tuple[Button, ...]]:
    if len(shown.all) <= 1:
        return []
    buttons = []
    for whose in shown.all[: MOST_OWNERS + 1]:
        label = one_line(whose_words(turn.say, whose), 24)
        if whose == shown.whose:
            label = turn.say("button.chosen", label=label)
        buttons.append(Button(label, f"hours_show:{whose.ref}"))
    return in_rows(buttons, 3)


async def _ask_off(turn: Turn, whose: Whose) -> None:
    say = turn.say
    async with turn.desk.reading() as uow:
        shown = await teach_calendar.show(uow, turn.staff, whose.owner)
    if shown.own is None:
        await _card(turn, shown)
        return
    question = "hours.off_question" if whose.owner == TENANT else "hours.off_question_own"
    await turn.answer(
        f"{typed.week_words(say, shown.own)}\n\n{say(question)}",
        [
            (
                Button(say("hours.button_off_yes"), f"hours_off_yes:{whose.ref}"),
                Button(say("button.keep"), f"hours_show:{whose.ref}"),
            )
        ],
        title=say("hours.title", whose=whose_words(say, whose)),
    )


# -- presses ---------------------------------------------------------------------------------------


async def _whose(turn: Turn, ref: str) -> Whose:
    """Return what a button is about; the whole desk where the account or group is gone."""
    async with turn.desk.reading() as uow:
        everybody = await teach_calendar.owners(uow, turn.staff)
    return next((one for one in everybody if one.ref == ref), everybody[0])


async def _shown(turn: Turn) -> None:
    stop_asking(turn)
    ref, _, month = turn.words.partition(":")
    year, _, number = month.partition("-")
    wanted = None
    if 1 < (whole(year) or 0) < 9998 and 1 <= (whole(number) or 0) <= 12:
        wanted = date(int(year), int(number), 1)
    await _show(turn, await _whose(turn, ref), wanted)


async def _on(turn: Turn) -> None:
    await _switch_on(turn, await _whose(turn, turn.words))


async def _off(turn: Turn) -> None:
    await _ask_off(turn, await _whose(turn, turn.words))


async def _off_yes(turn: Turn) -> None:
    await _set_week(turn, await _whose(turn, turn.words), None)


async def _ask_week(turn: Turn) -> None:
    whose = await _whose(turn, turn.words)
    question = turn.say("hours.ask_week", whose=whose_words(turn.say, whose))
    await ask(turn, question, f"hours_week_said:{whose.ref}", f"hours_show:{whose.ref}")


async def _week_said(turn: Turn) -> None:
    whose = await _whose(turn, turn.words)
    question = turn.say("hours.ask_week", whose=whose_words(turn.say, whose))
    async with asking_again(turn, question, f"hours_week_said:{whose.ref}"):
        await _set_week(turn, whose, typed.week(turn.said))


async def _day(turn: Turn) -> tuple[Whose, int, str]:
    """Return whose day it is, which one, and the question for its times."""
    ref, _, number = turn.words.partition(":")
    weekday = (whole(number) or 0) % 7
    name = turn.say("rules.word_weekdays").split()[weekday]
    return await _whose(turn, ref), weekday, turn.say("hours.ask_day", day=name)


async def _ask_day(turn: Turn) -> None:
    whose, weekday, question = await _day(turn)
    await ask(turn, question, f"hours_day_said:{whose.ref}:{weekday}", f"hours_show:{whose.ref}")


async def _day_said(turn: Turn) -> None:
    whose, weekday, question = await _day(turn)
    async with asking_again(turn, question, f"hours_day_said:{whose.ref}:{weekday}"):
        spans = typed.spans(turn.said)
        async with teaching(turn) as uow:
            shown = await teach_calendar.set_day(
                uow, turn.staff, whose.owner, weekday, spans, turn.desk.clock()
            )
        await _card(turn, shown)


COMMAND = Command(
    "hours",
    Permission.STAFF,
    run,
    presses={
        "hours_show": _shown,
        "hours_on": _on,
        "hours_off": _off,
        "hours_off_yes": _off_yes,
        "hours_week": _ask_week,
        "hours_week_said": _week_said,
        "hours_day": _ask_day,
        "hours_day_said": _day_said,
    },
)
