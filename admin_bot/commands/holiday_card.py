"""A holiday or make-up days on a card, with the buttons that change them."""

from dataclasses import dataclass
from typing import Self

from admin_bot import calendar_typed as typed
from admin_bot.asking import ask, asking_again, stop_asking
from admin_bot.command import Run
from admin_bot.listing import Place, whole
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from bot.handlers import teach_calendar
from bot.handlers.teach_calendar import Wishes
from bot.whose import Whose
from core.calendar import Holiday, SpecialDays, WorkingDays
from core.errors import BadRequestText, NotFound
from core.i18n.texts import Texts
from core.messages import Button

HOLIDAYS, WORKING = "h", "w"
"""Which of the two lists is shown."""


@dataclass(frozen=True, slots=True)
class View(Place):
    """Where in the lists a person is: page, search, and which list."""

    shown: str = HOLIDAYS

    @classmethod
    def read(cls, words: str) -> Self:
        """Read what ``data`` wrote; nonsense gives the first page of the holidays."""
        where, _, search = words.partition(":")
        shown = WORKING if where[-1:] == WORKING else HOLIDAYS
        return cls(max(1, whole(where[:-1]) or 1), Place.of_search(search).search, shown)

    def data(self, name: str, *parts: object) -> str:
        """Return a button's data: *name*, *parts* and this place."""
        return ":".join([name, *map(str, parts), f"{self.page}{self.shown}", self.search])

    def holds(self, days: SpecialDays) -> bool:
        """Say whether *days* stand in this list."""
        return isinstance(days, WorkingDays) is (self.shown == WORKING)


def view_of(days: SpecialDays) -> View:
    """Return the list in which *days* stand."""
    return View(shown=WORKING if isinstance(days, WorkingDays) else HOLIDAYS)


def tabs(say: Texts, here: str) -> tuple[Button, ...]:
    """Return the three tabs of the time plan (requirement PRM-09); *here* is marked."""
    targets = {
        "hours": (say("hours.tab"), "hours_show:t"),
        WORKING: (say("holiday.tab_work"), View(shown=WORKING).data("holiday_list")),
        HOLIDAYS: (say("holiday.tab_holidays"), View().data("holiday_list")),
    }
    return tuple(
        Button(say("button.chosen", label=label) if name == here else label, data)
        for name, (label, data) in targets.items()
    )


def whose_words(say: Texts, whose: Whose) -> str:
    """Return whose calendar it is, in words."""
    if whose.ref.startswith("a"):
        return say("hours.of_account", name=whose.name)
    if whose.ref.startswith("g"):
        return say("hours.of_group", name=whose.name)
    return say("hours.of_desk")


def owner_words(say: Texts, everybody: tuple[Whose, ...], owner: str) -> str:
    """Return whose days they are, in words; the owner itself where it is gone."""
    for whose in everybody:
        if whose.owner == owner:
            return whose_words(say, whose)
    return owner


async def show_card(turn: Turn, days: SpecialDays, view: View, title: str = "") -> None:
    """Show everything about a holiday or make-up days, with the buttons that change it."""
    say, number = turn.say, days.id
    async with turn.desk.reading() as uow:
        everybody = await teach_calendar.owners(uow, turn.staff)
    what = "holiday.button_times" if isinstance(days, WorkingDays) else "holiday.button_reply"
    rows: list[tuple[Button, ...]] = [
        undo_row(turn),
        (
            Button(say("holiday.button_name"), view.data("holiday_name", number)),
            Button(say("holiday.button_dates"), view.data("holiday_dates", number)),
            Button(say(what), view.data("holiday_text", number)),
        ),
        (
            Button(say("button.delete"), view.data("holiday_drop", number)),
            Button(say("button.to_list"), view.data("holiday_list")),
        ),
    ]
    await turn.answer(_card(say, days, everybody), rows, title=title or _title(say, days))


def _title(say: Texts, days: SpecialDays) -> str:
    key = "holiday.work_title" if isinstance(days, WorkingDays) else "holiday.title"
    return say(key, number=days.id)


