"""``/holiday fill``: a country's public holidays and make-up days of a year, after a look."""

import asyncio
from dataclasses import dataclass, replace
from typing import Self

from admin_bot import calendar_typed as typed
from admin_bot import public_data
from admin_bot.asking import ask, asking_again, stop_asking
from admin_bot.command import Run
from admin_bot.commands.holiday_card import View, whose_words
from admin_bot.listing import Place, arrows, in_rows, page_of, whole
from admin_bot.teaching import teaching
from admin_bot.turn import Turn
from admin_bot.undoing import undo_row
from admin_bot.wording import today
from bot.handlers import teach_calendar
from bot.handlers.teach_calendar import LONGEST_NAME
from bot.whose import Whose
from core import public_days
from core.calendar import SpecialDays, WorkingDays
from core.errors import BadRequestText, NotFound
from core.messages import Button
from core.public_days import PublicYear

YEARS_AHEAD = 5
"""How far ahead a year can be filled: later ones are arithmetic, not announcements."""
PER_ROW = 3


@dataclass(frozen=True, slots=True)
class Wanted(Place):
    """What is looked at: a country's year, for whose calendar, and which page of it."""

    country: str = ""
    year: int = 0
    ref: str = "t"

    @classmethod
    def read(cls, words: str) -> Self:
        """Read what ``data`` wrote; nonsense gives no country."""
        country, year, ref, page, *_ = [*words.split(":"), "", "", "", ""]
        return cls(max(1, whole(page) or 1), "", country, whole(year) or 0, ref or "t")

    def data(self, name: str, *parts: object) -> str:
        """Return a button's data: *name* and this place."""
        return ":".join([name, *map(str, parts), self.country, str(self.year), self.ref,
                         str(self.page)])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """What a country's year would add.

    Args:
        public: What was published.
        fresh: What is not there yet and not over.
        there: How many are there already.
    """

    public: PublicYear
    fresh: list[SpecialDays]
    there: int


async def run(turn: Turn, whose: Whose, words: str) -> None:
    """Show what *words* ("China 2027") would add, or ask for the country."""
    *country, last = words.split() or [""]
    year = whole(last)
    if year is None:
        country, year = [*country, last], today(turn.desk).year
    wanted = Wanted(year=year, ref=whose.ref)
    if not " ".join(country):
        await _choose(turn, wanted)
        return
    await _show(turn, replace(wanted, country=_code(" ".join(country))))


def _code(words: str) -> str:
    code = public_data.country_code(words)
    if code is None:
        raise BadRequestText("holidays.unknown_country", name=words)
    return code


async def _choose(turn: Turn, wanted: Wanted) -> None:
    say, config = turn.say, turn.desk.config
    buttons = [
        Button(
            public_data.country_name(say.language, code),
            replace(wanted, country=code).data("holiday_year"),
        )
        for code in public_data.likely(config.language, config.time_zone)
    ]
    await turn.answer(
        say("holidays.choose_hint"),
        [
            *in_rows(buttons, PER_ROW),
            (
                Button(say("holidays.button_other"), wanted.data("holiday_country")),
                Button(say("button.to_list"), View().data("holiday_list")),
            ),
        ],
        title=say("holidays.choose"),
    )


async def _found(turn: Turn, wanted: Wanted, whose: Whose) -> Found:
    now = today(turn.desk)
    if not now.year <= wanted.year <= now.year + YEARS_AHEAD:
        raise BadRequestText("holidays.bad_year", first=now.year, last=now.year + YEARS_AHEAD)
    if wanted.country not in public_data.codes():
        raise NotFound("holidays.unknown_country", name=wanted.country or "?")
    # All owners read the names, and customers may: the desk's language, not that of this owner.
    language = turn.desk.config.language
    public = await asyncio.to_thread(
        public_data.country_year, wanted.country, wanted.year, language
    )
    async with turn.desk.reading() as uow:
        shown = await teach_calendar.show(uow, turn.staff, whose.owner)
        there = await teach_calendar.special_days(uow, turn.staff)
    name = turn.desk.texts(language)("holidays.make_up")
    days: list[SpecialDays] = [
        *public_days.periods(public),
        *public_days.make_up_days(public, shown.calendar.pattern, name),
    ]
    coming = [
        replace(one, owner=whose.owner, name=public_days.shortened(one.name, LONGEST_NAME))
        for one in sorted(days, key=lambda one: one.first)
        if one.last >= now
    ]
    fresh = public_days.missing(coming, there)
    return Found(public, fresh, len(coming) - len(fresh))