def _card(say: Texts, days: SpecialDays, everybody: tuple[Whose, ...]) -> str:
    common = {
        "name": days.name,
        "period": typed.period_words(days.first, days.last),
        "whose": owner_words(say, everybody, days.owner),
    }
    if isinstance(days, WorkingDays):
        return say("holiday.work_card", times=typed.spans_words(say, days.spans), **common)
    return say("holiday.card", reply=days.reply or say("holiday.no_reply"), **common)


def _placed(words: str) -> tuple[int, View]:
    number, _, view = words.partition(":")
    found = whole(number)
    if found is None:
        raise NotFound("holiday.unknown", number="?")
    return found, View.read(view)


async def _one(turn: Turn) -> tuple[SpecialDays, View]:
    number, view = _placed(turn.words)
    async with turn.desk.reading() as uow:
        return await teach_calendar.one(uow, turn.staff, number), view


async def _shown(turn: Turn) -> None:
    stop_asking(turn)
    days, view = await _one(turn)
    await show_card(turn, days, view)


def _question(say: Texts, then: str, days: SpecialDays) -> str:
    if then == "holiday_named":
        return say("holiday.ask_name", name=days.name)
    if then == "holiday_dated":
        return say("holiday.ask_dates", period=typed.period_words(days.first, days.last))
    if isinstance(days, Holiday):
        return say("holiday.ask_reply")
    return say("holiday.ask_times", times=typed.spans_words(say, days.spans))


async def _ask(turn: Turn, then: str) -> None:
    days, view = await _one(turn)
    question = _question(turn.say, then, days)
    await ask(turn, question, view.data(then, days.id), view.data("holiday_show", days.id))


async def _ask_name(turn: Turn) -> None:
    await _ask(turn, "holiday_named")


async def _ask_dates(turn: Turn) -> None:
    await _ask(turn, "holiday_dated")


async def _ask_text(turn: Turn) -> None:
    await _ask(turn, "holiday_texted")


async def _said(turn: Turn, then: str) -> None:
    days, view = await _one(turn)
    async with asking_again(turn, _question(turn.say, then, days), view.data(then, days.id)):
        wishes = _wishes(turn.said, then, days)
        async with teaching(turn) as uow:
            changed = await teach_calendar.edit(uow, turn.staff, days.id, wishes, turn.desk.clock())
        await show_card(turn, changed, view, turn.say("holiday.changed", name=changed.name))


def _wishes(said: str, then: str, days: SpecialDays) -> Wishes:
    if then == "holiday_named":
        return Wishes(name=said)
    if then == "holiday_dated":
        found = typed.dated(said)
        if found is None or found.before or found.after:
            raise BadRequestText("holiday.bad_period")
        return Wishes(period=(found.first, found.last))
    if isinstance(days, WorkingDays):
        return Wishes(spans=typed.spans(said))
    return Wishes(reply="" if said.strip() in {"-", "–", "—", "－"} else said)


async def _named(turn: Turn) -> None:
    await _said(turn, "holiday_named")


async def _dated(turn: Turn) -> None:
    await _said(turn, "holiday_dated")


async def _texted(turn: Turn) -> None:
    await _said(turn, "holiday_texted")


async def _drop(turn: Turn) -> None:
    days, view = await _one(turn)
    say = turn.say
    async with turn.desk.reading() as uow:
        everybody = await teach_calendar.owners(uow, turn.staff)
    await turn.answer(
        _card(say, days, everybody),
        [
            (
                Button(say("button.delete_yes"), view.data("holiday_drop_yes", days.id)),
                Button(say("button.keep"), view.data("holiday_show", days.id)),
            )
        ],
        title=say("holiday.delete_question", name=days.name),
    )


async def _dropped(turn: Turn) -> None:
    number, view = _placed(turn.words)
    async with teaching(turn) as uow:
        days = await teach_calendar.remove(uow, turn.staff, number, turn.desk.clock())
    back = (Button(turn.say("button.to_list"), view.data("holiday_list")),)
    await turn.answer(turn.say("holiday.deleted", name=days.name), [undo_row(turn), back])


PRESSES: dict[str, Run] = {
    "holiday_show": _shown,
    "holiday_name": _ask_name,
    "holiday_named": _named,
    "holiday_dates": _ask_dates,
    "holiday_dated": _dated,
    "holiday_text": _ask_text,
    "holiday_texted": _texted,
    "holiday_drop": _drop,
    "holiday_drop_yes": _dropped,
}
"""What the buttons of a card do."""