async def _whose(turn: Turn, ref: str) -> Whose:
    async with turn.desk.reading() as uow:
        everybody = await teach_calendar.owners(uow, turn.staff)
    return next((one for one in everybody if one.ref == ref), everybody[0])


def _title(turn: Turn, wanted: Wanted) -> str:
    name = public_data.country_name(turn.say.language, wanted.country)
    return turn.say("holidays.title", country=name, year=wanted.year)


async def _show(turn: Turn, wanted: Wanted) -> None:
    say = turn.say
    whose = await _whose(turn, wanted.ref)
    found = await _found(turn, wanted, whose)
    page = page_of(found.fresh, wanted.page)
    wanted = replace(wanted, page=page.number)
    lines = [
        say(
            "holidays.line_work" if isinstance(one, WorkingDays) else "holidays.line",
            period=typed.period_words(one.first, one.last),
            name=one.name,
            times=typed.spans_words(say, one.spans) if isinstance(one, WorkingDays) else "",
        )
        for one in page.things
    ]
    work = sum(isinstance(one, WorkingDays) for one in found.fresh)
    facts = [
        say("holidays.summary", rest=len(found.fresh) - work, work=work,
            whose=whose_words(say, whose))
    ] if found.fresh else [say("holidays.nothing")]  # fmt: skip
    if found.there:
        facts.append(say("holidays.there", count=found.there))
    if found.public.undecided:
        facts.append(say("holidays.undecided", year=wanted.year))
    if found.public.estimated:
        facts.append(say("holidays.estimated"))
    first = replace(wanted, page=1)
    years = [
        Button(
            say("button.chosen", label=str(year)) if year == wanted.year else str(year),
            replace(first, year=year).data("holiday_year"),
        )
        for year in (today(turn.desk).year, today(turn.desk).year + 1)
    ]
    rows: list[tuple[Button, ...]] = [
        arrows(say, page, "holiday_year", wanted),
        tuple(years),
        (
            Button(say("holidays.button_country"), first.data("holiday_fill")),
            Button(say("button.to_list"), View().data("holiday_list")),
        ),
    ]
    if found.fresh:
        label = say("holidays.button_add", count=page.total)
        rows.insert(1, (Button(label, first.data("holiday_fill_yes")),))
    text = "\n".join([*lines, *([""] if lines else []), *facts])
    await turn.answer(text, rows, title=_title(turn, wanted))


async def _started(turn: Turn) -> None:
    stop_asking(turn)
    wanted = Wanted.read(turn.words)
    # Whose calendar stays; the year is the present one where none was looked at yet.
    await _choose(turn, replace(wanted, country="", year=wanted.year or today(turn.desk).year))


async def _turned(turn: Turn) -> None:
    await _show(turn, Wanted.read(turn.words))


async def _ask_country(turn: Turn) -> None:
    wanted = Wanted.read(turn.words)
    question = turn.say("holidays.ask_country")
    await ask(turn, question, wanted.data("holiday_country_is"), wanted.data("holiday_fill"))


async def _country_said(turn: Turn) -> None:
    wanted, question = Wanted.read(turn.words), turn.say("holidays.ask_country")
    async with asking_again(turn, question, wanted.data("holiday_country_is")):
        await _show(turn, replace(wanted, country=_code(turn.said)))


async def _confirmed(turn: Turn) -> None:
    wanted = Wanted.read(turn.words)
    found = await _found(turn, wanted, await _whose(turn, wanted.ref))
    async with teaching(turn) as uow:
        added = await teach_calendar.add_missing(uow, turn.staff, found.fresh, turn.desk.clock())
    back = (Button(turn.say("button.to_list"), View().data("holiday_list")),)
    text = turn.say("holidays.added" if added else "holidays.nothing", count=len(added))
    await turn.answer(text, [undo_row(turn), back], title=_title(turn, wanted))


PRESSES: dict[str, Run] = {
    "holiday_fill": _started,
    "holiday_year": _turned,
    "holiday_country": _ask_country,
    "holiday_country_is": _country_said,
    "holiday_fill_yes": _confirmed,
}
"""What the buttons do."""
